"""The ledger: one JSON line for every edit, from which each source can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from cleaner.model import Action, Edit, Reason


class LedgerRecord(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """One edit of one document, as written to `ledger.jsonl`.

    `start` and `end` are half-open code-point offsets into the decoded source, `line` is its 1-based line; `after` is
    left out where nothing stands instead.
    """

    doc: str
    line: int
    start: int
    end: int
    rule: str
    rev: int
    action: Action
    before: str
    after: str = ""

    def as_edit(self) -> Edit:
        """The edit; its category is not in the ledger and stays empty."""
        reason = Reason(self.rule, self.rev, "")
        return Edit(self.start, self.end, self.after, self.action, reason, self.before, self.line)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(LedgerRecord)


def ledger_records(doc: str, edits: Iterable[Edit]) -> list[LedgerRecord]:
    """The records of one document's edits."""
    records = []
    for edit in edits:
        reason = edit.reason
        records.append(
            LedgerRecord(
                doc,
                edit.line,
                edit.start,
                edit.end,
                reason.rule,
                reason.rev,
                edit.action,
                edit.before,
                edit.after,
            )
        )
    return records


def encode_records(records: Sequence[LedgerRecord]) -> bytes:
    """The ledger lines of these records, as UTF-8 JSON lines."""
    return _ENCODER.encode_lines(records)


def read_record(line: bytes) -> LedgerRecord:
    """The record of one ledger line; raises `msgspec.DecodeError` for a line that is none."""
    return _DECODER.decode(line)
