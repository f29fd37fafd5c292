"""Edits applied, stacked and taken back, at the edges where spans meet; `test_laws` has the general laws."""

from __future__ import annotations

import pytest

from cleaner.cut import RestoreError, compose, cut, locate, restore
from cleaner.model import Action, Edit, Reason

ACTIONS = {"-": Action.REMOVE, "~": Action.REPAIR, "=": Action.REPLACE}


def edit(start: int, end: int, after: str = "", kind: str = "-", rule: str = "r") -> Edit:
    return Edit(start, end, after, ACTIONS[kind], Reason(rule, 1, "promo"))


CUTS = {
    "no edits": ("abc", [], "abc"),
    "empty text": ("", [edit(0, 0, "x")], "x"),
    "start": ("abc", [edit(0, 1)], "bc"),
    "end": ("abc", [edit(2, 3)], "ab"),
    "all": ("abc", [edit(0, 3)], ""),
    "insertion at the end": ("abc", [edit(3, 3, "!")], "abc!"),
    "insertion between two touching removals": ("abcd", [edit(0, 2), edit(2, 2, "-"), edit(2, 4)], "-"),
    "replacements that touch": ("abcd", [edit(0, 2, "xyz"), edit(2, 4, "")], "xyz"),
    "astral characters are one": ("\N{GRINNING FACE}b", [edit(0, 1)], "b"),
}


@pytest.mark.parametrize(("text", "edits", "expected"), CUTS.values(), ids=CUTS)
def test_cut_and_back(text: str, edits: list[Edit], expected: str) -> None:
    assert cut(text, edits) == expected
    assert restore(expected, locate(text, edits)) == text


TAMPERED = {
    "replacement changed": ("abcd", [edit(1, 2, "xy")], "aXycd"),
    "text too short": ("abcd", [edit(3, 4, "xy")], "abc"),
    "text of another document": ("abcd", [edit(0, 0, "x"), edit(4, 4, "\n")], "xabce"),
}


@pytest.mark.parametrize(("source", "edits", "text"), TAMPERED.values(), ids=TAMPERED)
def test_restore_refuses_another_text(source: str, edits: list[Edit], text: str) -> None:
    with pytest.raises(RestoreError, match=r"differs from its ledger at code point \d+ \(r\)"):
        restore(text, locate(source, edits))


def test_restore_refuses_a_span_of_another_length() -> None:
    with pytest.raises(RestoreError, match="at code point 1"):
        restore("ad", [Edit(1, 3, "", Action.REMOVE, Reason("r", 1, ""), before="bcd")])


# Source "abcdef": what the first layer does, what the second does to its outcome, and one layer that does both.
STACKS = {
    "nothing first": ([], [edit(1, 2)], [edit(1, 2)]),
    "nothing second": ([edit(1, 2)], [], [edit(1, 2)]),
    "apart": ([edit(0, 1)], [edit(3, 4, rule="s")], [edit(0, 1), edit(4, 5, rule="s")]),
    "second before first": ([edit(4, 5)], [edit(0, 1, rule="s")], [edit(0, 1, rule="s"), edit(4, 5)]),
    "touching": ([edit(0, 2)], [edit(0, 1, rule="s")], [edit(0, 2), edit(2, 3, rule="s")]),
    "around an earlier removal": (
        [edit(2, 4)],
        [edit(0, 4, rule="s")],
        [edit(0, 2, rule="s"), edit(2, 4), edit(4, 6, rule="s")],
    ),
    "replacement around an earlier removal": (
        [edit(2, 4)],
        [edit(1, 3, "X", "=", "s")],
        [edit(1, 2, "X", "=", "s"), edit(2, 4), edit(4, 5, "", "=", "s")],
    ),
    "a repair inside a removal": ([edit(2, 3, "CC", "~")], [edit(1, 5, rule="s")], [edit(1, 4, rule="s")]),
    "the head of a repair stays": ([edit(2, 3, "XY", "~")], [edit(3, 5, rule="s")], [edit(2, 4, "X", rule="s")]),
    "the tail of a repair stays": (
        [edit(2, 3, "XY", "~")],
        [edit(1, 3, rule="s")],
        [edit(1, 3, rule="s"), edit(3, 3, "Y", "~")],
    ),
    "the middle of a repair goes": (
        [edit(2, 3, "XYZ", "~")],
        [edit(3, 4, rule="s")],
        [edit(2, 3, "X", rule="s"), edit(3, 3, "Z", "~")],
    ),
    "two later removals in one repair": (
        [edit(2, 3, "VWXYZ", "~")],
        [edit(3, 4, rule="s"), edit(5, 6, rule="t")],
        [edit(2, 3, "V", rule="s"), edit(3, 3, "X", rule="t"), edit(3, 3, "Z", "~")],
    ),
    "an insertion taken back": ([edit(6, 6, "\n", "~")], [edit(6, 7, rule="s")], []),
    "the head of an insertion taken back": (
        [edit(3, 3, "XY", "~")],
        [edit(3, 4, rule="s")],
        [edit(3, 3, "Y", "~")],
    ),
    "the tail of an insertion taken back": (
        [edit(3, 3, "XY", "~")],
        [edit(4, 5, rule="s")],
        [edit(3, 3, "X", rule="s")],
    ),
    "an insertion before an insertion": (
        [edit(3, 3, "X", "~")],
        [edit(3, 3, "Y", "~", "s")],
        [edit(3, 3, "Y", "~", "s"), edit(3, 3, "X", "~")],
    ),
    "an insertion behind an insertion": (
        [edit(3, 3, "X", "~")],
        [edit(4, 4, "Y", "~", "s")],
        [edit(3, 3, "X", "~"), edit(3, 3, "Y", "~", "s")],
    ),
    "a removal that was a repair is taken over": (
        [edit(2, 3, "", "~")],
        [edit(1, 3, rule="s")],
        [edit(1, 4, rule="s")],
    ),
}


@pytest.mark.parametrize(("first", "second", "both"), STACKS.values(), ids=STACKS)
def test_compose(first: list[Edit], second: list[Edit], both: list[Edit]) -> None:
    assert compose(first, second) == both
    assert cut("abcdef", both) == cut(cut("abcdef", first), second)


LINES = {
    "first line": ("one\ntwo", 0, 1),
    "the newline belongs to its line": ("one\ntwo", 3, 1),
    "second line": ("one\ntwo", 4, 2),
    "end of the text": ("one\ntwo\n", 8, 3),
    "windows line ends count once": ("one\r\ntwo\r\nthree", 10, 3),
    "old mac line ends": ("one\rtwo\rthree", 8, 3),
    "line and paragraph separator": ("one\N{LINE SEPARATOR}two\N{PARAGRAPH SEPARATOR}three", 8, 3),
    "a form feed ends no line": ("one\ftwo", 4, 1),
    "an ellipsis byte read as a control ends no line": ("one\x85two", 4, 1),
}


@pytest.mark.parametrize(("source", "place", "line"), LINES.values(), ids=LINES)
def test_locate(source: str, place: int, line: int) -> None:
    (located,) = locate(source, [edit(place, place, "x")])
    assert (located.line, located.before) == (line, "")
