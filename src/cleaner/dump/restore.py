"""Outputs and their ledger -> the decoded sources, each checked by its hash."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cleaner.cut import RestoreError, restore
from cleaner.dump.audit import AuditError, ManifestRow, read_audit
from cleaner.dump.outputs import audit_folder
from cleaner.ledger import LedgerRecord
from cleaner.model import text_hash
from cleaner.whole import written_whole


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome of one document: `error` is empty where its source was rebuilt and its hash agrees."""

    doc: str
    error: str = ""


def restore_run(out: Path, to: Path, *, audit: Path | None = None, text_field: str = "text") -> Iterator[Restored]:
    """Rebuild the decoded source of every document of a run below the folder `to`, as UTF-8.

    JSON lines become JSON lines with the source in `text_field`.  A document whose output was changed or is gone is
    reported and not written; the others are.  Raises `AuditError` where the audit files are missing.
    """
    folder = audit or audit_folder(out, is_folder=out.is_dir())
    if to.resolve() == out.resolve() or (not out.is_dir() and to.resolve() == out.parent.resolve()):
        raise AuditError(f"{to} holds the outputs that are read; name another folder")
    place = operator.attrgetter("output", "is_record")
    for (output, is_record), rows in itertools.groupby(read_audit(folder), key=lambda entry: place(entry[0])):
        path = out / output if out.is_dir() else out
        if is_record:
            yield from _restore_records(rows, path, to / output, text_field)
        else:
            yield from (_restore_file(row, ledger, path, to / output) for row, ledger in rows)


def _restore_file(row: ManifestRow, ledger: list[LedgerRecord], path: Path, to: Path) -> Restored:
    try:
        text = path.read_bytes().decode("utf-8")
        source = _rebuild(row, ledger, text)
    except (OSError, UnicodeDecodeError, RestoreError) as error:
        return Restored(row.doc, f"{path}: {getattr(error, 'strerror', None) or error}")
    with written_whole(to) as written:
        written.write(source.encode("utf-8"))
    return Restored(row.doc)


def _rebuild(row: ManifestRow, ledger: list[LedgerRecord], text: str) -> str:
    if text_hash(text) != row.sha256:
        raise RestoreError("the output is not what the run wrote; clean the source again")
    source = restore(text, [record.as_edit() for record in ledger])
    if text_hash(source) != row.source_sha256:
        raise RestoreError("the ledger does not lead back to the source: its hash differs")
    return source


def _restore_records(
    rows: Iterable[tuple[ManifestRow, list[LedgerRecord]]], path: Path, to: Path, text_field: str
) -> Iterator[Restored]:
    """Rebuild one JSON lines file, record by record; it takes its name at the end."""
    try:
        with path.open("rb") as lines, written_whole(to) as written:
            for row, ledger in rows:
                try:
                    written.write(_restore_record(row, ledger, lines.readline(), text_field))
                except (msgspec.DecodeError, RestoreError) as error:
                    yield Restored(row.doc, f"{path}: {error}")
                else:
                    yield Restored(row.doc)
    except FileNotFoundError as error:
        for row, _ in rows:
            yield Restored(row.doc, f"{path}: {error.strerror}")


def _restore_record(row: ManifestRow, ledger: list[LedgerRecord], line: bytes, text_field: str) -> bytes:
    if not line:
        raise RestoreError("the record is gone")
    record = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    if text_field not in record:
        raise RestoreError(f"the record has no field {text_field!r}; name it with --text-field")
    source = _rebuild(row, ledger, msgspec.json.decode(record[text_field], type=str))
    record[text_field] = msgspec.Raw(msgspec.json.encode(source))
    return msgspec.json.encode(record) + b"\n"
