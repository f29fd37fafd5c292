"""What no example of a rule notices: the rule loses one part at a time and runs on its own examples.

A mutant on which every example still comes out as written is a survivor: the part that it lost does nothing, or nothing
that is shown.  Parts that are dropped or loosened: patterns, the list of phrases, conditions, exceptions, what a block
takes, how closely a duplicate must repeat.  A single phrase is its own example, so phrases are dropped as a whole, and
only beside patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from cleaner.model import CleanerError
from cleaner.pipeline import Cleaner
from cleaner.rules.conditions import Around, Conditions, LineTest, Range, Unless, Where
from cleaner.rules.load import RuleSet
from cleaner.rules.model import Duplicate, Rule, Take, Verb
from cleaner.rules.pattern import PatternSet
from cleaner.rules.prove import clean_example, wanted_text
from cleaner.segment import Passage

# An exact duplicate is loosened to one that shares this much of its words with the other line.
LOOSE_SIMILARITY = Fraction(1, 2)

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule without one of its parts; `part` names that as keys of the rule language (`next.words.min`,
    `pattern 2`)."""

    part: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Survivor:
    """A part of a rule that no example notices when it is gone; `because` is the rule's own explanation, if any."""

    rule: Rule
    part: str
    because: str | None = None

    @property
    def place(self) -> str:
        """Where the part is written, as `path:line`."""
        return _place(self.rule, self.part)


@dataclass(frozen=True, slots=True)
class NeedlessExplanation:
    """An entry of `unproven` about a part that is proven, or that the rule does not have."""

    rule: Rule
    part: str
    is_known: bool

    @property
    def place(self) -> str:
        """Where the explanation is written, as `path:line`."""
        return _place(self.rule, "unproven")


def _place(rule: Rule, part: str) -> str:
    key = part.replace(" ", ".").split(".")[0]
    return dict(rule.origins).get(key, f"{rule.path}:{rule.line}")


def find_unproven(rules: RuleSet, chosen: Iterable[Rule] | None = None) -> Iterator[Survivor | NeedlessExplanation]:
    """Every survivor of the chosen rules (all where None), explained ones too, and every explanation without one.

    Rules of `action: score` are passed over: they cut nothing, so their examples come out with any part gone.
    """
    for rule in rules.rules if chosen is None else chosen:
        if rule.action is Verb.SCORE:
            continue
        parts = [mutant.part for mutant in mutate(rule)]
        survivors = _survivors(rule, rules)
        reasons = {explained.part: explained.because for explained in rule.unproven}
        yield from (Survivor(rule, part, reasons.get(part)) for part in survivors)
        for part in reasons:
            if part not in survivors:
                yield NeedlessExplanation(rule, part, part in parts)


def _survivors(rule: Rule, rules: RuleSet) -> list[str]:
    examples = [(example, wanted_text(example)) for example in rule.examples if example.context.todo is None]
    others = tuple(other for other in rules.rules if other is not rule) if rule.action is Verb.KEEP else ()
    survivors = []
    for mutant in mutate(rule):
        cleaner = Cleaner.of(RuleSet((*others, mutant.rule), rule.id))
        try:
            if all(clean_example(cleaner, example) == wanted for example, wanted in examples):
                survivors.append(mutant.part)
        except CleanerError:
            pass  # a mutant that goes round in circles is noticed
    return survivors


def mutate(rule: Rule) -> Iterator[Mutant]:
    """The rule without each of its parts, in the order of the tables of docs/rules-language.md."""
    for part, patterns in _shorter(rule.patterns, "pattern", is_alone=not rule.phrases):
        test = rule.conditions.run_test
        loosened = replace(rule.conditions, run_test=replace(test, patterns=PatternSet(patterns)) if test else None)
        yield Mutant(part, replace(rule, patterns=patterns, conditions=loosened))
    if rule.phrases and rule.patterns:
        yield Mutant("phrases", replace(rule, phrases=(), conditions=_without_phrases(rule.conditions)))
    if rule.duplicate is not None:
        for part, duplicate in _looser_duplicates(rule.duplicate):
            yield Mutant(part, replace(rule, duplicate=duplicate))
        if len(rule.patterns) == 1:
            yield Mutant("pattern 1", replace(rule, patterns=()))
    if rule.take is not None:
        for part, take in _looser_takes(rule.take):
            yield Mutant(f"take.{part}", replace(rule, take=take))
    for part, conditions in _looser_conditions(rule.conditions):
        yield Mutant(part, replace(rule, conditions=conditions))
    for place, exception in enumerate(rule.unless):
        before, after = rule.unless[:place], rule.unless[place + 1 :]
        yield Mutant(f"unless {place + 1}", replace(rule, unless=before + after))
        looser = list(_looser_conditions(exception.conditions))
        for part, conditions in looser if len(looser) > 1 else ():
            if conditions != Conditions():
                wider = Unless(exception.because, conditions)
                yield Mutant(f"unless {place + 1}.{part}", replace(rule, unless=(*before, wider, *after)))


def _shorter(values: tuple[Any, ...], name: str, *, is_alone: bool) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The values without each of them; a single one that stands alone is not dropped."""
    if len(values) > 1 or not is_alone:
        for place in range(len(values)):
            yield f"{name} {place + 1}", values[:place] + values[place + 1 :]


def _without_phrases(conditions: Conditions) -> Conditions:
    test = conditions.run_test
    return replace(conditions, run_test=replace(test, phrases=None)) if test else conditions


def _looser_duplicates(duplicate: Duplicate) -> Iterator[tuple[str, Duplicate]]:
    """A looser way to repeat, where there is one: earlier lines are found by their exact words alone."""
    match duplicate.match:
        case "exact" if duplicate.against != "earlier":
            yield "repeats.match", replace(duplicate, match="fuzzy", similarity=LOOSE_SIMILARITY)
        case "prefix":
            yield "repeats.match", replace(duplicate, match="contained")
        case "fuzzy":
            yield "repeats.similarity", replace(duplicate, similarity=duplicate.similarity / 2)
    if duplicate.within is not None:
        yield "repeats.within", replace(duplicate, within=None)
    if duplicate.passage is not None:
        for part, passage in _looser_passages(duplicate.passage):
            yield f"repeats.passage.{part}", replace(duplicate, passage=passage)


def _looser_passages(passage: Passage) -> Iterator[tuple[str, Passage]]:
    yield "lines", replace(passage, line_count=1)
    if passage.word_count:
        yield "words", replace(passage, word_count=0)
    if passage.prose_count:
        yield "prose", replace(passage, prose_count=0)


def _looser_takes(take: Take) -> Iterator[tuple[str, Take]]:
    if take.lines is not None:
        yield "lines", replace(take, lines=None)
    if take.until_blank:
        yield "until-blank", replace(take, until_blank=False)
    if take.while_ is not None:
        for part, test in _looser_tests(take.while_):
            yield f"while.{part}", replace(take, while_=test)
        yield "while", replace(take, while_=None)


def _looser_conditions(conditions: Conditions) -> Iterator[tuple[str, Conditions]]:  # noqa: PLR0912 (one for each)
    for part, own in _looser_tests(conditions.own):
        run_test = _drop(conditions.run_test, part)
        yield part, replace(conditions, own=own, run_test=run_test)
    if conditions.where is not None:
        yield from _named("where", _looser_wheres(conditions.where), lambda where: replace(conditions, where=where))
    if conditions.previous is not None:
        tests = _looser_neighbours(conditions.previous)
        yield from _named("previous", tests, lambda test: replace(conditions, previous=test))
    if conditions.next is not None:
        yield from _named("next", _looser_neighbours(conditions.next), lambda test: replace(conditions, next=test))
    if conditions.above is not None:
        yield from _named("above.prose", _looser_ranges(conditions.above), lambda r: replace(conditions, above=r))
    if conditions.below is not None:
        yield from _named("below.prose", _looser_ranges(conditions.below), lambda r: replace(conditions, below=r))
    if conditions.below_run is not None:
        ranges = _looser_ranges(conditions.below_run)
        yield from _named("below.prose-run", ranges, lambda r: replace(conditions, below_run=r))
    for key, around in (("ahead", conditions.ahead), ("behind", conditions.behind)):
        for part, looser in _looser_arounds(around) if around is not None else ():
            yield f"{key}.{part}" if part else key, replace(conditions, **{key: looser})  # type: ignore[arg-type]
    for key, nothing in (("domain", ()), ("headline", None)):
        if getattr(conditions, key):
            yield key, replace(conditions, **{key: nothing})  # type: ignore[arg-type]
    if conditions.title is not None:
        yield from _named("title", _looser_neighbours(conditions.title), lambda test: replace(conditions, title=test))
    if conditions.address is not None:
        yield from _named(
            "address", _looser_neighbours(conditions.address), lambda test: replace(conditions, address=test)
        )
    if conditions.run is not None:
        yield from _named("run", _looser_ranges(conditions.run), lambda r: replace(conditions, run=r))


def _named(
    key: str, looser: Iterable[tuple[str, Part]], put: Callable[[Part], Conditions]
) -> Iterator[tuple[str, Conditions]]:
    for part, value in looser:
        yield f"{key}.{part}" if part else key, put(value)


def _looser_ranges(limits: Range) -> Iterator[tuple[str, Range]]:
    """The range without either limit."""
    if limits.min:
        yield "min", replace(limits, min=0)
    if limits.max is not None:
        yield "max", replace(limits, max=None)


def _looser_arounds(around: Around) -> Iterator[tuple[str, Around | None]]:
    """The lines around with one line less asked for, in the whole text, and not asked for at all."""
    if around.least > 1:
        yield "min", replace(around, least=around.least - 1)
    if around.lines is not None:
        yield "lines", replace(around, lines=None)
    yield "", None


def _looser_wheres(where: Where) -> Iterator[tuple[str, Where]]:
    if where.first is not None:
        yield "first", replace(where, first=None)
    if where.last is not None:
        yield "last", replace(where, last=None)


def _looser_neighbours(test: LineTest) -> Iterator[tuple[str, LineTest | None]]:
    """The test of a neighbour without each of its questions, and no test at all.

    A test that asks nothing still asks for a line: that there is one is a part of its own.
    """
    yield from _looser_tests(test)
    yield "", None


def _looser_tests(test: LineTest) -> Iterator[tuple[str, LineTest]]:
    """The test without each of its questions; without each phrase list and pattern where it has several."""
    is_alone = test.phrases is None
    if test.phrases is not None and test.patterns:
        yield "phrases", replace(test, phrases=None)
    for part, patterns in _shorter(test.patterns, "pattern", is_alone=is_alone):
        yield part, replace(test, patterns=PatternSet(patterns))
    if is_alone and test.patterns:
        yield "pattern", replace(test, patterns=PatternSet())
    elif test.phrases is not None:
        yield "phrases and pattern" if test.patterns else "phrases", replace(test, phrases=None, patterns=PatternSet())
    if test.words is not None:
        for part, words in _looser_ranges(test.words):
            yield f"words.{part}", replace(test, words=words)
    if test.prose is not None:
        yield "prose", replace(test, prose=None)
    if test.heading is not None:
        yield "heading", replace(test, heading=None)
    if test.adjacent is not None:
        yield "adjacent", replace(test, adjacent=None)
    if test.edge is not None:
        yield "edge", replace(test, edge=None)
    if test.not_ is not None:
        yield "not", replace(test, not_=None)


def _drop(test: LineTest | None, part: str) -> LineTest | None:
    """The test without the part of that name, so that a run of lines is loosened as its lines are."""
    return dict(_looser_tests(test)).get(part, test) if test is not None else None
