"""What is wrong with the patterns of a rule: slow ones, wide ones, and parts of them that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from cleaner.rules.findings import Finding, Place, children, walk
from cleaner.rules.model import Scope
from cleaner.rules.nodes import child_node
from cleaner.rules.pattern_shape import lost_escapes, pattern_shape

WILDCARD_LITERAL_CHARS = 12  # "this site uses " and a wildcard are enough said; ".*related.*" is not


def pattern_findings(place: Place) -> Iterator[Finding]:
    """Findings about the patterns of the rule, of its neighbours and of its exceptions."""
    rule = place.rule
    seen: set[yaml.Node] = set()
    for key, mapping in walk(place.node):
        pattern_nodes = child_node(mapping, "pattern")
        if pattern_nodes is None or mapping in seen or key == "examples":
            continue
        seen.add(mapping)
        is_own = mapping is place.node
        for node in children(pattern_nodes):
            if isinstance(node, yaml.ScalarNode):
                yield from _one_pattern(place, node, is_own=is_own)
    for node, pattern in zip(children(place.key("pattern")), rule.patterns, strict=False):
        for group, scope in (("cut", Scope.INLINE), ("said", Scope.DUPLICATE)):
            if group in pattern.compiled.groupindex and rule.scope is not scope:
                finding = f"group `{group}` means something with scope: {scope} alone"
                yield place.at(node, "L006", finding, "drop the group or change the scope")


def _one_pattern(place: Place, node: yaml.ScalarNode, *, is_own: bool) -> Iterator[Finding]:
    rule = place.rule
    # Lists are filled in where the loader did so; elsewhere `$name` stands for itself, which can only hide a finding.
    own = dict(zip(map(id, children(place.key("pattern"))), rule.patterns, strict=False))
    source = own[id(node)].source if id(node) in own else str(node.value).rstrip("\n")
    shape = pattern_shape(source)
    is_inline = is_own and rule.scope is Scope.INLINE
    if shape.is_exponential:
        finding = "exponential: a repeat has two ways through the same text"
        yield place.at(node, "L003", finding, "let what is repeated begin or end with what it can't hold, or use (?>…)")
    elif shape.is_quadratic:
        finding = "quadratic: two repeats without end can share the same text"
        yield place.at(node, "L002", finding, "keep them apart by a character that one can't match, or give them a max")
    elif is_inline and shape.starts_with_unbounded:
        finding = "quadratic: the search begins with a repeat without end"
        yield place.at(node, "L002", finding, r"put \b before it, or give it a max")
    if is_own and not is_inline and shape.wide_edge and shape.literal_chars < WILDCARD_LITERAL_CHARS:
        words = rule.conditions.own.words
        if words is None or words.max is None:
            finding = f"unanchored wildcard: the pattern {shape.wide_edge} with any text, and says little itself"
            yield place.at(node, "L001", finding, "say more, give it a max (.{0,60}), or ask for words: {max: …}")
    for capitals in dict.fromkeys(shape.capitals):
        yield place.at(node, "L004", f"{capitals} means any letter, for case does not count", f"(?-i:{capitals})")
    for escape in lost_escapes(source):
        code, _, remedy = escape.partition(" ")
        yield place.at(node, "L005", f"{code} never matches: lines are folded before", remedy.strip("()"))
