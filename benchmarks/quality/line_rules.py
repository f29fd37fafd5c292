r"""The line rules of C4 and of RefinedWeb, written anew from their definitions, as something to compare with.

Only what acts on a line is here.  Both also drop whole documents (C4 under three sentences, for a brace or a bad word;
RefinedWeb where its lines were more than 5 % of the words); that would be a loss of everything here, so it is left out.
"""

from __future__ import annotations

import re

C4_MIN_WORDS = 5
C4_MAX_WORD_CHARS = 1_000
C4_END_MARKS = (".", "?", "!", '"')
C4_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
C4_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")

UPPER_CASE_SHARE = 0.5
SHORT_LINE_WORDS = 10
COUNTER = re.compile(
    r"\W*\d[,.\d]*[kmb]?\s+(likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views"
    r"|followers)\W*"
)
SHORT_LINE_PHRASES = re.compile(r"^sign-in|read more\.\.\.$|items in cart", re.IGNORECASE)


def c4_lines(text: str) -> str:
    """The text after C4's line rules (Raffel et al. 2020; five words a line, as its published code has it)."""
    lines = (C4_CITATION.sub("", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if _is_c4_line(line))


def _is_c4_line(line: str) -> bool:
    lower = line.lower()
    words = line.split()
    return (
        line.endswith(C4_END_MARKS)
        and not line.endswith("...")
        and len(words) >= C4_MIN_WORDS
        and max(map(len, words)) <= C4_MAX_WORD_CHARS
        and "javascript" not in lower
        and not any(phrase in lower for phrase in C4_POLICY)
    )


def refinedweb_lines(text: str) -> str:
    """The text after RefinedWeb's line-wise corrections (Penedo et al. 2023, appendix G.2)."""
    lines = (_corrected(line.strip()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _corrected(line: str) -> str:
    """The line, or what is left of it; empty where it goes."""
    if len(line.split()) <= SHORT_LINE_WORDS:
        line = SHORT_LINE_PHRASES.sub("", line).strip()
    goes = (
        len(line.split()) < 2
        or sum(map(str.isupper, line)) > UPPER_CASE_SHARE * len(line)
        or all(map(str.isdigit, line))
        or COUNTER.fullmatch(line.lower())
    )
    return "" if goes else line
