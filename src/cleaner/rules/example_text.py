"""Examples as rules write them: YAML -> `Example`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from cleaner.rules.examples import Context, Example
from cleaner.rules.kinds import Kind, Table, Text
from cleaner.rules.nodes import INVALID, Reader


@dataclass(frozen=True)
class ExampleText(Kind):
    """An example: a diff, or a mapping with `text` and a title, URL or language."""

    table: Table

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The `Example`."""
        if isinstance(node, yaml.ScalarNode):
            text = Text().read(node, reader)
            if text is INVALID:
                return INVALID
            context = Context(text)
        else:
            context = self.table.read(node, reader)
            if context is INVALID:
                return INVALID
        raw: list[str] = []
        clean: list[str] = []
        for line in context.text.split("\n"):
            mark, text = line[:1], line[2:]
            if mark not in ("=", "-", "+", "") or line[1:2] not in (" ", ""):
                return reader.problem(
                    node, f"example line {line[:40]!r} has no mark", "start it with '= ', '- ' or '+ '"
                )
            if mark != "+":
                raw.append(text)
            if mark != "-":
                clean.append(text)
        return Example("\n".join(raw), "\n".join(clean), raw != clean, context, node.start_mark.line + 1)

    def schema(self) -> dict[str, Any]:
        """A text or a mapping."""
        return {"oneOf": [{"type": "string"}, self.table.schema()]}
