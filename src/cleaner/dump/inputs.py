"""What the user named -> the files to clean, one by one, so that a dump of millions needs no list in memory."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cleaner.model import CleanerError

STDIN = "-"


class InputError(CleanerError):
    """Inputs or outputs that can't be used as a whole."""


class Format(StrEnum):
    """How the bytes of a file hold documents."""

    TXT = "txt"
    HTML = "html"
    JSONL = "jsonl"


_FORMATS = {
    "": Format.TXT,
    ".txt": Format.TXT,
    ".text": Format.TXT,
    ".md": Format.TXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to clean: where it is, and its name below the common folder of all inputs, which is its name in OUT."""

    path: Path
    name: str
    format: Format

    @property
    def output_name(self) -> str:
        """The name of the cleaned file: the same, but a page becomes a text beside it (`a.html` -> `a.html.txt`)."""
        return self.name + ".txt" if self.format is Format.HTML else self.name


@dataclass(frozen=True, slots=True)
class Unusable:
    """A path that holds nothing to clean, and why; `is_failure` is False for files that are passed over by design."""

    name: str
    why: str
    is_failure: bool


class Inputs:
    """The inputs of one run: files, folders and globs, named by the user."""

    def __init__(self, names: Sequence[str], forced: Format | None = None) -> None:
        """Raises `InputError` where not one of the names exists."""
        self.forced = forced
        self.missing: list[Unusable] = []
        self.paths: list[Path] = []
        for name in names:
            found = _expand(name)
            if not found:
                self.missing.append(Unusable(name, "no such file or folder", True))
            self.paths.extend(path for path in found if path not in self.paths)
        if not self.paths:
            raise InputError("\n".join(f"{unusable.name}: {unusable.why}" for unusable in self.missing))
        self.base = _common_folder(self.paths)

    @property
    def is_single_file(self) -> bool:
        """Whether the user named one file, and no folder or glob of several."""
        return len(self.paths) == 1 and not self.paths[0].is_dir()

    def walk(self) -> Iterator[Source | Unusable]:
        """Every file, folder by folder in the order of names; each file once, hidden ones left alone."""
        yield from self.missing
        folders = [path for path in self.paths if path.is_dir()]
        for path in self.paths:
            if path in folders:
                if not any(other != path and _is_inside(path, other) for other in folders):
                    yield from self._walk_folder(path)
            elif not any(_is_inside(path, folder) for folder in folders):
                yield self._source(path, named=True)

    def _walk_folder(self, folder: Path) -> Iterator[Source | Unusable]:
        unreadable: list[OSError] = []
        for root, names, files in os.walk(folder, onerror=unreadable.append):
            names[:] = sorted(name for name in names if not name.startswith("."))
            for name in sorted(files):
                if not name.startswith("."):
                    yield self._source(Path(root, name), named=False)
            while unreadable:
                error = unreadable.pop()
                yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)
        for error in unreadable:
            yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)

    def _source(self, path: Path, *, named: bool) -> Source | Unusable:
        name = _absolute(path).relative_to(_absolute(self.base)).as_posix()
        if not named and not path.is_file():
            return Unusable(name, "not a regular file", False)
        known = _FORMATS.get(path.suffix.lower())
        if known is None and not named:
            return Unusable(name, f"a {path.suffix} file", False)
        return Source(path, name, self.forced or known or Format.TXT)


def _expand(name: str) -> list[Path]:
    """The paths that a name stands for: itself where it exists, else what it matches as a glob."""
    if Path(name).exists():
        return [Path(name)]
    return [Path(found) for found in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207  (absolute globs too)


def _common_folder(paths: Sequence[Path]) -> Path:
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else paths[0].parent
    return Path(os.path.commonpath([_absolute(path).parent for path in paths]))


def _absolute(path: Path) -> Path:
    """The path from the root, `..` taken out, links left alone: they keep the name that the user sees."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _is_inside(path: Path, folder: Path) -> bool:
    return _absolute(path).is_relative_to(_absolute(folder))
