"""Which rules' phrases and patterns stand where in a document: asked once per document, for all rules together.

A matcher answers for the whole page, so that it can scan the document instead of trying rule by rule and line by line.
Of conditions it knows how many words a line may have, and which few lines at the edges a rule looks at; `cleaner.judge`
asks the others of the hits, and asks again when lines have gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec
import regex

from cleaner.fold import fold_phrase
from cleaner.line import Line
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.derived import kept
from cleaner.rules.known_phrases import KnownPhrases
from cleaner.rules.literals import MIN_CHARS, longest_match, other_needs_of, required_literals
from cleaner.rules.model import Rule, Scope
from cleaner.rules.pattern import LinePattern, phrase_pattern
from cleaner.rules.screen import Screen, Trial
from cleaner.segment import Page
from cleaner.utf8 import encode


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A rule's phrase or pattern on a line; `start` and `end` are half-open code-point offsets into the document.

    `match` is the pattern's match, None for a phrase.  A hit that is not `is_lasting` may be none when lines have gone:
    others come to the edges.
    """

    rule: Rule
    line: Line
    start: int
    end: int
    match: regex.Match[str] | None = None
    is_lasting: bool = True


_INLINE = Scope.INLINE  # looking into an enumeration takes longer than what is asked

# A trial, the half-open code-point span in the line that its pattern matches, and the match.
Match = tuple[Trial, int, int, regex.Match[str]]


class Matcher(Protocol):
    """Finds all hits of a set of rules in a page."""

    def find(self, page: Page) -> list[Hit]:
        """The hits, in any order; a rule of a whole-line scope hits a line at most once."""


def _trial(pattern: LinePattern, rule: Rule, order: int) -> tuple[Trial, frozenset[str]]:
    """A pattern of a rule as it is tried, and the literals one of which a line must hold; none for any line."""
    is_inside = rule.scope is Scope.INLINE
    literals = required_literals(pattern.source, is_whole=not is_inside, min_chars=MIN_CHARS)
    longest = None if is_inside else longest_match(pattern.source)
    words = rule.conditions.own.words
    trial = Trial(
        pattern,
        rule,
        order,
        needs=None if is_inside else other_needs_of(pattern.source, literals),
        longest_chars=-1 if longest is None else longest,
        most_words=-1 if words is None or words.max is None else words.max,
        first=_few_lines(rule, "first"),
        last=_few_lines(rule, "last"),
    )
    return trial, literals


_fold = kept(fold_phrase)


class LiteralMatcher:
    """Finds in one scan of the document which lines hold a literal that some rule needs, and tries only those.

    Phrases are looked up by their hashes.  Patterns of rules that look at the first or last few lines alone are tried
    there alone, and again when lines have gone.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._phrases: defaultdict[bytes, list[Rule]] = defaultdict(list)
        self._shapes: list[Rule] = []
        self._known: dict[str, tuple[list[Trial], list[Match]]] = {}
        for rule in rules:
            if rule.scope in (Scope.INLINE, Scope.DUPLICATE):
                continue
            if not rule.phrases and not rule.patterns:
                self._shapes.append(rule)
            for phrase in {_fold(phrase) for phrase in rule.phrases}:
                self._phrases[phrase.encode()].append(rule)
        self._known_phrases = KnownPhrases(self._phrases)
        by_literal: defaultdict[bytes, list[Trial]] = defaultdict(list)
        for order, (pattern, rule) in enumerate(_patterns(rules)):
            trial, literals = _trial(pattern, rule, order)
            for literal in literals or ("",):
                by_literal[encode(literal)].append(trial)
        self._screen = Screen(by_literal)

    def find(self, page: Page) -> list[Hit]:
        """The hits, in any order; where a rule looks at a few lines at the edges alone, those there."""
        hits = self._phrase_hits(page)
        candidates = self._screen.candidates(page.scan)
        if candidates:
            matched = self._pattern_hits(page, candidates)
            if hits and matched:
                found = {(hit.rule.id, hit.line.place) for hit in hits}
                matched = [
                    hit for hit in matched if hit.rule.scope is _INLINE or (hit.rule.id, hit.line.place) not in found
                ]
            hits += matched
        if self._shapes:
            for line in page.content:
                hits.extend(_whole(rule, line) for rule in self._shapes)
        return hits

    def find_at_edges(self, page: Page, places: Sequence[int]) -> list[Hit]:
        """The hits that are not lasting, were there only the lines of these places."""
        return self._pattern_hits(page, self._screen.candidates_at_edges(page.scan, places))

    def _phrase_hits(self, page: Page) -> list[Hit]:
        hits: list[Hit] = []
        for place in self._known_phrases.places(page.scan):
            line = page.content[place]
            if len(line.text) <= PhraseSet.MAX_LINE_CHARS:
                hits.extend(_whole(rule, line) for rule in self._phrases.get(page.phrase(place), ()))
        return hits

    def _pattern_hits(self, page: Page, candidates: dict[int, list[Trial]]) -> list[Hit]:
        """The hits of the candidates, line by line."""
        hits: list[Hit] = []
        for place, trials in candidates.items():
            line = page.content[place]
            for trial, start, end, match in self._matches(line, trials):
                begin = line.text_start
                hits.append(Hit(trial.rule, line, begin + start, begin + end, match, not trial.is_at_edge))
        return hits

    def _matches(self, line: Line, trials: list[Trial]) -> list[Match]:
        """What matches of the patterns that a line needs to be tried on; the lines that come back are known."""
        text = line.text
        is_kept = len(text) <= KNOWN_CHARS
        before = self._known.get(text) if is_kept else None
        if before is not None and before[0] == trials:
            return before[1]
        known: list[Match] = []
        found: set[str] = set()
        for trial in trials:
            known += _try(trial, line, found)
        if is_kept:
            if len(self._known) >= KNOWN_LINES:
                self._known.clear()
            self._known[text] = trials, known
        return known


FEW_LINES = 20  # a rule that looks at more lines than that at an edge is tried everywhere


def _few_lines(rule: Rule, edge: str) -> int:
    """How many lines at the edge the rule looks at; -1 where they are a share of all, or not few."""
    where = rule.conditions.where
    lines = None if where is None else where.last if edge == "last" else where.first
    return lines if isinstance(lines, int) and lines <= FEW_LINES else -1


# Boilerplate comes back from document to document, in short lines; what patterns make of so many lines is remembered.
KNOWN_CHARS = 200
KNOWN_LINES = 20_000


def _patterns(rules: Sequence[Rule]) -> Iterator[tuple[LinePattern, Rule]]:
    for rule in rules:
        if rule.scope is not Scope.DUPLICATE:
            yield from ((pattern, rule) for pattern in rule.patterns)
        if rule.scope is Scope.INLINE:
            yield from ((phrase_pattern(phrase, rule.id), rule) for phrase in rule.phrases)


def _whole(rule: Rule, line: Line) -> Hit:
    return Hit(rule, line, line.text_start, line.text_start + len(line.text))


def _try(trial: Trial, line: Line, found: set[str]) -> list[Match]:
    """The matches of one pattern in one line; a whole-line rule matches once, and `found` remembers that it did."""
    if trial.rule.scope is _INLINE:
        matches = trial.pattern.find_all(line)
        return [(trial, match.start(), match.end(), match) for match in matches if match.end() > match.start()]
    if trial.rule.id in found:
        return []
    whole = trial.pattern.full_match(line)
    if whole is None:
        return []
    found.add(trial.rule.id)
    return [(trial, 0, len(line.text), whole)]
