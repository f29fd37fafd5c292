"""YAML -> nodes, with every problem kept beside its line and column.

Reading goes on after a problem, so that one run reports all of them.  This module parses YAML and knows where things
stand in a file; `kinds` makes typed values of the nodes.  Nobody else parses YAML: the other modules are handed nodes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from cleaner.rules.problems import Problem, suggest


class Invalid:
    """Stands for a value that could not be read; its problem has been reported."""


INVALID = Invalid()


@dataclass
class Reader:
    """Where problems of one file are collected; `subject` is the pack or rule being read."""

    path: str
    subject: str = ""
    problems: list[Problem] = field(default_factory=list)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def problem(self, node: yaml.Node, finding: str, remedy: str = "") -> Invalid:
        """Record a finding at the node and give back the mark of an unusable value."""
        mark = node.start_mark
        path = mark.name or self.path
        self.problems.append(Problem(path, mark.line + 1, mark.column + 1, self.subject, finding, remedy))
        return INVALID

    def list_values(self, node: yaml.Node, name: str) -> tuple[str, ...] | Invalid:
        """The phrases of a shared list."""
        if name not in self.lists:
            return self.problem(
                node, f"no list {name!r} here", suggest(name, self.lists) if self.lists else "add lists:"
            )
        return self.lists[name]


def compose_yaml(content: bytes, reader: Reader) -> yaml.Node | None:
    """The root node of a YAML file; None where it is empty or broken, with the problem reported."""
    try:
        stream = io.StringIO(content.decode("utf-8-sig"))
        stream.name = reader.path
        node = yaml.compose(stream, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        finding = f"not YAML: {error.problem or error.context}"
        reader.problems.append(Problem(reader.path, line, column, "", finding, "check indentation, quotes and colons"))
        return None
    except yaml.YAMLError as error:
        reader.problems.append(Problem(reader.path, 1, 1, "", f"not YAML: {error}", "remove the stray character"))
        return None
    except UnicodeDecodeError as error:
        finding = f"not UTF-8: byte {error.start} does not fit"
        reader.problems.append(Problem(reader.path, 1, 1, "", finding, "save the file as UTF-8"))
        return None
    if node is None:
        reader.problems.append(Problem(reader.path, 1, 1, "", "the file is empty", "a pack needs pack: and rules:"))
    return node


def child_node(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """What stands under a key of a mapping; None where there is no such key, or no mapping."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value  # type: ignore[no-any-return]
    return None
