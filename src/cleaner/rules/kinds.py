"""Nodes -> typed values: the types that a value in a pack may have.

A `Kind` knows how to read one node and how to describe itself; `keys` builds the rule language out of kinds.  What
YAML writes (scalars, lists, `null`) ends here and in `nodes`, which parses the files.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import regex
import yaml

from cleaner.fold import FOLDED, fold_phrase
from cleaner.rules.nodes import INVALID, Invalid, Reader
from cleaner.rules.pattern import LinePattern
from cleaner.rules.problems import suggest

PHRASE_MAX_CHARS = 250

_LIST_NAME = regex.compile(r"(?<!\\)\$([a-z][a-z0-9-]*)")


class Kind(ABC):
    """One type of value in a pack."""

    @abstractmethod
    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The value of the node, or `INVALID` after a reported problem."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """What the value may be, as JSON Schema (draft 2020-12)."""


@dataclass(frozen=True)
class Text(Kind):
    """A piece of text; any scalar counts, so that `no` and `404` are the words they look like."""

    choices: tuple[str, ...] = ()
    form: str = ""
    may_be_space: bool = False

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The text, stripped at its end."""
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag == "tag:yaml.org,2002:null"
            or not (node.value.strip() or (self.may_be_space and node.value))
        ):
            return reader.problem(node, "expected a text")
        value = node.value.rstrip("\n")
        if self.choices and value not in self.choices:
            return reader.problem(
                node, f"{value!r} is not one of {', '.join(self.choices)}", suggest(value, self.choices)
            )
        if self.form and not regex.fullmatch(self.form, value):
            return reader.problem(node, f"{value!r} is no name", "use small letters, digits and hyphens")
        return value

    def schema(self) -> dict[str, Any]:
        """Any scalar, one of the choices, or a name."""
        if self.choices:
            return {"enum": [str(choice) for choice in self.choices]}
        return (
            {"type": "string", "pattern": f"^{self.form}$"} if self.form else {"type": ["string", "number", "boolean"]}
        )


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number of at least `least`."""

    least: int = 0

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The number."""
        if not isinstance(node, yaml.ScalarNode) or not regex.fullmatch(r"\d{1,9}", node.value):
            return reader.problem(node, "expected a whole number")
        if int(node.value) < self.least:
            return reader.problem(node, f"expected a number of at least {self.least}")
        return int(node.value)

    def schema(self) -> dict[str, Any]:
        """A whole number."""
        return {"type": "integer", "minimum": self.least}


@dataclass(frozen=True)
class Number(Kind):
    """A number with a sign and decimals."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The number."""
        if not isinstance(node, yaml.ScalarNode) or not regex.fullmatch(r"[-+]?\d{1,6}(\.\d{1,6})?", node.value):
            return reader.problem(node, "expected a number")
        return float(node.value)

    def schema(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number"}


@dataclass(frozen=True)
class Flag(Kind):
    """`true` or `false`."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The truth value."""
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            return reader.problem(node, "expected true or false")
        return node.value == "true"

    def schema(self) -> dict[str, Any]:
        """A truth value."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Amount(Kind):
    """A number of lines (`5`) or a share of them (`50%`); read as an int, or as a Fraction of 0..1."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The int or Fraction."""
        if isinstance(node, yaml.ScalarNode):
            if regex.fullmatch(r"[1-9]\d{0,8}", node.value):
                return int(node.value)
            match = regex.fullmatch(r"(\d{1,2}|100)%", node.value)
            if match and int(match.group(1)) > 0:
                return Fraction(int(match.group(1)), 100)
        return reader.problem(node, "expected a number of lines (5) or a share (50%)")

    def schema(self) -> dict[str, Any]:
        """A whole number or a percentage."""
        return {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^([1-9][0-9]?|100)%$"}]}


@dataclass(frozen=True)
class Many(Kind):
    """One value, or a list of them; read as a tuple."""

    kind: Kind

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The tuple, without the values that had problems."""
        if not isinstance(node, yaml.SequenceNode):
            value = self.kind.read(node, reader)
            return INVALID if value is INVALID else (value,)
        if not node.value:
            return reader.problem(node, "expected at least one value")
        values = [self.kind.read(child, reader) for child in node.value]
        return INVALID if any(value is INVALID for value in values) else tuple(values)

    def schema(self) -> dict[str, Any]:
        """The value, or a list of at least one."""
        one = self.kind.schema()
        return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Phrases(Kind):
    """Phrases, one or a list; `$name` stands for all phrases of a shared list."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The tuple of phrases."""
        children = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not children:
            return reader.problem(node, "expected at least one value")
        values: list[str] = []
        sound = True
        for child in children:
            is_list = isinstance(child, yaml.ScalarNode) and child.value.startswith("$")
            found = reader.list_values(child, child.value[1:]) if is_list else Phrase().read(child, reader)
            if isinstance(found, Invalid):
                sound = False
            else:
                values.extend(found if isinstance(found, tuple) else (found,))
        return tuple(values) if sound else INVALID

    def schema(self) -> dict[str, Any]:
        """The schema of many phrases."""
        return Many(Phrase()).schema()


@dataclass(frozen=True)
class Phrase(Kind):
    """A phrase, kept as written; its folded form must hold something."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The phrase."""
        value = Text().read(node, reader)
        if value is INVALID:
            return INVALID
        if not fold_phrase(value):
            return reader.problem(node, f"{value!r} is empty once punctuation is dropped", "write it as a pattern")
        if len(value) > PHRASE_MAX_CHARS:
            return reader.problem(node, f"a phrase has at most {PHRASE_MAX_CHARS} characters", "write it as a pattern")
        return value

    def schema(self) -> dict[str, Any]:
        """Any scalar."""
        return Text().schema() | {"maxLength": PHRASE_MAX_CHARS}


@dataclass(frozen=True)
class Pattern(Kind):
    """A pattern in the syntax of the `regex` package; `$name` stands for any phrase of a shared list."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The pattern, proven to compile."""
        value = Text().read(node, reader)
        if value is INVALID:
            return INVALID
        value = unicodedata.normalize("NFC", value)  # as `repair` leaves the lines
        folded = next((character for character in value if character in FOLDED), None)
        if folded:
            return reader.problem(
                node,
                f"the pattern holds {folded!r}, but lines are matched with quotes, dashes and spaces folded",
                f"write {FOLDED[folded]!r}",
            )
        for name in _LIST_NAME.findall(value):
            values = reader.list_values(node, name)
            if isinstance(values, Invalid):
                return INVALID
            choice = "|".join(regex.escape(fold_phrase(phrase), special_only=True) for phrase in values)
            value = regex.sub(rf"\${name}(?![a-z0-9-])", f"(?:{choice})".replace("\\", r"\\"), value)
        pattern = LinePattern(value, reader.subject)
        try:
            is_empty = pattern.compiled.fullmatch("")
        except regex.error as error:
            return reader.problem(node, f"bad pattern: {error}", "mend the pattern")
        if is_empty:
            return reader.problem(node, "the pattern matches an empty line", "make one part of it required")
        return pattern

    def schema(self) -> dict[str, Any]:
        """A text."""
        return {"type": "string"}


@dataclass(frozen=True)
class Key:
    """One key of a table: how its value is read, and what it means."""

    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Table(Kind):
    """A mapping with known keys, handed to `build` as keyword arguments where all of it could be read."""

    keys: Mapping[str, Key]
    build: Callable[..., Any]
    name: str

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """What `build` makes of the values."""
        values = self.read_keys(node, reader)
        return INVALID if values is INVALID else self.build(**values)

    def read_keys(self, node: yaml.Node, reader: Reader) -> Any:
        """The values by key, `-` in names turned to `_`; `INVALID` where one had a problem."""
        if not isinstance(node, yaml.MappingNode):
            return reader.problem(node, f"expected a mapping ({self.name})", f"keys: {', '.join(self.keys)}")
        values: dict[str, Any] = {}
        sound = True
        for key_node, value_node in node.value:
            name = str(key_node.value)
            key = self.keys.get(name)
            if key is None:
                reader.problem(key_node, f"unknown key {name!r}", suggest(name, self.keys))
                sound = False
            elif name in values:
                reader.problem(key_node, f"key {name!r} stands here twice", "keep one")
                sound = False
            else:
                values[name] = key.kind.read(value_node, reader)
                sound = sound and values[name] is not INVALID
        for name, key in self.keys.items():
            if key.required and name not in values:
                reader.problem(node, f"key {name!r} is missing", key.meaning)
                sound = False
        return {name.replace("-", "_"): value for name, value in values.items()} if sound else INVALID

    def schema(self) -> dict[str, Any]:
        """An object with these keys and no others."""
        return {
            "type": "object",
            "description": self.name,
            "properties": {name: key.kind.schema() | {"description": key.meaning} for name, key in self.keys.items()},
            "required": [name for name, key in self.keys.items() if key.required],
            "additionalProperties": False,
        }
