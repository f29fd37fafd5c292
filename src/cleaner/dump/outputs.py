"""Where clean documents go: every output appears whole, under its name, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import msgspec

from cleaner.dump.inputs import AUDIT, STDIN, InputError, Inputs, Source, Unusable
from cleaner.whole import PARTIAL, keep_mode, partial_name

STDOUT = STDIN
MANIFEST = "manifest.jsonl"
JOURNAL = "journal.jsonl"  # of a run that is under way or was stopped; gone when it is complete


class Target(msgspec.Struct, frozen=True):
    """Where a run writes: a folder, one file, or standard output (`path` None); `audit` is None for no audit files.

    `overwrite` says whether outputs of earlier runs may be replaced.
    """

    path: Path | None
    is_folder: bool
    audit: Path | None
    overwrite: bool = True

    def output_path(self, name: str) -> Path:
        """Where the output of that name stands; not for standard output."""
        assert self.path is not None
        return self.path / name if self.is_folder else self.path

    @property
    def partial(self) -> Path:
        """The folder for outputs that wait for their names, on the same disk."""
        assert self.path is not None
        return self.path / f"{AUDIT}{PARTIAL}" if self.is_folder else self.path.with_name(partial_name(self.path.name))

    def make_place(self, name: str, partial: Path) -> None:
        """Make the folder for an output, and give the partial file the mode of one that it will replace.

        Raises `OSError` where nothing can stand there under that name.
        """
        path = self.output_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands where its output belongs", str(path))
        keep_mode(path, partial)

    def drop(self, name: str) -> None:
        """Remove an output of an earlier run: a document that has failed now has none."""
        path = self.output_path(name)
        if path.is_file():
            path.unlink()


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
        return Target(None, False, Path(audit) if audit else None, overwrite)
    path = Path(out)
    is_folder = not single or path.is_dir() or out.endswith(("/", os.sep))
    if inputs is None and is_folder:
        raise InputError(f"{out} is a folder, and standard input has no name: name a file with -o OUT")
    if is_folder and path.exists() and not path.is_dir():
        raise InputError(f"{out} is a file, but the inputs need a folder: name another with -o OUT")
    if path.exists() and not path.is_dir() and not path.is_file():
        raise InputError(f"{out} is a pipe or a device, and outputs are put in place whole: write to - and redirect it")
    audit_path = Path(audit) if audit else audit_folder(path, is_folder=is_folder)
    target = Target(path, is_folder, audit_path, overwrite)
    _refuse_overlaps(target, inputs)
    if not is_unfinished(audit_path):
        refuse_existing(target, inputs)
    return target


def is_unfinished(audit: Path) -> bool:
    """Whether a run that was stopped can be continued there."""
    return (audit / JOURNAL).is_file()


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
        if isinstance(source, Unusable):
            continue
        path = target.output_path(source.output_name)
        if _real(path) in named:
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


def refuse_existing(target: Target, inputs: Inputs | None) -> None:
    """Raise `InputError` where outputs of an earlier run would be replaced and nobody said that they may."""
    path = target.path
    if path is None or target.overwrite:
        return
    remedy = "add --overwrite to replace what is there, or name another"
    manifest = target.audit / MANIFEST if target.audit else None
    if manifest and manifest.is_file() and manifest.stat().st_size and not path.is_file():
        raise InputError(f"{target.audit} holds the ledger of an earlier run: {remedy}")
    if target.is_folder and inputs and inputs.is_single_file:
        path = path / next(source.output_name for source in inputs.walk() if isinstance(source, Source))
        if path.exists():
            raise InputError(f"{path} exists already: {remedy}")
    elif target.is_folder and path.is_dir() and any(not below.name.startswith(AUDIT) for below in path.iterdir()):
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
