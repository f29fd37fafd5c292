"""Why each line of a text stays or goes: the edits of the real pipeline, told line by line.

Nothing is decided here.  Verdicts are read off the edits that cleaning made, so an explanation and a run can't
disagree: what is left of the lines, put together, is the clean text.  The other rules that would have taken a line, and
why one rule does not, are told of the *first look*: the repaired text before anything is cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from msgspec import structs

from cleaner.cut import LINE_END, cut
from cleaner.judge import Judge
from cleaner.line import Line
from cleaner.model import Action, CleanerError, Document, Edit
from cleaner.pipeline import Cleaner
from cleaner.repair import REPAIRS, repair
from cleaner.rules.match import Hit
from cleaner.rules.model import Rule
from cleaner.segment import Page, segment
from cleaner.why_not import FirstLook, WhyNot, hits_of, why_not


class ExplainError(CleanerError):
    """There is no such rule or no such line."""


class Verdict(StrEnum):
    """What became of a line."""

    KEPT = "kept"
    REMOVED = "removed"
    REPLACED = "replaced"
    CHANGED = "changed inside"
    REPAIRED = "repaired"


_REPAIR_WHY = {
    "line-end": "Line ends are written one way.",
    "mojibake": "UTF-8 that was read in another encoding, or bytes that stand for no text.",
    "entity": "An HTML entity in a text that is no HTML stands for its character.",
    "control": "Control characters are no text.",
    "normalization": "A letter and its marks are one character (NFC).",
    "trailing-space": "White space at the end of a line says nothing.",
    "blank-line": "One blank line between others is enough, and none at the edges.",
    "final-newline": "A text ends in a newline.",
}
# Repairs that nobody sees; another edit of the same line explains it better.
_UNSEEN = {REPAIRS[name].rule for name in ("line-end", "trailing-space", "final-newline")}


@dataclass(frozen=True, slots=True)
class Voice:
    """A rule, or a repair of the pipeline, and its reason."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A line of the decoded source (`line`, 1-based) with its verdict and the rule behind it.

    `text` and `after`, what stands there now, have no line end; `after` is None where nothing of the line is left.
    `others` are rules beside it: those that changed the line as well and, where they were asked for, those that would
    have taken it.  A kept line names the `keep` rule that protects it, if one does.
    """

    line: int
    text: str
    verdict: Verdict
    rule: str = ""
    why: str = ""
    after: str | None = None
    others: tuple[Voice, ...] = ()
    why_not: WhyNot | None = None


def explain(cleaner: Cleaner, document: Document, *, with_claims: bool = False) -> list[Explained]:
    """Every line of the document's text, in order.

    `with_claims` adds all the rules that would have taken a line on the first look, not only the one that got it.
    """
    return list(_Explainer(cleaner, document).lines(with_claims=with_claims))


def explain_why_not(
    cleaner: Cleaner, document: Document, rule: Rule, line: int | None = None, *, with_claims: bool = False
) -> list[Explained]:
    """The line, or all lines that the rule's phrases or patterns match (all where it has none), and what keeps it away.

    Raises `ExplainError` for a line that the text does not have.
    """
    explainer = _Explainer(cleaner, document)
    lines = list(explainer.lines(with_claims=with_claims))
    chosen = [pick(lines, line)] if line is not None else lines
    hits = explainer.hits(rule)
    found = (replace(explained, why_not=explainer.why_not(rule, explained, hits)) for explained in chosen)
    return [explained for explained in found if line is not None or (explained.why_not and explained.why_not.matches)]


def pick(lines: Sequence[Explained], line: int) -> Explained:
    """The line of that 1-based number; raises `ExplainError` where the text does not have it."""
    if not 1 <= line <= len(lines):
        has = f"the text has lines 1 to {len(lines):,}" if lines else "the text has no lines"
        raise ExplainError(f"no line {line:,}: {has}")
    return lines[line - 1]


def split_source(source: str) -> list[int]:
    """Where each line of a decoded text starts, and at the end where the last one ends; numbered as edits are.

    >>> split_source("One\\r\\nTwo")
    [0, 5, 8]
    """
    starts = [0, *(match.end() for match in LINE_END.finditer(source))]
    return starts if starts[-1] == len(source) else [*starts, len(source)]


def edits_by_line(starts: Sequence[int], edits: Iterable[Edit]) -> list[list[Edit]]:
    """The edits that touch each line; one that spans several lines stands with each of them."""
    count = len(starts) - 1
    found: list[list[Edit]] = [[] for _ in range(count)]
    for edit in edits:
        number = min(bisect_right(starts, edit.start) - 1, count - 1)
        while 0 <= number < count and (not found[number] or found[number][-1] is not edit):
            found[number].append(edit)
            number += edit.end > starts[number + 1]
    return found


def what_is_left(source: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """What a line of the source comes to, by the edits that touch it; what an edit puts there belongs to its first
    line.
    """
    parts = []
    position = start
    for edit in edits:
        parts.append(source[position : max(position, edit.start)])
        if edit.start >= start:
            parts.append(edit.after)
        position = max(position, edit.end)
    parts.append(source[position:end])
    return "".join(parts)


class _Explainer:
    """One document: what cleaning did to it, and what the rules see of it at first."""

    def __init__(self, cleaner: Cleaner, document: Document) -> None:
        self.rules = cleaner.rules
        self.document = document
        self.cleaned = cleaner.clean_document(document)
        self.starts = split_source(document.text)
        self.edits = edits_by_line(self.starts, self.cleaned.edits)
        self.judge = Judge(cleaner.rules.rules)

    @cached_property
    def repairs(self) -> list[Edit]:
        return repair(self.document.text)

    @cached_property
    def page(self) -> Page:
        """The lines as the rules see them on their first look."""
        return segment(structs.replace(self.document, text=cut(self.document.text, self.repairs)))

    @cached_property
    def page_lines(self) -> dict[int, list[Line]]:
        """0-based line of the source -> lines of the page that it became: mostly one, and none where it was the last
        line and is empty.
        """
        found: dict[int, list[Line]] = {}
        waiting = list(reversed(self.repairs))
        shift = 0  # offset in the source minus offset in the page, behind the edits that are through
        for line in self.page.lines:
            while waiting and waiting[-1].start - shift + len(waiting[-1].after) <= line.start:
                early = waiting.pop()
                shift = early.end - (early.start - shift + len(early.after))
            offset = line.start + shift
            if waiting:
                offset = min(offset, waiting[-1].start)
            number = min(bisect_right(self.starts, offset), len(self.starts) - 1) - 1
            found.setdefault(number, []).append(line)
        return found

    @cached_property
    def look(self) -> FirstLook:
        return FirstLook(self.page, self.judge.claims(self.page), self.judge.keepers(self.page))

    def lines(self, *, with_claims: bool) -> Iterator[Explained]:
        for number, edits in enumerate(self.edits):
            start, end = self.starts[number], self.starts[number + 1]
            left = what_is_left(self.document.text, start, end, edits)
            by_rules = [edit for edit in edits if edit.action is not Action.REPAIR]
            text = _without_line_end(self.document.text[start:end])
            if not left:
                verdict = Verdict.REMOVED
            elif not edits:
                verdict = Verdict.KEPT
            elif not by_rules:
                verdict = Verdict.REPAIRED
            elif _is_replaced(text, start, by_rules):
                verdict = Verdict.REPLACED
            else:
                verdict = Verdict.CHANGED
            voices = self._voices(number, edits, with_claims=with_claims)
            first, others = (voices[0], voices[1:]) if edits or voices else (Voice("", ""), [])
            if not by_rules and verdict is not Verdict.REMOVED and (keeper := self._keeper(number)):
                first, others = (keeper, others) if not edits else (first, [keeper, *others])
            after = _without_line_end(left) if left else None
            yield Explained(number + 1, text, verdict, first.rule, first.why, after, tuple(others))

    def _voices(self, number: int, edits: Sequence[Edit], *, with_claims: bool) -> list[Voice]:
        """Who had a part in the line, the one that matters most first."""
        ranked = sorted(edits, key=_weight, reverse=True)
        names = dict.fromkeys(edit.reason.rule for edit in ranked)
        if with_claims:
            for line in self.page_lines.get(number, ()):
                names.update(dict.fromkeys(rule.id for rule in self.look.claims.get(line.number, ())))
        return [Voice(name, self._why(name)) for name in names]

    def _keeper(self, number: int) -> Voice | None:
        for line in self.page_lines.get(number, ()):
            for rule in self.look.keepers.get(line.number, ()):
                return Voice(rule.id, rule.why)
        return None

    def _why(self, name: str) -> str:
        rule = self.rules.by_id.get(name)
        return rule.why if rule else _REPAIR_WHY[name.removeprefix("repair/")]

    def hits(self, rule: Rule) -> dict[int, Hit]:
        """Where the rule's phrases and patterns match, by line of the page."""
        return hits_of(rule, self.page)

    def why_not(self, rule: Rule, explained: Explained, hits: Mapping[int, Hit]) -> WhyNot:
        """What keeps the rule from the line; where a line became several, the one that the rule comes closest to."""
        acted = any(
            edit.reason.rule == rule.id for edit in self.edits[explained.line - 1] if edit.action is not Action.REPAIR
        )
        lines = self.page_lines.get(explained.line - 1, [])
        found = [why_not(rule, line, self.look, hits.get(line.number)) for line in lines if line.text]
        best = max(found, key=lambda answer: (answer.acts, answer.matches), default=WhyNot.blank(rule))
        owner = explained.rule if explained.verdict is not Verdict.KEPT else ""
        return best.after_all(acted=acted, owner="" if owner.startswith("repair/") else owner)


def _weight(edit: Edit) -> tuple[bool, bool, bool, int]:
    """How much an edit tells of its line: the one that takes all of it, then rules before repairs, then the longest."""
    return (
        edit.takes_line,
        edit.action is not Action.REPAIR,
        edit.reason.rule not in _UNSEEN,
        edit.end - edit.start,
    )


def _is_replaced(text: str, start: int, edits: Sequence[Edit]) -> bool:
    """Whether one edit puts something in the place of the whole line, outer white space apart."""
    body_start, body_end = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
    return any(edit.after and edit.start <= body_start and body_end <= edit.end for edit in edits)


def _without_line_end(text: str) -> str:
    end = LINE_END.search(text, max(0, len(text) - 2))
    return text[: end.start()] if end and end.end() == len(text) else text
