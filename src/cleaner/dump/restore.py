"""Outputs and their ledger -> the decoded sources, each checked by its hash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from cleaner.cut import RestoreError, restore
from cleaner.dump.audit import AuditError, ManifestRow, read_audit
from cleaner.dump.outputs import AUDIT, PARTIAL
from cleaner.ledger import LedgerRecord
from cleaner.model import text_hash


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
    folder = audit or (out / AUDIT if out.is_dir() else out.with_name(out.name + AUDIT))
    with ExitStack() as stack:
        records: _Records | None = None
        for row, ledger in read_audit(folder):
            path = out / row.output if out.is_dir() else out
            if not row.record:
                yield _restore_file(row, ledger, path, to / row.output)
                continue
            if records is None or records.output != row.output:
                if records:
                    records.finish()
                records = stack.enter_context(_Records(path, to / row.output, row.output))
            yield records.restore(row, ledger, text_field)
        if records:
            records.finish()


def _restore_file(row: ManifestRow, ledger: list[LedgerRecord], path: Path, to: Path) -> Restored:
    try:
        text = path.read_bytes().decode("utf-8")
        source = _rebuild(row, ledger, text)
    except (OSError, UnicodeDecodeError, RestoreError) as error:
        return Restored(row.doc, f"{path}: {getattr(error, 'strerror', None) or error}")
    to.parent.mkdir(parents=True, exist_ok=True)
    partial = to.with_name(to.name + PARTIAL)
    partial.write_bytes(source.encode("utf-8"))
    partial.replace(to)
    return Restored(row.doc)


def _rebuild(row: ManifestRow, ledger: list[LedgerRecord], text: str) -> str:
    if text_hash(text) != row.sha256:
        raise RestoreError("the output is not what the run wrote; clean the source again")
    source = restore(text, [record.as_edit() for record in ledger])
    if text_hash(source) != row.source_sha256:
        raise RestoreError("the ledger does not lead back to the source: its hash differs")
    return source


class _Records:
    """One JSON lines output on its way back, read and written record by record."""

    def __init__(self, path: Path, to: Path, output: str) -> None:
        self.output = output
        self._path, self._to = path, to
        self._partial = to.with_name(to.name + PARTIAL)

    def __enter__(self) -> _Records:
        try:
            self._lines: IO[bytes] = self._path.open("rb")
        except OSError as error:
            raise AuditError(f"{self._path}: {error.strerror}") from None
        self._to.parent.mkdir(parents=True, exist_ok=True)
        self._written = self._partial.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._written.close()
        self._partial.unlink(missing_ok=True)

    def restore(self, row: ManifestRow, ledger: list[LedgerRecord], text_field: str) -> Restored:
        line = self._lines.readline()
        try:
            record = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            source = _rebuild(row, ledger, msgspec.json.decode(record[text_field], type=str))
        except KeyError:
            return Restored(row.doc, f"the record has no field {text_field!r}; name it with --text-field")
        except (msgspec.DecodeError, RestoreError) as error:
            return Restored(row.doc, str(error))
        record[text_field] = msgspec.Raw(msgspec.json.encode(source))
        self._written.write(msgspec.json.encode(record) + b"\n")
        return Restored(row.doc)

    def finish(self) -> None:
        """Give the restored file its name."""
        self._written.close()
        if self._partial.exists():
            self._partial.replace(self._to)
