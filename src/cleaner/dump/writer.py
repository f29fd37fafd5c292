"""What is written while a run is under way: outputs and audit files under other names, until they are whole."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sys
from pathlib import Path

import msgspec

from cleaner.dump.audit import FAILURES, LEDGER, encode_failures, read_outputs, write_report
from cleaner.dump.chunks import Chunk, Slice
from cleaner.dump.codecs import encode_member
from cleaner.dump.entries import Failure, Fields
from cleaner.dump.formats import Format
from cleaner.dump.inputs import InputError, Source
from cleaner.dump.journal import Step, Stopped, Tally
from cleaner.dump.outputs import MANIFEST, Target
from cleaner.dump.work import Done
from cleaner.model import CleanerError
from cleaner.report import Report
from cleaner.version import VERSION
from cleaner.whole import PARTIAL, PartialFile, partial_name

_GONE = ".gone"
_AUDIT_FILES = (MANIFEST, LEDGER, FAILURES)


class Writer:
    """Writes what has become of chunks, in order.

    An output takes its name when all that the manifest says of it is written, and never earlier.
    """

    def __init__(self, target: Target, fields: Fields, tally: Tally) -> None:
        """Open the partial files as the last step of the tally left them; raises `FileNotFoundError` where they are no
        longer so large.
        """
        self._target = target
        self._fields = fields
        self._tally = tally
        self._audit: dict[str, PartialFile] = {}
        self._sliced: PartialFile | None = None
        self._streamed_bytes = 0
        step = tally.step
        with contextlib.ExitStack() as opened:
            if target.audit:
                target.audit.mkdir(parents=True, exist_ok=True)
                sizes = (step.manifest, step.ledger, step.failures)
                for name, size in zip(_AUDIT_FILES, sizes, strict=True):
                    self._audit[name] = PartialFile(_partial(target.audit, name), size)
                    opened.callback(self._audit[name].close)
            if target.path:
                self._open_outputs(step)
            opened.pop_all()

    def _open_outputs(self, step: Step) -> None:
        """Make the spool of this run, and take up the file that was being sliced."""
        folder = self._target.partial
        folder.mkdir(parents=True, exist_ok=True)
        _clear_spools(folder)
        self.spool.mkdir()
        if step.slice_of and step.last:
            self.settle(step)
        elif step.slice_of:
            self._sliced = PartialFile(self._sliced_path(step.slice_of), step.output)

    @property
    def spool(self) -> Path:
        """The folder of this run alone for whole outputs that wait for their names."""
        return self._target.partial / str(os.getpid()) if self._target.path else Path()

    def write(self, chunk: Chunk, done: Done) -> Step:
        """Write what has become of the next chunk; the step that this makes."""
        before, error = self._tally.step, ""
        if isinstance(chunk, Slice):
            before = before if chunk.is_first else self._tally.before
            error = self._write_slice(chunk, done)
            if error:
                done.failures.append(Failure(chunk.source.name, chunk.source.name, 0, error))
                done.report.failed += 1
        if self._audit:
            self._audit[MANIFEST].append(done.manifest)
            self._audit[LEDGER].append(done.ledger)
            self._audit[FAILURES].append(encode_failures(done.failures))
            if error:
                self._audit[MANIFEST].cut(before.manifest)
                self._audit[LEDGER].cut(before.ledger)
        for partial, name in done.written:
            (self.spool / partial).replace(self._target.output_path(name))
        for name in done.dropped:
            self._target.drop(name)
        return self._step(chunk, done, is_broken=bool(error) or done.output is None)

    def _step(self, chunk: Chunk, done: Done, *, is_broken: bool) -> Step:
        sizes = {name: file.size for name, file in self._audit.items()}
        step = Step(
            chunk.seen,
            manifest=sizes.get(MANIFEST, 0),
            ledger=sizes.get(LEDGER, 0),
            failures=sizes.get(FAILURES, 0),
            blank=done.blank,
            counts=done.report,
        )
        if not isinstance(chunk, Slice):
            return step
        return msgspec.structs.replace(
            step,
            output=self._sliced.size if self._sliced else 0,
            slice_of=chunk.source.output_name,
            first=chunk.is_first,
            last=chunk.is_last,
            broken=is_broken,
            end=chunk.end,
            next_line=chunk.next_line,
        )

    def _write_slice(self, chunk: Slice, done: Done) -> str:
        """Write the next piece of a sliced file's output, or take all of it back; why the file fails, where it does."""
        output, container = done.output, chunk.source.output
        if self._target.path is None and container.format is Format.PARQUET:
            raise InputError("Parquet can't be streamed to standard output: name a file with -o OUT, or --to jsonl")
        if chunk.is_first and self._target.path:
            self._sliced = PartialFile(self._sliced_path(chunk.source.output_name))
        if output is None or chunk.error:
            return chunk.error
        written = self._sliced.size if self._sliced else self._streamed_bytes
        if chunk.is_last and not written and not output:
            output = encode_member(container.codec, b"")
        if self._sliced is None:
            sys.stdout.buffer.write(output)
            self._streamed_bytes += len(output)
            return ""
        self._sliced.append(output)
        try:
            if chunk.is_last and container.format is Format.PARQUET:
                self._make_parquet(chunk.source)
        except CleanerError as error:
            return str(error)
        return ""

    def _make_parquet(self, source: Source) -> None:
        """Make the Parquet file of the pieces that were written, beside them."""
        from cleaner.dump.parquet_file import stitch  # noqa: PLC0415  (0.2 s that runs without Parquet need not pay)
        from cleaner.dump.parquet_from_json import from_json_lines  # noqa: PLC0415

        pieces = self._sliced_path(source.output_name)
        with _whole(pieces).open("wb") as file:
            if source.format is Format.PARQUET:
                stitch(pieces, source.path, file, self._fields)
            else:
                from_json_lines(pieces, file, self._fields.text)

    def settle(self, step: Step) -> None:
        """Give a sliced file its name, now that the step was its last, or remove it where it is broken."""
        if self._target.path is None:
            return
        if self._sliced:
            self._sliced.close()
            self._sliced = None
        partial = pieces = self._sliced_path(step.slice_of)
        if step.broken:
            pieces.unlink(missing_ok=True)
            _whole(pieces).unlink(missing_ok=True)
            self._target.drop(step.slice_of)
        if _whole(pieces).exists():
            partial = _whole(pieces)
            pieces.unlink(missing_ok=True)
        if partial.exists():
            self._target.make_place(step.slice_of, partial)
            partial.replace(self._target.output_path(step.slice_of))

    def _sliced_path(self, name: str) -> Path:
        """Where the output of that name grows while its file is sliced; no two have the same place."""
        return self._target.partial / partial_name(name)

    def close(self) -> None:
        """Let go of all files, which stay as they are."""
        for file in (*self._audit.values(), *filter(None, [self._sliced])):
            file.close()


def _clear_spools(folder: Path) -> None:
    """Remove outputs that stopped runs had not got to name.

    Processes of a run that was killed just now may still write there; they can't where their folder has another name.
    """
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        gone = path.with_suffix(_GONE)
        if path != gone:
            shutil.rmtree(gone, ignore_errors=True)
            path.rename(gone)
        shutil.rmtree(gone)


def complete(target: Target, fingerprint: str, report: Report) -> None:
    """Put the audit files of a run with these rules in place; what is in place already stays."""
    if target.audit:
        for name in _AUDIT_FILES:
            with contextlib.suppress(FileNotFoundError):
                _partial(target.audit, name).replace(target.audit / name)
        write_report(target.audit, {"version": VERSION, "fingerprint": fingerprint} | report.as_dict())
    if target.path:
        shutil.rmtree(target.partial, ignore_errors=True)


def abandon(target: Target) -> None:
    """Remove the partial files of a run that nobody can continue."""
    if target.audit:
        for name in _AUDIT_FILES:
            _partial(target.audit, name).unlink(missing_ok=True)
    if target.path:
        shutil.rmtree(target.partial, ignore_errors=True)


def discard(target: Target, stopped: Stopped) -> None:
    """Remove what a run that was stopped has left, its outputs too: a run that starts afresh owes them nothing."""
    assert target.audit
    for name in itertools.chain(stopped.blank, read_outputs(_partial(target.audit, MANIFEST))):
        path = target.output_path(name)
        path.unlink(missing_ok=True)
    abandon(target)
    if target.path and target.is_folder:
        for root, folders, _ in os.walk(target.path, topdown=False):
            for name in folders:
                with contextlib.suppress(OSError):  # something else is in it
                    Path(root, name).rmdir()


def _whole(pieces: Path) -> Path:
    """Where the file is made that can't be written piece by piece."""
    return pieces.with_name(pieces.name + ".whole")


def _partial(audit: Path, name: str) -> Path:
    return audit / (name + PARTIAL)
