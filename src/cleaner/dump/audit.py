"""The audit files of a run: what went in, what came out, what was changed and what failed.

`manifest.jsonl` has a row for each document, `ledger.jsonl` one for each edit in the same order, `failures.jsonl` one
for each failure, `report.json` the totals.  They take their names when the run ends.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cleaner.dump.entries import Entry, Failure
from cleaner.dump.outputs import MANIFEST
from cleaner.ledger import LedgerRecord, read_record
from cleaner.model import Cleaned, CleanerError, text_hash
from cleaner.utf8 import encode, shared_bytes
from cleaner.whole import PARTIAL

LEDGER, FAILURES, REPORT = "ledger.jsonl", "failures.jsonl", "report.json"


class AuditError(CleanerError):
    """Audit files that are missing or do not belong together."""


class ManifestRow(msgspec.Struct, frozen=True, gc=False):
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


def manifest_row(entry: Entry, source: str, output: str, cleaned: Cleaned, clean: bytes) -> ManifestRow:
    """The row of a document and what it has become; `source` and `output` are names of files, `clean` is the clean
    text as UTF-8.
    """
    document = entry.document
    source_hash, clean_hash = _hashes(entry, cleaned, clean)
    return ManifestRow(
        entry.doc,
        source,
        entry.record,
        output,
        entry.encoding,
        len(cleaned.edits),
        source_hash,
        clean_hash,
        document.title,
        document.url,
        document.date,
    )


def _hashes(entry: Entry, cleaned: Cleaned, clean: bytes) -> tuple[str, str]:
    """`text_hash` of the source and of the clean text."""
    text = cleaned.source
    if len(text) > _LONG_CHARS:
        return text_hash(text), hashlib.sha256(clean).hexdigest()
    return shared_hashes(entry.encoded or encode(text), clean)


_LONG_CHARS = 1 << 20


def shared_hashes(first: bytes, second: bytes) -> tuple[str, str]:
    """SHA-256 of both, in hex; what both begin with is hashed once."""
    shared = shared_bytes(first, second)
    digest = hashlib.sha256(memoryview(first)[:shared])
    other = digest.copy()
    digest.update(memoryview(first)[shared:])
    other.update(memoryview(second)[shared:])
    return digest.hexdigest(), other.hexdigest()


_ENCODER = msgspec.json.Encoder()


def encode_manifest(rows: Sequence[ManifestRow]) -> bytes:
    """The lines of `manifest.jsonl` for these rows."""
    return _ENCODER.encode_lines(rows)


def encode_failures(failures: Sequence[Failure]) -> bytes:
    """The lines of `failures.jsonl` for these failures."""
    return _ENCODER.encode_lines(failures)


def read_outputs(manifest: Path) -> Iterator[str]:
    """The names of the outputs in a manifest that may be torn at its end, each once where they stand together."""
    decoder, last = msgspec.json.Decoder(ManifestRow), None
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError), manifest.open("rb") as lines:
        for line in lines:
            output = decoder.decode(line).output
            if output != last:
                yield output
            last = output


def write_report(folder: Path, report: dict[str, object]) -> None:
    """Put `report.json` in place."""
    partial = folder / (REPORT + PARTIAL)  # always the same name, so that a run that is killed here leaves nothing
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    partial.replace(folder / REPORT)


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
