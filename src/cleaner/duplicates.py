"""Lines that say again what another line of the document says, which itself stays.

Few lines do.  Those that might are found among all folded lines at once; a rule's patterns and conditions are asked of
them alone, in line order, because a line that has gone is nothing to repeat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import islice

import regex

from cleaner.claims import Claims
from cleaner.fold import fold_phrase
from cleaner.line import Content, Line
from cleaner.repeats import (
    BEGINS,
    EARLIER,
    ENDS_IN_HEAD,
    HEADLINE,
    HOLDS,
    HOLDS_FIRST_WORD,
    IS_HEAD,
    IS_IN,
    NEXT,
    PREVIOUS,
    SAME,
    UNKNOWN,
    Repeater,
    Repeaters,
)
from cleaner.rules.conditions import acts
from cleaner.rules.literals import begins_in_group, ends_in_group, required_literals, shortest_match
from cleaner.rules.model import Duplicate, Rule
from cleaner.rules.pattern import LinePattern
from cleaner.segment import Page
from cleaner.utf8 import encode

# A headline that nobody named is the first line, where it looks like one and has at least this many words.
HEADLINE_MIN_WORDS = 3
# How far down the text the line is looked for that carries the title field.
HEADLINE_LINES = 10


Suspect = tuple[int, int, int]  # see `Repeaters.suspects`


class Duplicates:
    """Rules of the scope `duplicate` made ready once, for many pages."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = list(rules)
        self._repeaters = Repeaters(map(_make_repeater, self._rules))

    def claim(self, page: Page, left: Content, claims: Claims) -> None:
        """Claim the lines, of those that are left on the page, that repeat another line which itself stays."""
        above: int | None = -1
        while above is not None and self._rules:
            headline = _headline_place(page, claims.is_headline)
            taken = () if claims.with_late else claims.by_place
            suspects = self._repeaters.suspects(page, headline, claims.gone, taken, above)
            above = self._claim_suspects(suspects, headline, page, left, claims) if suspects else None

    def _claim_suspects(
        self, suspects: list[Suspect], headline: int, page: Page, left: Content, claims: Claims
    ) -> int | None:
        """Claim lines; the place of the headline where that goes, so that there is a new one."""
        gone: int | None = None
        at = -1
        for place, number, other in suspects:
            if place != at:
                if gone is not None:
                    break
                at, line, was_alive = place, page.content[place], claims.is_alive(place)
            rule = self._rules[number]
            stays = _repeats_a_line_that_stays(rule, line, other, page, left, claims)
            if stays and acts(rule, left, left.place(place)):
                if was_alive:
                    claims.add(place, rule, named=True)
                    if place == headline and not claims.is_alive(place):
                        gone = place
                else:
                    claims.late[place].append(rule)
        return gone


_AGAINST = {"earlier": EARLIER, "headline": HEADLINE, "next": NEXT, "previous": PREVIOUS}


def _make_repeater(rule: Rule) -> Repeater:
    repeats, where = rule.duplicate, rule.conditions.where
    assert repeats is not None
    return Repeater(
        _AGAINST[repeats.against],
        _relation(repeats, rule.patterns),
        _literals(rule),
        rule.conditions.own,
        has_patterns=bool(rule.patterns),
        least_chars=min((shortest_match(pattern.source) for pattern in rule.patterns), default=0),
        least_said=min((shortest_match(pattern.source, "said") for pattern in rule.patterns), default=0),
        reach=where.first if where is not None and isinstance(where.first, int) else None,
        within=repeats.within,
        passage=repeats.passage,
    )


def _relation(repeats: Duplicate, patterns: Sequence[LinePattern]) -> int:
    """What a line surely has in common with the one that it repeats."""
    if not patterns:
        return _OF_WHOLE_LINES[repeats.match]
    if repeats.match == "exact":
        return BEGINS if all(begins_in_group(pattern.source, "said") for pattern in patterns) else HOLDS
    if repeats.match == "prefix":
        return ENDS_IN_HEAD if all(ends_in_group(pattern.source, "said") for pattern in patterns) else HOLDS_FIRST_WORD
    return UNKNOWN


_OF_WHOLE_LINES = {"exact": SAME, "contained": IS_IN, "prefix": IS_HEAD, "fuzzy": UNKNOWN}


def _literals(rule: Rule) -> tuple[bytes, ...]:
    """The literals of all patterns together, one of which a line must hold; none where one of them needs none."""
    needed = [required_literals(pattern.source, is_whole=False, min_chars=1) for pattern in rule.patterns]
    literals: frozenset[str] = frozenset().union(*needed)
    return tuple(map(encode, literals)) if all(needed) else ()


def _repeats_a_line_that_stays(rule: Rule, line: Line, other: int, page: Page, left: Content, claims: Claims) -> bool:
    """Whether a suspect repeats the other line, or an earlier one where that does not stay or is not known (-1)."""
    repeats = rule.duplicate
    assert repeats is not None
    if other >= 0 and repeats.against != "headline" and not claims.is_alive(other):
        other = -1
    if other < 0 or rule.patterns or repeats.match != "exact":
        said = said_by(rule, line)
        if other < 0 and repeats.against == "earlier":
            above = (place for place in page.places.get(encode(said), ()) if place < line.place)
            other = next(filter(claims.is_alive, above), -1)
        if not said or other < 0 or not _repeats(repeats, said, page.content[other].phrase):
            return False
    return repeats.reaches(left.place(line.place) - left.place(other))


def said_by(rule: Rule, line: Line) -> str:
    """What the rule compares of the line, folded: all of it, or the `said` group of its pattern; empty for no match."""
    if not rule.patterns:
        return line.phrase
    for pattern in rule.patterns:
        match = pattern.full_match(line) if pattern.needs.are_met(line.folded) else None
        if match:
            return fold_phrase(match["said"] or "") if "said" in match.re.groupindex else line.phrase
    return ""


def _repeats(repeats: Duplicate, said: str, other: str) -> bool:
    """Whether the folded texts stand to each other as `match` asks, in whole words."""
    match repeats.match:
        case "contained":
            return said != other and _stands_in(said, other)
        case "prefix":
            return said != other and _begins(other, said)
        case "fuzzy":
            return _dice(said, other) >= repeats.similarity
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
    place = _headline_place(page, is_alive)
    return page.content[place] if place >= 0 else None


def _headline_place(page: Page, is_alive: Callable[[int], bool]) -> int:
    """The place of the headline (see `find_headline`), -1 for none."""
    scanned = page.scan
    title = page.document.title
    if title and (title := fold_phrase(title)):
        places = filter(is_alive, range(scanned.line_count))
        named = _named_line(title, [page.content[place] for place in islice(places, HEADLINE_LINES)])
        if named is not None:
            return named.place
    first = 0
    while first < scanned.line_count and not is_alive(first):
        first += 1
    is_headline = (
        first < scanned.line_count and scanned.is_heading(first) and scanned.word_count(first) >= HEADLINE_MIN_WORDS
    )
    return first if is_headline else -1


def _named_line(title: str, lines: Sequence[Line]) -> Line | None:
    """The line that carries the title: word for word, else the title or the line with something before or behind."""
    for line in lines:
        if line.phrase == title:
            return line
    for line in lines:
        if line.word_count >= HEADLINE_MIN_WORDS and (
            _begins(title, line.phrase) or _begins(line.phrase, title) or title.endswith(" " + line.phrase)
        ):
            return line
    return None
