"""One pass over a text: its lines, each line folded as rules compare it, and the lines that repair has to look at.

It looks at every character, and so it is compiled (`hatch_build.py`): Cython reads it as it stands, and where there was
no C compiler it runs as the plain Python that it is.  What a character is
(white space, part of a word, edge punctuation) and what it folds to is asked of `cleaner.fold` and the `regex` package
once for each block of 256 code points, so both ways agree with them by construction.
"""

from __future__ import annotations

import sys
from array import array

import cython
import regex

from cleaner.damage import is_bad_pair, is_odd, is_risky
from cleaner.fold import fold_alone, fold_character
from cleaner.model import CleanerError
from cleaner.utf8 import count_lines

if cython.compiled:
    from cython.cimports.cpython import array as arrays
    from cython.cimports.libc.string import memcpy

IS_COMPILED: bool = cython.compiled

# What a character is, as bits of `flags`.
_SPACE = cython.declare(cython.uchar, 1)  # str.isspace
_EDGE = cython.declare(cython.uchar, 2)  # folds to punctuation and symbols, which phrases drop at their ends
_ENTANGLED = cython.declare(cython.uchar, 4)  # may fold otherwise beside others: combining marks, what composes
_ODD = cython.declare(cython.uchar, 8)  # repair must look at the line
_WORD = cython.declare(cython.uchar, 16)  # letter, mark or digit
_SINGLE = cython.declare(cython.uchar, 32)  # a word by itself, in scripts without spaces
_APOSTROPHE = cython.declare(cython.uchar, 64)  # joins two parts of a word

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

_ENTITY_MAX_CHARS = cython.declare(cython.Py_ssize_t, 24)  # between & and ;
_PIECE = cython.declare(cython.Py_ssize_t, 8)  # bytes that hold what nearly every character folds to
_ROOM = cython.declare(cython.Py_ssize_t, 256)  # more bytes than any character folds to
MAX_BYTES = 2**31 - 1  # of a folded text: a row's offsets have 32 bits
_MAX_BYTES = cython.declare(cython.Py_ssize_t, MAX_BYTES)

# Plain text is folded 16 bytes at once, where the lowest byte of a number is the first in memory.  A number whose one
# bit is the lowest of a byte, times `_BYTE_NUMBERS`, has the number of that byte as its highest.
_IN_BLOCKS = cython.declare(cython.bint, cython.compiled and sys.byteorder == "little")
_BYTE_NUMBERS = cython.declare(cython.ulonglong, 0x0001020304050607)
_ONES = cython.declare(cython.ulonglong, 0x0101010101010101)
if cython.compiled:
    _NO_INTS = cython.declare(arrays.array, array("i"))
    _NO_HASHES = cython.declare(arrays.array, array("Q"))


class TextTooLongError(CleanerError):
    """A text whose folded lines would have more bytes than a row has numbers for."""


def check_size(size: int) -> None:
    """Nothing; raises `TextTooLongError` where folded lines would have more than `MAX_BYTES`."""
    if size > MAX_BYTES:
        raise TextTooLongError(f"a text of {size:,} bytes when folded; split it, {MAX_BYTES:,} are the most")


@cython.final
@cython.cclass
class Block:
    """What 256 code points are and what they fold to, as UTF-8.

    `pieces` has `_PIECE` bytes of each, of which `sizes` says how many count; `folded` has longer ones as well.
    """

    flags: cython.uchar[256]
    marks: cython.uchar[256]
    sizes: cython.uchar[256]
    pieces: cython.uchar[2048]
    folded: tuple

    def __init__(self, number: cython.int) -> None:
        place: cython.Py_ssize_t
        step: cython.Py_ssize_t
        piece: bytes
        if not cython.compiled:
            self.flags, self.marks, self.sizes = bytearray(256), bytearray(256), bytearray(256)
            self.pieces = bytearray(256 * _PIECE)
        self.folded = tuple([_fold(chr(code)) for code in range(number * 256, number * 256 + 256)])
        for place in range(256):
            character: str = chr(number * 256 + place)
            piece = self.folded[place]
            self.flags[place] = _flags(character)
            self.marks[place] = _marks(character)
            self.sizes[place] = len(piece)
            for step in range(min(len(piece), _PIECE)):
                self.pieces[place * _PIECE + step] = piece[step]


@cython.final
@cython.cclass
class Scan:
    """The lines of a text that are not blank, asked by their places among themselves; see `scan`.

    `rows` and `codes` are what `table` and `hashes` hold, for compiled modules.
    """

    @property
    def phrases(self) -> list[bytes | None]:
        """The folded phrase of every line; see `phrase`."""
        if self.known_phrases is None:
            self.known_phrases = [self.phrase(place) for place in range(self.line_count)]
        return self.known_phrases

    @cython.ccall
    def phrase(self, place: cython.Py_ssize_t) -> bytes:
        """The folded line without edge punctuation, None where it must be folded as a whole."""
        row: cython.Py_ssize_t = self.row(place)
        start: cython.Py_ssize_t = self.rows[row + _PHRASE_START]
        return None if start < 0 else self.folded[start : self.rows[row + _PHRASE_END]]

    @cython.ccall
    def folded_line(self, place: cython.Py_ssize_t) -> bytes:
        """The line as it stands in `folded`, with the newlines around it."""
        row: cython.Py_ssize_t = self.row(place)
        return self.folded[self.rows[row + _FOLDED] - 1 : self.folded_end(place) + 1]

    @cython.cfunc
    @cython.exceptval(check=False)
    def folded_end(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the line ends in `folded`; the place must be one of a line."""
        is_last: cython.bint = place + 1 == self.line_count
        return (len(self.folded) if is_last else self.rows[(place + 1) * _COLUMNS + _FOLDED]) - 1

    @cython.cfunc
    @cython.exceptval(check=False)
    def char_count(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Number of code points of a line without outer white space; the place must be one of a line."""
        row: cython.Py_ssize_t = place * _COLUMNS
        return self.rows[row + _TEXT_END] - self.rows[row + _TEXT_START]

    @cython.ccall
    def word_count(self, place: cython.Py_ssize_t, most: cython.Py_ssize_t = -1) -> cython.Py_ssize_t:
        """Number of words of a line, counted up to `most` where that is given: see `count_words`."""
        row: cython.Py_ssize_t = self.row(place)
        start: cython.Py_ssize_t = self.rows[row + _BYTE_START]
        end: cython.Py_ssize_t = self.rows[row + _BYTE_END]
        return count_words(self.raw, start, end, end - start if most < 0 else most)

    @cython.ccall
    def is_prose(self, place: cython.Py_ssize_t) -> cython.bint:
        """Whether a line reads as running text: see `is_prose_span`."""
        row: cython.Py_ssize_t = self.row(place)
        return is_prose_span(self.raw, self.rows[row + _BYTE_START], self.rows[row + _BYTE_END])

    @cython.ccall
    def is_heading(self, place: cython.Py_ssize_t) -> cython.bint:
        """Whether a line could be a title: see `is_heading_span`."""
        row: cython.Py_ssize_t = self.row(place)
        return is_heading_span(self.raw, self.rows[row + _BYTE_START], self.rows[row + _BYTE_END])

    @cython.cfunc
    def row(self, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
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
    if not character.isspace() and folded:
        is_entangled = is_entangled or any(map(str.isspace, folded)) or (not is_edge and (edges[0] or edges[-1]))
    return (
        (_SPACE if character.isspace() else 0)
        | (_EDGE if is_edge else 0)
        | (_ENTANGLED if is_entangled else 0)
        | (_ODD if is_odd(character) else 0)
        | (_WORD if _WORD_CHARACTER.match(character) else 0)
        | (_SINGLE if _SINGLE_CHARACTER.match(character) else 0)
        | (_APOSTROPHE if character in _APOSTROPHES else 0)
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
_ASCII = cython.declare(Block, Block(0))
_BLOCKS[0] = _ASCII


@cython.cfunc
@cython.inline
@cython.wraparound(False)
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
    code: cython.int = ord(character)
    block: Block = _block(code >> 8)
    piece: bytes = block.folded[code & 255]
    return piece


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _decode(source: cython.p_uchar, at: cython.Py_ssize_t) -> cython.int:
    """The code point of the UTF-8 sequence of two to four bytes that starts there.

    Where that is no UTF-8 it is any number, and no byte behind one of ASCII is read: a zero ends all bytes.
    """
    lead: cython.int = source[at]
    if lead < 0xE0 or source[at + 1] < 128:
        return (lead & 0x1F) << 6 | (source[at + 1] & 0x3F)
    if lead < 0xF0 or source[at + 2] < 128:
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


@cython.cfunc
@cython.exceptval(-1)
def _checked_room(room: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """The room that a folded text needs, in bytes; raises `TextTooLongError` where a row can't say where it ends."""
    if room > _MAX_BYTES:
        check_size(room)
    return room


@cython.final
@cython.cclass
class _Scanner:
    """A scan on its way through a text; offsets are bytes of the source, or of `out`, the folded lines so far.

    Of the line at hand `text` and `phrase` are half-open spans, `text_start` -1 where it is blank; `extra` counts the
    bytes that start no code point, from the beginning of the source.  `last` is the last character beyond ASCII, with
    its marks and its end; what was folded by itself last ends at `piece_end`.
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
    last: cython.int
    last_marks: cython.int
    last_end: cython.Py_ssize_t
    piece_end: cython.Py_ssize_t

    def __init__(self, raw: bytes) -> None:
        self.size = len(raw)
        self.source = raw if cython.compiled else raw + b"\0"  # which stands behind every string of C
        self.room = _checked_room(self.size + self.size // 16 + 2 * _ROOM)
        self.buffer = bytearray(self.room)
        self.out = self.buffer
        self.out[0] = 10
        self.at = 1
        self.extra = 0
        self.last_end = self.piece_end = -1

    @cython.cfunc
    @cython.exceptval(-1)
    def fold_line(self, start: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Fold the line that starts there; where its newline is, or the text ends."""
        source: cython.p_uchar = self.source
        fold_start: cython.Py_ssize_t = self.at
        index: cython.Py_ssize_t = start
        run: cython.Py_ssize_t
        self.is_entangled = self.is_odd = False
        self.text_start = -1
        self.text_start_extra = self.extra
        while True:
            while source[index] == 32 and self.out[self.at - 1] in (32, 10):  # a newline is before the line
                index += 1
            run = _fold_plain(source, self.size, index, self.out, self.at)
            if run and self.text_start < 0:
                self.text_start, self.text_start_extra = index, self.extra
            index += run
            self.at += run
            if index == self.size or source[index] == 10:
                break
            index = self.fold_characters(index)
        self.trim_text(start, index)
        self.trim_phrase(fold_start)
        return index

    @cython.cfunc
    @cython.exceptval(-1)
    def fold_characters(self, start: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Fold a character of any kind, and those beyond ASCII behind it with single spaces among them; where they end,
        which is in the text even where that is no UTF-8.
        """
        source: cython.p_uchar = self.source
        index: cython.Py_ssize_t = start
        code: cython.int
        width: cython.Py_ssize_t
        flags: cython.int
        number: cython.int = 0
        block: Block = _ASCII
        while True:
            code = source[index]
            width = 1
            if code >= 128:
                code = _decode(source, index)
                width = _width(code)
            if code >> 8 != number:
                number = code >> 8
                block = _block(number)
            flags = block.flags[code & 255]
            if width > 1:
                self.look_at_pair(code, block.marks[code & 255], index, index + width)
            if flags & _ODD or (code == 38 and not self.is_odd and _is_entity(source, index, self.size)):
                self.is_odd = True
            if not flags & _SPACE:
                if self.text_start < 0:
                    self.text_start, self.text_start_extra = index, self.extra
                if flags & _ENTANGLED:
                    self.is_entangled = True
                self.put(block, code & 255, index + width)
            elif self.out[self.at - 1] not in (32, 10):
                self.out[self.at] = 32
                self.at += 1
            self.extra += width - 1
            index = min(index + width, self.size)
            if source[index] < 128 and (source[index] != 32 or source[index + 1] < 128):
                return index

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def look_at_pair(
        self, code: cython.int, marks: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.bint:
        """Note a character beyond ASCII; where it and the one before may begin a bad sequence, the line is odd."""
        if self.last_end == start and (self.last_marks | marks) & _RISKY and not self.is_odd:
            self.is_odd = is_bad_pair(self.last, code)
        self.last, self.last_marks, self.last_end = code, marks, end
        return self.is_odd

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def put(self, block: Block, offset: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:
        """Put out what a character folds to; the source from `end` on will find room behind it, each byte as one."""
        length: cython.Py_ssize_t = block.sizes[offset]
        if cython.compiled and length <= _PIECE:
            memcpy(self.out + self.at, cython.address(block.pieces[offset * _PIECE]), _PIECE)
        else:
            piece: bytes = block.folded[offset]
            index: cython.Py_ssize_t
            for index in range(length):
                self.out[self.at + index] = piece[index]
        self.piece_end = self.at = self.at + length
        needed: cython.Py_ssize_t = self.at + (self.size - end) + _ROOM
        if needed > self.room:
            self.room = max(_checked_room(needed), min(2 * self.room, _MAX_BYTES))
            self.buffer.extend(bytes(self.room - len(self.buffer)))
            self.out = self.buffer
        return True

    @cython.cfunc
    @cython.exceptval(-1)
    def trim_text(self, start: cython.Py_ssize_t, line_end: cython.Py_ssize_t) -> cython.bint:
        """Set where the text of a folded line ends: before the white space at its end, which goes from the fold too."""
        end: cython.Py_ssize_t = line_end
        place: cython.Py_ssize_t
        flags: cython.int
        self.text_end, self.text_end_extra = start, self.text_start_extra
        if self.text_start < 0:
            return True
        self.text_end_extra = self.extra
        while end > self.text_start and not 32 < self.source[end - 1] < 128:
            place = _before(self.source, start, end)
            flags = _flags_at(self.source, place)
            if not flags & _SPACE:
                break
            self.text_end_extra -= (flags >> 8) - 1
            end = place
        self.text_end = end
        if end < line_end and self.at > self.piece_end and self.out[self.at - 1] == 32:
            self.at -= 1
        return True

    @cython.cfunc
    @cython.exceptval(-1)
    def trim_phrase(self, fold_start: cython.Py_ssize_t) -> cython.bint:
        """Set the phrase of a folded line: all of it but for edge punctuation; -1 where it must be folded whole."""
        start: cython.Py_ssize_t = fold_start
        end: cython.Py_ssize_t = self.at
        offset: cython.Py_ssize_t
        flags: cython.int
        if self.is_entangled:
            self.phrase_start = self.phrase_end = -1
            return True
        while start < end:
            flags = _flags_at(self.out, start)
            if not flags & _EDGE:
                break
            start += flags >> 8
        while start < end:
            offset = _before(self.out, start, end)
            if not _flags_at(self.out, offset) & _EDGE:
                break
            end = offset
        self.phrase_start, self.phrase_end = start, end
        return True


@cython.cfunc
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _fold_plain(
    source: cython.p_uchar,
    size: cython.Py_ssize_t,
    start: cython.Py_ssize_t,
    out: cython.p_uchar,
    at: cython.Py_ssize_t,
) -> cython.Py_ssize_t:
    """How many bytes from `start` on are plain; they are folded to `out`, which may be written 16 bytes further.

    All of ASCII is, but for control characters, ampersands and the first of two spaces.
    """
    run: cython.Py_ssize_t = 0
    code: cython.uchar
    if _IN_BLOCKS:
        run = _fold_blocks(source + start, size - start, out + at)
    while True:
        code = source[start + run]
        if code < 32 or code > 126 or code == 38 or (code == 32 and source[start + run + 1] == 32):
            return run
        out[at + run] = _lower(code)
        run += 1


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _fold_blocks(source: cython.p_uchar, size: cython.Py_ssize_t, out: cython.p_uchar) -> cython.Py_ssize_t:
    """The same up to where fewer than 16 bytes are left; loops of that length, without a branch, become a few
    instructions.
    """
    codes = cython.declare(cython.uchar[16])
    nexts = cython.declare(cython.uchar[16])
    lower = cython.declare(cython.uchar[16])
    stops = cython.declare(cython.uchar[16])
    run: cython.Py_ssize_t = 0
    step: cython.Py_ssize_t
    code: cython.uchar
    while run + 17 <= size:
        memcpy(codes, source + run, 16)
        memcpy(nexts, source + run + 1, 16)
        for step in range(16):
            code = codes[step]
            lower[step] = _lower(code)
            stops[step] = (code < 32) | (code > 126) | (code == 38) | ((code == 32) & (nexts[step] == 32))
        memcpy(out + run, lower, 16)
        if _word(stops, 0):
            return run + _first_byte(_word(stops, 0))
        if _word(stops, 8):
            return run + 8 + _first_byte(_word(stops, 8))
        run += 16
    return run


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _first_byte(ones: cython.ulonglong) -> cython.Py_ssize_t:
    """Number of the first byte of a word that is 1, where all others are 0 or 1."""
    return ((ones & (~ones + 1)) * _BYTE_NUMBERS) >> 56


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
    places of the phrases that are None.  Raises `TextTooLongError` where the folded lines would have 2 GiB or more.

    >>> scan(b"Leave a\tREPLY:\n\n * One\n").phrases
    [b'leave a reply', b'one']
    """
    here: _Scanner = _Scanner(raw)
    found: Scan = _scan_of(raw, count_lines(raw) + 1)
    rows: cython.p_int = found.rows
    size: cython.Py_ssize_t = here.size
    source: cython.p_uchar = here.source
    number: cython.int = 0
    row: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t = 0  # in bytes
    end: cython.Py_ssize_t
    first: cython.Py_ssize_t  # in code points
    next_first: cython.Py_ssize_t
    fold_start: cython.Py_ssize_t
    while start < size:
        if source[start] == 10:
            start += 1
            number += 1
            continue
        first = start - here.extra
        fold_start = here.at
        end = here.fold_line(start)
        next_first = (end + 1 if end < size else size) - here.extra
        if here.text_start >= 0:
            rows[row + _NUMBER] = number
            rows[row + _START] = first
            rows[row + _END] = next_first
            rows[row + _TEXT_START] = here.text_start - here.text_start_extra
            rows[row + _TEXT_END] = here.text_end - here.text_end_extra
            rows[row + _BYTE_START] = here.text_start
            rows[row + _BYTE_END] = here.text_end
            rows[row + _FOLDED] = fold_start
            rows[row + _PHRASE_START] = here.phrase_start
            rows[row + _PHRASE_END] = here.phrase_end
            if here.is_entangled:
                found.entangled.append(found.line_count)
            else:
                found.codes[found.line_count] = _hash(here.out, here.phrase_start, here.phrase_end)
            found.line_count += 1
            row += _COLUMNS
            here.out[here.at] = 10
            here.at += 1
        if here.is_odd:
            found.odd.append((first, next_first))
        elif here.text_end < end:
            found.trailing.append((here.text_end - here.text_end_extra, end - here.extra))
        number += 1
        start = end + 1
    found.folded = bytes(here.out[: here.at])
    return found


@cython.cfunc
def _scan_of(raw: bytes, most: cython.Py_ssize_t) -> Scan:
    """A scan without lines, and room for so many."""
    found: Scan = Scan.__new__(Scan)
    found.raw = raw
    found.line_count = 0
    found.odd, found.trailing, found.entangled = [], [], []
    found.known_phrases = None
    if cython.compiled:
        found.table = arrays.clone(_NO_INTS, COLUMNS * most, True)
        found.hashes = arrays.clone(_NO_HASHES, most, True)
        found.rows = found.table.data.as_ints
        found.codes = found.hashes.data.as_ulonglongs
    else:
        found.rows = found.table = array("i", bytes(4 * COLUMNS * most))
        found.codes = found.hashes = array("Q", bytes(8 * most))
    return found


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
    size: cython.Py_ssize_t = len(raw) if _IN_BLOCKS else 0
    index: cython.Py_ssize_t = start
    ascii_start: cython.Py_ssize_t = start  # of the ASCII before `index`
    count: cython.Py_ssize_t = 0
    found: cython.int
    flags: cython.int
    is_inside: cython.bint = False  # of a word, up to here
    is_joined: cython.bint = False  # an apostrophe is before this, and a word before that
    while index < end and count < most:
        if index - ascii_start >= 2 and index + 16 <= size and source[index] < 128:
            found = _count_starts(source, index, min(end - index, 16))
            count += found & 255
            index += found >> 8
            is_inside = _ASCII.flags[source[index - 1]] & _WORD != 0
            is_joined = source[index - 1] == 39 and _ASCII.flags[source[index - 2]] & _WORD != 0
            continue
        flags = _flags_at(source, index)
        index += flags >> 8
        if flags >> 8 > 1:
            ascii_start = index
        if flags & _WORD and (is_inside or is_joined):
            is_inside, is_joined = True, False
        elif flags & (_WORD | _SINGLE):
            count += 1
            is_inside, is_joined = not flags & _SINGLE, False
        else:
            is_inside, is_joined = False, is_inside and flags & _APOSTROPHE != 0
    return min(count, most)


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.wraparound(False)
@cython.exceptval(check=False)
def _count_starts(source: cython.p_uchar, start: cython.Py_ssize_t, most: cython.Py_ssize_t) -> cython.int:
    """How many words begin in the ASCII there, at most so many bytes, and above eight bits the number of its bytes.

    There are 16 bytes to read, and two of ASCII stand before them.
    """
    codes = cython.declare(cython.uchar[16])
    lasts = cython.declare(cython.uchar[16])
    befores = cython.declare(cython.uchar[16])
    starts = cython.declare(cython.uchar[16])
    beyond = cython.declare(cython.uchar[16])
    step: cython.Py_ssize_t
    limit: cython.uchar = most
    memcpy(codes, source + start, 16)
    memcpy(lasts, source + start - 1, 16)
    memcpy(befores, source + start - 2, 16)
    for step in range(16):
        beyond[step] = codes[step] >> 7
    if _word(beyond, 0):
        limit = min(limit, _first_byte(_word(beyond, 0)))
    elif _word(beyond, 8):
        limit = min(limit, 8 + _first_byte(_word(beyond, 8)))
    for step in range(16):
        starts[step] = (
            _is_in_word(codes[step])
            & (_is_in_word(lasts[step]) ^ 1)
            & (((lasts[step] == 39) & _is_in_word(befores[step])) ^ 1)
            & (cython.cast(cython.uchar, step) < limit)
        )
    count: cython.ulonglong = ((_word(starts, 0) + _word(starts, 8)) * _ONES) >> 56
    return cython.cast(cython.int, count) | cython.cast(cython.int, limit) << 8


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _is_in_word(code: cython.uchar) -> cython.uchar:
    """1 for a letter or digit of ASCII, 0 for all else of it; without a branch."""
    letter: cython.uchar = code | 32
    return ((letter >= 97) & (letter <= 122)) | ((code >= 48) & (code <= 57))


@cython.cfunc
@cython.inline
@cython.boundscheck(False)
@cython.wraparound(False)
def _flags_at(source: cython.p_uchar, index: cython.Py_ssize_t) -> cython.int:
    """The flags of the character that starts there, and above them its width in bytes."""
    code: cython.int = source[index]
    if code < 128:
        return _ASCII.flags[code] | 256
    code = _decode(source, index)
    block: Block = _block(code >> 8)
    return block.flags[code & 255] | cython.cast(cython.int, _width(code)) << 8


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
    return block.marks[code & 255]


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
