"""Parquet rows as JSON lines, for outputs in another container than the inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from cleaner.dump.entries import Entry, Fields
from cleaner.dump.parquet import RowSlice, clean_rows


def rows_as_json(rows: RowSlice, kept: Sequence[tuple[Entry, str]], fields: Fields) -> bytes:
    """The rows of these entries with their clean texts as JSON lines, every column a field.

    Dates and times are texts as Arrow writes them (`2026-11-21 20:11:43.000001Z`), decimals texts with all digits,
    durations whole numbers of their unit, bytes base64, maps lists of pairs, NaN and infinity null; a column of JSON
    is JSON.
    """
    batch = clean_rows(rows, kept, fields)
    columns = [_json_values(column) for column in batch.columns]
    columns[batch.schema.get_field_index(fields.text)] = [text for _, text in kept]
    names = batch.schema.names
    return _ENCODER.encode_lines([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])


_ENCODER = msgspec.json.Encoder()


def _json_values(column: pa.Array) -> list[Any]:
    """The values of a column as `msgspec` can write them."""
    if isinstance(column.type, pa.JsonType):
        return [None if text is None else _json(text) for text in column.storage.to_pylist()]
    wanted = _json_type(column.type)
    return list((column if wanted == column.type else column.cast(wanted)).to_pylist())


def _json(text: str) -> msgspec.Raw | str:
    """The JSON in one line; a text that is none stays a text."""
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
    return msgspec.Raw(text.replace("\n", " ").replace("\r", " "))


def _json_type(type_: pa.DataType) -> pa.DataType:
    """The type without what JSON has no word for and Python no value: nanoseconds, years after 9999."""
    return next((make(type_) for is_one, make in _JSON_TYPES if is_one(type_)), type_)


_JSON_TYPES: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], pa.DataType]], ...] = (
    (pa.types.is_dictionary, lambda type_: _json_type(type_.value_type)),
    (pa.types.is_timestamp, lambda _: pa.string()),
    (pa.types.is_date, lambda _: pa.string()),
    (pa.types.is_time, lambda _: pa.string()),
    (pa.types.is_duration, lambda _: pa.int64()),
    (pa.types.is_struct, lambda type_: pa.struct([field.with_type(_json_type(field.type)) for field in type_])),
    (pa.types.is_map, lambda type_: pa.map_(_json_type(type_.key_type), _json_type(type_.item_type))),
    (pa.types.is_fixed_size_list, lambda type_: pa.list_(_json_type(type_.value_type), type_.list_size)),
    (pa.types.is_large_list, lambda type_: pa.large_list(_json_type(type_.value_type))),
    (pa.types.is_list, lambda type_: pa.list_(_json_type(type_.value_type))),
)
