"""Where rules stand: the YAML files that the user named, and those in folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaner.rules.problems import Problem, shown_path
from cleaner.rules.profile import FOLDER as PROFILES


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A YAML file with rules or overrides: its path, how messages show it, its bytes, whether it is one of ours."""

    path: Path
    name: str
    content: bytes
    is_shipped: bool


def find_files(sources: Sequence[Path], problems: list[Problem], *, is_shipped: bool = False) -> list[RuleFile]:
    """The YAML files in folders, and the files that are named themselves, each once, in the order of their names."""
    found: dict[Path, Path] = {}
    for source in sources:
        paths = [source]
        if not source.exists():
            finding = "no such file or folder"
            problems.append(Problem(str(source), 1, 1, "", finding, "name a pack or a folder of packs"))
            continue
        if source.is_dir():
            every = (path for path in source.rglob("*") if path.suffix in (".yaml", ".yml"))
            paths = sorted(path for path in every if PROFILES not in path.relative_to(source).parts)
            if not paths:
                problems.append(Problem(str(source), 1, 1, "", "no packs here", "a pack is a file that ends in .yaml"))
        for path in paths:
            found.setdefault(path.resolve(), path)
    files = []
    for path in found.values():
        try:
            files.append(RuleFile(path, shown_path(path), path.read_bytes(), is_shipped))
        except OSError as error:
            finding = f"can't be read: {error.strerror}"
            problems.append(Problem(shown_path(path), 1, 1, "", finding, "check the path and its permissions"))
    return files
