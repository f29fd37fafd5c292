"""Parquet read in slices and written back: what is kept, what fails, and the way from and to JSON lines."""

from __future__ import annotations

import datetime
import decimal
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.dump import parquet
from cleaner.dump.entries import Entry, Fields, RecordError
from cleaner.dump.parquet import ParquetError, RowSlice, encode_rows, read_rows, slices
from cleaner.dump.parquet_file import stitch, with_other_texts
from cleaner.dump.parquet_from_json import from_json_lines
from cleaner.dump.parquet_json import rows_as_json

NOON = datetime.datetime(2026, 1, 2, 12, 0, 0, 6)
ROWS = 40


def repeat(values: list[Any], type_: pa.DataType) -> pa.Array:
    return pa.array([values[row % len(values)] for row in range(ROWS)], type_)


# Columns of all types that Parquet knows, and what of their first value stands in JSON.
COLUMNS: dict[str, tuple[pa.Array, Any]] = {
    "id": (pa.array(range(ROWS), pa.int64()), 0),
    "large": (repeat(["a", None], pa.large_string()), "a"),
    "view": (repeat(["a", "a text of more than twelve bytes", None], pa.string_view()), "a"),
    "words": (repeat(["x", "y", None], pa.string()).dictionary_encode(), "x"),
    "bytes": (repeat([b"\0\xff", None], pa.binary()), "AP8="),
    "three-bytes": (repeat([b"abc"], pa.binary(3)), "YWJj"),
    "list": (repeat([["a", "b"], [], None], pa.list_(pa.string())), ["a", "b"]),
    "list-large": (repeat([[1], None], pa.large_list(pa.int8())), [1]),
    "list-of-two": (repeat([[1.5, 2.5]], pa.list_(pa.float32(), 2)), [1.5, 2.5]),
    "list-of-times": (
        repeat([[1, 2]], pa.list_(pa.timestamp("ns"))),
        ["1970-01-01 00:00:00.000000001", "1970-01-01 00:00:00.000000002"],
    ),
    "struct": (
        repeat(
            [{"a": 1, "b": [{"at": NOON}]}, None],
            pa.struct([("a", pa.int32()), ("b", pa.list_(pa.struct([("at", pa.timestamp("us"))])))]),
        ),
        {"a": 1, "b": [{"at": "2026-01-02 12:00:00.000006"}]},
    ),
    "map": (repeat([[("k", 1), ("k", 2)], None], pa.map_(pa.string(), pa.int32())), [["k", 1], ["k", 2]]),
    "time-utc": (repeat([NOON], pa.timestamp("us", "UTC")), "2026-01-02 12:00:00.000006Z"),
    "time-nano": (repeat([1_234_567_891], pa.timestamp("ns")), "1970-01-01 00:00:01.234567891"),
    "date": (repeat([NOON.date(), None], pa.date32()), "2026-01-02"),
    "date-after-9999": (repeat([10_000_000], pa.int32()).cast(pa.date32()), "29349-01-26"),
    "clock": (repeat([123], pa.time64("ns")), "00:00:00.000000123"),
    "duration": (repeat([55], pa.duration("ns")), 55),
    "decimal": (repeat([decimal.Decimal("1.50"), None], pa.decimal128(30, 2)), "1.50"),
    "truth": (repeat([True, False, None], pa.bool_()), True),
    "float": (repeat([float("nan"), 1.5, None], pa.float64()), None),
    "half": (repeat([1.5], pa.float16()), 1.5),
    "byte": (repeat([255], pa.uint8()), 255),
    "largest": (repeat([2**64 - 1], pa.uint64()), 2**64 - 1),
    "nothing": (pa.nulls(ROWS), None),
    "json": (repeat(['{"a":\n1.50}', None], pa.json_(pa.string())), {"a": 1.5}),
    "uuid": (repeat([b"0123456789abcdef"], pa.uuid()), "30313233-3435-3637-3839-616263646566"),
}
TEXTS = [f"Text {row}." for row in range(ROWS)]


def all_types(text_type: pa.DataType | None = None) -> pa.Table:
    arrays = {"text": text_column(text_type or pa.string())} | {name: array for name, (array, _) in COLUMNS.items()}
    fields = [
        pa.field(name, array.type, nullable=name != "id", metadata={"note": "kept"} if name == "id" else None)
        for name, array in arrays.items()
    ]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields, metadata={"made by": "a test"}))


def text_column(type_: pa.DataType, texts: list[str | None] | None = None) -> pa.Array:
    given = TEXTS if texts is None else texts
    if pa.types.is_dictionary(type_):
        return pa.array(given, type_.value_type).dictionary_encode()
    if pa.types.is_binary(type_) or pa.types.is_large_binary(type_):
        return pa.array([None if text is None else text.encode() for text in given], type_)
    return pa.array(given, type_)


def entries(rows: RowSlice, fields: Fields) -> Iterator[Entry]:
    for _, entry in read_rows(rows, "a.parquet", fields):
        yield entry()


def rewrite(path: Path, change: Callable[[Entry], str | None], fields: Fields | None = None) -> bytes:
    """What becomes of a file when `change` has each entry; None is a failure."""
    fields = fields or Fields()
    spool = path.with_suffix(".spool")
    pieces = []
    for rows in slices(path, fields):
        texts = [(entry, change(entry)) for entry in entries(rows, fields)]
        pieces.append(encode_rows(rows, [(entry, text) for entry, text in texts if text is not None], fields))
    spool.write_bytes(b"".join(pieces))
    out = io.BytesIO()
    stitch(spool, path, out, fields)
    return out.getvalue()


def upper(entry: Entry) -> str:
    return entry.document.text.upper()


def facts(content: bytes | Path) -> tuple[Any, ...]:
    """What a file says of itself beside its values: schema with metadata, row groups, codecs and dictionaries."""
    file = pq.ParquetFile(io.BytesIO(content) if isinstance(content, bytes) else content)
    groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
    columns = [[group.column(column) for column in range(group.num_columns)] for group in groups]
    return (
        str(file.schema).partition("\n")[2],
        file.schema_arrow.metadata,
        [(field, field.metadata) for field in file.schema_arrow],
        [group.num_rows for group in groups],
        [
            [
                (column.path_in_schema, column.compression, any("DICT" in code for code in column.encodings))
                for column in group
            ]
            for group in columns
        ],
    )


def shown(table: pa.Table) -> dict[str, str]:
    """All values of all columns but the text, written out."""
    columns = table.drop_columns(["text"]).combine_chunks()
    return {name: columns[name].to_string(window=ROWS) for name in columns.column_names}


LAYOUTS: dict[str, dict[str, Any]] = {
    "as-arrow-writes": {},
    "one-row-group": {"row_group_size": ROWS},
    "without-compression": {"compression": "none"},
    "zstd-without-dictionaries": {"compression": "zstd", "use_dictionary": False},
    "codecs-by-column": {
        "compression": {"text": "gzip", "id": "brotli", "list.list.element": "lz4"},
        "use_dictionary": ["view", "list.list.element"],
    },
    "without-arrow-schema": {"store_schema": False},
    "small-pages": {"data_page_size": 64, "data_page_version": "2.0"},
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_all_but_the_text_stays(layout: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(all_types(), path, **{"row_group_size": 15} | layout)
    content = rewrite(path, upper)
    assert facts(content) == facts(path)
    was, now = pq.read_table(path), pq.read_table(io.BytesIO(content))
    assert now["text"].to_pylist() == [text.upper() for text in TEXTS]
    assert shown(now) == shown(was)
    assert rewrite(path, upper) == content


@pytest.mark.parametrize(
    "type_",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
def test_text_has_any_type_of_texts(type_: pa.DataType, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(all_types(type_), path)
    now = pq.read_table(io.BytesIO(rewrite(path, upper)))
    assert now.schema.equals(pq.read_table(path).schema, check_metadata=True)
    assert [text if isinstance(text, str) else text.decode() for text in now["text"].to_pylist()] == [
        text.upper() for text in TEXTS
    ]


KEPT_ROWS: dict[str, Callable[[int], bool]] = {
    "none": lambda row: False,
    "all-but-the-first": lambda row: row > 0,
    "every-other": lambda row: row % 2 == 1,
    "without-one-row-group": lambda row: not 10 <= row < 20,
    "the-last": lambda row: row == ROWS - 1,
}


@pytest.mark.parametrize("is_kept", KEPT_ROWS.values(), ids=KEPT_ROWS)
def test_row_that_failed_is_not_in_the_output(is_kept: Callable[[int], bool], tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(all_types(), path, row_group_size=10)
    content = rewrite(path, lambda entry: upper(entry) if is_kept(entry.record - 1) else None)
    kept = [row for row in range(ROWS) if is_kept(row)]
    was, now = pq.read_table(path), pq.read_table(io.BytesIO(content))
    assert now.schema.equals(was.schema, check_metadata=True)
    assert not kept or shown(now) == shown(pa.concat_tables([was.slice(row, 1) for row in kept]))
    groups = [sum(1 for row in kept if row // 10 == group) for group in range(4)]
    assert facts(content)[3] == [count for count in groups if count]


def test_spark_files_keep_their_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"text": TEXTS, "at": repeat([1_234_567_891], pa.timestamp("ns"))})
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=False)
    content = rewrite(path, upper)
    assert pq.ParquetFile(io.BytesIO(content)).schema.column(1).physical_type == "INT96"
    assert facts(content) == facts(path)


@pytest.mark.parametrize("row_group_size", [1, 7, ROWS])
def test_slices_are_the_same_from_any_of_their_ends(
    row_group_size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SLICE_BYTES", 600)
    path = tmp_path / "a.parquet"
    sizes = [1 if row % 9 else 2_000 for row in range(ROWS)]
    pq.write_table(pa.table({"text": ["x" * size for size in sizes]}), path, row_group_size=row_group_size)
    whole = list(slices(path, Fields()))
    assert [rows.is_last for rows in whole] == [False] * (len(whole) - 1) + [True]
    assert [entry.record for rows in whole for entry in entries(rows, Fields())] == list(range(1, ROWS + 1))
    assert all(rows.row_count == 1 or len(rows.ipc) < 3_000 for rows in whole)
    for count, rows in enumerate(whole):
        assert list(slices(path, Fields(), rows.first_row)) == whole[count:]


@pytest.mark.parametrize("has_groups", [True, False])
def test_file_without_rows_stays_one(has_groups: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    if has_groups:
        pq.write_table(all_types().slice(0, 0), path)
    else:
        pq.ParquetWriter(path, all_types().schema).close()
    (rows,) = slices(path, Fields())
    assert (rows.row_count, rows.is_last) == (0, True)
    assert pq.read_table(io.BytesIO(rewrite(path, upper))).equals(pq.read_table(path))


# Texts of a row -> what is told; `wanted` of bytes, so that they can be no UTF-8.
WRONG_TEXTS = {
    "null": (pa.array(["a", None, "c"]), "column 'text' is null, not a text"),
    "null-of-a-dictionary": (pa.array(["a", None, "c"]).dictionary_encode(), "is null"),
    "bytes-not-utf-8": (pa.array([b"a", b"ab\xff", b"c"], pa.binary()), "not UTF-8: byte 2 does not fit"),
    "string-not-utf-8": (pa.array([b"a", b"\xe9t\xe9", b"c"], pa.binary()).view(pa.string()), "not UTF-8: byte 0"),
}


@pytest.mark.parametrize(("column", "words"), WRONG_TEXTS.values(), ids=WRONG_TEXTS)
def test_row_without_a_text_is_told(column: pa.Array, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": column}), path)
    (rows,) = slices(path, Fields())
    first, wrong, last = (entry for _, entry in read_rows(rows, "a.parquet", Fields()))
    with pytest.raises(RecordError, match="column 'text'") as told:
        wrong()
    assert words in str(told.value)
    assert [first().document.text, last().document.text] == ["a", "c"]


# Columns of ids -> what the second document is called.
IDS = {
    "number": (pa.array([7, 8]), "8"),
    "zero": (pa.array([7, 0]), "0"),
    "text": (pa.array(["a", "b"]), "b"),
    "text-of-a-dictionary": (pa.array(["a", "b"]).dictionary_encode(), "b"),
    "empty": (pa.array(["a", ""]), "a.parquet:2"),
    "null": (pa.array(["a", None]), "a.parquet:2"),
    "float": (pa.array([1.0, 2.0]), "a.parquet:2"),
    "truth": (pa.array([True, True]), "a.parquet:2"),
    "bytes": (pa.array([b"a", b"b"]), "a.parquet:2"),
}


@pytest.mark.parametrize(("ids", "wanted"), IDS.values(), ids=IDS)
def test_documents_have_names(ids: pa.Array, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["x", "y"], "id": ids, "title": ["", "Ferries"], "url": [None, "u"]}), path)
    (rows,) = slices(path, Fields())
    first, second = entries(rows, Fields())
    assert second.doc == wanted
    assert (first.document.title, first.document.url) == (None, None)
    assert (second.document.title, second.document.url) == ("Ferries", "u")


# Files that can't be used -> words of the error.
USABLE = io.BytesIO()
pq.write_table(pa.table({"text": ["x" * 99] * 500, "n": range(500)}), USABLE, row_group_size=100, compression="gzip")
GOOD = USABLE.getvalue()
UNUSABLE: dict[str, tuple[bytes, Fields, str]] = {
    "no-byte": (b"", Fields(), "it starts with b''"),
    "json-lines": (b'{"text":"a"}\n', Fields(), "says Parquet, but it holds none"),
    "cut-in-the-middle": (GOOD[: len(GOOD) // 2], Fields(), f"cut off: the file ends at byte {len(GOOD) // 2:,}"),
    "cut-by-one-byte": (GOOD[:-1], Fields(), "without the footer"),
    "magic-alone": (b"PAR1", Fields(), "damaged"),
    "footer-of-zero-bytes": (GOOD[:-40] + bytes(36) + b"PAR1", Fields(), "damaged: the footer"),
    "no-such-column": (GOOD, Fields(text="body"), "no column 'body' (its columns: text, n); name it with --text-field"),
    "no-such-column-of-pages": (GOOD, Fields(html="page"), "name it with --html-field"),
    "column-of-numbers": (GOOD, Fields(text="n"), "column 'n' holds int64, not texts"),
    "pages-into-numbers": (GOOD, Fields(html="text", text="n"), "column 'n' holds int64"),
    "data-damaged": (GOOD[:300] + bytes(200) + GOOD[500:], Fields(), "row group 1 of 5, from row 1 on,"),
}


@pytest.mark.parametrize(("content", "fields", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_file_that_cannot_be_used_is_told(content: bytes, fields: Fields, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(ParquetError) as told:
        list(slices(path, fields))
    assert words in str(told.value)


def test_every_cut_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    for cut in range(0, len(GOOD), 7):
        path.write_bytes(GOOD[:cut])
        with pytest.raises(ParquetError):
            list(slices(path, Fields()))


def test_every_damage_of_an_output_is_seen_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(GOOD)
    written = rewrite(path, upper)
    texts = ["X" * 99] * 500
    seen = 0
    for place in range(0, len(written), 5):
        damaged = bytearray(written)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        try:
            assert [
                entry.document.text for rows in slices(path, Fields()) for entry in entries(rows, Fields())
            ] == texts
        except ParquetError:
            seen += 1
    assert seen > 100


PAGE = (
    "<html><head><title>Ferry strike</title></head><body><article>"
    + "<p>No boats left on Monday, the port said.</p>" * 9
)
PAGES = {
    "columns-are-made": (["page"], ["page", "text", "title", "url", "date"], "Ferry strike"),
    "columns-are-filled": (["page", "title", "text"], ["page", "title", "text", "url", "date"], "Ferry strike"),
}


@pytest.mark.parametrize(("given", "wanted", "title"), PAGES.values(), ids=PAGES)
def test_pages_become_texts(given: list[str], wanted: list[str], title: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {"page": [PAGE, PAGE], "title": ["Its own", None], "text": [None, "old"]}
    pq.write_table(pa.table({name: columns[name] for name in given}), path)
    now = pq.read_table(io.BytesIO(rewrite(path, lambda entry: entry.document.text, Fields(html="page"))))
    assert now.column_names == wanted
    assert "No boats left" in now["text"][1].as_py()
    assert now["title"].to_pylist() == ["Its own" if "title" in given else title, title]


def test_rows_become_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(all_types(), path)
    (rows,) = slices(path, Fields())
    kept = [(entry, upper(entry)) for entry in entries(rows, Fields()) if entry.record % 2]
    lines = rows_as_json(rows, kept, Fields()).splitlines()
    assert [msgspec.json.decode(line)["text"] for line in lines] == [text.upper() for text in TEXTS[::2]]
    assert msgspec.json.decode(lines[0]) == {"text": "TEXT 0."} | {
        name: wanted for name, (_, wanted) in COLUMNS.items()
    }
    assert b'"json":{"a": 1.50}' in lines[0]


# Values of a field, record by record (... where it is missing) -> type of its column, and what stands there.
FIELDS: dict[str, tuple[list[str | None], str, list[Any]]] = {
    "texts": (['"a"', '""', "null"], "string", ["a", "", None]),
    "numbers": (["1", "-9223372036854775808", "null"], "int64", [1, -(2**63), None]),
    "floats": (["1.5", "1e3", "-0"], "double", [1.5, 1000.0, 0.0]),
    "truths": (["true", "false", None], "bool", [True, False, None]),
    "missing-at-first": ([None, None, '"a"'], "string", [None, None, "a"]),
    "nulls": (["null", "null", None], "string", [None, None, None]),
    "objects": (['{"b": [1, 2.50]}', "null", "{}"], "extension<arrow.json>", ['{"b": [1, 2.50]}', None, "{}"]),
    "lists": (['["a"]', "[]", None], "extension<arrow.json>", ['["a"]', "[]", None]),
    "text-and-number": (['"1"', "1", "null"], "extension<arrow.json>", ['"1"', "1", None]),
    "number-of-65-bits": (
        ["18446744073709551616", "1", "2"],
        "extension<arrow.json>",
        ["18446744073709551616", "1", "2"],
    ),
    "number-over-all-floats": (["1e999", "1", "2"], "extension<arrow.json>", ["1e999", "1", "2"]),
    "float-and-inexact-number": (
        ["9007199254740993", "0.5", "2"],
        "extension<arrow.json>",
        ["9007199254740993", "0.5", "2"],
    ),
    "float-and-exact-number": (["9007199254740992", "0.5", "2"], "double", [2.0**53, 0.5, 2.0]),
}


def test_json_lines_become_columns(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    records = [
        "{"
        + ",".join(f'"{name}":{values[row]}' for name, (values, _, _) in FIELDS.items() if values[row] is not None)
        + "}\n"
        for row in range(3)
    ]
    lines.write_text("".join(records))
    out = io.BytesIO()
    from_json_lines(lines, out, "text")
    table = pq.read_table(io.BytesIO(out.getvalue()))
    assert {field.name: (str(field.type), table[field.name].to_pylist()) for field in table.schema} == {
        name: (type_, wanted) for name, (_, type_, wanted) in FIELDS.items()
    }


@pytest.mark.parametrize(("content", "names"), [("", ["text"]), ('{"b":1,"a":2}\n{"c":3,"a":4}\n', ["b", "a", "c"])])
def test_columns_come_in_the_order_of_fields(content: str, names: list[str], tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text(content)
    out = io.BytesIO()
    from_json_lines(lines, out, "text")
    assert pq.read_table(io.BytesIO(out.getvalue())).column_names == names


def test_values_that_stand_where_names_should_are_told(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(f'{{"text":"a","{number}":1}}\n' for number in range(10_000)))
    with pytest.raises(ParquetError, match="10,000 different fields"):
        from_json_lines(lines, io.BytesIO(), "text")


def test_texts_are_changed_back(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(all_types(), path, row_group_size=15)
    out = io.BytesIO()
    steps = sum(
        1 for _ in with_other_texts(path, out, "text", lambda text: None if text == "Text 3." else text.lower())
    )
    now = pq.read_table(io.BytesIO(out.getvalue()))
    assert steps == ROWS
    assert now["text"].to_pylist() == [text.lower() for text in TEXTS if text != "Text 3."]
    assert facts(out.getvalue())[:3] == facts(path)[:3]
