"""Where clean documents go: every output appears whole, under its name, or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cleaner.dump.inputs import AUDIT, STDIN, InputError, Inputs, Source, Unusable
from cleaner.whole import written_whole

STDOUT = STDIN
MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a run writes: a folder, one file, or standard output (`path` None); `audit` is None for no audit files."""

    path: Path | None
    is_folder: bool
    audit: Path | None

    def output_path(self, source: Source) -> Path | None:
        """Where the cleaned source stands; None for standard output."""
        if self.path is None:
            return None
        return self.path / source.output_name if self.is_folder else self.path

    def drop(self, source: Source) -> None:
        """Remove what an earlier run made of a source that has failed now: a failed document has no output."""
        path = self.output_path(source)
        if path is not None and path.is_file():
            path.unlink()

    @contextmanager
    def open(self, source: Source) -> Iterator[IO[bytes]]:
        """A file for the cleaned source; it takes its name when the block ends well and is gone when it does not."""
        path = self.output_path(source)
        if path is None:
            yield sys.stdout.buffer
            return
        with written_whole(path) as file:
            yield file


def audit_folder(out: Path, *, is_folder: bool) -> Path:
    """Where the audit files of a run stand, unless the user named another place."""
    return out / AUDIT if is_folder else out.with_name(out.name + AUDIT)


def _real(path: Path) -> Path:
    """The path with links followed, also where they lead in a circle or nowhere."""
    return Path(os.path.realpath(path))


def plan_target(inputs: Inputs | None, out: str | None, audit: str | None, *, overwrite: bool) -> Target:
    """Where the cleaned inputs go (`inputs` None: standard input), checked against what is there.

    Raises `InputError` where OUT lies inside IN or holds it, where OUT exists and `overwrite` was not given, and
    where a folder of outputs has no place to go.
    """
    single = inputs is None or inputs.is_single_file
    if "" in (out, audit):
        raise InputError("an empty name is no place: name a file or folder")
    if out is None:
        if not single:
            raise InputError("several documents need a place to go: name a folder with -o OUT")
        out = STDOUT
    if out == STDOUT:
        if not single:
            raise InputError("several files can't go to standard output: name a folder with -o OUT")
        return Target(None, False, Path(audit) if audit else None)
    path = Path(out)
    is_folder = not single or path.is_dir() or out.endswith(("/", os.sep))
    if inputs is None and is_folder:
        raise InputError(f"{out} is a folder, and standard input has no name: name a file with -o OUT")
    if is_folder and path.exists() and not path.is_dir():
        raise InputError(f"{out} is a file, but the inputs need a folder: name another with -o OUT")
    if path.exists() and not path.is_dir() and not path.is_file():
        raise InputError(f"{out} is a pipe or a device, and outputs are put in place whole: write to - and redirect it")
    audit_path = Path(audit) if audit else audit_folder(path, is_folder=is_folder)
    target = Target(path, is_folder, audit_path)
    _refuse_overlaps(target, inputs)
    if not overwrite:
        _refuse_existing(target, inputs)
    return target


def _refuse_overlaps(target: Target, inputs: Inputs | None) -> None:
    """Refuse places where outputs or audit files would meet inputs."""
    path, audit = target.path, target.audit
    assert path is not None
    assert audit is not None
    if audit.exists() and not audit.is_dir():
        raise InputError(f"{audit} is a file, but the audit files need a folder: name another with --audit DIR")
    for source in inputs.paths if inputs else ():
        _refuse_overlap(source, path)
        if source.is_dir() and _real(audit).is_relative_to(_real(source)):
            raise InputError(f"the audit files {audit} lie inside IN {source}: name another with --audit DIR")
    if inputs and target.is_folder:
        _refuse_replaced_inputs(target, inputs)


def _refuse_replaced_inputs(target: Target, inputs: Inputs) -> None:
    """Refuse files that are named one by one where an output would take the place of one of them."""
    named = {_real(path) for path in inputs.paths if not path.is_dir()}
    if not named:
        return
    for source in inputs.walk():
        path = None if isinstance(source, Unusable) else target.output_path(source)
        if path and _real(path) in named:
            raise InputError(f"OUT {target.path} would replace the input {path}; name another place")


def _refuse_overlap(source: Path, out: Path) -> None:
    source, out = _real(source), _real(out)
    if source.is_dir():
        if out == source or out.is_relative_to(source):
            raise InputError(
                f"OUT {out} lies inside IN {source}: the outputs would become inputs; name a folder outside"
            )
        if source.is_relative_to(out):
            raise InputError(f"OUT {out} holds IN {source}: outputs could replace inputs; name another folder")
    elif source == out:
        raise InputError(f"OUT {out} would replace its input {source.name}; name another place")


def _refuse_existing(target: Target, inputs: Inputs | None) -> None:
    path = target.path
    assert path is not None
    remedy = "add --overwrite to replace what is there, or name another"
    manifest = target.audit / MANIFEST if target.audit else None
    if manifest and manifest.is_file() and manifest.stat().st_size and not path.is_file():
        raise InputError(f"{target.audit} holds the ledger of an earlier run: {remedy}")
    if target.is_folder and inputs and inputs.is_single_file:
        path = path / next(source.output_name for source in inputs.walk() if isinstance(source, Source))
        if path.exists():
            raise InputError(f"{path} exists already: {remedy}")
    elif target.is_folder and path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path} exists and is not empty: {remedy}")
    elif not target.is_folder and path.is_file():
        raise InputError(f"{path} exists already: {remedy}")


def check_space(target: Target) -> None:
    """Make the folder of the outputs; raises `InputError` where it can't be written to."""
    folder = target.path if target.is_folder else target.path.parent if target.path else None
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} can't be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise InputError(
            f"{folder} can't be written to: check its permissions ({shutil.disk_usage(folder).free} bytes free)"
        )
