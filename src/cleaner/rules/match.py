"""Which rules' phrases and patterns stand where in a document: asked once per document, for all rules together.

A matcher answers for the whole page, so that it can scan the document instead of trying rule by rule and line by line.
Of conditions it knows how many words a line may have; `cleaner.judge` asks the others of the hits, and asks again
when lines have gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Protocol

import msgspec
import regex

from cleaner.fold import fold_phrase
from cleaner.line import Line
from cleaner.repeats import places_among
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.derived import kept
from cleaner.rules.literals import MIN_CHARS, first_words, longest_match, required_literals
from cleaner.rules.model import Rule, Scope
from cleaner.rules.pattern import LinePattern, phrase_pattern
from cleaner.rules.screen import Screen, Trial
from cleaner.scan import encode
from cleaner.segment import Page


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A rule's phrase or pattern on a line; `start` and `end` are half-open code-point offsets into the document.

    `match` is the pattern's match, None for a phrase.
    """

    rule: Rule
    line: Line
    start: int
    end: int
    match: regex.Match[str] | None = None


# A rule, the half-open code-point span in the line that one of its patterns matches, and the match.
Match = tuple[Rule, int, int, regex.Match[str]]


class Matcher(Protocol):
    """Finds all hits of a set of rules in a page."""

    def find(self, page: Page) -> list[Hit]:
        """The hits, in any order; a rule of a whole-line scope hits a line at most once."""


def _trial(pattern: LinePattern, rule: Rule, order: int) -> tuple[Trial, frozenset[str]]:
    """A pattern of a rule as it is tried, and the literals one of which a line must hold; none for any line."""
    is_inside = rule.scope is Scope.INLINE
    longest = None if is_inside else longest_match(pattern.source)
    words = rule.conditions.own.words
    first = frozenset() if is_inside else first_words(pattern.source)
    trial = Trial(
        pattern,
        rule,
        order,
        needs=pattern.needs,
        longest_chars=-1 if longest is None else longest,
        most_words=-1 if words is None or words.max is None else words.max,
        is_inside=is_inside,
        is_first_word=bool(first),
    )
    return trial, first or required_literals(pattern.source, is_whole=not is_inside, min_chars=MIN_CHARS)


_fold = kept(fold_phrase)


class LiteralMatcher:
    """Finds in one scan of the document which lines hold a literal that some rule needs, and tries only those.

    Phrases are looked up all at once: the set of the document's lines, and the set of all phrases.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._phrases: defaultdict[bytes, list[Rule]] = defaultdict(list)
        self._shapes: list[Rule] = []
        self._always: list[Trial] = []
        by_literal: defaultdict[str, list[Trial]] = defaultdict(list)
        for order, (pattern, rule) in enumerate(_patterns(rules)):
            trial, literals = _trial(pattern, rule, order)
            for literal in literals:
                by_literal[literal].append(trial)
            if not literals:
                self._always.append(trial)
        for rule in rules:
            if rule.scope in (Scope.INLINE, Scope.DUPLICATE):
                continue
            if not rule.phrases and not rule.patterns:
                self._shapes.append(rule)
            for phrase in {_fold(phrase) for phrase in rule.phrases}:
                self._phrases[phrase.encode()].append(rule)
        self._screen = Screen({encode(literal): trials for literal, trials in by_literal.items()})
        self._known: dict[str, list[Match]] = {}

    def find(self, page: Page) -> list[Hit]:
        """The hits, those of phrases first."""
        hits = list(self._phrase_hits(page))
        candidates = self._candidates(page)
        if candidates:
            found = {(hit.rule.id, hit.line.place) for hit in hits}
            for place, trials in candidates.items():
                line = page.content[place]
                for rule, start, end, match in self._matches(line, trials):
                    if rule.scope is Scope.INLINE or (rule.id, place) not in found:
                        hits.append(Hit(rule, line, line.text_start + start, line.text_start + end, match))
        if self._shapes:
            for line in page.content:
                hits.extend(_whole(rule, line) for rule in self._shapes)
        return hits

    def _phrase_hits(self, page: Page) -> Iterator[Hit]:
        for place in places_among(page.phrases, self._phrases):
            line = page.content[place]
            if len(line.text) <= PhraseSet.MAX_LINE_CHARS:
                yield from (_whole(rule, line) for rule in self._phrases[page.phrases[place]])

    def _candidates(self, page: Page) -> dict[int, list[Trial]]:
        """What to try, by places of lines."""
        trials = self._screen.candidates(page.scan)
        if self._always:
            for place in range(page.scan.line_count):
                trials.setdefault(place, []).extend(self._always)
        return trials

    def _matches(self, line: Line, trials: list[Trial]) -> list[Match]:
        """What matches of the patterns that a line needs to be tried on; the lines that come back are known."""
        known = self._known.get(line.text)
        if known is None:
            known = []
            found: set[str] = set()
            for trial in sorted(set(trials), key=_order):
                known.extend(_try(trial, line, found))
            if len(line.text) <= KNOWN_CHARS:
                if len(self._known) >= KNOWN_LINES:
                    self._known.clear()
                self._known[line.text] = known
        return known


# Boilerplate comes back from document to document, in short lines; what patterns make of so many lines is remembered.
KNOWN_CHARS = 200
KNOWN_LINES = 20_000

_order = attrgetter("order")


def _patterns(rules: Sequence[Rule]) -> Iterator[tuple[LinePattern, Rule]]:
    for rule in rules:
        if rule.scope is not Scope.DUPLICATE:
            yield from ((pattern, rule) for pattern in rule.patterns)
        if rule.scope is Scope.INLINE:
            yield from ((phrase_pattern(phrase, rule.id), rule) for phrase in rule.phrases)


def _whole(rule: Rule, line: Line) -> Hit:
    return Hit(rule, line, line.text_start, line.text_start + len(line.text))


def _try(trial: Trial, line: Line, found: set[str]) -> Iterator[Match]:
    """The matches of one pattern in one line; a whole-line rule matches once, and `found` remembers that it did."""
    if trial.rule.scope is Scope.INLINE:
        for match in trial.pattern.find_all(line):
            if match.end() > match.start():
                yield trial.rule, match.start(), match.end(), match
    elif trial.rule.id not in found:
        whole = trial.pattern.full_match(line)
        if whole:
            found.add(trial.rule.id)
            yield trial.rule, 0, len(line.text), whole
