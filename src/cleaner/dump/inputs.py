"""What the user named -> the files to clean, one by one, so that a dump of millions needs no list in memory."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from cleaner.dump.codecs import Codec, codec_of
from cleaner.dump.formats import Container, Format, container_of, output_container, output_name, why_not_to
from cleaner.model import CleanerError

STDIN = "-"
MAX_NAME_BYTES = 255  # of a file, on the file systems of Linux, macOS and Windows
AUDIT = ".cleaner"  # the folder of a run's audit files: below a folder of outputs, or behind the name of a file


class InputError(CleanerError):
    """Inputs or outputs that can't be used as a whole."""


class Source(msgspec.Struct, frozen=True):
    """A file to clean: where it is, and its name below the common folder of all inputs, which is its name in OUT."""

    path: Path
    name: str
    format: Format
    codec: Codec = Codec.PLAIN
    to: Container | None = None

    @property
    def container(self) -> Container:
        """How the file holds its documents."""
        return Container(self.format, self.codec)

    @property
    def output(self) -> Container:
        """How the cleaned file holds them: as asked for, else the same, but a page becomes a text."""
        return output_container(self.container, self.to)

    @property
    def output_name(self) -> str:
        """The name of the cleaned file: the same, but a page becomes a text beside it (`a.html` -> `a.html.txt`), and
        another container has its own ending.
        """
        return output_name(self.name, self.container, self.to)


class Unusable(msgspec.Struct, frozen=True):
    """A path that holds nothing to clean, and why; `is_failure` is False for files that are passed over by design."""

    name: str
    why: str
    is_failure: bool


class Inputs:
    """The inputs of one run: files, folders and globs, named by the user."""

    def __init__(self, names: Sequence[str], forced: Format | None = None, to: Container | None = None) -> None:
        """`forced` is how the files hold documents, whatever their names say; `to` is how the outputs are to.

        Raises `InputError` where not one of the names exists.
        """
        self.forced = forced
        self.to = to
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
        outputs = self._outputs(_absolute(path) for path in self.paths if path not in folders)
        for path in self.paths:
            if path in folders:
                if not any(other != path and _is_inside(path, other) for other in folders):
                    yield from self._walk_folder(path)
            elif not any(_is_inside(path, folder) for folder in folders):
                yield self._source(path, outputs, named=True)

    def _walk_folder(self, folder: Path) -> Iterator[Source | Unusable]:
        unreadable: list[OSError] = []
        for root, names, files in os.walk(folder, onerror=unreadable.append):
            names[:] = sorted(name for name in names if not name.startswith(".") and not name.endswith(AUDIT))
            for name in names:
                if Path(root, name).is_symlink():
                    yield Unusable(str(Path(root, name)), "a link to a folder", False)
            outputs = self._outputs(Path(root, name) for name in files) if self.to else None
            for name in sorted(files):
                if not name.startswith("."):
                    yield self._source(Path(root, name), outputs, named=False)
            while unreadable:
                error = unreadable.pop()
                yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)
        for error in unreadable:
            yield Unusable(str(error.filename), f"folder can't be read: {error.strerror}", True)

    def _source(self, path: Path, outputs: Counter[str] | None, *, named: bool) -> Source | Unusable:
        """The source at a path; `outputs` counts those of its neighbours, None where only pages get another name."""
        own_name = _absolute(path).relative_to(_absolute(self.base)).as_posix()
        name = _printable(own_name)
        if name != own_name and os.path.lexists(self.base / name):
            return Unusable(name, "its name is not UTF-8, and written out it is another document's; rename it", True)
        if not path.exists():
            return Unusable(name, "a link that leads nowhere", True)
        if not named and not path.is_file():
            return Unusable(name, "not a regular file", False)
        container = self._container(path.name)
        if container is None and not named:
            return Unusable(name, f"a {_ending(path.name)} file", False)
        return self._usable(path, name, container or Container(Format.TXT, codec_of(path.name)[0]), outputs)

    def _usable(self, path: Path, name: str, container: Container, outputs: Counter[str] | None) -> Source | Unusable:
        """The source, unless it can't become what is asked for or its output would take another's place."""
        why_not = why_not_to(container, self.to)
        if why_not:
            return Unusable(name, why_not, True)
        source = Source(path, name, container.format, container.codec, self.to)
        output = path.with_name(output_name(path.name, container, self.to))
        if output != path and len(os.fsencode(output.name)) > MAX_NAME_BYTES:
            return Unusable(name, "the name of its output would be too long; give it a shorter one", True)
        is_taken = os.path.lexists(output) if outputs is None else outputs[str(_absolute(output))] > 1
        if output != path and is_taken:
            return Unusable(name, f"its output {source.output_name} is another document's; rename one of them", True)
        return source

    def _container(self, name: str) -> Container | None:
        """How a file of this name holds documents; None for one that is passed over in a folder."""
        return Container(self.forced, codec_of(name)[0]) if self.forced else container_of(name)

    def _outputs(self, paths: Iterable[Path]) -> Counter[str]:
        """How many of these files would have each output, by its place beside them."""
        outputs: Counter[str] = Counter()
        for path in paths:
            container = self._container(path.name)
            if container and not path.name.startswith(".") and not why_not_to(container, self.to):
                outputs[str(_absolute(path.with_name(output_name(path.name, container, self.to))))] += 1
        return outputs


def agreed_container(to: Container | None, out: str) -> Container | None:
    """What the file OUT is to hold, which its name and `--to` say together; None where neither says anything.

    Raises `InputError` where they differ, so that no name tells a lie.
    """
    codec, stem = codec_of(out)
    named = container_of(out) if Path(stem).suffix else None
    if codec and named is None and (to is None or to.codec is not codec):
        raise InputError(f"OUT {out} does not say what it holds: name it {stem}.txt.{codec} or {stem}.jsonl.{codec}")
    if named is None or named.format is Format.HTML:
        return to
    if to is not None and to != named:
        raise InputError(f"OUT {out} is named as {named}, but --to says {to}: give it a name that ends in .{to}")
    return named


def is_cleaned(path: Path) -> bool:
    """Whether a file of this name is cleaned where it lies in a folder that was named."""
    return not path.name.startswith(".") and container_of(path.name) is not None


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


def _ending(name: str) -> str:
    """What stands behind the dots of a name, with the suffix of a codec: `.csv.gz`."""
    stem = codec_of(name)[1]
    return Path(stem).suffix + name[len(stem) :]


def _printable(name: str) -> str:
    r"""The name with bytes that are no UTF-8 written out (`caf\xe9`): audit files and outputs are named in UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_inside(path: Path, folder: Path) -> bool:
    return _absolute(path).is_relative_to(_absolute(folder))
