"""Tree of a pattern -> the positions of its characters, and which may come behind which.

Glushkov's construction (1961), with sets of positions as bits of an integer.  What the positions spell holds all that
the pattern matches and may hold more: anchors and look-arounds are passed over, atomic groups and possessive repeats
may give back, and long counts are not kept.
"""

from __future__ import annotations

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
    Repeat,
    UnknownSyntaxError,
    chars_of,
    parse_pattern,
)

MAX_POSITIONS = 2_000
MAX_COPIED = 32  # positions of a counted repeat that is written out; behind them it is one without end


class Part(NamedTuple):
    """The positions that a part of the pattern begins and ends with, and whether it can match nothing."""

    is_empty: bool
    first: int = 0
    last: int = 0


NOTHING = Part(is_empty=True)
_ANYTHING = chars_of(r"[\s\S]", False)


@dataclass
class Positions:
    """The characters of a pattern; `follow` has the positions that may come behind each."""

    chars: list[Chars] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)

    def add(self, source: str) -> Part:
        """The part of a whole pattern, its positions added.

        Where its syntax, its flags or its letters are not understood it is one that any text matches.
        """
        parsed = parse_pattern(source)
        before = len(self.chars)
        if parsed is not None and not parsed.has_flags:
            try:
                part = self.build(parsed.node)
                if all(map(_is_readable, set(self.chars[before:]))):
                    return part
            except (UnknownSyntaxError, regex.error):
                pass
            del self.chars[before:], self.follow[before:]
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
                return self.build(body)
            case Chain(parts):
                return self._joined(map(self.build, parts))
            case Choice(options):
                built = [self.build(option) for option in options]
                first, last = 0, 0
                for part in built:
                    first, last = first | part.first, last | part.last
                return Part(any(part.is_empty for part in built), first, last)
            case Repeat():
                return self._repeat(node)
        return NOTHING

    def _place(self, chars: Chars) -> int:
        """The bit of a new position."""
        self.chars.append(chars)
        self.follow.append(0)
        return 1 << len(self.chars) - 1

    def _repeat(self, node: Repeat) -> Part:
        if node.most == 0:
            return NOTHING
        before = len(self.chars)
        copy = self.build(node.body)
        room = max(1, MAX_COPIED // max(1, len(self.chars) - before))
        is_endless = node.most is None or node.most > room
        count = max(1, min(node.least, room)) if is_endless or node.most is None else node.most
        return self._joined(self._copies(node, copy, count, is_endless=is_endless))

    def _copies(self, node: Repeat, copy: Part, count: int, *, is_endless: bool) -> Iterator[Part]:
        """So many copies of what is repeated, of which the first is there; round the last one it goes without end."""
        for number in range(count):
            if number:
                copy = self.build(node.body)
            if is_endless and number == count - 1:
                self._connect(copy.last, copy.first)
            yield Part(copy.is_empty or number >= node.least, copy.first, copy.last)

    def _joined(self, parts: Iterable[Part]) -> Part:
        """Parts behind each other."""
        is_empty, first, last = NOTHING
        for part in parts:
            self._connect(last, part.first)
            if is_empty:
                first |= part.first
                is_empty = part.is_empty
            last = last | part.last if part.is_empty else part.last
        return Part(is_empty, first, last)

    def _connect(self, last: int, first: int) -> None:
        """Let positions come behind others."""
        for position in bits_of(last):
            self.follow[position] |= first


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


def is_uncertain_chars(chars: Chars) -> bool:
    """Whether it is a letter whose case does not count, and that `is_uncertain`."""
    letter = _letter(chars)
    return bool(letter) and chars.ignore_case and is_uncertain(letter)


def is_uncertain(letter: str) -> bool:
    """Whether a letter may match as several, or as what Python takes for another one: Turkish i, unknown characters."""
    return len(letter.casefold()) > 1 or letter == _DOTLESS_I or unicodedata.category(letter) == "Cn"


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
