"""Drafted rules as YAML: a pack of them, or the text of a pack with them at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex
import yaml

from cleaner.model import CleanerError
from cleaner.rules.nodes import Reader, compose_yaml
from cleaner.rules.problems import PackError

WHY = "To fill in - what this line is, and why it is not the author's text."


_UNPRINTABLE = regex.compile("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class DraftError(CleanerError):
    """No rule can be drafted from these lines."""


@dataclass(frozen=True)
class Draft:
    """A rule on its way: its keys as YAML, and the examples as diffs."""

    name: str
    category: str
    scope: str
    fields: tuple[str, ...]
    examples: tuple[str, ...]

    def yaml(self, indent: str = "  ") -> str:
        """The rule as an item of a pack's list."""
        lines = [
            f"- id: {self.name}",
            "  rev: 1",
            f"  why: {WHY}",
            f"  category: {self.category}  # a guess, to check",
            f"  scope: {self.scope}",
            *(f"  {field}" for field in self.fields),
            "  examples:",
        ]
        for example in self.examples:
            lines += _example_yaml(example)
        return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def pack_yaml(pack: str, drafts: Sequence[Draft]) -> str:
    """A pack with these rules."""
    rules = "\n".join(draft.yaml() for draft in drafts)
    return f"pack: {pack}\n# language: en  (where the rules are for the texts of one language)\nrules:\n{rules}"


def append_yaml(path: Path, drafts: Sequence[Draft]) -> str:
    """The text of a pack with these rules at the end of its list; every character that was there stays.

    Raises `PackError` where the file is no YAML, `DraftError` where its list can't be added to.
    """
    content = path.read_bytes()
    reader = Reader(str(path))
    node = compose_yaml(content, reader)
    if node is None:
        raise PackError(reader.problems)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    place = next((place for place, (key, _) in enumerate(pairs) if key.value == "rules"), None)
    if place is None or not isinstance(pairs[place][1], yaml.SequenceNode) or pairs[place][1].flow_style:
        raise DraftError(f"{path} has no list of rules to add to (rules: with a line '- id: ...' for each)")
    rules = pairs[place][1]
    text = content.decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    following = pairs[place + 1][0].start_mark.line if place + 1 < len(pairs) else len(lines)
    ids = [value.value for rule in rules.value for key, value in getattr(rule, "value", []) if key.value == "id"]
    added = ""
    for draft in drafts:
        named = replace(draft, name=free_name(draft.name, ids))
        ids.append(named.name)
        added += "\n" + named.yaml(" " * rules.start_mark.column)
    head, rest = "".join(lines[:following]), "".join(lines[following:])
    if head and not head.endswith("\n"):
        head += "\n"
    if rest:
        head, added = head.rstrip("\n") + "\n", added + "\n"
    added = added.replace("\n", "\r\n") if "\r\n" in text else added
    mark = "\N{ZERO WIDTH NO-BREAK SPACE}" if content.startswith(b"\xef\xbb\xbf") else ""
    return mark + head + added + rest


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _example_yaml(diff: str) -> list[str]:
    if _UNPRINTABLE.search(diff.replace("\n", "")):
        return [f"    - {scalar(diff, style=chr(34))}"]
    return ["    - |", *(f"      {line}" for line in diff.split("\n"))]


def flow(values: Sequence[str]) -> str:
    """The values as a list in one line."""
    return f"[{', '.join(_plain(value) for value in values)}]"


def _plain(text: str) -> str:
    """The text as it stands where YAML reads it so, else quoted."""
    is_plain = regex.fullmatch(r"\p{L}[\p{L}\p{M} '-]*", text) and text not in ("null", "true", "false")
    return text if is_plain and not _UNPRINTABLE.search(text) else scalar(text)


def scalar(text: str, style: str = "'") -> str:
    """The text as a quoted scalar in one line."""
    dumped = yaml.dump(text, default_style=style, allow_unicode=True, width=float("inf"))
    return str(dumped).rstrip("\n")
