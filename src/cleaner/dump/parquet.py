"""Parquet: rows -> entries, and entries with clean texts -> rows with every other column as it was.

The one who runs reads slices of rows one after the other (a row group can't be entered in the middle without decoding
what stands before); each goes to a worker as Arrow IPC and comes back as a piece of the output, cleaned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.dump.arrow import column_values, from_ipc, is_string, is_text, take_rows, text_array, to_ipc
from cleaner.dump.entries import Entry, Fields, RecordError
from cleaner.extract import extract
from cleaner.model import CleanerError, Document

MAGIC = b"PAR1"
SLICE_BYTES = 4 << 20  # decoded; a larger row is a slice of its own
_SLICE_ROWS = 16_384
_READ_BYTES = 1 << 20  # what is read from a column at a time, so that a row group of a GB is never in memory
_FROM_PAGE = ("title", "url", "date")  # what a page tells of itself, for columns that are empty


class ParquetError(CleanerError):
    """A file that is no Parquet, is cut off or damaged, or has no column with texts."""


@dataclass(frozen=True, slots=True)
class RowSlice:
    """Some rows of one row group as an Arrow IPC stream; `first_row` counts from 0 over the file, which has `row_total`
    rows.
    """

    row_group: int
    first_row: int
    row_count: int
    row_total: int
    ipc: bytes

    @property
    def is_last(self) -> bool:
        """Whether no row stands behind them."""
        return self.first_row + self.row_count == self.row_total


def slices(path: Path, fields: Fields, start_row: int = 0) -> Iterator[RowSlice]:
    """The rows of a file from `start_row` on, which is 0 or the end of an earlier slice.

    The file alone decides where slices end.  A file without rows is one slice of nothing.  Raises `ParquetError`, at
    once for a file that can't be used and later for rows that can't be read.
    """
    with open_parquet(path) as parquet:
        output_schema(parquet.schema_arrow, fields)  # tells of columns that are missing
        total = parquet.metadata.num_rows
        for group, row, batch in read_batches(parquet, start_row):
            yield RowSlice(group, row, batch.num_rows, total, to_ipc(batch, group))
        if not total:
            empty = pa.RecordBatch.from_pylist([], schema=parquet.schema_arrow)
            yield RowSlice(0, 0, 0, 0, to_ipc(empty, 0))


def read_batches(parquet: pq.ParquetFile, start_row: int = 0) -> Iterator[tuple[int, int, pa.RecordBatch]]:
    """Row group, first row and rows of each batch of about `SLICE_BYTES`; row groups before `start_row` stay unread."""
    row = 0
    for group in range(parquet.num_row_groups):
        row_count = parquet.metadata.row_group(group).num_rows
        if row + row_count <= start_row:
            row += row_count
            continue
        for batch in _read_group(parquet, group, row):
            if row >= start_row:
                yield group, row, batch
            row += batch.num_rows


def open_parquet(path: Path) -> pq.ParquetFile:
    """The file, opened for reading it piece by piece; raises `ParquetError`, and `OSError` where it can't be opened."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC))
        size = file.seek(0, 2)
        file.seek(max(0, size - len(MAGIC)))
        tail = file.read()
    if not head.startswith(MAGIC):
        raise ParquetError(f"its name says Parquet, but it holds none: it starts with {head!r}, not with {MAGIC!r}")
    if tail != MAGIC:
        raise ParquetError(f"cut off: the file ends at byte {size:,} without the footer; fetch the file again")
    try:
        parquet = pq.ParquetFile(path, pre_buffer=False, buffer_size=_READ_BYTES, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ParquetError(f"damaged: the footer can't be read ({_in_one_line(error)}); fetch the file again") from None
    about = parquet.metadata
    if about.num_rows != sum(about.row_group(group).num_rows for group in range(about.num_row_groups)):
        raise ParquetError("damaged: the footer differs with itself on how many rows there are; fetch the file again")
    return parquet


def _read_group(parquet: pq.ParquetFile, group: int, row: int) -> Iterator[pa.RecordBatch]:
    """A row group in batches of about `SLICE_BYTES`."""
    about = parquet.metadata.row_group(group)
    rows = about.num_rows * SLICE_BYTES // max(1, about.total_byte_size)
    batches = parquet.iter_batches(min(_SLICE_ROWS, max(1, rows)), [group], use_threads=False)
    left = about.num_rows
    while left > 0:
        try:
            batch = next(batches)
        except (pa.ArrowException, OSError, ValueError, StopIteration) as error:
            why = _in_one_line(error) or f"it holds {left:,} rows less than the footer says"
            raise ParquetError(
                f"damaged: row group {group + 1} of {parquet.num_row_groups}, from row {row + 1:,} on, can't be read "
                f"({why}); fetch the file again"
            ) from None
        left -= batch.num_rows
        yield from _halved(batch)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _halved(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts that are not larger than two slices; rows differ in size."""
    if batch.num_rows <= 1 or batch.nbytes <= 2 * SLICE_BYTES:
        yield batch
        return
    middle = batch.num_rows // 2
    yield from _halved(batch.slice(0, middle))
    yield from _halved(batch.slice(middle))


def output_schema(schema: pa.Schema, fields: Fields) -> pa.Schema:
    """The columns of the output: those of the input, and where texts are made from pages, what a page gives.

    Raises `ParquetError` where the column with the texts is missing or holds something else.
    """
    option, wanted = ("--html-field", fields.html) if fields.html else ("--text-field", fields.text)
    if wanted not in schema.names:
        raise ParquetError(
            f"it has no column {wanted!r} (its columns: {', '.join(schema.names)}); name it with {option}"
        )
    for name in sorted({wanted, fields.text} & set(schema.names)):
        if schema.names.count(name) > 1:
            raise ParquetError(f"it has {schema.names.count(name)} columns {name!r}: rename all but one")
        if not is_text(schema.field(name).type):
            raise ParquetError(
                f"column {name!r} holds {schema.field(name).type}, not texts; name another with {option}"
            )
    if fields.html:
        for name in (fields.text, fields.title, fields.url, "date"):
            if name not in schema.names:
                schema = schema.append(pa.field(name, pa.string()))
    return schema


def read_rows(rows: RowSlice, name: str, fields: Fields) -> Iterator[tuple[int, Callable[[], Entry]]]:
    """The 1-based number of each row, and a call for its document that raises `RecordError` where it holds none."""
    if not rows.row_count:
        return
    batch = from_ipc(rows.ipc)
    names = (fields.html or fields.text, fields.id, fields.url, fields.title)
    columns = [column_values(batch, column) for column in names]
    for index, (text, id_, url, title) in enumerate(zip(*columns, strict=True)):
        number = rows.first_row + index + 1
        doc = str(id_) if isinstance(id_, int | str) and id_ != "" else f"{name}:{number}"
        yield number, partial(_entry, doc, number, text, _known(url), _known(title), fields)


def _known(value: object) -> str | None:
    return value or None if isinstance(value, str) else None


def _entry(doc: str, number: int, text: object, url: str | None, title: str | None, fields: Fields) -> Entry:
    wanted = fields.html or fields.text
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RecordError(f"column {wanted!r} is not UTF-8: byte {error.start} does not fit") from None
    if not isinstance(text, str):
        raise RecordError(f"column {wanted!r} is null, not a text")
    if fields.html:
        document = extract(text, url=url, title=title, language=fields.language)
    else:
        document = Document(text, title=title, url=url, language=fields.language)
    return Entry(doc, number, "utf-8", document)


def encode_rows(rows: RowSlice, kept: Sequence[tuple[Entry, str]], fields: Fields) -> bytes:
    """A piece of the output: the rows of these entries with their clean texts, all other columns as they were."""
    return to_ipc(clean_rows(rows, kept, fields), rows.row_group, compression="zstd")  # pieces wait on disk


def clean_rows(rows: RowSlice, kept: Sequence[tuple[Entry, str]], fields: Fields) -> pa.RecordBatch:
    """The rows of these entries, in order, with their clean texts."""
    batch = take_rows(from_ipc(rows.ipc), [entry.record - 1 - rows.first_row for entry, _ in kept])
    schema = output_schema(batch.schema, fields)
    columns = dict(enumerate(batch.columns))
    place = schema.get_field_index(fields.text)
    columns[place] = text_array([text for _, text in kept], schema.field(place).type)
    if fields.html:
        for name, known in zip((fields.title, fields.url, "date"), _FROM_PAGE, strict=True):
            place = schema.get_field_index(name)
            if place >= 0 and name != fields.text and is_string(schema.field(place).type):
                given = column_values(batch, name)
                found = [getattr(entry.document, known) for entry, _ in kept]
                filled = [new if old is None else old for old, new in zip(given, found, strict=True)]
                columns[place] = pa.array(filled, schema.field(place).type)
    return pa.RecordBatch.from_arrays([columns[index] for index in range(len(schema))], schema=schema)
