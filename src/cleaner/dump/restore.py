"""Outputs and their ledger -> the decoded sources, each checked by its hash."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from cleaner.cut import RestoreError, restore
from cleaner.dump.audit import AuditError, ManifestRow, read_audit
from cleaner.dump.codecs import MEMBER_BYTES, MemberWriter, codec_of, encode_member
from cleaner.dump.decoded import open_decoded, read_decoded
from cleaner.dump.formats import Format, container_of
from cleaner.dump.outputs import audit_folder, is_unfinished
from cleaner.ledger import LedgerRecord
from cleaner.model import CleanerError, text_hash
from cleaner.whole import written_whole


class Restored(msgspec.Struct, frozen=True):
    """The outcome of one document: `error` is empty where its source was rebuilt and its hash agrees."""

    doc: str
    error: str = ""


def restore_run(out: Path, to: Path, *, audit: Path | None = None, text_field: str = "text") -> Iterator[Restored]:
    """Rebuild the decoded source of every document of a run below the folder `to`, as UTF-8.

    JSON lines become JSON lines with the source in `text_field`.  A document whose output was changed or is gone is
    reported and not written; the others are.  Raises `AuditError` where the audit files are missing.
    """
    folder = audit or audit_folder(out, is_folder=out.is_dir())
    if is_unfinished(folder):
        raise AuditError(f"{folder}: the run has not come to its end: give the same command again, and it goes on")
    if to.resolve() == out.resolve() or (not out.is_dir() and to.resolve() == out.parent.resolve()):
        raise AuditError(f"{to} holds the outputs that are read; name another folder")
    place = operator.attrgetter("output", "is_record")
    for (output, is_record), rows in itertools.groupby(read_audit(folder), key=lambda entry: place(entry[0])):
        path = out / output if out.is_dir() else out
        container = container_of(output)
        if not is_record:
            yield from (_restore_file(row, ledger, path, to / output) for row, ledger in rows)
        elif container and container.format is Format.PARQUET:
            yield from _restore_rows(rows, path, to / output, text_field)
        else:
            yield from _restore_records(rows, path, to / output, text_field)


def _restore_file(row: ManifestRow, ledger: list[LedgerRecord], path: Path, to: Path) -> Restored:
    codec, _ = codec_of(to.name)
    try:
        text = read_decoded(path, codec).decode("utf-8")
        source = _rebuild(row, ledger, text)
    except (OSError, UnicodeDecodeError, CleanerError) as error:
        return Restored(row.doc, _told(path, error))
    with written_whole(to) as written:
        written.write(encode_member(codec, source.encode("utf-8")))
    return Restored(row.doc)


def _told(path: Path, error: Exception) -> str:
    return f"{path}: {getattr(error, 'strerror', None) or error}"


def _rebuild(row: ManifestRow, ledger: list[LedgerRecord], text: str) -> str:
    if text_hash(text) != row.sha256:
        raise RestoreError("the output is not what the run wrote; clean the source again")
    source = restore(text, [record.as_edit() for record in ledger])
    if text_hash(source) != row.source_sha256:
        raise RestoreError("the ledger does not lead back to the source: its hash differs")
    return source


Rows = Iterable[tuple[ManifestRow, list[LedgerRecord]]]


def _restore_records(rows: Rows, path: Path, to: Path, text_field: str) -> Iterator[Restored]:
    """Rebuild one JSON lines file, record by record; it takes its name at the end."""
    codec, _ = codec_of(to.name)
    try:
        with open_decoded(path, codec) as whole:
            while whole.read(MEMBER_BYTES):
                pass
    except (OSError, CleanerError) as error:
        yield from (Restored(row.doc, _told(path, error)) for row, _ in rows)
        return
    with open_decoded(path, codec) as lines, written_whole(to) as file, MemberWriter(file, codec) as written:
        for row, ledger in rows:
            try:
                written.write(_restore_record(row, ledger, lines.readline(), text_field))
            except (msgspec.DecodeError, RestoreError) as error:
                yield Restored(row.doc, _told(path, error))
            else:
                yield Restored(row.doc)


def _restore_rows(rows: Rows, path: Path, to: Path, text_field: str) -> Iterator[Restored]:
    """Rebuild one Parquet file, row by row; it takes its name at the end."""
    from cleaner.dump.parquet_file import check_texts, with_other_texts  # noqa: PLC0415  (pyarrow takes long to load)

    waiting = iter(rows)
    done: list[Restored] = []

    def rebuild(text: str) -> str | None:
        row, ledger = next(waiting, (None, []))
        if row is None:
            return None
        try:
            source = _rebuild(row, ledger, text)
        except RestoreError as error:
            done.append(Restored(row.doc, _told(path, error)))
            return None
        done.append(Restored(row.doc))
        return source

    try:
        check_texts(path, text_field)
    except (OSError, CleanerError) as error:
        yield from (Restored(row.doc, _told(path, error)) for row, _ in waiting)
        return
    with written_whole(to) as written:
        for _ in with_other_texts(path, written, text_field, rebuild):
            yield from done
            done.clear()
    yield from (Restored(row.doc, f"{path}: the record is gone") for row, _ in waiting)


def _restore_record(row: ManifestRow, ledger: list[LedgerRecord], line: bytes, text_field: str) -> bytes:
    if not line:
        raise RestoreError("the record is gone")
    record = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    if text_field not in record:
        raise RestoreError(f"the record has no field {text_field!r}; name it with --text-field")
    source = _rebuild(row, ledger, msgspec.json.decode(record[text_field], type=str))
    record[text_field] = msgspec.Raw(msgspec.json.encode(source))
    return msgspec.json.encode(record) + b"\n"
