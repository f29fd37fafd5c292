"""Lines that say again what another line of the document says, which itself stays.

Few lines do.  Those that might are found among all folded lines at once; a rule's patterns and conditions are asked of
them alone, in line order, because a line that has gone is nothing to repeat.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import regex

from cleaner.claims import Claims, acts
from cleaner.fold import fold_phrase
from cleaner.rules.literals import required_literals
from cleaner.rules.model import Duplicate, Rule
from cleaner.scan import encode
from cleaner.segment import Line, Page

# A headline that nobody named is the first line, where it looks like one and has at least this many words.
HEADLINE_MIN_WORDS = 3
# How far down the text the line is looked for that carries the title field.
HEADLINE_LINES = 10


@dataclass(frozen=True, slots=True)
class _Repeater:
    """A rule, what it repeats, and the literals one of which a line must hold for its patterns to match."""

    rule: Rule
    repeats: Duplicate
    literals: tuple[bytes, ...]


class Duplicates:
    """Rules of the scope `duplicate` made ready once, for many pages."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._repeaters = [
            _Repeater(rule, rule.duplicate, _literals(rule)) for rule in rules if rule.duplicate is not None
        ]

    def claim(self, page: Page, claims: Claims) -> None:
        """Claim the lines that repeat another line which itself stays."""
        above: int | None = -1
        while above is not None and self._repeaters:
            above = self._claim_below(above, find_headline(page, claims.is_alive), page, claims)

    def _claim_below(self, above: int, headline: Line | None, page: Page, claims: Claims) -> int | None:
        """Claim lines below a place; the place of the headline where that goes, so that there is a new one."""
        suspects = [
            (place, number)
            for number, repeater in enumerate(self._repeaters)
            for place in _suspects(repeater, headline, page)
            if place > above
        ]
        for place, group in groupby(sorted(suspects), key=lambda suspect: suspect[0]):
            was_alive = claims.is_alive(place)
            if not was_alive and not claims.with_late:
                continue
            line = page.content[place]
            for _, number in group:
                rule = self._repeaters[number].rule
                if _repeats_a_line_that_stays(rule, line, headline, page, claims) and acts(rule, page, line):
                    if was_alive:
                        claims.add(line, rule, named=True)
                    else:
                        claims.late[place].append(rule)
            if line is headline and was_alive and not claims.is_alive(place):
                return place
        return None


def _literals(rule: Rule) -> tuple[bytes, ...]:
    """The literals of all patterns together; none where one of them needs none."""
    needed = [required_literals(pattern.source, is_whole=False, min_chars=1) for pattern in rule.patterns]
    literals: frozenset[str] = frozenset().union(*needed)
    return tuple(map(encode, literals)) if all(needed) else ()


def _suspects(repeater: _Repeater, headline: Line | None, page: Page) -> Sequence[int]:
    """Places of lines that might repeat what the rule says that they repeat; the others surely don't."""
    repeats, where = repeater.repeats, repeater.rule.conditions.where
    if repeats.against != "earlier" and repeats.match == "exact" and not repeater.rule.patterns:
        places = page.repeated  # a line like its neighbour or the headline is like some other line
    elif repeats.against == "earlier":
        places = _holding(repeater.literals, page) if repeater.rule.patterns else page.repeated
    elif repeats.against == "headline":
        places = _beside_headline(repeater, headline, page)
    else:
        places = _beside_neighbour(repeater, page)
    if places and where is not None and isinstance(where.first, int):
        return [place for place in places if place < where.first]
    return places


def _beside_headline(repeater: _Repeater, headline: Line | None, page: Page) -> Sequence[int]:
    """Places of lines that may say the headline, or a part of it, otherwise than word for word."""
    said = encode(headline.phrase) if headline is not None else b""
    if not said:
        return ()
    match, phrases = repeater.repeats.match, page.phrases
    if repeater.rule.patterns:
        return _holding((said,) if match == "exact" else repeater.literals, page)
    if match == "fuzzy":
        return range(len(phrases))
    return [place for place, phrase in enumerate(phrases) if phrase in said]


def _beside_neighbour(repeater: _Repeater, page: Page) -> Sequence[int]:
    """Places of lines that may say what the next or previous line says, or a part of it."""
    match, phrases = repeater.repeats.match, page.phrases
    has_patterns = bool(repeater.rule.patterns)
    step = 1 if repeater.repeats.against == "next" else -1
    places = _holding(repeater.literals, page) if has_patterns and match != "exact" else range(len(phrases))
    where = repeater.rule.conditions.where
    limit = where.first if where is not None and isinstance(where.first, int) else len(phrases)
    found = []
    for place in places:
        if place >= limit or not 0 <= place + step < len(phrases):
            continue
        phrase, other = phrases[place], phrases[place + step]
        if match == "fuzzy" or (
            phrase in other
            if not has_patterns
            else match == "contained" or (other if match == "exact" else other.partition(b" ")[0]) in phrase
        ):
            found.append(place)
    return found


def _holding(literals: tuple[bytes, ...], page: Page) -> Sequence[int]:
    """Places of lines that hold one of the folded literals; all places where there are none."""
    if not literals or not page.is_folded_whole:
        return range(len(page.content))
    folded, starts, found = page.scan.folded, page.folded_starts, set()
    for literal in literals:
        at = folded.find(literal)
        while at >= 0:
            found.add(bisect_right(starts, at) - 1)
            at = folded.find(literal, at + 1)
    return sorted(found - {-1})


def _repeats_a_line_that_stays(rule: Rule, line: Line, headline: Line | None, page: Page, claims: Claims) -> bool:
    said = said_by(rule, line)
    other = _repeated_line(rule, said, line, headline, page, claims) if said else None
    return other is not None and other is not line and _repeats(rule, said, other.phrase)


def _repeated_line(
    rule: Rule, said: str, line: Line, headline: Line | None, page: Page, claims: Claims
) -> Line | None:
    """The line that this one would repeat, if there is one and it stays."""
    match rule.duplicate.against if rule.duplicate else None:
        case "headline":
            return headline
        case "earlier":
            above = (place for place in page.places.get(encode(said), ()) if place < line.place)
            return next((page.content[place] for place in above if claims.is_alive(place)), None)
        case "next":
            other = page.neighbour(line, 1)
        case _:
            other = page.neighbour(line, -1)
    return other if other is not None and claims.is_alive(other.place) else None


def said_by(rule: Rule, line: Line) -> str:
    """What the rule compares of the line, folded: all of it, or the `said` group of its pattern; empty for no match."""
    if not rule.patterns:
        return line.phrase
    for pattern in rule.patterns:
        match = pattern.full_match(line)
        if match:
            return fold_phrase(match["said"] or "") if "said" in match.re.groupindex else line.phrase
    return ""


def _repeats(rule: Rule, said: str, other: str) -> bool:
    """Whether the folded texts stand to each other as the rule's `match` asks, in whole words."""
    assert rule.duplicate is not None
    match rule.duplicate.match:
        case "contained":
            return said != other and _stands_in(said, other)
        case "prefix":
            return said != other and _begins(other, said)
        case "fuzzy":
            return _dice(said, other) >= rule.duplicate.similarity
        case _:
            return said == other


def _dice(one: str, other: str) -> Fraction:
    """Dice's coefficient of the words of two texts, each word as often as it stands there."""
    words, others = Counter(one.split()), Counter(other.split())
    return Fraction(2 * (words & others).total(), words.total() + others.total())


_WORD_CHARACTER = regex.compile(r"\w")


def _begins(text: str, start: str) -> bool:
    """Whether the text begins with these whole words."""
    return text.startswith(start) and not _WORD_CHARACTER.match(text, len(start))


def _stands_in(words: str, text: str) -> bool:
    """Whether these whole words stand in the text in a row."""
    place = text.find(words)
    while place >= 0:
        if (place == 0 or not _WORD_CHARACTER.match(text, place - 1)) and _begins(text[place:], words):
            return True
        place = text.find(words, place + 1)
    return False


def find_headline(page: Page, is_alive: Callable[[int], bool]) -> Line | None:
    """The line that carries the headline: the one that the title field names, else the first, where it could be one."""
    places = [place for place in range(min(HEADLINE_LINES, len(page.content))) if is_alive(place)]
    title = fold_phrase(page.document.title or "")
    if title:
        lines = [page.content[place] for place in places]
        for line in lines:
            if line.phrase == title:
                return line
        for line in lines:
            if line.word_count >= HEADLINE_MIN_WORDS and (
                _begins(title, line.phrase) or _begins(line.phrase, title) or title.endswith(" " + line.phrase)
            ):
                return line
    first = page.content[places[0]] if places else None
    return first if first and first.is_heading and first.word_count >= HEADLINE_MIN_WORDS else None
