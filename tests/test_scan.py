"""The scan says of every line what the plain questions say: dev texts, golden dump, texts of all scripts."""

from __future__ import annotations

import json
import lzma
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import scan as module
from cleaner.fold import fold_character, fold_phrase
from cleaner.repair import needs_repair
from cleaner.scan import (
    COLUMNS,
    PROSE_MIN_WORDS,
    PROSE_MIN_WORDS_ASKING,
    Scan,
    is_heading_span,
    is_prose_span,
    scan,
)
from cleaner.utf8 import encode

PROJECT = Path(__file__).resolve().parents[1]
BENCH = PROJECT.parent / "shared" / "bench"

# The definitions, written as the scan does not write them.
WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    r"|[\p{L}\p{M}\p{N}]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][\p{L}\p{M}\p{N}]+)*"
)
SENTENCE_END = regex.compile(
    r"[\p{Sentence_Terminal}\N{HORIZONTAL ELLIPSIS}\N{KHMER SIGN KHAN}][\p{Pe}\p{Pf}\p{Pi}\"']*(?:\[\d{1,3}\])*$"
)
ASKING = "?!\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}"
HEADING_END = regex.compile(rf"[\p{{Terminal_Punctuation}}--[{ASKING}]][\p{{Pe}}\p{{Pf}}\"']*$", regex.VERSION1)


def plain_is_prose(text: str) -> bool:
    end = SENTENCE_END.search(text)
    needed = PROSE_MIN_WORDS_ASKING if end and end.group()[0] in ASKING else PROSE_MIN_WORDS
    return end is not None and len(WORD.findall(text)) >= needed


def plain_is_heading(text: str) -> bool:
    return HEADING_END.search(text) is None and 1 <= len(WORD.findall(text)) <= 30


def rows(scanned: Scan) -> list[list[int]]:
    return [list(scanned.table[at : at + COLUMNS]) for at in range(0, scanned.line_count * COLUMNS, COLUMNS)]


def check(text: str) -> None:
    raw = encode(text)
    assert raw == text.encode("utf-8", "surrogatepass")
    scanned = scan(raw)
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    content = [number for number, line in enumerate(lines) if line.strip()]
    assert [row[module.NUMBER] for row in rows(scanned)] == content
    folded = scanned.folded.split(b"\n")[1:-1]
    assert len(folded) == len(content) == len(scanned.phrases)
    for place, (row, phrase, line_folded) in enumerate(zip(rows(scanned), scanned.phrases, folded, strict=True)):
        number, start, end, text_start, text_end, byte_start, byte_end, fold_start = row[:8]
        line = lines[number]
        assert (start, end) == (starts[number], min(starts[number + 1], len(text)))
        assert text[text_start:text_end] == line.strip()
        assert raw[byte_start:byte_end] == encode(line.strip())
        assert scanned.folded[fold_start - 1 :].startswith(b"\n" + line_folded + b"\n")
        if phrase is not None:
            assert phrase == scanned.phrase(place) == encode(fold_phrase(line)), line
        assert scanned.hashes[place] == (0 if phrase is None else module.hash_phrase(phrase))
        assert module.count_words(raw, byte_start, byte_end, 10**6) == len(WORD.findall(line)), line
        assert is_prose_span(raw, byte_start, byte_end) == plain_is_prose(line.strip()), line
        assert is_heading_span(raw, byte_start, byte_end) == plain_is_heading(line.strip()), line
    odd = {start for start, _ in scanned.odd}
    trailing = []
    for number, line in enumerate(lines):
        if starts[number] not in odd:
            body = line.rstrip()
            assert not needs_repair(line, True), line
            trailing += [(starts[number] + len(body), starts[number] + len(line))] if body != line else []
    assert scanned.trailing == trailing


LETTERS = st.characters(codec="utf-8")
TRICKS = st.sampled_from(
    [
        *"'\"?!.,:;[]()&#;<> \t\r\f\x0b\x1c\x85\N{NO-BREAK SPACE}\N{LINE SEPARATOR}\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}",
        *("\N{RIGHT SINGLE QUOTATION MARK}", "\N{HORIZONTAL ELLIPSIS}", "\N{COMBINING ACUTE ACCENT}", "\n", "\n\n"),
        *("\N{COMBINING DOT ABOVE}", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "\N{LATIN SMALL LETTER DOTLESS I}"),
        *("[1]", "[12][3]", "[1234]", "&amp;", "&#39;", "& ", "word", "Word ", "12 ", "\N{KELVIN SIGN}", "\ufdfa"),
        *("\ud800", "\N{VULGAR FRACTION ONE HALF}", "\N{TRADE MARK SIGN}", "\u6f22", "\u0e01", "\u0939\u093f"),
        "\u1112\u1161\u11ab",
    ]
)
TEXTS = st.lists(LETTERS | TRICKS, max_size=60).map("".join)
WORDY = st.lists(st.sampled_from(["ferry", "it's", "\u00e9t\u00e9", "\u6f22", "3rd", "-"]), max_size=34).map(" ".join)


@given(TEXTS | st.tuples(WORDY, TEXTS).map("".join))
@settings(max_examples=3_000, deadline=None)
def test_on_texts_of_all_scripts(text: str) -> None:
    check(text)


def test_on_the_golden_dump() -> None:
    for path in sorted((PROJECT / "golden").rglob("*.txt")):
        check(path.read_bytes().decode("utf-8", "replace"))


@pytest.mark.skipif(not BENCH.exists(), reason="the dev benchmark is not here")
@pytest.mark.parametrize("track", ["trafilatura", "html_text"])
def test_on_the_dev_texts(track: str) -> None:
    with lzma.open(BENCH / "raw" / f"{track}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for record in list(map(json.loads, lines))[::25]:
            check(record["text"] or "")


def test_a_text_that_grows_when_folded() -> None:
    check("\ufdfa" * 1_000 + "\n" + "word " * 1_000)


@pytest.mark.parametrize(
    "raw", [b"ferry \xe2\x80", b"\xc3", b"\xe2", b"\xf0\x9f\n", b"one\ntwo \xe2", b" \x80", b"\xf0\x9f\x98"]
)
def test_bytes_that_are_no_utf_8_end_where_they_end(raw: bytes) -> None:
    assert all(0 <= row[module.BYTE_END] <= len(raw) >= row[module.END] for row in rows(scan(raw)))


def test_a_text_that_rows_have_no_numbers_for_is_refused() -> None:
    with pytest.raises(module.TextTooLongError, match="split it"):
        scan(bytes(2**31))


def test_a_character_that_folds_to_a_space_is_squeezed_with_those_beside_it() -> None:
    """Vowel marks of Arabic that stand by themselves are a space and a mark, which goes."""
    check("one \ufe70two\none\ufe70 \n\ufe70 one\nnear miss \u064btwo")


@pytest.mark.parametrize(
    "gap", ["  ", "\t", "\N{NO-BREAK SPACE}", " \N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE} ", "&", "'"]
)
@pytest.mark.parametrize("at", [0, 1, 2, 7, 8, 14, 15, 16, 17, 31, 32, 33, 48])
def test_what_stops_a_run_of_plain_text_may_stand_anywhere_in_it(gap: str, at: int) -> None:
    """Plain text is folded, and words are counted, 16 bytes at once."""
    line = "It'S A Ferry THAT'S 3rd in a row, and the 14th's late AGAIN; 'so what?' they said."
    check("\n".join((line[:at] + gap + line[at:], gap + line[at:] + gap, line[:at] + gap, "x" * at + gap + "y" * at)))


def test_every_character_that_stands_alone_is_told_from_those_that_do_not() -> None:
    """Canonical composition pairs whose second half was called independent would fold otherwise in a line."""
    for code in range(0x110000):
        composed = unicodedata.normalize("NFC", unicodedata.normalize("NFD", chr(code)))
        parts = unicodedata.normalize("NFD", chr(code))
        if composed == chr(code) and len(parts) > 1:
            assert fold_character(parts[-1]) is None, hex(code)


def test_hashes_tell_phrases_apart() -> None:
    """Phrases of all lengths up to 40 with one byte changed anywhere, and those with empty bytes behind."""
    base = bytes(range(97, 137))
    phrases = {base[:length] for length in range(41)} | {bytes(length) for length in range(41)}
    phrases |= {phrase[:at] + b"~" + phrase[at + 1 :] for phrase in phrases for at in range(len(phrase))}
    hashes = set(map(module.hash_phrase, phrases))
    assert len(hashes) == len(phrases) > 1_600
    assert 0 not in hashes
