# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Which folded lines say what others say: questions that are asked of all lines of every document.

Compiled like `cleaner.scan`.  Rules are made ready once as numbers; the lines that one of them might take are then
found without an object being made of any line.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Container, Iterable
from typing import Any

import cython

from cleaner import scan as scanning

if cython.compiled:
    from cython.cimports.cpython.array import array as typed_array
    from cython.cimports.libc.string import memchr, memcmp

_COLUMNS = cython.declare(cython.int, scanning.COLUMNS)
_TEXT_START = cython.declare(cython.int, scanning.TEXT_START)
_TEXT_END = cython.declare(cython.int, scanning.TEXT_END)
_BYTE_START = cython.declare(cython.int, scanning.BYTE_START)
_BYTE_END = cython.declare(cython.int, scanning.BYTE_END)
_FOLDED = cython.declare(cython.int, scanning.FOLDED)
_PHRASE_START = cython.declare(cython.int, scanning.PHRASE_START)
_PHRASE_END = cython.declare(cython.int, scanning.PHRASE_END)


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


# Which line a rule's lines repeat.
EARLIER, HEADLINE, NEXT, PREVIOUS = range(4)
_EARLIER = cython.declare(cython.int, EARLIER)
_HEADLINE = cython.declare(cython.int, HEADLINE)
_NEXT = cython.declare(cython.int, NEXT)

# What a line surely has in common with the one that it repeats: it is the same, the other one begins with it, it begins
# with the other one (so far both begin with the same byte); it stands in the other one, holds it, ends in whole words
# with which that one begins, holds its first word; or nothing is known.
SAME, IS_HEAD, BEGINS, IS_IN, HOLDS, ENDS_IN_HEAD, HOLDS_FIRST_WORD, UNKNOWN = range(8)
_SAME = cython.declare(cython.int, SAME)
_IS_IN = cython.declare(cython.int, IS_IN)
_IS_HEAD = cython.declare(cython.int, IS_HEAD)
_BEGINS = cython.declare(cython.int, BEGINS)
_HOLDS = cython.declare(cython.int, HOLDS)
_HOLDS_FIRST_WORD = cython.declare(cython.int, HOLDS_FIRST_WORD)
_UNKNOWN = cython.declare(cython.int, UNKNOWN)

_NO_LIMIT = cython.declare(cython.Py_ssize_t, -1)
_NOT_ASKED = cython.declare(cython.int, -1)
_NONE = cython.declare(cython.Py_ssize_t, -1)  # no line

_SPARED_LINES = cython.declare(cython.Py_ssize_t, 100_000)  # the arrays of longer pages are given back


@cython.cclass
class Repeater:
    """What the lines that a rule takes surely are, because they say again what another line says, that of `against`.

    They have the `relation` to it.  Where the rule `has_patterns`, they have at least `least_chars` characters, those
    that they say again `least_said`, and hold one of the `literals`, if there are any.  They are among the first lines,
    `reach` in number, and an earlier line stands at most `within` lines before them; None is no limit.  With a
    `passage` earlier lines in a row say so much in a row with them.  `own` is what the rule asks of the line itself.
    """

    _against: cython.int
    _relation: cython.int
    _literals: tuple
    _has_patterns: cython.bint
    _reach: cython.Py_ssize_t
    _within: cython.Py_ssize_t
    _passage_lines: cython.Py_ssize_t
    _passage_words: cython.Py_ssize_t
    _passage_prose: cython.Py_ssize_t
    _least_chars: cython.Py_ssize_t
    _least_said: cython.Py_ssize_t
    _least_words: cython.Py_ssize_t
    _most_words: cython.Py_ssize_t
    _prose: cython.int
    _heading: cython.int

    def __init__(
        self,
        against: int,
        relation: int,
        literals: Iterable[bytes],
        own: Any,
        *,
        has_patterns: bool,
        least_chars: int,
        least_said: int,
        reach: int | None,
        within: int | None,
        passage: Any,
    ) -> None:
        self._against = against
        self._relation = relation
        self._literals = tuple(literals)
        self._has_patterns = has_patterns
        self._reach = _number(reach)
        self._within = _number(within)
        self._passage_lines = 0 if passage is None else passage.line_count
        self._passage_words = 0 if passage is None else passage.word_count
        self._passage_prose = 0 if passage is None else passage.prose_count
        self._least_chars = least_chars
        self._least_said = least_said
        self._least_words = 0 if own.words is None else own.words.min
        self._most_words = _number(None if own.words is None else own.words.max)
        self._prose = _number(own.prose)
        self._heading = _number(own.heading)

    @cython.cfunc
    def meets(self, scanned: object, place: cython.Py_ssize_t) -> cython.bint:
        """Whether the line has the words that the rule asks for, and is prose or a heading where it asks."""
        words: cython.Py_ssize_t
        if self._least_words > 0 or self._most_words != _NO_LIMIT:
            words = scanned.word_count(place)
            if words < self._least_words or (self._most_words != _NO_LIMIT and words > self._most_words):
                return False
        if self._prose != _NOT_ASKED and scanned.is_prose(place) != self._prose:
            return False
        return self._heading == _NOT_ASKED or scanned.is_heading(place) == self._heading


def _number(limit: int | None) -> int:
    """The number, or the truth as one; -1 for none."""
    return -1 if limit is None else int(limit)


@cython.cclass
class _Lines:
    """The folded lines of a page without some that have gone, counted from 0; read anew for page after page.

    The phrases are half-open spans of `source`, with their hashes.  `earlier` has for each line the nearest one before
    that says the same, -1 for none, and `first` the very first; both are there once lines are linked.
    """

    source: bytes
    scanned: object
    whole: dict
    taken: object
    found: list
    above: cython.Py_ssize_t
    headline: cython.Py_ssize_t
    count: cython.Py_ssize_t
    repeated_count: cython.Py_ssize_t
    is_linked: cython.bint
    has_whole: cython.bint
    line_count: cython.Py_ssize_t
    folded_size: cython.Py_ssize_t
    room: cython.Py_ssize_t
    table: typed_array
    rows: cython.p_int
    places: cython.int[::1]
    starts: cython.int[::1]
    ends: cython.int[::1]
    codes: cython.ulonglong[::1]
    first: cython.int[::1]
    earlier: cython.int[::1]
    slots: cython.int[::1]

    def __init__(self) -> None:
        self.make_room(256)

    @cython.cfunc
    def make_room(self, room: cython.Py_ssize_t) -> cython.void:
        """Let so many lines have a place in all arrays."""
        self.room = room
        self.places, self.starts, self.ends = _integers(room), _integers(room), _integers(room)
        self.first, self.earlier, self.slots = _integers(room), _integers(room), _integers(4 * room)
        self.codes = array("Q", bytes(8 * room))

    @cython.cfunc
    def read(self, scanned: object, whole: dict, gone: object, headline: cython.Py_ssize_t) -> cython.void:
        """Take the lines of a scan; `whole` are the phrases that it does not know, by place."""
        table: typed_array = scanned.table
        hashes: typed_array = scanned.hashes
        rows: cython.p_int = table.data.as_ints if cython.compiled else table
        codes: cython.p_ulonglong = hashes.data.as_ulonglongs if cython.compiled else hashes
        line_count: cython.Py_ssize_t = scanned.line_count
        columns: cython.Py_ssize_t = _COLUMNS
        start: cython.Py_ssize_t = _PHRASE_START
        end: cython.Py_ssize_t = _PHRASE_END
        place: cython.Py_ssize_t
        count: cython.Py_ssize_t = 0
        has_gone: cython.bint = False
        if line_count > self.room:
            self.make_room(line_count + line_count // 2)
        self.scanned, self.source, self.whole, self.table, self.rows = scanned, scanned.folded, whole, table, rows
        self.line_count, self.folded_size = line_count, len(self.source)
        self.headline = -1
        self.is_linked = False
        if gone:
            has_gone = True
            for place in range(line_count):
                self.first[place] = 1
            for place in gone:
                self.first[place] = 0
        for place in range(line_count):
            if has_gone and not self.first[place]:
                continue
            if place == headline:
                self.headline = count
            self.places[count] = place
            self.starts[count] = rows[place * columns + start]
            self.ends[count] = rows[place * columns + end]
            self.codes[count] = codes[place]
            count += 1
        self.count = count
        self.has_whole = len(whole) > 0
        if self.has_whole:
            self.read_whole()

    @cython.cfunc
    def read_whole(self) -> cython.void:
        """Take the phrases of the lines that are folded as a whole; they come to stand behind the others."""
        source: list = [self.source]
        at: cython.Py_ssize_t = len(self.source)
        line: cython.Py_ssize_t
        for line in range(self.count):
            phrase = self.whole.get(self.places[line])
            if phrase is not None:
                source.append(phrase)
                self.starts[line] = at
                at += len(phrase)
                self.ends[line] = at
                self.codes[line] = scanning.hash_phrase(phrase)
        self.source = b"".join(source)

    @cython.cfunc
    def forget(self) -> cython.void:
        """Let go of the page."""
        self.scanned = self.source = self.whole = self.taken = self.found = self.table = None

    @cython.cfunc
    def has_repeated(self) -> cython.bint:
        """Whether some line says what an earlier one says; which ones is found by a hash table of the last ones."""
        size: cython.Py_ssize_t = 2
        slot: cython.Py_ssize_t
        line: cython.Py_ssize_t
        other: cython.Py_ssize_t
        if self.is_linked:
            return self.repeated_count > 0
        while size < 2 * self.count:
            size *= 2
        for slot in range(size):
            self.slots[slot] = -1
        self.repeated_count = 0
        for line in range(self.count):
            self.first[line] = line
            self.earlier[line] = -1
            if self.starts[line] == self.ends[line]:
                continue
            slot = self.codes[line] & (size - 1)
            while self.slots[slot] >= 0:
                other = self.slots[slot]
                if self.is_same(line, other):
                    self.first[line] = self.first[other]
                    self.earlier[line] = other
                    self.repeated_count += 1
                    break
                slot = (slot + 1) & (size - 1)
            self.slots[slot] = line
        self.is_linked = True
        return self.repeated_count > 0

    @cython.cfunc
    def look_for(self, repeater: Repeater, number: cython.Py_ssize_t) -> cython.void:
        """Add the suspects of one rule."""
        against: cython.int = repeater._against
        stop: cython.Py_ssize_t = self.count
        line: cython.Py_ssize_t
        other: cython.Py_ssize_t = _NONE
        if repeater._reach != _NO_LIMIT and repeater._reach < stop:
            stop = repeater._reach
        if against == _EARLIER:
            self.look_for_earlier(repeater, number, stop)
            return
        if against == _HEADLINE:
            other = self.headline
            if other < 0:
                return
        source: cython.p_uchar = self.source
        is_begin: cython.bint = repeater._relation <= _BEGINS and not self.has_whole
        for line in range(stop):
            if against != _HEADLINE:
                other = line + 1 if against == _NEXT else line - 1
            if line == other or not 0 <= other < self.count:
                continue
            if is_begin and source[self.starts[line]] != source[self.starts[other]]:
                continue  # as most lines
            if self.may_repeat(line, other, repeater):
                self.add(line, other, repeater, number)

    @cython.cfunc
    def look_for_earlier(self, repeater: Repeater, number: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.void:
        """Add the suspects of a rule whose lines say what earlier lines say."""
        distance: cython.Py_ssize_t = 0
        start: cython.Py_ssize_t = 0
        line: cython.Py_ssize_t
        if (repeater._relation == _SAME or repeater._passage_lines) and not self.has_repeated():
            return
        if not repeater._passage_lines:
            self.look_between(0, stop, repeater, number)
            return
        # a run is followed from the first line that said the same, for as long as the next lines are the same too
        for line in range(self.count + 1):
            if distance and line < self.count and self.is_same(line, line - distance):
                continue
            if distance and self.is_passage(start, line, repeater):
                self.look_between(start, min(line, stop), repeater, number)
            if line < self.count:
                distance, start = line - self.first[line], line

    @cython.cfunc
    def is_passage(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the lines are as much as the rule asks of a passage."""
        prose: cython.Py_ssize_t = 0
        words: cython.Py_ssize_t = 0
        line: cython.Py_ssize_t
        if stop - start < repeater._passage_lines:
            return False
        for line in range(start, stop):
            if prose >= repeater._passage_prose:
                break
            prose += self.scanned.is_prose(self.places[line])
        if prose < repeater._passage_prose:
            return False
        for line in range(start, stop):
            if words >= repeater._passage_words:
                break
            words += self.scanned.word_count(self.places[line])
        return words >= repeater._passage_words

    @cython.cfunc
    def look_between(
        self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, repeater: Repeater, number: cython.Py_ssize_t
    ) -> cython.void:
        """Add the lines that earlier lines may say, near enough."""
        line: cython.Py_ssize_t
        other: cython.Py_ssize_t
        if repeater._relation != _SAME:
            for line in range(start, stop):
                if self.is_whole(line) or self.holds_literal(line, repeater):
                    self.add(line, _NONE, repeater, number)
            return
        for line in range(start, stop):
            other = self.earlier[line]
            if other >= 0 and (repeater._within == _NO_LIMIT or line - other <= repeater._within):
                other = self.first_that_stays(line)
                if other < line:
                    self.add(line, other, repeater, number)

    @cython.cfunc
    def first_that_stays(self, line: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first line that says the same and is not taken, or the line itself."""
        other: cython.Py_ssize_t = self.first[line]
        if self.taken:
            while other < line and (self.places[other] in self.taken or not self.is_same(other, line)):
                other += 1
        return other

    @cython.cfunc
    def add(
        self, line: cython.Py_ssize_t, other: cython.Py_ssize_t, repeater: Repeater, number: cython.Py_ssize_t
    ) -> cython.void:
        """Add a suspect, where the rule may take it and the neighbour that it would repeat, if any, still stands."""
        place: cython.Py_ssize_t = self.places[line]
        other_place: cython.Py_ssize_t = self.places[other] if other >= 0 else _NONE
        if place <= self.above or (self.taken and place in self.taken):
            return
        if repeater._against > _HEADLINE and self.taken and other_place in self.taken:
            return
        if repeater.meets(self.scanned, place):
            self.found.append((place, number, other_place))

    @cython.cfunc
    def may_repeat(self, line: cython.Py_ssize_t, other: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line may repeat the other one; the question that fewer lines pass is asked first."""
        if repeater._has_patterns and self.is_whole(line):
            return True
        if repeater._relation <= _BEGINS:
            return self.has_in_common(line, other, repeater) and self.holds_literal(line, repeater)
        return self.holds_literal(line, repeater) and self.has_in_common(line, other, repeater)

    @cython.cfunc
    @cython.inline
    def is_whole(self, line: cython.Py_ssize_t) -> cython.bint:
        """Whether the line is folded as a whole, so that what it holds can't be seen in parts."""
        return self.has_whole and self.places[line] in self.whole

    @cython.cfunc
    def holds_literal(self, line: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line has the characters and one of the literals that the rule's patterns need."""
        row: cython.Py_ssize_t = self.places[line] * _COLUMNS
        literal: bytes
        if self.rows[row + _TEXT_END] - self.rows[row + _TEXT_START] < repeater._least_chars:
            return False
        for literal in repeater._literals:
            if _stands_in(literal, 0, len(literal), self.source, self.rows[row + _FOLDED], self.folded_end(line)):
                return True
        return not repeater._literals

    @cython.cfunc
    def folded_end(self, line: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the folded line ends."""
        place: cython.Py_ssize_t = self.places[line]
        if place + 1 == self.line_count:
            return self.folded_size - 1
        return self.rows[(place + 1) * _COLUMNS + _FOLDED] - 1

    @cython.cfunc
    def is_same(self, line: cython.Py_ssize_t, other: cython.Py_ssize_t) -> cython.bint:
        """Whether both lines say the same."""
        size: cython.Py_ssize_t = self.ends[line] - self.starts[line]
        return (
            self.codes[line] == self.codes[other]
            and self.ends[other] - self.starts[other] == size
            and _is_equal(self.source, self.starts[line], self.starts[other], size)
        )

    @cython.cfunc
    def has_in_common(self, line: cython.Py_ssize_t, other: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line has the rule's relation to the other one; an empty line has none to any."""
        source: cython.p_uchar = self.source
        relation: cython.int = repeater._relation
        start: cython.Py_ssize_t = self.starts[line]
        end: cython.Py_ssize_t = self.ends[line]
        head: cython.Py_ssize_t = self.starts[other]
        tail: cython.Py_ssize_t = self.ends[other]
        is_so: cython.bint = relation == _UNKNOWN
        if is_so or start == end or head == tail:
            return is_so
        if relation == _SAME:
            is_so = self.is_same(line, other)
        elif relation == _IS_HEAD:
            is_so = end - start < tail - head and _is_equal(source, start, head, end - start)
        elif relation == _BEGINS:
            is_so = tail - head <= end - start and _is_equal(source, start, head, tail - head)
        elif relation == _IS_IN:
            is_so = end - start < tail - head and _stands_in(source, start, end, source, head, tail)
        elif relation == _HOLDS:
            is_so = _stands_in(source, head, tail, source, start, end)
        elif relation == _HOLDS_FIRST_WORD:
            is_so = _stands_in(source, head, _word_end(source, head, tail), source, start, end)
        else:
            is_so = self.ends_in_head(line, head, tail, repeater._least_said)
        return is_so

    @cython.cfunc
    def ends_in_head(
        self,
        line: cython.Py_ssize_t,
        head: cython.Py_ssize_t,
        tail: cython.Py_ssize_t,
        least_said: cython.Py_ssize_t,
    ) -> cython.bint:
        """Whether the line ends in what the span begins with, up to the end of a word there, be it a single byte; in
        ASCII, where folding drops spaces and edges alone, the line must also have had enough characters there.
        """
        source: cython.p_uchar = self.source
        row: cython.Py_ssize_t = self.places[line] * _COLUMNS
        line_start: cython.Py_ssize_t = self.rows[row + _FOLDED]
        chars: cython.Py_ssize_t = self.rows[row + _TEXT_END] - self.rows[row + _TEXT_START]
        start: cython.Py_ssize_t = self.starts[line]
        end: cython.Py_ssize_t = self.ends[line]
        last: cython.uchar = source[end - 1]
        is_ascii: cython.bint = self.rows[row + _BYTE_END] - self.rows[row + _BYTE_START] == chars
        size: cython.Py_ssize_t
        at: cython.Py_ssize_t
        for size in range(1, min(end - start, tail - head) + 1):
            if (
                source[head + size - 1] == last
                and not (head + size < tail and _is_in_word(source[head + size]))
                and _is_equal(source, end - size, head, size)
            ):
                at = end - size
                while at > line_start and not _is_in_word(source[at - 1]):
                    at -= 1
                if not is_ascii or chars - (at - line_start) >= least_said:
                    return True
        return False


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _is_equal(
    source: cython.p_uchar, one: cython.Py_ssize_t, other: cython.Py_ssize_t, size: cython.Py_ssize_t
) -> cython.bint:
    """Whether so many bytes are the same from here and from there on."""
    if not cython.compiled:
        return source[one : one + size] == source[other : other + size]
    return not size or (source[one] == source[other] and memcmp(source + one, source + other, size) == 0)


@cython.cfunc
@cython.exceptval(check=False)
def _stands_in(
    part: cython.p_uchar,
    part_start: cython.Py_ssize_t,
    part_end: cython.Py_ssize_t,
    source: cython.p_uchar,
    start: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
) -> cython.bint:
    """Whether the part stands in the span; looked for by its last byte, as many literals begin with a space."""
    if not cython.compiled:
        return source.find(part[part_start:part_end], start, end) >= 0
    before: cython.Py_ssize_t = part_end - part_start - 1  # bytes before the last one
    at: cython.Py_ssize_t = start + before
    if before < 0:
        return True
    while at < end:
        found = cython.cast(cython.p_uchar, memchr(source + at, part[part_end - 1], end - at))
        if not found:
            return False
        at = found - source
        if memcmp(found - before, part + part_start, before) == 0:
            return True
        at += 1
    return False


@cython.cfunc
@cython.exceptval(check=False)
def _word_end(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Where the first byte is that may stand behind a word, or the span ends."""
    at: cython.Py_ssize_t = start
    while at < end and _is_in_word(source[at]):
        at += 1
    return at


@cython.cfunc
@cython.exceptval(check=False)
def _is_in_word(code: cython.uchar) -> cython.bint:
    """Whether the byte surely is a part of a word: a letter or digit of ASCII, folded."""
    return 97 <= code <= 122 or 48 <= code <= 57


@cython.cclass
class Repeaters:
    """What rules' lines surely are, made ready for many pages."""

    _repeaters: list
    _spares: list

    def __init__(self, repeaters: Iterable[Repeater]) -> None:
        self._repeaters = list(repeaters)
        self._spares = []

    def suspects(
        self,
        scanned: Any,
        whole: dict[int, bytes],
        headline: cython.Py_ssize_t,
        *,
        gone: Collection[int] = (),
        taken: Container[int] = (),
        above: cython.Py_ssize_t = -1,
    ) -> list[tuple[int, int, int]]:
        """Places of lines that might repeat what a rule says that they repeat, in order, each with the rule's number
        and the place of the other line; lines that are not among them surely don't.

        The other line is the headline, the neighbour, or the first one that says the same; -1 where it is an earlier
        line and a part of the line may say it.

        Lines that have `gone` are as if they had never stood there.  Lines that are `taken` are nothing to repeat and
        no suspects, and no line is that does not stand below `above`.  `headline` is the place of the line that is one,
        -1 for none.  `whole` has the phrases of the lines that are folded as a whole.
        """
        lines: _Lines
        try:
            lines = self._spares.pop()  # another thread takes another one
        except IndexError:
            lines = _Lines()
        lines.read(scanned, whole, gone, headline)
        lines.taken = taken
        lines.above = above
        found: list = []
        lines.found = found
        number: cython.Py_ssize_t
        for number in range(len(self._repeaters)):
            lines.look_for(self._repeaters[number], number)
        lines.forget()
        if lines.room <= _SPARED_LINES:
            self._spares.append(lines)
        if len(found) > 1:
            found.sort()
        return found


def _integers(count: int) -> array[int]:
    return array("i", bytes(4 * count))
