"""A pattern goes without its time limit only on lines where it surely ends soon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.rules import BAD_PATTERNS
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.model import Document
from cleaner.rules.derived import patterns_in
from cleaner.rules.load import load_rules
from cleaner.rules.pattern import LinePattern
from cleaner.rules.pattern_bound import MAX_STEPS, Effort, bounded_chars
from cleaner.rules.pattern_tree import Atomic, Chain, Chars, Choice, Look, Node, Repeat, parse_pattern, walk
from cleaner.segment import segment

SHIPPED = sorted({pattern.source for pattern in patterns_in(load_rules().rules)})

LONG = ["read more", "a+b", r"\w+ \w+", "[^,]{3,80}: .+", "(a|b)", "(?:also )?read.{0,200}", "(?>a+)+b", "(a++)?b"]
SLOW = [
    *BAD_PATTERNS,
    "(a+)+b",
    "(a*)*b",
    "(x|y|xy)+z",
    "(a{1,20} ?)+x",
    r"(?:(?:\w+[ ,]?)+;)+",
    "(?=(a+)+b)a",
    "((a?){30})+",
]
NEVER = [
    r"(a+)\1",
    "(?:foo){e<=1}",
    "(?R)|a",
    "(?x) a",
    "(a?)+b",
    "(|a)*",
    "stra\N{LATIN SMALL LETTER SHARP S}e",
    r"\u00df",
]


@pytest.mark.parametrize("source", LONG)
def test_a_bound_for_long_lines(source: str) -> None:
    assert bounded_chars(source) >= 500


@pytest.mark.parametrize("source", SLOW)
def test_no_bound_where_it_can_take_long(source: str) -> None:
    assert bounded_chars(source) == 0


@pytest.mark.parametrize("source", NEVER)
def test_no_bound(source: str) -> None:
    assert bounded_chars(source) == 0


def test_many_shipped_patterns_have_a_bound() -> None:
    assert sum(bounded_chars(source) >= 200 for source in SHIPPED) > 0.6 * len(SHIPPED)


class Clock:
    """A compiled pattern that notes which lines it was given a time limit for."""

    def __init__(self) -> None:
        self.limited: list[int] = []

    def fullmatch(self, text: str, timeout: float | None = None) -> None:
        if timeout is not None:
            self.limited.append(len(text))


def test_longer_lines_keep_the_limit() -> None:
    pattern, clock = LinePattern(".*a.*b.*c"), Clock()
    longest = bounded_chars(pattern.source)
    pattern.__dict__["compiled"] = clock
    assert longest == 100
    text = "\n".join("a" * (length - 1) + "c" for length in range(1, longest + 3))
    for line in segment(Document(text)).content:
        pattern.match_whole(line)
    assert clock.limited == [longest + 1, longest + 2]


class Walk:
    """A backtracking matcher without any guard, which counts the parts that it enters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0

    def ends(self, node: Node, at: int) -> Iterator[int]:
        """Where the part can end, once for each way."""
        self.steps += 1
        match node:
            case Chars(letter):
                if at < len(self.text) and letter in (".", self.text[at]):
                    yield at + 1
            case Look(body):
                if next(self.ends(body, at), None) is not None:
                    yield at
            case Atomic(body):
                yield from (end for _, end in zip("1", self.ends(body, at), strict=False))
            case Chain(parts):
                yield from self.chain(parts, at)
            case Choice(options):
                for option in options:
                    yield from self.ends(option, at)
            case Repeat():
                yield from self.repeat(node, at, 0)
            case _:
                yield at

    def chain(self, parts: tuple[Node, ...], at: int) -> Iterator[int]:
        if not parts:
            yield at
            return
        for end in self.ends(parts[0], at):
            yield from self.chain(parts[1:], end)

    def repeat(self, node: Repeat, at: int, turns: int) -> Iterator[int]:
        if node.most is None or turns < node.most:
            for end in self.ends(node.body, at):
                if end > at or node.most is not None:
                    yield from self.repeat(node, end, turns + 1)
        if turns >= node.least:
            yield at


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "."]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{2,}", "++"])).map(
            lambda parts: f"(?:{parts[0]}){parts[1]}"
        ),
        st.tuples(st.sampled_from(["(?=", "(?>"]), inner).map(lambda parts: f"{''.join(parts)})"),
    ),
    max_leaves=7,
)


@given(PATTERNS, st.text("ab", max_size=9))
@settings(max_examples=500, deadline=None)
def test_no_walk_takes_more_steps_than_the_bound(source: str, text: str) -> None:
    parsed = parse_pattern(source)
    assert parsed is not None
    ways, bound = Effort(len(text), len(list(walk(parsed.node)))).of(parsed.node)
    if bound <= MAX_STEPS:
        walker = Walk(text)
        assert sum(1 for _ in walker.ends(parsed.node, 0)) <= ways
        assert walker.steps <= bound
