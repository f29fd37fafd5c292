"""The words of a line -> what a drafted rule makes of them: name, category, the form that knows the line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import regex

from cleaner.fold import fold_phrase
from cleaner.line import Line
from cleaner.rules.draft_yaml import flow, scalar
from cleaner.rules.kinds import PHRASE_MAX_CHARS

# A line of more words than this is a sentence; its rule knows it by its beginning.
PHRASE_MAX_WORDS = 10
BEGINNING_WORDS = 6
QUOTED_WORDS = 8
CONTEXT_MAX_CHARS = 200

# The words that give a category away, the surest first.
_CATEGORY_WORDS = {
    "consent": "cookies?|consent|gdpr|privacy settings",
    "comments": "comments?|reply|replies|e-?mail address|log ?in to|logged in",
    "related": "read (also|more|next)|also read|related|similar|recommended|you (may|might)|more (from|stories)",
    "share": "share|tweet|pin it|whatsapp|click to|facebook|twitter|pinterest|reddit",
    "paywall": "subscribers?|paywall|premium|unlock|free articles",
    "promo": "subscribe|newsletter|follow|sign up|download|join|alerts?|stay tuned|app|like us",
    "advertisement": "advertisement|advert|ads?|sponsored|affiliate",
    "video": "watch|video",
    "credit": "inputs from|agency|agencies|reporting by|editing by|photo(graph)?s? (by|credit)",
    "source": "source|via|originally (published|appeared)|first (published|appeared)",
    "tags": "tags?|tagged|filed under|categories|category|labels?",
    "legal": "copyright|all rights reserved|terms|disclaimer|\N{COPYRIGHT SIGN}",
    "author": "about the author|author",
    "date": "posted on|published on|updated|last modified",
    "byline": "by",
    "navigation": "home|menu|skip to|back to|next|previous|older|newer|search|page",
    "widget": "loading|weather|poll|click here|print",
}

_ADDRESS = regex.compile(r"\S*(?:@\S|://|www\.)\S*|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|in|co|uk|de|fr|example)\b\S*")
_NUMBER = regex.compile(r"\d+(?:[.,:]\d+)*")
_LABEL = regex.compile(r"(\p{L}[\p{L} ]{2,30})(:|\s\||\s-) ?(?=\w+(?:\W+\w+){2})")
_WORD = regex.compile(r"\w+(?:['.-]\w+)*")


def matches(line: Line, after: str | None) -> Iterator[str]:
    """Phrases or a pattern that know the line, as YAML, the best first; a replaced line is known by all its words."""
    phrase = fold_phrase(line.text)
    general = _general_pattern(line.shape)
    as_phrase = phrase and len(phrase) <= PHRASE_MAX_CHARS
    label = _LABEL.match(line.shape)
    if after is None and label and _guess(label[1]):
        rest = _room(len(line.shape) - label.end())
        yield f"pattern: {scalar(literal(label[1]).lower() + literal(label[2]) + f'.{{1,{rest}}}')}"
    is_plain = line.word_count <= PHRASE_MAX_WORDS and general == literal(line.shape).lower()
    if as_phrase and (is_plain or after is not None):
        yield f"phrases: {flow([phrase])}"
    if after is None:
        yield f"pattern: {scalar(general)}"
    if as_phrase and not (is_plain or after is not None):
        yield f"phrases: {flow([phrase])}"
    yield f"pattern: {scalar(literal(line.shape))}"


def _general_pattern(shape: str) -> str:
    """A pattern for lines like this one: any number, address or name where it has one; a long line by its beginning."""
    words = list(_WORD.finditer(shape))
    names = _names(words)
    end, rest = len(shape), ""
    if len(words) > PHRASE_MAX_WORDS:
        first_name = next((place for place, word in enumerate(words) if names and word.start() == names[0][0]), 0)
        end = words[(first_name if 2 <= first_name < BEGINNING_WORDS else BEGINNING_WORDS) - 1].end()
        rest = rf"\b.{{0,{_room(len(shape) - end)}}}"
    spans = [(match.span(), r"\S+") for match in _ADDRESS.finditer(shape, 0, end)]
    spans += [(span, ".{2,40}") for span in names if span[1] <= end]
    spans += [(match.span(), _digits(match.group())) for match in _NUMBER.finditer(shape, 0, end)]
    pattern, place = "", 0
    for (start, stop), general in sorted(spans):
        if start >= place:
            pattern += literal(shape[place:start]).lower() + general
            place = stop
    return pattern + literal(shape[place:end]).lower() + rest


def _room(char_count: int) -> int:
    """How many characters a pattern allows where this text has so many."""
    return max(120, -(-char_count * 3 // 2 // 20) * 20)


def literal(text: str) -> str:
    """The text as a pattern that matches it and nothing else."""
    return regex.sub(r"[\\.^$*+?{}\[\]|()]", r"\\\g<0>", text)


def _digits(number: str) -> str:
    return regex.sub(r"\d+", r"\\d+", literal(number))


def _names(words: Sequence[regex.Match[str]]) -> list[tuple[int, int]]:
    """Spans of names: two capitalised words or more in a row behind the first word, where the line isn't in title case
    or `by`, `from` or `with` stands before them.
    """
    capital = [word.group()[0].isupper() and not word.group().isupper() for word in words]
    is_title = sum(capital[1:]) * 2 > len(words)
    names, start = [], 1
    while start < len(words):
        stop = start
        while stop < len(words) and capital[stop]:
            stop += 1
        if stop - start >= 2 and (not is_title or words[start - 1].group().lower() in ("by", "from", "with")):
            names.append((words[start].start(), words[stop - 1].end()))
        start = max(stop, start + 1)
    return names


def name_of(line: Line) -> str:
    """An id for a rule about the line: its label or first words, else its number."""
    label = _LABEL.match(line.shape)
    return slug(label[1] if label and _guess(label[1]) else line.text) or f"line-{line.number + 1}"


def slug(text: str) -> str:
    """The first words as a name: small ASCII letters, digits and hyphens."""
    ascii_text = unicodedata.normalize("NFKD", fold_phrase(text)).encode("ascii", "ignore").decode().lower()
    words = regex.findall(r"[a-z0-9]+", ascii_text.replace("'", ""))
    return "-".join(words[:4])[:40].strip("-")


def category_of(text: str) -> str:
    """The category whose words the text has; promo where it has none."""
    return _guess(text) or "promo"


def _guess(text: str) -> str:
    for category, words in _CATEGORY_WORDS.items():
        if regex.search(rf"(?<!\w)(?:{words})(?!\w)", text, regex.IGNORECASE):
            return category
    return ""


def quoted(line: Line) -> str:
    """The first words of the line as a sentence quotes them."""
    words = regex.sub(r"^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$", "", line.text).replace('"', "").split()
    return " ".join(words[:QUOTED_WORDS]) or line.text[:40]


def shortened(text: str) -> str:
    """The text, a long one without its last words."""
    return text if len(text) <= CONTEXT_MAX_CHARS else text[:CONTEXT_MAX_CHARS].rpartition(" ")[0] or text[:100]
