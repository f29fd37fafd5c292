"""The catalogue of rules: `docs/rules.md` is what the command writes, and nothing of a rule is left out."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from cleaner import Cleaner, Selection
from cleaner.rules.catalogue import catalogue
from cleaner.rules.model import Rule
from cleaner.rules.profile import OPTIONAL
from conftest import Command, write_pack

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
RULES = Cleaner(selection=Selection(drop=OPTIONAL)).rules.rules
TEXT = catalogue(RULES)


def test_the_page_is_what_the_command_writes(run: Command) -> None:
    written = run("rules", "list", "--format", "markdown")
    assert (written.status, written.err) == (0, "")
    assert PAGE.read_text(encoding="utf-8") == written.out, "cleaner rules list --format markdown > docs/rules.md"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_its_section(rule: Rule) -> None:
    section = re.search(rf"^### {re.escape(rule.id)}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section
    assert f"Category {rule.category} · scope {rule.scope}" in section[1]
    assert section[1].count("diff\n") >= len(rule.examples)
    assert section[1].count("\n- ") >= len(rule.unless)
    for example in rule.examples:
        assert all(line.strip() in section[1] for line in example.raw.splitlines())


def test_every_link_of_the_table_has_its_heading() -> None:
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    headings = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert links == [heading.replace("/", "") for heading in headings]
    assert len(links) == len(RULES)


def test_text_that_looks_like_markdown_stays_text(tmp_path: Path, run: Command) -> None:
    rule = 'id: odd\nscope: line\nphrases: [x]\nexamples: [{text: "- x\\n= ```", title: "a `b`"}, "= *y*"]'
    unless = "unless: {because: 'a_b | <i> *c*', prose: true}"
    path = write_pack(tmp_path / "p.yaml", f"{rule}\n{unless}")
    page = run("rules", "list", "--format", "markdown", "--rules", path, "--only", "test/*").out
    assert "With title ``a `b` ``:" in page
    assert "````diff\n- x\n  ```\n````" in page
    assert r"- a\_b | \<i> \*c\*" in page


def test_formats(run: Command) -> None:
    assert run("rules", "list", "--format", "json").out == run("rules", "list", "--json").out
    assert run("rules", "list", "--format", "text").out == run("rules", "list").out
    first = msgspec.json.decode(run("rules", "list", "--format", "json").out.splitlines()[0])
    assert first["id"] == RULES[0].id
