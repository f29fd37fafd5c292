"""What is done with one chunk: its documents read, cleaned, and made ready to be written and recorded.

Here stands the only place where any error is a document's own.
"""

from __future__ import annotations

import codecs
import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cleaner.dump.audit import ManifestRow, encode_manifest, manifest_row
from cleaner.dump.chunks import Chunk, Slice
from cleaner.dump.codecs import encode_member
from cleaner.dump.entries import Entry, Failure, Fields, Records, line_spans, read_entry, read_source
from cleaner.dump.formats import Format
from cleaner.dump.inputs import Source, Unusable
from cleaner.dump.json_writer import LedgerWriter, LineWriter
from cleaner.dump.outputs import Target
from cleaner.model import Cleaned, CleanerError
from cleaner.pipeline import Cleaner
from cleaner.report import Report
from cleaner.rules.load import RuleSet
from cleaner.utf8 import encode

if TYPE_CHECKING:
    from cleaner.dump.parquet import RowSlice

NOTES = 20  # of one chunk; a million empty files are told of by their count
# Errors in writing that every later document would meet as well.
_LASTING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


class OutputError(CleanerError):
    """Outputs can't be written any more."""

    @classmethod
    def of(cls, error: OSError) -> OutputError:
        """The error with what a person can do about it."""
        where = f" ({error.filename})" if error.filename else ""
        return cls(
            f"the outputs can't be written{where}: {error.strerror}; mend that, then give the same command again"
        )


class Done(msgspec.Struct):
    """What has become of a chunk.

    `output` is the next piece of a sliced file's output, None where it has none because its document failed.
    `written` are whole outputs of small files as (partial file, output name), `blank` those of them without a document,
    `dropped` names that have no output.
    """

    output: bytes | None = b""
    manifest: bytes = b""
    ledger: bytes = b""
    failures: list[Failure] = []
    notes: list[str] = []
    written: list[tuple[str, str]] = []
    blank: list[str] = []
    dropped: list[str] = []
    report: Report = msgspec.field(default_factory=Report)


class Worker(msgspec.Struct, frozen=True):
    """Does chunks one after the other, in the run's process or in one of its own.

    `spool` is a folder of this run alone, for whole outputs that wait for their names.  `lines` and `ledger` are filled
    anew by each chunk.
    """

    cleaner: Cleaner
    fields: Fields
    target: Target
    spool: Path
    lines: LineWriter = msgspec.field(default_factory=LineWriter)
    ledger: LedgerWriter = msgspec.field(default_factory=LedgerWriter)

    def __reduce__(self) -> tuple[Callable[..., Worker], tuple[object, ...]]:
        """How it goes to a process that does not inherit it: the cleaner is made anew of its rules."""
        return _remake, (self.cleaner.rules, self.fields, self.target, self.spool)

    def do(self, chunk: Chunk, fatal: Mapping[int, str], at: Callable[[int], None]) -> Done:
        """What has become of the chunk; raises `OutputError`.

        `at` is told the number of each document (from 0) before it is begun and -1 behind the last; `fatal` are the
        documents that are not tried again, and why.
        """
        work = _Work(self, fatal, at)
        if isinstance(chunk, Slice):
            work.do_slice(chunk)
        else:
            for number, item in enumerate(chunk.items):
                work.do_file(item, f"{chunk.seen.count}-{number}")
        return work.finish()


def _remake(rules: RuleSet, fields: Fields, target: Target, spool: Path) -> Worker:
    return Worker(Cleaner.of(rules), fields, target, spool)


_Read = tuple[int, Callable[[], Entry]]
_Finished = tuple[Entry, Cleaned, bytes]  # the last is the clean text as UTF-8


def _rows(chunk: Slice) -> RowSlice:
    from cleaner.dump.parquet import RowSlice  # noqa: PLC0415

    count = chunk.next_line - chunk.first_line
    return RowSlice(chunk.row_group, chunk.first_line - 1, count, 0, bytes(chunk.data))


class _Work:
    """One chunk, and what has come of it so far."""

    def __init__(self, worker: Worker, fatal: Mapping[int, str], at: Callable[[int], None]) -> None:
        self._worker = worker
        self._fatal = fatal
        self._at = at
        self._number = -1
        self._done = Done()
        self._rows: list[ManifestRow] = []

    def finish(self) -> Done:
        self._done.manifest, self._done.ledger = encode_manifest(self._rows), self._worker.ledger.take()
        for counts in self._worker.ledger.take_counts():
            self._done.report.count(*counts)
        return self._done

    def do_slice(self, chunk: Slice) -> None:
        source, name = chunk.source, chunk.source.output_name
        if source.format is Format.JSONL:
            self._do_lines(chunk, name)
            return
        kept = []
        for finished in self._clean(source, self._reads(chunk)):
            kept.append(finished)
            self._record(finished, source, name)
        self._at(-1)
        if kept:
            self._done.output = encode_member(source.output.codec, self._encode_slice(chunk, kept))
        elif not source.format.holds_records:
            self._done.output = None

    def _do_lines(self, chunk: Slice, name: str) -> None:
        """A slice of JSON lines: each line is written as soon as it is clean, so that no more than one is at hand."""
        source, lines = chunk.source, self._worker.lines
        for finished in self._clean(source, self._reads(chunk)):
            entry, _, clean = finished
            lines.put_record(entry.head, clean, entry.tail)
            self._record(finished, source, name)
            del finished, entry, clean  # a document can be long, and its line is copied below
        self._at(-1)
        if output := lines.take():
            self._done.output = encode_member(source.output.codec, output)

    def do_file(self, item: Source | Unusable, partial_name: str) -> None:
        if isinstance(item, Unusable):
            if item.is_failure:
                self._fail(Failure(item.name, item.name, 0, item.why))
            else:
                self._done.report.pass_over(item.why)
            return
        self._at(self._number + 1)  # reading it is part of its first document
        try:
            done = list(self._clean(item, self._file_reads(item)))
            if done or item.format.holds_records:
                self._write(item, partial_name, done)
            else:
                self._done.dropped.append(item.output_name)
        except CleanerError as error:
            self._fail_file(item, str(error))
        except OSError as error:
            if error.errno in _LASTING:
                raise OutputError.of(error) from None
            self._fail_file(item, f"{error.filename or item.name}: {error.strerror}")
        else:
            name = item.output_name
            for finished in done:
                self._record(finished, item, name)

    def _write(self, source: Source, partial_name: str, kept: Sequence[_Finished]) -> None:
        self._at(-1)
        path = self._worker.spool / partial_name
        with path.open("wb") as file:
            file.write(encode_member(source.output.codec, self._encode(source, kept)))
        self._worker.target.make_place(source.output_name, path)
        self._done.written.append((partial_name, source.output_name))
        if not kept:
            self._done.blank.append(source.output_name)

    def _file_reads(self, source: Source) -> Iterator[_Read]:
        """A call for each document of a small file; one that is not tried again is not read either."""
        if not source.format.holds_records:
            yield 0, lambda: self._read_document(source, read_source(source.path, source.codec))
        else:
            yield from self._record_reads(source, read_source(source.path, source.codec), 1)

    def _reads(self, chunk: Slice) -> Iterator[_Read]:
        """The number of each record in a slice (0: it is the document), and a call that reads it."""
        if chunk.source.format is Format.PARQUET:
            from cleaner.dump.parquet import read_rows  # noqa: PLC0415  (0.2 s that runs without Parquet need not pay)

            return read_rows(_rows(chunk), chunk.source.name, self._worker.fields)
        if chunk.source.format is Format.JSONL:
            return self._record_reads(chunk.source, chunk.data, chunk.first_line)
        return iter([(0, lambda: self._read_document(chunk.source, bytes(chunk.data)))])

    def _record_reads(self, source: Source, data: bytes | bytearray, first_line: int) -> Iterator[_Read]:
        records = Records(source.name, self._worker.fields)
        if isinstance(data, bytearray) and data.find(b"\n") in (-1, len(data) - 1):
            if data and not data.isspace():
                yield first_line, lambda: _read_alone(records, data, first_line)
            return
        for number, start, end in line_spans(data, first_line):
            yield number, partial(records.read, data, start, end, number)

    def _read_document(self, source: Source, raw: bytes) -> Entry:
        return read_entry(raw, source.name, source.format, self._worker.fields)

    def _encode_slice(self, chunk: Slice, kept: Sequence[_Finished]) -> bytes:
        """The next piece of a sliced file's output, before it is compressed."""
        if chunk.source.format is not Format.PARQUET:
            return self._encode(chunk.source, kept)
        from cleaner.dump.parquet import encode_rows  # noqa: PLC0415
        from cleaner.dump.parquet_json import rows_as_json  # noqa: PLC0415

        encode_kept = encode_rows if chunk.source.output.format is Format.PARQUET else rows_as_json
        return encode_kept(_rows(chunk), [(entry, cleaned.text) for entry, cleaned, _ in kept], self._worker.fields)

    def _encode(self, source: Source, kept: Sequence[_Finished]) -> bytes:
        """The output for these documents, before it is compressed."""
        if source.format is not Format.JSONL:
            return kept[0][2]
        lines = self._worker.lines
        for entry, _, clean in kept:
            lines.put_record(entry.head, clean, entry.tail)
        return lines.take()

    def _clean(self, source: Source, reads: Iterable[_Read]) -> Iterator[_Finished]:
        """Every document that does not fail, and what it has become; the others are recorded failures."""
        clean, fatal, at = self._worker.cleaner.clean_document, self._fatal, self._at
        for record, read in reads:
            self._number += 1
            doc = f"{source.name}:{record}" if record else source.name
            if self._number in fatal:
                self._fail(Failure(doc, source.name, record, fatal[self._number]))
                continue
            at(self._number)
            try:
                entry = read()
                doc = entry.doc
                cleaned = clean(entry.document, entry.encoded)
                encoded = encode(cleaned.text)
            except Exception as error:
                self._fail(Failure(doc, source.name, record, f"{_kind(error)}{error}"))
            else:
                yield entry, cleaned, encoded

    def _record(self, finished: _Finished, source: Source, output_name: str) -> None:
        entry, cleaned, clean = finished
        if not cleaned.text and not cleaned.source.strip() and len(self._done.notes) < NOTES:
            self._done.notes.append(f"{entry.doc}: empty; its output is empty too")
        self._rows.append(manifest_row(entry, source.name, output_name, cleaned, clean))
        self._worker.ledger.put_edits(entry.doc, cleaned.edits)
        self._done.report.add(cleaned)

    def _fail_file(self, source: Source, error: str) -> None:
        self._fail(Failure(source.name, source.name, 0, error))
        self._done.dropped.append(source.output_name)

    def _fail(self, failure: Failure) -> None:
        self._done.report.failed += 1
        self._done.failures.append(failure)


def _read_alone(records: Records, data: bytearray, number: int) -> Entry:
    """The document of a slice that is one line.  A line can be long, so its bytes are let go as soon as it is read."""
    if number == 1 and data.startswith(codecs.BOM_UTF8):
        del data[: len(codecs.BOM_UTF8)]
    entry = records.read(data, 0, len(data), number)
    data.clear()
    return entry


def _kind(error: Exception) -> str:
    """The name of an error that nobody expected, so that its report can be searched for."""
    return "" if isinstance(error, CleanerError) else f"{type(error).__name__}: "
