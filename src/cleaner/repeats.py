# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Which folded lines say what others say: questions that are asked of all lines of every document.

Compiled like `cleaner.scan`.  Rules are made ready once as numbers; the lines that one of them might take are then
found without an object being made of any line.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any

import cython

from cleaner.scan import BYTE_END, BYTE_START, COLUMNS

if cython.compiled:
    from cython.cimports.cleaner.folded_lines import FoldedLines, find_byte, is_equal, is_in_word, stands_in, word_end
else:
    from cleaner.folded_lines import FoldedLines, find_byte, is_equal, is_in_word, stands_in, word_end


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


_COLUMNS = cython.declare(cython.Py_ssize_t, COLUMNS)
_BYTE_START = cython.declare(cython.Py_ssize_t, BYTE_START)
_BYTE_END = cython.declare(cython.Py_ssize_t, BYTE_END)

# Which line a rule's lines repeat.
EARLIER, HEADLINE, NEXT, PREVIOUS = range(4)
_EARLIER = cython.declare(cython.int, EARLIER)
_HEADLINE = cython.declare(cython.int, HEADLINE)
_NEXT = cython.declare(cython.int, NEXT)
_PREVIOUS = cython.declare(cython.int, PREVIOUS)

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
    _last: cython.int  # byte of the literal where there is but one; -1 where not
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
        self._last = self._literals[0][len(self._literals[0]) - 1] if len(self._literals) == 1 else -1
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


def _number(limit: int | None) -> int:
    """The number, or the truth as one; -1 for none."""
    return -1 if limit is None else int(limit)


@cython.cclass
class _Search(FoldedLines):
    """A search for suspects on a page: what was `found`, where lines that are `taken` are nothing to repeat."""

    taken: object
    above: cython.Py_ssize_t
    found: list

    @cython.cfunc
    def look_for(self, repeater: Repeater, number: cython.Py_ssize_t) -> cython.void:
        """Add the suspects of one rule."""
        stop: cython.Py_ssize_t = self.count
        if repeater._reach != _NO_LIMIT and repeater._reach < stop:
            stop = repeater._reach
        if repeater._against == _EARLIER:
            self.look_for_earlier(repeater, number, stop)
        elif repeater._against == _NEXT:
            self.look_beside(repeater, number, 0, min(stop, self.count - 1))
        elif repeater._against == _PREVIOUS:
            self.look_beside(repeater, number, 1, stop)
        elif self.headline >= 0:
            self.look_beside(repeater, number, 0, stop)

    @cython.cfunc
    def look_beside(
        self, repeater: Repeater, number: cython.Py_ssize_t, start: cython.Py_ssize_t, stop: cython.Py_ssize_t
    ) -> cython.void:
        """Add the suspects of a rule whose lines say what the headline or their neighbour says.

        What most lines lack is looked for first: the hash or first byte of the other line, or a literal.
        """
        source: cython.p_uchar = self.source
        size: cython.Py_ssize_t = len(self.source)
        starts: cython.p_int = self.starts
        codes: cython.p_ulonglong = self.codes
        folded: cython.p_int = self.folded
        step: cython.int = 0 if repeater._against == _HEADLINE else 1 if repeater._against == _NEXT else -1
        other: cython.Py_ssize_t = self.headline
        line: cython.Py_ssize_t
        at: cython.Py_ssize_t = -1  # where the literal ends, on the line or behind it
        is_same: cython.bint = repeater._relation == _SAME
        is_begin: cython.bint = repeater._relation <= _BEGINS and not self.has_whole
        has_literal: cython.bint = repeater._last >= 0 and not (is_begin or self.has_whole)
        for line in range(start, stop):
            if step:
                other = line + step
            if is_same:
                if codes[line] != codes[other]:
                    continue
            elif is_begin:
                if source[starts[line]] != source[starts[other]]:
                    continue
            elif has_literal:
                if at < folded[line]:
                    at = find_byte(source, repeater._last, folded[line], size)
                if line + 1 < self.count and at >= folded[line + 1]:
                    continue
            if line != other and self.may_repeat(line, other, repeater):
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
            prose += self.scan.is_prose(self.places[line])
        if prose < repeater._passage_prose:
            return False
        for line in range(start, stop):
            if words >= repeater._passage_words:
                break
            words += self.scan.word_count(self.places[line], repeater._passage_words - words)
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
        if self.is_as_asked(line, repeater):
            self.found.append((place, number, other_place))

    @cython.cfunc
    def is_as_asked(self, line: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line has the words that the rule asks for, and is prose or a heading where it asks."""
        place: cython.Py_ssize_t = self.places[line]
        most: cython.Py_ssize_t = repeater._most_words
        if repeater._least_words > 0 and self.scan.word_count(place, repeater._least_words) < repeater._least_words:
            return False
        if most != _NO_LIMIT and self.scan.word_count(place, most + 1) > most:
            return False
        if repeater._prose != _NOT_ASKED and self.scan.is_prose(place) != repeater._prose:
            return False
        return repeater._heading == _NOT_ASKED or self.scan.is_heading(place) == repeater._heading

    @cython.cfunc
    @cython.exceptval(check=False)
    def may_repeat(self, line: cython.Py_ssize_t, other: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line may repeat the other one; the question that fewer lines pass is asked first."""
        if repeater._has_patterns and self.is_whole(line):
            return True
        if repeater._relation <= _IS_IN:
            return self.has_in_common(line, other, repeater) and self.holds_literal(line, repeater)
        return self.holds_literal(line, repeater) and self.has_in_common(line, other, repeater)

    @cython.cfunc
    @cython.exceptval(check=False)
    def holds_literal(self, line: cython.Py_ssize_t, repeater: Repeater) -> cython.bint:
        """Whether the line has the characters and one of the literals that the rule's patterns need."""
        literal: bytes
        place: cython.Py_ssize_t = self.places[line]
        if self.scan.char_count(place) < repeater._least_chars:
            return False
        for literal in repeater._literals:
            if stands_in(literal, 0, len(literal), self.source, self.folded[line], self.scan.folded_end(place)):
                return True
        return not repeater._literals

    @cython.cfunc
    @cython.exceptval(check=False)
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
            is_so = end - start < tail - head and is_equal(source, start, head, end - start)
        elif relation == _BEGINS:
            is_so = tail - head <= end - start and is_equal(source, start, head, tail - head)
        elif relation == _IS_IN:
            is_so = end - start < tail - head and stands_in(source, start, end, source, head, tail)
        elif relation == _HOLDS:
            is_so = stands_in(source, head, tail, source, start, end)
        elif relation == _HOLDS_FIRST_WORD:
            is_so = stands_in(source, head, word_end(source, head, tail), source, start, end)
        else:
            is_so = self.ends_in_head(line, head, tail, repeater._least_said)
        return is_so

    @cython.cfunc
    @cython.exceptval(check=False)
    def ends_in_head(
        self,
        line: cython.Py_ssize_t,
        head: cython.Py_ssize_t,
        tail: cython.Py_ssize_t,
        least_said: cython.Py_ssize_t,
    ) -> cython.bint:
        """Whether the line ends in what the span begins with, up to the end of a word there, in at least as many bytes
        as its last `least_said` characters are folded to.
        """
        source: cython.p_uchar = self.source
        end: cython.Py_ssize_t = self.ends[line]
        size: cython.Py_ssize_t
        at: cython.Py_ssize_t = max(self.starts[line], end - (tail - head))
        while at < end:
            at = find_byte(source, source[head], at, end)
            size = end - at
            if (
                size
                and source[head + size - 1] == source[end - 1]
                and not (head + size < tail and is_in_word(source[head + size]))
                and is_equal(source, at, head, size)
            ):
                return size >= self.least_folded(line, least_said)
            at += 1
        return False

    @cython.cfunc
    @cython.exceptval(check=False)
    def least_folded(self, line: cython.Py_ssize_t, chars: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """How many bytes the last characters of a line that is not folded as a whole have at least as a phrase: the
        letters and digits of ASCII, and single spaces between them, are one each.
        """
        raw: cython.p_uchar = self.scan.raw
        row: cython.Py_ssize_t = self.places[line] * _COLUMNS
        at: cython.Py_ssize_t = self.scan.rows[row + _BYTE_END]
        start: cython.Py_ssize_t = self.scan.rows[row + _BYTE_START]
        count: cython.Py_ssize_t = 0
        while at > start and chars > 0:
            at -= 1
            if _is_kept(raw[at]):
                count += 1
            elif raw[at] == 0x20 and at > start and chars > 1:
                count += _is_kept(raw[at - 1]) and _is_kept(raw[at + 1])
            chars -= (raw[at] & 0xC0) != 0x80
        return count


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _is_kept(code: cython.uchar) -> cython.bint:
    """Whether the byte is a letter or digit of ASCII."""
    return code >= 0x30 and is_in_word(code | 0x20)


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
        page: Any,
        headline: cython.Py_ssize_t,
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
        -1 for none.
        """
        search: _Search
        try:
            search = self._spares.pop()  # another thread takes another one
        except IndexError:
            search = _Search()
        search.read(page, gone, headline)
        search.taken = taken
        search.above = above
        found: list = []
        search.found = found
        number: cython.Py_ssize_t
        for number in range(len(self._repeaters)):
            search.look_for(self._repeaters[number], number)
        search.taken = search.found = None
        search.forget()
        if search.room <= _SPARED_LINES:
            self._spares.append(search)
        if len(found) > 1:
            found.sort()
        return found
