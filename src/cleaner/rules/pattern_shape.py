"""What a pattern is made of, and whether a line can make the matcher slow.

The pattern becomes an automaton with one state for each place of a character (Glushkov's construction).  Two ways
around the same loop for the same text double the work with every turn: exponential.  Two loops behind each other that
can share the same text make the work grow with the square of the line (Weber and Seidl 1991, "On the degree of
ambiguity of finite automata").  Sets of characters are compared over a sample alphabet that the `regex` package itself
is asked about, so nothing here knows what `\\p{Lu}` means.  What the parser does not know (recursion, fuzzy matching,
verbose mode) gets no finding; look-arounds are taken as nothing, so that a finding may be too strict there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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

EXACT_COPIES = 8  # a repeat of up to this many is written out, a longer one counts as a loop
LITERAL_COPIES = 64
MAX_STATES = 3_000
MAX_STEPS = 300_000

_QUANTIFIER = regex.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d*)(?P<range>,(?P<most>\d*))?\})(?P<kind>[?+]?)")
_GROUP = regex.compile(
    r"\((?:(?P<plain>\?:|\?P?<(?![=!])\w+>|(?!\?))|(?P<atomic>\?>)|(?P<look>\?<?[=!])"
    r"|\?(?P<flags>[aimsufw]*(?:-[aimsufw]+)?)(?P<ends>[:)]))"
)
_ESCAPE = regex.compile(r"\\(?:[pPN]\{[^}]*\}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.)", regex.DOTALL)
_CLASS = regex.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\[pPN]\{[^}]*\}|\\.|[^\]\\])*+\]", regex.DOTALL)


class _UnknownSyntaxError(Exception):
    """The pattern uses what the parser does not know."""


# ------------------------------------------------------------------ the parts of a pattern


@dataclass(frozen=True)
class _Chars:
    """One character out of a set: `mask` has a bit for each character of the sample alphabet."""

    mask: int
    text: str


@dataclass(frozen=True)
class _Nothing:
    """An anchor or look-around; `is_boundary` for one that asks for the edge of a word."""

    is_boundary: bool = False


@dataclass(frozen=True)
class _Sequence:
    parts: tuple[_Node, ...]


@dataclass(frozen=True)
class _Choice:
    options: tuple[_Node, ...]


@dataclass(frozen=True)
class _Repeat:
    body: _Node
    least: int
    most: int | None


_Node = _Chars | _Nothing | _Sequence | _Choice | _Repeat


@lru_cache(maxsize=4096)
def _mask(atom: str, alphabet: str, ignore_case: bool) -> int:
    compiled = regex.compile(atom, regex.IGNORECASE | regex.FULLCASE if ignore_case else 0)
    return sum(1 << place for place, character in enumerate(alphabet) if compiled.fullmatch(character))


class _Parser:
    """Reads the syntax of the `regex` package as far as rules use it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.ignore_case = True
        extra = sorted(set(source) - set(_SAMPLE) - set(FOLDED))
        self.alphabet = _SAMPLE + "".join(extra)
        self.capitals: list[str] = []

    def parse(self) -> _Node:
        node = self._choice()
        if self.at < len(self.source):
            self._stop()
        return node

    def _stop(self) -> NoReturn:
        raise _UnknownSyntaxError(self.source[self.at :])

    def _choice(self) -> _Node:
        options = [self._sequence()]
        while self.source.startswith("|", self.at):
            self.at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _repeated(self, node: _Node) -> _Node:
        while match := _QUANTIFIER.match(self.source, self.at):
            self.at = match.end()
            if match["sign"]:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[match["sign"]]
            elif not match["least"] and not match["range"]:
                self._stop()
            else:
                least = int(match["least"] or 0)
                most = int(match["most"]) if match["most"] else None if match["range"] else least
            node = _Repeat(node, least, most)
            if match["kind"] == "+":
                node = _Chars(0, match.group())  # never gives back what it took, so there is one way through it
        return node

    def _atom(self) -> _Node:
        character = self.source[self.at]
        if character == "(":
            return self._group()
        if character in "^$":
            self.at += 1
            return _Nothing()
        if character in "{*+?":
            self._stop()
        if character == "[":
            return self._chars(_CLASS)
        if character == "\\":
            return self._escape()
        return self._chars(regex.compile(".", regex.DOTALL))

    def _chars(self, form: regex.Pattern[str]) -> _Chars:
        match = form.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        text = match.group()
        mask = _mask(text, self.alphabet, self.ignore_case)
        if self.ignore_case and self._means_capitals(text):
            self.capitals.append(text)
        return _Chars(mask, text)

    def _means_capitals(self, text: str) -> bool:
        """Whether it would be a set of capital letters if case counted."""
        if len(text) == 1:
            return False
        mask = _mask(text, self.alphabet, False)
        letters = [character for place, character in enumerate(self.alphabet) if mask >> place & 1]
        is_capital = [character.isupper() for character in letters if character.isalpha()]
        return len(is_capital) >= 5 and all(is_capital)

    def _escape(self) -> _Node:
        kind = self.source[self.at + 1 : self.at + 2]
        if kind in "bBAZzmM":
            self.at += 2
            return _Nothing(is_boundary=kind in "bmM")
        if kind.isdigit() or kind in "gGKLXR":
            self._stop()
        return self._chars(_ESCAPE)

    def _group(self) -> _Node:
        match = _GROUP.match(self.source, self.at)
        if match is None:
            self._stop()
        self.at = match.end()
        flags, outer = match["flags"], self.ignore_case
        if flags:
            on, _, off = flags.partition("-")
            self.ignore_case = ("i" in on or outer) and "i" not in off
        if match["ends"] == ")":
            return _Nothing()
        node = self._choice()
        if not self.source.startswith(")", self.at):
            self._stop()
        self.at += 1
        self.ignore_case = outer
        if match["look"]:
            return _Nothing()
        return _Chars(0, "(?>)") if match["atomic"] else node


# ------------------------------------------------------------------ the automaton


@dataclass
class _Fragment:
    """Part of the automaton: states that it begins and ends with, each with whether an edge of a word stands outside.

    `empty` is None where it can't match nothing, True where it can at the edge of a word alone.
    """

    empty: bool | None
    first: list[tuple[int, bool]]
    last: list[tuple[int, bool]]


@dataclass
class _Automaton:
    """States are places of characters; `edges` counts the ways from one state to the next."""

    alphabet: str
    counted_loop: bool
    masks: list[int] = field(default_factory=list)
    edges: defaultdict[int, defaultdict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    steps: int = 0

    def __post_init__(self) -> None:
        self.words = _mask(r"\w", self.alphabet, False)

    def build(self, node: _Node) -> _Fragment:
        """The fragment of a node, its states added to the automaton."""
        if isinstance(node, _Chars):
            if len(self.masks) >= MAX_STATES:
                raise _UnknownSyntaxError("too large")
            self.masks.append(node.mask)
            state = len(self.masks) - 1
            return _Fragment(None, [(state, False)], [(state, False)])
        if isinstance(node, _Nothing):
            return _Fragment(node.is_boundary, [], [])
        if isinstance(node, _Choice):
            fragments = [self.build(option) for option in node.options]
            empties = [fragment.empty for fragment in fragments if fragment.empty is not None]
            return _Fragment(
                min(empties) if empties else None,
                [state for fragment in fragments for state in fragment.first],
                [state for fragment in fragments for state in fragment.last],
            )
        if isinstance(node, _Repeat):
            return self._repeat(node)
        fragment = _Fragment(False, [], [])
        for part in node.parts:
            fragment = self._join(fragment, self.build(part))
        return fragment

    def _repeat(self, node: _Repeat) -> _Fragment:
        body, least, most = node.body, node.least, node.most
        if most is not None and most <= EXACT_COPIES:
            copies, optional, loops = least, most - least, False
        elif least == most and isinstance(body, _Chars):
            copies, optional, loops = min(least, LITERAL_COPIES), 0, False
        else:
            loops = most is None or self.counted_loop
            copies, optional = min(least, 2), int(least < 1 or not loops)
        tail = _Fragment(False, [], [])
        if loops and copies:
            copies -= 1
            tail = self._loop(body)
        elif loops:
            tail = self._loop(body)
            tail.empty = False
        else:
            for _ in range(optional):
                tail = self._join(self.build(body), tail)
                tail.empty = False
        fragment = _Fragment(False, [], [])
        for _ in range(copies):
            fragment = self._join(fragment, self.build(body))
        return self._join(fragment, tail)

    def _loop(self, body: _Node) -> _Fragment:
        fragment = self.build(body)
        self._connect(fragment.last, fragment.first)
        return fragment

    def _join(self, left: _Fragment, right: _Fragment) -> _Fragment:
        self._connect(left.last, right.first)
        first, last = list(left.first), list(right.last)
        if left.empty is not None:
            first += [(state, guard or left.empty) for state, guard in right.first]
        if right.empty is not None:
            last += [(state, guard or right.empty) for state, guard in left.last]
        empty = None if left.empty is None or right.empty is None else left.empty or right.empty
        return _Fragment(empty, first, last)

    def _connect(self, last: Sequence[tuple[int, bool]], first: Sequence[tuple[int, bool]]) -> None:
        for before, guard in last:
            for after, other_guard in first:
                if not (guard or other_guard) or self._may_differ(before, after):
                    self.edges[before][after] += 1

    def _may_differ(self, before: int, after: int) -> bool:
        """Whether the edge of a word can stand between the two states."""
        left, right = self.masks[before], self.masks[after]
        return bool((left & self.words and right & ~self.words) or (left & ~self.words and right & self.words))

    def loops(self) -> list[set[int]]:
        """The strongly connected parts that hold a cycle (Kosaraju's two walks, without recursion)."""
        backward: defaultdict[int, list[int]] = defaultdict(list)
        for before, afters in self.edges.items():
            for after in afters:
                backward[after].append(before)
        found: list[set[int]] = []
        placed: set[int] = set()
        for state in reversed(self._finished()):
            if state in placed:
                continue
            part = {state}
            waiting = [state]
            while waiting:
                for before in backward[waiting.pop()]:
                    if before not in placed and before not in part:
                        part.add(before)
                        waiting.append(before)
            placed |= part
            if len(part) > 1 or state in self.edges.get(state, {}):
                found.append(part)
        return found

    def _finished(self) -> list[int]:
        """The states in the order in which a walk in depth leaves them."""
        order: list[int] = []
        seen: set[int] = set()
        for root in range(len(self.masks)):
            waiting = [(root, False)]
            while waiting:
                state, is_left = waiting.pop()
                if is_left:
                    order.append(state)
                elif state not in seen:
                    seen.add(state)
                    waiting.append((state, True))
                    waiting.extend((after, False) for after in self.edges.get(state, {}))
        return order

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _UnknownSyntaxError("too large")

    def is_doubled(self, loop: set[int]) -> bool:
        """Whether some text leads from a state of the loop back to itself in two ways."""
        inside = {state: [after for after in self.edges[state] if after in loop] for state in loop}
        if any(self.edges[state][after] > 1 for state in loop for after in inside[state]):
            return True
        waiting = [(state, state) for state in loop]
        seen = set(waiting)
        while waiting:
            left, right = waiting.pop()
            for one in inside[left]:
                for two in inside[right]:
                    self._step()
                    if not self.masks[one] & self.masks[two]:
                        continue
                    if one == two and left != right:
                        return True
                    pair = (min(one, two), max(one, two))
                    if pair not in seen:
                        seen.add(pair)
                        waiting.append(pair)
        return False

    def share_text(self, one: set[int], two: set[int]) -> tuple[int, int] | None:
        """States of two loops such that the same text stays in the first, goes on to the second, and stays there."""
        for start in one:
            for end in two:
                if self._is_shared(start, end, one, two):
                    return start, end
        return None

    def _is_shared(self, start: int, end: int, one: set[int], two: set[int]) -> bool:
        waiting = [(start, start, end)]
        seen = set(waiting)
        while waiting:
            stay, go, wait = waiting.pop()
            for first in self.edges[stay]:
                if first not in one:
                    continue
                for third in self.edges[wait]:
                    if third not in two or not self.masks[first] & self.masks[third]:
                        continue
                    for second in self.edges[go]:
                        self._step()
                        if not self.masks[first] & self.masks[second] & self.masks[third]:
                            continue
                        triple = (first, second, third)
                        if triple == (start, end, end):
                            return True
                        if triple not in seen:
                            seen.add(triple)
                            waiting.append(triple)
        return False


# ------------------------------------------------------------------ what is asked of a pattern


@dataclass(frozen=True)
class PatternShape:
    """A pattern taken apart; every question answers False or nothing where the pattern could not be read."""

    source: str
    node: _Node | None
    alphabet: str
    capitals: tuple[str, ...]

    @property
    def is_exponential(self) -> bool:
        """Whether a loop has two ways through the same text: `(a+)+`, `(a|aa)+`, `(.*a){20}`."""
        if self.node is None:
            return False
        try:
            automaton = _Automaton(self.alphabet, counted_loop=True)
            automaton.build(self.node)
            return any(automaton.is_doubled(loop) for loop in automaton.loops())
        except _UnknownSyntaxError:
            return False

    @property
    def is_quadratic(self) -> bool:
        """Whether two unbounded repeats behind each other can share the same text, and what follows can fail."""
        if self.node is None:
            return False
        try:
            automaton = _Automaton(self.alphabet, counted_loop=False)
            ends = {state for state, _ in automaton.build(self.node).last}
            loops = automaton.loops()
            takes_all = {state for state in ends if self._is_wide(automaton.masks[state])}
            return any(
                not two & takes_all and automaton.share_text(one, two)
                for one in loops
                for two in loops
                if one is not two
            )
        except _UnknownSyntaxError:
            return False

    @property
    def starts_with_unbounded(self) -> bool:
        """Whether a search in the line begins with a repeat without end and then asks for more: `\\w+ said`.

        Tried from every place, such a repeat reads the rest of the line each time.
        """
        return any(
            isinstance(parts[0], _Repeat) and parts[0].most is None and any(_least_chars(part) for part in parts[1:])
            for parts in self._options()
            if parts
        )

    @property
    def wide_edge(self) -> str:
        """Where a repeat of anything without end stands: `begins`, `ends`, or nothing."""
        for parts in self._options():
            solid = [part for part in parts if not isinstance(part, _Nothing)]
            if solid and self._is_wildcard(solid[0]):
                return "begins"
            if solid and self._is_wildcard(solid[-1]):
                return "ends"
        return ""

    @property
    def literal_chars(self) -> int:
        """The fewest letters and digits of its own that a match must hold."""
        return self._literal_chars(self.node) if self.node is not None else 0

    def _options(self) -> Iterator[tuple[_Node, ...]]:
        options = self.node.options if isinstance(self.node, _Choice) else (self.node,)
        for option in options:
            if option is not None:
                yield option.parts if isinstance(option, _Sequence) else (option,)

    def _is_wide(self, mask: int) -> bool:
        return mask.bit_count() == len(self.alphabet)

    def _is_wildcard(self, node: _Node) -> bool:
        return (
            isinstance(node, _Repeat)
            and node.most is None
            and isinstance(node.body, _Chars)
            and self._is_wide(node.body.mask)
        )

    def _literal_chars(self, node: _Node) -> int:
        if isinstance(node, _Chars):
            return int(0 < node.mask.bit_count() <= 2 and node.text[-1:].isalnum())
        if isinstance(node, _Sequence):
            return sum(self._literal_chars(part) for part in node.parts)
        if isinstance(node, _Choice):
            return min(self._literal_chars(option) for option in node.options)
        return node.least * self._literal_chars(node.body) if isinstance(node, _Repeat) else 0


def _least_chars(node: _Node) -> int:
    if isinstance(node, _Chars):
        return 1
    if isinstance(node, _Sequence):
        return sum(_least_chars(part) for part in node.parts)
    if isinstance(node, _Choice):
        return min(_least_chars(option) for option in node.options)
    return node.least * _least_chars(node.body) if isinstance(node, _Repeat) else 0


@lru_cache(maxsize=1024)
def pattern_shape(source: str) -> PatternShape:
    """The shape of a pattern.

    >>> pattern_shape("(a+)+b").is_exponential, pattern_shape("(a+,)+b").is_exponential
    (True, False)
    """
    parser = _Parser(source)
    try:
        node: _Node | None = parser.parse()
    except (_UnknownSyntaxError, regex.error):
        node = None
    return PatternShape(source, node, parser.alphabet, tuple(parser.capitals) if node is not None else ())


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
