"""A finding about a pack, and the places in its YAML where findings are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from cleaner.rules.model import Rule
from cleaner.rules.nodes import child_node


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: where it stands (1-based line and column), its code, the rule, what is wrong and what to do."""

    path: str
    line: int
    column: int
    code: str
    rule: str
    finding: str
    remedy: str

    def __str__(self) -> str:
        rule = f"{self.rule}: " if self.rule else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.path}:{self.line}:{self.column}: {self.code} {rule}{self.finding}{remedy}"


def children(node: yaml.Node | None) -> list[yaml.Node]:
    """The nodes of a list; one that is no list stands for itself."""
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def walk(node: yaml.Node, key: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """Every node below, itself first, with the key that it stands under."""
    yield key, node
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from walk(value, str(name.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from walk(value, key)


@dataclass(frozen=True)
class Place:
    """A rule with its YAML, where findings about it are made."""

    rule: Rule
    node: yaml.Node

    def at(self, node: yaml.Node | None, code: str, finding: str, remedy: str) -> Finding:
        """A finding at the node, or at the rule where there is none."""
        mark = (node or self.node).start_mark
        return Finding(self.rule.path, mark.line + 1, mark.column + 1, code, self.rule.id, finding, remedy)

    def key(self, name: str) -> yaml.Node | None:
        """What stands under a key of the rule."""
        return child_node(self.node, name)
