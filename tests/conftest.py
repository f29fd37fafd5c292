"""What tests of the command line share: dumps on disk, and two ways to run `cleaner`."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

PROSE = "The council votes on Monday, and nobody knows how it will end.\n"
RAW = f"{PROSE}\nLeave a Reply\n"
LINE_RULE = "en/comments/form-heading"
MAIN = "from cleaner.cli import main; main()"


@dataclass(frozen=True)
class Finished:
    """What came of one command."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return self.out + self.err


class Command(Protocol):
    """Runs `cleaner` with these arguments in the folder of the test."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", code: str = MAIN) -> Finished: ...


@pytest.fixture
def run_process(tmp_path: Path) -> Command:
    """`cleaner` as a process of its own, or other Python `code` that ends in it."""

    def run(*arguments: str | Path, stdin: bytes = b"", code: str = MAIN) -> Finished:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, cwd=tmp_path, check=False)
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """`cleaner` inside the test's process, a tenth of the time: `main` with its arguments and what it exits with."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, stdin: bytes = b"", code: str = MAIN) -> Finished:
        from cleaner.cli import main

        assert code == MAIN
        monkeypatch.setattr(sys, "argv", ["cleaner", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        terminate = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            signal.signal(signal.SIGTERM, terminate)
        assert isinstance(ended.value.code, int)
        told = capsysbinary.readouterr()
        return Finished(ended.value.code, told.out.decode(), told.err.decode())

    return run


def write_tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it: relative path -> content."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, hidden ones too: relative path -> content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def read_outputs(folder: Path) -> dict[str, str]:
    """The clean documents below OUT, without its audit files."""
    return {name: content.decode() for name, content in read_tree(folder).items() if not name.startswith(".cleaner/")}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON lines file."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def write_pack(path: Path, *rules: str) -> Path:
    """A pack with these rules, each given as its keys but for `rev`, `why` and `category`."""
    common = "rev: 1\nwhy: A line that a test put there.\ncategory: promo\n"
    text = f"pack: test/{path.stem}\nrules:\n"
    for rule in rules:
        text += "  - " + "    ".join(f"{rule.strip()}\n{common}".splitlines(keepends=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
