"""One pass over a text: its lines, each line folded as rules compare it, and the lines that repair has to look at.

It looks at every character, and so it is compiled (`hatch_build.py`): Cython reads it as it stands, and where there was
no C compiler it runs as the plain Python that it is.  What a character is
(white space, part of a word, edge punctuation) and what it folds to is asked of `cleaner.fold` and the `regex` package
once for each block of 256 code points, so both ways agree with them by construction.
"""

from __future__ import annotations

from array import array

import cython
import regex

from cleaner.damage import is_bad_pair, is_odd, is_risky
from cleaner.fold import fold_alone, fold_character
from cleaner.utf8 import count_lines

if cython.compiled:
    from cython.cimports.libc.string import memchr, memcpy

IS_COMPILED: bool = cython.compiled

# What a character is, as bits of `flags`.
_SPACE = cython.declare(cython.uchar, 1)  # str.isspace
_EDGE = cython.declare(cython.uchar, 2)  # folds to punctuation and symbols, which phrases drop at their ends
_ENTANGLED = cython.declare(
    cython.uchar, 4
)  # may fold otherwise beside other characters: combining marks and what composes
_ODD = cython.declare(cython.uchar, 8)  # repair must look at the line
_WORD = cython.declare(cython.uchar, 16)  # letter, mark or digit
_SINGLE = cython.declare(cython.uchar, 32)  # a word by itself, in scripts without spaces
_APOSTROPHE = cython.declare(cython.uchar, 64)  # joins two parts of a word
_UNREAD = cython.declare(cython.uchar, 128)  # folds to nothing

# What a character may mean at the end of a line, as bits of `marks`.
_ENDS_SENTENCE = cython.declare(cython.uchar, 1)
_ASKS = cython.declare(cython.uchar, 2)
_ENDS_CLAUSE = cython.declare(cython.uchar, 4)  # what no title ends in
_CLOSES = cython.declare(cython.uchar, 8)  # quotes and brackets behind the end of a sentence
_CLOSES_TITLE = cython.declare(cython.uchar, 16)
_DIGIT = cython.declare(cython.uchar, 32)
# What it may mean for repair beside another character beyond ASCII.
_RISKY = cython.declare(cython.uchar, 64)

_ASKING = "?!\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}"
_SENTENCE_END = regex.compile(r"[\p{Sentence_Terminal}\N{HORIZONTAL ELLIPSIS}\N{KHMER SIGN KHAN}]")
_CLAUSE_END = regex.compile(r"\p{Terminal_Punctuation}")
_CLOSING = regex.compile(r"[\p{Pe}\p{Pf}\p{Pi}\"']")
_CLOSING_TITLE = regex.compile(r"[\p{Pe}\p{Pf}\"']")

PROSE_MIN_WORDS = 8
PROSE_MIN_WORDS_ASKING = 20
HEADING_MAX_WORDS = 30

_WORD_CHARACTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
_SINGLE_CHARACTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_EDGE_CHARACTER = regex.compile(r"[\p{P}\p{S} ]")
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"

# Columns of `Scan.table`: 0-based number among all lines; half-open span with the newline; span without outer white
# space, in code points and in bytes; offset of the folded line in `Scan.folded`, and there the span of the phrase, -1
# where the line must be folded as a whole.
NUMBER, START, END, TEXT_START, TEXT_END, BYTE_START, BYTE_END, FOLDED, PHRASE_START, PHRASE_END = range(10)
COLUMNS = 10
_NUMBER = cython.declare(cython.Py_ssize_t, NUMBER)
_START = cython.declare(cython.Py_ssize_t, START)
_END = cython.declare(cython.Py_ssize_t, END)
_TEXT_START = cython.declare(cython.Py_ssize_t, TEXT_START)
_TEXT_END = cython.declare(cython.Py_ssize_t, TEXT_END)
_BYTE_START = cython.declare(cython.Py_ssize_t, BYTE_START)
_BYTE_END = cython.declare(cython.Py_ssize_t, BYTE_END)
_FOLDED = cython.declare(cython.Py_ssize_t, FOLDED)
_PHRASE_START = cython.declare(cython.Py_ssize_t, PHRASE_START)
_PHRASE_END = cython.declare(cython.Py_ssize_t, PHRASE_END)
_COLUMNS = cython.declare(cython.Py_ssize_t, COLUMNS)

# Of the hash of a phrase: 2 to the 64th by the golden ratio (Knuth, TAOCP 6.4), its square, and what 64 bits hold.
_GOLDEN = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)
_GOLDEN_SQUARED = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15**2 % 2**64)
_WORD_MAX = cython.declare(cython.ulonglong, 2**64 - 1)

# In a word of eight bytes: the bits that no ASCII has.
_BEYOND_ASCII = cython.declare(cython.ulonglong, 0x8080808080808080)

_ENTITY_MAX_CHARS = cython.declare(cython.Py_ssize_t, 24)  # between & and ;
_ROOM = cython.declare(cython.Py_ssize_t, 256)  # more bytes than any character folds to


@cython.cclass
class Block:
    """What 256 code points are and what they fold to, as UTF-8."""

    flags = cython.declare(bytes, visibility="readonly")
    marks = cython.declare(bytes, visibility="readonly")
    folded = cython.declare(tuple, visibility="readonly")

    def __init__(self, number: int) -> None:
        characters = [chr(code) for code in range(number * 256, number * 256 + 256)]
        self.folded = tuple(_fold(character) for character in characters)
        self.flags = bytes(map(_flags, characters))
        self.marks = bytes(map(_marks, characters))


@cython.cclass
class Scan:
    """The lines of a text that are not blank, asked by their places among themselves; see `scan`."""

    raw = cython.declare(bytes, visibility="readonly")
    table = cython.declare(object, visibility="readonly")
    line_count = cython.declare(cython.Py_ssize_t, visibility="readonly")
    folded = cython.declare(bytes, visibility="readonly")
    hashes = cython.declare(object, visibility="readonly")
    odd = cython.declare(list, visibility="readonly")
    trailing = cython.declare(list, visibility="readonly")
    entangled = cython.declare(list, visibility="readonly")
    _phrases: list
    _rows: cython.int[::1]

    def __init__(
        self,
        raw: bytes,
        table: array[int],
        line_count: int,
        folded: bytes,
        hashes: array[int],
        odd: list[tuple[int, int]],
        trailing: list[tuple[int, int]],
        entangled: list[int],
    ) -> None:
        self.raw = raw
        self.table = table
        self._rows = table
        self.line_count = line_count
        self.folded = folded
        self.hashes = hashes
        self.odd = odd
        self.trailing = trailing
        self.entangled = entangled
        self._phrases = None

    @property
    def phrases(self) -> list[bytes | None]:
        """The folded phrase of every line; see `phrase`."""
        if self._phrases is None:
            self._phrases = [self.phrase(place) for place in range(self.line_count)]
        return self._phrases

    def phrase(self, place: cython.Py_ssize_t) -> bytes | None:
        """The folded line without edge punctuation, None where it must be folded as a whole."""
        row: cython.Py_ssize_t = self._at(place)
        start: cython.Py_ssize_t = self._rows[row + _PHRASE_START]
        return None if start < 0 else self.folded[start : self._rows[row + _PHRASE_END]]

    def folded_line(self, place: cython.Py_ssize_t) -> bytes:
        """The line as it stands in `folded`, with the newlines around it."""
        row: cython.Py_ssize_t = self._at(place)
        is_last: cython.bint = place + 1 == self.line_count
        end: cython.Py_ssize_t = len(self.folded) if is_last else self._rows[row + _COLUMNS + _FOLDED]
        return self.folded[self._rows[row + _FOLDED] - 1 : end]

    def word_count(self, place: cython.Py_ssize_t) -> int:
        """Number of words of a line: see `count_words`."""
        row: cython.Py_ssize_t = self._at(place)
        start: cython.Py_ssize_t = self._rows[row + _BYTE_START]
        end: cython.Py_ssize_t = self._rows[row + _BYTE_END]
        return count_words(self.raw, start, end, end - start)

    def is_prose(self, place: cython.Py_ssize_t) -> bool:
        """Whether a line reads as running text: see `is_prose_span`."""
        row: cython.Py_ssize_t = self._at(place)
        return is_prose_span(self.raw, self._rows[row + _BYTE_START], self._rows[row + _BYTE_END])

    def is_heading(self, place: cython.Py_ssize_t) -> bool:
        """Whether a line could be a title: see `is_heading_span`."""
        row: cython.Py_ssize_t = self._at(place)
        return is_heading_span(self.raw, self._rows[row + _BYTE_START], self._rows[row + _BYTE_END])

    @cython.cfunc
    def _at(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the line's columns begin; raises `IndexError` where there is no such line."""
        if not 0 <= place < self.line_count:
            raise IndexError(f"no line {place} among {self.line_count}")
        return place * _COLUMNS


def _fold(character: str) -> bytes:
    if "\ud800" <= character <= "\udfff":
        return b"\xef\xbf\xbd"
    return fold_alone(character).encode()


def _flags(character: str) -> int:
    folded = fold_character(character)
    edges = [_EDGE_CHARACTER.match(part) is not None for part in folded or ""]
    is_edge = bool(edges) and all(edges)
    is_entangled = folded is None or "\ud800" <= character <= "\udfff"
    if not character.isspace() and folded and not is_edge:
        is_entangled = is_entangled or edges[0] or edges[-1] or any(map(str.isspace, folded))
    return (
        (_SPACE if character.isspace() else 0)
        | (_EDGE if is_edge else 0)
        | (_ENTANGLED if is_entangled else 0)
        | (_ODD if is_odd(character) else 0)
        | (_WORD if _WORD_CHARACTER.match(character) else 0)
        | (_SINGLE if _SINGLE_CHARACTER.match(character) else 0)
        | (_APOSTROPHE if character in _APOSTROPHES else 0)
        | (_UNREAD if folded == "" else 0)
    )


def _marks(character: str) -> int:
    asks = character in _ASKING
    return (
        (_ENDS_SENTENCE if _SENTENCE_END.match(character) else 0)
        | (_ASKS if asks else 0)
        | (_ENDS_CLAUSE if _CLAUSE_END.match(character) and not asks else 0)
        | (_CLOSES if _CLOSING.match(character) else 0)
        | (_CLOSES_TITLE if _CLOSING_TITLE.match(character) else 0)
        | (_DIGIT if regex.match(r"\d", character) else 0)
        | (_RISKY if is_risky(character) else 0)
    )


_BLOCKS = cython.declare(list, [None] * (0x110000 // 256))
_ASCII = Block(0)
_BLOCKS[0] = _ASCII
_BYTE_FLAGS = cython.declare(bytes, _ASCII.flags[:128] + bytes(128))
_BYTE_FOLDED = cython.declare(bytes, b"".join(_ASCII.folded[:128]) + bytes(128))


@cython.cfunc
def _block(number: cython.Py_ssize_t) -> Block:
    """The block of a code point's upper bits, made when a text first needs it."""
    block: Block = _BLOCKS[number]
    if block is None:
        block = Block(number)
        _BLOCKS[number] = block
    return block


def fold_literal(text: str) -> str:
    """The text as lines stand in `Scan.folded`: every character folded by itself, white space squeezed.

    >>> fold_literal("READ  also:")
    'read also:'
    """
    folded = b"".join(b" " if character.isspace() else _folded(character) for character in text)
    while b"  " in folded:
        folded = folded.replace(b"  ", b" ")
    return folded.decode()


def _folded(character: str) -> bytes:
    piece: bytes = _block(ord(character) >> 8).folded[ord(character) & 255]
    return piece


@cython.cfunc
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


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _lower(code: cython.uchar) -> cython.uchar:
    """A byte of ASCII, folded; without a branch, so that many are folded at once."""
    return code + (((code >= 65) & (code <= 90)) << 5)


@cython.cfunc
@cython.exceptval(check=False)
def _width(code: cython.int) -> cython.Py_ssize_t:
    """Number of bytes of a code point that is not ASCII, as UTF-8."""
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4


@cython.ccall
def hash_phrase(phrase: bytes) -> cython.ulonglong:
    """The hash of a folded phrase that `Scan.hashes` has where a line says it; never 0.

    Others may have the same one, so who cares compares the phrases as well.
    """
    return _hash(phrase, 0, len(phrase))


@cython.cfunc
@cython.exceptval(check=False)
def _hash(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.ulonglong:
    """The hash of a half-open span: a polynomial of its words of eight bytes, mixed."""
    golden: cython.ulonglong = _GOLDEN
    squared: cython.ulonglong = _GOLDEN_SQUARED
    code: cython.ulonglong = cython.cast(cython.ulonglong, end - start)
    rest: cython.ulonglong = 0
    at: cython.Py_ssize_t = start
    while at + 16 <= end:  # two words at once, as multiplications wait for each other
        code = code * squared + _word(source, at) * golden + _word(source, at + 8)
        if not cython.compiled:
            code &= _WORD_MAX
        at += 16
    if at + 8 <= end:
        code = code * golden + _word(source, at)
        at += 8
    while at < end:
        end -= 1
        rest = rest << 8 | source[end]
    code = code * golden + rest
    if not cython.compiled:
        code &= _WORD_MAX
    code ^= code >> 32
    code *= golden
    if not cython.compiled:
        code &= _WORD_MAX
    code ^= code >> 29
    return code if code else 1


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _word(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.ulonglong:
    """The eight bytes that begin there as a number."""
    if not cython.compiled:
        return int.from_bytes(source[at : at + 8], "little")
    word: cython.ulonglong = 0
    memcpy(cython.address(word), source + at, 8)
    return word


@cython.cclass
class _Scanner:
    """A scan on its way through a text; offsets are bytes of the source, or of `out`, the folded lines so far.

    Of the line at hand `text` and `phrase` are half-open spans, -1 where there is none; `extra` counts the bytes that
    start no code point, from the beginning of the source.
    """

    source: cython.p_uchar
    size: cython.Py_ssize_t
    buffer: bytearray
    out: cython.p_uchar
    room: cython.Py_ssize_t
    at: cython.Py_ssize_t
    extra: cython.Py_ssize_t
    text_start: cython.Py_ssize_t
    text_start_extra: cython.Py_ssize_t
    text_end: cython.Py_ssize_t
    text_end_extra: cython.Py_ssize_t
    phrase_start: cython.Py_ssize_t
    phrase_end: cython.Py_ssize_t
    is_entangled: cython.bint
    is_odd: cython.bint
    has_trail: cython.bint

    def __init__(self, raw: bytes) -> None:
        self.size = len(raw)
        self.source = raw if cython.compiled else raw + b"\0"  # which stands behind every string of C
        self.room = self.size + self.size // 16 + 2 * _ROOM
        self.buffer = bytearray(self.room)
        self.out = self.buffer
        self.out[0] = 10
        self.at = 1
        self.extra = 0

    @cython.cfunc
    def make_room(self, index: cython.Py_ssize_t) -> cython.void:
        """Let the source from this byte on fit behind what is folded, each byte as one, and the longest character."""
        if self.at + (self.size - index) + _ROOM > self.room:
            self.room = 2 * self.room
            self.buffer.extend(bytes(self.room - len(self.buffer)))
            self.out = self.buffer

    @cython.cfunc
    def fold_plain(self, line_start: cython.Py_ssize_t, line_end: cython.Py_ssize_t) -> cython.bint:
        """Fold a line, where nothing in it needs a closer look; else leave it as it was and say so.

        Most lines hold no doubled white space and nothing odd; those in ASCII are folded many bytes at once.
        """
        source: cython.p_uchar = self.source
        out: cython.p_uchar = self.out
        start: cython.Py_ssize_t = line_start
        end: cython.Py_ssize_t = line_end
        at: cython.Py_ssize_t = self.at
        extra: cython.Py_ssize_t = self.extra
        shift: cython.Py_ssize_t
        index: cython.Py_ssize_t
        code: cython.uchar
        unlike: cython.uchar = 0
        ampersand: cython.uchar = 0
        beyond: cython.uchar = 0
        while end > start and source[end - 1] == 32:
            end -= 1
        while start < end and source[start] == 32:
            start += 1
        for index in range(start, end):
            code = source[index]
            unlike |= (code < 32) | (code == 127) | ((code == 32) & (source[index + 1] == 32))
            ampersand |= code == 38
            beyond |= code
        if unlike:
            return False
        if beyond < 128:
            shift = at - start
            for index in range(start, end):
                code = source[index]
                out[shift + index] = _lower(code)
            self.at += end - start
        elif not self.fold_mixed(start, end):
            self.at, self.extra = at, extra
            return False
        if start < end:
            self.text_start, self.text_end = start, end
            self.text_start_extra, self.text_end_extra = extra, self.extra
            self.trim_phrase(at)
        if ampersand:
            for index in range(start, end):
                if source[index] == 38 and _is_entity(source, index, end):
                    self.is_odd = True
        self.has_trail = end < line_end
        return True

    @cython.cfunc
    def fold_mixed(self, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Fold a text that is plain but for characters beyond ASCII; False where one of them needs a closer look."""
        source: cython.p_uchar = self.source
        out: cython.p_uchar = self.out
        at: cython.Py_ssize_t = self.at
        index: cython.Py_ssize_t = start
        extra: cython.Py_ssize_t = self.extra
        code: cython.int
        offset: cython.Py_ssize_t
        last: cython.int = 0
        last_end: cython.Py_ssize_t = -1
        risk: cython.uchar = 0
        marks: cython.uchar
        stop: cython.Py_ssize_t
        turn: cython.Py_ssize_t
        bits: cython.p_uchar
        piece: bytes
        block: Block
        while index < end:
            stop = index
            while stop + 8 <= end and not _word(source, stop) & _BEYOND_ASCII:
                stop += 8
            while stop < end and source[stop] < 128:
                stop += 1
            for turn in range(stop - index):
                out[at + turn] = _lower(source[index + turn])
            at += stop - index
            index = stop
            if index == end:
                break
            code = _decode(source, index)
            block = _block(code >> 8)
            offset = code & 255
            bits = block.flags
            if bits[offset] & (_SPACE | _ODD | _ENTANGLED | _UNREAD):
                return False
            bits = block.marks
            marks = bits[offset]
            if last_end == index and (risk | marks) & _RISKY and is_bad_pair(last, code):
                return False
            piece = block.folded[offset]
            bits = piece
            for offset in range(len(piece)):
                out[at] = bits[offset]
                at += 1
            index += _width(code)
            extra += _width(code) - 1
            last, risk, last_end = code, marks, index
            self.at = at
            self.make_room(index)
            out = self.out
        self.at, self.extra = at, extra
        return True

    @cython.cfunc
    def trim_phrase(self, fold_start: cython.Py_ssize_t) -> cython.void:
        """Set the phrase of a folded line: all of it but for edge punctuation."""
        out: cython.p_uchar = self.out
        start: cython.Py_ssize_t = fold_start
        end: cython.Py_ssize_t = self.at
        offset: cython.Py_ssize_t
        while start < end and _is_edge(out, start):
            start += 1
            while start < end and out[start] & 0xC0 == 0x80:
                start += 1
        while start < end:
            offset = _before(out, start, end)
            if not _is_edge(out, offset):
                break
            end = offset
        self.phrase_start, self.phrase_end = start, end

    @cython.cfunc
    def fold_carefully(self, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Fold a line character by character, words of ASCII apart."""
        source: cython.p_uchar = self.source
        byte_flags: cython.p_uchar = _BYTE_FLAGS
        byte_folded: cython.p_uchar = _BYTE_FOLDED
        word: cython.uchar = _WORD
        out: cython.p_uchar = self.out
        at: cython.Py_ssize_t = self.at
        index: cython.Py_ssize_t = start
        fold_start: cython.Py_ssize_t = at
        extra: cython.Py_ssize_t = self.extra
        code: cython.int
        flags: cython.uchar
        marks: cython.uchar
        width: cython.Py_ssize_t
        length: cython.Py_ssize_t
        offset: cython.Py_ssize_t
        has_space: cython.bint = False
        last: cython.int = 0  # the code point before, where it is beyond ASCII
        risk: cython.uchar = 0  # and its marks
        bits: cython.p_uchar
        piece: bytes
        block: Block
        while index < end:
            if self.phrase_start >= 0 and not has_space and byte_flags[source[index]] == word:
                while byte_flags[source[index]] == word or (
                    source[index] == 32 and out[at - 1] != 32 and byte_flags[source[index + 1]] == word
                ):
                    out[at] = byte_folded[source[index]]
                    at += 1
                    index += 1
                last = 0
                self.text_end, self.text_end_extra, self.phrase_end = index, extra, at
                continue
            code = source[index]
            width = 1
            block = _ASCII
            if code >= 128:
                code = _decode(source, index)
                width = _width(code)
                block = _block(code >> 8)
            offset = code & 255
            bits = block.flags
            flags = bits[offset]
            bits = block.marks
            marks = bits[offset]
            if code < 128:
                last = 0
            else:
                if last and not self.is_odd and (risk | marks) & _RISKY:
                    self.is_odd = is_bad_pair(last, code)
                last = code
                risk = marks
            if flags & _ODD or (code == 38 and not self.is_odd and _is_entity(source, index, end)):
                self.is_odd = True
            if flags & _SPACE:
                has_space = True
                index += width
                extra += width - 1
                continue
            if self.text_start < 0:
                self.text_start = index
                self.text_start_extra = extra
            elif has_space and at > fold_start and out[at - 1] != 32:
                out[at] = 32
                at += 1
            has_space = False
            if flags & _ENTANGLED:
                self.is_entangled = True
            piece = block.folded[offset]
            bits = piece
            length = len(piece)
            if not flags & (_EDGE | _UNREAD):
                if self.phrase_start < 0:
                    self.phrase_start = at
                self.phrase_end = at + length
            for offset in range(length):
                out[at] = bits[offset]
                at += 1
            index += width
            extra += width - 1
            self.text_end = index
            self.text_end_extra = extra
            if width > 1:
                self.at = at
                self.make_room(index)
                out = self.out
        self.has_trail = self.text_end < end
        self.at, self.extra = at, extra


@cython.boundscheck(False)
@cython.wraparound(False)
@cython.initializedcheck(False)
def scan(raw: bytes) -> Scan:
    r"""The lines of a text, given as UTF-8, that are not blank, each folded, and the spans that repair has to look at.

    `table` has `COLUMNS` numbers a line; it and `hashes` may go on behind the last one.  `folded` holds the lines as
    UTF-8, each behind a newline and the last one before one: every character folded by itself, white space squeezed.
    `phrases` are the same lines without edge punctuation, which is `fold_phrase`; None where a line must be folded as a
    whole.  `hashes` has `hash_phrase` of each, 0 for None.  `odd` are half-open code-point spans of whole lines with
    odd characters or entities; `trailing` those of the white space at the end of other lines.  `entangled` are the
    places of the phrases that are None.

    >>> scan(b"Leave a\tREPLY:\n\n * One\n").phrases
    [b'leave a reply', b'one']
    """
    here = _Scanner(raw)
    size: cython.Py_ssize_t = here.size
    source: cython.p_uchar = here.source
    most: cython.Py_ssize_t = count_lines(raw) + 1
    table = array("i", bytes(4 * COLUMNS * most))
    hashes = array("Q", bytes(8 * most))
    rows: cython.int[::1] = table
    codes: cython.ulonglong[::1] = hashes
    odd: list[tuple[int, int]] = []
    trailing: list[tuple[int, int]] = []
    entangled: list[int] = []
    line_count: cython.Py_ssize_t = 0
    number: cython.int = 0
    row: cython.Py_ssize_t
    start: cython.Py_ssize_t = 0  # in bytes
    end: cython.Py_ssize_t
    first: cython.Py_ssize_t  # in code points
    next_first: cython.Py_ssize_t
    fold_start: cython.Py_ssize_t

    while start < size:
        end = _line_end(raw, source, start, size)
        if end > start:
            first = start - here.extra
            fold_start = here.at
            here.text_start = here.phrase_start = -1
            here.text_end = start
            here.text_end_extra = here.extra
            here.is_entangled = here.is_odd = here.has_trail = False
            if not here.fold_plain(start, end):
                here.fold_carefully(start, end)
            next_first = (end + 1 if end < size else size) - here.extra
            if here.text_start >= 0:
                row = line_count * _COLUMNS
                rows[row + _NUMBER] = number
                rows[row + _START] = first
                rows[row + _END] = next_first
                rows[row + _TEXT_START] = here.text_start - here.text_start_extra
                rows[row + _TEXT_END] = here.text_end - here.text_end_extra
                rows[row + _BYTE_START] = here.text_start
                rows[row + _BYTE_END] = here.text_end
                rows[row + _FOLDED] = fold_start
                if here.is_entangled:
                    rows[row + _PHRASE_START] = rows[row + _PHRASE_END] = -1
                    entangled.append(line_count)
                else:
                    if here.phrase_start < 0:
                        here.phrase_start = here.phrase_end = fold_start
                    rows[row + _PHRASE_START] = here.phrase_start
                    rows[row + _PHRASE_END] = here.phrase_end
                    codes[line_count] = _hash(here.out, here.phrase_start, here.phrase_end)
                line_count += 1
                here.out[here.at] = 10
                here.at += 1
            if here.is_odd:
                odd.append((first, next_first))
            elif here.has_trail:
                trailing.append((here.text_end - here.text_end_extra, end - here.extra))
        number += 1
        start = end + 1
    return Scan(raw, table, line_count, bytes(here.out[: here.at]), hashes, odd, trailing, entangled)


@cython.cfunc
@cython.exceptval(check=False)
def _line_end(
    raw: bytes, source: cython.p_uchar, start: cython.Py_ssize_t, size: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Where the next newline is, or the text ends."""
    if not cython.compiled:
        end = raw.find(b"\n", start)
        return size if end < 0 else end
    found = cython.cast(cython.p_uchar, memchr(source + start, 10, size - start))
    return found - source if found else size


@cython.boundscheck(False)
@cython.wraparound(False)
def keep_lines(before: Scan, gone: frozenset[int], raw: bytes) -> Scan:
    """The scan of a text that is another one without the lines of these places, and tidied: nothing is folded again.

    The other text had no odd lines.
    """
    source: cython.p_uchar = raw
    size: cython.Py_ssize_t = len(raw)
    count: cython.Py_ssize_t = before.line_count
    table = array("i", bytes(4 * COLUMNS * (count + 1)))
    hashes = array("Q", bytes(8 * (count + 1))) if gone else before.hashes
    old: cython.int[::1] = before._rows
    rows: cython.int[::1] = table
    old_codes: cython.ulonglong[::1] = before.hashes
    codes: cython.ulonglong[::1] = hashes
    entangled: list[int] = []
    folded: list[bytes] = [b"\n"]
    number: cython.int = 0
    at: cython.Py_ssize_t = 0  # in bytes
    point: cython.int = 0  # in code points
    place: cython.Py_ssize_t
    row: cython.Py_ssize_t
    to: cython.Py_ssize_t = 0
    kept_count: cython.Py_ssize_t = 0
    shift: cython.int = 0  # of what is folded
    copied: cython.Py_ssize_t = 1
    for place in range(count):
        row = place * _COLUMNS
        if gone and place in gone:
            folded.append(before.folded[copied : old[row + _FOLDED]])
            copied = old[row + _COLUMNS + _FOLDED] if place + 1 < count else len(before.folded)
            shift -= copied - old[row + _FOLDED]
            continue
        while source[at] == 10:
            at += 1
            point += 1
            number += 1
        rows[to + _NUMBER] = number
        rows[to + _START] = point
        rows[to + _TEXT_START] = point + old[row + _TEXT_START] - old[row + _START]
        rows[to + _TEXT_END] = rows[to + _TEXT_START] + old[row + _TEXT_END] - old[row + _TEXT_START]
        at = _line_end(raw, source, at, size)
        rows[to + _BYTE_START] = at - (old[row + _BYTE_END] - old[row + _BYTE_START])
        rows[to + _BYTE_END] = at
        rows[to + _FOLDED] = old[row + _FOLDED] + shift
        rows[to + _PHRASE_START] = rows[to + _PHRASE_END] = -1
        if old[row + _PHRASE_START] >= 0:
            rows[to + _PHRASE_START] = old[row + _PHRASE_START] + shift
            rows[to + _PHRASE_END] = old[row + _PHRASE_END] + shift
        point = rows[to + _TEXT_END]
        if at < size:
            at += 1
            point += 1
        rows[to + _END] = point
        number += 1
        if gone:
            if old[row + _PHRASE_START] < 0:
                entangled.append(kept_count)
            codes[kept_count] = old_codes[place]
        kept_count += 1
        to += _COLUMNS
    if not gone:
        return Scan(raw, table, count, before.folded, hashes, [], [], before.entangled)
    folded.append(before.folded[copied:])
    return Scan(raw, table, kept_count, b"".join(folded), hashes, [], [], entangled)


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _is_entity(source: cython.p_uchar, index: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.bint:
    """Whether something that looks like an entity of HTML starts at the ampersand."""
    code: cython.int
    place: cython.Py_ssize_t = index + 1
    if place < size and source[place] == 35:
        place += 1
    first: cython.Py_ssize_t = place
    while place < size and place - first <= _ENTITY_MAX_CHARS:
        code = source[place]
        if code == 59:
            return place > first
        if not (48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122):
            return False
        place += 1
    return False


@cython.ccall
@cython.boundscheck(False)
@cython.wraparound(False)
def count_words(
    raw: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t, most: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Number of words in a half-open byte span of UTF-8, counted up to `most`: runs of letters, marks and digits with
    inner apostrophes; each character of a script written without spaces by itself.

    >>> count_words(b"It's the co-op's 3rd", 0, 20, 99)
    5
    """
    source: cython.p_uchar = raw
    count: cython.Py_ssize_t = 0
    index: cython.Py_ssize_t = start
    flags: cython.int
    width: cython.Py_ssize_t
    after: cython.Py_ssize_t
    while index < end and count < most:
        flags = _flags_at(source, index)
        width = flags >> 8
        index += width
        if not flags & (_WORD | _SINGLE):
            continue
        count += 1
        if flags & _SINGLE:
            continue
        while index < end:
            flags = _flags_at(source, index)
            width = flags >> 8
            if not flags & _WORD:
                after = index + width
                if not flags & _APOSTROPHE or after >= end or not _flags_at(source, after) & _WORD:
                    break
            index += width
    return count


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
def _flags_at(source: cython.p_uchar, index: cython.Py_ssize_t) -> cython.int:
    """The flags of the character that starts there, and above them its width in bytes."""
    code: cython.int = source[index]
    bits: cython.p_uchar
    if code < 128:
        bits = _BYTE_FLAGS
        return bits[code] | 256
    code = _decode(source, index)
    block: Block = _block(code >> 8)
    bits = block.flags
    flags: cython.int = bits[code & 255]
    return flags | cython.cast(cython.int, _width(code)) << 8


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
def _is_edge(folded: cython.p_uchar, index: cython.Py_ssize_t) -> cython.bint:
    """Whether the folded character that starts there is white space or one that phrases drop at their ends."""
    return folded[index] == 32 or _flags_at(folded, index) & _EDGE != 0


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _before(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Where the character before `end` starts; `start` - 1 where there is none."""
    place: cython.Py_ssize_t = end - 1
    while place > start and source[place] & 0xC0 == 0x80:
        place -= 1
    return place


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
def _marks_at(source: cython.p_uchar, index: cython.Py_ssize_t) -> cython.int:
    code: cython.int = source[index]
    if code >= 128:
        code = _decode(source, index)
    block: Block = _block(code >> 8)
    bits: cython.p_uchar = block.marks
    return bits[code & 255]


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
def _skip_note(source: cython.p_uchar, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """The end without the footnote number in brackets before it; the same where there is none."""
    if end <= start or source[end - 1] != 93:
        return end
    digits: cython.int = 0
    place: cython.Py_ssize_t = _before(source, start, end - 1)
    while place >= start and digits < 3 and _marks_at(source, place) & _DIGIT:
        digits += 1
        place = _before(source, start, place)
    return place if digits and place >= start and source[place] == 91 else end


@cython.ccall
@cython.boundscheck(False)
@cython.wraparound(False)
def is_prose_span(raw: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Whether a line, a half-open byte span of UTF-8 without outer white space, reads as running text.

    It ends in a sentence's last mark, with the quotes, brackets and footnote numbers that may close behind it, and has
    at least `PROSE_MIN_WORDS` words.  Titles ask and shout, so one that does needs `PROSE_MIN_WORDS_ASKING`.
    """
    source: cython.p_uchar = raw
    place: cython.Py_ssize_t = end
    shorter: cython.Py_ssize_t = _skip_note(source, start, place)
    while shorter < place:
        place = shorter
        shorter = _skip_note(source, start, place)
    at: cython.Py_ssize_t = _before(source, start, place)
    while at >= start and _marks_at(source, at) & _CLOSES:
        at = _before(source, start, at)
    if at < start:
        return False
    marks: cython.int = _marks_at(source, at)
    if not marks & _ENDS_SENTENCE:
        return False
    needed: cython.Py_ssize_t = PROSE_MIN_WORDS_ASKING if marks & _ASKS else PROSE_MIN_WORDS
    return count_words(raw, start, end, needed) >= needed


@cython.ccall
@cython.boundscheck(False)
@cython.wraparound(False)
def is_heading_span(raw: bytes, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
    """Whether a line, a half-open byte span of UTF-8 without outer white space, could be a title.

    It has at most `HEADING_MAX_WORDS` words and ends in no stop, comma or colon; a title may ask or shout.
    """
    source: cython.p_uchar = raw
    at: cython.Py_ssize_t = _before(source, start, end)
    while at >= start and _marks_at(source, at) & _CLOSES_TITLE:
        at = _before(source, start, at)
    if at >= start and _marks_at(source, at) & _ENDS_CLAUSE:
        return False
    return 1 <= count_words(raw, start, end, HEADING_MAX_WORDS + 1) <= HEADING_MAX_WORDS
