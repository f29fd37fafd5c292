# cython: boundscheck=False, wraparound=False
"""One layer of edits of a text: the lines that go, what changes inside others, and the white space that is too much.

No line keeps white space at its end; at most one blank line stays between two others, none at the edges; the text ends
in one newline.  Compiled like `cleaner.scan`, whose rows say where the lines are, so that no text is looked through
again.
"""

from __future__ import annotations

import sys
from typing import Any

import cython

from cleaner.model import Action, Edit
from cleaner.repair import REPAIRS
from cleaner.scan import COLUMNS, END, START

if cython.compiled:
    from cython.cimports.cleaner.scan import Scan
else:
    from cleaner.scan import Scan

_COLUMNS = cython.declare(cython.Py_ssize_t, COLUMNS)
_START = cython.declare(cython.Py_ssize_t, START)
_END = cython.declare(cython.Py_ssize_t, END)
_NOWHERE = cython.declare(cython.Py_ssize_t, sys.maxsize)
_REMOVE = Action.REMOVE
_REPAIR = Action.REPAIR
_TRAILING_SPACE = REPAIRS["trailing-space"]
_BLANK_LINE = REPAIRS["blank-line"]
_FINAL_NEWLINE = REPAIRS["final-newline"]


def layer_of(text: str, scanned: Scan, gone: dict[int, Any], inside: list[Edit]) -> list[Edit]:
    """The edits of a text, sorted and disjoint, with `before` and `line`: lines of the places in `gone` are removed for
    the reasons there, and `inside` are sorted edits inside lines that stay.

    White space at the end of odd lines is left to `cleaner.repair`.
    """
    layer = _Layer(text, scanned.trailing, gone, inside)
    return layer.edits(scanned)


@cython.cclass
class _Layer:
    """A layer on its way through the rows of a text; offsets are code points.

    `gone_place`, `inside_start` and `trailing_start` say where the next line that goes, edit inside a line and white
    space at the end of one are; `_NOWHERE` where there is none.  `kept` newlines of the blank lines at hand, of `most`,
    stay where they are; where `is_open`, those behind them go.
    """

    text: str
    out: list
    gone: dict
    gone_places: list
    inside: list
    trailing: list
    next_gone: cython.Py_ssize_t
    next_inside: cython.Py_ssize_t
    next_trailing: cython.Py_ssize_t
    gone_place: cython.Py_ssize_t
    inside_start: cython.Py_ssize_t
    trailing_start: cython.Py_ssize_t
    kept: cython.Py_ssize_t
    most: cython.Py_ssize_t
    is_open: cython.bint

    def __init__(self, text: str, trailing: list[tuple[int, int]], gone: dict[int, Any], inside: list[Edit]) -> None:
        self.text = text
        self.out = []
        self.gone = gone
        self.gone_places = sorted(gone)
        self.inside = inside
        self.trailing = trailing
        self.next_gone = self.next_inside = self.next_trailing = -1
        self._pass_gone()
        self._pass_inside()
        self._pass_trailing()
        self.kept = self.most = 0
        self.is_open = False

    @cython.cfunc
    def _pass_gone(self) -> cython.void:
        """Go on to the next line that goes."""
        self.next_gone += 1
        self.gone_place = self.gone_places[self.next_gone] if self.next_gone < len(self.gone_places) else _NOWHERE

    @cython.cfunc
    def _pass_inside(self) -> cython.void:
        """Go on to the next edit inside a line."""
        self.next_inside += 1
        self.inside_start = self.inside[self.next_inside].start if self.next_inside < len(self.inside) else _NOWHERE

    @cython.cfunc
    def _pass_trailing(self) -> cython.void:
        """Go on to the next white space at the end of a line."""
        self.next_trailing += 1
        self.trailing_start = (
            self.trailing[self.next_trailing][0] if self.next_trailing < len(self.trailing) else _NOWHERE
        )

    @cython.cfunc
    def edits(self, scanned: Scan) -> list:
        """The edits of the text whose lines the scan has."""
        rows: cython.p_int = scanned.rows
        row_count: cython.Py_ssize_t = scanned.line_count
        place: cython.Py_ssize_t
        row: cython.Py_ssize_t = 0
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t = 0
        number: cython.Py_ssize_t = 0  # of the line that begins at `end`
        last: cython.Py_ssize_t = row_count - 1
        size: cython.Py_ssize_t = len(self.text)
        while last >= 0 and last in self.gone:
            last -= 1
        for place in range(row_count):
            start = rows[row + _START]
            if start > end:
                self._blank_lines(end, start, number, rows[row])
            number, end = rows[row] + 1, rows[row + _END]
            row += _COLUMNS
            if place == self.gone_place:
                self._skip_trailing(end)
                self._add(start, end, "", _REMOVE, self.gone[place], number, True)
                self._pass_gone()
                continue
            if self.inside_start < end:
                self._inside(end, number)
            if self.trailing_start < end:
                self._trailing(end, number)
            self.kept, self.most, self.is_open = 1, 1 if place == last else 2, False
        if size > end:
            self._blank_lines(end, size, number, -1)
        if last >= 0 and rows[last * _COLUMNS + _END] == size and self.text[size - 1] != "\n":
            self._add(size, size, "\n", _REPAIR, _FINAL_NEWLINE, rows[last * _COLUMNS] + 1, False)
        return self.out

    @cython.cfunc
    def _blank_lines(
        self,
        start: cython.Py_ssize_t,
        end: cython.Py_ssize_t,
        number: cython.Py_ssize_t,
        next_number: cython.Py_ssize_t,
    ) -> cython.void:
        """The edits of the blank lines in a span, of which the first has this 0-based number; `next_number` is that of
        the line behind them, -1 where the text ends.
        """
        at: cython.Py_ssize_t = start
        cut: cython.Py_ssize_t = start if self.is_open else -1  # from where on they go
        cut_number: cython.Py_ssize_t = number
        cut_end: cython.Py_ssize_t = start
        newline: cython.Py_ssize_t
        left: cython.Py_ssize_t = self.most - self.kept
        if next_number - number == end - start and cut < 0:  # nothing but newlines
            if left < end - start:
                self._add(start + left, end, "", _REPAIR, _BLANK_LINE, number + left + 1, False)
                self.is_open = True
            self.kept += min(left, end - start)
            return
        while at < end:
            newline = self.text.find("\n", at, end)
            if cut < 0:
                self._trailing(end if newline < 0 else newline, number + 1)
            if newline < 0:
                break
            if cut >= 0:
                cut_end = newline + 1
            elif self.kept < self.most:
                self.kept += 1
            else:
                cut, cut_number, cut_end, self.is_open = newline, number, newline + 1, True
            at = newline + 1
            number += 1
        if cut_end > cut >= 0:
            self._skip_trailing(cut_end)
            self._add(cut, cut_end, "", _REPAIR, _BLANK_LINE, cut_number + 1, False)
        self._trailing(end, number + 1)

    @cython.cfunc
    def _inside(self, end: cython.Py_ssize_t, line: cython.Py_ssize_t) -> cython.void:
        """The edits inside a line that ends there."""
        while self.inside_start < end:
            edit = self.inside[self.next_inside]
            self._add(edit.start, edit.end, edit.after, edit.action, edit.reason, line, edit.takes_line)
            self._pass_inside()

    @cython.cfunc
    def _trailing(self, end: cython.Py_ssize_t, line: cython.Py_ssize_t) -> cython.void:
        """The edits of white space at the end of the line that ends there."""
        while self.trailing_start < end:
            behind: cython.Py_ssize_t = self.trailing[self.next_trailing][1]
            self._add(self.trailing_start, behind, "", _REPAIR, _TRAILING_SPACE, line, False)
            self._pass_trailing()

    @cython.cfunc
    def _skip_trailing(self, end: cython.Py_ssize_t) -> cython.void:
        """Leave out the white space before that offset: it goes with more."""
        while self.trailing_start < end:
            self._pass_trailing()

    @cython.cfunc
    def _add(
        self,
        start: cython.Py_ssize_t,
        end: cython.Py_ssize_t,
        after: str,
        action: object,
        reason: object,
        line: cython.Py_ssize_t,
        takes_line: cython.bint,
    ) -> cython.void:
        self.out.append(Edit(start, end, after, action, reason, self.text[start:end], line, takes_line))
