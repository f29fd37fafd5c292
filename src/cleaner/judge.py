"""Rules x lines -> edits.  Rules point, nothing is cut here.

All rules look at the page as it stands; then each line goes to one of the rules that claim it (`cleaner.claims`).
Duplicates come last, because the line that a duplicate repeats must be one that stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

import msgspec

from cleaner.claims import Claims, acts, is_inside
from cleaner.duplicates import Duplicates
from cleaner.line import Line
from cleaner.model import Action, Edit
from cleaner.rules.match import Hit, LiteralMatcher
from cleaner.rules.model import Rule, Scope, Take, Verb
from cleaner.rules.pattern import fill_template
from cleaner.segment import Page

_start = attrgetter("start")


class Judged(msgspec.Struct, frozen=True):
    """What rules ask for on a page: edits, sorted and disjoint, with offsets into its text.

    `rest` are the lasting hits on lines that stay.  `gone` are the places of the lines that go, None where others
    change, too.
    """

    edits: list[Edit]
    page: Page
    rest: list[Hit]
    gone: frozenset[int] | None

    @property
    def kept(self) -> list[int]:
        """The places of the lines that stay; all of them where `gone` is None."""
        gone = self.gone or ()
        return [place for place in range(len(self.page.content)) if place not in gone]


class Judge:
    """Rules made ready once, for many pages."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._matcher = LiteralMatcher(self.rules)
        self._duplicates = Duplicates([rule for rule in self.rules if rule.scope is Scope.DUPLICATE])

    def judge(self, page: Page) -> Judged:
        """The edits that the rules ask for."""
        return self._judge(page, self._matcher.find(page))

    def judge_rest(self, judged: Judged, text: str) -> Judged:
        """The edits that the rules ask for in a page's text after the lines that go have gone, and no others changed.

        The lines that stay say what they said, so no rule is matched again.
        """
        page = judged.page.without(judged.gone or frozenset(), text)
        kept = judged.kept
        rest = [_moved(hit, page.content[bisect_left(kept, hit.line.place)]) for hit in judged.rest]
        return self._judge(page, rest + self._matcher.find_at_edges(page))

    def _judge(self, page: Page, found: list[Hit]) -> Judged:
        hits, claims = self._look(page, found, with_late=False)
        edits = [_line_edit(line, rule) for line, rule in claims.winners()]
        inside = list(_span_edits(page, hits, claims))
        gone = None if inside else frozenset(claims.by_place)
        rest = [hit for hit in found if hit.is_lasting and hit.line.place not in claims.by_place]
        return Judged(sorted(edits + inside, key=_start), page, rest, gone)

    def is_settled(self, judged: Judged) -> bool:
        """Whether the rules surely ask for nothing more once the lines have gone."""
        if judged.gone is None or judged.rest:
            return False
        if not judged.gone:
            return True
        return not self._matcher.may_hit_at_edges(judged.page, judged.kept) and self._duplicates.are_settled(
            judged.page, judged.gone
        )

    def claims(self, page: Page) -> dict[int, list[Rule]]:
        """Every rule that would take a line or change it, by line number, the one that gets the line first.

        Behind the rules that claim the whole line come the duplicates that it is, and those that would cut inside it.
        """
        hits, claims = self._look(page, self._matcher.find(page), with_late=True)
        return claims.everyone(page, hits)

    def keepers(self, page: Page) -> dict[int, list[Rule]]:
        """The `keep` rules that protect a line, by line number."""
        found: defaultdict[int, list[Rule]] = defaultdict(list)
        for hit in _acting(self._matcher.find(page), page):
            if hit.rule.action is Verb.KEEP:
                found[hit.line.number].append(hit.rule)
        return dict(found)

    def _look(self, page: Page, found: Iterable[Hit], *, with_late: bool) -> tuple[list[Hit], Claims]:
        """The hits of rules that act, and who claims which line."""
        hits = _acting(found, page)
        claims = Claims({hit.line.place for hit in hits if hit.rule.action is Verb.KEEP}, with_late)
        for hit in hits:
            if hit.rule.action is Verb.REMOVE and hit.rule.scope is not Scope.INLINE:
                taken = _taken(hit, page)
                if taken is not None:
                    claims.add(hit.line, hit.rule, named=True)
                    for line in taken:
                        claims.add(line, hit.rule, named=False)
        self._duplicates.claim(page, claims)
        return hits, claims


def _moved(hit: Hit, line: Line) -> Hit:
    """The hit on the same line of another page."""
    shift = line.text_start - hit.line.text_start
    return Hit(hit.rule, line, hit.start + shift, hit.end + shift, hit.match)


def _acting(hits: Iterable[Hit], page: Page) -> list[Hit]:
    return [hit for hit in hits if acts(hit.rule, page, hit.line)]


def _taken(hit: Hit, page: Page) -> Iterable[Line] | None:
    """The lines that a rule takes along with the line that it matches; None where it takes none, not even that one."""
    if hit.rule.scope is Scope.HEAD:
        return page.content[: hit.line.place]
    if hit.rule.scope is Scope.TAIL:
        return page.below(hit.line)
    if hit.rule.take is not None:
        return _block(hit.line, page.below(hit.line), hit.rule.take)
    return ()


def _block(opening: Line, below: Iterable[Line], take: Take) -> list[Line] | None:
    """The lines below the opening line that belong to its block; None where the block has no end and must stay."""
    taken, stop = reach(opening, below, take)
    return None if take.until_blank and stop else taken


def reach(opening: Line, below: Iterable[Line], take: Take) -> tuple[list[Line], Line | None]:
    """The lines that a block takes, and the first that it may not take; None at a blank line that ends it, or at the
    end of the text.
    """
    taken: list[Line] = []
    for line in below:
        distance = line.number - (taken[-1] if taken else opening).number
        if take.until_blank and taken and distance > 1:
            return taken, None
        is_inside = (take.lines is None or len(taken) < take.lines) and (
            take.while_ is None or take.while_.holds(line, distance)
        )
        if not is_inside:
            return taken, line
        taken.append(line)
    return taken, None


def _line_edit(line: Line, rule: Rule) -> Edit:
    return Edit(line.start, line.end, "", Action.REMOVE, rule.reason, takes_line=True)


def _span_edits(page: Page, hits: Sequence[Hit], claims: Claims) -> Iterable[Edit]:
    """Edits inside lines that stay: inline removals and replacements; where two overlap, the earlier and longer one."""
    spans = defaultdict(list)
    for hit in hits:
        if is_inside(hit) and claims.is_alive(hit.line.place) and hit.line.place not in claims.protected:
            spans[hit.line.place].append(hit)
    for place, found in spans.items():
        line = page.content[place]
        found.sort(key=lambda hit: (hit.start, -hit.end, hit.rule.id))
        edits: list[Edit] = []
        for hit in found:
            start, end, after = _cut_span(hit, page.document.text)
            if (not edits or start >= edits[-1].end) and page.document.text[start:end] != after:
                action = Action.REPLACE if after else Action.REMOVE
                edits.append(Edit(start, end, after, action, hit.rule.reason))
        if edits and not _is_left(line, edits):
            edits = [Edit(line.start, line.end, "", Action.REMOVE, edits[0].reason, takes_line=True)]
        yield from edits


def _cut_span(hit: Hit, text: str) -> tuple[int, int, str]:
    """Span and replacement of a hit inside a line; a removal takes the space along that would stand twice or
    outside.
    """
    start, end = hit.start, hit.end
    if hit.match is not None and "cut" in hit.match.re.groupindex:
        start, end = (hit.line.text_start + offset for offset in hit.match.span("cut"))
        if start >= end or start < hit.line.text_start:
            return hit.start, hit.start, ""
    if hit.rule.action is Verb.REPLACE:
        return start, end, fill_template(hit.rule.replacement, hit.match, hit.line)
    line_end = hit.line.text_start + len(hit.line.text)
    if end == line_end:
        while start > hit.line.text_start and text[start - 1].isspace():
            start -= 1
    elif start == hit.line.text_start or text[start - 1].isspace():
        while end < line_end and text[end].isspace():
            end += 1
    return start, end, ""


def _is_left(line: Line, edits: Sequence[Edit]) -> bool:
    """Whether anything of the line stays or comes instead."""
    taken = sum(min(edit.end, line.text_start + len(line.text)) - edit.start for edit in edits)
    return taken < len(line.text) or any(edit.after for edit in edits)
