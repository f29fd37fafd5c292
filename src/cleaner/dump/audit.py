"""The audit files of a run: what went in, what came out, what was changed and what failed.

`manifest.jsonl` has a row for each document, `ledger.jsonl` one for each edit in the same order, `failures.jsonl` one
for each failure, `report.json` the totals.  Each is written under another name and renamed when the run ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from cleaner.dump.entries import Entry, Failure
from cleaner.dump.outputs import MANIFEST
from cleaner.ledger import LedgerRecord, read_record, write_records
from cleaner.model import Cleaned, CleanerError, text_hash
from cleaner.whole import PARTIAL, written_whole

LEDGER, FAILURES, REPORT = "ledger.jsonl", "failures.jsonl", "report.json"


class AuditError(CleanerError):
    """Audit files that are missing or do not belong together."""


class ManifestRow(msgspec.Struct, frozen=True):
    """One document of a run.

    `source` and `output` are names below IN and OUT, `record` the 1-based JSON line (0: the file is the document),
    `source_sha256` is over the decoded text and `sha256` over the clean one, both as UTF-8.
    """

    doc: str
    source: str
    record: int
    output: str
    encoding: str
    edits: int
    source_sha256: str
    sha256: str
    title: str | None = None
    url: str | None = None
    date: str | None = None

    @property
    def is_record(self) -> bool:
        """Whether the document is a JSON line and not a whole file."""
        return self.record > 0


class AuditWriter:
    """Writes the audit files of one run; a context manager that puts them in place at its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> AuditWriter:
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for name in (MANIFEST, LEDGER, FAILURES):
                self._files[name] = stack.enter_context((self.folder / (name + PARTIAL)).open("wb"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        for name in self._files:
            (self.folder / (name + PARTIAL)).replace(self.folder / name)

    def add(self, entry: Entry, source: str, output: str, cleaned: Cleaned) -> None:
        """Record a document and its edits."""
        ledger = write_records(entry.doc, cleaned.edits)
        document = entry.document
        row = ManifestRow(
            doc=entry.doc,
            source=source,
            record=entry.record,
            output=output,
            encoding=entry.encoding,
            edits=len(cleaned.edits),
            source_sha256=text_hash(cleaned.source),
            sha256=text_hash(cleaned.text),
            title=document.title,
            url=document.url,
            date=document.date,
        )
        self._files[LEDGER].write(ledger)
        self._files[MANIFEST].write(msgspec.json.encode(row) + b"\n")

    def fail(self, failure: Failure) -> None:
        """Record a failure."""
        self._files[FAILURES].write(msgspec.json.encode(failure) + b"\n")

    def mark(self) -> dict[str, int]:
        """The place that `take_back` can return to."""
        return {name: file.tell() for name, file in self._files.items() if name != FAILURES}

    def take_back(self, mark: dict[str, int]) -> None:
        """Forget the documents recorded since the mark; their output does not come to be.  Failures stay."""
        for name, offset in mark.items():
            self._files[name].seek(offset)
            self._files[name].truncate()


def write_report(folder: Path, report: dict[str, object]) -> None:
    """Put `report.json` in place."""
    with written_whole(folder / REPORT) as file:
        file.write(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def read_failures(folder: Path) -> list[Failure]:
    """The failures of a run, in order."""
    return msgspec.json.Decoder(Failure).decode_lines((folder / FAILURES).read_bytes())


def read_audit(folder: Path) -> Iterator[tuple[ManifestRow, list[LedgerRecord]]]:
    """Every document of a run with its ledger records, in order; raises `AuditError` where files are missing or
    torn.
    """
    decoder = msgspec.json.Decoder(ManifestRow)
    try:
        with (folder / MANIFEST).open("rb") as manifest, (folder / LEDGER).open("rb") as ledger:
            for line in manifest:
                row = decoder.decode(line)
                records = [read_record(next(ledger)) for _ in range(row.edits)]
                if any(record.doc != row.doc for record in records):
                    raise AuditError(f"{folder}: manifest and ledger differ at document {row.doc!r}")
                yield row, records
    except FileNotFoundError as error:
        raise AuditError(
            f"{error.filename}: no such file; a run writes it unless its output is standard output"
        ) from None
    except (msgspec.DecodeError, StopIteration) as error:
        raise AuditError(f"{folder}: the audit files are torn or from another version ({error})") from None
