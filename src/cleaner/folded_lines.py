# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""The folded lines of a page as numbers: where they are, what they hold, and which of them say the same.

Compiled like `cleaner.scan`, so that all lines of every document are asked without an object being made of any.
"""

from __future__ import annotations

from array import array

import cython

from cleaner import scan as scanning

if cython.compiled:
    from cython.cimports.cleaner.scan import Scan
    from cython.cimports.cpython.array import array as typed_array
    from cython.cimports.libc.string import memchr, memcmp
else:
    from cleaner.scan import Scan

_COLUMNS = cython.declare(cython.Py_ssize_t, scanning.COLUMNS)
_FOLDED = cython.declare(cython.Py_ssize_t, scanning.FOLDED)
_PHRASE_START = cython.declare(cython.Py_ssize_t, scanning.PHRASE_START)
_PHRASE_END = cython.declare(cython.Py_ssize_t, scanning.PHRASE_END)

_NOT_COUNTED = cython.declare(cython.Py_ssize_t, -1)


@cython.cclass
class FoldedLines:
    """The lines of a page without some that have gone, counted from 0; read anew for page after page.

    `places` are those that they have on the page.  They begin in `source` where `folded` says, and their phrases are
    half-open spans there, with their hashes (`codes`).  `earlier` has for each line the nearest one before that says
    the same, -1 for none, and `first` the very first; both are there once `has_repeated` was asked.
    """

    def __init__(self) -> None:
        self._make_room(256)

    @cython.cfunc
    def _make_room(self, room: cython.Py_ssize_t) -> cython.void:
        """Let so many lines have a place in all arrays."""
        hashes: typed_array = array("Q", bytes(8 * room))
        self.room = room
        self._arrays = [hashes]
        self.codes = hashes.data.as_ulonglongs if cython.compiled else hashes
        self.places, self.folded = self._integers(room), self._integers(room)
        self.starts, self.ends = self._integers(room), self._integers(room)
        self.first, self.earlier, self._slots = self._integers(room), self._integers(room), self._integers(4 * room)

    @cython.cfunc
    def _integers(self, count: cython.Py_ssize_t) -> cython.p_int:
        integers: typed_array = array("i", bytes(4 * count))
        self._arrays.append(integers)
        return integers.data.as_ints if cython.compiled else integers

    @cython.cfunc
    def read(self, page: object, gone: object, headline: cython.Py_ssize_t) -> cython.void:
        """Take the lines of a page without those of the places that have gone; until `forget` is called."""
        scanned: Scan = page.scan
        rows: cython.p_int = scanned.rows
        codes: cython.p_ulonglong = scanned.codes
        line_count: cython.Py_ssize_t = scanned.line_count
        place: cython.Py_ssize_t
        row: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t = 0
        has_gone: cython.bint = False
        if line_count > self.room:
            self._make_room(line_count + line_count // 2)
        is_left: cython.p_int = self.first
        self.scan, self.source = scanned, scanned.folded
        self.headline, self._repeated_count = -1, _NOT_COUNTED
        if gone:
            has_gone = True
            for place in range(line_count):
                is_left[place] = 1
            for place in gone:
                is_left[place] = 0
        for place in range(line_count):
            if not has_gone or is_left[place]:
                if place == headline:
                    self.headline = count
                self.places[count] = place
                self.folded[count] = rows[row + _FOLDED]
                self.starts[count] = rows[row + _PHRASE_START]
                self.ends[count] = rows[row + _PHRASE_END]
                self.codes[count] = codes[place]
                count += 1
            row += _COLUMNS
        self.count = count
        self.has_whole = bool(scanned.entangled)
        if self.has_whole:
            self._read_whole(page.whole)

    @cython.cfunc
    def _read_whole(self, whole: dict) -> cython.void:
        """Take the phrases of the lines that are folded as a whole; they come to stand behind the others."""
        source: list = [self.source]
        at: cython.Py_ssize_t = len(self.source)
        line: cython.Py_ssize_t
        for line in range(self.count):
            phrase = whole.get(self.places[line])
            if phrase is not None:
                source.append(phrase)
                self.starts[line] = at
                at += len(phrase)
                self.ends[line] = at
                self.codes[line] = scanning.hash_phrase(phrase)
        scanning.check_size(at)
        self.source = b"".join(source)

    @cython.cfunc
    def forget(self) -> cython.void:
        """Let go of the page."""
        self.scan = self.source = None

    @cython.cfunc
    def has_repeated(self) -> cython.bint:
        """Whether some line says what an earlier one says; which ones is found by a hash table of the last ones."""
        size: cython.Py_ssize_t = 2
        slot: cython.Py_ssize_t
        line: cython.Py_ssize_t
        other: cython.Py_ssize_t
        slots: cython.p_int = self._slots
        first: cython.p_int = self.first
        earlier: cython.p_int = self.earlier
        codes: cython.p_ulonglong = self.codes
        if self._repeated_count != _NOT_COUNTED:
            return self._repeated_count > 0
        while size < 2 * self.count:
            size *= 2
        for slot in range(size):
            slots[slot] = -1
        self._repeated_count = 0
        for line in range(self.count):
            first[line] = line
            earlier[line] = -1
            if self.starts[line] == self.ends[line]:
                continue
            slot = codes[line] & (size - 1)
            while slots[slot] >= 0:
                other = slots[slot]
                if codes[other] == codes[line] and self.is_same(line, other):
                    first[line] = first[other]
                    earlier[line] = other
                    self._repeated_count += 1
                    break
                slot = (slot + 1) & (size - 1)
            slots[slot] = line
        return self._repeated_count > 0

    @cython.cfunc
    @cython.exceptval(check=False)
    def is_same(self, line: cython.Py_ssize_t, other: cython.Py_ssize_t) -> cython.bint:
        """Whether both lines say the same."""
        size: cython.Py_ssize_t = self.ends[line] - self.starts[line]
        return (
            self.codes[line] == self.codes[other]
            and self.ends[other] - self.starts[other] == size
            and is_equal(self.source, self.starts[line], self.starts[other], size)
        )

    @cython.cfunc
    @cython.exceptval(check=False)
    def is_whole(self, line: cython.Py_ssize_t) -> cython.bint:
        """Whether the line is folded as a whole, so that what it holds can't be seen in parts."""
        return self.has_whole and self.scan.rows[self.places[line] * _COLUMNS + _PHRASE_START] < 0


@cython.cfunc
@cython.exceptval(check=False)
def is_equal(
    source: cython.p_uchar, one: cython.Py_ssize_t, other: cython.Py_ssize_t, size: cython.Py_ssize_t
) -> cython.bint:
    """Whether so many bytes are the same from here and from there on."""
    if not cython.compiled:
        return source[one : one + size] == source[other : other + size]
    return not size or (source[one] == source[other] and memcmp(source + one, source + other, size) == 0)


@cython.cfunc
@cython.exceptval(check=False)
def find_byte(
    source: cython.p_uchar, byte: cython.uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Where the byte first stands in the span; the end of the span for nowhere."""
    if not cython.compiled:
        at = source.find(bytes([byte]), start, end)
        return end if at < 0 else at
    found = cython.cast(cython.p_uchar, memchr(source + start, byte, end - start))
    return found - source if found else end


@cython.cfunc
@cython.exceptval(check=False)
def stands_in(
    part: cython.p_uchar,
    part_start: cython.Py_ssize_t,
    part_end: cython.Py_ssize_t,
    source: cython.p_uchar,
    start: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
) -> cython.bint:
    """Whether the part stands in the span; looked for by its last byte, as many literals begin with a space."""
    if not cython.compiled:
        return source.find(part[part_start:part_end], start, end) >= 0
    before: cython.Py_ssize_t = part_end - part_start - 1  # bytes before the last one
    at: cython.Py_ssize_t = start + before
    if before < 0:
        return True
    while at < end:
        at = find_byte(source, part[part_end - 1], at, end)
        if at < end and memcmp(source + at - before, part + part_start, before) == 0:
            return True
        at += 1
    return False


@cython.cfunc
@cython.exceptval(check=False)
def word_end(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Where the first byte is that may stand behind a word, or the span ends."""
    at: cython.Py_ssize_t = start
    while at < end and is_in_word(source[at]):
        at += 1
    return at


@cython.cfunc
@cython.exceptval(check=False)
def is_in_word(code: cython.uchar) -> cython.bint:
    """Whether the byte surely is a part of a word: a letter or digit of ASCII, folded."""
    return 97 <= code <= 122 or 48 <= code <= 57
