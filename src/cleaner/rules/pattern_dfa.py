"""Lines that patterns surely do not match, found in one pass over their characters.

Most of the lines that a pattern is tried on it does not match, and the matcher of `regex` takes microseconds to say so.
This is the usual deterministic automaton whose states are made when a text first comes to them (Thompson 1968; Aho,
Sethi and Ullman 1986, 3.7), over the positions of the patterns (`cleaner.rules.pattern_positions`).  It never says no
to a line that matches: what patterns have beyond regular expressions it passes over, and where one character may match
as several letters (sharp s, ligatures: full case folding) it does not know.  Of many patterns it also knows that a line
surely matches.

Compiled like `cleaner.scan`.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from threading import Lock

import cython

from cleaner.fold import FOLDED
from cleaner.rules.pattern_positions import Positions, bits_of, is_word

# So many bytes of lines are passed on before the automaton is made, which takes as long as a few hundred refusals save.
PASSED_ON_BYTES = 4_000

# Kinds of characters that the patterns tell apart; the first two are those not met yet, and those that the automaton
# can't tell.  Characters below `_NEAR` (letters, punctuation) have theirs in a row.
_NEW_KIND = cython.declare(cython.int, 0)
_NO_KIND = cython.declare(cython.int, 1)
_MAX_KINDS = cython.declare(cython.int, 64)
_NEAR = cython.declare(cython.int, 0x2100)

# States: from 0 no pattern can match; in the table, one that was not reached yet, and one that there is no room for.
_NO_STATE = cython.declare(cython.int, -2)
_NEW_STATE = cython.declare(cython.int, -1)
_MAX_STATES = cython.declare(cython.int, 512)


@cython.cclass
class LineDfa:
    """The automaton of some patterns, made when it has been asked often enough.

    It follows lines, half-open byte spans of UTF-8, code point for code point as their authors wrote them: the shape
    that patterns see (`cleaner.fold.fold_shape`) is a matter of what kind a character is.
    """

    def __init__(self, sources: tuple[str, ...], passed_on: int = PASSED_ON_BYTES) -> None:
        self._sources = sources
        self._all = tuple(range(len(sources)))
        self._wait = passed_on
        self._lock = Lock()
        if not passed_on:
            self._make()

    @cython.ccall
    def ends(self, state: cython.int) -> tuple:
        """The numbers of the patterns that may match all of a line that leads to this state; others surely don't."""
        return self._all if state == _NO_STATE else self._ends[state]

    @cython.ccall
    def is_sure(self, state: cython.int, char_count: cython.Py_ssize_t) -> cython.bint:
        """Whether some pattern surely matches a line of so many characters that leads to this state."""
        if state <= 0:
            return False
        most: cython.Py_ssize_t = self._sure_chars[state]
        return 0 < char_count <= most

    @cython.ccall
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def follow(self, raw: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
        """The state that the line leads to; 0 where surely no pattern matches, -2 where that is uncertain."""
        if self._wait:
            self._wait = max(1, self._wait - (end - start))
            if self._wait > 1:
                return -2
            with self._lock:  # other threads wait meanwhile
                if self._wait:
                    self._make()
                    self._wait = 0
        source: cython.p_uchar = raw
        near: cython.p_uchar = self._near
        table: cython.short[::1] = self._table
        width: cython.int = _MAX_KINDS
        limit: cython.int = _NEAR
        state: cython.int = self._start
        after: cython.int
        kind: cython.int
        code: cython.int
        at: cython.Py_ssize_t = start
        while at < end:
            code = source[at]
            at += 1
            if code >= 128:
                code = _decode(source, at - 1)
                at += 1 if code < 0x800 else 2 if code < 0x10000 else 3
            kind = near[code] if code < limit else self._far.get(code, 0)
            if kind == 0:
                kind = self._classify(code)
            if kind == 1:
                return -2
            after = table[state * width + kind]
            if after == -1:
                after = self._step(state, kind)
            if after <= 0:
                return after
            state = after
        return state

    @cython.cfunc
    def _make(self) -> object:
        positions = Positions()
        parts = []
        self._exact_chars = []
        for source in self._sources:
            parts.append(positions.add(source))
            self._exact_chars.append(positions.exact_chars)
        self._follow = positions.follow
        self._edge_follow = positions.edge_follow
        self._letters = positions.kinds()
        self._lasts = [part.last for part in parts]
        self._edge_lasts = [part.edge_last for part in parts]
        self._near = bytearray(_NEAR)
        self._far = {}
        self._kinds = {}
        self._accepted = [0, 0]
        self._are_words = [False, False]
        self._reached = {}
        self._states = {}
        self._coming = []
        self._ends = []
        self._sure_chars = []
        self._table = array("h", [_NEW_STATE]) * (_MAX_STATES * _MAX_KINDS)
        self._state(0, 0, False, ())
        first = edge_first = 0
        for part in parts:
            first |= part.first
            edge_first |= part.edge_first
        empty = tuple([number for number in self._all if parts[number].is_empty])
        self._start = self._state(first, edge_first, False, empty)

    @cython.cfunc
    def _classify(self, code: cython.int) -> cython.int:
        """The kind of a character that was not met before."""
        with self._lock:
            character = chr(code)
            letter = FOLDED.get(character, character)
            accepted = self._letters.accept(letter)
            kind: cython.int = _NO_KIND
            if accepted is not None:
                known = accepted, is_word(letter)
                kind = self._kinds.get(known, len(self._accepted))
                if kind >= _MAX_KINDS:
                    kind = _NO_KIND
                elif kind == len(self._accepted):
                    self._accepted.append(accepted)
                    self._are_words.append(known[1])
                    self._kinds[known] = kind
            if code < _NEAR:
                self._near[code] = kind
            else:
                self._far[code] = kind
            return kind

    @cython.cfunc
    def _step(self, state: cython.int, kind: cython.int) -> cython.int:
        """The state behind a state and a character of that kind."""
        with self._lock:
            coming, edge_coming, was_word = self._coming[state]
            is_part = self._are_words[kind]
            if was_word != is_part:
                coming |= edge_coming
            key = coming & self._accepted[kind], is_part
            known = self._reached.get(key)
            after: cython.int = self._reach(key) if known is None else known
            self._table[state * _MAX_KINDS + kind] = after
            return after

    @cython.cfunc
    def _reach(self, key: tuple) -> cython.int:
        """The state behind a character at these positions, that is part of a word or none."""
        reached, is_part = key
        coming = edge_coming = 0
        for position in bits_of(reached):
            coming |= self._follow[position]
            edge_coming |= self._edge_follow[position]
        ends = tuple(
            [
                number
                for number in self._all
                if reached & (self._lasts[number] | (self._edge_lasts[number] if is_part else 0))
            ]
        )
        after: cython.int = self._state(coming, edge_coming, is_part, ends)
        self._reached[key] = after
        return after

    @cython.cfunc
    def _state(self, coming: object, edge_coming: object, was_word: object, ends: tuple) -> cython.int:
        """The number of a state, made where it is new and there is room for it.

        `coming` may come next, `edge_coming` where the edge of a word is between, `ends` may end here.
        """
        come = coming, edge_coming, was_word and edge_coming != 0
        known = self._states.get((come, ends))
        if known is not None:
            return known
        number = len(self._coming)
        if number >= _MAX_STATES:
            return _NO_STATE
        self._coming.append(come)
        self._ends.append(ends)
        self._sure_chars.append(max([self._exact_chars[end] for end in ends], default=0))
        self._states[come, ends] = number
        return number


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _decode(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.int:
    """The code point of the UTF-8 sequence of two to four bytes that starts there."""
    lead: cython.int = source[at]
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (source[at + 1] & 0x3F)
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (source[at + 1] & 0x3F) << 6 | (source[at + 2] & 0x3F)
    return (lead & 7) << 18 | (source[at + 1] & 0x3F) << 12 | (source[at + 2] & 0x3F) << 6 | (source[at + 3] & 0x3F)


@lru_cache(maxsize=4096)
def automaton_of(sources: tuple[str, ...]) -> LineDfa:
    """The automaton of these patterns: one, whichever rules ask for it."""
    return LineDfa(sources)
