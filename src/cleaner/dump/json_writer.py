"""JSON lines written as bytes: records around their clean texts, and the edits of the ledger.

Compiled like `cleaner.scan`; where there was no C compiler, `msgspec` writes the same.
"""

from __future__ import annotations

from typing import Any

import cython
import msgspec

from cleaner.ledger import encode_records, ledger_records

if cython.compiled:
    from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
    from cython.cimports.cpython.unicode import PyUnicode_AsUTF8AndSize
    from cython.cimports.libc.stdlib import free, realloc
    from cython.cimports.libc.string import memchr, memcpy, memmove

# The letter that stands for a character behind a backslash; 0 where there is none.
_ESCAPES = {8: 98, 9: 116, 10: 110, 12: 102, 13: 114, 34: 34, 92: 92}
_LETTERS = cython.declare(bytes, bytes(_ESCAPES.get(code, 0) for code in range(256)))
_as_tuple = msgspec.structs.astuple


@cython.cclass
class LineWriter:
    """Records as JSON lines that grow, until they are taken."""

    _lines: cython.p_uchar
    _size: cython.Py_ssize_t
    _room: cython.Py_ssize_t
    _pieces: list  # the lines, where nothing is compiled

    def __cinit__(self) -> None:
        self._lines = cython.NULL
        self._size = self._room = 0

    def __init__(self) -> None:
        self._pieces = []

    def __dealloc__(self) -> None:
        free(self._lines)

    def put_record(self, head: bytes, text: bytes, tail: bytes) -> None:
        """Add the line of a record: the text, which is UTF-8, as a string between what stands around it."""
        if not cython.compiled:
            self._pieces += head, msgspec.json.encode(text.decode("utf-8")), tail, b"\n"
            return
        head_size: cython.Py_ssize_t = len(head)
        tail_size: cython.Py_ssize_t = len(tail)
        self._make_room(head_size + len(text) + tail_size + 3)
        memcpy(self._lines + self._size, cython.cast(cython.p_uchar, head), head_size)
        self._size += head_size
        self._put_string(text, len(text))
        self._make_room(tail_size + 1)
        memcpy(self._lines + self._size, cython.cast(cython.p_uchar, tail), tail_size)
        self._size += tail_size
        self._lines[self._size] = 0x0A
        self._size += 1

    def take(self) -> bytes:
        """The lines so far, which begin anew."""
        if not cython.compiled:
            lines = b"".join(self._pieces)
            self._pieces = []
            return lines
        lines = PyBytes_FromStringAndSize(cython.cast(cython.p_char, self._lines), self._size)
        if self._room > _KEPT_BYTES:
            free(self._lines)
            self._lines = cython.NULL
            self._room = 0
        self._size = 0
        return lines

    @cython.cfunc
    @cython.exceptval(-1)
    def _make_room(self, size: cython.Py_ssize_t) -> cython.int:
        """See to it that so many bytes more have their place."""
        if self._size + size <= self._room:
            return 0
        room: cython.Py_ssize_t = self._size + size + (self._size >> 1) + 256
        lines: cython.p_uchar = cython.cast(cython.p_uchar, realloc(self._lines, room))
        if lines is cython.NULL:
            raise MemoryError
        self._lines, self._room = lines, room
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _put_string(self, text: cython.p_uchar, size: cython.Py_ssize_t) -> cython.int:
        """Add UTF-8 as a JSON string."""
        end: cython.p_uchar = text + size
        stop: cython.p_uchar
        out: cython.p_uchar
        index: cython.Py_ssize_t
        controls: cython.uchar = 0
        for index in range(size):
            controls |= (text[index] < 0x20) & (text[index] != 0x0A)
        line_end: cython.p_uchar = _find(text, end, 0x0A)
        quote: cython.p_uchar = _find(text, end, 0x22)
        slash: cython.p_uchar = _find(text, end, 0x5C)
        self._make_room(size + 2)
        self._lines[self._size] = 0x22
        out = self._lines + self._size + 1
        while True:
            stop = min(line_end, quote, slash)
            if controls:
                stop = _find_control(text, stop)
            memcpy(out, text, stop - text)
            out += stop - text
            if stop == end:
                break
            text = stop + 1
            if end - text + 7 > self._lines + self._room - out:
                self._size = out - self._lines
                self._make_room(end - text + 7)
                out = self._lines + self._size
            out += _put_escape(out, stop[0])
            if stop == line_end:
                line_end = _find(text, end, 0x0A)
            elif stop == quote:
                quote = _find(text, end, 0x22)
            elif stop == slash:
                slash = _find(text, end, 0x5C)
        out[0] = 0x22
        self._size = out + 1 - self._lines
        return 0


_KEPT_BYTES = cython.declare(cython.Py_ssize_t, 8 << 20)  # kept for the next lines


@cython.cclass
class LedgerWriter(LineWriter):
    """Edits as lines of the ledger, and how often each reason was given for them."""

    _tallies: dict  # by the `id` of their reason
    _given: list  # the tallies of reasons that were given since the counts were taken, in that order

    def __init__(self) -> None:
        super().__init__()
        self._tallies = {}
        self._given = []

    def put_edits(self, doc: str, edits: tuple) -> None:
        """Add the edits of a document."""
        tally: _Tally
        if not cython.compiled:
            self._pieces.append(encode_records(ledger_records(doc, edits)))
            for edit in edits:
                tally = self._tally(edit.reason, edit.action)
                tally.add(len(edit.before) - len(edit.after), edit.takes_line)
            return
        start: cython.Py_ssize_t = -1  # of what all lines begin with
        start_size: cython.Py_ssize_t = 0
        size: cython.Py_ssize_t = 0
        said_size: cython.Py_ssize_t
        before_size: cython.Py_ssize_t = 0
        letters: cython.p_const_char = PyUnicode_AsUTF8AndSize(doc, cython.address(size))
        before_letters: cython.p_const_char
        out: cython.p_uchar
        edit: tuple
        before: str
        after: str
        for edit in map(_as_tuple, edits):
            tally = self._tally(edit[4], edit[3])
            before, after = edit[5], edit[2]
            tally.add(len(before) - len(after), edit[7])
            before_letters = PyUnicode_AsUTF8AndSize(before, cython.address(before_size))
            if start < 0:
                start = self._size
                self._make_room(7)
                memcpy(self._lines + self._size, cython.cast(cython.p_char, b'{"doc":'), 7)
                self._size += 7
                self._put_string(cython.cast(cython.p_uchar, letters), size)
                start_size = self._size - start
                self._size = start
            said_size = len(tally.said)
            self._make_room(start_size + said_size + before_size + 120)
            out = self._lines + self._size
            memmove(out, self._lines + start, start_size)
            out += start_size
            memcpy(out, cython.cast(cython.p_char, b',"line":'), 8)
            out = _put_number(out + 8, edit[6])
            memcpy(out, cython.cast(cython.p_char, b',"start":'), 9)
            out = _put_number(out + 9, edit[0])
            memcpy(out, cython.cast(cython.p_char, b',"end":'), 7)
            out = _put_number(out + 7, edit[1])
            memcpy(out, cython.cast(cython.p_char, tally.said), said_size)
            self._size = out + said_size - self._lines
            self._put_string(cython.cast(cython.p_uchar, before_letters), before_size)
            if after:
                self._put_after(after)
            self._make_room(2)
            self._lines[self._size] = 0x7D
            self._lines[self._size + 1] = 0x0A
            self._size += 2

    def take_counts(self) -> list:
        """Each reason that was given since the last call, with its action, how often, how many characters went and how
        many lines as a whole; in the order in which they were given first.
        """
        tally: _Tally
        counts = []
        for tally in self._given:
            counts.append((tally.reason, tally.action, tally.count, tally.chars, tally.lines))
            tally.count = tally.chars = tally.lines = 0
        self._given = []
        if len(self._tallies) > _MOST_TALLIES:
            self._tallies = {}
        return counts

    @cython.cfunc
    def _tally(self, reason: object, action: object) -> _Tally:
        tally: _Tally = self._tallies.get(id(reason))
        if tally is None or tally.reason is not reason or tally.action is not action:
            tally = _Tally(reason, action)
            self._tallies[id(reason)] = tally
        if tally.count == 0:
            self._given.append(tally)
        return tally

    @cython.cfunc
    @cython.exceptval(-1)
    def _put_after(self, after: str) -> cython.int:
        size: cython.Py_ssize_t = 0
        letters: cython.p_const_char = PyUnicode_AsUTF8AndSize(after, cython.address(size))
        self._make_room(9)
        memcpy(self._lines + self._size, cython.cast(cython.p_char, b',"after":'), 9)
        self._size += 9
        self._put_string(cython.cast(cython.p_uchar, letters), size)
        return 0


_MOST_TALLIES = 100_000


@cython.cclass
class _Tally:
    """How often a reason was given for an action, and what the ledger says of both."""

    reason: object
    action: object
    said: bytes
    count: cython.Py_ssize_t
    chars: cython.Py_ssize_t
    lines: cython.Py_ssize_t

    def __init__(self, reason: Any, action: Any) -> None:
        self.reason = reason
        self.action = action
        fields = {"rule": reason.rule, "rev": reason.rev, "action": action}
        self.said = b"," + msgspec.json.encode(fields)[1:-1] + b',"before":'
        self.count = self.chars = self.lines = 0

    @cython.cfunc
    @cython.exceptval(check=False)
    def add(self, chars: cython.Py_ssize_t, takes_line: cython.bint) -> cython.void:
        self.count += 1
        self.chars += chars
        self.lines += takes_line


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _put_number(out: cython.p_uchar, number: cython.Py_ssize_t) -> cython.p_uchar:
    """Write a number that is not negative; where it ends."""
    end: cython.p_uchar
    rest: cython.Py_ssize_t = number
    out += 1
    while rest >= 10:
        rest //= 10
        out += 1
    end = out
    while True:
        out -= 1
        out[0] = 0x30 + number % 10
        number //= 10
        if number == 0:
            return end


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _put_escape(out: cython.p_uchar, code: cython.uchar) -> cython.int:
    """Write what stands for a character in JSON strings; how many bytes it takes."""
    letter: cython.uchar = 0x6E if code == 0x0A else cython.cast(cython.p_uchar, _LETTERS)[code]
    out[0] = 0x5C
    if letter:
        out[1] = letter
        return 2
    out[1] = 0x75
    out[2] = out[3] = 0x30
    out[4] = 0x30 + (code >> 4)
    out[5] = cython.cast(cython.p_uchar, b"0123456789abcdef")[code & 15]
    return 6


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _find(text: cython.p_uchar, end: cython.p_uchar, byte: cython.int) -> cython.p_uchar:
    """Where the byte stands first; the end where it does not."""
    found: cython.p_uchar = cython.cast(cython.p_uchar, memchr(text, byte, end - text))
    return end if found is cython.NULL else found


@cython.cfunc
@cython.exceptval(check=False)
def _find_control(text: cython.p_uchar, end: cython.p_uchar) -> cython.p_uchar:
    """Where a control character stands first; the end where none does."""
    while text < end and text[0] >= 0x20:
        text += 1
    return text
