"""The two foldings: what counts as the same phrase, what does not, and offsets that stay valid."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.fold import FOLDED, fold_phrase, fold_shape

QUICK = settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)

SAME = {
    "case": ("LEAVE A REPLY", "leave a reply"),
    "edge punctuation": ("*** Leave a reply: ***", "leave a reply"),
    "edge symbols and bullets": ("\N{BULLET} Leave a reply \N{BLACK RIGHT-POINTING TRIANGLE}", "leave a reply"),
    "edge emoji": ("\N{PUSHPIN} Read also", "read also"),
    "squeezed space": ("Leave \t a   reply", "leave a reply"),
    "no-break space": ("Leave\N{NO-BREAK SPACE}a\N{NARROW NO-BREAK SPACE}reply", "leave a reply"),
    "ideographic space": ("Read\N{IDEOGRAPHIC SPACE}also", "read also"),
    "curly apostrophe": ("Don\N{RIGHT SINGLE QUOTATION MARK}t miss", "don't miss"),
    "modifier apostrophe": ("Don\N{MODIFIER LETTER APOSTROPHE}t miss", "don't miss"),
    "double quotes inside": ("On \N{LEFT DOUBLE QUOTATION MARK}Tea\N{RIGHT DOUBLE QUOTATION MARK} now", 'on "tea" now'),
    "guillemets inside": (
        "On \N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}Tea\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK} now",
        'on "tea" now',
    ),
    "dashes": ("follow\N{NON-BREAKING HYPHEN}up \N{EM DASH} more", "follow-up - more"),
    "sharp s and double s": ("Grosse Stra\N{LATIN SMALL LETTER SHARP S}e", "GROSSE STRASSE"),
    "capital sharp s": ("STRA\N{LATIN CAPITAL LETTER SHARP S}E", "strasse"),
    "decomposed letters": ("Re\N{COMBINING ACUTE ACCENT}agir", "R\N{LATIN SMALL LETTER E WITH ACUTE}agir"),
    "kelvin sign": ("\N{KELVIN SIGN}elvin", "kelvin"),
    "long s": ("Congre\N{LATIN SMALL LETTER LONG S}s", "congress"),
    "final sigma": (
        "\N{GREEK SMALL LETTER OMICRON}\N{GREEK SMALL LETTER FINAL SIGMA}",
        "\N{GREEK SMALL LETTER OMICRON}\N{GREEK CAPITAL LETTER SIGMA}",
    ),
    "ligature": ("of\N{LATIN SMALL LIGATURE FI}ce", "office"),
}
DIFFERENT = {
    "a word more": ("leave a reply now", "leave a reply"),
    "a word less": ("leave reply", "leave a reply"),
    "inner punctuation": ("share, this", "share this"),
    "inner hyphen": ("e-mail", "email"),
    "no space at all": ("readalso", "read also"),
    "accent": ("r\N{LATIN SMALL LETTER E WITH ACUTE}sum\N{LATIN SMALL LETTER E WITH ACUTE}", "resume"),
    "look-alike cyrillic": ("sh\N{CYRILLIC SMALL LETTER A}re", "share"),
    "digits at the edge": ("3 comments", "comments"),
    "grave accent for apostrophe": ("don`t miss", "don't miss"),
    "zero width space": ("read\N{ZERO WIDTH SPACE}also", "read also"),
}
EMPTY = {
    "nothing": "",
    "blank": " \t\N{NO-BREAK SPACE}",
    "rule": "* * *",
    "dashes": "\N{EM DASH}\N{EN DASH}-",
    "arrows": "\N{RIGHTWARDS ARROW} >> |",
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_phrase(one: str, other: str) -> None:
    assert fold_phrase(one) == fold_phrase(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_another_phrase(one: str, other: str) -> None:
    assert fold_phrase(one) != fold_phrase(other)


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_a_phrase_of_nothing(text: str) -> None:
    assert fold_phrase(text) == ""


@pytest.mark.parametrize("twin", sorted(FOLDED), ids=lambda twin: f"U+{ord(twin):04X}")
def test_each_typographic_twin(twin: str) -> None:
    assert fold_shape(f"a{twin}b") == f"a{FOLDED[twin]}b"
    assert fold_phrase(f"a{twin}b") == f"a{FOLDED[twin]}b".casefold()


@pytest.mark.parametrize(
    "text",
    [
        "Plain ASCII, 'quoted' - and dashed",
        "\N{LATIN SMALL LETTER SHARP S}",
        "\N{LATIN SMALL LIGATURE FI}",
        "e\N{COMBINING ACUTE ACCENT}",
        "Case and   runs of space STAY",
    ],
    ids=ascii,
)
def test_a_shape_keeps_all_else(text: str) -> None:
    assert fold_shape(text) == text


@given(st.text(st.characters()))
@example("\x1f\N{NO-BREAK SPACE}")
@example("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{COMBINING DOT ABOVE}")
@QUICK
def test_foldings_are_stable(text: str) -> None:
    assert len(fold_shape(text)) == len(text)
    assert fold_shape(fold_shape(text)) == fold_shape(text)
    assert fold_phrase(fold_phrase(text)) == fold_phrase(text)
    assert fold_phrase(f" {text}\n") == fold_phrase(text)
