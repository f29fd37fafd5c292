"""Which lines of a text may say one of many phrases.

Compiled like `cleaner.scan`, because it is asked of every line.
"""

from __future__ import annotations

from array import array
from typing import Any

import cython

from cleaner.scan import hash_phrase

if cython.compiled:
    from cython.cimports.cleaner.scan import Scan
else:
    from cleaner.scan import Scan


@cython.cclass
class KnownPhrases:
    """Phrases among which lines are looked up by their hashes."""

    _hashes: cython.ulonglong[::1]  # each at the place that its lower bits say, or behind it; 0 is an empty place

    def __init__(self, phrases: Any) -> None:
        """Folded phrases, as UTF-8."""
        hashes = {hash_phrase(phrase) for phrase in phrases}
        places = [0] * (1 << (4 * len(hashes)).bit_length())
        for one in hashes:
            at = one % len(places)
            while places[at]:
                at = (at + 1) % len(places)
            places[at] = one
        self._hashes = array("Q", places)

    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def places(self, scanned: Scan) -> list[int]:
        """The places of the lines that may say one of them: few others, those that have no hash among them."""
        found: list[int] = []
        codes: cython.p_ulonglong = scanned.codes
        known: cython.ulonglong[::1] = self._hashes
        last: cython.Py_ssize_t = len(known) - 1
        place: cython.Py_ssize_t
        at: cython.Py_ssize_t
        one: cython.ulonglong
        for place in range(scanned.line_count):
            one = codes[place]
            at = cython.cast(cython.Py_ssize_t, one & cython.cast(cython.ulonglong, last))
            while known[at] and known[at] != one:
                at = (at + 1) & last
            if known[at] or not one:
                found.append(place)
        return found
