"""Rules x lines -> what goes.  Rules point, nothing is cut here.

All rules look at the page as it stands; then each line goes to one of the rules that claim it (`cleaner.claims`).
Duplicates come last, because the line that a duplicate repeats must be one that stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from cleaner.claims import Claims, is_inside
from cleaner.duplicates import Duplicates
from cleaner.layer import layer_of
from cleaner.line import Content, Line
from cleaner.model import Action, Edit, Reason
from cleaner.rules.conditions import acts
from cleaner.rules.match import Hit, LiteralMatcher
from cleaner.rules.model import Rule, Scope, Take, Verb
from cleaner.rules.pattern import fill_template
from cleaner.segment import Page


class Judged(msgspec.Struct, frozen=True):
    """What rules ask for on a page.

    `gone` are the lines that go, by place, and for which reason; `inside` edits inside lines that stay, sorted and
    disjoint, with offsets into the page's text; `rest` the lasting hits on lines that stay.
    """

    page: Page
    gone: dict[int, Reason]
    inside: list[Edit]
    rest: list[Hit]

    @property
    def kept(self) -> list[int]:
        """The places of the lines that stay."""
        return [place for place in range(len(self.page.content)) if place not in self.gone]

    @property
    def layer(self) -> list[Edit]:
        """All edits of the page's text, those of white space among them; see `cleaner.layer`."""
        return layer_of(self.page.document.text, self.page.scan, self.gone, self.inside)

    @property
    def edits(self) -> list[Edit]:
        """The edits of the page's text that rules ask for."""
        return [edit for edit in self.layer if edit.action is not Action.REPAIR]


class Judge:
    """Rules made ready once, for many pages."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._matcher = LiteralMatcher(self.rules)
        self._duplicates = Duplicates([rule for rule in self.rules if rule.scope is Scope.DUPLICATE])

    def judge(self, page: Page) -> Judged:
        """What the rules ask for."""
        return self._judge(page, self._matcher.find(page))

    def judge_rest(self, judged: Judged, text: str) -> Judged:
        """What the rules ask for in a page's text after the lines that go have gone, and no others changed.

        The lines that stay say what they said, so no rule is matched again.
        """
        page = judged.page.without(frozenset(judged.gone), text)
        kept = judged.kept
        rest = [_moved(hit, page.content[bisect_left(kept, hit.line.place)]) for hit in judged.rest]
        return self._judge(page, rest + self._matcher.find_at_edges(page))

    def _judge(self, page: Page, found: list[Hit]) -> Judged:
        hits, claims = self._look(page, found, with_late=False)
        gone = {place: rule.reason for place, rule in claims.winners()}
        inside = _inside_edits(page, hits, claims, gone)
        rest = [hit for hit in found if hit.is_lasting and hit.line.place not in gone]
        return Judged(page, gone, inside, rest)

    def is_settled(self, judged: Judged) -> bool:
        """Whether the rules surely ask for nothing more once what they ask for is done."""
        if judged.inside or not judged.gone:
            return not judged.inside
        page, kept = judged.page, judged.kept
        found = [*judged.rest, *self._matcher.find_at_edges(page, kept)]
        if found:
            left = page.content.without(judged.gone)
            if any(acts(hit.rule, left, bisect_left(kept, hit.line.place)) for hit in found):
                return False
        return self._duplicates.are_settled(page, judged.gone)

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
    return [hit for hit in hits if acts(hit.rule, page.content, hit.line.place)]


def _taken(hit: Hit, page: Page) -> Iterable[Line] | None:
    """The lines that a rule takes along with the line that it matches; None where it takes none, not even that one."""
    if hit.rule.scope is Scope.HEAD:
        return page.content[: hit.line.place]
    if hit.rule.scope is Scope.TAIL:
        return page.content[hit.line.place + 1 :]
    if hit.rule.take is not None:
        return _block(page.content, hit.line.place, hit.rule.take)
    return ()


def _block(content: Content, opening: int, take: Take) -> Sequence[Line] | None:
    """The lines below the opening line that belong to its block; None where the block has no end and must stay."""
    end, is_closed = reach(content, opening, take)
    return None if take.until_blank and not is_closed else content[opening + 1 : end]


def reach(content: Content, opening: int, take: Take) -> tuple[int, bool]:
    """The place up to which a block reaches that opens at a place, and whether nothing stops it there: a blank line
    ends it, or the text does.
    """
    place = opening + 1
    while place < len(content):
        distance = content.distance(place - 1, 1)
        if take.until_blank and place > opening + 1 and distance > 1:
            return place, True
        is_inside = (take.lines is None or place - opening <= take.lines) and (
            take.while_ is None or take.while_.holds(content, place, distance)
        )
        if not is_inside:
            return place, False
        place += 1
    return place, True


def _inside_edits(page: Page, hits: Sequence[Hit], claims: Claims, gone: dict[int, Reason]) -> list[Edit]:
    """Edits inside lines that stay: inline removals and replacements; where two overlap, the earlier and longer one.

    A line of which nothing is left goes, too.
    """
    spans = defaultdict(list)
    for hit in hits:
        if is_inside(hit) and claims.is_alive(hit.line.place) and hit.line.place not in claims.protected:
            spans[hit.line.place].append(hit)
    inside: list[Edit] = []
    for place, found in sorted(spans.items()):
        line = page.content[place]
        found.sort(key=lambda hit: (hit.start, -hit.end, hit.rule.id))
        edits: list[Edit] = []
        for hit in found:
            start, end, after = _cut_span(hit, page.document.text)
            if (not edits or start >= edits[-1].end) and page.document.text[start:end] != after:
                action = Action.REPLACE if after else Action.REMOVE
                edits.append(Edit(start, end, after, action, hit.rule.reason))
        if edits and not _is_left(line, edits):
            gone[place] = edits[0].reason
        else:
            inside += edits
    return inside


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
