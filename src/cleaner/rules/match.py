"""Which rules' phrases and patterns stand where in a document: asked once per document, for all rules together.

A matcher answers for the whole page, so that it can scan the document instead of trying rule by rule and line by line.
It knows nothing of conditions but how many words a line may have; `cleaner.judge` asks the others of the hits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

import ahocorasick_rs
import msgspec
import regex

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.literals import MIN_CHARS, longest_match, required_literals
from cleaner.rules.model import Rule, Scope
from cleaner.rules.pattern import LinePattern, phrase_pattern
from cleaner.scan import BYTE_END, BYTE_START, COLUMNS, TEXT_END, TEXT_START, count_words
from cleaner.segment import Line, Page


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A rule's phrase or pattern on a line; `start` and `end` are half-open code-point offsets into the document.

    `match` is the pattern's match, None for a phrase.
    """

    rule: Rule
    line: Line
    start: int
    end: int
    match: regex.Match[str] | None = None


class Matcher(Protocol):
    """Finds all hits of a set of rules in a page."""

    def find(self, page: Page) -> list[Hit]:
        """The hits, in any order; a rule of a whole-line scope hits a line at most once."""


class _Try(msgspec.Struct, frozen=True, eq=False):
    """A pattern of a rule, to be tried on lines that are no longer than it can match, in characters and words."""

    pattern: LinePattern
    rule: Rule
    order: int
    longest_chars: float
    most_words: float


class LiteralMatcher:
    """Finds in one scan of the document which lines hold a literal that some rule needs, and tries only those.

    The scan is Aho-Corasick over the folded lines, as bytes.  Phrases are looked up all at once: the set of the
    document's lines, and the set of all phrases.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._phrases: defaultdict[bytes, list[Rule]] = defaultdict(list)
        self._shapes: list[Rule] = []
        self._always: list[_Try] = []
        by_literal: defaultdict[str, list[_Try]] = defaultdict(list)
        for order, (pattern, rule) in enumerate(_patterns(rules)):
            trial = _make_try(pattern, rule, order)
            needed = _literals(pattern, rule)
            for literal in needed:
                by_literal[literal].append(trial)
            if not needed:
                self._always.append(trial)
        for rule in rules:
            if rule.scope in (Scope.INLINE, Scope.DUPLICATE):
                continue
            if not rule.phrases and not rule.patterns:
                self._shapes.append(rule)
            for phrase in {fold_phrase(phrase) for phrase in rule.phrases}:
                self._phrases[phrase.encode()].append(rule)
        self._tries = list(by_literal.values())
        self._scan = ahocorasick_rs.BytesAhoCorasick(
            [literal.encode() for literal in by_literal], implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, page: Page) -> list[Hit]:
        """The hits, those of phrases first."""
        hits = list(self._phrase_hits(page))
        found = {(hit.rule.id, hit.line.place) for hit in hits}
        for place, trial in self._candidates(page):
            hits.extend(_try(trial, page.content[place], found))
        if self._shapes:
            for line in page.content:
                hits.extend(_whole(rule, line) for rule in self._shapes)
        return hits

    def _phrase_hits(self, page: Page) -> Iterator[Hit]:
        said = self._phrases.keys() & page.phrases
        if not said:
            return
        for place, phrase in enumerate(page.phrases):
            if phrase in said:
                line = page.content[place]
                if len(line.text) <= PhraseSet.MAX_LINE_CHARS:
                    yield from (_whole(rule, line) for rule in self._phrases[phrase])

    def _candidates(self, page: Page) -> list[tuple[int, _Try]]:
        """Places of lines, and what to try there, in the order of lines and rules."""
        scanned = page.scan
        table, starts = scanned.table, page.folded_starts
        places: dict[tuple[int, int], tuple[int, _Try]] = {}
        for index, _, end in self._scan.find_matches_as_indexes(scanned.folded, overlapping=True):
            place = bisect_right(starts, end - 1) - 1
            row = place * COLUMNS
            size = table[row + TEXT_END] - table[row + TEXT_START]
            for trial in self._tries[index]:
                if size <= trial.longest_chars:
                    places[place, trial.order] = place, trial
        for trial in self._always:
            places.update(((place, trial.order), (place, trial)) for place in range(scanned.line_count))
        return [places[key] for key in sorted(places) if _is_short_enough(page, *places[key])]


def _patterns(rules: Sequence[Rule]) -> Iterator[tuple[LinePattern, Rule]]:
    for rule in rules:
        if rule.scope is not Scope.DUPLICATE:
            yield from ((pattern, rule) for pattern in rule.patterns)
        if rule.scope is Scope.INLINE:
            yield from ((phrase_pattern(phrase, rule.id), rule) for phrase in rule.phrases)


def _make_try(pattern: LinePattern, rule: Rule, order: int) -> _Try:
    longest = None if rule.scope is Scope.INLINE else longest_match(pattern.source)
    words = rule.conditions.own.words
    most_words = None if words is None else words.max
    return _Try(
        pattern, rule, order, math.inf if longest is None else longest, math.inf if most_words is None else most_words
    )


def _literals(pattern: LinePattern, rule: Rule) -> frozenset[str]:
    return required_literals(pattern.source, is_whole=rule.scope is not Scope.INLINE, min_chars=MIN_CHARS)


def _is_short_enough(page: Page, place: int, trial: _Try) -> bool:
    if trial.most_words == math.inf:
        return True
    table, row = page.scan.table, place * COLUMNS
    most = int(trial.most_words)
    return count_words(page.scan.raw, table[row + BYTE_START], table[row + BYTE_END], most + 1) <= most


def _whole(rule: Rule, line: Line, match: regex.Match[str] | None = None) -> Hit:
    return Hit(rule, line, line.text_start, line.text_start + len(line.text), match)


def _try(trial: _Try, line: Line, found: set[tuple[str, int]]) -> Iterator[Hit]:
    """The hits of one pattern on one line; a whole-line rule hits once, and `found` remembers that it did."""
    if trial.rule.scope is Scope.INLINE:
        for match in trial.pattern.find_all(line):
            if match.end() > match.start():
                yield Hit(trial.rule, line, line.text_start + match.start(), line.text_start + match.end(), match)
    elif (trial.rule.id, line.place) not in found:
        whole = trial.pattern.full_match(line)
        if whole:
            found.add((trial.rule.id, line.place))
            yield _whole(trial.rule, line, whole)
