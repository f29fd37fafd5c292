"""Pattern -> tree of its parts, as far as rules use the syntax of the `regex` package.

Sets of characters are compared over a sample alphabet that the package itself is asked about, so nothing here knows
what `\\p{Lu}` means.  Recursion, fuzzy matching and verbose mode are unknown syntax; look-arounds are taken as nothing.
"""

from __future__ import annotations

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

_QUANTIFIER = regex.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d*)(?P<range>,(?P<most>\d*))?\})(?P<kind>[?+]?)")
_GROUP = regex.compile(
    r"\((?:(?P<plain>\?:|\?P?<(?![=!])\w+>|(?!\?))|(?P<atomic>\?>)|(?P<look>\?<?[=!])"
    r"|\?(?P<flags>[aimsufw]*(?:-[aimsufw]+)?)(?P<ends>[:)]))"
)
_ESCAPE = regex.compile(r"\\(?:[pPN]\{[^}]*\}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.)", regex.DOTALL)
_CLASS = regex.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\[pPN]\{[^}]*\}|\\.|[^\]\\])*+\]", regex.DOTALL)


class UnknownSyntaxError(Exception):
    """The pattern uses what the parser does not know."""


@dataclass(frozen=True)
class Chars:
    """One character out of a set: `mask` has a bit for each character of the sample alphabet."""

    mask: int
    text: str


@dataclass(frozen=True)
class Nothing:
    """An anchor or look-around; `is_boundary` for one that asks for the edge of a word."""

    is_boundary: bool = False


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


Node = Chars | Nothing | Chain | Choice | Repeat


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
        extra = sorted(set(source) - set(_SAMPLE) - set(FOLDED))
        self.alphabet = _SAMPLE + "".join(extra)
        self.capitals: list[str] = []

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
        while match := _QUANTIFIER.match(self.source, self.at):
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
                node = Chars(0, match.group())  # never gives back what it took, so there is one way through it
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
            return self._chars(_CLASS)
        if character == "\\":
            return self._escape()
        return self._chars(regex.compile(".", regex.DOTALL))

    def _chars(self, form: regex.Pattern[str]) -> Chars:
        match = form.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        text = match.group()
        mask = mask_of(text, self.alphabet, self.ignore_case)
        if self.ignore_case and self._means_capitals(text):
            self.capitals.append(text)
        return Chars(mask, text)

    def _means_capitals(self, text: str) -> bool:
        """Whether it would be a set of capital letters if case counted."""
        if len(text) == 1:
            return False
        mask = mask_of(text, self.alphabet, False)
        letters = [character for place, character in enumerate(self.alphabet) if mask >> place & 1]
        is_capital = [character.isupper() for character in letters if character.isalpha()]
        return len(is_capital) >= 5 and all(is_capital)

    def _escape(self) -> Node:
        kind = self.source[self.at + 1 : self.at + 2]
        if kind in "bBAZzmM":
            self.at += 2
            return Nothing(is_boundary=kind in "bmM")
        if kind.isdigit() or kind in "gGKLXR":
            self._stop()
        return self._chars(_ESCAPE)

    def _group(self) -> Node:
        match = _GROUP.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        flags, outer = match["flags"], self.ignore_case
        if flags:
            on, _, off = flags.partition("-")
            self.ignore_case = ("i" in on or outer) and "i" not in off
        if match["ends"] == ")":
            return Nothing()
        node = self._choice()
        if not self.source.startswith(")", self.at):
            self._stop()
        self.at += 1
        self.ignore_case = outer
        if match["look"]:
            return Nothing()
        return Chars(0, "(?>)") if match["atomic"] else node
