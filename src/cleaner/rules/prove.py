"""The proof of a rule: its examples, each run through the whole pipeline with that rule alone.

A `keep` rule protects lines from other rules, so its examples run with all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from cleaner.model import CleanerError, Document
from cleaner.pipeline import Cleaner
from cleaner.rules.examples import Example
from cleaner.rules.load import RuleSet
from cleaner.rules.model import Rule, Verb


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example: `validated`, `missing` (kept what it should remove), `noisy` (removed what it should
    keep), `overcut`/`undercut` (acted, but on too much or too little) or `failed` (cleaning it raised an error)."""

    rule: Rule
    example: Example
    verdict: str
    diff: str = ""

    @property
    def passed(self) -> bool:
        """Whether the example came out as written."""
        return self.verdict == "validated"


def prove(rules: RuleSet) -> Iterator[Outcome]:
    """The outcome of every example of every rule, in rule and file order."""
    together = Cleaner.of(rules)
    for rule in rules.rules:
        cleaner = together if rule.action is Verb.KEEP else Cleaner.of(RuleSet((rule,), rule.id))
        for example in rule.examples:
            yield _prove_example(cleaner, rule, example)


def _prove_example(cleaner: Cleaner, rule: Rule, example: Example) -> Outcome:
    context = example.context
    document = Document(example.raw, title=context.title, url=context.url, language=context.language)
    try:
        result = cleaner.clean_document(document)
    except CleanerError as error:
        return Outcome(rule, example, "failed", str(error))
    bare = Cleaner.of(RuleSet((), ""))
    wanted = bare.clean(example.clean).text
    if result.text == wanted:
        return Outcome(rule, example, "validated")
    diff = difflib.unified_diff(
        wanted.splitlines(), result.text.splitlines(), "as the example says", "as it came out", lineterm="", n=1
    )
    return Outcome(rule, example, _verdict(bare.clean(example.raw).text, wanted, result.text), "\n".join(diff))


def _verdict(untouched: str, wanted: str, got: str) -> str:
    if got == untouched:
        return "missing"
    if wanted == untouched:
        return "noisy"
    return "overcut" if len(got) < len(wanted) else "undercut"
