"""Whether a line carries the headline, by what is known of it from outside the text: the title field, the address.

The first line of a text may as well be the heading of its first section.  A line is only called the headline on such
evidence, so that taking the headline away does not make a headline of the line under it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import regex

from cleaner.fold import fold_phrase
from cleaner.line import Line

# A part of the headline counts from this many words on.
MIN_WORDS = 3
# An address names the headline where it has this many words, so many of them stand in the line, and so many of the
# line's words in it.  Of 1,126 such lines above the prose, on the tuning articles of the dev benchmark, 89 % carry the
# page's title, 7 % are other lines that the gold leaves out, 4 % are lines of the gold.
ADDRESS_MIN_WORDS = 3
ADDRESS_SHARE = 0.7
LINE_SHARE = 0.4

_WORD = regex.compile(r"[\p{L}\p{N}]+")
_UNREAD = regex.compile(r"\p{M}|['\N{RIGHT SINGLE QUOTATION MARK}]")
_SUFFIX = regex.compile(r"\.[a-z]{2,5}$")
_NUMBERED = regex.compile(r"(?=.*\d).{5,}")  # the number of an article, not a word of its headline


def says_title(line: Line, title: str | None) -> bool:
    """Whether the line says the title, or either says the other and more: the site's name, a kicker.

    >>> says_title(Line(0, 0, 0, 9, 0, "Ferry strike goes on"), "Ferry strike goes on | Harbour Post")
    True
    """
    said, wanted = line.phrase, fold_phrase(title or "")
    if not said or not wanted:
        return False
    shorter, longer = sorted((said, wanted), key=len)
    if said == wanted or len(shorter.split()) < MIN_WORDS:
        return said == wanted
    return (longer.startswith(shorter) and not longer[len(shorter)].isalnum()) or wanted.endswith(f" {said}")


def says_address(line: Line, url: str | None) -> bool:
    """Whether the line and the part of the address with most words name the same thing.

    >>> says_address(Line(0, 0, 0, 9, 0, "The ferry strike goes on"), "https://post.example/24/ferry-strike-goes-on.html")
    True
    """
    named = _address_words(url) if url else frozenset()
    words = frozenset(_words(line.text))
    if len(named) < ADDRESS_MIN_WORDS:
        return False
    common = len(named & words)
    return common >= ADDRESS_SHARE * len(named) and common >= LINE_SHARE * len(words)


@lru_cache(maxsize=16)
def _address_words(url: str) -> frozenset[str]:
    """The words of the part of the path that has most; none where the address can't be read."""
    try:
        parts = urlsplit(url).path.split("/")
    except ValueError:
        return frozenset()
    names = [_words(_SUFFIX.sub("", unquote(part))) for part in parts]
    return max((frozenset(word for word in name if not _NUMBERED.fullmatch(word)) for name in names), key=len)


def _words(text: str) -> list[str]:
    """The words without accents and apostrophes, as addresses write them."""
    return _WORD.findall(_UNREAD.sub("", unicodedata.normalize("NFKD", text.casefold())))
