"""What is wrong with the phrases of a rule or a list: they stand twice, are taken by another rule, or are not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import regex
import yaml

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import Conditions
from cleaner.rules.findings import Finding, Place, children, walk
from cleaner.rules.model import Pack, Rule, Scope, Status, Verb
from cleaner.rules.nodes import child_node

_WIDTHS = {Scope.LINE: 0, Scope.BLOCK: 1, Scope.HEAD: 2, Scope.TAIL: 2}


def list_findings(
    pack: Pack, root: yaml.Node | None, nodes: Mapping[str, yaml.Node | None], packs: Sequence[Pack]
) -> Iterator[Finding]:
    """Lists of the pack that neither it nor a pack that extends it uses."""
    lists = child_node(root, "lists")
    if not isinstance(lists, yaml.MappingNode) or not pack.rules:
        return  # a pack of lists alone is there for others
    users = {pack.name}
    while more := {other.name for other in packs if users & set(other.extends)} - users:
        users |= more
    texts = [
        node.value
        for other in packs
        if other.name in users and (rules := child_node(nodes[other.path], "rules")) is not None
        for _, node in walk(rules)
        if isinstance(node, yaml.ScalarNode)
    ]
    for key, _ in lists.value:
        used = regex.compile(rf"(?<!\\)\${regex.escape(key.value)}(?![a-z0-9-])")
        if not any(used.search(text) for text in texts):
            mark = key.start_mark
            yield Finding(
                pack.path, mark.line + 1, mark.column + 1, "L009", pack.name,
                f"no rule uses the list {key.value!r}", f"write ${key.value} in a rule, or drop the list",
            )  # fmt: skip


def phrase_findings(place: Place) -> Iterator[Finding]:
    """Phrases that stand twice in the rule."""
    count = Counter(fold_phrase(phrase) for phrase in place.rule.phrases)
    seen: set[str] = set()
    for node in children(place.key("phrases")):
        folded = fold_phrase(str(node.value))
        if str(node.value).startswith("$") or count[folded] < 2:
            continue
        direct = sum(fold_phrase(str(other.value)) == folded for other in children(place.key("phrases")))
        if folded in seen or direct < count[folded]:
            yield place.at(node, "L007", f"the phrase {node.value!r} stands here twice", "keep one")
        seen.add(folded)


def shadow_findings(place: Place, free: Mapping[str, list[Rule]]) -> Iterator[Finding]:
    """Other rules that take all phrases of this one; `free` are the rules without conditions, by folded phrase."""
    rule = place.rule
    phrases = {fold_phrase(phrase) for phrase in rule.phrases}
    if not phrases or rule.patterns or rule.action is not Verb.REMOVE:
        return
    for other in free.get(min(phrases), ()):
        if other.id == rule.id or not _is_as_wide(other, rule):
            continue
        if other.languages and not (rule.languages and set(rule.languages) <= set(other.languages)):
            continue
        theirs = {fold_phrase(phrase) for phrase in other.phrases}
        is_mutual = theirs == phrases and is_free(rule) and not other.patterns and _is_as_wide(rule, other)
        if phrases <= theirs and not (is_mutual and rule.id < other.id):
            finding = f"every phrase is also one of {other.id}, which asks nothing else"
            yield place.at(place.key("phrases"), "L008", finding, "drop the rule, or the phrases there")


def is_free(rule: Rule) -> bool:
    """Whether the rule takes its phrases wherever they stand."""
    return (
        rule.action is Verb.REMOVE
        and rule.status is not Status.EXPERIMENTAL
        and not rule.unless
        and rule.conditions == Conditions()
    )


def _is_as_wide(wide: Rule, rule: Rule) -> bool:
    if rule.scope not in _WIDTHS or wide.scope not in _WIDTHS:
        return False
    if wide.scope is rule.scope:
        return wide.take == rule.take
    return _WIDTHS[wide.scope] > _WIDTHS[rule.scope]
