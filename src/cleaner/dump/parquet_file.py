"""Parquet files written: row groups, compression, types and metadata as the input has them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.dump.arrow import column_values, read_pieces, take_rows, text_array
from cleaner.dump.entries import Fields
from cleaner.dump.parquet import open_parquet, output_schema, read_batches

MAX_ROW_GROUP_BYTES = 128 << 20  # decoded; Parquet's own default, and what is in memory at a time
FORMAT = {"version": "2.6", "write_page_checksum": True}  # all types; and damage is seen when it is read
ARROW_SCHEMA = b"ARROW:schema"


class RowGroups:
    """Writes batches as row groups: those that belong together as one, unless it would take too much memory.

    A context manager; the file is whole when it ends well.
    """

    def __init__(self, to: IO[bytes], schema: pa.Schema, layout: dict[str, Any]) -> None:
        self._writer = pq.ParquetWriter(to, schema, **layout)
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0
        self._row_group = 0

    def add(self, row_group: int, batch: pa.RecordBatch) -> None:
        """Take one batch; row groups come in order."""
        if row_group != self._row_group or self._bytes + batch.nbytes > MAX_ROW_GROUP_BYTES:
            self._flush()
        self._row_group = row_group
        if batch.num_rows:
            self._batches.append(batch)
            self._bytes += batch.nbytes

    def __enter__(self) -> RowGroups:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
            self._writer.close()
            return
        with contextlib.suppress(OSError):  # the file is given up; its writer would try again when it is collected
            self._writer.close()

    def _flush(self) -> None:
        if self._batches:
            table = pa.Table.from_batches(self._batches)
            self._writer.write_table(table, row_group_size=table.num_rows)
        self._batches, self._bytes = [], 0


def stitch(spool: Path, source: Path, to: IO[bytes], fields: Fields) -> None:
    """Write the Parquet file whose pieces stand one after the other in `spool`, laid out like the file `source`.

    A row group is one of the source without the rows that failed; one that is larger than `MAX_ROW_GROUP_BYTES`
    becomes several.  The same pieces give the same bytes.
    """
    with open_parquet(source) as parquet:
        schema, layout = output_schema(parquet.schema_arrow, fields), _layout(parquet, fields)
    with RowGroups(to, schema, layout) as groups:
        for row_group, batch in read_pieces(spool):
            groups.add(row_group, batch)


def check_texts(path: Path, text_field: str) -> None:
    """Read a Parquet file to its end; raises `ParquetError` where it or its texts can't be read."""
    with open_parquet(path) as parquet:
        output_schema(parquet.schema_arrow, Fields(text=text_field))
        for _ in read_batches(parquet):
            pass


def with_other_texts(path: Path, to: IO[bytes], text_field: str, change: Callable[[str], str | None]) -> Iterator[None]:
    """Copy a Parquet file with each text changed, row by row, one step a row; rows where `change` gives None go.

    Raises `ParquetError` where the file or its texts can't be read.
    """
    fields = Fields(text=text_field)
    with open_parquet(path) as parquet:
        schema = output_schema(parquet.schema_arrow, fields)
        with RowGroups(to, schema, _layout(parquet, fields)) as groups:
            for row_group, _, batch in read_batches(parquet):
                changed = []
                for text in column_values(batch, text_field):
                    changed.append(change(text.decode("utf-8", "replace") if isinstance(text, bytes) else text or ""))
                    yield
                kept = [row for row, text in enumerate(changed) if text is not None]
                rows = take_rows(batch, kept)
                place = rows.schema.get_field_index(text_field)
                texts = text_array([text for text in changed if text is not None], rows.schema.field(place).type)
                groups.add(row_group, rows.set_column(place, rows.schema.field(place), texts))


def _layout(parquet: pq.ParquetFile, fields: Fields) -> dict[str, Any]:
    """How the columns of a file are written: its compression and dictionaries, and the oddities of older writers.

    The level of compression is not in a file; it is the one that Arrow takes by itself.
    """
    layout: dict[str, Any] = FORMAT | {"store_schema": ARROW_SCHEMA in (parquet.metadata.metadata or {})}
    physical = (parquet.schema.column(column).physical_type for column in range(len(parquet.schema)))
    layout["use_deprecated_int96_timestamps"] = "INT96" in physical
    if not parquet.num_row_groups:
        return layout
    group = parquet.metadata.row_group(0)
    columns = {column.path_in_schema: column for column in map(group.column, range(group.num_columns))}
    codecs = {name: _compression(column.compression) for name, column in columns.items()}
    dictionaries = [name for name, column in columns.items() if any("DICT" in code for code in column.encodings)]
    made = (fields.text, fields.title, fields.url, "date") if fields.html else ()
    codecs |= {name: next(iter(codecs.values())) for name in made if name not in codecs}
    return layout | {"compression": codecs, "use_dictionary": dictionaries}


def _compression(name: str) -> str:
    return {"UNCOMPRESSED": "NONE"}.get(name, name)
