"""What keeps a rule from a line: the first of its demands that the line does not meet, with the value seen.

The demands are asked in the order in which a reader of the rule meets them: language, phrases and pattern, conditions,
exceptions, then what the lines around it and the other rules do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cleaner.duplicates import find_headline, said_by
from cleaner.judge import reach
from cleaner.line import Line
from cleaner.rules.conditions import Check, Conditions, is_for_language
from cleaner.rules.match import Hit, LiteralMatcher
from cleaner.rules.model import Rule, Scope, Verb
from cleaner.segment import Page

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The page before anything is cut, who claims which of its lines (the one that gets it first) and who protects
    it.
    """

    page: Page
    claims: Mapping[int, Sequence[Rule]]
    keepers: Mapping[int, Sequence[Rule]]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Whether a rule acts on a line and, where it does not, what it asked (`key`), wanted and saw.

    `matches` says whether the rule's phrases or patterns match the line, or the rule needs none.
    """

    rule: str
    acts: bool
    finding: str
    key: str = ""
    wanted: Value = None
    seen: Value = None
    matches: bool = False
    protects: bool = False

    @classmethod
    def blank(cls, rule: Rule) -> WhyNot:
        """The answer for a blank line."""
        return cls.failed(rule, Check("line", "a line that is not blank", "a blank line", False))

    @classmethod
    def failed(cls, rule: Rule, check: Check, *, matches: bool = False) -> WhyNot:
        """The answer where one check failed."""
        finding = f"unless: {check.seen}" if check.key == "unless" else str(check)
        return cls(rule.id, False, finding, check.key, _plain(check.wanted), _plain(check.seen), matches)

    def after_all(self, *, acted: bool, owner: str) -> WhyNot:
        """The answer in the light of what came of the line in the end: whether this rule changed it, or `owner` did."""
        if acted and self.acts:
            return self
        if acted:
            return replace(self, acts=True, finding=f"it does act, once other lines are gone; at first {self.finding}")
        if self.acts and owner:
            return replace(self, acts=False, finding=f"another rule got the line: {owner}", key="rule", seen=owner)
        if self.acts and not self.protects:
            return replace(self, acts=False, finding="it matches, and leaves the line as it is", key="with")
        return self


def hits_of(rule: Rule, page: Page) -> dict[int, Hit]:
    """Where the rule's phrases and patterns match, by line number, also where the line has too many words for it."""
    bare = replace(rule, conditions=Conditions())
    return {hit.line.number: hit for hit in LiteralMatcher((bare,)).find(page)}


def why_not(rule: Rule, line: Line, look: FirstLook, hit: Hit | None) -> WhyNot:
    """What keeps the rule from a line that is not blank; `hit` is where its phrases or patterns match it."""
    says = bool(said_by(rule, line)) if rule.scope is Scope.DUPLICATE else hit is not None
    if rule in look.claims.get(line.number, ()):
        return WhyNot(rule.id, True, "it does act" if says else "it does act: it takes the line along", matches=says)
    check = _first_failure(rule, line, look, says=says)
    if check is not None:
        return WhyNot.failed(rule, check, matches=says)
    protects = "it does act: it protects the line from the other rules"
    return WhyNot(rule.id, True, protects, matches=says, protects=True)


def _first_failure(rule: Rule, line: Line, look: FirstLook, *, says: bool) -> Check | None:
    page = look.page
    if not is_for_language(rule, page.document.language):
        return Check("language", ", ".join(rule.languages), page.document.language, False)
    if not says:
        return Check("phrases or pattern", "one that matches", "none", False)
    for check in rule.conditions.checks(page.content, line.place):
        if not check.holds:
            return check
    for exception in rule.unless:
        if exception.conditions.holds(page.content, line.place):
            return _exception(exception.because, exception.conditions.checks(page.content, line.place))
    if rule.action is Verb.SCORE:
        return Check("action", "remove or replace", f"score {rule.score:g}: evidence, which takes nothing", False)
    return _outer_failure(rule, line, look)


def _outer_failure(rule: Rule, line: Line, look: FirstLook) -> Check | None:
    """What stands against a rule that the line itself satisfies."""
    if rule.take is not None and rule.take.until_blank:
        end, is_closed = reach(look.page.content, line.place, rule.take)
        if not is_closed:
            stop = look.page.content[end]
            wanted = "lines that all belong to the block, up to a blank line"
            return Check("take", wanted, f"line {stop.number + 1}: {stop.text!r}", False)
    keepers = look.keepers.get(line.number, ())
    if keepers and rule.action is not Verb.KEEP:
        return Check("keep", "a line that no rule protects", f"{keepers[0].id}: {keepers[0].why}", False)
    if rule.scope is Scope.DUPLICATE:
        return _repeats_failure(rule, line, look)
    return None


def _repeats_failure(rule: Rule, line: Line, look: FirstLook) -> Check:
    """A duplicate that does not claim a line which meets all else: there is nothing that it repeats."""
    assert rule.duplicate is not None
    match rule.duplicate.against:
        case "headline":
            other = find_headline(look.page, lambda place: _is_headline(look, look.page.content[place]))
        case "next":
            other = look.page.neighbour(line, 1)
        case "previous":
            other = look.page.neighbour(line, -1)
        case _:
            other = None
    wanted = f"{rule.duplicate.match}: of the {rule.duplicate.against} line, which itself stays"
    if rule.duplicate.against == "headline":
        wanted = f"{rule.duplicate.match}: of the headline, which itself stays"
    if other is line:
        seen = "the line is the headline itself"
    elif other is None:
        seen = "no such line"
    else:
        gone = " (it goes)" if look.claims.get(other.number) else ""
        seen = f"line {other.number + 1}: {other.text!r}{gone}"
    return Check("repeats", wanted, seen, False)


def _is_headline(look: FirstLook, line: Line) -> bool:
    return all(rule.category == "headline" for rule in look.claims.get(line.number, ()))


def _exception(because: str, checks: Iterable[Check]) -> Check:
    """An exception that holds, with what it saw."""
    held = ", ".join(f"{check.key} {check.seen}" for check in checks)
    return Check("unless", "an exception that does not hold", f"because {because} ({held})", False)


def _plain(value: object) -> Value:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
