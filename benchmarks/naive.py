"""The pipeline that one writes first: ftfy on every line, every rule on every line, a set for duplicates, a ledger.

It has the shipped rules' phrases and patterns and our settings of ftfy.  Left out, in its favour: conditions and
exceptions, the lines that blocks take along, offsets into the source, hashes and the manifest, the second pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ftfy
import orjson
import regex

from benchmarks.once import Work
from cleaner import Cleaner, repair
from cleaner.fold import fold_shape
from cleaner.rules.model import Rule, Scope, Verb

CONFIG = repair.CONFIG._replace(explain=False)
CODE_CONFIG = repair.CODE_CONFIG._replace(explain=False)


@dataclass(frozen=True)
class Shape:
    """One expression of one rule; `whole` asks for the whole line, else spans in it go."""

    rule: str
    expression: Any
    whole: bool


def ready() -> Work:
    shapes = shipped_shapes()

    def clean(source: Path, to: Path) -> None:
        ledger_path = to.with_name(to.name + ".ledger")
        with source.open("rb") as lines, to.open("wb") as out, ledger_path.open("wb") as ledger:
            for line in lines:
                record = orjson.loads(line)
                record["text"], removed = clean_text(record["text"], shapes)
                out.write(orjson.dumps(record) + b"\n")
                for number, rule, before in removed:
                    entry = {"doc": record["id"], "line": number, "rule": rule, "action": "remove", "before": before}
                    ledger.write(orjson.dumps(entry) + b"\n")

    return clean


def shipped_shapes() -> list[Shape]:
    """The expressions of all shipped rules that take something away."""
    rules = [rule for rule in Cleaner().rules.rules if rule.action in (Verb.REMOVE, Verb.REPLACE)]
    return [shape for rule in rules if rule.scope is not Scope.DUPLICATE for shape in _shapes(rule)]


def clean_text(text: str, shapes: list[Shape]) -> tuple[str, list[tuple[int, str, str]]]:
    """The clean text, and what was removed: line number, rule, text."""
    config = CODE_CONFIG if "<" in text else CONFIG
    kept: list[str] = []
    removed: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for number, raw in enumerate(text.splitlines(), 1):
        line = ftfy.fix_text(raw, config).rstrip()
        folded = fold_shape(line).strip()
        if folded:
            said = folded.lower()
            rule = "duplicate" if said in seen else _first_match(folded, shapes)
            if rule:
                removed.append((number, rule, line))
                continue
            seen.add(said)
            for shape in shapes:
                if not shape.whole and shape.expression.search(folded):
                    line = shape.expression.sub("", folded).rstrip()
                    removed.append((number, shape.rule, folded))
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n") + "\n", removed


def _first_match(line: str, shapes: list[Shape]) -> str | None:
    for shape in shapes:
        if shape.whole and shape.expression.fullmatch(line):
            return shape.rule
    return None


def _shapes(rule: Rule) -> Iterator[Shape]:
    """All phrases of a rule in one expression, and each of its patterns."""
    whole = rule.scope is not Scope.INLINE
    if rule.phrases:
        words = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in rule.phrases)
        edge = r"\W*" if whole else r"\b"
        yield Shape(rule.id, re.compile(f"{edge}(?:{words}){edge}", re.IGNORECASE), whole)
    for pattern in rule.patterns:
        yield Shape(rule.id, regex.compile(pattern.source, regex.IGNORECASE | regex.FULLCASE), whole)
