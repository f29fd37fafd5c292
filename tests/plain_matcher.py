"""The matcher without tricks, against which the one in use is compared: every phrase and pattern on every line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cleaner.fold import fold_phrase
from cleaner.line import Line
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.match import Hit
from cleaner.rules.model import Rule, Scope
from cleaner.rules.pattern import LinePattern, phrase_pattern
from cleaner.rules.pattern_bound import MAX_LINE_CHARS
from cleaner.segment import Page


class PlainMatcher:
    """The matcher without tricks: phrases from a table, patterns one after the other."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._phrases: defaultdict[str, list[Rule]] = defaultdict(list)
        self._patterns: list[tuple[LinePattern, Rule]] = []
        self._spans: list[tuple[LinePattern, Rule]] = []
        self._shapes: list[Rule] = []
        for rule in rules:
            if rule.scope is Scope.INLINE:
                self._spans.extend((pattern, rule) for pattern in rule.patterns)
                self._spans.extend((phrase_pattern(phrase, rule.id), rule) for phrase in rule.phrases)
            elif rule.scope is not Scope.DUPLICATE:
                if not rule.phrases and not rule.patterns:
                    self._shapes.append(rule)
                self._patterns.extend((pattern, rule) for pattern in rule.patterns)
                for phrase in sorted({fold_phrase(phrase) for phrase in rule.phrases}):
                    self._phrases[phrase].append(rule)

    def find(self, page: Page) -> list[Hit]:
        """The hits, line by line."""
        hits: list[Hit] = []
        for line in page.content:
            hits.extend(self._whole_line(line))
            hits.extend(self._inside(line))
        return hits

    def _whole_line(self, line: Line) -> list[Hit]:
        found: dict[str, Hit] = {}
        end = line.text_start + len(line.text)
        if len(line.text) <= PhraseSet.MAX_LINE_CHARS:
            for rule in self._phrases.get(line.phrase, ()):
                found[rule.id] = Hit(rule, line, line.text_start, end)
        for pattern, rule in self._patterns:
            is_short = len(line.text) <= MAX_LINE_CHARS
            if is_short and rule.id not in found and (match := pattern.compiled.fullmatch(line.shape)):
                found[rule.id] = Hit(rule, line, line.text_start, end, match)
        found |= {rule.id: Hit(rule, line, line.text_start, end) for rule in self._shapes}
        return list(found.values())

    def _inside(self, line: Line) -> list[Hit]:
        offset = line.text_start
        return [
            Hit(rule, line, offset + match.start(), offset + match.end(), match)
            for pattern, rule in self._spans
            for match in pattern.find_all(line)
            if match.end() > match.start()
        ]
