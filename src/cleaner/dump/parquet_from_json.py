"""JSON lines -> Parquet; the columns are found in a first reading, so that a field that comes late has its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Flag, auto
from pathlib import Path
from typing import IO, Any

import msgspec
import pyarrow as pa

from cleaner.dump.parquet import ParquetError
from cleaner.dump.parquet_file import FORMAT, RowGroups

MAX_COLUMNS = 10_000  # more fields than that are values that stand where names should
_BATCH_BYTES = 8 << 20  # of JSON lines, which is what is in memory at a time beside a row group
_INT64 = range(-(1 << 63), 1 << 63)
_EXACT = range(-(1 << 53), (1 << 53) + 1)  # whole numbers that a double holds exactly


class _Kind(Flag):
    """What values of a field there are; together they decide the type of its column."""

    NONE = 0
    TEXT = auto()
    TRUTH = auto()
    SMALL = auto()  # a whole number that is also a double
    WHOLE = auto()  # one of 64 bits
    FLOAT = auto()
    OTHER = auto()  # lists, objects, numbers of more than 64 bits


# Kinds that fit into one column, the narrowest first; whatever fits into none is a column of JSON.
_TYPES = (
    (_Kind.TEXT, pa.string()),
    (_Kind.TRUTH, pa.bool_()),
    (_Kind.SMALL | _Kind.WHOLE, pa.int64()),
    (_Kind.SMALL | _Kind.FLOAT, pa.float64()),
)
_JSON = pa.json_(pa.string())


def from_json_lines(lines: Path, to: IO[bytes], text_field: str) -> None:
    """Write JSON lines as a Parquet file, read twice and never held in memory.

    Each field is a column, in the order in which fields come up.  Texts, truth values, whole numbers of 64 bits and
    other numbers have columns of their type; a field that holds lists, objects, larger numbers or a mixture has a
    column of JSON with each value as it stood.  A missing field and null are both null.  Without records there is the
    column `text_field` alone.  Raises `ParquetError` for more than `MAX_COLUMNS` fields.
    """
    kinds: dict[str, _Kind] = {}
    for batch in _batches(lines):
        for record in batch:
            for name, raw in record.items():
                kinds[name] = kinds.get(name, _Kind.NONE) | _kind(raw)
        if len(kinds) > MAX_COLUMNS:
            raise ParquetError(f"more than {MAX_COLUMNS:,} different fields, too many for columns: write JSON lines")
    kinds = kinds or {text_field: _Kind.TEXT}
    schema = pa.schema([pa.field(name, _type(kind)) for name, kind in kinds.items()])
    with RowGroups(to, schema, FORMAT | {"compression": "zstd"}) as groups:
        for batch in _batches(lines):
            columns = [_column(batch, field) for field in schema]
            groups.add(0, pa.RecordBatch.from_arrays(columns, schema=schema))


def _batches(lines: Path) -> Iterator[list[dict[str, msgspec.Raw]]]:
    decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
    with lines.open("rb") as file:
        while batch := file.readlines(_BATCH_BYTES):
            yield [decoder.decode(line) for line in batch]


def _kind(raw: msgspec.Raw) -> _Kind:
    first = bytes(memoryview(raw)[:1])
    kind = _KINDS.get(first)
    if kind is not None:
        return kind
    try:
        number = msgspec.json.decode(raw)
    except msgspec.DecodeError:  # out of the range of a double
        return _Kind.OTHER
    if isinstance(number, float):
        return _Kind.FLOAT
    return _Kind.SMALL if number in _EXACT else _Kind.WHOLE if number in _INT64 else _Kind.OTHER


_KINDS = {
    b'"': _Kind.TEXT,
    b"t": _Kind.TRUTH,
    b"f": _Kind.TRUTH,
    b"n": _Kind.NONE,
    b"{": _Kind.OTHER,
    b"[": _Kind.OTHER,
}


def _type(kind: _Kind) -> pa.DataType:
    return next((type_ for fitting, type_ in _TYPES if kind in fitting), _JSON)


def _column(batch: list[dict[str, msgspec.Raw]], field: pa.Field) -> pa.Array:
    raws = [record.get(field.name) for record in batch]
    if field.type == _JSON:
        texts = [None if raw is None or bytes(raw) == b"null" else bytes(raw).decode() for raw in raws]
        return pa.ExtensionArray.from_storage(_JSON, pa.array(texts, pa.string()))
    decode: Callable[[msgspec.Raw], Any] = msgspec.json.Decoder().decode
    values = [None if raw is None else decode(raw) for raw in raws]
    return pa.array(values, field.type)
