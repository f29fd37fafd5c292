"""Which rules' phrases and patterns stand where in a document: asked once per document, for all rules together.

A matcher answers for the whole page, so that a faster one can scan the document instead of trying rule by rule and
line by line.  It knows nothing of conditions; `cleaner.judge` asks those of the hits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import ahocorasick_rs
import regex

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.literals import MIN_CHARS, fold_literal, longest_match, required_literals
from cleaner.rules.model import Rule, Scope
from cleaner.rules.pattern import LinePattern, phrase_pattern
from cleaner.segment import Line, Page


@dataclass(frozen=True, slots=True)
class Hit:
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


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """A pattern of a rule, to be tried on a line."""

    pattern: LinePattern
    rule: Rule
    order: int
    longest: float


class LiteralMatcher:
    """Finds in one scan of the document which lines hold a literal that some rule needs, and tries only those.

    The scan is Aho-Corasick over the case-folded lines.  A phrase is looked up where its longest word stands, on lines
    that are not ASCII always, because their folding may change more than case.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._phrases: defaultdict[str, list[Rule]] = defaultdict(list)
        self._shapes: list[Rule] = []
        self._always: list[_Try] = []
        self._by_literal: defaultdict[str, list[_Try]] = defaultdict(list)
        phrase_words: set[str] = set()
        for order, (pattern, rule) in enumerate(_patterns(rules)):
            needed = required_literals(pattern.source)
            limit = None if rule.scope is Scope.INLINE else longest_match(pattern.source)
            trial = _Try(pattern, rule, order, math.inf if limit is None else limit)
            for literal in needed:
                self._by_literal[literal].append(trial)
            if not needed:
                self._always.append(trial)
        for rule in rules:
            if rule.scope in (Scope.INLINE, Scope.DUPLICATE):
                continue
            if not rule.phrases and not rule.patterns:
                self._shapes.append(rule)
            for phrase in sorted({fold_phrase(phrase) for phrase in rule.phrases}):
                self._phrases[phrase].append(rule)
                phrase_words.add(max(phrase.split(), key=len))
        self._short_words = any(len(word) < MIN_CHARS or not word.isascii() for word in phrase_words)
        self._literals = sorted({*self._by_literal, *(word for word in phrase_words if len(word) >= MIN_CHARS)})
        self._words = phrase_words
        self._scan = ahocorasick_rs.AhoCorasick(self._literals)

    def find(self, page: Page) -> list[Hit]:
        """The hits, line by line."""
        tries, phrase_lines = self._candidates(page)
        hits: list[Hit] = []
        for line in page.content:
            end = line.text_start + len(line.text)
            found: set[str] = set()
            if line.number in phrase_lines or not line.text.isascii() or self._short_words:
                rules = self._phrases.get(line.phrase, ()) if len(line.text) <= PhraseSet.MAX_LINE_CHARS else ()
                found.update(rule.id for rule in rules)
                hits.extend(Hit(rule, line, line.text_start, end) for rule in rules)
            size = len(line.text)
            trials = {trial for trial in (*self._always, *tries.get(line.number, ())) if size <= trial.longest}
            for trial in sorted(trials, key=lambda trial: trial.order):
                hits.extend(_try(trial, line, end, found))
            hits.extend(Hit(rule, line, line.text_start, end) for rule in self._shapes)
        return hits

    def _candidates(self, page: Page) -> tuple[dict[int, list[_Try]], set[int]]:
        """Patterns to try by line number, and the lines on which some phrase's longest word stands."""
        folded = [fold_literal(line.shape) for line in page.content]
        starts: list[int] = []
        position = 0
        for text in folded:
            starts.append(position)
            position += len(text) + 1
        tries: defaultdict[int, list[_Try]] = defaultdict(list)
        phrase_lines: set[int] = set()
        for index, start, _ in self._scan.find_matches_as_indexes("\n".join(folded), overlapping=True):
            line = page.content[bisect_right(starts, start) - 1]
            literal = self._literals[index]
            tries[line.number].extend(self._by_literal.get(literal, ()))
            if literal in self._words:
                phrase_lines.add(line.number)
        return tries, phrase_lines


def _patterns(rules: Sequence[Rule]) -> Iterator[tuple[LinePattern, Rule]]:
    for rule in rules:
        if rule.scope is not Scope.DUPLICATE:
            yield from ((pattern, rule) for pattern in rule.patterns)
        if rule.scope is Scope.INLINE:
            yield from ((phrase_pattern(phrase, rule.id), rule) for phrase in rule.phrases)


def _try(trial: _Try, line: Line, end: int, found: set[str]) -> Iterator[Hit]:
    """The hits of one pattern on one line; a whole-line rule hits once, and `found` remembers that it did."""
    if trial.rule.scope is Scope.INLINE:
        for match in trial.pattern.find_all(line):
            if match.end() > match.start():
                yield Hit(trial.rule, line, line.text_start + match.start(), line.text_start + match.end(), match)
    elif trial.rule.id not in found:
        whole = trial.pattern.full_match(line)
        if whole:
            found.add(trial.rule.id)
            yield Hit(trial.rule, line, line.text_start, end, whole)
