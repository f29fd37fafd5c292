"""Which patterns are worth trying on which lines: what a folded line must hold for a pattern to match it.

Compiled like `cleaner.scan`, because it is asked of every literal that stands anywhere in a document; most stand there
by chance.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, groupby, product
from operator import itemgetter
from typing import Any

import cython

if cython.compiled:
    from cython.cimports.libc.string import memchr

_NO_LIMIT = cython.declare(cython.Py_ssize_t, -1)


@cython.cclass
class Needs:
    """What a folded line must hold for a pattern to match all of it: quick to ask, and never wrong to say no.

    One of `heads` stands at its beginning, and one literal of each of the `sets` anywhere; `heads` None is anything.
    """

    _heads: tuple
    _sets: tuple
    _by_first: dict  # the heads by their first byte behind the newline

    def __init__(self, heads: Any, sets: Any) -> None:
        """Literals as UTF-8, the heads with the newline before them."""
        self._heads = None if heads is None else tuple(sorted(heads))
        self._sets = tuple(sets)
        by_first = groupby(self._heads or (), key=itemgetter(1))
        self._by_first = {first: tuple(group) for first, group in by_first}

    def __reduce__(self) -> Any:
        """How it is kept from one start to the next (`cleaner.rules.derived`)."""
        return Needs, (self._heads, self._sets)

    @cython.ccall
    def are_met(self, folded: bytes) -> cython.bint:
        """Whether the line, as it stands in `Scan.folded` from the newline before it on, holds them all."""
        literal: bytes
        literals: tuple
        is_met: cython.bint
        same_first: tuple
        if self._heads is not None:
            same_first = self._by_first.get(folded[1])
            if same_first is None:
                return False
            is_met = False
            for literal in same_first:
                if _begins(folded, literal):
                    is_met = True
                    break
            if not is_met:
                return False
        for literals in self._sets:
            is_met = False
            for literal in literals:
                if _holds(folded, literal):
                    is_met = True
                    break
            if not is_met:
                return False
        return True


@cython.cclass
class NeedsOfMany:
    """What several patterns need, each for itself."""

    _needs: tuple

    def __init__(self, needs: Any) -> None:
        self._needs = tuple(needs)

    def met(self, folded: bytes) -> list[int]:
        """The numbers of the patterns whose needs the folded line meets."""
        found: list[int] = []
        number: cython.Py_ssize_t
        for number in range(len(self._needs)):
            needs: Needs = self._needs[number]
            if needs.are_met(folded):
                found.append(number)
        return found


@cython.cfunc
@cython.exceptval(check=False)
def _begins(folded: bytes, literal: bytes) -> cython.bint:
    text: cython.p_uchar = folded
    part: cython.p_uchar = literal
    length: cython.Py_ssize_t = len(literal)
    index: cython.Py_ssize_t
    if length > len(folded):
        return False
    for index in range(length):  # noqa: SIM110  (compiled, it makes no objects)
        if text[index] != part[index]:
            return False
    return True


@cython.cfunc
@cython.exceptval(check=False)
def _holds(folded: bytes, literal: bytes) -> cython.bint:
    """Whether the literal, which is not empty, stands in the text; the look for its first byte is the C library's."""
    if not cython.compiled:
        return folded.find(literal) >= 0
    text: cython.p_uchar = folded
    part: cython.p_uchar = literal
    length: cython.Py_ssize_t = len(literal)
    size: cython.Py_ssize_t = len(folded) - length + 1  # where it may begin
    at: cython.Py_ssize_t = 0
    index: cython.Py_ssize_t
    while at < size:
        found = cython.cast(cython.p_uchar, memchr(text + at, part[0], size - at))
        if not found:
            return False
        at = found - text
        index = 1
        while index < length and text[at + index] == part[index]:
            index += 1
        if index == length:
            return True
        at += 1
    return False


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


# Literals that may stand anywhere are found by three of their bytes, hashed to so many bits; buckets take fewer.
_GRAM = cython.declare(cython.int, 3)
_HASH_BITS = cython.declare(cython.int, 16)
_BUCKET_SHIFT = cython.declare(cython.int, 4)
_GOLDEN = cython.declare(cython.uint, 0x9E3779B1)
_WORD = cython.declare(cython.uint, 0xFFFFFFFF)
_CROWDED = 8  # literals under the same three bytes, from which on others are looked for

# The bytes of English text, the most frequent first: a literal is looked for by its rarest part.
_FREQUENT = b" etaoinshrdlucmfwygpbvkxqjz"


@cython.cclass
class Screen:
    """Literals that patterns need, and the trials where one of them stands.

    Those that begin with a newline stand at the beginning of a line: each line is followed down a tree of them.  The
    others are found by a hash of three bytes, asked at each byte of the text, and then compared.
    """

    _trials: list
    _blob: bytes
    _starts: cython.int[::1]
    # The tree: the children of a node are the edges from `_edges[node]` up to `_edges[node + 1]`; `_ends` has the
    # literal that ends there, -1 for none.
    _roots: cython.int[::1]
    _edges: cython.int[::1]
    _labels: bytes
    _targets: cython.int[::1]
    _ends: cython.int[::1]
    # The hashes that some literal has, and in buckets pairs: the literal, and where in it the three bytes begin.
    _has_others: cython.bint
    _bits: bytes
    _buckets: cython.int[::1]
    _entries: cython.int[::1]

    def __init__(self, by_literal: Mapping[bytes, list[Trial]]) -> None:
        """The trials of each literal, folded, as UTF-8."""
        literals = list(by_literal)
        self._trials = list(by_literal.values())
        self._blob = b"".join(literals)
        self._starts = array("i", [0, *accumulate(map(len, literals))])
        self._plant([(literal[1:], index) for index, literal in enumerate(literals) if literal[:1] == b"\n"])
        self._hash([(literal, index) for index, literal in enumerate(literals) if literal[:1] != b"\n"])

    def _plant(self, heads: list[tuple[bytes, int]]) -> None:
        """Make the tree of the literals at the beginnings of lines."""
        children: list[dict[int, int]] = [{}]
        ends = [-1]
        for literal, index in heads:
            node = 0
            for byte in literal:
                if byte not in children[node]:
                    children[node][byte] = len(children)
                    children.append({})
                    ends.append(-1)
                node = children[node][byte]
            ends[node] = index
        self._roots = array("i", [children[0].get(byte, 0) for byte in range(256)])
        self._edges = array("i", [0, *accumulate(map(len, children))])
        self._labels = bytes(byte for edges in children for byte in edges)
        self._targets = array("i", [target for edges in children for target in edges.values()] or [0])
        self._ends = array("i", ends)

    def _hash(self, others: list[tuple[bytes, int]]) -> None:
        """Make the buckets of the literals that may stand anywhere, each under its rarest bytes."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(1 << (_HASH_BITS - _BUCKET_SHIFT))]
        bits = bytearray(1 << (_HASH_BITS - 3))
        taken: Counter[bytes] = Counter()
        for literal, index in others:
            grams = [(literal[at : at + _GRAM], at) for at in range(max(1, len(literal) - _GRAM + 1))]
            gram, at = min(grams, key=lambda gram: (taken[gram[0]] >= _CROWDED, -_rarity(gram[0]), gram[1]))
            taken[gram] += 1
            for rest in product(range(256), repeat=_GRAM - len(gram)):
                code = _hashed(int.from_bytes(gram + bytes(rest), "little"))
                bits[code >> 3] |= 1 << (code & 7)
                bucket = found[code >> _BUCKET_SHIFT]
                if (index, at) not in bucket:
                    bucket.append((index, at))
        self._has_others = bool(others)
        self._bits = bytes(bits)
        self._buckets = array("i", [0, *accumulate(map(len, found))])
        self._entries = array("i", [number for bucket in found for entry in bucket for number in entry] or [0])

    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def candidates(self, scanned: Any, places: Sequence[int]) -> dict[int, list[Trial]]:
        """What to try on the lines of these places, by place; a trial may stand there twice."""
        trials: dict[int, list[Trial]] = {}
        here: _Place = _Place(scanned)
        folded: bytes = here.folded
        source: cython.p_uchar = folded
        bits: cython.p_uchar = self._bits
        labels: cython.p_uchar = self._labels
        rows: cython.int[::1] = scanned.table
        roots: cython.int[::1] = self._roots
        edges: cython.int[::1] = self._edges
        targets: cython.int[::1] = self._targets
        ends: cython.int[::1] = self._ends
        line_count: cython.Py_ssize_t = scanned.line_count
        size: cython.Py_ssize_t = len(folded)
        place: cython.Py_ssize_t
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t
        at: cython.Py_ssize_t
        node: cython.int
        edge: cython.int
        target: cython.int
        gram: cython.uint
        code: cython.uint
        golden: cython.uint = _GOLDEN
        word: cython.uint = _WORD
        for place in places:
            start = rows[place * 10 + 7]
            end = (rows[place * 10 + 17] if place + 1 < line_count else size) - 1
            here.place = place
            here.folded_start = start
            here.chars = rows[place * 10 + 4] - rows[place * 10 + 3]
            here.is_ascii = rows[place * 10 + 6] - rows[place * 10 + 5] == here.chars
            here.line = None
            at = start
            node = roots[source[at]]
            while node:
                if ends[node] >= 0:
                    self._add(trials, here, start, ends[node])
                at += 1
                target = 0
                for edge in range(edges[node], edges[node + 1]):
                    if labels[edge] == source[at]:
                        target = targets[edge]
                        break
                node = target
            if self._has_others and end > start:
                gram = source[start] << 8 | source[start + 1] << 16
                for at in range(start, end - 1):
                    gram = gram >> 8 | source[at + 2] << 16
                    code = (gram * golden & word) >> 16  # `_hashed`, without a look at the module's names
                    if bits[code >> 3] >> (code & 7) & 1:
                        self._compare(trials, here, source, at, code)
        return trials

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def _compare(
        self, trials: dict, here: _Place, source: cython.p_uchar, at: cython.Py_ssize_t, code: cython.uint
    ) -> cython.void:
        """Add the trials of the literals whose three bytes stand there with the rest around them."""
        blob: cython.p_uchar = self._blob
        entry: cython.Py_ssize_t
        index: cython.int
        start: cython.Py_ssize_t
        first: cython.Py_ssize_t
        count: cython.Py_ssize_t
        length: cython.Py_ssize_t
        bucket: cython.uint = code >> _BUCKET_SHIFT
        for entry in range(self._buckets[bucket], self._buckets[bucket + 1]):
            index = self._entries[2 * entry]
            start = at - self._entries[2 * entry + 1]
            first = self._starts[index]
            length = self._starts[index + 1] - first
            if start < here.folded_start:
                continue
            count = 0
            while count < length and source[start + count] == blob[first + count]:
                count += 1
            if count == length:
                self._add(trials, here, start, index)

    @cython.cfunc
    def _add(self, trials: dict, here: _Place, start: cython.Py_ssize_t, index: cython.Py_ssize_t) -> cython.void:
        """Add the trials of a literal that begins there, those apart whose patterns surely don't match the line."""
        trial: Trial
        for trial in self._trials[index]:
            if trial._longest_chars != _NO_LIMIT and here.chars > trial._longest_chars:
                continue
            if trial._is_first_word and here.is_ascii and _has_word(here.folded, here.folded_start, start):
                continue
            if not trial._is_inside and not trial._needs.are_met(here.seen()):
                continue
            if trial._most_words == _NO_LIMIT or here.scanned.word_count(here.place) <= trial._most_words:
                trials.setdefault(here.place, []).append(trial)


@cython.cclass
class _Place:
    """The line at hand: its place, where it begins in the folded text, its length in characters."""

    scanned: object
    folded: bytes
    line: bytes
    place: cython.Py_ssize_t
    folded_start: cython.Py_ssize_t
    chars: cython.Py_ssize_t
    is_ascii: cython.bint

    def __init__(self, scanned: Any) -> None:
        self.scanned = scanned
        self.folded = scanned.folded

    @cython.cfunc
    def seen(self) -> bytes:
        """The folded line, with the newlines around it."""
        if self.line is None:
            self.line = self.scanned.folded_line(self.place)
        return self.line


@cython.cfunc
@cython.exceptval(check=False)
def _hashed(gram: cython.uint) -> cython.uint:
    """The hash of three bytes, by Knuth's multiplication with the golden ratio (TAOCP 6.4)."""
    return (gram * _GOLDEN & _WORD) >> 16  # so that _HASH_BITS are left


def _rarity(gram: bytes) -> int:
    """How rare the bytes are in English text: the sum of their ranks."""
    return sum(len(_FREQUENT) if byte not in _FREQUENT else _FREQUENT.index(byte) for byte in gram)


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
