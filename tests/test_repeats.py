"""What lines have in common, asked as the definitions say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import scan
from cleaner.model import Document
from cleaner.repeats import (
    BEGINS,
    EARLIER,
    ENDS_IN_HEAD,
    HEADLINE,
    HOLDS,
    HOLDS_FIRST_WORD,
    IS_HEAD,
    IS_IN,
    NEXT,
    PREVIOUS,
    SAME,
    UNKNOWN,
    Repeater,
    Repeaters,
    places_by_phrase,
)
from cleaner.rules.conditions import LineTest, Range
from cleaner.scan import TextTooLongError
from cleaner.segment import Page, Passage, segment

PHRASES = st.lists(st.text("ab ", max_size=6).map(lambda text: " ".join(text.split()).encode()), max_size=12)
# Lines with edges that phrases drop, double spaces, and characters that are folded with those beside them.
LINES = st.lists(st.text("ab  .e\N{COMBINING ACUTE ACCENT}\N{LATIN SMALL LETTER E WITH ACUTE}", max_size=7), max_size=9)
CHOICE = st.sets(st.integers(0, 8), max_size=4)


@given(PHRASES)
def test_places_by_phrase(phrases: list[bytes]) -> None:
    places = places_by_phrase(phrases)
    assert places == {said: [place for place, one in enumerate(phrases) if one == said] for said in set(phrases)}


def repeater(against: int, relation: int, own: LineTest | None = None, **asked: Any) -> Repeater:
    rest = {"has_patterns": False, "least_chars": 0, "least_said": 0, "reach": None, "within": None, "passage": None}
    return Repeater(against, relation, asked.pop("literals", ()), own or LineTest(), **(rest | asked))


def page_of(lines: list[str]) -> Page:
    return segment(Document("\n".join(lines)))


def suspects(page: Page, *repeaters: Repeater, headline: int = -1, **asked: Any) -> list[tuple[int, int, int]]:
    return Repeaters(repeaters).suspects(page, headline, **asked)


RELATIONS: dict[int, Callable[[bytes, bytes], bool]] = {
    SAME: lambda one, other: one == other,
    IS_HEAD: lambda one, other: one != other and other.startswith(one),
    BEGINS: lambda one, other: one.startswith(other),
    IS_IN: lambda one, other: one != other and one in other,
    HOLDS: lambda one, other: other in one,
    ENDS_IN_HEAD: lambda one, other: any(one.endswith(head) for head in heads(other)),
    HOLDS_FIRST_WORD: lambda one, other: regex.sub(rb"[^a-z0-9].*", b"", other) in one,
}
OF_PARTS = {BEGINS, HOLDS, ENDS_IN_HEAD, HOLDS_FIRST_WORD}  # what a part of the line has in common


def heads(phrase: bytes) -> list[bytes]:
    """The beginnings behind which no letter or digit follows."""
    ends = range(1, len(phrase) + 1)
    return [phrase[:end] for end in ends if not regex.match(rb"[a-z0-9]", phrase[end : end + 1])]


@given(LINES, CHOICE, CHOICE, st.integers(-1, 8), st.integers(-1, 8))
@settings(max_examples=300, deadline=None)
def test_lines_that_have_something_in_common(
    lines: list[str], gone: set[int], taken: set[int], headline: int, above: int
) -> None:
    """Every relation to the headline, the next and the previous line that is left, all in one look."""
    page = page_of(lines)
    kept = [place for place in range(len(page.content)) if place not in gone]
    gone &= set(range(len(page.content)))
    asked = [(against, relation) for against in (HEADLINE, NEXT, PREVIOUS) for relation in (*RELATIONS, UNKNOWN)]
    repeaters = [repeater(*one, has_patterns=one[1] in OF_PARTS) for one in asked]
    found = suspects(page, *repeaters, headline=headline, gone=gone, taken=taken, above=above)
    wanted = []
    for index, place in enumerate(kept):
        for number, (against, relation) in enumerate(asked):
            beside = {HEADLINE: headline, NEXT: at(kept, index + 1), PREVIOUS: at(kept, index - 1)}[against]
            stays = place > above and place not in taken and (against == HEADLINE or beside not in taken)
            if beside in kept and beside != place and stays and is_so(page, place, beside, relation):
                wanted.append((place, number, beside))
    assert found == wanted


def at(places: list[int], index: int) -> int:
    return places[index] if 0 <= index < len(places) else -1


def is_so(page: Page, place: int, beside: int, relation: int) -> bool:
    if relation == UNKNOWN or (relation in OF_PARTS and place in page.whole):
        return True
    one, other = page.phrases[place], page.phrases[beside]
    return bool(one) and bool(other) and RELATIONS[relation](one, other)


@given(LINES, CHOICE, CHOICE, st.none() | st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_lines_that_earlier_lines_say(lines: list[str], gone: set[int], taken: set[int], within: int | None) -> None:
    page = page_of(lines)
    kept = [place for place in range(len(page.content)) if place not in gone]
    gone &= set(range(len(page.content)))
    found = suspects(page, repeater(EARLIER, SAME, within=within), gone=gone, taken=taken)
    wanted = []
    for index, place in enumerate(kept):
        phrase = page.phrases[place]
        same = [other for other in range(index) if page.phrases[kept[other]] == phrase] if phrase else []
        staying = [kept[other] for other in same if kept[other] not in taken]
        is_near = within is None or any(index - other <= within for other in same)
        if staying and is_near and place not in taken:
            wanted.append((place, 0, staying[0]))
    assert found == wanted


@given(LINES, st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_passages_are_followed_from_the_first_line_that_said_the_same(lines: list[str], line_count: int) -> None:
    page = page_of(lines)
    phrases = page.phrases
    found = [place for place, _, _ in suspects(page, repeater(EARLIER, SAME, passage=Passage(line_count, 0, 0)))]
    wanted = []
    start = 0
    while start < len(phrases):
        distance = start - phrases.index(phrases[start]) if phrases[start] else 0
        end = start + 1
        while distance and end < len(phrases) and phrases[end] == phrases[end - distance]:
            end += 1
        if distance and end - start >= line_count:
            wanted += [place for place in range(start, end) if phrases[place]]
        start = end
    assert found == wanted


PROSE = "The council votes on Monday, and nobody knows how it will end."
PASSAGES = {
    "enough": (Passage(2, 14, 1), [2, 3]),
    "too few lines": (Passage(3, 0, 0), []),
    "too few words": (Passage(2, 15, 0), []),
    "too little prose": (Passage(2, 0, 2), []),
}


@pytest.mark.parametrize(("passage", "places"), PASSAGES.values(), ids=PASSAGES)
def test_how_much_a_passage_is(passage: Passage, places: list[int]) -> None:
    page = page_of(["Tea time", PROSE, "Tea time", PROSE])
    assert [place for place, _, _ in suspects(page, repeater(EARLIER, SAME, passage=passage))] == places


TOP = ["Tea: time for a cup", "Time for a cup of tea, or two of them."]
PATTERNS = {
    "no literal": ({}, True),
    "one of the literals": ({"literals": (b"\n", b": ")}, True),
    "none of the literals": ({"literals": (b"|", b"; ")}, False),
    "a literal that another line holds": ({"literals": (b"two",)}, False),
    "enough characters": ({"least_chars": 19}, True),
    "too few characters": ({"least_chars": 20}, False),
    "enough of them said": ({"least_said": 16}, True),
    "too few of them said": ({"least_said": 17}, False),
    "among the first lines": ({"reach": 1}, True),
    "words": ({"own": LineTest(words=Range(5, 5))}, True),
    "too few words": ({"own": LineTest(words=Range(6))}, False),
    "too many words": ({"own": LineTest(words=Range(0, 4))}, False),
    "a heading": ({"own": LineTest(heading=True)}, True),
    "no heading": ({"own": LineTest(heading=False)}, False),
    "prose": ({"own": LineTest(prose=True)}, False),
    "no prose": ({"own": LineTest(prose=False)}, True),
}


@pytest.mark.parametrize(("asked", "is_suspect"), PATTERNS.values(), ids=PATTERNS)
def test_what_else_a_rule_asks(asked: dict[str, Any], is_suspect: bool) -> None:
    found = suspects(page_of(TOP), repeater(NEXT, ENDS_IN_HEAD, has_patterns=True, **asked))
    assert found == ([(0, 0, 1)] if is_suspect else [])


SAID = {
    "marks around it count": ("Tea: * (time for a cup)?!", 20, True),
    "and no more": ("Tea: * (time for a cup)?!", 23, False),
    "so do spaces that are squeezed": ("Tea: time  for   a cup", 18, True),
    "letters beyond ASCII count": ("Th\N{LATIN SMALL LETTER E WITH ACUTE}: time for a cup", 16, True),
    "and one too many": ("Th\N{LATIN SMALL LETTER E WITH ACUTE}: time for a cup", 18, False),
    "so does what nobody reads": ("Tea: time for a\N{SOFT HYPHEN} c\N{ZERO WIDTH SPACE}up", 18, True),
    "the space before it does not": ("Tea time for a cup", 15, True),
    "the letter before it does": ("Tea time for a cup", 16, False),
    "capitals and digits": ("TEA: TIME FOR A CUP", 17, False),
    "marks in capitals' and digits' place": ("Tea: @[`{\x10 time for a cup", 20, True),
}


@pytest.mark.parametrize(("line", "least", "is_suspect"), SAID.values(), ids=SAID)
def test_how_much_may_be_said_again(line: str, least: int, is_suspect: bool) -> None:
    page = page_of([line, TOP[1]])
    assert bool(suspects(page, repeater(NEXT, ENDS_IN_HEAD, has_patterns=True, least_said=least))) is is_suspect


def test_rules_that_look_at_the_first_lines_alone() -> None:
    page = page_of(["a b", "c", "a b", "a b"])
    assert suspects(page, repeater(EARLIER, SAME, reach=3)) == [(2, 0, 0)]
    assert suspects(page, repeater(PREVIOUS, SAME, reach=3)) == []


def test_phrases_that_are_folded_as_a_whole_count_to_what_a_text_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    page = segment(Document("e\N{COMBINING ACUTE ACCENT}\n" * 3))
    assert len(page.whole) == 3
    size = len(page.scan.folded)
    monkeypatch.setattr(scan, "MAX_BYTES", size + 6)
    Repeaters([]).suspects(page, -1)
    monkeypatch.setattr(scan, "MAX_BYTES", size + 5)
    with pytest.raises(TextTooLongError):
        Repeaters([]).suspects(page, -1)


def test_parts_of_lines_that_are_folded_as_a_whole_are_not_known() -> None:
    page = page_of(["e\N{COMBINING ACUTE ACCENT} b", "c"])
    asked: dict[str, Any] = {"has_patterns": True, "literals": (b"x",), "least_chars": 99}
    assert suspects(page, repeater(NEXT, BEGINS, **asked)) == [(0, 0, 1)]
    assert suspects(page, repeater(EARLIER, UNKNOWN, **asked)) == [(0, 0, -1)]
    assert suspects(page, repeater(NEXT, BEGINS)) == []


def test_pages_of_all_lengths_one_after_the_other() -> None:
    """The arrays are used again, and grow."""
    repeaters = Repeaters([repeater(EARLIER, SAME), repeater(NEXT, SAME)])
    for count in (0, 1, 3, 1_000, 2, 0, 200_000, 5):
        page = page_of(["tea", *map(str, range(count)), "tea"] if count else [])
        assert repeaters.suspects(page, -1) == ([(count + 1, 0, 0)] if count else [])
