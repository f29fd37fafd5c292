"""The screen finds every literal that stands where it must, and asks of a line what its pattern needs; nothing else."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.model import Document
from cleaner.rules.literals import needs_of
from cleaner.rules.load import load_rules
from cleaner.rules.many import NeedsOfMany
from cleaner.rules.pattern import LinePattern
from cleaner.rules.screen import Needs, Screen, Trial
from cleaner.scan import encode, scan
from cleaner.segment import segment

RULE = load_rules().rules[0]
ANYTHING = Needs(None, ())

# Few letters, so that literals share their bytes, begin with each other and overlap; one of two bytes, one of three.
LETTERS = st.sampled_from("ab c\N{COPYRIGHT SIGN}\N{BULLET}")
LITERALS = st.lists(st.text(LETTERS, min_size=1, max_size=6).map(str.strip).filter(lambda text: len(text.encode()) > 1))
TEXTS = st.text(LETTERS | st.just("\n"), max_size=60)


def trial(order: int, **limits: int) -> Trial:
    options = {"longest_chars": -1, "most_words": -1} | limits
    return Trial(LinePattern("x"), RULE, order, needs=ANYTHING, is_inside=False, is_first_word=False, **options)


def candidates(screen: Screen, text: str) -> dict[int, set[int]]:
    scanned = scan(encode(text))
    found = screen.candidates(scanned, range(scanned.line_count))
    return {place: {one.order for one in trials} for place, trials in found.items()}


@given(heads=LITERALS, others=LITERALS, text=TEXTS)
@settings(max_examples=1_000, deadline=None)
def test_literals_are_found_where_they_stand(heads: list[str], others: list[str], text: str) -> None:
    literals = list(dict.fromkeys([*(f"\n{head}" for head in heads), *others]))
    screen = Screen({literal.encode(): [trial(order)] for order, literal in enumerate(literals)})
    scanned = scan(encode(text))
    lines = [scanned.folded_line(place) for place in range(scanned.line_count)]
    wanted = {
        place: {order for order, literal in enumerate(literals) if is_in(literal, line)}
        for place, line in enumerate(lines)
    }
    assert candidates(screen, text) == {place: orders for place, orders in wanted.items() if orders}


def is_in(literal: str, line: bytes) -> bool:
    return line.startswith(literal.encode()) if literal.startswith("\n") else literal.encode() in line


def test_many_literals_with_the_same_bytes() -> None:
    literals = [f"xqz{number}" for number in range(3_000)]
    screen = Screen({literal.encode(): [trial(order)] for order, literal in enumerate(literals)})
    assert candidates(screen, "a xqz1 b\nxqz\nxqz2999") == {0: {1}, 2: {2, 29, 299, 2999}}


@pytest.mark.parametrize(
    ("limits", "text", "is_tried"),
    [
        ({}, "a word of it", True),
        ({"longest_chars": 12}, "a word of it", True),
        ({"longest_chars": 11}, "a word of it", False),
        ({"most_words": 4}, "a word of it", True),
        ({"most_words": 3}, "a word of it", False),
    ],
)
def test_what_is_too_long_is_not_tried(limits: dict[str, int], text: str, is_tried: bool) -> None:
    assert bool(candidates(Screen({b"word": [trial(0, **limits)]}), text)) is is_tried


@pytest.mark.parametrize(
    ("pattern", "line", "are_met"),
    [
        ("(also read|read next)[:|].+", "Read next: ferries", True),
        ("(also read|read next)[:|].+", "read ferries", False),
        ("(also read|read next)[:|].+", "so read next: ferries", False),
        (".*(sign up|subscribe).*newsletter.*", "Please subscribe to the newsletter", True),
        (".*(sign up|subscribe).*newsletter.*", "Please subscribe", False),
        (".*(sign up|subscribe).*newsletter.*", "The newsletter", False),
        (r"\d+ comments?", "12 comments", True),
        (r"\d+ comments?", "no comments", False),
        (r"\p{Lu}.*", "anything", True),
    ],
)
def test_needs(pattern: str, line: str, are_met: bool) -> None:
    needs = needs_of(pattern)
    folded = scan(encode(line)).folded
    assert needs.are_met(folded) is are_met
    assert pickle.loads(pickle.dumps(needs)).are_met(folded) is are_met
    content = segment(Document(line)).content
    assert NeedsOfMany([needs, ANYTHING, needs]).met(content, 0) == ([0, 1, 2] if are_met else [1])
