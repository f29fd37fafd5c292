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

    `fields` are all fields of its JSON record, undecoded, so that they are written back byte for byte.
    """

    doc: str
    record: int
    encoding: str
    document: Document
    fields: dict[str, msgspec.Raw] = {}


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


def read_record(line: bytes | bytearray, name: str, number: int, fields: Fields) -> Entry:
    """The document of one JSON line; raises `RecordError` where it holds none, `ExtractError` for an empty page."""
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
    return Entry(_record_name(record, fields.id) or f"{name}:{number}", number, "utf-8", document, record)


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


def write_record(entry: Entry, text: str, text_field: str) -> bytes:
    """The JSON line of an entry with another text; all other fields stand byte for byte as they were."""
    return _ENCODER.encode_lines([entry.fields | {text_field: text}])


_ENCODER = msgspec.json.Encoder()


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
