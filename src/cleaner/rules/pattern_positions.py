"""Tree of a pattern -> the positions of its characters, and which may come behind which.

Glushkov's construction (1961), with sets of positions as bits of an integer.  What the positions spell holds all that
the pattern matches and may hold more: most anchors and look-arounds are passed over, atomic groups and possessive
repeats may give back, and long counts are not kept.  How long a line may be for it to hold no more is told as well.

The edges of words (`\\b`) are kept: positions may come behind others freely, or only where a word begins or ends
between the two.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import regex

from cleaner.rules.pattern_tree import (
    Atomic,
    Chain,
    Chars,
    Choice,
    Node,
    Nothing,
    Repeat,
    UnknownSyntaxError,
    chars_of,
    parse_pattern,
)

# The edge of a word on one side alone, which is kept as either edge.
_INEXACT = regex.compile(r"\\[mM]")

_ANY_LENGTH = sys.maxsize

MAX_POSITIONS = 2_000
MAX_COPIED = 32  # positions of a counted repeat that is written out; behind them it is one without end


class Part(NamedTuple):
    """The positions that a part of the pattern begins and ends with, and whether it can match nothing; then the same
    where that asks for the edge of a word.
    """

    is_empty: bool
    first: int = 0
    last: int = 0
    is_edge: bool = False
    edge_first: int = 0
    edge_last: int = 0


NOTHING = Part(is_empty=True)
EDGE = Part(is_empty=False, is_edge=True)
_ANYTHING = chars_of(r"[\s\S]", False)
_WORD = chars_of(r"\w", False)


@dataclass
class Positions:
    """The characters of a pattern; `follow` has the positions that may come behind each, `edge_follow` those that may
    where the edge of a word is between.

    Up to `exact_chars` the lines that the last pattern matches are all that its positions spell; 0 for none.
    """

    chars: list[Chars] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)
    edge_follow: list[int] = field(default_factory=list)
    exact_chars: int = 0

    def add(self, source: str) -> Part:
        """The part of a whole pattern, its positions added.

        Where its syntax, its flags or its letters are not understood it is one that any text matches.
        """
        parsed = parse_pattern(source)
        before = len(self.chars)
        self.exact_chars = 0 if _INEXACT.search(source) else _ANY_LENGTH
        if parsed is not None and not parsed.has_flags:
            try:
                part = self.build(parsed.node)
                if all(map(_is_readable, set(self.chars[before:]))):
                    return part
            except (UnknownSyntaxError, regex.error):
                pass
            del self.chars[before:], self.follow[before:], self.edge_follow[before:]
        self.exact_chars = 0
        bit = self._place(_ANYTHING)
        self.follow[-1] = bit
        return Part(is_empty=True, first=bit, last=bit)

    def kinds(self) -> Kinds:
        """What tells at which positions a letter may stand."""
        found: dict[Chars, int] = {}
        for position, chars in enumerate(self.chars):
            found[chars] = found.get(chars, 0) | 1 << position
        return Kinds(found)

    def build(self, node: Node) -> Part:
        """The part of a node, its positions added; raises `UnknownSyntaxError` where there are too many."""
        if type(node) is Chars:  # nearly all of them
            if len(self.chars) >= MAX_POSITIONS:
                raise UnknownSyntaxError("too large")
            bit = self._place(node)
            return Part(False, bit, bit)
        match node:
            case Atomic(body):
                self.exact_chars = 0
                return self.build(body)
            case Chain(parts):
                return self._joined(map(self.build, parts))
            case Choice(options):
                return _either([self.build(option) for option in options])
            case Repeat():
                return self._repeat(node)
        is_edge = isinstance(node, Nothing) and node.is_boundary
        if not is_edge:
            self.exact_chars = 0
        return EDGE if is_edge else NOTHING

    def _place(self, chars: Chars) -> int:
        """The bit of a new position."""
        self.chars.append(chars)
        self.follow.append(0)
        self.edge_follow.append(0)
        return 1 << len(self.chars) - 1

    def _repeat(self, node: Repeat) -> Part:
        if node.most == 0:
            return NOTHING
        before = len(self.chars)
        copy = self.build(node.body)
        room = max(1, MAX_COPIED // max(1, len(self.chars) - before))
        is_endless = node.most is None or node.most > room
        count = max(1, min(node.least, room)) if is_endless or node.most is None else node.most
        if is_endless:  # it takes no more turns than the line has characters
            most = _ANY_LENGTH if node.most is None else node.most
            self.exact_chars = min(self.exact_chars, most if node.least <= room else 0)
        return self._joined(self._copies(node, copy, count, is_endless=is_endless))

    def _copies(self, node: Repeat, copy: Part, count: int, *, is_endless: bool) -> Iterator[Part]:
        """So many copies of what is repeated, of which the first is there; round the last one it goes without end."""
        for number in range(count):
            if number:
                copy = self.build(node.body)
            if is_endless and number == count - 1:
                self._connect(copy, copy)
            yield copy._replace(is_empty=copy.is_empty or number >= node.least)

    def _joined(self, parts: Iterable[Part]) -> Part:
        """Parts behind each other."""
        left = NOTHING
        for right in parts:
            self._connect(left, right)
            first, edge_first = left.first, left.edge_first
            if left.is_empty:
                first, edge_first = first | right.first, edge_first | right.edge_first
            if left.is_edge:
                edge_first |= right.first | right.edge_first
            last, edge_last = right.last, right.edge_last
            if right.is_empty:
                last, edge_last = last | left.last, edge_last | left.edge_last
            if right.is_edge:
                edge_last |= left.last | left.edge_last
            is_edge = (left.is_edge and (right.is_empty or right.is_edge)) or (left.is_empty and right.is_edge)
            left = Part(left.is_empty and right.is_empty, first, last, is_edge, edge_first, edge_last)
        return left

    def _connect(self, left: Part, right: Part) -> None:
        """Let the positions that a part begins with come behind those that another one ends with."""
        for position in bits_of(left.last):
            self.follow[position] |= right.first
            self.edge_follow[position] |= right.edge_first
        for position in bits_of(left.edge_last):
            self.edge_follow[position] |= right.first | right.edge_first


def _either(options: Iterable[Part]) -> Part:
    """One of several parts."""
    is_empty, first, last, is_edge, edge_first, edge_last = Part(is_empty=False)
    for part in options:
        is_empty, first, last = is_empty or part.is_empty, first | part.first, last | part.last
        is_edge = is_edge or part.is_edge
        edge_first, edge_last = edge_first | part.edge_first, edge_last | part.edge_last
    return Part(is_empty, first, last, is_edge, edge_first, edge_last)


class Kinds:
    """At which positions of patterns a letter may stand."""

    def __init__(self, positions: dict[Chars, int]) -> None:
        """The positions of each character of the patterns."""
        self._letters: dict[str, int] = {}
        self._folded: dict[str, int] = {}
        self._sets: list[tuple[Chars, int]] = []
        for chars, bits in positions.items():
            letter = _letter(chars)
            if not letter:
                self._sets.append((chars, bits))
            elif chars.ignore_case:
                self._folded[letter.casefold()] = self._folded.get(letter.casefold(), 0) | bits
            else:
                self._letters[letter] = self._letters.get(letter, 0) | bits

    def accept(self, letter: str) -> int | None:
        """The positions, as bits; None where that is uncertain."""
        if is_uncertain(letter):
            return None
        bits = self._letters.get(letter, 0) | self._folded.get(letter.casefold(), 0)
        for chars, positions in self._sets:
            if _stands_for(chars, letter):
                bits |= positions
        return bits


_CODE = regex.compile(r"\\(?:x|u|U|N\{).+")
_DOTLESS_I = "\N{LATIN SMALL LETTER DOTLESS I}"
_IOTA_BELOW = "\N{COMBINING GREEK YPOGEGRAMMENI}"  # a mark whose capital is a letter: `\P{L}` is either, as it stands


@lru_cache(maxsize=4096)
def _letter(chars: Chars) -> str:
    """The letter that it is, also where escaped or written as a code; empty for a set."""
    if _CODE.fullmatch(chars.text):
        try:
            return chars.text.encode().decode("unicode_escape")
        except UnicodeDecodeError:
            return _DOTLESS_I  # which one is uncertain
    letter = chars.text.removeprefix("\\") or "\\"
    return letter if len(letter) == 1 and chars.text != "." and not (letter != chars.text and letter.isalnum()) else ""


def _is_readable(chars: Chars) -> bool:
    """Whether it is known what it stands for; raises `regex.error` for a set that means nothing alone."""
    return not is_uncertain_chars(chars) and bool(_letter(chars) or _compiled(chars))


def is_word(letter: str) -> bool:
    """Whether the letter is part of a word, as `\\b` sees it."""
    return _stands_for(_WORD, letter)


def is_uncertain_chars(chars: Chars) -> bool:
    """Whether it is a letter whose case does not count, and that `is_uncertain`."""
    letter = _letter(chars)
    return bool(letter) and chars.ignore_case and is_uncertain(letter)


def is_uncertain(letter: str) -> bool:
    """Whether a letter may match as several, or as what Python takes for another one: Turkish i, unknown characters."""
    return len(letter.casefold()) > 1 or letter in (_DOTLESS_I, _IOTA_BELOW) or unicodedata.category(letter) == "Cn"


@lru_cache(maxsize=100_000)
def _stands_for(chars: Chars, letter: str) -> bool:
    return _compiled(chars).fullmatch(letter) is not None


@lru_cache(maxsize=4096)
def _compiled(chars: Chars) -> regex.Pattern[str]:
    return regex.compile(chars.text, regex.IGNORECASE if chars.ignore_case else 0)


def bits_of(mask: int) -> list[int]:
    """The numbers of the bits that are set, from the lowest on.

    >>> bits_of(0b1010)
    [1, 3]
    """
    found = []
    while mask:
        high = mask.bit_length() - 1
        found.append(high)
        mask ^= 1 << high
    return found[::-1]
