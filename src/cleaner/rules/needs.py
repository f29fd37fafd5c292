"""What a folded line must hold for a pattern to match it: asked before the pattern itself is.

Compiled like `cleaner.scan`, because it is asked of every literal that stands anywhere in a document; most stand there
by chance.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import cython

from cleaner.rules.grams import rarity

if cython.compiled:
    from cython.cimports.libc.string import memchr


@cython.cclass
class Needs:
    """What a folded line must hold for a pattern to match all of it: quick to ask, and never wrong to say no.

    One of `heads` stands at its beginning, one literal of each of the `sets` anywhere, and one of `firsts` where its
    first word begins; None is anything.
    """

    def __init__(self, heads: Any, sets: Any, firsts: Any = None) -> None:
        """Literals as UTF-8, the heads with the newline before them."""
        self._heads = None if heads is None else _Beginnings([head[1:] for head in heads])
        self._firsts = None if firsts is None else _Beginnings(firsts)
        self._sets = tuple(tuple(map(Sought, literals)) for literals in sets)
        self._given = (heads, tuple(sets), firsts)

    def __reduce__(self) -> Any:
        """How it is kept from one start to the next (`cleaner.rules.derived`)."""
        return Needs, self._given

    def are_met(self, folded: bytes) -> bool:
        """Whether the line, as it stands in `Scan.folded` with the newlines around it, holds them all."""
        return self.are_met_at(folded, 1, len(folded) - 1)

    @cython.cfunc
    def are_met_at(self, folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """The same of a line that is a half-open span of the folded text, without the newlines."""
        literals: tuple
        if self._heads is not None and not self._heads.stand_at(folded, start, end):
            return False
        if self._firsts is not None and not self._firsts.stand_at_word(folded, start, end):
            return False
        for literals in self._sets:  # noqa: SIM110  (compiled, it makes no objects)
            if not _holds_one(folded, start, end, literals):
                return False
        return True


@cython.cfunc
def _holds_one(
    folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t, literals: tuple[Sought, ...]
) -> cython.bint:
    """Whether one of the literals stands in the span."""
    literal: Sought
    for literal in literals:  # noqa: SIM110  (compiled, it makes no objects)
        if literal.stands_in(folded, start, end):
            return True
    return False


@cython.cclass
class _Beginnings:
    """Literals, not empty, one of which stands at a place."""

    _by_first: dict  # by their first byte

    def __init__(self, literals: Any) -> None:
        groups = groupby(sorted(literals), key=itemgetter(0))
        self._by_first = {first: tuple(group) for first, group in groups}

    @cython.cfunc
    def stand_at(self, folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Whether one of them stands at the beginning of the span."""
        literals: tuple = self._by_first.get(folded[start])
        if literals is None:
            return False
        text: cython.p_uchar = folded
        literal: bytes
        for literal in literals:
            length: cython.Py_ssize_t = len(literal)
            if length <= end - start and _is_at(text, start, literal, length):
                return True
        return False

    @cython.cfunc
    def stand_at_word(self, folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Whether one of them stands where the first word of the span begins, as far as that is ASCII."""
        text: cython.p_uchar = folded
        while start < end and not _is_in_word(text[start]):
            start += 1
        return start < end and (text[start] >= 128 or self.stand_at(folded, start, end))


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _is_in_word(code: cython.uchar) -> cython.bint:
    """Whether the byte may be one of a word: a letter, digit or underscore of ASCII, or beyond ASCII."""
    return 97 <= code <= 122 or 48 <= code <= 57 or code == 95 or code >= 128


@cython.cclass
class Sought:
    """A literal, not empty, that is looked for by its rarest byte."""

    def __init__(self, literal: bytes) -> None:
        self._literal = literal
        self._spot = max(range(len(literal)), key=lambda at: rarity(literal[at : at + 1]))

    @cython.cfunc
    @cython.exceptval(check=False)
    def stands_in(self, folded: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Whether the literal stands in the span; the look for its byte is the C library's."""
        if not cython.compiled:
            return folded.find(self._literal, start, end) >= 0
        text: cython.p_uchar = folded
        part: cython.p_uchar = self._literal
        length: cython.Py_ssize_t = len(self._literal)
        at: cython.Py_ssize_t = start + self._spot
        stop: cython.Py_ssize_t = end - length + self._spot + 1  # where the byte may stand
        while at < stop:
            found = cython.cast(cython.p_uchar, memchr(text + at, part[self._spot], stop - at))
            if not found:
                return False
            at = found - text
            if _is_at(text, at - self._spot, part, length):
                return True
            at += 1
        return False


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _is_at(text: cython.p_uchar, at: cython.Py_ssize_t, part: cython.p_uchar, length: cython.Py_ssize_t) -> cython.bint:
    """Whether the part, of that length, stands there."""
    count: cython.Py_ssize_t = 0
    while count < length and text[at + count] == part[count]:
        count += 1
    return count == length
