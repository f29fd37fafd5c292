"""Lines that say again what another line of the document says, which itself stays.

Few lines do.  Those that might are found among all folded lines at once; a rule's patterns and conditions are asked of
them alone, in line order, because a line that has gone is nothing to repeat.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, islice

import regex

from cleaner.claims import Claims
from cleaner.fold import fold_phrase
from cleaner.lazy import lazy
from cleaner.line import Line
from cleaner.repeats import ENDS_IN_HEAD, HOLDS, HOLDS_FIRST_WORD, IS_IN, places_beside, repeated_places, repeated_runs
from cleaner.rules.conditions import NOTHING_ASKED, acts
from cleaner.rules.literals import ends_in_group, required_literals
from cleaner.rules.model import Rule
from cleaner.rules.pattern import LinePattern
from cleaner.scan import encode
from cleaner.segment import Page, Passage

# A headline that nobody named is the first line, where it looks like one and has at least this many words.
HEADLINE_MIN_WORDS = 3
# How far down the text the line is looked for that carries the title field.
HEADLINE_LINES = 10


def _place(suspect: tuple[int, int]) -> int:
    return suspect[0]


@dataclass(frozen=True, slots=True)
class _Repeater:
    """A rule, what it repeats, the literals one of which a line must hold for its patterns to match, and how many
    lines from the top it looks at.

    `relation` is what a line surely has in common with its neighbour where it repeats it, None for nothing.
    """

    number: int
    rule: Rule
    against: str
    match: str
    has_patterns: bool
    literals: tuple[bytes, ...]
    reach: int
    relation: int | None


class Duplicates:
    """Rules of the scope `duplicate` made ready once, for many pages."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._repeaters = [_make_repeater(rule, number) for number, rule in enumerate(rules)]
        # those that may find something where no two lines are alike
        self._part_repeaters = [
            repeater for repeater in self._repeaters if repeater.match != "exact" or repeater.has_patterns
        ]

    def claim(self, page: Page, claims: Claims) -> None:
        """Claim the lines that repeat another line which itself stays."""
        above: int | None = -1
        view = _View(page, ())
        while above is not None and self._repeaters:
            above = self._claim_below(above, find_headline(page, claims.is_headline), view, claims)

    def are_settled(self, page: Page, gone: Collection[int]) -> bool:
        """Whether no line would be claimed on the page without the lines of these places; False where one might."""
        view = _View(page, gone)
        headline = find_headline(page, lambda place: place not in gone)
        repeaters = self._repeaters if view.repeated else self._part_repeaters
        return not any(_suspects(repeater, headline, view) for repeater in repeaters)

    def _claim_below(self, above: int, headline: Line | None, view: _View, claims: Claims) -> int | None:
        """Claim lines below a place; the place of the headline where that goes, so that there is a new one."""
        page = view.page
        repeaters = self._repeaters if view.repeated else self._part_repeaters
        suspects = [
            (place, repeater.number)
            for repeater in repeaters
            for place in _suspects(repeater, headline, view)
            if place > above
        ]
        if not suspects:
            return None
        suspects.sort()
        for place, group in groupby(suspects, key=_place):
            was_alive = claims.is_alive(place)
            if not was_alive and not claims.with_late:
                continue
            line = page.content[place]
            for _, number in group:
                rule = self._repeaters[number].rule
                if _repeats_a_line_that_stays(rule, line, headline, page, claims) and acts(rule, page.content, place):
                    if was_alive:
                        claims.add(line, rule, named=True)
                    else:
                        claims.late[place].append(rule)
            if line is headline and was_alive and not claims.is_alive(place):
                return place
        return None


def _make_repeater(rule: Rule, number: int) -> _Repeater:
    repeats = rule.duplicate
    assert repeats is not None
    where = rule.conditions.where
    reach = where.first if where is not None and isinstance(where.first, int) else sys.maxsize
    relation = _relation(repeats.match, rule.patterns)
    return _Repeater(
        number, rule, repeats.against, repeats.match, bool(rule.patterns), _literals(rule), reach, relation
    )


def _relation(match: str, patterns: Sequence[LinePattern]) -> int | None:
    if match == "fuzzy" or (match == "contained" and patterns):
        return None
    if not patterns:
        return IS_IN
    if match == "exact":
        return HOLDS
    return ENDS_IN_HEAD if all(ends_in_group(pattern.source, "said") for pattern in patterns) else HOLDS_FIRST_WORD


def _literals(rule: Rule) -> tuple[bytes, ...]:
    """The literals of all patterns together; none where one of them needs none."""
    needed = [required_literals(pattern.source, is_whole=False, min_chars=1) for pattern in rule.patterns]
    literals: frozenset[str] = frozenset().union(*needed)
    return tuple(map(encode, literals)) if all(needed) else ()


class _View:
    """The folded lines of a page without some that have gone; places count what is left."""

    def __init__(self, page: Page, gone: Collection[int]) -> None:
        self.page = page
        self.kept = [place for place in range(len(page.phrases)) if place not in gone] if gone else None
        self.phrases = page.phrases if self.kept is None else [page.phrases[place] for place in self.kept]
        self.repeated = repeated_places(self.phrases)

    def passages(self, least: Passage) -> Sequence[int]:
        """Places of lines in a row that repeat others in a row, where those are as much as that."""
        runs = (run for run in repeated_runs(self.phrases) if len(run) >= least.line_count) if self.repeated else ()
        return [
            place
            for run in runs
            if Passage.of(self.page.scan, run if self.kept is None else [self.kept[place] for place in run]).holds(
                least
            )
            for place in run
        ]

    def meets(self, place: int, rule: Rule) -> bool:
        """Whether the line has the words that the rule asks for, and is prose or a heading where it asks."""
        own, scanned = rule.conditions.own, self.page.scan
        place = place if self.kept is None else self.kept[place]
        return own is NOTHING_ASKED or (
            (own.words is None or own.words.holds(scanned.word_count(place)))
            and (own.prose is None or scanned.is_prose(place) is own.prose)
            and (own.heading is None or scanned.is_heading(place) is own.heading)
        )

    def first(self, count: int) -> Sequence[int]:
        """The first places."""
        return range(min(count, len(self.phrases)))

    def holding(self, literals: tuple[bytes, ...]) -> Sequence[int]:
        """Places of lines that hold one of the folded literals; all places where there are none."""
        if not literals:
            return range(len(self.phrases))
        found = self._places(self.page.scan.places_holding(literals))
        return sorted({*found, *self.entangled}) if self.entangled else found

    @lazy
    def entangled(self) -> Sequence[int]:
        """Places of lines that are not folded character by character: what they hold can't be seen in parts."""
        return self._places(self.page.scan.entangled)

    def _places(self, on_page: Sequence[int]) -> Sequence[int]:
        """The places, among what is left, of lines of the page."""
        if self.kept is None or not on_page:
            return on_page
        held = frozenset(on_page)
        return [place for place, kept in enumerate(self.kept) if kept in held]


def _suspects(repeater: _Repeater, headline: Line | None, view: _View) -> Sequence[int]:
    """Places of lines that might repeat what the rule says that they repeat; the others surely don't."""
    against, match, reach = repeater.against, repeater.match, repeater.reach
    places: Sequence[int]
    if match == "exact" and not repeater.has_patterns:
        passage = repeater.rule.duplicate.passage if repeater.rule.duplicate else None
        places = _saying_again(view, against, headline) if passage is None else view.passages(passage)
    elif against == "earlier":
        places = view.holding(repeater.literals)
    elif against == "headline":
        places = _beside_headline(repeater, headline, view)
    else:
        places = _beside_neighbour(repeater, view)
    return [place for place in places if place < reach and view.meets(place, repeater.rule)] if places else places


def _saying_again(view: _View, against: str, headline: Line | None) -> Sequence[int]:
    """Places of lines whose phrase other lines have, too, where those are what is asked for."""
    phrases, repeated = view.phrases, view.repeated
    if not repeated or against == "earlier":
        return repeated
    if against == "headline":
        said = encode(headline.phrase) if headline is not None else None
        return [place for place in repeated if phrases[place] == said]
    step = 1 if against == "next" else -1
    return [place for place in places_beside(phrases, repeated, step, IS_IN) if phrases[place] == phrases[place + step]]


def _beside_headline(repeater: _Repeater, headline: Line | None, view: _View) -> Sequence[int]:
    """Places of lines that may say the headline, or a part of it, otherwise than word for word."""
    if headline is None or not headline.phrase:
        return ()
    said = encode(headline.phrase)
    if repeater.has_patterns:
        places = view.holding((said,) if repeater.match == "exact" else repeater.literals)
    elif repeater.match == "fuzzy":
        places = view.first(repeater.reach)
    else:
        places = [place for place in view.first(repeater.reach) if said.find(view.phrases[place]) >= 0]
    own = headline.place if view.kept is None else bisect_left(view.kept, headline.place)
    return [place for place in places if place != own]


def _beside_neighbour(repeater: _Repeater, view: _View) -> Sequence[int]:
    """Places of lines that may say what the next or previous line says, or a part of it."""
    is_part = repeater.has_patterns and repeater.match != "exact"
    places = view.holding(repeater.literals) if is_part else view.first(repeater.reach)
    if repeater.relation is None or not places:
        return places
    found = places_beside(view.phrases, places, 1 if repeater.against == "next" else -1, repeater.relation)
    return sorted({*found, *view.entangled}) if repeater.relation == ENDS_IN_HEAD and view.entangled else found


def _repeats_a_line_that_stays(rule: Rule, line: Line, headline: Line | None, page: Page, claims: Claims) -> bool:
    said = said_by(rule, line)
    other = _repeated_line(rule, said, line, headline, page, claims) if said else None
    if other is None or other is line or rule.duplicate is None:
        return False
    return _repeats(rule, said, other.phrase) and rule.duplicate.reaches(page, line, other)


def _repeated_line(rule: Rule, said: str, line: Line, headline: Line | None, page: Page, claims: Claims) -> Line | None:
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
        match = pattern.full_match(line) if pattern.needs.are_met(line.folded) else None
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
    places = (place for place in range(len(page.content)) if is_alive(place))
    title = page.document.title
    if title and (title := fold_phrase(title)):
        lines = [page.content[place] for place in islice(places, HEADLINE_LINES)]
        for line in lines:
            if line.phrase == title:
                return line
        for line in lines:
            if line.word_count >= HEADLINE_MIN_WORDS and (
                _begins(title, line.phrase) or _begins(line.phrase, title) or title.endswith(" " + line.phrase)
            ):
                return line
        first = lines[0] if lines else None
    else:
        place = next(places, None)
        first = page.content[place] if place is not None else None
    return first if first and first.is_heading and first.word_count >= HEADLINE_MIN_WORDS else None
