"""Which patterns are worth trying on which lines: those that need a literal which stands there, and whose limits hold.

Compiled like `cleaner.scan`, because it is asked of every literal that stands anywhere in a document; most stand there
by chance.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import Any

import cython

from cleaner.rules.grams import GRAM, HASH_BITS, choose_grams, hash_gram
from cleaner.scan import COLUMNS, FOLDED

if cython.compiled:
    from cython.cimports.cleaner.rules.needs import Needs, Sought
    from cython.cimports.cleaner.scan import Scan
    from cython.cimports.libc.string import memcpy
else:
    from cleaner.rules.needs import Needs, Sought
    from cleaner.scan import Scan

_COLUMNS = cython.declare(cython.int, COLUMNS)
_FOLDED = cython.declare(cython.int, FOLDED)


@cython.cclass
class Trial:
    """A pattern of a rule, to be tried on lines that are no longer than it can match, in characters and words.

    `longest_chars` and `most_words` are -1 where there is no limit, `needs` is None where the pattern may match a part
    of the line.  The rule looks at the `first` and at the `last` so many lines alone, -1 for all lines.
    """

    pattern = cython.declare(object, visibility="readonly")
    rule = cython.declare(object, visibility="readonly")
    order = cython.declare(cython.Py_ssize_t, visibility="readonly")
    is_at_edge = cython.declare(cython.bint, visibility="readonly")
    first = cython.declare(cython.Py_ssize_t, visibility="readonly")
    last = cython.declare(cython.Py_ssize_t, visibility="readonly")
    _needs: Needs
    _longest_chars: cython.Py_ssize_t
    _most_words: cython.Py_ssize_t

    def __init__(
        self,
        pattern: Any,
        rule: Any,
        order: int,
        *,
        needs: Any,
        longest_chars: int = -1,
        most_words: int = -1,
        first: int = -1,
        last: int = -1,
    ) -> None:
        self.pattern = pattern
        self.rule = rule
        self.order = order
        self.is_at_edge = first >= 0 or last >= 0
        self._needs = needs
        self._longest_chars = longest_chars
        self._most_words = most_words
        self.first = first
        self.last = last

    @cython.cfunc
    def group(self) -> cython.int:
        """The bit of its group: whether its lines may be long, and whether they stand at the edges."""
        is_short: cython.bint = (
            0 <= self._longest_chars <= _SHORT_MOST_CHARS or 0 <= self._most_words <= _SHORT_MOST_WORDS
        )
        return (_SHORT if is_short else _LONG) & (_AT_EDGES if self.is_at_edge else _ANYWHERE)


# The groups, as bits.
_ANYWHERE = cython.declare(cython.int, 0b0011)
_AT_EDGES = cython.declare(cython.int, 0b1100)
_SHORT = cython.declare(cython.int, 0b0101)
_LONG = cython.declare(cython.int, 0b1010)

# Most bytes of a text stand in its paragraphs, and few patterns match lines that long: more characters and more words
# than that.
_SHORT_MOST_CHARS = cython.declare(cython.Py_ssize_t, 120)
_SHORT_MOST_WORDS = cython.declare(cython.Py_ssize_t, 20)

# Literals that may stand anywhere are found by a gram of theirs.  Long lines far from the edges are looked at in steps
# of two bytes, so literals that may stand there are entered twice.
_LONG_STEP = 2
_FAR_AND_LONG = cython.declare(cython.int, 0b0010)

# So many bytes are looked through at once, for words and for grams.
_WORDS_BYTES = cython.declare(cython.Py_ssize_t, 160)
_PART_BYTES = cython.declare(cython.Py_ssize_t, 2_048)

# Of literals at the beginning of a line: how many bytes of them are hashed, the most that they have.
_HEAD_1 = cython.declare(cython.uchar, 1)
_HEAD_2 = cython.declare(cython.uchar, 2)
_HEAD_3 = cython.declare(cython.uchar, 4)
_HEAD_4 = cython.declare(cython.uchar, 8)
_HEAD_8 = cython.declare(cython.uchar, 16)


@cython.cclass
class Screen:
    """Literals that patterns need, and the trials where one of them stands.

    Those that begin with a newline stand at the beginning of a line: each line that may begin with one is followed
    down a tree of them.  The others are found by the hash of a gram, and then compared; the few that are shorter are
    looked for one by one, and the empty one stands in every line.
    """

    _trials: list
    _always: list
    _short: list
    _short_groups: cython.int
    _blob: bytes
    _starts: cython.int[::1]
    # The tree: a node's children are the edges from `_edges[node]` up to `_edges[node + 1]`; `_roots` has those of the
    # root by their bytes, and `_ends` the literal that ends at a node, -1 for none.  `_heads` has bits at the hashes of
    # the first bytes of literals.
    _heads: bytes
    _roots: cython.int[::1]
    _edges: cython.int[::1]
    _labels: bytes
    _targets: cython.int[::1]
    _ends: cython.int[::1]
    # The groups of the trials under each hash, and the number of its bucket.  Of a bucket: which bytes (their lower six
    # bits) stand before and behind its grams, and its entries: the groups of a literal, the literal, and where in it
    # the gram begins.
    _groups: bytes
    _numbers: cython.ushort[::1]
    _before: cython.ulonglong[::1]
    _behind: cython.ulonglong[::1]
    _buckets: cython.int[::1]
    _entries: cython.int[::1]
    _first_lines: cython.Py_ssize_t
    _last_lines: cython.Py_ssize_t

    def __init__(self, by_literal: Mapping[bytes, list[Trial]]) -> None:
        """The trials of each literal, folded, as UTF-8."""
        literals = list(by_literal)
        self._trials = list(by_literal.values())
        self._always = [trial for literal, trials in by_literal.items() if literal in (b"", b"\n") for trial in trials]
        self._blob = b"".join(literals)
        self._starts = array("i", [0, *accumulate(map(len, literals))])
        self._plant([(literal[1:], index) for index, literal in enumerate(literals) if literal[:1] == b"\n" != literal])
        others = [(literal, index) for index, literal in enumerate(literals) if literal and literal[:1] != b"\n"]
        hashed = [(literal, index) for literal, index in others if len(literal) + 1 >= GRAM + self._step(index)]
        self._enter(hashed)
        self._short = [
            (Sought(literal), _groups_of(self._trials[index]), self._trials[index])
            for literal, index in others
            if (literal, index) not in hashed
        ]
        self._short_groups = reduce(or_, (groups for _, groups, _ in self._short), 0)
        self._first_lines = self._last_lines = 0
        for trials in self._trials:
            for trial in trials:
                self._first_lines = max(self._first_lines, trial.first)
                self._last_lines = max(self._last_lines, trial.last)

    def _step(self, index: int) -> int:
        """In which steps lines are looked at that may hold the literal."""
        return _LONG_STEP if _groups_of(self._trials[index]) & _FAR_AND_LONG else 1

    def _plant(self, heads: list[tuple[bytes, int]]) -> None:
        """Make the tree of the literals at the beginnings of lines."""
        children: list[dict[int, int]] = [{}]
        ends = [-1]
        hashed = bytearray(1 << HASH_BITS)
        literal: bytes
        for literal, index in heads:
            node = 0
            for byte in literal:
                if byte not in children[node]:
                    children[node][byte] = len(children)
                    children.append({})
                    ends.append(-1)
                node = children[node][byte]
            ends[node] = index
            if len(literal) >= 8:
                hashed[_hash(_two_words(literal, 0))] |= _HEAD_8
            else:
                hashed[hash_gram(literal[:GRAM])] |= 1 << min(len(literal), GRAM) - 1
        self._heads = bytes(hashed)
        self._roots = array("i", [children[0].get(byte, 0) for byte in range(256)])
        self._edges = array("i", [0, *accumulate(map(len, children))])
        self._labels = bytes(byte for edges in children for byte in edges)
        self._targets = array("i", [target for edges in children for target in edges.values()] or [0])
        self._ends = array("i", ends)

    def _enter(self, others: list[tuple[bytes, int]]) -> None:
        """Make the buckets of the literals that may stand anywhere, each under one of its grams."""
        places = []
        choices = []
        for literal, index in others:
            step = self._step(index)
            for rest in range(step):
                spots = range(rest, len(literal) - GRAM + 1, step)
                choices.append([literal[at : at + GRAM] for at in spots])
                places.append((literal, index, spots))
        buckets: defaultdict[int, list[tuple[int, bytes, int]]] = defaultdict(list)
        for gram, choice, (literal, index, spots) in zip(choose_grams(choices), choices, places, strict=True):
            buckets[hash_gram(gram)].append((index, literal, spots[choice.index(gram)]))
        table = bytearray(1 << HASH_BITS)
        self._numbers = array("H", bytes(2 << HASH_BITS))
        self._before = array("Q", [0] * (len(buckets) or 1))
        self._behind = array("Q", [0] * (len(buckets) or 1))
        entries: list[int] = []
        starts = [0]
        number: cython.Py_ssize_t
        for number, (code, bucket) in enumerate(buckets.items()):
            self._numbers[code] = number
            for index, literal, spot in bucket:
                groups = _groups_of(self._trials[index])
                table[code] |= groups
                self._before[number] |= _bits(literal[max(0, spot - 1) : spot])
                self._behind[number] |= _bits(literal[spot + GRAM : spot + GRAM + 1])
                entries += [groups, index, spot]
            starts.append(len(entries))
        self._groups = bytes(table)
        self._buckets = array("i", starts)
        self._entries = array("i", entries or [0])

    def candidates(self, scanned: Any) -> dict[int, list[Trial]]:
        """What to try on the lines of a text, by place, in order."""
        here: _Place = _Place(scanned, scanned.line_count)
        groups = bytearray(here.line_count + 1)  # and none behind the last line
        groups_at: cython.p_uchar = groups
        place: cython.Py_ssize_t
        last: cython.Py_ssize_t
        for place in range(here.line_count):
            here.go_to(place, place)
            here.groups = _ANYWHERE
            if place < self._first_lines or here.line_count - place <= self._last_lines:
                here.groups |= _AT_EDGES
            here.groups &= here.reach()
            groups_at[place] = here.groups
            self._look_at_beginning(here)
        place = 0
        while place < here.line_count:
            last = place
            while groups_at[last + 1] == groups_at[place]:
                last += 1
            here.go_to(last, last)
            stop: cython.Py_ssize_t = here.end
            here.go_to(place, place)
            here.groups = groups_at[place]
            self._look_inside(here, stop)
            place = last + 1
        return here.found()

    def candidates_at_edges(self, scanned: Any, places: Sequence[int]) -> dict[int, list[Trial]]:
        """What to try of the trials at the edges alone, were there only the lines of these places."""
        here: _Place = _Place(scanned, len(places))
        number: cython.Py_ssize_t
        for number in range(here.line_count):
            if number < self._first_lines or here.line_count - number <= self._last_lines:
                here.go_to(places[number], number)
                here.groups = _AT_EDGES & here.reach()
                self._look_at_beginning(here)
                self._look_inside(here, here.end)
        return here.found()

    @cython.cfunc
    def _look_at_beginning(self, here: _Place) -> cython.void:
        """Note what to try on the line at hand by its beginning, and by no gram."""
        if self._always:
            self._add(here, self._always)
        if here.groups & self._short_groups:
            self._look_for_short(here)
        if self._may_begin(here.folded, here.start, here.end):
            self._follow(here, here.folded)

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def _look_inside(self, here: _Place, stop: cython.Py_ssize_t) -> cython.void:
        """Note what to try by the grams from the line at hand up to the end of a line, all being of the same groups.

        A gram that reaches into the next line begins no literal.
        """
        source: cython.p_uchar = here.folded
        at: cython.Py_ssize_t = here.start
        step: cython.Py_ssize_t = 2 if here.groups == _FAR_AND_LONG else 1
        count: cython.Py_ssize_t
        index: cython.Py_ssize_t
        stop -= GRAM - 1
        while at < stop:
            count = self._find_grams(here, at, min(stop, at + _PART_BYTES), step)
            for index in range(count):
                self._compare(here, source, here.spots[index])
            at += _PART_BYTES

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def _find_grams(
        self, here: _Place, at: cython.Py_ssize_t, stop: cython.Py_ssize_t, step: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:
        """How many grams of the groups at hand may begin in the half-open span; `here.spots` has where.

        Nobody can tell beforehand where one does, so nothing is jumped over: what a processor guesses wrong costs more
        than to look at many places.
        """
        source: cython.p_uchar = here.folded
        groups: cython.int = here.groups
        fours: cython.p_int = here.fours
        spots: cython.p_int = here.spots
        table: cython.p_uchar = self._groups
        four_count: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t = 0
        index: cython.Py_ssize_t
        turn: cython.int
        found: cython.uchar
        while at + 3 * step < stop:
            found = table[_hash_at(source, at)] | table[_hash_at(source, at + step)]
            found |= table[_hash_at(source, at + 2 * step)] | table[_hash_at(source, at + 3 * step)]
            fours[four_count] = at
            four_count += (found & groups) != 0
            at += 4 * step
        for index in range(four_count):
            for turn in range(4):
                spots[count] = fours[index] + turn * step
                count += self._may_stand(source, spots[count], groups)
        while at < stop:
            spots[count] = at
            count += self._may_stand(source, at, groups)
            at += step
        return count

    @cython.cfunc
    @cython.inline
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def _may_stand(self, source: cython.p_uchar, at: cython.Py_ssize_t, groups: cython.int) -> cython.bint:
        """Whether the gram of a literal of these groups may stand there, by its hash and by the bytes around it."""
        table: cython.p_uchar = self._groups
        code: cython.uint = _hash_at(source, at)
        number: cython.uint = self._numbers[code]
        before: cython.ulonglong = self._before[number] >> (source[at - 1] & 63)
        behind: cython.ulonglong = self._behind[number] >> (source[at + 4] & 63)
        return (before & behind & ((table[code] & groups) != 0)) != 0

    @cython.cfunc
    def _look_for_short(self, here: _Place) -> cython.void:
        """Add the trials of the literals that are shorter than what is hashed."""
        literal: Sought
        groups: cython.int
        trials: list
        for literal, groups, trials in self._short:
            if groups & here.groups and literal.stands_in(here.folded, here.start, here.end):
                self._add(here, trials)

    @cython.cfunc
    @cython.exceptval(check=False)
    def _may_begin(self, source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Whether a line may begin with a literal."""
        if end - start < 3:
            return True  # a word of four bytes would go on behind the newline
        heads: cython.p_uchar = self._heads
        word: cython.uint = _word(source, start)
        if end - start >= 8 and heads[_hash(_two_words(source, start))] & _HEAD_8:
            return True
        found: cython.uchar = heads[_hash(word)] & _HEAD_4
        found |= heads[_hash(word & 0xFFFFFF)] & _HEAD_3
        found |= heads[_hash(word & 0xFFFF)] & _HEAD_2
        found |= heads[_hash(word & 0xFF)] & _HEAD_1
        return found != 0

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def _follow(self, here: _Place, source: cython.p_uchar) -> cython.void:
        """Add the trials of the literals with which the line begins."""
        labels: cython.p_uchar = self._labels
        at: cython.Py_ssize_t = here.start
        node: cython.int = self._roots[source[at]]
        edge: cython.int
        target: cython.int
        while node:
            if self._ends[node] >= 0:
                self._add(here, self._trials[self._ends[node]])
            at += 1
            target = 0
            for edge in range(self._edges[node], self._edges[node + 1]):
                if labels[edge] == source[at]:
                    target = self._targets[edge]
                    break
            node = target

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    def _compare(self, here: _Place, source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.void:
        """Add the trials of the literals whose grams stand there with the rest around them; goes on to their line."""
        blob: cython.p_uchar = self._blob
        entry: cython.Py_ssize_t
        index: cython.int
        start: cython.Py_ssize_t
        first: cython.Py_ssize_t
        length: cython.Py_ssize_t
        count: cython.Py_ssize_t
        number: cython.uint = self._numbers[_hash_at(source, at)]
        for entry in range(self._buckets[number], self._buckets[number + 1], 3):
            if not self._entries[entry] & here.groups:
                continue
            index = self._entries[entry + 1]
            start = at - self._entries[entry + 2]
            if start < here.start:
                continue
            first = self._starts[index]
            length = self._starts[index + 1] - first
            count = 0
            while count < length and source[start + count] == blob[first + count]:
                count += 1
            if count == length:
                here.go_on_to(start)
                self._add(here, self._trials[index])

    @cython.cfunc
    def _add(self, here: _Place, trials: list) -> cython.void:
        """Add the trials of a literal that stands in the line, those apart whose patterns surely don't match it."""
        trial: Trial
        for trial in trials:
            if trial._longest_chars != -1 and here.chars > trial._longest_chars:
                continue
            if trial.is_at_edge:
                if not here.groups & _AT_EDGES:
                    continue
                if trial.first >= 0 and here.number >= trial.first:
                    continue
                if trial.last >= 0 and here.line_count - here.number > trial.last:
                    continue
            elif not here.groups & _ANYWHERE:
                continue
            if trial._needs is not None and not trial._needs.are_met_at(here.folded, here.start, here.end):
                continue
            if trial._most_words == -1 or here.word_count() <= trial._most_words:
                here.add(trial)


@cython.cclass
class _Place:
    """The line at hand: its place, its number among those that are looked at, its span in the folded text, its length
    in characters, and the groups of trials that may match it.

    `fours` and `spots` are places in a part of the text: of four steps where a gram stands, and of grams.
    """

    scanned: Scan
    folded: bytes
    trials: dict
    line_count: cython.Py_ssize_t
    place: cython.Py_ssize_t
    number: cython.Py_ssize_t
    start: cython.Py_ssize_t
    end: cython.Py_ssize_t
    chars: cython.Py_ssize_t
    groups: cython.int
    fours: cython.int[512]  # _PART_BYTES / 4
    spots: cython.int[2048]  # _PART_BYTES

    def __init__(self, scanned: Scan, line_count: cython.Py_ssize_t) -> None:
        self.scanned = scanned
        self.folded = scanned.folded
        self.line_count = line_count
        self.trials = {}
        if not cython.compiled:
            self.fours, self.spots = array("i", bytes(_PART_BYTES)), array("i", bytes(4 * _PART_BYTES))

    @cython.cfunc
    @cython.boundscheck(False)
    @cython.wraparound(False)
    @cython.initializedcheck(False)
    @cython.exceptval(check=False)
    def go_to(self, place: cython.Py_ssize_t, number: cython.Py_ssize_t) -> cython.void:
        """Have the line of this place at hand; its groups are the caller's."""
        self.place = place
        self.number = number
        self.start = self.scanned.rows[place * _COLUMNS + _FOLDED]
        self.end = self.scanned.folded_end(place)
        self.chars = self.scanned.char_count(place)

    @cython.cfunc
    @cython.exceptval(check=False)
    def go_on_to(self, at: cython.Py_ssize_t) -> cython.void:
        """Have the line at hand in which this place of the folded text is, which is this one or behind it."""
        while at > self.end:
            self.go_to(self.place + 1, self.number + 1)

    @cython.cfunc
    @cython.exceptval(check=False)
    def reach(self) -> cython.int:
        """The groups that are tried on a line of this length."""
        source: cython.p_uchar = self.folded
        words: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t = self.start
        stop: cython.Py_ssize_t
        if self.chars <= _SHORT_MOST_CHARS:
            return _SHORT | _LONG
        while words <= _SHORT_MOST_WORDS and at < self.end:
            stop = min(self.end, at + _WORDS_BYTES)
            words += _begun_words(source, at, stop)
            at = stop
        return _SHORT | _LONG if words <= _SHORT_MOST_WORDS else _LONG

    @cython.cfunc
    def word_count(self) -> cython.Py_ssize_t:
        """How many words the line has."""
        return self.scanned.word_count(self.place)

    @cython.cfunc
    def add(self, trial: Trial) -> cython.void:
        """Note a trial for the line, in order and once."""
        found: list = self.trials.setdefault(self.place, [])
        at: cython.Py_ssize_t = len(found)
        other: Trial
        while at > 0:
            other = found[at - 1]
            if other.order == trial.order:
                return
            if other.order < trial.order:
                break
            at -= 1
        found.insert(at, trial)

    @cython.cfunc
    def found(self) -> dict[int, list[Trial]]:
        """The trials that were noted, by place, in order."""
        return {place: self.trials[place] for place in sorted(self.trials)}


@cython.cfunc
@cython.exceptval(check=False)
def _begun_words(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
    """How many words surely begin in the half-open span, behind a space; there may be more."""
    count: cython.uchar = 0
    index: cython.Py_ssize_t
    for index in range(start, end):
        count += (source[index] == 32) & (source[index + 1] >= 97) & (source[index + 1] <= 122)
    return count


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _word(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.uint:
    """The four bytes that begin there as a number."""
    if not cython.compiled:
        return int.from_bytes(source[at : at + 4], "little")
    word: cython.uint = 0
    memcpy(cython.address(word), source + at, 4)
    return word


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _two_words(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.uint:
    """The eight bytes that begin there, mixed."""
    return _word(source, at) ^ (_word(source, at + 4) >> 1)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _hash(word: cython.uint) -> cython.uint:
    """The hash of the gram that the word is: `hash_gram`, with its numbers as constants of C."""
    if not cython.compiled:
        return hash_gram(word.to_bytes(4, "little"))
    return (word * 0x1E35A7BD) >> 17


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _hash_at(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.uint:
    """The hash of the gram that begins there."""
    return _hash(_word(source, at))


@cython.cfunc
def _groups_of(trials: list) -> cython.int:
    """The groups of the trials together."""
    groups: cython.int = 0
    trial: Trial
    for trial in trials:
        groups |= trial.group()
    return groups


_ANY_BYTE = cython.declare(cython.ulonglong, 2**64 - 1)


@cython.cfunc
def _bits(neighbour: bytes) -> cython.ulonglong:
    """The bit of a byte beside a gram; where there is none in the literal, any may be there."""
    one: cython.ulonglong = 1
    return one << (neighbour[0] & 63) if neighbour else _ANY_BYTE
