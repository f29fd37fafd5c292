"""Which folded lines say what others say: questions that are asked of all lines of every document.

Compiled like `cleaner.scan`.  Lines are given as UTF-8, places count them from 0.
"""

from __future__ import annotations

import cython


def repeated_places(phrases: list[bytes]) -> list[int]:
    """The places of the lines that are not empty and that another line says, too.

    >>> repeated_places([b"one", b"two", b"", b"one", b""])
    [0, 3]
    """
    first: dict[bytes, int] = {}
    found: set[int] = set()
    place: cython.Py_ssize_t
    for place in range(len(phrases)):
        said = first.setdefault(phrases[place], place)
        if said != place and phrases[place]:
            found.add(said)
            found.add(place)
    return sorted(found)


def repeated_runs(phrases: list[bytes]) -> list[range]:
    """The places of lines in a row that say what earlier lines in a row say.

    A run is followed from the first line that said the same, for as long as the next lines are the same too.
    """
    first: dict[bytes, int] = {}
    runs: list[range] = []
    distance: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t = 0
    place: cython.Py_ssize_t
    said: cython.Py_ssize_t
    for place in range(len(phrases)):
        phrase: bytes = phrases[place]
        if distance and phrases[place - distance] == phrase:
            continue
        if distance:
            runs.append(range(start, place))
        said = first.setdefault(phrase, place) if phrase else place
        distance, start = place - said, place
    if distance:
        runs.append(range(start, len(phrases)))
    return runs


def places_by_phrase(phrases: list[bytes]) -> dict[bytes, list[int]]:
    """The places of each line, by what it says."""
    found: dict[bytes, list[int]] = {}
    place: cython.Py_ssize_t
    for place in range(len(phrases)):
        phrase: bytes = phrases[place]
        places = found.get(phrase)
        if places is None:
            found[phrase] = [place]
        else:
            places.append(place)
    return found


@cython.boundscheck(False)
@cython.wraparound(False)
def ends_in_head(phrase: bytes, other: bytes) -> bool:
    """Whether the line ends in what the other one begins with, be it a single byte.

    >>> ends_in_head(b"markets: shares fall", b"shares fall in tokyo")
    True
    """
    one: cython.p_uchar = phrase
    head: cython.p_uchar = other
    size: cython.Py_ssize_t = len(phrase)
    most: cython.Py_ssize_t = len(other)
    at: cython.Py_ssize_t
    count: cython.Py_ssize_t
    for at in range(max(0, size - most), size):
        count = 0
        while at + count < size and one[at + count] == head[count]:
            count += 1
        if at + count == size:
            return True
    return False
