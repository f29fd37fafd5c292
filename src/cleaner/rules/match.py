"""Which rules' phrases and patterns stand where in a document: asked once per document, for all rules together.

A matcher answers for the whole page, so that it can scan the document instead of trying rule by rule and line by line.
Of conditions it knows how many words a line may have; `cleaner.judge` asks the others of the hits, and asks again
when lines have gone.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Protocol

import ahocorasick_rs
import msgspec
import regex

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.derived import kept
from cleaner.rules.literals import LINE_START, MIN_CHARS, first_words, longest_match, required_literals
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


# A rule, the half-open code-point span in the line that one of its patterns matches, and the match.
Match = tuple[Rule, int, int, regex.Match[str]]


class Matcher(Protocol):
    """Finds all hits of a set of rules in a page."""

    def find(self, page: Page) -> list[Hit]:
        """The hits, in any order; a rule of a whole-line scope hits a line at most once."""


class _Try:
    """A pattern of a rule, to be tried on lines that are no longer than it can match, in characters and words."""

    def __init__(self, pattern: LinePattern, rule: Rule, order: int) -> None:
        longest = None if rule.scope is Scope.INLINE else longest_match(pattern.source)
        words = rule.conditions.own.words
        self.pattern = pattern
        self.is_inside = rule.scope is Scope.INLINE
        first = frozenset() if self.is_inside else first_words(pattern.source)
        self.is_first_word = bool(first)
        self.literals = first or required_literals(pattern.source, is_whole=not self.is_inside, min_chars=MIN_CHARS)
        self.rule = rule
        self.order = order
        self.longest_chars = math.inf if longest is None else longest
        self.count_to = 1 << 30 if words is None or words.max is None else words.max + 1


_fold = kept(fold_phrase)


class _Scan:
    """Literals, and what to try where one of them stands."""

    def __init__(self, by_literal: Mapping[str, list[_Try]]) -> None:
        self.tries = list(by_literal.values())
        self.automaton = ahocorasick_rs.BytesAhoCorasick(
            [literal.encode() for literal in by_literal], implementation=ahocorasick_rs.Implementation.DFA
        )


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
            trial = _Try(pattern, rule, order)
            for literal in trial.literals:
                by_literal[literal].append(trial)
            if not trial.literals:
                self._always.append(trial)
        for rule in rules:
            if rule.scope in (Scope.INLINE, Scope.DUPLICATE):
                continue
            if not rule.phrases and not rule.patterns:
                self._shapes.append(rule)
            for phrase in {_fold(phrase) for phrase in rule.phrases}:
                self._phrases[phrase.encode()].append(rule)
        heads = {literal: tries for literal, tries in by_literal.items() if literal.startswith(LINE_START)}
        others = {literal: tries for literal, tries in by_literal.items() if literal not in heads}
        # apart, because literals that all begin with a newline are found many times as fast
        self._scans = [_Scan(literals) for literals in (heads, others) if literals]
        self._known: dict[str, list[Match]] = {}

    def find(self, page: Page) -> list[Hit]:
        """The hits, those of phrases first."""
        hits: list[Hit] = []
        said = self._phrases.keys() & page.phrases
        if said:
            hits.extend(self._phrase_hits(said, page))
        tries = self._candidates(page)
        if tries:
            found = {(hit.rule.id, hit.line.place) for hit in hits}
            for place, trials in tries.items():
                line = page.content[place]
                for rule, start, end, match in self._matches(line, trials):
                    if rule.scope is Scope.INLINE or (rule.id, place) not in found:
                        hits.append(Hit(rule, line, line.text_start + start, line.text_start + end, match))
        if self._shapes:
            for line in page.content:
                hits.extend(_whole(rule, line) for rule in self._shapes)
        return hits

    def _phrase_hits(self, said: set[bytes], page: Page) -> Iterator[Hit]:
        for place, phrase in enumerate(page.phrases):
            if phrase in said:
                line = page.content[place]
                if len(line.text) <= PhraseSet.MAX_LINE_CHARS:
                    yield from (_whole(rule, line) for rule in self._phrases[phrase])

    def _candidates(self, page: Page) -> dict[int, list[_Try]]:
        """What to try, by places of lines."""
        scanned = page.scan
        table, raw, starts = scanned.table, scanned.raw, page.folded_starts
        folded = scanned.folded
        tries: dict[int, list[_Try]] = {}
        for scan in self._scans:
            for index, found, end in scan.automaton.find_matches_as_indexes(folded, overlapping=True):
                place = bisect_right(starts, end - 1) - 1
                row = place * COLUMNS
                start, size = table[row + BYTE_START], table[row + TEXT_END] - table[row + TEXT_START]
                is_ascii = table[row + BYTE_END] - start == size
                line = folded[starts[place] - 1 : starts[place + 1] if place + 1 < len(starts) else len(folded)]
                for trial in scan.tries[index]:
                    if (
                        size <= trial.longest_chars
                        and not (trial.is_first_word and is_ascii and _WORD.search(folded, starts[place], found))
                        and (trial.is_inside or trial.pattern.needs.are_met(line))
                        and count_words(raw, start, table[row + BYTE_END], trial.count_to) < trial.count_to
                    ):
                        tries.setdefault(place, []).append(trial)
        if self._always:
            for place in range(page.scan.line_count):
                tries.setdefault(place, []).extend(self._always)
        return tries

    def _matches(self, line: Line, trials: list[_Try]) -> list[Match]:
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


_WORD = re.compile(rb"[a-z0-9_]")


def _whole(rule: Rule, line: Line) -> Hit:
    return Hit(rule, line, line.text_start, line.text_start + len(line.text))


def _try(trial: _Try, line: Line, found: set[str]) -> Iterator[Match]:
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
