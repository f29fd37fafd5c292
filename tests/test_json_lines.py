"""JSON lines as bytes: plain records are read and written as `msgspec` would, and what is not plain is left to it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dump.entries import Fields, RecordError, Records, _read_any, line_spans, record_lines
from cleaner.dump.json_reader import RecordReader
from cleaner.dump.json_writer import LedgerWriter, LineWriter
from cleaner.ledger import encode_records, ledger_records
from cleaner.model import Action, Edit, Reason
from cleaner.scan import IS_COMPILED
from cleaner.utf8 import count_lines

READER = RecordReader("text", "id", "url", "title")

PLAIN = {
    "text-alone": b'{"text":"a"}',
    "empty-text": b'{"text":""}',
    "white-space": b' \t{ "id" : "7" ,\r "text" : "a" , "n" : 1 } \r',
    "escapes": rb'{"text":"\" \\ \/ \b \f \n \r \t \u0000 \u00e9 \u20AC \ud83d\ude00"}',
    "escapes-in-other-fields": rb'{"title":"\u00e9\n","id":"\"","text":"a","more":"\ud83d\ude00"}',
    "beyond-ascii": '{"text":"é € \N{GRINNING FACE}","title":"ü","nämlich":"ß"}'.encode(),
    "id-a-number": b'{"id":-12,"text":"a"}',
    "id-no-whole-number": b'{"id":1.5,"text":"a"}',
    "id-empty": b'{"id":"","text":"a","url":"","title":""}',
    "id-of-another-type": b'{"id":null,"url":7,"title":[],"text":"a"}',
    "numbers": b'{"text":"a","n":[0,-0,1.5,1E+05,1e999,123456789012345678901234567890],"m":1e999,"o":-0.0e-1}',
    "words": b'{"a":null,"b":true,"c":false,"text":"a"}',
    "nested": b'{"a":{"b":[1, "]}\\"", {}], "text": 1},"text":"a","c":[ ]}',
    "delete-character": b'{"text":"\x7f","\x7f":"\x7f"}',
}
NOT_PLAIN = {
    "no-text": b'{"id":"a"}',
    "nothing": b"{}",
    "text-no-string": b'{"text":1}',
    "list": b'["text"]',
    "cut-off": b'{"text":"a"',
    "cut-off-in-its-text": b'{"text":"a',
    "cut-off-in-an-escape": b'{"text":"a\\',
    "cut-off-in-a-value": b'{"text":"a","n":{"a":[',
    "more-behind": b'{"text":"a"} x',
    "comma-at-the-end": b'{"text":"a",}',
    "comma-missing": b'{"text":"a" "b":1}',
    "colon-missing": b'{"text" "a"}',
    "name-without-quotes": b'{text:"a"}',
    "name-twice": b'{"text":"a","text":"b"}',
    "escape-in-a-name": rb'{"te\u0078t":"a"}',
    "control-character": b'{"text":"a\tb"}',
    "control-character-in-a-name": b'{"text":"a","\t":1}',
    "unknown-escape": rb'{"text":"\x41"}',
    "half-of-a-pair": rb'{"text":"\ud83d"}',
    "second-half-of-a-pair": rb'{"text":"\ude00"}',
    "pair-the-wrong-way": rb'{"text":"\ude00\ud83d"}',
    "half-and-a-letter": rb'{"text":"\ud83d\u0041"}',
    "no-hexadecimal": rb'{"text":"\u00g0"}',
    "no-utf-8": b'{"text":"\xff"}',
    "no-utf-8-in-another-field": b'{"text":"a","b":"\xed\xa0\x80"}',
    "no-utf-8-in-a-name": b'{"\xff":1,"text":"a"}',
    "number-with-a-zero-before": b'{"text":"a","n":01}',
    "number-without-digits": b'{"text":"a","n":-}',
    "number-without-a-fraction": b'{"text":"a","n":1.}',
    "number-without-an-exponent": b'{"text":"a","n":1e}',
    "word-of-no-kind": b'{"text":"a","n":nil}',
    "nested-wrong": b'{"text":"a","n":[1,]}',
    "nested-too-deep": b'{"text":"a","n":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "brackets-of-two-kinds": b'{"text":"a","n":[}}',
}


def read_either(line: bytes, fields: Fields) -> Any:
    """What is read where nothing is plain."""
    try:
        return _read_any(line, "in", 3, fields)
    except RecordError as error:
        return str(error)


@pytest.mark.parametrize("line", PLAIN.values(), ids=PLAIN)
def test_plain_record_is_read_as_any_other(line: bytes) -> None:
    assert (READER.read(line, 0, len(line)) is not None) is IS_COMPILED
    for data in (line, bytearray(line)):
        entry = Records("in", Fields()).read(data, 0, len(line), 3)
        assert msgspec.structs.replace(entry, encoded=b"") == read_either(line, Fields())
        assert entry.encoded == (entry.document.text.encode() if IS_COMPILED else b"")


@pytest.mark.parametrize("line", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_record_that_is_not_plain_is_left_alone(line: bytes) -> None:
    assert READER.read(line, 0, len(line)) is None
    assert READER.read(bytearray(line), 0, len(line)) is None


def test_record_is_read_where_it_stands() -> None:
    lines = b'{"text":"a"}\n{"text":"b"}\n'
    spans = list(line_spans(lines))
    assert [Records("in", Fields()).read(lines, start, end, 0).document.text for _, start, end in spans] == ["a", "b"]
    assert READER.read(lines, 0, len(lines)) is None


def test_fields_may_share_their_names() -> None:
    fields = Fields(text="a", id="a", url="b", title="b")
    line = b'{"b":"c","a":"d"}'
    assert msgspec.structs.replace(Records("in", fields).read(line, 0, len(line), 3), encoded=b"") == read_either(
        line, fields
    )


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(["text", "id", "url", "title"]), st.text(max_size=3)), values, max_size=6
    ),
    st.text(),
    st.booleans(),
    st.booleans(),
)
def test_any_record_is_read_as_msgspec_reads_it(record: dict[str, Any], text: str, ascii_: bool, compact: bool) -> None:
    record["text"] = text
    try:
        line = json.dumps(record, ensure_ascii=ascii_, separators=(",", ":") if compact else None).encode()
    except UnicodeEncodeError:
        return
    wanted = read_either(line, Fields())
    try:
        seen: Any = msgspec.structs.replace(Records("in", Fields()).read(line, 0, len(line), 3), encoded=b"")
    except RecordError as error:
        seen = str(error)
    assert seen == wanted


@given(
    st.lists(st.sampled_from([b"\n", b" ", b"\r", b"\x0b", b"{", b"{}", b"a", b"\xef\xbb\xbf"])).map(b"".join),
    st.integers(1, 2),
)
def test_spans_are_those_of_the_lines_that_hold_something(lines: bytes, first: int) -> None:
    spans = [(number, lines[start:end]) for number, start, end in line_spans(lines, first)]
    assert spans == list(record_lines(lines.split(b"\n"), first))
    assert count_lines(lines) == count_lines(bytearray(lines)) == lines.count(b"\n")


def test_lines_are_counted_in_any_length() -> None:
    for size in (0, 1, 127, 128, 129, 1_000):
        assert count_lines(b"\n" * size) == size
        assert count_lines(b"\n" + b"a" * size) == 1


@given(st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["a" * 400, "\n" * 300, '"' * 300, "\\\0\x1f\x7f"]))))
def test_text_is_written_as_msgspec_writes_it(texts: list[str]) -> None:
    writer = LineWriter()
    for _ in range(2):
        for text in [*texts, "".join(texts)]:
            writer.put_record(b'{"a":1,"text":', text.encode(), b"}")
        wanted = [{"a": 1, "text": text} for text in [*texts, "".join(texts)]]
        assert writer.take() == msgspec.json.Encoder().encode_lines(wanted)
    assert writer.take() == b""


def test_every_character_is_written_as_msgspec_writes_it() -> None:
    writer = LineWriter()
    for code in range(0x300):
        writer.put_record(b"", chr(code).encode(), b"")
        assert writer.take() == msgspec.json.encode(chr(code)) + b"\n"


edits = st.builds(
    Edit,
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.one_of(st.just(""), st.text()),
    st.sampled_from(Action),
    st.sampled_from([Reason(rule, rev, category) for rule in ('a"', "ä") for rev in (1, 12) for category in "xy"]),
    st.text(),
    st.integers(0, 10**6),
    st.booleans(),
)


@given(st.lists(st.tuples(st.text(), st.lists(edits, max_size=4).map(tuple)), max_size=4))
def test_edits_are_written_as_records_of_the_ledger(documents: list[tuple[str, tuple[Edit, ...]]]) -> None:
    writer = LedgerWriter()
    for _ in range(2):
        for doc, made in documents:
            writer.put_edits(doc, made)
        assert writer.take() == b"".join(encode_records(ledger_records(doc, made)) for doc, made in documents)
        counts = [(reason, action, count) for reason, action, count, _, _ in writer.take_counts()]
        given = [(edit.reason, edit.action) for _, made in documents for edit in made]
        assert sum(count for _, _, count in counts) == len(given)
        assert list(dict.fromkeys(given)) == list(dict.fromkeys((reason, action) for reason, action, _ in counts))
    assert writer.take_counts() == []


def test_reasons_are_counted_with_what_they_took() -> None:
    furniture, space = Reason("en/x", 2, "promo"), Reason("repair/space", 1, "encoding")
    made = (
        Edit(0, 5, "", Action.REMOVE, furniture, "Share", 1, True),
        Edit(5, 6, "", Action.REPAIR, space, " ", 1),
        Edit(7, 9, "a", Action.REMOVE, furniture, "bc", 2),
    )
    writer = LedgerWriter()
    writer.put_edits("a", made)
    assert writer.take_counts() == [(furniture, Action.REMOVE, 2, 6, 1), (space, Action.REPAIR, 1, 1, 0)]
