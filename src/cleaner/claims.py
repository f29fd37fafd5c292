"""Who claims which line: a rule that names the line itself before one that takes it along (block, head, tail), the
smaller scope before the larger, then by id.  So the order of rules and packs can't matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from cleaner.model import Reason
from cleaner.rules.match import Hit
from cleaner.rules.model import Rule, Scope, Verb
from cleaner.segment import Page

# Whether the rule takes the line along, the order of its scope and its id, by which the smallest claim gets the line;
# the rule, and the reason that it gives.
Claim = tuple[bool, int, str, Rule, Reason]

_who = itemgetter(0, 1, 2)
_SCOPE_ORDER = {scope: place for place, scope in enumerate(Scope)}
_INLINE, _REPLACE = Scope.INLINE, Verb.REPLACE  # looking into an enumeration takes longer than what is asked


def is_inside(hit: Hit) -> bool:
    """Whether the rule changes the line and leaves it where it is."""
    return hit.rule.scope is _INLINE or hit.rule.action is _REPLACE


def claims_of(rule: Rule) -> tuple[Claim, Claim]:
    """The rule's claims: to a line that it takes along, and to one that it names itself."""
    place, reason = _SCOPE_ORDER[rule.scope], rule.reason
    return (True, place, rule.id, rule, reason), (False, place, rule.id, rule, reason)


@dataclass
class Claims:
    """The claims on a page's lines, by place; protected lines can't be claimed, nor those that have `gone` before.

    `known` are the claims of each rule by its id (`claims_of`).  `late` are the duplicates that would claim a line, had
    no other rule done so; they are looked for `with_late` only.
    """

    known: Mapping[str, tuple[Claim, Claim]]
    protected: Collection[int] = ()
    gone: Collection[int] = ()
    with_late: bool = False
    by_place: dict[int, list[Claim]] = field(default_factory=dict)
    late: defaultdict[int, list[Rule]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: int, rule: Rule, *, named: bool) -> None:
        """Let the rule claim the line, which it names itself (`named`) or takes along."""
        if place not in self.protected:
            self.by_place.setdefault(place, []).append(self.known[rule.id][named])

    def is_alive(self, place: int) -> bool:
        """Whether the line is there and nobody claims it."""
        return place not in self.by_place and place not in self.gone

    def is_headline(self, place: int) -> bool:
        """Whether the line may be the headline that others repeat: it stays, or it goes as the headline that it is."""
        if place in self.by_place:
            return all(rule.category == "headline" for _, _, _, rule, _ in self.by_place[place])
        return place not in self.gone

    def winners(self) -> dict[int, Reason]:
        """The places of the lines that go, each with the reason of the rule that gets it."""
        return {
            place: (claims[0] if len(claims) == 1 else min(claims, key=_who))[4]
            for place, claims in self.by_place.items()
        }

    def everyone(self, page: Page, hits: Sequence[Hit]) -> dict[int, list[Rule]]:
        """All rules that claim a line, by line number, the winner first; then the late ones, then those that only cut
        inside.
        """
        found: defaultdict[int, dict[str, Rule]] = defaultdict(dict)
        for place, claims in self.by_place.items():
            for _, _, _, rule, _ in sorted(claims, key=_who):
                found[place].setdefault(rule.id, rule)
        for place, rules in self.late.items():
            for rule in rules:
                found[place].setdefault(rule.id, rule)
        for hit in hits:
            if is_inside(hit) and hit.line.place not in self.protected:
                found[hit.line.place].setdefault(hit.rule.id, hit.rule)
        return {page.content[place].number: list(rules.values()) for place, rules in found.items()}
