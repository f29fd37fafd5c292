"""Examples: the diffs inside rules that say what a rule removes and what it must leave.

`= ` starts a kept line, `- ` a removed one, `+ ` what stands there instead; an empty line is an empty line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """An example as written: the diff, and what is known of its document from outside the text."""

    text: str
    title: str | None = None
    url: str | None = None
    language: str | None = None
    todo: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A raw text and the text that must come out; `line` is where it stands in its pack (1-based)."""

    raw: str
    clean: str
    removes: bool
    context: Context
    line: int

    @property
    def name(self) -> str:
        """The first line of the raw text, shortened: enough to find the example."""
        first = next((line for line in self.raw.splitlines() if line.strip()), "")
        return first if len(first) <= 60 else first[:57] + "..."
