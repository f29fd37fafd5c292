"""The proof of a rule: its examples, each run through the whole pipeline with that rule alone.

A `keep` rule protects lines from other rules, so its examples run with all of them.  A `score` rule cuts nothing, so
its examples show that nothing goes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from msgspec import structs

from cleaner.judge import Judge
from cleaner.model import CleanerError, Document
from cleaner.pipeline import Cleaner
from cleaner.rules.conditions import acts
from cleaner.rules.examples import Example
from cleaner.rules.load import RuleSet
from cleaner.rules.match import Hit, LiteralMatcher
from cleaner.rules.model import Rule, Scope, Verb
from cleaner.segment import Page, segment
from cleaner.why_not import FirstLook, hits_of, why_not

# So many lines of a failing example say why; more tell nothing new.
MAX_NOTES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example: `validated`, `missing` (kept what it should remove), `noisy` (removed what it should
    keep), `overcut`/`undercut` (acted, but on too much or too little), `failed` (cleaning it raised an error), `todo`
    (does not come out yet, and says so) or `todo passes` (comes out, and says that it does not).

    `diff` is what came out against what was wanted; `notes` are the lines that should have gone, each with what
    keeps the rule from it, or for `noisy` and `overcut` the lines that the rule matched.
    """

    rule: Rule
    example: Example
    verdict: str
    diff: str = ""
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the example is no failure: it came out as written, or is known not to."""
        return self.verdict in ("validated", "todo")


def prove(rules: RuleSet, chosen: Iterable[Rule] | None = None) -> Iterator[Outcome]:
    """The outcome of every example of the chosen rules (all where None), in rule and file order."""
    together = Cleaner.of(rules)
    for rule in rules.rules if chosen is None else chosen:
        cleaner = together if rule.action is Verb.KEEP else Cleaner.of(RuleSet((rule,), rule.id))
        for example in rule.examples:
            outcome = _prove_example(cleaner, rule, example)
            if example.context.todo is not None:
                verdict = "todo passes" if outcome.verdict == "validated" else "todo"
                outcome = replace(outcome, verdict=verdict)
            yield outcome


def clean_example(cleaner: Cleaner, example: Example) -> str:
    """What the example's raw text comes out as; raises what cleaning raises."""
    return cleaner.clean_document(_document(example)).text


def wanted_text(example: Example) -> str:
    """What the example's clean text is once it is repaired: white space and blank lines are no difference."""
    return _without_rules().clean(example.clean).text


@cache
def _without_rules() -> Cleaner:
    return Cleaner.of(RuleSet((), ""))


def _document(example: Example) -> Document:
    context = example.context
    return Document(example.raw, title=context.title, url=context.url, language=context.language)


def _prove_example(cleaner: Cleaner, rule: Rule, example: Example) -> Outcome:
    try:
        got = clean_example(cleaner, example)
    except CleanerError as error:
        return Outcome(rule, example, "failed", str(error))
    wanted = wanted_text(example)
    if got == wanted:
        return Outcome(rule, example, "validated")
    diff = difflib.unified_diff(
        wanted.splitlines(), got.splitlines(), "as the example says", "as it came out", lineterm="", n=1
    )
    untouched = _without_rules().clean(example.raw).text
    verdict = _verdict(untouched, wanted, got)
    page = segment(structs.replace(_document(example), text=untouched))
    if verdict in ("missing", "undercut"):
        notes = _why_kept(rule, page, _gone(page, wanted) - _gone(page, got))
    else:
        notes = _why_gone(rule, page, _gone(page, got) - _gone(page, wanted))
    return Outcome(rule, example, verdict, "\n".join(diff), tuple(notes[:MAX_NOTES]))


def _verdict(untouched: str, wanted: str, got: str) -> str:
    if got == untouched:
        return "missing"
    if wanted == untouched:
        return "noisy"
    return "overcut" if len(got) < len(wanted) else "undercut"


def _gone(page: Page, text: str) -> set[int]:
    """Numbers of the page's lines (blank ones apart) that do not stand in the text as they are."""
    raw = [line.text for line in page.content]
    left = [line.strip() for line in text.splitlines() if line.strip()]
    kept = difflib.SequenceMatcher(None, raw, left, autojunk=False).get_matching_blocks()
    places = {block.a + offset for block in kept for offset in range(block.size)}
    return {line.number for place, line in enumerate(page.content) if place not in places}


def _why_kept(rule: Rule, page: Page, numbers: set[int]) -> list[str]:
    """Notes on the lines that should have gone: of a rule that takes other lines along, on those that it matches."""
    judge = Judge((rule,))
    look = FirstLook(page, judge.claims(page), judge.keepers(page))
    hits = hits_of(rule, page)
    reaches = rule.scope in (Scope.BLOCK, Scope.HEAD, Scope.TAIL)
    opening = numbers & set(hits)
    notes = []
    for number in sorted(opening if reaches and opening else numbers):
        line = page.lines[number]
        kept = why_not(rule, line, look, hits.get(number)).after_all(acted=False, owner="")
        notes.append(f"line {number + 1} {line.text!r}: {kept.finding}")
    return notes


def _why_gone(rule: Rule, page: Page, numbers: set[int]) -> list[str]:
    """What the rule matched: on the lines that should have stayed, or else the lines that took them along."""
    hits = [hit for hit in LiteralMatcher((rule,)).find(page) if acts(rule, page.content, hit.line.place)]
    mine = [hit for hit in hits if hit.line.number in numbers] or hits
    return [f"line {hit.line.number + 1} {hit.line.text!r}: matched {_matched(hit)}" for hit in mine]


def _matched(hit: Hit) -> str:
    if hit.match is not None:
        return f"by pattern {hit.match.re.pattern!r}"
    return f"by phrase {hit.line.phrase!r}" if hit.rule.phrases else "by its conditions"
