"""Who claims which line: a rule that names the line itself before one that takes it along (block, head, tail), the
smaller scope before the larger, then by id.  So the order of rules and packs can't matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from cleaner.line import Line
from cleaner.rules.match import Hit
from cleaner.rules.model import Rule, Scope, Verb
from cleaner.segment import Page

_before = itemgetter(0, 1, 2)  # who gets a line
_SCOPE_ORDER = {scope: place for place, scope in enumerate(Scope)}


def is_inside(hit: Hit) -> bool:
    """Whether the rule changes the line and leaves it where it is."""
    return hit.rule.scope is Scope.INLINE or hit.rule.action is Verb.REPLACE


@dataclass
class Claims:
    """The claims on a page's lines, by place; protected lines can't be claimed.

    `late` are the duplicates that would claim a line, had no other rule done so; they are looked for `with_late` only.
    """

    protected: Collection[int]
    with_late: bool = False
    by_place: dict[int, list[tuple[bool, int, str, Rule, Line]]] = field(default_factory=dict)
    late: defaultdict[int, list[Rule]] = field(default_factory=lambda: defaultdict(list))

    def add(self, line: Line, rule: Rule, *, named: bool) -> None:
        """Let the rule claim the line, which it names itself (`named`) or takes along."""
        if line.place not in self.protected:
            claim = (not named, _SCOPE_ORDER[rule.scope], rule.id, rule, line)
            self.by_place.setdefault(line.place, []).append(claim)

    def is_alive(self, place: int) -> bool:
        """Whether nobody claims the line."""
        return place not in self.by_place

    def is_headline(self, place: int) -> bool:
        """Whether the line may be the headline that others repeat: it stays, or it goes as the headline that it is."""
        return all(rule.category == "headline" for _, _, _, rule, _ in self.by_place.get(place, ()))

    def winners(self) -> Iterator[tuple[int, Rule]]:
        """The places of the lines that go, each with the rule that gets it."""
        for place, claims in self.by_place.items():
            yield place, (claims[0] if len(claims) == 1 else min(claims, key=_before))[3]

    def everyone(self, page: Page, hits: Sequence[Hit]) -> dict[int, list[Rule]]:
        """All rules that claim a line, by line number, the winner first; then the late ones, then those that only cut
        inside.
        """
        found: defaultdict[int, dict[str, Rule]] = defaultdict(dict)
        for place, claims in self.by_place.items():
            for _, _, _, rule, _ in sorted(claims, key=_before):
                found[place].setdefault(rule.id, rule)
        for place, rules in self.late.items():
            for rule in rules:
                found[place].setdefault(rule.id, rule)
        for hit in hits:
            if is_inside(hit) and hit.line.place not in self.protected:
                found[hit.line.place].setdefault(hit.rule.id, hit.rule)
        return {page.content[place].number: list(rules.values()) for place, rules in found.items()}
