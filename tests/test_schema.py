"""The JSON Schema of packs and overrides: shipped as printed, and of one mind with the loader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import regex
import yaml
from jsonschema import Draft202012Validator

from cleaner.rules.files import RuleFile
from cleaner.rules.load import shipped_folder
from cleaner.rules.packs import read_packs
from cleaner.rules.problems import Problem
from cleaner.rules.schema import rule_schema, schema_json
from conftest import Command

PROJECT = Path(__file__).resolve().parents[1]
PACKS = sorted(path for path in shipped_folder().rglob("*.yaml") if "profiles" not in path.parts)
PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
VALIDATOR = Draft202012Validator(rule_schema())
EDITOR_LINE = "# yaml-language-server: $schema=../schema.json\n"

GOOD = """\
pack: t/x
rules:
  - id: a
    rev: 1
    why: Because.
    category: promo
    scope: line
    phrases: [follow us]
    examples:
      - "- Follow us"
      - "= Follow us home"
"""
OVERRIDES = """\
overrides:
  - category: share
    because: share counts are what we study
    off: true
"""


class CoreLoader(yaml.SafeLoader):
    """Scalars as YAML 1.2 has them, which is what editors read: `no` and `2024-01-01` are texts."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, form, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(form), [*first, ""])


def findings(text: str) -> list[str]:
    """What the schema finds in a file."""
    return [error.message for error in VALIDATOR.iter_errors(yaml.load(text, CoreLoader))]


def problems(text: str) -> list[str]:
    """What the loader finds in a file."""
    found: list[Problem] = []
    read_packs([RuleFile(Path("t.yaml"), "t.yaml", text.encode(), False)], found)
    return [str(problem) for problem in found]


def yaml_blocks() -> list[tuple[str, str]]:
    """The blocks of the documents that are whole files, or lists of rules."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"^```yaml[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)):
            if re.search(r"^(pack|overrides):", block, re.MULTILINE):
                found.append((f"{page.name}-{number + 1}", block))
    return found


def test_the_schema_is_shipped_as_it_is_printed(run: Command) -> None:
    printed = run("rules", "schema")
    assert (printed.status, printed.err) == (0, "")
    shipped = (shipped_folder() / "schema.json").read_text(encoding="utf-8")
    assert shipped == printed.out, "cleaner rules schema > rules/schema.json"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(rule_schema())
    names = set(rule_schema()["$defs"])
    assert set(regex.findall(r'"#/\$defs/([^"]+)"', schema_json())) == names


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_shipped_pack_is_valid_and_names_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert findings(text) == []
    assert text.startswith(EDITOR_LINE)


BLOCKS = yaml_blocks()


@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_the_yaml_of_the_documents_is_valid(block: str) -> None:
    assert findings(block) == []


def test_the_documents_have_packs_and_overrides() -> None:
    assert any("\noverrides:" in f"\n{block}" for _, block in BLOCKS)
    assert len(BLOCKS) >= 3


# What stands in the good pack, and what stands there instead; loader and schema must both take it.
SOUND = {
    "as it is": ("", ""),
    "a word that YAML 1.1 takes for no": ("[follow us]", "[no, 404, 1.5, true]"),
    "one phrase": ("[follow us]", "follow us"),
    "a pattern": ("phrases: [follow us]", "pattern: ['follow us', 'us (now)?!']"),
    "a place": ("rev: 1", "rev: 1\n    where: {first: 5, last: 50%}"),
    "a range": ("rev: 1", "rev: 1\n    words: {min: 3, max: 20}"),
    "a neighbour": ("rev: 1", "rev: 1\n    next: {prose: true, adjacent: true, not: {words: {min: 2}}}"),
    "lines of prose": ("rev: 1", "rev: 1\n    above: {prose: {min: 1}}"),
    "an exception": ("rev: 1", "rev: 1\n    unless:\n      - because: why\n        title: {edge: true}"),
    "a block": ("scope: line", "scope: block\n    take: {lines: 3, while: {heading: true}}"),
    "a duplicate": (
        "scope: line\n    phrases: [follow us]",
        "scope: duplicate\n    repeats: {of: headline, match: fuzzy, similarity: 80%}",
    ),
    "a replacement": ("rev: 1", "rev: 1\n    action: replace\n    with: away"),
    "a replacement that is a space": ("rev: 1", "rev: 1\n    action: replace\n    with: ' '"),
    "a score": ("rev: 1", "rev: 1\n    action: score\n    score: -2.5"),
    "an example with a title": (
        '"- Follow us"',
        '{text: "- x\\n\\n= y\\n+ z", title: t, url: u, language: en, todo: x}',
    ),
    "lists": ("rules:", "lists:\n  networks: [x, mastodon]\nrules:"),
    "languages": ("rules:", "language: [en, de]\nwhy: x\nrules:"),
    "lists alone": (GOOD[GOOD.index("rules:") :], "lists: {a: b}\n"),
    "an override": (GOOD, OVERRIDES),
    "an override of a pack": ("category: share", "pack: t/*"),
    "why of overrides": ("overrides:", "why: x\noverrides:"),
}

BROKEN = {
    "unknown key": ("phrases:", "phrase:"),
    "unknown key of the pack": ("rules:", "rulez:"),
    "unknown key of a place": ("rev: 1", "rev: 1\n    where: {fist: 2}"),
    "unknown key of a range": ("rev: 1", "rev: 1\n    words: {mn: 2}"),
    "unknown key of a neighbour": ("rev: 1", "rev: 1\n    next: {edges: true}"),
    "unknown key of a negation": ("rev: 1", "rev: 1\n    not: {edge: true}"),
    "unknown key of an exception": ("rev: 1", "rev: 1\n    unless:\n      - because: why\n        nxt: {edge: true}"),
    "unknown key of an example": ('"- Follow us"', '{text: "- x", link: y}'),
    "unknown key of a block": ("scope: line", "scope: block\n    take: {line: 1}"),
    "a neighbour's key on the rule": ("rev: 1", "rev: 1\n    adjacent: true"),
    "missing pack": ("pack: t/x\n", ""),
    "missing id": ("id: a\n    rev", "rev"),
    "missing rev": ("    rev: 1\n", ""),
    "missing why": ("    why: Because.\n", ""),
    "missing category": ("    category: promo\n", ""),
    "missing scope": ("    scope: line\n", ""),
    "missing examples": (GOOD[GOOD.index("    examples") :], ""),
    "missing rules": (GOOD[GOOD.index("rules:") :], ""),
    "missing reason of an exception": ("rev: 1", "rev: 1\n    unless: {prose: true}"),
    "an id that is no name": ("id: a", "id: A/b c"),
    "a pack that is no name": ("t/x", "t//X"),
    "a number that is a word": ("rev: 1", "rev: one"),
    "a number that is too small": ("rev: 1", "rev: 0"),
    "a number with a fraction": ("rev: 1", "rev: 1.5"),
    "a flag that is no flag": ("rev: 1", "rev: 1\n    prose: yes"),
    "a range that is a number": ("rev: 1", "rev: 1\n    words: 3"),
    "a place that is none": ("rev: 1", "rev: 1\n    where: {first: half}"),
    "no lines": ("rev: 1", "rev: 1\n    where: {first: 0}"),
    "no share": ("rev: 1", "rev: 1\n    where: {last: 0%}"),
    "more than all": ("rev: 1", "rev: 1\n    where: {last: 101%}"),
    "no text": ("why: Because.", "why:"),
    "a blank text": ("why: Because.", "why: '  '"),
    "a list for a text": ("why: Because.", "why: [Because]"),
    "no phrases": ("[follow us]", "[]"),
    "a phrase that is a mapping": ("[follow us]", "[{follow: us}, also]"),
    "a phrase too long": ("[follow us]", f"[{'a' * 251}]"),
    "rules that are none": (GOOD[GOOD.index("  - id") :], "  a: b\n"),
    "no rules": (GOOD[GOOD.index("  - id") :], "  []\n"),
    "a rule that is a text": (GOOD[GOOD.index("  - id") :], "  - a\n"),
    "unknown category": ("category: promo", "category: promos"),
    "unknown scope": ("scope: line", "scope: lines"),
    "unknown action": ("rev: 1", "rev: 1\n    action: delete"),
    "unknown status": ("rev: 1", "rev: 1\n    status: new"),
    "an example without mark": ('"- Follow us"', '"Follow us"'),
    "an example whose mark touches": ('"- Follow us"', '"-Follow us"'),
    "a second line without mark": ('"- Follow us"', "|\n        - Follow us\n        home"),
    "an example without text": ('"- Follow us"', "{title: x}"),
    "block without take": ("scope: line", "scope: block"),
    "take without block": ("rev: 1", "rev: 1\n    take: {lines: 1}"),
    "take of no lines": ("scope: line", "scope: block\n    take: {lines: 0}"),
    "take without a limit": ("scope: line", "scope: block\n    take: {}"),
    "duplicate without repeats": ("scope: line", "scope: duplicate"),
    "repeats of nothing": ("scope: line", "scope: duplicate\n    repeats: {match: exact}"),
    "replace without with": ("rev: 1", "rev: 1\n    action: replace"),
    "with without replace": ("rev: 1", "rev: 1\n    with: x"),
    "a score that is a word": ("rev: 1", "rev: 1\n    action: score\n    score: high"),
    "lists that are a list": ("rules:", "lists: [a]\nrules:"),
    "a list that is no name": ("rules:", "lists: {A b: [x]}\nrules:"),
    "an override without reason": ("    because: share counts are what we study\n", ""),
    "an override of nothing": ("category: share\n    because", "because"),
    "an override of two": ("category: share", "category: share\n    pack: t/x"),
    "an override that changes nothing": ("    off: true\n", ""),
    "an override that sets an unknown key": ("category: share", "rule: t/x/a\n    set: {phrase: x}"),
    "an override that sets an id": ("category: share", "rule: t/x/a\n    set: {id: x}"),
    "a category that is changed": ("off: true", "set: {rev: 2}"),
    "an unknown key of an override": ("off: true", "of: true"),
    "overrides beside rules": ("pack: t/x\n", "pack: t/x\noverrides: []\n"),
}


def variant(there: str, instead: str) -> str:
    base = GOOD if there in GOOD else OVERRIDES
    assert there in base
    return base.replace(there, instead, 1)


@pytest.mark.parametrize(("there", "instead"), SOUND.values(), ids=SOUND)
def test_what_the_loader_takes_the_schema_takes(there: str, instead: str) -> None:
    text = variant(there, instead)
    assert [problem for problem in problems(text) if "no pack 't/*' to override" not in problem] == []
    assert findings(text) == []


@pytest.mark.parametrize(("there", "instead"), BROKEN.values(), ids=BROKEN)
def test_what_the_loader_refuses_the_schema_refuses(there: str, instead: str) -> None:
    text = variant(there, instead)
    assert problems(text) != []
    assert findings(text) != []


@pytest.mark.parametrize("value", [None, [], {}, "pack", 3, {"profile": "x", "why": "y", "packs": "*"}])
def test_other_files_are_no_rules(value: Any) -> None:
    assert not VALIDATOR.is_valid(value)
