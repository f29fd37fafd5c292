"""Whether the keys of one rule fit together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cleaner.rules.keys import SHAPE_KEYS
from cleaner.rules.model import Scope, Verb
from cleaner.rules.pattern import template_finding


def inconsistencies(values: dict[str, Any], scope: Scope, action: Verb) -> Iterable[tuple[str, str]]:
    """Findings about keys that do not fit together, each with its remedy."""
    says = values.get("phrases") or values.get("pattern")
    if scope is not Scope.DUPLICATE and not says and not any(name in values for name in SHAPE_KEYS):
        yield "the rule matches nothing", "add phrases or a pattern"
    if scope is Scope.INLINE and not says:
        yield "scope: inline needs a span to take", "add a pattern"
    if (scope is Scope.BLOCK) is not ("take" in values):
        yield "scope: block and take: belong together", "add the one that is missing, or use scope: line"
    if (scope is Scope.DUPLICATE) is not ("repeats" in values):
        yield "scope: duplicate and repeats: belong together", "add the one that is missing"
    if (action is Verb.REPLACE) is not ("with" in values):
        yield "action: replace and with: belong together", "add the one that is missing"
    if (action is Verb.SCORE) is not ("score" in values):
        yield "action: score and score: belong together", "add the one that is missing"
    if action is not Verb.REMOVE and scope not in (Scope.LINE, Scope.INLINE):
        yield f"action: {action} works on scope: line or inline", "change the scope"
    if action in (Verb.KEEP, Verb.SCORE) and scope is Scope.INLINE:
        yield f"action: {action} protects or scores whole lines", "use scope: line"
    if "\n" in values.get("with", ""):
        yield "a replacement is part of one line", "take out the line break"
    elif finding := template_finding(values.get("with", ""), values.get("pattern", ()), "phrases" in values):
        yield finding, "mend with:"
    if "repeats" in values and "phrases" in values:
        yield "a duplicate is not known by phrases", "narrow it with a pattern or with conditions"
    yield from _duplicate_inconsistencies(values)
    yield from _example_inconsistencies(values, action)


def _duplicate_inconsistencies(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    duplicate = values.get("repeats")
    if duplicate and duplicate.against != "earlier" and (duplicate.within or duplicate.passage):
        yield "within: and passage: are about an earlier line", "use of: earlier, or drop them"
    if duplicate and duplicate.against == "earlier" and duplicate.match != "exact":
        yield "an earlier line is compared exactly", "drop match:, or compare with the headline, previous or next line"


def _example_inconsistencies(values: dict[str, Any], action: Verb) -> Iterable[tuple[str, str]]:
    examples = values["examples"]
    if action in (Verb.KEEP, Verb.SCORE):
        return
    if not any(example.removes for example in examples):
        yield "no example removes anything", "add one with a '- ' line"
    if all(example.removes for example in examples):
        yield "no near miss among the examples", "add one in which every line is kept ('= ')"
