"""Texts as UTF-8 and back, many characters at once: most of a text is ASCII, also where one curly quote made its
characters two bytes wide.

Compiled like `cleaner.scan`; where there was no C compiler, the codecs of Python say the same.
"""

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
    from cython.cimports.cpython.unicode import (
        PyUnicode_DATA,
        PyUnicode_GET_LENGTH,
        PyUnicode_KIND,
        PyUnicode_New,
    )
    from cython.cimports.libc.stdlib import free, malloc
    from cython.cimports.libc.string import memcmp

_Character = cython.fused_type(cython.uchar, cython.ushort, cython.uint)
# Characters are looked at 32 together: compilers turn loops of that length into a few instructions.


@cython.ccall
def encode(text: str) -> bytes:
    """The text as UTF-8; half of a surrogate pair, which a Python string may hold, as the three bytes it would be."""
    if not cython.compiled or text.isascii():
        return text.encode("utf-8", "surrogatepass")
    length: cython.Py_ssize_t = PyUnicode_GET_LENGTH(text)
    kind: cython.int = PyUnicode_KIND(text)
    out: cython.p_uchar = cython.cast(cython.p_uchar, malloc(length * (kind + 1 if kind < 4 else 4)))
    if out is cython.NULL:
        raise MemoryError
    size: cython.Py_ssize_t
    if kind == 1:
        size = _encode(cython.cast(cython.p_uchar, PyUnicode_DATA(text)), length, out)
    elif kind == 2:
        size = _encode(cython.cast(cython.p_ushort, PyUnicode_DATA(text)), length, out)
    else:
        size = _encode(cython.cast(cython.p_uint, PyUnicode_DATA(text)), length, out)
    try:
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, out), size)
    finally:
        free(out)


@cython.cfunc
@cython.exceptval(check=False)
def _encode(source: cython.pointer(_Character), length: cython.Py_ssize_t, out: cython.p_uchar) -> cython.Py_ssize_t:
    """Encode characters of one width; the size of what was written."""
    at: cython.Py_ssize_t = 0
    size: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t
    index: cython.Py_ssize_t
    bits: _Character
    while at < length:
        end = at + 32
        if end <= length:
            bits = 0
            for index in range(32):
                bits |= source[at + index]
            if bits < 128:
                for index in range(32):
                    out[size + index] = cython.cast(cython.uchar, source[at + index])
                at = end
                size += 32
                continue
        else:
            end = length
        while at < end and source[at] < 128:
            out[size] = cython.cast(cython.uchar, source[at])
            at += 1
            size += 1
        while at < end and source[at] >= 128:
            size += put_character(out + size, source[at])
            at += 1
    return size


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def put_character(out: cython.p_uchar, code: cython.uint) -> cython.int:
    """Write a code point; how many bytes it takes."""
    if code < 0x80:
        out[0] = code
        return 1
    if code < 0x800:
        out[0] = 0xC0 | code >> 6
        out[1] = 0x80 | code & 0x3F
        return 2
    if code < 0x10000:
        out[0] = 0xE0 | code >> 12
        out[1] = 0x80 | code >> 6 & 0x3F
        out[2] = 0x80 | code & 0x3F
        return 3
    out[0] = 0xF0 | code >> 18
    out[1] = 0x80 | code >> 12 & 0x3F
    out[2] = 0x80 | code >> 6 & 0x3F
    out[3] = 0x80 | code & 0x3F
    return 4


@cython.ccall
def decode(encoded: bytes) -> str:
    """The text that these bytes are as UTF-8; raises `UnicodeDecodeError` like `bytes.decode`."""
    if not cython.compiled or encoded.isascii():
        return encoded.decode("utf-8")
    source: cython.p_uchar = encoded
    size: cython.Py_ssize_t = len(encoded)
    first: cython.Py_ssize_t = 0
    length: cython.Py_ssize_t = size
    index: cython.Py_ssize_t
    byte: cython.uchar
    tails: cython.uchar
    is_wide: cython.uchar = 0
    is_widest: cython.uchar = 0
    while first + 128 <= size:
        tails = 0
        for index in range(128):
            byte = source[first + index]
            tails += (byte & 0xC0) == 0x80
            is_wide |= byte >= 0xC4
            is_widest |= byte >= 0xF0
        length -= tails
        first += 128
    for index in range(first, size):
        byte = source[index]
        length -= (byte & 0xC0) == 0x80
        is_wide |= byte >= 0xC4
        is_widest |= byte >= 0xF0
    is_whole: cython.bint
    text: str
    if not is_wide:
        text = PyUnicode_New(length, 0xFF)
        is_whole = _decode(source, size, cython.cast(cython.p_uchar, PyUnicode_DATA(text)), length)
    elif not is_widest:
        text = PyUnicode_New(length, 0xFFFF)
        is_whole = _decode(source, size, cython.cast(cython.p_ushort, PyUnicode_DATA(text)), length)
    else:
        text = PyUnicode_New(length, 0x10FFFF)
        is_whole = _decode(source, size, cython.cast(cython.p_uint, PyUnicode_DATA(text)), length)
    return text if is_whole else encoded.decode("utf-8")


@cython.cfunc
@cython.exceptval(check=False)
def _decode(
    source: cython.p_uchar, size: cython.Py_ssize_t, out: cython.pointer(_Character), length: cython.Py_ssize_t
) -> cython.bint:
    """Decode into `length` characters of one width; False where the bytes are no UTF-8."""
    at: cython.Py_ssize_t = 0
    count: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t
    index: cython.Py_ssize_t
    bits: cython.uchar
    code: cython.uint
    while at < size:
        end = at + 32
        if end <= size and count + 32 <= length:
            bits = 0
            for index in range(32):
                bits |= source[at + index]
            if bits < 128:
                for index in range(32):
                    out[count + index] = source[at + index]
                at = end
                count += 32
                continue
        while at < size and source[at] < 128:
            if count == length:
                return False
            out[count] = source[at]
            at += 1
            count += 1
        while at < size and source[at] >= 128:
            code = _read(source + at, size - at)
            if not code or count == length:
                return False
            out[count] = code
            at += 2 + (code >= 0x800) + (code >= 0x10000)
            count += 1
    return count == length


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _read(source: cython.p_uchar, size: cython.Py_ssize_t) -> cython.uint:
    """The code point beyond ASCII that begins here; 0 where none does (The Unicode Standard, table 3-7)."""
    lead: cython.uint = source[0]
    code: cython.uint
    if size < 2 or source[1] & 0xC0 != 0x80:
        return 0
    if lead < 0xE0:
        code = (lead & 0x1F) << 6 | source[1] & 0x3F
        return code if lead >= 0xC2 else 0
    if size < 3 or source[2] & 0xC0 != 0x80:
        return 0
    if lead < 0xF0:
        code = (lead & 0x0F) << 12 | (source[1] & 0x3F) << 6 | source[2] & 0x3F
        return code if code >= 0x800 and code >> 11 != 0x1B else 0
    if size < 4 or source[3] & 0xC0 != 0x80 or lead > 0xF4:
        return 0
    code = (lead & 7) << 18 | (source[1] & 0x3F) << 12 | (source[2] & 0x3F) << 6 | source[3] & 0x3F
    return code if 0x10000 <= code < 0x110000 else 0


@cython.ccall
def shared_bytes(first: bytes, second: bytes) -> cython.Py_ssize_t:
    """How many bytes both begin with, in blocks of 64.

    >>> shared_bytes(b"x" * 200, b"x" * 190 + b"y")
    128
    """
    least: cython.Py_ssize_t = min(len(first), len(second)) - 64
    at: cython.Py_ssize_t = 0
    if not cython.compiled:
        while at <= least and first[at : at + 64] == second[at : at + 64]:
            at += 64
        return at
    one: cython.p_uchar = first
    other: cython.p_uchar = second
    while at <= least and memcmp(one + at, other + at, 64) == 0:
        at += 64
    return at


def count_lines(lines: bytes | bytearray) -> cython.Py_ssize_t:
    """How many newlines the bytes hold."""
    if not cython.compiled:
        return lines.count(b"\n")
    source: cython.p_uchar
    if isinstance(lines, bytearray):  # noqa: SIM108  (pointers of C)
        source = cython.cast(bytearray, lines)
    else:
        source = cython.cast(bytes, lines)
    size: cython.Py_ssize_t = len(lines)
    at: cython.Py_ssize_t = 0
    index: cython.Py_ssize_t
    count: cython.Py_ssize_t = 0
    few: cython.uchar
    while at + 128 <= size:
        few = 0
        for index in range(128):
            few += source[at + index] == 0x0A
        count += few
        at += 128
    for index in range(at, size):
        count += source[index] == 0x0A
    return count
