"""Texts in Arrow columns, and batches of rows as bytes that go from one process to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa


def is_text(type_: pa.DataType) -> bool:
    """Whether a column of this type can hold texts; bytes are read as UTF-8."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return is_string(type_) or _is_bytes(type_)


def is_string(type_: pa.DataType) -> bool:
    """Whether it is a type of strings, not of bytes or of a dictionary."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_))


def _is_bytes(type_: pa.DataType) -> bool:
    return bool(pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_binary_view(type_))


def column_values(batch: pa.RecordBatch, name: str) -> list[Any]:
    """The values of a column of texts, whole numbers or bytes, row by row; text that is not UTF-8 as bytes.

    All None where there is no such column or it holds something else.
    """
    if batch.schema.names.count(name) == 1:
        column = batch.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if _is_bytes(column.type) or pa.types.is_integer(column.type):
            return list(column.to_pylist())
        if is_string(column.type):
            try:
                return list(column.to_pylist())
            except UnicodeDecodeError:
                return [_text_or_bytes(value) for value in column.cast(pa.large_binary()).to_pylist()]
    return [None] * batch.num_rows


def _text_or_bytes(value: bytes | None) -> str | bytes | None:
    try:
        return value.decode("utf-8") if value is not None else None
    except UnicodeDecodeError:
        return value


def text_array(texts: Sequence[str], type_: pa.DataType) -> pa.Array:
    """The texts as a column of the type that the texts of the input had."""
    if pa.types.is_dictionary(type_):
        encoded = text_array(texts, type_.value_type).dictionary_encode()
        indices = encoded.indices.cast(type_.index_type)
        return pa.DictionaryArray.from_arrays(indices, encoded.dictionary, ordered=type_.ordered)
    return pa.array([text.encode() for text in texts] if _is_bytes(type_) else texts, type_)


def to_ipc(batch: pa.RecordBatch, row_group: int, *, compression: str | None = None) -> bytes:
    """The batch as one Arrow IPC stream that remembers its row group; streams may stand one after the other."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, batch.schema.remove_metadata(), options=options) as stream:
        stream.write_batch(batch, custom_metadata={"row_group": str(row_group)})
    return bytes(sink.getvalue())


def from_ipc(ipc: bytes) -> pa.RecordBatch:
    """The batch of a slice or a piece."""
    return pa.ipc.open_stream(ipc).read_next_batch()


def read_pieces(spool: Path) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The batches of a file of streams one after the other, each with the row group that it belongs to."""
    with pa.OSFile(str(spool)) as file:
        while file.tell() < file.size():
            stream = pa.ipc.open_stream(file)
            piece = stream.read_next_batch_with_custom_metadata()
            yield int(piece.custom_metadata["row_group"]), piece.batch
            if next(stream, None) is not None:  # reads the mark of its end, behind which the next one begins
                raise ValueError(f"{spool}: a piece of more than one batch")


def take_rows(batch: pa.RecordBatch, rows: Sequence[int]) -> pa.RecordBatch:
    """These rows of the batch, given in rising order; for columns of all types, as Arrow's own `take` is not."""
    if len(rows) == batch.num_rows:
        return batch
    runs: list[list[int]] = []  # first row and the row behind the last one
    for row in rows:
        if runs and runs[-1][1] == row:
            runs[-1][1] = row + 1
        else:
            runs.append([row, row + 1])
    taken = pa.Table.from_batches([batch.slice(first, end - first) for first, end in runs], batch.schema)
    batches = taken.combine_chunks().to_batches()
    return batches[0] if batches else batch.slice(0, 0)
