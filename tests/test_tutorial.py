"""The tutorial tells the truth: files are saved, commands run and outputs seen in the order of the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PAGE = (PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_tutorial_runs(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "golden", tmp_path / "golden")
    ran = 0
    for kind, name, text in BLOCK.findall(PAGE):
        if kind != "console":
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *wanted = step.splitlines()
            done = run_command(command, tmp_path)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            assert [line for line in wanted if line.strip() not in done.stdout] == [], f"{command}\n{done.stdout}"
            ran += 1
    assert ran >= 12


def test_what_the_tutorial_says_of_the_first_run(tmp_path: Path) -> None:
    blocks = {name: text for kind, name, text in BLOCK.findall(PAGE) if kind == "text"}
    (tmp_path / "ferry.txt").write_text(blocks["dump/ferry.txt"], encoding="utf-8")
    text = run_command("cleaner clean - < ferry.txt", tmp_path).stdout
    assert "Leave a Reply" not in text
    assert "Get ferry alerts on your phone!" in text
    assert "Print this page" in text


def test_the_readme_names_the_tutorial() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert "(docs/tutorial.md)" in readme
    assert "(docs/rules.md)" in readme


def run_command(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in the folder, with `cleaner` of this environment."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
