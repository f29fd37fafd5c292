"""Which of many patterns are worth trying on a line: asked of every line in the windows that rules look at.

Most lines hold none of the literals that a pattern needs.  What a line holds is noted once as a signature, a set of
hashes of its three-byte pieces, and each literal is looked up in it before it is looked for in the line itself; what
is said no to here needs no other look (`cleaner.rules.screen.Needs`).  Compiled like `cleaner.scan`.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, chain
from typing import Any

import cython

from cleaner.rules.screen import Needs

if cython.compiled:
    from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
    from cython.cimports.libc.string import memset

    from cython.cimports.cleaner.line import Content
else:
    from cleaner.line import Content

_HASH_BITS = cython.declare(cython.int, 12)
_GOLDEN = cython.declare(cython.uint, 0x9E3779B1)
_WORD = cython.declare(cython.uint, 0xFFFFFFFF)
_END_OF_SET = cython.declare(cython.int, -1)


@cython.cfunc
@cython.exceptval(check=False)
def _hashed(piece: cython.uint) -> cython.uint:
    return (piece * _GOLDEN & _WORD) >> (32 - _HASH_BITS)


def _codes(needs: Needs) -> list[int]:
    """What the sets of literals are as hashes: for each literal the number of its pieces and their hashes, then
    `_END_OF_SET`.
    """
    codes: list[int] = []
    for literals in needs.sets:
        for literal in literals:
            size = min(3, max(2, len(literal)))
            pieces = [literal[at : at + size] for at in range(len(literal) - size + 1)]
            codes += [len(pieces), *(_hashed(int.from_bytes(piece, "little")) for piece in pieces)]
        codes.append(_END_OF_SET)
    return codes


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
def _signature(folded: bytes) -> bytes:
    """The hashes of all pieces of a folded line, a bit each: three bytes, and two for literals that have no more."""
    source: cython.p_uchar = folded
    size: cython.Py_ssize_t = 1 << (_HASH_BITS - 3)
    noted = PyBytes_FromStringAndSize(cython.NULL, size) if cython.compiled else bytearray(size)
    bits: cython.p_uchar = noted
    if cython.compiled:
        memset(bits, 0, size)
    code: cython.uint
    at: cython.Py_ssize_t
    for at in range(len(folded) - 2):
        code = _hashed(source[at] | source[at + 1] << 8 | source[at + 2] << 16)
        bits[code >> 3] |= 1 << (code & 7)
        code = _hashed(source[at] | source[at + 1] << 8)
        bits[code >> 3] |= 1 << (code & 7)
    return noted if cython.compiled else bytes(noted)


@cython.cclass
class NeedsOfMany:
    """What several patterns need, each for itself.

    `known` are lines on which one of them was tried, and whether one matched.  `_by_first` are, by the first byte of a
    line, the numbers of the patterns that may match it; those whose codes begin at `_starts` need what the codes say.
    """

    def __init__(self, needs: Any) -> None:
        self.known = {}
        self._needs = tuple(needs)
        numbers = range(len(self._needs))
        first = [None if one.heads is None else {head[1] for head in one.heads} for one in self._needs]
        self._by_first = [
            tuple(number for number in numbers if first[number] is None or byte in first[number]) for byte in range(256)
        ]
        codes = [_codes(one) for one in self._needs]
        self._codes = array("i", [*chain.from_iterable(codes), _END_OF_SET])
        self._starts = array("i", [0, *accumulate(map(len, codes))])

    @cython.ccall
    def met(self, content: Content, place: cython.Py_ssize_t) -> list:
        """The numbers of the patterns whose needs the line of this place meets."""
        found: list[int] = []
        number: cython.Py_ssize_t
        for number in self._by_first[content.first_byte(place)]:
            if self._may_hold(number, content, place) and self._needs[number].are_met(content.folded(place)):
                found.append(number)  # noqa: PERF401  (a comprehension is a call of its own)
        return found

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def _may_hold(self, number: cython.Py_ssize_t, content: Content, place: cython.Py_ssize_t) -> cython.bint:
        """Whether the line may hold a literal of each set that the pattern needs."""
        at: cython.Py_ssize_t = self._starts[number]
        stop: cython.Py_ssize_t = self._starts[number + 1]
        is_held: cython.bint
        row: cython.Py_ssize_t = content.row(place)
        signature: bytes = content.signatures[row]
        if at < stop and signature is None:
            signature = content.signatures[row] = _signature(content.folded(place))
        while at < stop:
            is_held = False
            while self._codes[at] != _END_OF_SET:
                is_held = is_held or self._are_noted(signature, at)
                at += self._codes[at] + 1
            if not is_held:
                return False
            at += 1
        return True

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def _are_noted(self, signature: bytes, at: cython.Py_ssize_t) -> cython.bint:
        """Whether all pieces of the literal whose codes begin there are in the signature."""
        bits: cython.p_uchar = signature
        index: cython.Py_ssize_t
        code: cython.int
        for index in range(at + 1, at + 1 + self._codes[at]):
            code = self._codes[index]
            if not bits[code >> 3] >> (code & 7) & 1:
                return False
        return True
