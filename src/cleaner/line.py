"""Lines of a text, each made when somebody first looks at it, and what can be seen of one on its own.

Compiled like `cleaner.scan`, because rules look at many lines for each that they take.
"""

from __future__ import annotations

from typing import Any

import cython

from cleaner import scan as scanning
from cleaner.fold import FOLDED, fold_phrase, fold_shape

_UNKNOWN = cython.declare(cython.int, -1)


@cython.cclass
class Line:
    """One line: 0-based `number`, half-open code-point span with its newline, and its text without outer white space.

    `text_start` is the offset of `text` in the document; `place` is the 0-based place among the lines that are not
    blank, -1 for a blank one.
    """

    number = cython.declare(cython.Py_ssize_t, visibility="readonly")
    place = cython.declare(cython.Py_ssize_t, visibility="readonly")
    start = cython.declare(cython.Py_ssize_t, visibility="readonly")
    end = cython.declare(cython.Py_ssize_t, visibility="readonly")
    text_start = cython.declare(cython.Py_ssize_t, visibility="readonly")
    text = cython.declare(str, visibility="readonly")
    evidence = cython.declare(object, visibility="readonly")
    _scan: object
    _row: cython.Py_ssize_t
    _phrase: str
    _folded: bytes
    _shape: str
    _words: cython.Py_ssize_t
    _prose: cython.int
    _heading: cython.int
    _passed: dict

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
    ) -> None:
        self.number = number
        self.place = self._row = place
        self.start = start
        self.end = end
        self.text_start = text_start
        self.text = text
        self.evidence = evidence
        self._scan = scanned
        self._phrase = self._shape = None
        self._folded = None
        self._passed = None
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
        """Whether the line reads as running text: see `cleaner.scan.is_prose`."""
        if self._prose == _UNKNOWN:
            self._prose = self._scanned().is_prose(self._row) if self.text else False
        return self._prose == 1

    @property
    def is_heading(self) -> bool:
        """Whether the line could be a title: see `cleaner.scan.is_heading`."""
        if self._heading == _UNKNOWN:
            self._heading = self._scanned().is_heading(self._row) if self.text else False
        return self._heading == 1

    @cython.ccall
    def passes(self, test: object) -> cython.bint:
        """Whether the test `holds` for the line, whoever asked first: windows of lines overlap."""
        if self._passed is None:
            self._passed = {}
        key = id(test)
        known = self._passed.get(key)
        if known is None:
            known = self._passed[key] = test.holds(self)
        return known

    @cython.cfunc
    def _scanned(self):
        """The scan that the line stands in; one of its own where it came without."""
        if self._scan is None:
            self._scan = scanning.scan(scanning.encode(self.text))
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


@cython.cclass
class Content:
    """The lines of a document that are not blank, in order, each made when it is first asked for."""

    _document: object
    _text: str
    _scan: object
    _made: list
    _count: cython.Py_ssize_t

    def __init__(self, document: Any, scanned: Any) -> None:
        self._document = document
        self._text = document.text
        self._scan = scanned
        self._count = scanned.line_count
        self._made = [None] * self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._line(one) for one in range(*place.indices(self._count))]
        index: cython.Py_ssize_t = place
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError(f"no line {place} among {self._count}")
        return self._line(index)

    def __iter__(self) -> Any:
        return iter([self._line(one) for one in range(self._count)])

    def count_passing(
        self, test: object, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, least: cython.Py_ssize_t
    ) -> int:
        """How many lines pass the test, from the place `start` on up to `stop`, which may lie before it; counted up to
        `least`.
        """
        count: cython.Py_ssize_t = 0
        step: cython.Py_ssize_t = 1 if start < stop else -1
        place: cython.Py_ssize_t = start
        line: Line
        while place != stop and count < least:
            line = self._line(place)
            count += line.passes(test)
            place += step
        return count

    @cython.cfunc
    def _line(self, place: cython.Py_ssize_t) -> Line:
        line = self._made[place]
        if line is None:
            number, start, end, text_start, text_end = self._scan.span(place)
            evidence = self._document.evidence
            found = evidence.get(number) if evidence else None
            text = self._text[text_start:text_end]
            line = Line(number, place, start, end, text_start, text, found, self._scan)
            self._made[place] = line
        return line
