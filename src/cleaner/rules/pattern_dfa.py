"""Lines that patterns surely do not match, found in one pass over their characters.

Most of the lines that a pattern is tried on it does not match, and the matcher of `regex` takes microseconds to say so.
This is the usual deterministic automaton whose states are made when a text first comes to them (Thompson 1968; Aho,
Sethi and Ullman 1986, 3.7), over the positions of the patterns (`cleaner.rules.pattern_positions`).  It never says no
to a line that matches: what patterns have beyond regular expressions it passes over, and where one character may match
as several letters (sharp s, ligatures: full case folding) it does not know.

Compiled like `cleaner.scan`.
"""

from __future__ import annotations

from array import array
from threading import Lock

import cython

from cleaner.fold import FOLDED
from cleaner.rules.pattern_positions import Positions, bits_of

# So many lines are passed on before the automaton is made, which takes as long as a few hundred refusals save.
PASSED_ON = 200

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

    It follows lines code point for code point as their authors wrote them: the shape that patterns see
    (`cleaner.fold.fold_shape`) is a matter of what kind a character is.
    """

    _sources: tuple
    _all: tuple
    _wait: cython.Py_ssize_t  # so many more lines are passed on unseen
    _lock: object
    _follow: list
    _lasts: list  # of each pattern
    _letters: object
    _near: bytearray
    _far: dict
    _kinds: dict  # kinds by the positions that they may stand at
    _accepted: list
    _reached: dict  # states by the positions of the last character
    _states: dict  # states by the positions that may come, and the patterns that may end there
    _coming: list
    _ends: list
    _start: cython.int
    _table: cython.short[::1]

    def __init__(self, sources: tuple[str, ...], passed_on: int = PASSED_ON) -> None:
        self._sources = sources
        self._all = tuple(range(len(sources)))
        self._wait = passed_on
        self._lock = Lock()
        if not passed_on:
            self._make()

    @cython.ccall
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def candidates(self, text: str) -> tuple:
        """The numbers of the patterns that may match all of the line's text; the others surely don't."""
        if self._wait:
            if self._wait > 1:
                self._wait -= 1
            else:
                with self._lock:  # other threads pass lines on meanwhile, or wait
                    if self._wait:
                        self._make()
                        self._wait = 0
            return self._all
        near: cython.p_uchar = self._near
        table: cython.short[::1] = self._table
        width: cython.int = _MAX_KINDS
        limit: cython.int = _NEAR
        state: cython.int = self._start
        after: cython.int
        kind: cython.int
        code: cython.int
        character: cython.Py_UCS4
        for character in text:
            code = ord(character)
            kind = near[code] if code < limit else self._far.get(character, 0)
            if kind == 0:
                kind = self._classify(character)
            if kind == 1:
                return self._all
            after = table[state * width + kind]
            if after == -1:
                after = self._step(state, kind)
            if after <= 0:
                return () if after == 0 else self._all
            state = after
        return self._ends[state]

    @cython.cfunc
    def _make(self) -> object:
        positions = Positions()
        parts = [positions.add(source) for source in self._sources]
        self._follow = positions.follow
        self._letters = positions.kinds()
        self._lasts = [part.last for part in parts]
        self._near = bytearray(_NEAR)
        self._far = {}
        self._kinds = {}
        self._accepted = [0, 0]
        self._reached = {}
        self._states = {}
        self._coming = []
        self._ends = []
        self._table = array("h", [_NEW_STATE]) * (_MAX_STATES * _MAX_KINDS)
        self._state(0, ())
        first = 0
        for part in parts:
            first |= part.first
        self._start = self._state(first, tuple([number for number in self._all if parts[number].is_empty]))

    @cython.cfunc
    def _classify(self, character: str) -> cython.int:
        """The kind of a character that was not met before."""
        with self._lock:
            accepted = self._letters.accept(FOLDED.get(character, character))
            kind: cython.int = _NO_KIND
            if accepted is not None:
                kind = self._kinds.get(accepted, len(self._accepted))
                if kind >= _MAX_KINDS:
                    kind = _NO_KIND
                elif kind == len(self._accepted):
                    self._accepted.append(accepted)
                    self._kinds[accepted] = kind
            if ord(character) < _NEAR:
                self._near[ord(character)] = kind
            else:
                self._far[character] = kind
            return kind

    @cython.cfunc
    def _step(self, state: cython.int, kind: cython.int) -> cython.int:
        """The state behind a state and a character of that kind."""
        with self._lock:
            reached = self._coming[state] & self._accepted[kind]
            known = self._reached.get(reached)
            after: cython.int = self._reach(reached) if known is None else known
            self._table[state * _MAX_KINDS + kind] = after
            return after

    @cython.cfunc
    def _reach(self, reached: object) -> cython.int:
        """The state behind a character at these positions."""
        coming = 0
        for position in bits_of(reached):
            coming |= self._follow[position]
        ends = tuple([number for number in self._all if reached & self._lasts[number]])
        after: cython.int = self._state(coming, ends)
        self._reached[reached] = after
        return after

    @cython.cfunc
    def _state(self, coming: object, ends: tuple) -> cython.int:
        """The number of a state, made where it is new and there is room for it."""
        known = self._states.get((coming, ends))
        if known is not None:
            return known
        number = len(self._coming)
        if number >= _MAX_STATES:
            return _NO_STATE
        self._coming.append(coming)
        self._ends.append(ends)
        self._states[coming, ends] = number
        return number
