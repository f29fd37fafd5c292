"""Rules x lines -> edits.  Rules point, nothing is cut here.

All rules look at the page as it stands; then each line goes to one of the rules that claim it: a rule that names the
line itself before one that takes it along (block, head, tail), the smaller scope before the larger, then by id.  So
the order of rules and packs can't matter.  Duplicates come last and in line order, because the line that a duplicate
repeats must be one that stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import regex

from cleaner.fold import fold_phrase
from cleaner.model import Action, Edit
from cleaner.rules.match import Hit, LiteralMatcher, Matcher
from cleaner.rules.model import Rule, Scope, Take, Verb
from cleaner.rules.pattern import fill_template
from cleaner.segment import Line, Page

_SCOPE_ORDER = {scope: place for place, scope in enumerate(Scope)}

# A headline that nobody named is the first line, where it looks like one and has at least this many words.
HEADLINE_MIN_WORDS = 3
# How far down the text the line is looked for that carries the title field.
HEADLINE_LINES = 10


class Judge:
    """Rules made ready once, for many pages."""

    def __init__(self, rules: Sequence[Rule], matcher: Matcher | None = None) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._matcher = matcher or LiteralMatcher(self.rules)
        self._duplicates = [rule for rule in self.rules if rule.scope is Scope.DUPLICATE]

    def judge(self, page: Page) -> list[Edit]:
        """The edits that the rules ask for, sorted and disjoint, with offsets into the page's text."""
        hits, claims = self._look(page, with_late=False)
        edits = [_line_edit(page.lines[number], rule) for number, rule in claims.winners().items()]
        edits.extend(_span_edits(page, hits, claims))
        return sorted(edits, key=lambda edit: edit.start)

    def claims(self, page: Page) -> dict[int, list[Rule]]:
        """Every rule that would take a line or change it, by line number, the one that gets the line first.

        Behind the rules that claim the whole line come the duplicates that it is, and those that would cut inside it.
        """
        hits, claims = self._look(page, with_late=True)
        return claims.everyone(hits)

    def keepers(self, page: Page) -> dict[int, list[Rule]]:
        """The `keep` rules that protect a line, by line number."""
        found: defaultdict[int, list[Rule]] = defaultdict(list)
        for hit in self._acting_hits(page):
            if hit.rule.action is Verb.KEEP:
                found[hit.line.number].append(hit.rule)
        return dict(found)

    def _acting_hits(self, page: Page) -> list[Hit]:
        return [hit for hit in self._matcher.find(page) if acts(hit.rule, page, hit.line)]

    def _look(self, page: Page, *, with_late: bool) -> tuple[list[Hit], _Claims]:
        """The hits of rules that act, and who claims which line."""
        hits = self._acting_hits(page)
        claims = _Claims({hit.line.number for hit in hits if hit.rule.action is Verb.KEEP}, with_late)
        for hit in hits:
            if hit.rule.action is Verb.REMOVE and hit.rule.scope is not Scope.INLINE:
                taken = _taken(hit, page)
                if taken is not None:
                    claims.add(hit.line, hit.rule, named=True)
                    for line in taken:
                        claims.add(line, hit.rule, named=False)
        _claim_duplicates(page, self._duplicates, claims)
        return hits, claims


def acts(rule: Rule, page: Page, line: Line) -> bool:
    """Whether the rule's conditions hold for a line that it matches and none of its exceptions does."""
    return (
        is_for_language(rule, page.document.language)
        and rule.conditions.holds(page, line)
        and not any(exception.conditions.holds(page, line) for exception in rule.unless)
    )


def is_for_language(rule: Rule, language: str | None) -> bool:
    """Whether the rule is for texts of this language; a rule without a language, and a text without one, fit all."""
    return not rule.languages or language is None or any(_same_language(own, language) for own in rule.languages)


def _same_language(one: str, other: str) -> bool:
    """Whether two language tags (BCP 47) share their primary subtag: `en` and `en-GB` do."""
    return one.replace("_", "-").split("-")[0].lower() == other.replace("_", "-").split("-")[0].lower()


@dataclass
class _Claims:
    """Who claims which line; protected lines can't be claimed.

    `late` are the duplicates that would claim a line, had no other rule done so; they are looked for `with_late` only.
    """

    protected: set[int]
    with_late: bool = False
    by_line: defaultdict[int, list[tuple[bool, int, str, Rule]]] = field(default_factory=lambda: defaultdict(list))
    late: defaultdict[int, list[Rule]] = field(default_factory=lambda: defaultdict(list))

    def add(self, line: Line, rule: Rule, *, named: bool) -> None:
        if line.number not in self.protected:
            self.by_line[line.number].append((not named, _SCOPE_ORDER[rule.scope], rule.id, rule))

    def is_alive(self, line: Line) -> bool:
        return line.number not in self.by_line

    def winners(self) -> dict[int, Rule]:
        return {number: min(claims, key=lambda claim: claim[:3])[3] for number, claims in self.by_line.items()}

    def everyone(self, hits: Sequence[Hit]) -> dict[int, list[Rule]]:
        """All rules that claim a line, the winner first; then the late ones, then those that only cut inside."""
        found: defaultdict[int, dict[str, Rule]] = defaultdict(dict)
        for number, claims in self.by_line.items():
            for *_, rule in sorted(claims, key=lambda claim: claim[:3]):
                found[number].setdefault(rule.id, rule)
        for number, rules in self.late.items():
            for rule in rules:
                found[number].setdefault(rule.id, rule)
        for hit in hits:
            if _is_inside(hit) and hit.line.number not in self.protected:
                found[hit.line.number].setdefault(hit.rule.id, hit.rule)
        return {number: list(rules.values()) for number, rules in found.items()}


def _is_inside(hit: Hit) -> bool:
    """Whether the rule changes the line and leaves it where it is."""
    return hit.rule.scope is Scope.INLINE or hit.rule.action is Verb.REPLACE


def _taken(hit: Hit, page: Page) -> Sequence[Line] | None:
    """The lines that a rule takes along with the line that it matches; None where it takes none, not even that one."""
    place = page.rank[hit.line.number]
    if hit.rule.scope is Scope.HEAD:
        return page.content[:place]
    if hit.rule.scope is Scope.TAIL:
        return page.content[place + 1 :]
    if hit.rule.take is not None:
        return _block(hit.line, page.content[place + 1 :], hit.rule.take)
    return ()


def _block(opening: Line, below: Sequence[Line], take: Take) -> list[Line] | None:
    """The lines below the opening line that belong to its block; None where the block has no end and must stay."""
    taken, stop = reach(opening, below, take)
    return None if take.until_blank and stop else taken


def reach(opening: Line, below: Sequence[Line], take: Take) -> tuple[list[Line], Line | None]:
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


def _span_edits(page: Page, hits: Sequence[Hit], claims: _Claims) -> Iterable[Edit]:
    """Edits inside lines that stay: inline removals and replacements; where two overlap, the earlier and longer one."""
    spans = defaultdict(list)
    for hit in hits:
        if _is_inside(hit) and claims.is_alive(hit.line) and hit.line.number not in claims.protected:
            spans[hit.line.number].append(hit)
    for number, found in spans.items():
        line = page.lines[number]
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


def _claim_duplicates(page: Page, rules: Sequence[Rule], claims: _Claims) -> None:
    """Claim the lines that repeat another line which itself stays."""
    if not rules:
        return
    seen: dict[str, Line] = {}
    headline = find_headline(page, claims.is_alive)
    for line in page.content:
        is_alive = claims.is_alive(line)
        if not is_alive and not claims.with_late:
            continue
        witnesses = _Witnesses(page, claims, seen, headline)
        for rule in rules:
            if not _may_repeat(rule, line, witnesses):
                continue
            said = said_by(rule, line)
            other = _repeated_line(rule, said, line, witnesses) if said else None
            if other and other is not line and _is_repeated(rule, page, said, line, other) and acts(rule, page, line):
                if is_alive:
                    claims.add(line, rule, named=True)
                else:
                    claims.late[line.number].append(rule)
        if claims.is_alive(line):
            seen.setdefault(line.phrase, line)
        elif is_alive and line is headline:
            headline = find_headline(page, claims.is_alive)


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """Where lines are looked for that another line may repeat: all of them stay so far."""

    page: Page
    claims: _Claims
    seen: dict[str, Line]
    headline: Line | None


def _repeated_line(rule: Rule, said: str, line: Line, witnesses: _Witnesses) -> Line | None:
    """The line that this one would repeat, if there is one and it stays."""
    match rule.duplicate.against if rule.duplicate else None:
        case "headline":
            return witnesses.headline
        case "earlier":
            return witnesses.seen.get(said)
        case "next":
            other = witnesses.page.neighbour(line, 1)
        case _:
            other = witnesses.page.neighbour(line, -1)
    return other if other is not None and witnesses.claims.is_alive(other) else None


def _may_repeat(rule: Rule, line: Line, witnesses: _Witnesses) -> bool:
    """Whether it is worth trying the rule's patterns on the line: False only where it surely repeats nothing."""
    duplicate, page = rule.duplicate, witnesses.page
    where = rule.conditions.where
    if where is not None and not where.holds(page.rank[line.number], len(page.content)):
        return False
    if not rule.patterns or duplicate is None or duplicate.against == "earlier":
        return True
    other = _repeated_line(rule, "", line, witnesses)
    if other is None or other is line:
        return False
    if duplicate.match == "exact":
        return other.phrase in line.phrase
    return duplicate.match != "prefix" or other.phrase.partition(" ")[0] in line.phrase


def said_by(rule: Rule, line: Line) -> str:
    """What the rule compares of the line, folded: all of it, or the `said` group of its pattern; empty for no match."""
    if not rule.patterns:
        return line.phrase
    for pattern in rule.patterns:
        match = pattern.full_match(line)
        if match:
            return fold_phrase(match["said"] or "") if "said" in match.re.groupindex else line.phrase
    return ""


def _is_repeated(rule: Rule, page: Page, said: str, line: Line, other: Line) -> bool:
    """Whether the line says what the other one says, as the rule asks and from where it may."""
    assert rule.duplicate is not None
    return _repeats(rule, said, other.phrase) and rule.duplicate.reaches(page, line, other)


def _repeats(rule: Rule, said: str, other: str) -> bool:
    """Whether the folded texts stand to each other as the rule's `match` asks, in whole words."""
    assert rule.duplicate is not None
    match rule.duplicate.match:
        case "contained":
            return said != other and _stands_in(said, other)
        case "prefix":
            return said != other and _begins(other, said)
        case "fuzzy":
            return _dice(said, other) >= rule.duplicate.similarity
        case _:
            return said == other


def _dice(one: str, other: str) -> Fraction:
    """Dice's coefficient of the words of two texts, each word as often as it stands there."""
    words, others = Counter(one.split()), Counter(other.split())
    return Fraction(2 * (words & others).total(), words.total() + others.total())


_WORD_CHARACTER = regex.compile(r"\w")


def _begins(text: str, start: str) -> bool:
    """Whether the text begins with these whole words."""
    return text.startswith(start) and not _WORD_CHARACTER.match(text, len(start))


def _stands_in(words: str, text: str) -> bool:
    """Whether these whole words stand in the text in a row."""
    place = text.find(words)
    while place >= 0:
        if (place == 0 or not _WORD_CHARACTER.match(text, place - 1)) and _begins(text[place:], words):
            return True
        place = text.find(words, place + 1)
    return False


def find_headline(page: Page, is_alive: Callable[[Line], bool]) -> Line | None:
    """The line that carries the headline: the one that the title field names, else the first, where it could be one."""
    lines = [line for line in page.content[:HEADLINE_LINES] if is_alive(line)]
    title = fold_phrase(page.document.title or "")
    if title:
        for line in lines:
            if line.phrase == title:
                return line
        for line in lines:
            if line.word_count >= HEADLINE_MIN_WORDS and (
                _begins(title, line.phrase) or _begins(line.phrase, title) or title.endswith(" " + line.phrase)
            ):
                return line
    if lines and lines[0].is_heading and lines[0].word_count >= HEADLINE_MIN_WORDS:
        return lines[0]
    return None
