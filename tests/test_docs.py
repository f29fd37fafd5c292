"""The documents tell the truth: commands run, examples come out, every key and command is described."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cleaner
from cleaner.cli.main import cli
from cleaner.rules.keys import RULE_KEYS

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
LANGUAGE = (PROJECT / "docs" / "rules-language.md").read_text(encoding="utf-8")


def block(label: str) -> str:
    match = re.search(rf"^```{re.escape(label)}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert match, f"the README has no block {label!r}"
    return match.group(1)


def commands() -> Iterator[str]:
    for text in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for line in text.splitlines():
            yield line.removeprefix("$ ").partition("  #")[0].strip()


def test_before_and_after_are_real() -> None:
    result = cleaner.clean(block("text before"))
    assert result.text == block("text after")
    ledger = [re.split(r"\s+", line, maxsplit=3) for line in block("text ledger").splitlines()]
    edits = [edit for edit in result.edits if edit.before.strip()]
    assert [(int(line), rule) for _, line, rule, _ in ledger] == [(edit.line, edit.reason.rule) for edit in edits]
    assert all(edit.before.strip().startswith(before) for edit, (*_, before) in zip(edits, ledger, strict=True))


def test_every_command_of_the_readme_runs(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "golden", tmp_path / "golden")
    (tmp_path / "my-rules").mkdir()
    (tmp_path / "my-rules" / "harbour.yaml").write_text(block("yaml my-rules/harbour.yaml"), encoding="utf-8")
    (tmp_path / "my-case.txt").write_text("The council votes on Monday.\n\nSource link\n", encoding="utf-8")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for command in commands():
        if command.startswith("make "):
            target = command.split()[1]
            assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
            assert target != "demo" or "make demo" in (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        ran += 1
    assert ran >= 10


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my-rules").mkdir()
    (tmp_path / "my-rules" / "harbour.yaml").write_text(block("yaml my-rules/harbour.yaml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True, check=True)
    assert "3 en/source/source-link Source link" in done.stdout


@pytest.mark.parametrize("key", sorted(RULE_KEYS))
def test_every_key_is_described(key: str) -> None:
    assert re.search(rf"\b{re.escape(key)}\b", LANGUAGE)


def test_every_command_is_named_in_the_readme() -> None:
    names = cli.list_commands(click.Context(cli))
    assert len(names) > 5
    assert [name for name in names if f"cleaner {name}" not in README] == []


def test_every_public_name_has_a_docstring() -> None:
    assert [name for name in cleaner.__all__ if not getattr(cleaner, name).__doc__] == []


def test_every_dependency_has_its_line() -> None:
    named = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    declared = re.findall(
        r'^    "([A-Za-z][A-Za-z-]*)[>=]', (PROJECT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [name for name in declared if name.lower() not in named] == []


def test_the_changelog_and_the_packs_agree() -> None:
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    packs = {rule.id.rpartition("/")[0] for rule in cleaner.Cleaner().rules.rules}
    assert [pack for pack in sorted(packs) if f"`{pack}`" not in changes] == []
