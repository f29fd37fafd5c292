"""A corpus that must lose nothing: every removal by a rule in it is a finding, but for a ledger of known exceptions.

Examples show what a rule's author thought of; a corpus of clean texts shows what nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from cleaner.dump.entries import Entry, Failure, Fields, open_source, read_entry, read_record, read_source, record_lines
from cleaner.dump.formats import Format
from cleaner.dump.inputs import Inputs, Source, Unusable
from cleaner.model import CleanerError
from cleaner.pipeline import Cleaner


class KnownError(CleanerError):
    """A ledger of known exceptions that can't be read."""


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A removal that is known and accepted for now, as one line of JSON; `because` is the reason."""

    file: str
    rule: str
    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A removal in a text that must lose nothing; `line` is 1-based in the document's own text.

    `file` is the name below the corpus's folder; a document of a JSON lines file goes by its id there.
    """

    file: str
    line: int
    rule: str
    text: str


def read_known(path: Path) -> list[Known]:
    """The known exceptions of a JSON lines file; raises `KnownError` with every line that is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KnownError(f"{path}: can't be read: {error.strerror}") from None
    known: list[Known] = []
    wrong: list[str] = []
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            try:
                known.append(msgspec.json.decode(line, type=Known))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                wrong.append(f"{path}:{number}: {error} (wanted: file, rule, text and because)")
    if wrong:
        raise KnownError("\n".join(wrong))
    return known


def find_losses(cleaner: Cleaner, inputs: Inputs) -> Iterator[Finding | Failure]:
    """Every removal or replacement by a rule in the corpus, in the order of files and lines; repairs are no loss.

    A document that can't be read or cleaned is a `Failure`.
    """
    for source in inputs.walk():
        if isinstance(source, Unusable):
            if source.is_failure:
                yield Failure(source.name, source.name, 0, source.why)
            continue
        try:
            if source.format.holds_records:
                yield from _losses_of_records(cleaner, source)
            else:
                entry = read_entry(read_source(source.path), source.name, source.format, Fields())
                yield from _losses(cleaner, entry)
        except CleanerError as error:
            yield Failure(source.name, source.name, 0, str(error))


def _losses_of_records(cleaner: Cleaner, source: Source) -> Iterator[Finding | Failure]:
    for number, read in _records(source):
        try:
            yield from _losses(cleaner, read())
        except CleanerError as error:
            yield Failure(f"{source.name}:{number}", source.name, number, str(error))


def _records(source: Source) -> Iterator[tuple[int, Callable[[], Entry]]]:
    """The number of each record, and a call for its document."""
    if source.format is Format.PARQUET:
        from cleaner.dump.parquet import read_rows, slices  # noqa: PLC0415  (pyarrow takes long to load)

        for rows in slices(source.path, Fields()):
            yield from read_rows(rows, source.name, Fields())
    else:
        with open_source(source.path) as lines:
            for number, line in record_lines(lines):
                yield number, partial(read_record, line, source.name, number, Fields())


def _losses(cleaner: Cleaner, entry: Entry) -> list[Finding]:
    edits = cleaner.clean_document(entry.document).removals
    return [Finding(entry.doc, edit.line, edit.reason.rule, edit.before.strip()) for edit in edits]


@dataclass(frozen=True, slots=True)
class Losses:
    """What the corpus lost: findings that nobody knew of, documents that failed, known exceptions that are stale."""

    new: list[Finding]
    failures: list[Failure]
    stale: list[Known]
    known_count: int


def compare_losses(
    found: Iterator[Finding | Failure], known: list[Known], is_chosen: Callable[[str], bool] = lambda _: True
) -> Losses:
    """The losses against the ledger; one entry of it covers every line of its file with that text.

    Only rules that are chosen count, as findings and as stale entries.
    """
    expected = {(entry.file, entry.rule, entry.text.strip()): entry for entry in known}
    met: set[tuple[str, str, str]] = set()
    new: list[Finding] = []
    failures: list[Failure] = []
    known_count = 0
    for finding in found:
        if isinstance(finding, Failure):
            failures.append(finding)
        elif is_chosen(finding.rule):
            key = finding.file, finding.rule, finding.text
            met.add(key)
            if key in expected:
                known_count += 1
            else:
                new.append(finding)
    stale = [entry for key, entry in expected.items() if key not in met and is_chosen(entry.rule)]
    return Losses(new, failures, stale, known_count)
