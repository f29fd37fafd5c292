"""Files -> entries: one document each, with what is needed to write it back where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from cleaner.decode import DecodeError, declared_charset, decode
from cleaner.dump.inputs import Format
from cleaner.extract import extract
from cleaner.model import CleanerError, Document


class RecordError(CleanerError):
    """A JSON line that holds no document."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of the JSON fields that matter, and what holds for every document of the run."""

    text: str = "text"
    id: str = "id"
    url: str = "url"
    title: str = "title"
    html: str | None = None
    encoding: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document read from a dump; `record` is its 1-based line in a JSON lines file, 0 elsewhere.

    `fields` are all fields of its JSON record, undecoded, so that they are written back byte for byte.
    """

    doc: str
    record: int
    encoding: str
    document: Document
    fields: dict[str, msgspec.Raw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read or cleaned; also the row of `failures.jsonl`."""

    doc: str
    source: str
    record: int
    error: str


def read_entry(raw: bytes, name: str, format_: Format, fields: Fields) -> Entry | Failure:
    """The document that a whole text or HTML file is."""
    try:
        return _read_page(raw, name, fields) if format_ is Format.HTML else _read_text(raw, name, fields)
    except CleanerError as error:
        return Failure(name, name, 0, str(error))


def looks_like_jsonl(first_line: bytes) -> bool:
    """Whether a line is a JSON object, which is how standard input says that it carries JSON lines."""
    if not first_line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        return False
    try:
        _DECODER.decode(first_line.lstrip(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _read_text(raw: bytes, name: str, fields: Fields) -> Entry:
    decoded = decode(raw, forced=fields.encoding)
    return Entry(name, 0, decoded.encoding, Document(decoded.text, language=fields.language))


def _read_page(raw: bytes, name: str, fields: Fields) -> Entry:
    decoded = decode(raw, declared=declared_charset(raw), forced=fields.encoding)
    return Entry(name, 0, decoded.encoding, extract(decoded.text, language=fields.language))


_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE_DECODER = msgspec.json.Decoder()


def read_records(lines: Iterable[bytes], name: str, fields: Fields) -> Iterator[Entry | Failure]:
    """The documents of JSON lines, in order; a line that holds none is a `Failure`, and the rest goes on."""
    for number, line in enumerate(lines, 1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not content.strip():
            continue
        try:
            yield _read_record(content, f"{name}:{number}", number, fields)
        except CleanerError as error:
            yield Failure(f"{name}:{number}", name, number, str(error))


def _read_record(line: bytes, place: str, number: int, fields: Fields) -> Entry:
    try:
        line.decode("utf-8")
        record = _DECODER.decode(line)
        values = {
            name: _VALUE_DECODER.decode(record[name])
            for name in {fields.text, fields.id, fields.url, fields.title, fields.html}
            if name is not None and name in record
        }
    except UnicodeDecodeError as error:
        raise RecordError(f"not UTF-8: byte {error.start} of the line does not fit") from None
    except msgspec.DecodeError as error:
        raise RecordError(f"not a JSON object: {error}") from None
    wanted = fields.html or fields.text
    if wanted not in record:
        there = ", ".join(record) or "none"
        option = "--html-field" if fields.html else "--text-field"
        raise RecordError(f"the record has no field {wanted!r} (its fields: {there}); name it with {option}")
    text = values[wanted]
    if not isinstance(text, str):
        raise RecordError(f"field {wanted!r} holds {_json_type(text)}, not a text")
    url, title = _text_or_none(values.get(fields.url)), _text_or_none(values.get(fields.title))
    if fields.html:
        document = extract(text, url=url, title=title, language=fields.language)
        for name, value in ((fields.title, document.title), (fields.url, document.url), ("date", document.date)):
            if value is not None and (name not in record or bytes(record[name]) == b"null"):
                record[name] = msgspec.Raw(msgspec.json.encode(value))
    else:
        document = Document(text, title=title, url=url, language=fields.language)
    id_ = values.get(fields.id)
    doc = str(id_) if isinstance(id_, str | int) and not isinstance(id_, bool) else place
    return Entry(doc, number, "utf-8", document, record)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _json_type(value: object) -> str:
    names = {type(None): "null", bool: "a truth value", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")


def write_record(entry: Entry, text: str, text_field: str) -> bytes:
    """The JSON line of an entry with another text; all other fields stand byte for byte as they were."""
    record = dict(entry.fields)
    record[text_field] = msgspec.Raw(msgspec.json.encode(text))
    return msgspec.json.encode(record) + b"\n"


def open_source(path: Path) -> IO[bytes]:
    """The file, opened; raises `DecodeError` with the reason where it can't be."""
    try:
        return path.open("rb")
    except OSError as error:
        raise DecodeError(f"can't be read: {error.strerror}") from None


def read_source(path: Path) -> bytes:
    """The bytes of the file; raises `DecodeError` with the reason where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DecodeError(f"can't be read: {error.strerror}") from None
