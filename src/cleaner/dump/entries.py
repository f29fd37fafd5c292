"""Files -> entries: one document each, with what is needed to write it back where it came from."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import regex

from cleaner.decode import DecodeError, declared_charset, decode
from cleaner.dump.codecs import Codec, codec_of
from cleaner.dump.decoded import DecodedFile, open_decoded, read_decoded
from cleaner.dump.formats import Format
from cleaner.dump.json_reader import RecordReader
from cleaner.extract import extract
from cleaner.model import CleanerError, Document


class RecordError(CleanerError):
    """A JSON line that holds no document."""


class Fields(msgspec.Struct, frozen=True):
    """The names of the JSON fields that matter, and what holds for every document of the run."""

    text: str = "text"
    id: str = "id"
    url: str = "url"
    title: str = "title"
    html: str | None = None
    encoding: str | None = None
    language: str | None = None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A document read from a dump; `record` is its 1-based line in a JSON lines file, 0 elsewhere.

    `head` and `tail` are what stands before and behind the text in its JSON record, every other field byte for byte.
    `encoded` is the text as UTF-8 where that is at hand, else empty.
    """

    doc: str
    record: int
    encoding: str
    document: Document
    head: bytes = b""
    tail: bytes = b""
    encoded: bytes = b""


class Failure(msgspec.Struct, frozen=True):
    """A document that could not be read or cleaned; also the row of `failures.jsonl`."""

    doc: str
    source: str
    record: int
    error: str


def read_entry(raw: bytes, name: str, format_: Format, fields: Fields) -> Entry:
    """The document that a whole text or HTML file is; raises `DecodeError` or `ExtractError` where it is none."""
    return _read_page(raw, name, fields) if format_ is Format.HTML else _read_text(raw, name, fields)


def looks_like_jsonl(first_line: bytes) -> bool:
    """Whether a line starts like a JSON object, which is how standard input says that it carries JSON lines."""
    return _OBJECT_START.match(first_line) is not None


_OBJECT_START = regex.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"")


def _read_text(raw: bytes, name: str, fields: Fields) -> Entry:
    decoded = decode(raw, forced=fields.encoding)
    return Entry(name, 0, decoded.encoding, Document(decoded.text, language=fields.language))


def _read_page(raw: bytes, name: str, fields: Fields) -> Entry:
    decoded = decode(raw, declared=declared_charset(raw), forced=fields.encoding)
    return Entry(name, 0, decoded.encoding, extract(decoded.text, language=fields.language))


_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT_DECODER = msgspec.json.Decoder(str)


def record_lines(lines: Iterable[bytes], first: int = 1) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers in the file (1-based) and without a byte-order mark."""
    for number, line in enumerate(lines, first):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if content and not content.isspace():
            yield number, content


def line_spans(lines: bytes | bytearray, first: int = 1) -> Iterator[tuple[int, int, int]]:
    """The number, start and end of each line that holds something, like `record_lines`, without its newline."""
    start, number = 0, first
    if first == 1 and lines.startswith(codecs.BOM_UTF8):
        start = len(codecs.BOM_UTF8)
    while start < len(lines):
        end = lines.find(b"\n", start)
        if end < 0:
            end = len(lines)
        if start < end and (lines[start] == _BRACE or not lines[start:end].isspace()):
            yield number, start, end
        start = end + 1
        number += 1


_BRACE = ord("{")


class Records:
    """Reads the JSON lines of one file."""

    def __init__(self, name: str, fields: Fields) -> None:
        self._name = name
        self._fields = fields
        self._reader = None if fields.html else RecordReader(fields.text, fields.id, fields.url, fields.title)

    def read(self, lines: bytes | bytearray, start: int, end: int, number: int) -> Entry:
        """The document of the line with that number, which stands in this span; raises like `read_record`."""
        plain = self._reader.read(lines, start, end) if self._reader else None
        if plain is None:
            is_all = start == 0 and end == len(lines)
            return _read_any(lines if is_all else bytes(lines[start:end]), self._name, number, self._fields)
        document = Document(plain.text, plain.title, plain.url, self._fields.language)
        doc = plain.id or f"{self._name}:{number}"
        return Entry(doc, number, "utf-8", document, plain.head, plain.tail, plain.encoded)


def read_record(line: bytes, name: str, number: int, fields: Fields) -> Entry:
    """The document of one JSON line; raises `RecordError` where it holds none, `ExtractError` for an empty page."""
    return Records(name, fields).read(line, 0, len(line), number)


def _read_any(line: bytes | bytearray, name: str, number: int, fields: Fields) -> Entry:
    """The document of a line that may be anything."""
    wanted = fields.html or fields.text
    record = _decode_object(line)
    raw = record.get(wanted)
    if not line.isascii() and (raw is None or not _is_ascii_but(record, raw)):
        _check_utf8(line)  # not of every line: reading the text checks it as well
    if raw is None:
        there = ", ".join(record) or "none"
        option = "--html-field" if fields.html else "--text-field"
        raise RecordError(f"the record has no field {wanted!r} (its fields: {there}); name it with {option}")
    try:
        text = _text_value(record, wanted)
    except UnicodeDecodeError:
        _check_utf8(line)
        raise
    if text is None:
        raise RecordError(f"field {wanted!r} holds {_json_type(raw)}, not a text")
    url, title = _text_value(record, fields.url) or None, _text_value(record, fields.title) or None
    if fields.html:
        document = extract(text, url=url, title=title, language=fields.language)
        for field_, value in ((fields.title, document.title), (fields.url, document.url), ("date", document.date)):
            if value is not None and (field_ not in record or bytes(record[field_]) == b"null"):
                record[field_] = msgspec.Raw(msgspec.json.encode(value))
    else:
        document = Document(text, title=title, url=url, language=fields.language)
    doc = _record_name(record, fields.id) or f"{name}:{number}"
    return Entry(doc, number, "utf-8", document, *_around(record, fields.text))


def _decode_object(line: bytes | bytearray) -> dict[str, msgspec.Raw]:
    try:
        return _DECODER.decode(line)
    except UnicodeDecodeError:
        _check_utf8(line)
        raise
    except RecursionError:
        _check_utf8(line)
        raise RecordError("not readable: nested too deeply") from None
    except msgspec.DecodeError as error:
        _check_utf8(line)
        hint = " (half of a surrogate pair, \\ud8xx, is no character)" if _SURROGATE.search(line) else ""
        raise RecordError(f"not a JSON object: {error}{hint}") from None


def _is_ascii_but(record: dict[str, msgspec.Raw], text: msgspec.Raw) -> bool:
    """Whether all values of the record but the text are ASCII."""
    return b"".join([value for value in record.values() if value is not text]).isascii()


def _check_utf8(line: bytes | bytearray) -> None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"not UTF-8: byte {error.start} of the line does not fit") from None


_SURROGATE = regex.compile(rb"\\ud[89a-f]", regex.IGNORECASE)


def _text_value(record: dict[str, msgspec.Raw], name: str) -> str | None:
    """The text in a field; None where there is no such field, or it holds something else."""
    raw = record.get(name)
    if raw is None:
        return None
    try:
        return _TEXT_DECODER.decode(raw)
    except msgspec.ValidationError:
        return None
    except msgspec.DecodeError as error:
        raise RecordError(f"field {name!r}: {error}") from None


def _record_name(record: dict[str, msgspec.Raw], field_: str) -> str:
    """The id of a record, where it is a text or a whole number; empty elsewhere."""
    raw = record.get(field_)
    if raw is None:
        return ""
    value = bytes(raw)
    number = None if value.startswith(b'"') else _WHOLE_NUMBER.fullmatch(value)
    return number[0].decode("ascii") if number else _text_value(record, field_) or ""


_WHOLE_NUMBER = re.compile(rb"-?\d+")


_JSON_TYPES = {b"n": "null", b"t": "a truth value", b"f": "a truth value", b"{": "an object", b"[": "a list"}


def _json_type(raw: msgspec.Raw) -> str:
    return _JSON_TYPES.get(bytes(memoryview(raw)[:1]), "a number")


def _around(record: dict[str, msgspec.Raw], text_field: str) -> tuple[bytes, bytes]:
    """What stands before and behind the text in the line of a record; a record without one gets it as its last."""
    names = list(record)
    place = names.index(text_field) if text_field in record else len(names)
    head = msgspec.json.encode({name: record[name] for name in names[:place]} | {text_field: None})
    rest = msgspec.json.encode({name: record[name] for name in names[place + 1 :]})
    return head.removesuffix(b"null}"), b"}" if rest == b"{}" else b"," + rest[1:]


def open_source(path: Path, codec: Codec | None = None, *, start: int = 0) -> DecodedFile:
    """The file, opened at a decoded offset and read decoded, as its name says where no codec is given; raises
    `DecodeError` with the reason where it can't be.
    """
    try:
        return open_decoded(path, codec_of(path.name)[0] if codec is None else codec, start=start)
    except OSError as error:
        raise DecodeError(f"can't be read: {error.strerror}") from None


def read_source(path: Path, codec: Codec | None = None) -> bytes:
    """The decoded bytes of the file; raises like `open_source`, and where they can't be decoded."""
    try:
        return read_decoded(path, codec_of(path.name)[0] if codec is None else codec)
    except OSError as error:
        raise DecodeError(f"can't be read: {error.strerror}") from None
