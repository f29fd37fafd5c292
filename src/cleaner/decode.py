"""Bytes -> str: byte-order mark, UTF-8 first, then the declared charset, then detection.

UTF-8 goes before a declaration because text that decodes as UTF-8 by chance is next to impossible (Dürst, "The
Properties and Promises of UTF-8", 1997) while wrong declarations are common.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import chardetng_py
import regex

from cleaner.model import CleanerError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The share of control characters above which bytes are no text; plain text has next to none.
_MAX_CONTROL_SHARE = 0.02
_FEW_CONTROLS = 8  # so many are damage that `repair` mends, also in the shortest text
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_META_CHARSET = regex.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{1,40})", regex.IGNORECASE)
_META_BYTES = 4096  # browsers look into the first 1,024 bytes; real pages are later (HTML standard, 13.2.3.2)


class DecodeError(CleanerError):
    """The bytes are no text, or not in the charset that was named for them."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without byte-order mark, and the name of the encoding that it was read with."""

    text: str
    encoding: str


def decode(raw: bytes, *, declared: str | None = None, forced: str | None = None) -> Decoded:
    """The bytes as text.

    `declared` is a hint of the source (an HTML meta tag), `forced` an order of the user.  Bytes that are UTF-8 but
    for a few places keep UTF-8, and those places are read as windows-1252, which is what such mixtures are made of.
    Raises `DecodeError` for bytes that are no text, and where `forced` does not fit.

    >>> decode(b"caf\\xc3\\xa9")
    Decoded(text='café', encoding='utf-8')
    """
    if forced:
        return _decode_forced(raw, forced)
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return Decoded(raw[len(mark) :].decode(encoding), encoding)
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise DecodeError(f"byte-order mark says {encoding}, but byte {error.start} does not fit") from None
                raw = raw[len(mark) :]
    _refuse_binary(raw)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    # A declaration that could be read as ASCII is not UTF-16 or UTF-32, whatever it says (HTML standard, 13.2.3.2).
    if declared and not declared.lower().startswith(("utf-16", "utf16", "utf-32", "utf32")):
        try:
            encoding = _web_codec(declared)
            return Decoded(raw.decode(encoding), encoding)
        except (UnicodeError, LookupError):
            pass
    if _is_mostly_utf8(raw):
        return Decoded(raw.decode("utf-8", errors=_MIXED), "utf-8 with windows-1252")
    return _detect(raw)


def check_encoding(name: str | None) -> None:
    """Raise `DecodeError` for a name that is no text encoding; None is fine."""
    if name is None:
        return
    try:
        b" ".decode(name)
    except LookupError:
        raise DecodeError(f"unknown encoding {name!r}") from None
    except UnicodeDecodeError:
        return  # one byte is half a character of UTF-16, say
    except UnicodeError:
        raise DecodeError(f"{name!r} is no encoding of texts") from None


def declared_charset(html: bytes) -> str | None:
    """The charset that an HTML page names for itself in a meta tag; None where it names none."""
    match = _META_CHARSET.search(html[:_META_BYTES])
    return match.group(1).decode("ascii") if match else None


def _decode_forced(raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), codecs.lookup(encoding).name)
    except LookupError:
        raise DecodeError(f"unknown encoding {encoding!r}") from None
    except UnicodeDecodeError as error:
        raise DecodeError(f"not {encoding}: byte {error.start} does not fit") from None
    except UnicodeError as error:
        raise DecodeError(f"not {encoding}: {error}") from None


# What the web means by these names: the supersets of Windows (Encoding standard, 4.2).
_WEB_CODECS = {
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}


def _web_codec(name: str) -> str:
    """The name of Python's codec for an encoding as web pages name it; raises `LookupError`."""
    known = codecs.lookup(name).name
    return _WEB_CODECS.get(known, known)


def _refuse_binary(raw: bytes) -> None:
    if b"\0" in raw:
        raise DecodeError(f"no text: a zero byte at offset {raw.index(0)} (a binary file, or UTF-16 without its mark)")
    controls = len(raw) - len(raw.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS and controls > len(raw) * _MAX_CONTROL_SHARE:
        raise DecodeError(f"no text: {controls} of {len(raw)} bytes are control characters")


def _is_mostly_utf8(raw: bytes) -> bool:
    """Whether valid sequences of several bytes outnumber the bytes that are not UTF-8 by ten to one."""
    valid = raw.decode("utf-8", errors="ignore")
    sequences = sum(1 for character in valid if character > "\x7f")
    wrong = len(raw) - len(valid.encode("utf-8"))
    return sequences >= 10 * wrong


def _read_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


_MIXED = "cleaner-windows-1252"
codecs.register_error(_MIXED, _read_as_windows_1252)


def _detect(raw: bytes) -> Decoded:
    """The detector's guess; it is the one of a browser (chardetng), which knows no answer 'unknown'."""
    encoding = _web_codec(chardetng_py.detect(raw))
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        return Decoded(raw.decode(encoding, errors="replace"), f"{encoding} with replacements")
