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
TEXT_SUFFIX = ".txt"  # what a page's name gets when it has become a text
AUDIT = ".cleaner"  # the folder of a run's audit files: below a folder of outputs, or behind the name of a file


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
    ".json": Format.JSONL,
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
        return self.name + TEXT_SUFFIX if self.format is Format.HTML else self.name


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
        found: dict[Path, Path] = {}
        for name in names:
            paths = _expand(name)
            if not paths:
                self.missing.append(Unusable(name or "''", "no such file or folder", True))
            for path in paths:
                found.setdefault(_absolute(path), path)
        self.paths = list(found.values())
        if not self.paths:
            raise InputError("\n".join(f"{unusable.name}: {unusable.why}" for unusable in self.missing))
        self.base = _common_folder(self.paths)
        # a glob may match one file today and two tomorrow; what it makes is a folder either way
        self.is_single_file = len(names) == 1 and self.paths == [Path(names[0])] and not self.paths[0].is_dir()

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
            names[:] = sorted(name for name in names if not name.startswith(".") and not name.endswith(AUDIT))
            for name in names:
                if Path(root, name).is_symlink():
                    yield Unusable(str(Path(root, name)), "a link to a folder", False)
            for name in sorted(files):
                if not name.startswith("."):
                    yield self._source(Path(root, name), named=False)
            while unreadable:
                error = unreadable.pop()
                yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)
        for error in unreadable:
            yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)

    def _source(self, path: Path, *, named: bool) -> Source | Unusable:
        own_name = _absolute(path).relative_to(_absolute(self.base)).as_posix()
        name = _printable(own_name)
        if name != own_name and os.path.lexists(self.base / name):
            return Unusable(name, "its name is not UTF-8, and written out it is another document's; rename it", True)
        if not path.exists():
            return Unusable(name, "a link that leads nowhere", True)
        if not named and not path.is_file():
            return Unusable(name, "not a regular file", False)
        known = format_of(path)
        if not named and self.forced is None and known is None:
            return Unusable(name, f"a {path.suffix} file", False)
        source = Source(path, name, self.forced or known or Format.TXT)
        if source.format is Format.HTML and path.with_name(path.name + TEXT_SUFFIX).exists():
            return Unusable(name, f"its output {source.output_name} is another document's; rename one of them", True)
        return source


def format_of(path: Path) -> Format | None:
    """What a file of this name holds; None for a name that does not tell."""
    return _FORMATS.get(path.suffix.lower())


def is_cleaned(path: Path) -> bool:
    """Whether a file of this name is cleaned where it lies in a folder that was named."""
    return not path.name.startswith(".") and format_of(path) is not None


def _expand(name: str) -> list[Path]:
    """The paths that a name stands for: itself where it exists, else what it matches as a glob."""
    if not name:
        return []
    if os.path.lexists(name):
        return [Path(name)]
    return [Path(found) for found in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207  (absolute globs too)


def _common_folder(paths: Sequence[Path]) -> Path:
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else paths[0].parent
    return Path(os.path.commonpath([_absolute(path).parent for path in paths]))


def _absolute(path: Path) -> Path:
    """The path from the root, `..` taken out, links left alone: they keep the name that the user sees."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _printable(name: str) -> str:
    r"""The name with bytes that are no UTF-8 written out (`caf\xe9`): audit files and outputs are named in UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_inside(path: Path, folder: Path) -> bool:
    return _absolute(path).is_relative_to(_absolute(folder))
