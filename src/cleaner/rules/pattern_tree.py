"""Pattern -> tree of its parts, as far as rules use the syntax of the `regex` package.

Sets of characters are compared over a sample alphabet that the package itself is asked about, so nothing here knows
what `\\p{Lu}` means.  Recursion, fuzzy matching and verbose mode are unknown syntax.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import regex

from cleaner.fold import FOLDED

_ASCII = "".join(map(chr, range(32, 127)))
_SAMPLE = (
    f"{_ASCII}\N{LATIN SMALL LETTER E WITH ACUTE}\N{LATIN CAPITAL LETTER E WITH ACUTE}\N{LATIN SMALL LETTER SHARP S}"
    "\N{CYRILLIC SMALL LETTER ZHE}\N{CJK UNIFIED IDEOGRAPH-4E2D}\N{ARABIC LETTER ALEF}\N{DEVANAGARI LETTER KA}"
    "\N{BULLET}\N{MIDDLE DOT}\N{EURO SIGN}\N{COMBINING ACUTE ACCENT}\N{HORIZONTAL ELLIPSIS}"
)

MAX_DEPTH = 50  # groups inside each other; all that walks trees goes down into them

_QUANTIFIERS = frozenset("*+?{")
_QUANTIFIER = regex.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d*)(?P<range>,(?P<most>\d*))?\})(?P<kind>[?+]?)")
_GROUP = regex.compile(
    r"\((?:(?P<plain>\?:|\?P?<(?![=!])\w+>|(?!\?))|(?P<atomic>\?>)|(?P<look>\?<?[=!])"
    r"|\?(?P<flags>[aimsufw]*(?:-[aimsufw]+)?)(?P<ends>[:)]))"
)
_ESCAPE = regex.compile(
    r"\\(?:[pP]\{[\w &.:=/^-]*\}|[pP][CLMNPSZ]|N\{[\w -]*\}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.)",
    regex.DOTALL,
)
_CLASS = regex.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\[pPN]\{[^}]*\}|\\.|[^\]\\])*+\]", regex.DOTALL)


class UnknownSyntaxError(Exception):
    """The pattern uses what the parser does not know."""


@dataclass(frozen=True, eq=False)
class Chars:
    """One character, as it is written in the pattern (`\\w`, `[a-z]`, `x`), and whether its case counts.

    Made by `chars_of`, so that the same is one object: there are many, and they are looked up often.
    """

    text: str
    ignore_case: bool

    def mask(self, alphabet: str) -> int:
        """A bit for each character of the alphabet that it may stand for."""
        return mask_of(self.text, alphabet, self.ignore_case)


@lru_cache(maxsize=4096)
def chars_of(text: str, ignore_case: bool) -> Chars:
    """The one character that is written so."""
    return Chars(text, ignore_case)


@dataclass(frozen=True)
class Nothing:
    """An anchor; `is_boundary` for one that asks for the edge of a word."""

    is_boundary: bool = False


@dataclass(frozen=True)
class Look:
    """A look ahead or behind."""

    body: Node


@dataclass(frozen=True)
class Atomic:
    """A part that never gives back what it took, so there is one way through it: `(?>…)`, or a possessive repeat."""

    body: Node


@dataclass(frozen=True)
class Chain:
    """Parts behind each other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """A part `least` to `most` times over; None is without end."""

    body: Node
    least: int
    most: int | None


Node = Chars | Nothing | Look | Atomic | Chain | Choice | Repeat


def walk(node: Node) -> Iterator[Node]:
    """The node and all inside it, in the order of the pattern."""
    yield node
    match node:
        case Chain(parts) | Choice(parts):
            for part in parts:
                yield from walk(part)
        case Look(body) | Atomic(body) | Repeat(body):
            yield from walk(body)


@lru_cache(maxsize=4096)
def mask_of(atom: str, alphabet: str, ignore_case: bool) -> int:
    """A bit for each character of the alphabet that the set (`\\w`, `[a-z]`, `x`) holds."""
    compiled = regex.compile(atom, regex.IGNORECASE | regex.FULLCASE if ignore_case else 0)
    return sum(1 << place for place, character in enumerate(alphabet) if compiled.fullmatch(character))


class Parser:
    """Reads the syntax of the `regex` package as far as rules use it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.ignore_case = True
        self.sets: list[tuple[int, int]] = []
        self.has_flags = False
        self.depth = 0

    def parse(self) -> Node:
        """The tree; raises `UnknownSyntaxError` where the parser does not know what it reads."""
        node = self._choice()
        if self.at < len(self.source):
            self._stop()
        return node

    def _stop(self) -> NoReturn:
        raise UnknownSyntaxError(self.source[self.at :])

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self.source.startswith("|", self.at):
            self.at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        while self.source[self.at : self.at + 1] in _QUANTIFIERS and (match := _QUANTIFIER.match(self.source, self.at)):
            self.at = match.end()
            if match["sign"]:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[match["sign"]]
            elif not match["least"] and not match["range"]:
                self._stop()
            else:
                least = int(match["least"] or 0)
                most = int(match["most"]) if match["most"] else None if match["range"] else least
            node = Repeat(node, least, most)
            if match["kind"] == "+":
                node = Atomic(node)
        return node

    def _atom(self) -> Node:
        character = self.source[self.at]
        if character == "(":
            return self._group()
        if character in "^$":
            self.at += 1
            return Nothing()
        if character in "{*+?":
            self._stop()
        if character == "[":
            return self._chars(_CLASS, is_set=True)
        if character == "\\":
            return self._escape()
        self.at += 1
        return chars_of(character, self.ignore_case)

    def _chars(self, form: regex.Pattern[str], *, is_set: bool = False) -> Chars:
        match = form.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        if is_set and self.ignore_case:
            self.sets.append(match.span())
        return chars_of(match.group(), self.ignore_case)

    def _escape(self) -> Node:
        kind = self.source[self.at + 1 : self.at + 2]
        if kind in "bBAZzmM":
            self.at += 2
            return Nothing(is_boundary=kind in "bmM")
        if kind.isdigit() or kind in "gGKLXR":
            self._stop()
        return self._chars(_ESCAPE, is_set=kind in "dDsSwWpP")

    def _group(self) -> Node:
        match = _GROUP.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        flags, outer = match["flags"], self.ignore_case
        if flags:
            on, _, off = flags.partition("-")
            self.ignore_case = ("i" in on or outer) and "i" not in off
            self.has_flags |= on + off != "i"
        if match["ends"] == ")":
            self.has_flags = True
            return Nothing()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._stop()
        node = self._choice()
        if not self.source.startswith(")", self.at):
            self._stop()
        self.at += 1
        self.depth -= 1
        self.ignore_case = outer
        if match["look"]:
            return Look(node)
        return Atomic(node) if match["atomic"] else node


@dataclass(frozen=True)
class Parsed:
    """A pattern's tree, and where its sets of characters stand whose case does not count: `[a-z]`, `\\w`.

    `has_flags` where it has others than `(?i:…)` and `(?-i:…)`.
    """

    node: Node
    sets: tuple[tuple[int, int], ...]
    has_flags: bool


@lru_cache(maxsize=1024)
def parse_pattern(source: str) -> Parsed | None:
    """The pattern as the parser reads it, None where it does not know the syntax."""
    parser = Parser(source)
    try:
        return Parsed(parser.parse(), tuple(parser.sets), parser.has_flags)
    except UnknownSyntaxError:
        return None


def alphabet_of(source: str) -> str:
    """The sample alphabet for a pattern: a few characters of every kind, and those that it names itself."""
    return _SAMPLE + "".join(sorted(set(source) - set(_SAMPLE) - set(FOLDED)))


def means_capitals(chars: Chars, alphabet: str) -> bool:
    """Whether it would be a set of capital letters if case counted."""
    if len(chars.text) == 1 or not chars.ignore_case:
        return False
    mask = mask_of(chars.text, alphabet, False)
    letters = [character for place, character in enumerate(alphabet) if mask >> place & 1]
    is_capital = [character.isupper() for character in letters if character.isalpha()]
    return len(is_capital) >= 5 and all(is_capital)
