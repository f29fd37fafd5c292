"""Lines and what can be seen of one: words, prose and headings, in many scripts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.line import Line
from cleaner.model import Document, Evidence
from cleaner.scan import HEADING_MAX_WORDS, PROSE_MIN_WORDS, PROSE_MIN_WORDS_ASKING
from cleaner.segment import segment

QUICK = settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)


def line_of(text: str) -> Line:
    return segment(Document(text)).lines[0]


WORD_COUNTS = {
    "apostrophe": ("It's the co-op's 3rd", 5),
    "curly apostrophe": ("It\N{RIGHT SINGLE QUOTATION MARK}s late", 2),
    "only marks": ("* * * -- !!", 0),
    "numbers": ("12.5 per cent", 4),
    "address": ("mail@site.example", 3),
    "closing quote is no apostrophe": ("the boats' crews", 3),
    "combining marks": ("cafe\N{COMBINING ACUTE ACCENT} au lait", 3),
    "russian": ("\N{CYRILLIC CAPITAL LETTER EM}\N{CYRILLIC SMALL LETTER YERU} \N{CYRILLIC SMALL LETTER I}", 2),
    "chinese": ("\N{CJK UNIFIED IDEOGRAPH-6211}\N{CJK UNIFIED IDEOGRAPH-4EEC}\N{CJK UNIFIED IDEOGRAPH-53BB}", 3),
    "chinese and latin": ("\N{CJK UNIFIED IDEOGRAPH-6211}\N{CJK UNIFIED IDEOGRAPH-7684} iPhone 15", 4),
    "kana": ("\N{HIRAGANA LETTER KA}\N{KATAKANA LETTER NA}", 2),
    "korean": ("\N{HANGUL SYLLABLE HAN}\N{HANGUL SYLLABLE GUK} \N{HANGUL SYLLABLE MAL}", 2),
    "devanagari": ("\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I} \N{DEVANAGARI LETTER YA}", 2),
    "arabic": ("\N{ARABIC LETTER FEH}\N{ARABIC LETTER YEH} \N{ARABIC LETTER BEH}", 2),
}


@pytest.mark.parametrize(("text", "count"), WORD_COUNTS.values(), ids=WORD_COUNTS)
def test_word_count(text: str, count: int) -> None:
    assert line_of(text).word_count == count


def words(count: int, letter: str = "word") -> str:
    return " ".join([letter] * count)


HAN = "\N{CJK UNIFIED IDEOGRAPH-6211}"
RUSSIAN = "\N{CYRILLIC SMALL LETTER DE}\N{CYRILLIC SMALL LETTER A}"
HINDI = "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}"
ARABIC = "\N{ARABIC LETTER FEH}\N{ARABIC LETTER YEH}"
KHMER = "\N{KHMER LETTER KA}"
ETHIOPIC = "\N{ETHIOPIC SYLLABLE SA}"
ARMENIAN = "\N{ARMENIAN SMALL LETTER AYB}"

PROSE = {
    "just enough words": words(PROSE_MIN_WORDS) + ".",
    "closing quote behind the stop": words(8) + ".\N{RIGHT DOUBLE QUOTATION MARK}",
    "straight quotes": words(8) + ".\"'",
    "closing bracket": words(8) + ".)",
    "footnote mark": words(8) + ".[12]",
    "ellipsis": words(8) + "\N{HORIZONTAL ELLIPSIS}",
    "three dots": words(8) + "...",
    "a long question": words(PROSE_MIN_WORDS_ASKING) + "?",
    "trailing white space": words(8) + ". \N{NO-BREAK SPACE}",
    "question in a statement": words(4) + "? " + words(4) + ".",
    "russian": words(8, RUSSIAN) + ".",
    "chinese": HAN * 8 + "\N{IDEOGRAPHIC FULL STOP}",
    "chinese, closing corner bracket": HAN * 8 + "\N{IDEOGRAPHIC FULL STOP}\N{RIGHT CORNER BRACKET}",
    "hindi": words(8, HINDI) + "\N{DEVANAGARI DANDA}",
    "arabic": words(8, ARABIC) + ".",
    "urdu": words(8, ARABIC) + "\N{ARABIC FULL STOP}",
    "khmer": KHMER * 8 + "\N{KHMER SIGN KHAN}",
    "amharic": words(8, ETHIOPIC) + "\N{ETHIOPIC FULL STOP}",
    "armenian": words(8, ARMENIAN) + "\N{ARMENIAN FULL STOP}",
}
NOT_PROSE = {
    "blank": "",
    "a word short": words(PROSE_MIN_WORDS - 1) + ".",
    "no end mark": words(40),
    "colon": words(12) + ":",
    "comma": words(12) + ",",
    "a title that asks": words(PROSE_MIN_WORDS_ASKING - 1) + "?",
    "a title that shouts": words(8) + "!",
    "a title that shouts in quotes": words(8) + "!\N{RIGHT DOUBLE QUOTATION MARK}",
    "a full-width question": HAN * 19 + "\N{FULLWIDTH QUESTION MARK}",
    "an arabic question": words(8, ARABIC) + "\N{ARABIC QUESTION MARK}",
    "stop inside only": words(4) + ". " + words(8),
    "dots of a leader": ". . . . . . . . . .",
    "chinese, a character short": HAN * 7 + "\N{IDEOGRAPHIC FULL STOP}",
    "chinese title": HAN * 12,
    "dash behind the stop": words(8) + ". -",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose(text: str) -> None:
    assert line_of(text).is_prose


@pytest.mark.parametrize("text", NOT_PROSE.values(), ids=NOT_PROSE)
def test_no_prose(text: str) -> None:
    assert not line_of(text or "\n").is_prose


HEADINGS = {
    "one word": "Ferries",
    "most words": words(HEADING_MAX_WORDS),
    "asks": "Old bridge closes for good, what happens now?",
    "shouts": "Ferry strike ends!",
    "in quotes": "\N{LEFT DOUBLE QUOTATION MARK}No boats\N{RIGHT DOUBLE QUOTATION MARK}",
    "closing bracket": "Ferry strike (updated)",
    "inner colon": "Ferry strike: what it means",
    "russian": words(5, RUSSIAN),
    "chinese": HAN * 12,
    "chinese question": HAN * 12 + "\N{FULLWIDTH QUESTION MARK}",
    "hindi": words(4, HINDI),
    "digits": "1926",
}
NOT_HEADINGS = {
    "blank": "",
    "marks only": "***",
    "a word too many": words(HEADING_MAX_WORDS + 1),
    "stop": "Ferry strike ends.",
    "comma": "Ferry strike ends,",
    "colon": "Read also:",
    "semicolon": "Ferry strike ends;",
    "stop in quotes": 'He said "no."',
    "stop in curly quotes": "He said \N{LEFT DOUBLE QUOTATION MARK}no.\N{RIGHT DOUBLE QUOTATION MARK}",
    "chinese stop": HAN * 4 + "\N{IDEOGRAPHIC FULL STOP}",
    "chinese too long": HAN * 31,
    "chinese comma": HAN * 4 + "\N{FULLWIDTH COMMA}",
    "chinese colon": HAN * 4 + "\N{FULLWIDTH COLON}",
    "japanese comma": HAN * 4 + "\N{IDEOGRAPHIC COMMA}",
    "hindi stop": words(3, HINDI) + "\N{DEVANAGARI DANDA}",
    "urdu stop": words(3, ARABIC) + "\N{ARABIC FULL STOP}",
    "arabic comma": words(3, ARABIC) + "\N{ARABIC COMMA}",
    "khmer stop": KHMER * 4 + "\N{KHMER SIGN KHAN}",
    "amharic stop": words(3, ETHIOPIC) + "\N{ETHIOPIC FULL STOP}",
    "armenian stop": words(3, ARMENIAN) + "\N{ARMENIAN FULL STOP}",
}


@pytest.mark.parametrize("text", HEADINGS.values(), ids=HEADINGS)
def test_heading(text: str) -> None:
    assert line_of(text).is_heading


@pytest.mark.parametrize("text", NOT_HEADINGS.values(), ids=NOT_HEADINGS)
def test_no_heading(text: str) -> None:
    assert not line_of(text or "\n").is_heading


SPLITS = {
    "empty": ("", []),
    "one newline": ("\n", [""]),
    "no newline at the end": ("One\nTwo", ["One", "Two"]),
    "newline at the end": ("One\nTwo\n", ["One", "Two"]),
    "blank lines": ("\nOne\n \n\n", ["", "One", "", ""]),
    "only newlines split": ("One\rTwo\N{LINE SEPARATOR}Three\fFour", ["One\rTwo\N{LINE SEPARATOR}Three\fFour"]),
    "unicode space around": ("\N{NO-BREAK SPACE}One\N{IDEOGRAPHIC SPACE}\n", ["One"]),
    "zero width space is no white space": ("\N{ZERO WIDTH SPACE}One", ["\N{ZERO WIDTH SPACE}One"]),
}


@pytest.mark.parametrize(("text", "lines"), SPLITS.values(), ids=SPLITS)
def test_segment(text: str, lines: list[str]) -> None:
    assert [line.text for line in segment(Document(text)).lines] == lines


@given(st.text(st.sampled_from("ab. \t\n\r\N{NO-BREAK SPACE}\N{LINE SEPARATOR}"), max_size=40))
@QUICK
def test_lines_tile_the_text(text: str) -> None:
    page = segment(Document(text))
    assert "".join(text[line.start : line.end] for line in page.lines) == text
    assert [line.number for line in page.lines] == list(range(len(page.lines)))
    for line in page.lines:
        assert line.start <= line.text_start <= line.end
        assert (
            text[line.text_start : line.text_start + len(line.text)] == line.text == text[line.start : line.end].strip()
        )
    assert [line.place for line in page.content] == list(range(len(page.content)))


def test_neighbours_and_prose_around_pass_over_blank_lines() -> None:
    page = segment(Document(f"Title\n\n{words(9)}.\n\n\nLabel\n{words(9)}.\n"))
    title, first, label, last = page.content
    assert page.neighbour(title, -1) is None
    assert page.neighbour(title, 1) is first
    assert page.neighbour(label, -1) is first
    assert page.neighbour(last, 1) is None
    places = range(4)
    assert [(page.content.count_prose(0, place, 9), page.content.count_prose(place + 1, 4, 9)) for place in places] == [
        (0, 2),
        (0, 1),
        (1, 1),
        (1, 0),
    ]


def test_lines_carry_the_evidence_of_their_page() -> None:
    evidence = Evidence("h1", ("title",), 0.5)
    page = segment(Document("Home\nFerries\n", evidence={1: evidence}))
    assert [line.evidence for line in page.lines] == [None, evidence]


@pytest.mark.parametrize("prose_at", [(), (0,), (120, 121, 250), (299,), tuple(range(5, 300, 7))])
@pytest.mark.parametrize("gone", [(), range(0, 300, 3)], ids=["all lines", "some have gone"])
def test_prose_is_counted_near_and_far(prose_at: tuple[int, ...], gone: Sequence[int]) -> None:
    page = segment(Document("".join(f"{words(9) + '.' if place in prose_at else 'Share'}\n" for place in range(300))))
    left = page.content.without(set(gone)) if gone else page.content
    is_prose = [place in prose_at for place in range(300) if place not in gone]
    assert len(left) == len(is_prose)
    for start in range(0, len(left) + 1, 9):
        for most in (1, 3, 1_000):
            assert left.count_prose(start, len(left), most) == min(most, sum(is_prose[start:]))
            runs = [len(list(run)) for holds, run in groupby(is_prose[start:]) if holds]
            assert left.prose_run_from(start, most) == min(most, max(runs, default=0))
