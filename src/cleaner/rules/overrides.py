"""Overrides: a user's changes to shipped rules, each with its reason, kept apart from the packs.

An override names a rule, a pack or a category by its id and never copies it, so it survives an update of the packs.  It
works on the YAML of a rule before that is read: an overridden key is checked like any other, and remembers where it
came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

from cleaner.rules.keys import RULE_KEYS
from cleaner.rules.kinds import Flag, Key, Kind, Many, Table, Text
from cleaner.rules.model import CATEGORIES
from cleaner.rules.nodes import INVALID, Reader
from cleaner.rules.problems import suggest

_FIXED = ("id", "examples")


@dataclass(frozen=True)
class RuleKeys(Kind):
    """A mapping of rule keys, kept as YAML nodes; they are read where they are put."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """Pairs of key and value nodes."""
        if not isinstance(node, yaml.MappingNode):
            return reader.problem(node, "expected a mapping of rule keys")
        for key, _ in node.value:
            if key.value not in RULE_KEYS or key.value in _FIXED:
                return reader.problem(key, f"{key.value!r} can't be overridden", suggest(key.value, RULE_KEYS))
        return tuple(node.value)

    def schema(self) -> dict[str, Any]:
        """Any keys of a rule, without those that can't change."""
        properties = {name: key.kind.schema() for name, key in RULE_KEYS.items() if name not in _FIXED}
        return {"type": "object", "properties": properties, "additionalProperties": False}


@dataclass(frozen=True)
class Exceptions(Kind):
    """A list of exceptions, kept as YAML nodes."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The nodes, one for each exception."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            return reader.problem(node, "expected a list of exceptions", "each starts with '- because:'")
        return tuple(node.value)

    def schema(self) -> dict[str, Any]:
        """What `unless` of a rule may be."""
        return RULE_KEYS["unless"].kind.schema()


@dataclass(frozen=True)
class Override:
    """One change: of one rule, or (off only) of all rules of a pack or a category."""

    because: str
    rule: str | None = None
    pack: str | None = None
    category: str | None = None
    off: bool = False
    set: tuple[tuple[yaml.Node, yaml.Node], ...] = ()
    append: tuple[tuple[yaml.Node, yaml.Node], ...] = ()
    unless: tuple[yaml.Node, ...] = ()
    node: yaml.Node | None = None

    def is_about(self, rule: str, category: str) -> bool:
        """Whether it names the rule, its pack (globs allowed) or its category."""
        if self.rule is not None:
            return self.rule == rule
        if self.pack is not None:
            return fnmatchcase(rule.rpartition("/")[0], self.pack)
        return self.category == category


@dataclass(frozen=True)
class _OverrideTable(Table):
    def read(self, node: yaml.Node, reader: Reader) -> Any:
        values = self.read_keys(node, reader)
        if values is INVALID:
            return INVALID
        named = [name for name in ("rule", "pack", "category") if name in values]
        changes = [name for name in ("off", "set", "append", "unless") if values.get(name)]
        if len(named) != 1:
            return reader.problem(node, "an override names one rule, pack or category", "keep one of these keys")
        if not changes:
            return reader.problem(node, "the override changes nothing", "add off, set, append or unless")
        if named != ["rule"] and changes != ["off"]:
            return reader.problem(node, f"a {named[0]} can only be switched off", "name a rule to change it")
        return Override(node=node, **values)


OVERRIDES = Table(
    {
        "why": Key(Text(), "what these overrides are for"),
        "overrides": Key(
            Many(
                _OverrideTable(
                    {
                        "because": Key(Text(), "the reason for the change", required=True),
                        "rule": Key(Text(), "full id of the rule (en/comments/comment-form)"),
                        "pack": Key(Text(), "name of a pack, globs allowed (en/*)"),
                        "category": Key(Text(CATEGORIES), "a category"),
                        "off": Key(Flag(), "true: switched off"),
                        "set": Key(RuleKeys(), "keys that take the place of the rule's own"),
                        "append": Key(RuleKeys(), "values added to the rule's lists (phrases, pattern, domain)"),
                        "unless": Key(Exceptions(), "exceptions added to the rule's own"),
                    },
                    Override,
                    "an override",
                )
            ),
            "the changes",
            required=True,
        ),
    },
    lambda overrides, why="": overrides,
    "a file of overrides",
)


def apply_overrides(node: yaml.MappingNode, overrides: Sequence[Override]) -> None:
    """Change the node of a rule in place as the overrides for it say, in their order."""
    for override in overrides:
        for key, value in override.set:
            _replace(node, key, value)
        for key, value in override.append:
            _append(node, key, _items(value))
        if override.unless:
            key = yaml.ScalarNode("tag:yaml.org,2002:str", "unless", *_marks(override.unless[0]))
            _append(node, key, list(override.unless))


def _replace(node: yaml.MappingNode, key: yaml.Node, value: yaml.Node) -> None:
    pairs = [pair for pair in node.value if pair[0].value != key.value]
    node.value[:] = [*pairs, (key, value)]


def _append(node: yaml.MappingNode, key: yaml.Node, values: list[yaml.Node]) -> None:
    own = next((value for own_key, value in node.value if own_key.value == key.value), None)
    before = _items(own) if own is not None else []
    anchor = own if own is not None else values[0]
    _replace(node, key, yaml.SequenceNode("tag:yaml.org,2002:seq", [*before, *values], *_marks(anchor)))


def _items(node: yaml.Node) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _marks(node: yaml.Node) -> tuple[Any, Any]:
    return node.start_mark, node.end_mark
