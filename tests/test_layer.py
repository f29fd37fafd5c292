"""A layer of edits: what goes is what was asked for, and no white space is too much afterwards."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.cut import cut, locate
from cleaner.layer import layer_of
from cleaner.model import Action, Document, Edit, Reason
from cleaner.repair import repair
from cleaner.segment import segment

RULE = Reason("t/a", 1, "promo")

# text -> what is left of it without the lines of these places, and the names of the edits
CASES: dict[str, tuple[str, set[int], str, list[str]]] = {
    "empty": ("", set(), "", []),
    "one line": ("a\n", set(), "a\n", []),
    "one blank line between": ("a\n\nb\n", set(), "a\n\nb\n", []),
    "newlines only": ("\n\n\n", set(), "", ["blank-line"]),
    "spaces only": ("  ", set(), "", ["trailing-space"]),
    "first line blank": ("\na\n", set(), "a\n", ["blank-line"]),
    "one newline too many": ("a\n\n", set(), "a\n", ["blank-line"]),
    "no last newline": ("a", set(), "a\n", ["final-newline"]),
    "two blank lines": ("a\n\n\nb\n", set(), "a\n\nb\n", ["blank-line"]),
    "blank lines of spaces": ("a\n \n \nb\n", set(), "a\n\nb\n", ["trailing-space", "trailing-space", "blank-line"]),
    "spaces between blank lines go with them": ("a\n\n\n  \nb\n", set(), "a\n\nb\n", ["blank-line"]),
    "a line goes": ("a\nx\nb\n", {1}, "a\nb\n", ["t/a"]),
    "and its blank line": ("a\n\nx\n\nb\n", {1}, "a\n\nb\n", ["t/a", "blank-line"]),
    "the one blank line stays": ("a\nx\n\nb\n", {1}, "a\n\nb\n", ["t/a"]),
    "blank lines around it are told apart": ("a\n\n\nx\n\nb\n", {1}, "a\n\nb\n", ["blank-line", "t/a", "blank-line"]),
    "its spaces go with it": ("a\nx  \nb\n", {1}, "a\nb\n", ["t/a"]),
    "the first line goes": ("x\n\na\n", {0}, "a\n", ["t/a", "blank-line"]),
    "the last line goes": ("a\n\nx", {1}, "a\n", ["blank-line", "t/a"]),
    "the last line and its spaces": ("a\nx  ", {1}, "a\n", ["t/a"]),
    "all lines go": ("x\n\ny", {0, 1}, "", ["t/a", "blank-line", "t/a"]),
    "spaces at the end": ("a\n\n  ", set(), "a\n", ["blank-line", "trailing-space"]),
}


@pytest.mark.parametrize(("text", "gone", "left", "names"), CASES.values(), ids=CASES)
def test_layer(text: str, gone: set[int], left: str, names: list[str]) -> None:
    edits = layer_of(text, segment(Document(text)).scan, dict.fromkeys(gone, RULE), [])
    assert cut(text, edits) == left
    assert [edit.reason.rule.removeprefix("repair/") for edit in edits] == names


def tidied(text: str) -> str:
    """What a text is once its white space is tidy, said in another way."""
    text = regex.sub(r"\n{3,}", "\n\n", regex.sub(r"[^\S\n]+(?=\n|$)", "", text)).strip("\n")
    return text + "\n" if text else ""


@given(text=st.text(st.sampled_from("ab \t\n\n\n\N{EM SPACE}"), max_size=40), data=st.data())
@settings(max_examples=2_000, deadline=None)
def test_layers_leave_what_is_asked(text: str, data: st.DataObject) -> None:
    page = segment(Document(text))
    gone = data.draw(st.sets(st.integers(0, max(0, len(page.content) - 1)))) if page.content else set()
    edits = layer_of(text, page.scan, dict.fromkeys(gone, RULE), [])
    assert all(one.end <= other.start for one, other in pairwise(edits))
    assert tuple(edits) == locate(text, edits)
    kept = [line for line in page.lines if line.place not in gone or line.is_blank]
    assert cut(text, edits) == tidied("".join(text[line.start : line.end] for line in kept))
    assert {edit.start for edit in edits if edit.takes_line} == {page.content[place].start for place in gone}


@example(text="a \nb")
@given(text=st.text(st.sampled_from("ab \n\r&amp;\N{COMBINING ACUTE ACCENT}"), max_size=30))
@settings(max_examples=500, deadline=None)
def test_white_space_that_repair_mends_is_the_same(text: str) -> None:
    scanned = segment(Document(text)).scan
    if not scanned.odd:
        wanted = [(edit.start, edit.end) for edit in repair(text, scanned)]
        assert cut(text, layer_of(text, scanned, {}, [])) == tidied(text)
        assert set(wanted) >= {
            (edit.start, edit.end)
            for edit in layer_of(text, scanned, {}, [])
            if edit.reason.rule == "repair/trailing-space"
        }


def test_edits_inside_lines_stand_between_the_others() -> None:
    text = "a x  \n\n\ny\nb\n"
    inside = Edit(1, 3, "", Action.REMOVE, RULE)
    edits = layer_of(text, segment(Document(text)).scan, {1: RULE}, [inside])
    assert cut(text, edits) == "a\n\nb\n"
    assert [(edit.before, edit.line, edit.takes_line) for edit in edits] == [
        (" x", 1, False),
        ("  ", 1, False),
        ("\n", 3, False),
        ("y\n", 4, True),
    ]


@given(text=st.text(st.sampled_from("ab. \n\n"), max_size=40), data=st.data())
@settings(max_examples=500, deadline=None)
def test_lines_without_others_are_those_of_the_text_that_is_left(text: str, data: st.DataObject) -> None:
    """Whether rules ask for more is asked of a view, where a second pass would look at the text itself."""
    page = segment(Document(text))
    gone = data.draw(st.sets(st.integers(0, max(0, len(page.content) - 1)))) if page.content else set()
    left = page.content.without(gone)
    after = segment(Document(cut(text, layer_of(text, page.scan, dict.fromkeys(gone, RULE), [])))).content
    assert [(line.number, line.place, line.text) for line in left] == [
        (line.number, line.place, line.text) for line in after
    ]
    places = range(len(after))
    assert [left.distance(place, 1) for place in places] == [after.distance(place, 1) for place in places]
    for most in (1, 9):
        runs = [left.prose_run_from(place, most) for place in places]
        assert runs == [after.prose_run_from(place, most) for place in places]
    assert [line.phrase for line in left.without({0})] == [line.phrase for line in after][1:]
