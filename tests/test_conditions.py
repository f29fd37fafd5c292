"""What rules ask of lines: answered without a line where that is possible, and the same as with one."""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.model import Document
from cleaner.rules.conditions import Around, Conditions, LineTest, PhraseSet, Range, Where
from cleaner.rules.pattern import LinePattern, PatternSet
from cleaner.segment import segment

PHRASES = PhraseSet(["read more", "gro\N{LATIN SMALL LETTER SHARP S}", "x" * 200])

# Lines, and whether they are one of the phrases; some are folded as a whole, so the scan has no hash of them.
LINES = {
    "Read more": True,
    "  READ\N{NO-BREAK SPACE}more \N{RIGHTWARDS ARROW}": True,
    "Read more of it": False,
    "Gross": True,
    "re\N{COMBINING ACUTE ACCENT}ad more": False,
    "read more\N{COMBINING ACUTE ACCENT}": False,
    "\N{LATIN SMALL LETTER I}\N{COMBINING DOT ABOVE}": False,
    "x" * 200: True,
    "x" * 200 + "." * 300: True,
    "x" * 200 + "." * 301: False,
    "...": False,
}


@pytest.mark.parametrize("line", LINES)
def test_phrases_are_whole_lines(line: str) -> None:
    content = segment(Document(f"One\n{line}\nTwo")).content
    assert [PHRASES.holds(content, place) for place in range(3)] == [False, LINES[line], False]


@given(
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=8),
    st.integers(0, 7),
    st.sampled_from([1, -1]),
    st.one_of(st.none(), st.integers(1, 8)),
    st.integers(1, 4),
)
@settings(max_examples=500, deadline=None)
def test_windows_count_as_many_as_are_wanted(
    lines: list[str], place: int, step: int, reach: int | None, least: int
) -> None:
    place %= len(lines)
    content = segment(Document("\n".join(lines))).content
    test = LineTest(patterns=PatternSet([LinePattern("a|b")]), not_=LineTest(phrases=PhraseSet(["b"])))
    window = (lines[place + 1 :] if step > 0 else lines[:place][::-1])[:reach]
    assert Around(test, reach, least).holds(content, place, step) == (window.count("a") >= least)


def test_a_test_stays_what_it_is_once_it_was_asked() -> None:
    phrases = PhraseSet(["a"])
    test, same = LineTest(phrases=phrases, words=Range(1)), LineTest(phrases=phrases, words=Range(1))
    content = segment(Document("a\nb\na")).content
    assert Around(test).holds(content, 0, 1)
    assert test == same
    assert hash(test) == hash(same)
    assert repr(test) == repr(same)
    other = replace(test, phrases=PhraseSet(["c"]))
    again = pickle.loads(pickle.dumps(test))
    assert [Around(one).holds(content, 0, 1) for one in (test, again, other)] == [True, True, False]


ADDRESS = LineTest(patterns=PatternSet([LinePattern(r"\w+://forum\..*")]))


@pytest.mark.parametrize(
    ("url", "holds"), [("https://forum.example/1", True), ("https://example/forum.", False), ("", False), (None, False)]
)
def test_an_address_is_asked_as_a_line(url: str | None, holds: bool) -> None:
    content = segment(Document("One\nTwo", url=url)).content
    asked = Conditions(address=ADDRESS)
    assert [asked.holds(content, place) for place in (0, 1)] == [holds, holds]
    assert asked.holds(content.without({0}), 0) == holds


# How many of ten lines, the first ones, lie there.
PLACES = {Where(first=3): 3, Where(first=12): 10, Where(first=Fraction(1, 4)): 3, Where(first=Fraction(1, 100)): 1}


@pytest.mark.parametrize("where", PLACES, ids=str)
def test_a_share_of_lines_reaches_at_least_one(where: Where) -> None:
    assert [where.holds(place, 10) for place in range(10)] == [place < PLACES[where] for place in range(10)]
