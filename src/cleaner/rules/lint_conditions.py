"""What is wrong with the conditions of a rule: they ask nothing, contradict each other or the rule's exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import yaml

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import Conditions, LineTest, Range
from cleaner.rules.findings import Finding, Place, children, walk
from cleaner.rules.model import Rule, Scope
from cleaner.scan import HEADING_MAX_WORDS, PROSE_MIN_WORDS


def condition_findings(place: Place) -> Iterator[Finding]:
    """Findings about the conditions of the rule and of its exceptions."""
    rule = place.rule
    for key, node in walk(place.node):
        if isinstance(node, yaml.MappingNode) and not node.value:
            remedy = "write edge: false, if there must be such a line" if key in ("previous", "next") else "drop it"
            yield place.at(node, "L012", f"`{key}` asks nothing", remedy)
    for finding in dict.fromkeys(_contradictions(rule.conditions)):
        yield place.at(place.key(finding.partition(":")[0].partition(".")[0]), "L011", finding, "it can never hold")
    if rule.take is not None and rule.take.while_ is not None:
        for finding in _line_contradictions(rule.take.while_, "take.while"):
            yield place.at(place.key("take"), "L011", finding, "it can never hold")
    for node, exception in zip(children(place.key("unless")), rule.unless, strict=False):
        contradictions = list(_contradictions(exception.conditions))
        for finding in contradictions:
            yield place.at(node, "L011", f"unless: {finding}", "it can never hold")
        if exception.conditions == Conditions():
            yield place.at(node, "L012", "the exception asks nothing, so that the rule never acts", "say when it holds")
        elif not contradictions and (reason := _never_together(rule, exception.conditions)):
            yield place.at(node, "L010", f"the exception can't hold where the rule does: {reason}", "drop or mend it")


def _contradictions(asked: Conditions) -> Iterator[str]:
    yield from _line_contradictions(asked.own, "")
    for name in ("previous", "next", "title", "address"):
        test = getattr(asked, name)
        if test is not None:
            yield from _line_contradictions(test, name)
    for name in ("above", "below", "run"):
        count = getattr(asked, name)
        if count is not None:
            yield from _range_contradictions(count, name)
    if asked.below_run is not None:
        yield from _range_contradictions(asked.below_run, "below.prose-run")
    for name in ("ahead", "behind"):
        around = getattr(asked, name)
        if around is not None:
            yield from _line_contradictions(around.test, name)
            if around.lines is not None and around.least > around.lines:
                yield f"{name}: min {around.least} of {around.lines} lines"
    if asked.run is not None and asked.run.max == 0:
        yield "run: a line is always one of a run of at least 1"


def _range_contradictions(count: Range, name: str) -> Iterator[str]:
    if count.max is not None and count.min > count.max:
        yield f"{name}: min {count.min} is more than max {count.max}"


def _line_contradictions(test: LineTest, name: str) -> Iterator[str]:
    prefix = f"{name}." if name else ""
    words = test.words
    if words is not None:
        yield from _range_contradictions(words, f"{prefix}words")
        if test.prose and words.max is not None and words.max < PROSE_MIN_WORDS:
            yield f"{prefix}prose: prose has {PROSE_MIN_WORDS} words or more, and words asks for {words.max} at most"
        if test.heading and words.min > HEADING_MAX_WORDS:
            yield f"{prefix}heading: a heading has at most {HEADING_MAX_WORDS} words, and words asks for {words.min}"
    asked = _asked(test)
    if test.edge and set(asked) != {"edge"}:
        others = ", ".join(sorted(_written(field) for field in asked if field != "edge"))
        yield f"{prefix}edge: there is no line there, so that nothing can be asked of it ({others})"
    if test.not_ is not None:
        yield from _line_contradictions(test.not_, f"{prefix}not")
        refused = _asked(test.not_)
        if refused and refused.items() <= asked.items():
            yield f"{prefix}not: refuses what the rule asks for ({', '.join(map(_written, refused))})"


def _written(field: str) -> str:
    """The key as packs write it."""
    return {"patterns": "pattern", "not_": "not"}.get(field, field)


def _asked(test: LineTest) -> dict[str, Any]:
    values = {field.name: getattr(test, field.name) for field in fields(test)}
    if test.phrases is not None:
        values["phrases"] = test.phrases.folded
    return {name: value for name, value in values.items() if value not in (None, ())}


def _never_together(rule: Rule, exception: Conditions) -> str:
    """Why the exception's conditions can't hold on a line that the rule matches; empty where they may."""
    own = exception.own
    if own.phrases is not None and rule.phrases and not (own.patterns or rule.patterns):
        phrases = {fold_phrase(phrase) for phrase in rule.phrases}
        if rule.scope is not Scope.INLINE and not phrases & own.phrases.folded:
            return "phrases that are not the rule's"
    if reason := _lines_differ(rule.conditions.own, own):
        return reason
    for name in ("previous", "next", "title", "address"):
        asked, refused = getattr(rule.conditions, name), getattr(exception, name)
        if asked is not None and refused is not None:
            if bool(asked.edge) is not bool(refused.edge):
                return f"{name}.edge"
            if not asked.edge and (reason := _lines_differ(asked, refused)):
                return f"{name}.{reason}"
    for name in ("above", "below", "run"):
        asked, refused = getattr(rule.conditions, name), getattr(exception, name)
        if asked is not None and refused is not None and _are_apart(asked, refused):
            return name
    return ""


def _lines_differ(one: LineTest, two: LineTest) -> str:
    for name in ("prose", "heading", "adjacent"):
        if None not in (getattr(one, name), getattr(two, name)) and getattr(one, name) is not getattr(two, name):
            return name
    if one.words is not None and two.words is not None and _are_apart(one.words, two.words):
        return "words"
    for short, long in ((one, two), (two, one)):
        if long.prose and short.words is not None and (short.words.max or PROSE_MIN_WORDS) < PROSE_MIN_WORDS:
            return "words and prose"
    return ""


def _are_apart(one: Range, two: Range) -> bool:
    return (one.max is not None and one.max < two.min) or (two.max is not None and two.max < one.min)
