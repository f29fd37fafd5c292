"""What a pattern is made of, and whether a line can make the matcher slow.

What the parser does not know gets no finding; look-arounds are taken as nothing, so that a finding may be too strict
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from cleaner.fold import FOLDED
from cleaner.rules.pattern_automaton import Automaton
from cleaner.rules.pattern_tree import (
    Atomic,
    Chain,
    Chars,
    Choice,
    Look,
    Node,
    Nothing,
    Repeat,
    UnknownSyntaxError,
    alphabet_of,
    means_capitals,
    parse_pattern,
    walk,
)


@dataclass(frozen=True)
class PatternShape:
    """A pattern taken apart; every question answers False or nothing where the pattern could not be read."""

    source: str
    node: Node | None
    alphabet: str
    capitals: tuple[str, ...]

    @property
    def is_exponential(self) -> bool:
        """Whether a loop has two ways through the same text: `(a+)+`, `(a|aa)+`, `(.*a){20}`."""
        if self.node is None:
            return False
        try:
            automaton = Automaton(self.alphabet, counted_loop=True)
            automaton.build(self.node)
            return any(automaton.is_doubled(loop) for loop in automaton.loops())
        except UnknownSyntaxError:
            return False

    @property
    def is_quadratic(self) -> bool:
        """Whether two unbounded repeats behind each other can share the same text, and what follows can fail."""
        if self.node is None:
            return False
        try:
            automaton = Automaton(self.alphabet, counted_loop=False)
            ends = {state for state, _ in automaton.build(self.node).last}
            loops = automaton.loops()
            takes_all = {state for state in ends if self._is_wide(automaton.masks[state])}
            return any(
                not two & takes_all and automaton.share_text(one, two)
                for one in loops
                for two in loops
                if one is not two
            )
        except UnknownSyntaxError:
            return False

    @property
    def starts_with_unbounded(self) -> bool:
        """Whether a search in the line begins with a repeat without end and then asks for more: `\\w+ said`.

        Tried from every place, such a repeat reads the rest of the line each time.
        """
        return any(
            isinstance(parts[0], Repeat) and parts[0].most is None and any(_least_chars(part) for part in parts[1:])
            for parts in self._options()
            if parts
        )

    @property
    def wide_edge(self) -> str:
        """Where a repeat of anything without end stands: `begins`, `ends`, or nothing."""
        for parts in self._options():
            solid = [part for part in parts if not isinstance(part, Nothing | Look)]
            if solid and self._is_wildcard(solid[0]):
                return "begins"
            if solid and self._is_wildcard(solid[-1]):
                return "ends"
        return ""

    @property
    def literal_chars(self) -> int:
        """The fewest letters and digits of its own that a match must hold."""
        return self._literal_chars(self.node) if self.node is not None else 0

    def _options(self) -> Iterator[tuple[Node, ...]]:
        options = self.node.options if isinstance(self.node, Choice) else (self.node,)
        for option in options:
            if option is not None:
                yield option.parts if isinstance(option, Chain) else (option,)

    def _is_wide(self, mask: int) -> bool:
        return mask.bit_count() == len(self.alphabet)

    def _is_wildcard(self, node: Node) -> bool:
        return (
            isinstance(node, Repeat)
            and node.most is None
            and isinstance(node.body, Chars)
            and self._is_wide(node.body.mask(self.alphabet))
        )

    def _literal_chars(self, node: Node) -> int:
        if isinstance(node, Chars):
            return int(0 < node.mask(self.alphabet).bit_count() <= 2 and node.text[-1:].isalnum())
        if isinstance(node, Chain):
            return sum(self._literal_chars(part) for part in node.parts)
        if isinstance(node, Choice):
            return min(self._literal_chars(option) for option in node.options)
        return node.least * self._literal_chars(node.body) if isinstance(node, Repeat) else 0


def _least_chars(node: Node) -> int:
    if isinstance(node, Chars | Atomic):
        return 1
    if isinstance(node, Chain):
        return sum(_least_chars(part) for part in node.parts)
    if isinstance(node, Choice):
        return min(_least_chars(option) for option in node.options)
    return node.least * _least_chars(node.body) if isinstance(node, Repeat) else 0


@lru_cache(maxsize=1024)
def pattern_shape(source: str) -> PatternShape:
    """The shape of a pattern.

    >>> pattern_shape("(a+)+b").is_exponential, pattern_shape("(a+,)+b").is_exponential
    (True, False)
    """
    alphabet = alphabet_of(source)
    parsed = parse_pattern(source)
    if parsed is None:
        return PatternShape(source, None, alphabet, ())
    chars = [part for part in walk(parsed.node) if isinstance(part, Chars)]
    try:
        capitals = tuple(part.text for part in chars if part.mask(alphabet) and means_capitals(part, alphabet))
    except regex.error:
        return PatternShape(source, None, alphabet, ())
    return PatternShape(source, parsed.node, alphabet, capitals)


_CODE = regex.compile(r"\\(?:\\|x(?P<x>[\da-fA-F]{2})|u(?P<u>[\da-fA-F]{4})|N\{(?P<name>[^}]+)\}|(?P<space>[tnrfv]))")


def lost_escapes(source: str) -> list[str]:
    r"""The escapes for characters that no line has when patterns see it, with what stands there instead.

    >>> lost_escapes(r"don\u2019t\t")
    ["\\u2019 (write ')", '\\t (write a space)']
    """
    found = []
    for match in _CODE.finditer(source):
        code = match["x"] or match["u"]
        if code:
            character = chr(int(code, 16))
        elif match["name"]:
            try:
                character = f"\\N{{{match['name']}}}".encode().decode("unicode_escape")
            except UnicodeDecodeError:
                continue
        elif match["space"]:
            character = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}[match["space"]]
        else:
            continue
        if character in FOLDED:
            instead = "a space" if FOLDED[character] == " " else FOLDED[character]
            found.append(f"{match.group()} (write {instead})")
        elif character in "\n\r":
            found.append(f"{match.group()} (a line has no line break)")
    return found
