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


def manifest_row(entry: Entry, hasher: Hasher, source: str, output: str, cleaned: Cleaned) -> ManifestRow:
    """The row of a document and what it has become; `source` and `output` are names of files."""
    document = entry.document
    source_hash, clean_hash = hasher.hashes(cleaned)
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


class Hasher:
    """The hashes of a text and of what is made of it.

    To be made before the text is cleaned: msgspec leaves the UTF-8 of a text with it, where CPython looks first when
    the text is encoded again.  What stands before the first edit is hashed once for both.
    """

    __slots__ = ("_encoded",)

    def __init__(self, text: str) -> None:
        self._encoded: memoryview | None = None  # of no long text, and of none that is no UTF-8
        if len(text) <= _LONG_CHARS:
            with contextlib.suppress(UnicodeEncodeError):  # half of a surrogate pair
                packed = _PACKER.encode(text)
                self._encoded = memoryview(packed)[_HEADS.get(packed[0], 1) :]

    def hashes(self, cleaned: Cleaned) -> tuple[str, str]:
        """`text_hash` of the source, which is the text, and of the clean text."""
        source, edits, encoded = cleaned.source, cleaned.edits, self._encoded
        if not edits:
            only = text_hash(source) if encoded is None else hashlib.sha256(encoded).hexdigest()
            return only, only
        start = edits[0].start
        if encoded is None or start < len(source) // 2:
            return text_hash(source) if encoded is None else hashlib.sha256(encoded).hexdigest(), text_hash(
                cleaned.text
            )
        rest = source[start:].encode()
        digest = hashlib.sha256(encoded[: len(encoded) - len(rest)])
        clean = digest.copy()
        digest.update(rest)
        clean.update(cleaned.text[start:].encode("utf-8", "surrogatepass"))
        return digest.hexdigest(), clean.hexdigest()


_LONG_CHARS = 1 << 20
_PACKER = msgspec.msgpack.Encoder()
_HEADS = {0xD9: 2, 0xDA: 3, 0xDB: 5}  # bytes before the text itself, by the first one (MessagePack's str 8, 16, 32)


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
