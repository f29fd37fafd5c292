"""Which patterns are worth trying on which lines: what a folded line must hold for a pattern to match it.

Compiled like `cleaner.scan`, because it is asked of every literal that stands anywhere in a document; most stand there
by chance.
"""

from __future__ import annotations

from typing import Any

import cython

_NO_LIMIT = cython.declare(cython.Py_ssize_t, -1)


@cython.cclass
class Needs:
    """What a folded line must hold for a pattern to match all of it: quick to ask, and never wrong to say no.

    One of `heads` stands at its beginning, and one literal of each of the `sets` anywhere; `heads` None is anything.
    """

    _heads: tuple
    _sets: tuple

    def __init__(self, heads: Any, sets: Any) -> None:
        """Literals as UTF-8, the heads with the newline before them."""
        self._heads = None if heads is None else tuple(sorted(heads))
        self._sets = tuple(sets)

    @cython.ccall
    def are_met(self, folded: bytes) -> cython.bint:
        """Whether the line, as it stands in `Scan.folded` from the newline before it on, holds them all."""
        literal: bytes
        literals: tuple
        is_met: cython.bint
        if self._heads is not None:
            is_met = False
            for literal in self._heads:
                if literal[1] == folded[1] and folded.startswith(literal):
                    is_met = True
                    break
            if not is_met:
                return False
        for literals in self._sets:
            is_met = False
            for literal in literals:
                if literal in folded:
                    is_met = True
                    break
            if not is_met:
                return False
        return True


@cython.cclass
class Trial:
    """A pattern of a rule, to be tried on lines that are no longer than it can match, in characters and words.

    `longest_chars` and `most_words` are -1 where there is no limit.  A pattern that `is_inside` matches a part of the
    line; one that `is_first_word` begins with the line's first word.
    """

    pattern = cython.declare(object, visibility="readonly")
    rule = cython.declare(object, visibility="readonly")
    order = cython.declare(cython.Py_ssize_t, visibility="readonly")
    _needs: Needs
    _longest_chars: cython.Py_ssize_t
    _most_words: cython.Py_ssize_t
    _is_inside: cython.bint
    _is_first_word: cython.bint

    def __init__(
        self,
        pattern: Any,
        rule: Any,
        order: int,
        *,
        needs: Needs,
        longest_chars: int,
        most_words: int,
        is_inside: bool,
        is_first_word: bool,
    ) -> None:
        self.pattern = pattern
        self.rule = rule
        self.order = order
        self._needs = needs
        self._longest_chars = longest_chars
        self._most_words = most_words
        self._is_inside = is_inside
        self._is_first_word = is_first_word


@cython.cclass
class Screen:
    """Literals that some patterns need, and the trials where one of them stands."""

    _automaton: object
    _trials: list

    def __init__(self, automaton: Any, trials: list[list[Trial]]) -> None:
        """`automaton` finds the literals in bytes; `trials` are those of each literal."""
        self._automaton = automaton
        self._trials = trials

    def add_candidates(self, scanned: Any, found: dict[int, list[Trial]]) -> None:
        """Add to `found` what to try, by places of lines; a trial may stand there twice."""
        folded: bytes = scanned.folded
        rows: cython.int[::1] = scanned.table
        line_count: cython.Py_ssize_t = scanned.line_count
        place: cython.Py_ssize_t = -1
        row: cython.Py_ssize_t = 0
        low: cython.Py_ssize_t
        high: cython.Py_ssize_t
        middle: cython.Py_ssize_t
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t
        chars: cython.Py_ssize_t
        is_ascii: cython.bint
        trial: Trial
        for hit in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            index, start, end = hit
            low, high = 0, line_count
            while low + 1 < high:
                middle = (low + high) >> 1
                if rows[middle * 8 + 7] < end:
                    low = middle
                else:
                    high = middle
            if low != place:
                place = low
                row = place * 8
                line: bytes = scanned.folded_line(place)
            chars = rows[row + 4] - rows[row + 3]
            is_ascii = rows[row + 6] - rows[row + 5] == chars
            for trial in self._trials[index]:
                if (
                    (trial._longest_chars == _NO_LIMIT or chars <= trial._longest_chars)
                    and not (trial._is_first_word and is_ascii and _has_word(folded, rows[row + 7], start))
                    and (trial._is_inside or trial._needs.are_met(line))
                    and (trial._most_words == _NO_LIMIT or scanned.word_count(place) <= trial._most_words)
                ):
                    found.setdefault(place, []).append(trial)


@cython.cfunc
@cython.exceptval(check=False)
def _has_word(folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Whether there is a letter, digit or underscore of ASCII in the half-open span."""
    source: cython.p_uchar = folded
    index: cython.Py_ssize_t
    for index in range(start, end):
        code: cython.int = source[index]
        if 97 <= code <= 122 or 48 <= code <= 57 or code == 95:
            return True
    return False
