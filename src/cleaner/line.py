"""Lines of a text, each made when somebody first looks at it, and what can be seen of one on its own.

Compiled like `cleaner.scan`, because rules look at many lines for each that they take.
"""

from __future__ import annotations

from array import array
from typing import Any

import cython

from cleaner import scan as scanning
from cleaner.fold import FOLDED, fold_phrase, fold_shape
from cleaner.utf8 import encode

if cython.compiled:
    from cython.cimports.cleaner.scan import Scan
else:
    from cleaner.scan import Scan

_NEAR_LINES = cython.declare(cython.Py_ssize_t, 100)  # looked at one by one; rules mostly know by then
_UNKNOWN = cython.declare(cython.int, -1)
_COLUMNS = cython.declare(cython.Py_ssize_t, scanning.COLUMNS)
_NUMBER = cython.declare(cython.Py_ssize_t, scanning.NUMBER)
_START = cython.declare(cython.Py_ssize_t, scanning.START)
_END = cython.declare(cython.Py_ssize_t, scanning.END)
_TEXT_START = cython.declare(cython.Py_ssize_t, scanning.TEXT_START)
_TEXT_END = cython.declare(cython.Py_ssize_t, scanning.TEXT_END)
_BYTE_START = cython.declare(cython.Py_ssize_t, scanning.BYTE_START)
_BYTE_END = cython.declare(cython.Py_ssize_t, scanning.BYTE_END)


@cython.final
@cython.cclass
class Line:
    """One line: 0-based `number`, half-open code-point span with its newline, and its text without outer white space.

    `text_start` is the offset of `text` in the document; `place` is the 0-based place among the lines that are not
    blank, -1 for a blank one.
    """

    def __init__(
        self,
        number: int,
        place: int,
        start: int,
        end: int,
        text_start: int,
        text: str,
        evidence: Any = None,
        scanned: Any = None,
        row: int = 0,
    ) -> None:
        self._fill(number, place, start, end, text_start, text, evidence, scanned, row)

    @cython.cfunc
    @cython.exceptval(check=False)
    def _fill(
        self,
        number: cython.Py_ssize_t,
        place: cython.Py_ssize_t,
        start: cython.Py_ssize_t,
        end: cython.Py_ssize_t,
        text_start: cython.Py_ssize_t,
        text: str,
        evidence: object,
        scanned: Scan | None,
        row: cython.Py_ssize_t,
    ) -> cython.void:
        self.number = number
        self.place = place
        self.start = start
        self.end = end
        self.text_start = text_start
        self.text = text
        self.evidence = evidence
        self._scan = scanned
        self._row = row
        self._phrase = self._shape = None
        self._folded = None
        self._words = self._prose = self._heading = _UNKNOWN

    def __repr__(self) -> str:
        return f"Line({self.number}, {self.text!r})"

    def __str__(self) -> str:
        return repr(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.text

    @property
    def phrase(self) -> str:
        """The text as phrases are compared: see `cleaner.fold.fold_phrase`."""
        if self._phrase is None:
            folded = None if self._scan is None else self._scan.phrase(self._row)
            self._phrase = fold_phrase(self.text) if folded is None else folded.decode()
        return self._phrase

    @property
    def folded(self) -> bytes:
        """The line as it stands in `Scan.folded`, with the newlines around it."""
        if self._folded is None:
            self._folded = self._scanned().folded_line(self._row) if self.text else b"\n"
        return self._folded

    @property
    def shape(self) -> str:
        """The text as patterns see it, code point for code point: see `cleaner.fold.fold_shape`."""
        if self._shape is None:
            self._shape = fold_shape(self.text) if _is_foldable(self.text) else self.text
        return self._shape

    @property
    def word_count(self) -> int:
        """Number of words; in scripts without spaces each character counts as one.

        >>> Line(0, 0, 0, 20, 0, "It's the co-op's 3rd").word_count
        5
        """
        if self._words == _UNKNOWN:
            self._words = self._scanned().word_count(self._row) if self.text else 0
        return self._words

    @property
    def is_prose(self) -> bool:
        """Whether the line reads as running text: see `cleaner.scan.is_prose_span`."""
        if self._prose == _UNKNOWN:
            self._prose = self._scanned().is_prose(self._row) if self.text else False
        return self._prose == 1

    @property
    def is_heading(self) -> bool:
        """Whether the line could be a title: see `cleaner.scan.is_heading_span`."""
        if self._heading == _UNKNOWN:
            self._heading = self._scanned().is_heading(self._row) if self.text else False
        return self._heading == 1

    @cython.cfunc
    def _scanned(self) -> Scan:
        """The scan that the line stands in; one of its own where it came without."""
        if self._scan is None:
            self._scan = scanning.scan(encode(self.text))
            self._row = 0
        return self._scan


@cython.cfunc
def _is_foldable(text: str) -> cython.bint:
    """Whether some character of the text may have another shape."""
    character: cython.Py_UCS4
    for character in text:  # noqa: SIM110  (compiled, it makes no objects)
        if (character > "\x7e" or character == "\t") and character in FOLDED:
            return True
    return False


@cython.final
@cython.cclass
class Content:
    """The lines of a document that are not blank, in order, each made when it is first asked for.

    Rules look at far more lines than they take, so what they mostly ask is answered by place, without a line.  A place
    counts the lines of this content; where some have gone (`without`), a row counts them as the scan does.
    `answers` and `fields` are for `cleaner.rules.conditions`: what tests said of lines, by row, and what is known of
    the document beside its text.
    """

    def __init__(self, document: Any, scanned: Any) -> None:
        self.document = document
        self._text = document.text
        self._evidence = document.evidence
        self.scan = scanned
        self.count = scanned.line_count
        self.rows = self._rows = self._numbers = self._prose_before = self._longest_run = None
        self.answers = {}
        self.fields = {}
        self._prose = bytearray(self.count)
        self._lines = [None] * self.count

    @cython.ccall
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def without(self, gone: Any) -> Content:
        """The content without the lines of these places, blank lines tidied; what is known of the others stays known.

        Its lines have their old offsets, and the numbers that they have once the others have gone.
        """
        left: Content = Content.__new__(Content)
        is_gone = bytearray(self.count)
        at: cython.Py_ssize_t
        for at in gone:
            if at < self.count:
                is_gone[at] = 1
        left.count = is_gone.count(0)
        left.rows = array("i", bytes(4 * left.count))
        numbers = array("i", bytes(4 * left.count))
        gaps: cython.p_uchar = is_gone
        left._rows = left.rows
        left._numbers = numbers
        is_apart: cython.bint = False  # by a blank line from the one before that stays
        before: cython.Py_ssize_t = self._number(0) - 1 if self.count else 0
        number: cython.int = -1
        to: cython.Py_ssize_t = 0
        place: cython.Py_ssize_t
        for place in range(self.count):
            is_apart = is_apart or self._number(place) - before > 1
            before = self._number(place)
            if not gaps[place]:
                number += 2 if is_apart and to else 1
                left._rows[to] = self.row(place)
                left._numbers[to] = number
                to += 1
                is_apart = False
        left.document = self.document
        left._text = self._text
        left._evidence = self._evidence
        left.scan = self.scan
        left.answers = self.answers
        left.fields = self.fields
        left._prose = self._prose
        left._prose_before = left._longest_run = None
        left._lines = [None] * left.count
        return left

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self.line(one) for one in range(*place.indices(self.count))]
        index: cython.Py_ssize_t = place
        if index < 0:
            index += self.count
        if not 0 <= index < self.count:
            raise IndexError(f"no line {place} among {self.count}")
        return self.line(index)

    def __iter__(self) -> Any:
        return iter([self.line(one) for one in range(self.count)])

    @cython.ccall
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def row(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The line's row in the scan."""
        return place if self._rows is None else self._rows[place]

    @cython.ccall
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def place(self, row: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The place of the line of that row, or of the next one that has not gone."""
        first: cython.Py_ssize_t = 0
        end: cython.Py_ssize_t = self.count
        middle: cython.Py_ssize_t
        if self._rows is None:
            return row
        while first < end:
            middle = (first + end) // 2
            if self._rows[middle] < row:
                first = middle + 1
            else:
                end = middle
        return first

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def line(self, place: cython.Py_ssize_t) -> Line:
        """The line of this place."""
        line: Line = self._lines[place]
        if line is None:
            row: cython.Py_ssize_t = self.row(place)
            text_start: cython.Py_ssize_t = self.column(row, _TEXT_START)
            line = Line.__new__(Line)  # the constructor would make Python's numbers of all these
            line._fill(
                self._number(place),
                place,
                self.column(row, _START),
                self.column(row, _END),
                text_start,
                self._text[text_start : self.column(row, _TEXT_END)],
                self._evidence.get(self.column(row, _NUMBER)) if self._evidence else None,
                self.scan,
                row,
            )
            self._lines[place] = line
        return line

    @cython.ccall
    def neighbour(self, place: cython.Py_ssize_t, step: cython.Py_ssize_t) -> Line:
        """The line `step` places further on; None beyond the edge of the text."""
        other: cython.Py_ssize_t = place + step
        return self.line(other) if 0 <= other < self.count else None

    @cython.ccall
    def distance(self, place: cython.Py_ssize_t, step: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """How many lines, blank ones counted, the line `step` places further on stands away; 0 beyond the edge of the
        text.
        """
        if not 0 <= place + step < self.count:
            return 0
        return (self._number(place + step) - self._number(place)) * step

    @cython.cfunc
    @cython.inline
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def _number(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        return self.column(place, _NUMBER) if self._numbers is None else self._numbers[place]

    @cython.cfunc
    @cython.inline
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def column(self, row: cython.Py_ssize_t, column: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """What stands in a column of the scan's table."""
        return self.scan.rows[row * _COLUMNS + column]

    @cython.cfunc
    @cython.inline
    @cython.exceptval(check=False)
    def hash(self, row: cython.Py_ssize_t) -> cython.ulonglong:
        """The hash of the folded phrase of the line of this row; see `cleaner.scan.hash_phrase`.

        0 for one that must be folded as a whole.
        """
        return self.scan.codes[row]

    @cython.cfunc
    def is_prose(self, row: cython.Py_ssize_t) -> cython.bint:
        """Whether the line of this row reads as running text, as remembered: see `cleaner.scan.is_prose_span`."""
        known: cython.p_uchar = self._prose
        if not known[row]:
            known[row] = 2 if self.scan.is_prose(row) else 1
        return known[row] == 2

    @cython.ccall
    def count_prose(
        self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, most: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:
        """Number of lines of prose from one place up to another, counted up to `most`."""
        count: cython.Py_ssize_t = 0
        place: cython.Py_ssize_t = start
        end: cython.Py_ssize_t = min(stop, start + _NEAR_LINES)
        while place < end and count < most:
            count += self.is_prose(self.row(place))
            place += 1
        if place < stop and count < most:
            self._look_far()
            count += self._prose_before[stop] - self._prose_before[place]
        return min(count, most)

    @cython.ccall
    def prose_run_from(self, place: cython.Py_ssize_t, most: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The most lines of prose that stand in a row, blank ones apart, from this place on, counted up to `most`."""
        longest: cython.Py_ssize_t = 0
        run: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t = place
        end: cython.Py_ssize_t = min(self.count, place + _NEAR_LINES)
        while at < end and longest < most:
            run = run + 1 if self.is_prose(self.row(at)) else 0
            longest = max(longest, run)
            at += 1
        if at < self.count and longest < most:
            self._look_far()
            longest = self._longest_run[place]
        return min(longest, most)

    @cython.cfunc
    @cython.initializedcheck(False)
    def _look_far(self) -> cython.void:
        """Find out how many lines of prose stand before each place, and the longest run of them from each on: a text
        may have a hundred thousand lines about which rules ask.
        """
        place: cython.Py_ssize_t
        run: cython.int = 0
        if self._prose_before is not None:
            return
        self._prose_before = array("i", bytes(4 * (self.count + 1)))
        self._longest_run = array("i", bytes(4 * (self.count + 1)))
        for place in range(self.count):
            self._prose_before[place + 1] = self._prose_before[place] + self.is_prose(self.row(place))
        for place in range(self.count - 1, -1, -1):
            run = run + 1 if self.is_prose(self.row(place)) else 0
            self._longest_run[place] = max(self._longest_run[place + 1], run)
