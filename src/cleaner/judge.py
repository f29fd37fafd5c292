"""Rules x lines -> what goes.  Rules point, nothing is cut here.

All rules look at the page as it stands; then each line goes to one of the rules that claim it (`cleaner.claims`).
Duplicates come last, because the line that a duplicate repeats must be one that stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cleaner.claims import Claims, claims_of, is_inside
from cleaner.duplicates import Duplicates
from cleaner.layer import layer_of
from cleaner.line import Content, Line
from cleaner.model import Action, Edit, Reason
from cleaner.rules.conditions import acts
from cleaner.rules.match import Hit, LiteralMatcher
from cleaner.rules.model import Rule, Scope, Take, Verb
from cleaner.rules.pattern import fill_template
from cleaner.segment import Page

# Looking into an enumeration takes longer than what is asked.
_KEEP, _REMOVE, _REPLACE = Verb.KEEP, Verb.REMOVE, Verb.REPLACE
_HEAD, _INLINE, _TAIL = Scope.HEAD, Scope.INLINE, Scope.TAIL


class Judged(msgspec.Struct, frozen=True):
    """What rules ask for on a page.

    `gone` are the lines that go, by place, and for which reason; `inside` edits inside lines that stay, sorted and
    disjoint, with offsets into the page's text.
    """

    page: Page
    gone: dict[int, Reason]
    inside: list[Edit]

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
        self._claims = {rule.id: claims_of(rule) for rule in self.rules}
        self._duplicates = Duplicates([rule for rule in self.rules if rule.scope is Scope.DUPLICATE])

    def judge(self, page: Page) -> Judged:
        """What the rules ask for, and then of the lines that stay, until they ask for nothing more of them.

        Lines that stay say what they said, so no rule is matched again.  Where a rule changes a line inside it does
        not, and the asking ends.
        """
        found = self._matcher.find(page)
        left = page.content
        gone: dict[int, Reason] = {}
        while True:
            newly, inside = self._look(page, left, found, gone)
            gone |= newly
            if inside or not newly:
                return Judged(page, gone, inside)
            found = [hit for hit in found if hit.is_lasting and hit.line.place not in gone]
            left = page.content.without(gone)
            assert left.rows is not None
            found += self._matcher.find_at_edges(page, left.rows)

    def look(self, page: Page) -> Judged:
        """What the rules ask for at first."""
        return Judged(page, *self._look(page, page.content, self._matcher.find(page), {}))

    def claims(self, page: Page) -> dict[int, list[Rule]]:
        """Every rule that would take a line at first or change it, by line number, the one that gets the line first.

        Behind the rules that claim the whole line come the duplicates that it is, and those that would cut inside it.
        """
        hits = _acting(self._matcher.find(page), page.content)
        claims = Claims(self._claims, _protected(hits), with_late=True)
        self._claim(page, page.content, hits, claims)
        return claims.everyone(page, hits)

    def keepers(self, page: Page) -> dict[int, list[Rule]]:
        """The `keep` rules that protect a line at first, by line number."""
        found: defaultdict[int, list[Rule]] = defaultdict(list)
        for hit in _acting(self._matcher.find(page), page.content):
            if hit.rule.action is _KEEP:
                found[hit.line.number].append(hit.rule)
        return dict(found)

    def _look(
        self, page: Page, left: Content, found: Iterable[Hit], gone: Mapping[int, Reason]
    ) -> tuple[dict[int, Reason], list[Edit]]:
        """Which of the lines that are left go, by place on the page, and the edits inside others."""
        hits = _acting(found, left)
        claims = Claims(self._claims, _protected(hits), gone)
        self._claim(page, left, hits, claims)
        newly = claims.winners()
        return newly, _inside_edits(page, hits, claims, newly)

    def _claim(self, page: Page, left: Content, hits: Iterable[Hit], claims: Claims) -> None:
        """Let the rules of the hits claim lines, and then the duplicates."""
        reached: dict[str, int] = {}
        for hit in hits:
            if hit.rule.action is _REMOVE and hit.rule.scope is not _INLINE:
                taken = _taken(hit, left, reached)
                if taken is not None:
                    claims.add(hit.line.place, hit.rule, named=True)
                    for place in taken:
                        claims.add(left.row(place), hit.rule, named=False)
        self._duplicates.claim(page, left, claims)


def _acting(hits: Iterable[Hit], left: Content) -> list[Hit]:
    return [hit for hit in hits if acts(hit.rule, left, left.place(hit.line.place))]


def _protected(hits: Iterable[Hit]) -> set[int]:
    """The places of the lines that `keep` rules protect."""
    return {hit.line.place for hit in hits if hit.rule.action is _KEEP}


def _taken(hit: Hit, left: Content, reached: dict[str, int]) -> range | None:
    """The places, among the lines left, of those that a rule takes along with the line that it matches; None where it
    takes none, not even that one.

    `reached` says how far each head and tail rule has come by its other hits, so that no line is taken along twice.
    """
    place, rule = left.place(hit.line.place), hit.rule
    if rule.scope is _HEAD:
        start = reached.get(rule.id, 0)
        reached[rule.id] = max(start, place)
        return range(start, place)
    if rule.scope is _TAIL:
        end = reached.get(rule.id, len(left))
        reached[rule.id] = min(end, place + 1)
        return range(place + 1, end)
    if rule.take is None:
        return range(0)
    end, is_closed = reach(left, place, rule.take)
    return None if rule.take.until_blank and not is_closed else range(place + 1, end)


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
    if hit.rule.action is _REPLACE:
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
