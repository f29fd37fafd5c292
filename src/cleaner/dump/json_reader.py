"""Plain JSON records read as bytes: only their texts and names become strings, all else is copied.

Compiled like `cleaner.scan`.  Records that are not plain (names of fields that are escaped or stand twice, anything
wrong), and all of them where there was no C compiler, are left to `cleaner.dump.entries`, which says the same.
"""

from __future__ import annotations

from typing import Any

import cython
import msgspec

if cython.compiled:
    from cython.cimports.cleaner.utf8 import decode, put_character
    from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
    from cython.cimports.cpython.unicode import PyUnicode_DecodeUTF8
    from cython.cimports.libc.stdlib import free, malloc
    from cython.cimports.libc.string import memchr, memcmp, memcpy

# What a letter behind a backslash stands for.
_ESCAPED = {34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9}
_SIMPLE = cython.declare(bytes, bytes(_ESCAPED.get(code, 0) for code in range(256)))
_NESTED = msgspec.json.Decoder(tuple[msgspec.Raw])
_LONG_BYTES = cython.declare(cython.Py_ssize_t, 1 << 20)
_MOST_FIELDS = cython.declare(cython.int, 64)  # of a plain record


class Parsed(msgspec.Struct, gc=False):
    """A plain record: its text, what else is known of its document, and what stands around the text.

    `encoded` is the text as UTF-8, empty where that is long: nobody should have to keep it twice.  `head` ends with the
    colon before the text, `tail` begins with the comma or brace behind it; both are compact.
    """

    text: str
    encoded: bytes
    id: str
    url: str | None
    title: str | None
    head: bytes
    tail: bytes


@cython.cclass
class RecordReader:
    """Reads plain records; made for the names of the fields that matter."""

    _text_name: bytes
    _id_name: bytes
    _url_name: bytes
    _title_name: bytes
    _source: cython.p_uchar
    _at: cython.Py_ssize_t
    _end: cython.Py_ssize_t
    _strings: cython.p_uchar  # what the strings of the record are, one behind the other
    _string_size: cython.Py_ssize_t
    _copy: cython.p_uchar  # the record without white space and without its text
    _copy_size: cython.Py_ssize_t
    _head_size: cython.Py_ssize_t  # of the copy before the text, -1 while there was none
    _text_start: cython.Py_ssize_t  # among the strings
    _text_size: cython.Py_ssize_t
    _name_starts: cython.Py_ssize_t[64]
    _name_sizes: cython.Py_ssize_t[64]
    _field_count: cython.int
    _id: str
    _url: str
    _title: str

    def __init__(self, text: str, id_: str, url: str, title: str) -> None:
        """The names of the fields."""
        names = [name.encode("utf-8", "surrogatepass") for name in (text, id_, url, title)]
        self._text_name, self._id_name, self._url_name, self._title_name = names

    def read(self, data: bytes | bytearray, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> Any:
        """The record that stands in these bytes, half-open; None where it is not plain, or none at all."""
        if not cython.compiled:
            return None
        if isinstance(data, bytearray):
            self._source = cython.cast(bytearray, data)
        else:
            self._source = cython.cast(bytes, data)
        self._at, self._end = start, end
        self._strings = cython.cast(cython.p_uchar, malloc(2 * (end - start) + 16))
        if self._strings is cython.NULL:
            raise MemoryError
        self._copy = self._strings + (end - start) + 8
        self._string_size = self._copy_size = self._field_count = 0
        self._head_size = -1
        self._id = self._url = self._title = ""
        try:
            return self._parsed() if self._read_object() else None
        except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
            return None
        finally:
            free(self._strings)

    @cython.cfunc
    def _parsed(self) -> object:
        """What was read; raises `UnicodeDecodeError`."""
        copy: cython.p_char = cython.cast(cython.p_char, self._copy)
        letters: cython.p_char = cython.cast(cython.p_char, self._strings) + self._text_start
        head: bytes = PyBytes_FromStringAndSize(copy, self._head_size)
        tail: bytes = PyBytes_FromStringAndSize(copy + self._head_size, self._copy_size - self._head_size)
        if not (head.isascii() and tail.isascii()):  # they may be no UTF-8, which is all that is asked
            decode(head)
            decode(tail)
        encoded: bytes = b""
        text: str
        if self._text_size > _LONG_BYTES:
            text = PyUnicode_DecodeUTF8(letters, self._text_size, cython.NULL)
        else:
            encoded = PyBytes_FromStringAndSize(letters, self._text_size)
            text = decode(encoded)
        return Parsed(text, encoded, self._id, self._url or None, self._title or None, head, tail)

    @cython.cfunc
    def _read_object(self) -> cython.bint:
        """Read the whole of the record; False where it is not plain."""
        byte: cython.int
        if self._next() != 0x7B:
            return False
        while True:
            self._at += 1
            if not self._read_field():
                return False
            byte = self._next()
            if byte == 0x7D:
                break
            if byte != 0x2C:
                return False
        self._at += 1
        self._copy_byte(0x7D)
        return self._next() == -1 and self._head_size >= 0

    @cython.cfunc
    def _read_field(self) -> cython.bint:
        """Go behind a name and its value, and copy both, or keep the text; False where they are not plain."""
        if not self._read_name() or self._next() != 0x3A:
            return False
        self._at += 1
        self._copy_byte(0x3A)
        kind: cython.int = self._next()
        start: cython.Py_ssize_t = self._at
        string_start: cython.Py_ssize_t = self._string_size
        if not self._read_value(kind):
            return False
        if self._is_named(self._text_name):
            if kind != 0x22:
                return False
            self._text_start, self._text_size = string_start, self._string_size - string_start
            self._head_size = self._copy_size
        else:
            self._copy_bytes(start, self._at)
        if kind == 0x22:
            if self._is_named(self._id_name):
                self._id = self._string(string_start)
            if self._is_named(self._url_name):
                self._url = self._string(string_start)
            if self._is_named(self._title_name):
                self._title = self._string(string_start)
        elif self._is_named(self._id_name):
            self._id = self._whole_number(start)
        return True

    @cython.cfunc
    @cython.exceptval(check=False)
    def _read_name(self) -> cython.bint:
        """Go behind the name of a field, and copy it; False where it is not plain or stands there twice."""
        if self._field_count == _MOST_FIELDS or self._next() != 0x22:
            return False
        source: cython.p_uchar = self._source
        byte: cython.uchar = 0
        size: cython.Py_ssize_t
        index: cython.int
        self._at += 1
        start: cython.Py_ssize_t = self._at
        while self._at < self._end:
            byte = source[self._at]
            if byte == 0x22 or byte < 0x20 or byte == 0x5C:
                break
            self._at += 1
        if byte != 0x22 or self._at == self._end:
            return False
        size = self._at - start
        self._at += 1
        for index in range(self._field_count):
            if self._name_sizes[index] == size and memcmp(source + self._name_starts[index], source + start, size) == 0:
                return False
        self._copy_byte(0x2C if self._field_count else 0x7B)
        self._copy_bytes(start - 1, self._at)
        self._name_starts[self._field_count] = start
        self._name_sizes[self._field_count] = size
        self._field_count += 1
        return True

    @cython.cfunc
    @cython.exceptval(check=False)
    def _is_named(self, name: bytes) -> cython.bint:
        """Whether that is the name which was read last."""
        last: cython.int = self._field_count - 1
        size: cython.Py_ssize_t = self._name_sizes[last]
        letters: cython.p_uchar = name
        return size == len(name) and memcmp(self._source + self._name_starts[last], letters, size) == 0

    @cython.cfunc
    @cython.exceptval(check=False)
    def _next(self) -> cython.int:
        """The next byte that is no white space; -1 at the end."""
        byte: cython.uchar
        while self._at < self._end:
            byte = self._source[self._at]
            if byte not in (0x20, 0x09, 0x0A, 0x0D):
                return byte
            self._at += 1
        return -1

    @cython.cfunc
    @cython.exceptval(check=False)
    def _copy_byte(self, byte: cython.uchar) -> cython.void:
        self._copy[self._copy_size] = byte
        self._copy_size += 1

    @cython.cfunc
    @cython.exceptval(check=False)
    def _copy_bytes(self, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        memcpy(self._copy + self._copy_size, self._source + start, end - start)
        self._copy_size += end - start

    @cython.cfunc
    def _string(self, start: cython.Py_ssize_t) -> str:
        """The string that was kept last, from there on; raises `UnicodeDecodeError`."""
        return decode(
            PyBytes_FromStringAndSize(cython.cast(cython.p_char, self._strings) + start, self._string_size - start)
        )

    @cython.cfunc
    def _read_value(self, kind: cython.int) -> cython.bint:
        """Go behind a value that begins with this byte, and keep it where it is a string; False where it is none."""
        if kind == 0x22:
            return self._read_string()
        if kind in (0x7B, 0x5B):
            return self._skip_nested()
        if kind == 0x2D or 0x30 <= kind <= 0x39:
            return self._skip_number()
        return self._skip_word(b"null") or self._skip_word(b"true") or self._skip_word(b"false")

    @cython.cfunc
    @cython.exceptval(check=False)
    def _skip_word(self, word: bytes) -> cython.bint:
        size: cython.Py_ssize_t = len(word)
        letters: cython.p_uchar = word
        if self._end - self._at < size or memcmp(self._source + self._at, letters, size) != 0:
            return False
        self._at += size
        return True

    @cython.cfunc
    @cython.exceptval(check=False)
    def _skip_digits(self) -> cython.Py_ssize_t:
        """Go behind digits; how many there were."""
        start: cython.Py_ssize_t = self._at
        while self._at < self._end and 0x30 <= self._source[self._at] <= 0x39:
            self._at += 1
        return self._at - start

    @cython.cfunc
    @cython.exceptval(check=False)
    def _skip_number(self) -> cython.bint:
        source: cython.p_uchar = self._source
        if source[self._at] == 0x2D:
            self._at += 1
        start: cython.Py_ssize_t = self._at
        count: cython.Py_ssize_t = self._skip_digits()
        if count == 0 or (count > 1 and source[start] == 0x30):
            return False
        if self._at < self._end and source[self._at] == 0x2E:
            self._at += 1
            if self._skip_digits() == 0:
                return False
        if self._at < self._end and (source[self._at] | 0x20) == 0x65:
            self._at += 1
            if self._at < self._end and (source[self._at] == 0x2B or source[self._at] == 0x2D):
                self._at += 1
            if self._skip_digits() == 0:
                return False
        return True

    @cython.cfunc
    def _whole_number(self, start: cython.Py_ssize_t) -> str:
        """What was read from there on, if it is a number without fraction and exponent; else empty."""
        number: bytes = PyBytes_FromStringAndSize(cython.cast(cython.p_char, self._source) + start, self._at - start)
        return number.decode("ascii") if number.removeprefix(b"-").isdigit() else ""

    @cython.cfunc
    def _skip_nested(self) -> cython.bint:
        """Go behind an object or a list, which msgspec checks; raises its errors."""
        source: cython.p_uchar = self._source
        start: cython.Py_ssize_t = self._at
        depth: cython.Py_ssize_t = 0
        byte: cython.uchar
        is_inside: cython.bint = False  # of a string
        while self._at < self._end:
            byte = source[self._at]
            self._at += 1
            if is_inside:
                if byte == 0x5C:
                    self._at += 1
                elif byte == 0x22:
                    is_inside = False
            elif byte == 0x22:
                is_inside = True
            elif byte in (0x7B, 0x5B):
                depth += 1
            elif byte in (0x7D, 0x5D):
                depth -= 1
                if depth == 0:
                    nested: bytes = PyBytes_FromStringAndSize(
                        cython.cast(cython.p_char, source) + start, self._at - start
                    )
                    _NESTED.decode(b"[" + nested + b"]")
                    return True
        return False

    @cython.cfunc
    @cython.exceptval(check=False)
    def _read_string(self) -> cython.bint:
        """Go behind a string and keep what it is; False where it is none."""
        source: cython.p_uchar = self._source + self._at + 1
        end: cython.p_uchar = self._source + self._end
        out: cython.p_uchar = self._strings + self._string_size
        first: cython.p_uchar = source
        quote: cython.p_uchar
        escape: cython.p_uchar
        simple: cython.p_uchar = _SIMPLE
        controls: cython.uchar = 0
        index: cython.Py_ssize_t
        code: cython.int
        quote = cython.cast(cython.p_uchar, memchr(source, 0x22, end - source))
        while quote is not cython.NULL:
            escape = cython.cast(cython.p_uchar, memchr(source, 0x5C, quote - source))
            if escape is cython.NULL:
                memcpy(out, source, quote - source)
                out += quote - source
                for index in range(quote - first):
                    controls |= first[index] < 0x20
                self._at = quote + 1 - self._source
                self._string_size = out - self._strings
                return not controls
            memcpy(out, source, escape - source)
            out += escape - source
            source = escape + 2
            code = simple[escape[1]]
            if code:
                out[0] = code
                out += 1
                if escape + 1 == quote:
                    quote = cython.cast(cython.p_uchar, memchr(source, 0x22, end - source))
                continue
            if escape[1] != 0x75 or quote - escape < 6:
                return False
            code = _hex(escape + 2)
            source = escape + 6
            if code >> 11 == 0x1B:  # of a surrogate pair
                if code >= 0xDC00 or quote - source < 6 or source[0] != 0x5C or source[1] != 0x75:
                    return False
                index = _hex(source + 2)
                if index >> 10 != 0x37:
                    return False
                code = 0x10000 + ((code & 0x3FF) << 10 | index & 0x3FF)
                source += 6
            if code < 0:
                return False
            out += put_character(out, code)
        return False


@cython.cfunc
@cython.exceptval(check=False)
def _hex(digits: cython.p_uchar) -> cython.int:
    """What four hexadecimal digits say; -1 where they are none."""
    code: cython.int = 0
    index: cython.int
    digit: cython.uchar
    for index in range(4):
        digit = digits[index]
        if 0x30 <= digit <= 0x39:
            code = code << 4 | digit - 0x30
        else:
            digit |= 0x20
            if not 0x61 <= digit <= 0x66:
                return -1
            code = code << 4 | digit - 0x57
    return code
