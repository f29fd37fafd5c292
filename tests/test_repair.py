"""Damage and its repair: what is mended and under which name, and the author's typography, which stays."""

from __future__ import annotations

import itertools
import json
import lzma
import os
from pathlib import Path

import pytest
import regex
from ftfy import fix_and_explain
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner import Cleaner
from cleaner.cut import LINE_END, cut
from cleaner.damage import is_bad_pair, is_odd
from cleaner.repair import CODE_CONFIG, CONFIG, is_code, needs_repair, repair
from cleaner.rules.load import RuleSet
from cleaner.scan import scan
from cleaner.utf8 import encode

BENCH = Path(__file__).parents[2] / "shared" / "bench" / "raw"

E_ACUTE = "\N{LATIN SMALL LETTER E WITH ACUTE}"
QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"


def mojibake(text: str, read_as: str = "cp1252") -> str:
    return text.encode().decode(read_as)


# Text, what it becomes, and the repairs that say so.
MENDED = {
    "windows line ends": ("a\r\nb\r\n", "a\nb\n", ["line-end", "line-end"]),
    "old mac line ends": ("a\rb\r", "a\nb\n", ["line-end", "line-end"]),
    "line separator": ("a\N{LINE SEPARATOR}b\n", "a\nb\n", ["line-end"]),
    "paragraph separator": ("a\N{PARAGRAPH SEPARATOR}b\n", "a\nb\n", ["line-end"]),
    "windows-1252 mojibake": (
        mojibake(f"caf{E_ACUTE} it{QUOTE}s") + "\n",
        f"caf{E_ACUTE} it{QUOTE}s\n",
        ["mojibake"] * 2,
    ),
    "latin-1 mojibake": (mojibake(f"it{QUOTE}s", "latin-1") + "\n", f"it{QUOTE}s\n", ["mojibake"]),
    "latin-1 mojibake that holds a next-line control": (
        mojibake("\N{LATIN CAPITAL LETTER A WITH RING ABOVE}land, caf\N{LATIN SMALL LETTER E WITH ACUTE}", "latin-1")
        + "\n",
        f"\N{LATIN CAPITAL LETTER A WITH RING ABOVE}land, caf{E_ACUTE}\n",
        ["mojibake"] * 2,
    ),
    "mojibake twice over": (mojibake(mojibake(f"caf{E_ACUTE}")) + "\n", f"caf{E_ACUTE}\n", ["mojibake"]),
    "mojibake whose no-break space was lost": (
        mojibake("voil\N{LATIN SMALL LETTER A WITH GRAVE}", "latin-1").rstrip() + " le travail\n",
        "voil\N{LATIN SMALL LETTER A WITH GRAVE} le travail\n",
        ["mojibake"],
    ),
    "windows-1252 ellipsis as a control": (
        "Wait\x85 what\n",
        "Wait\N{HORIZONTAL ELLIPSIS} what\n",
        ["mojibake"],
    ),
    "windows-1252 quote as a control": ("it\x92s\n", f"it{QUOTE}s\n", ["mojibake"]),
    "entities": ("Tea &amp; toast &lt;hot&gt;\n", "Tea & toast <hot>\n", ["entity"] * 2),
    "entity of an entity": ("Tea &amp;amp; toast\n", "Tea & toast\n", ["entity"]),
    "numbered entity": ("it&#8217;s &#x27;so&#x27;\n", f"it{QUOTE}s 'so'\n", ["entity"] * 2),
    "entity in capitals": ("P&EACUTE;REZ\n", "P\N{LATIN CAPITAL LETTER E WITH ACUTE}REZ\n", ["entity"]),
    "entity of a space at the end": ("end&nbsp;\n", "end\n", ["entity"]),
    "zero byte": ("a\0b\n", "ab\n", ["control"]),
    "mark inside the text": ("a\N{ZERO WIDTH NO-BREAK SPACE}b\n", "ab\n", ["control"]),
    "colours of a terminal": ("\x1b[31mred\x1b[0m\n", "red\n", ["control"]),
    "object replacement": ("a\N{OBJECT REPLACEMENT CHARACTER}b\n", "ab\n", ["control"]),
    "a pair of surrogates": ("\ud83d\ude00\n", "\N{GRINNING FACE}\n", ["control"]),
    "a lone surrogate": ("a\ud83d\n", "a\N{REPLACEMENT CHARACTER}\n", ["control"]),
    "decomposed letter": ("cafe\N{COMBINING ACUTE ACCENT}\n", f"caf{E_ACUTE}\n", ["normalization"]),
    "trailing white space": ("a \t\nb\f\nc\N{NO-BREAK SPACE}\n", "a\nb\nc\n", ["trailing-space"] * 3),
    "blank line of odd spaces": (
        "a\n \N{EM SPACE}\N{IDEOGRAPHIC SPACE}\nb\n",
        "a\n\nb\n",
        ["trailing-space"],
    ),
    "blank lines": ("\n\na\n\n\n\nb\n\n\n", "a\n\nb\n", ["blank-line"] * 3),
    "no final newline": ("a", "a\n", ["final-newline"]),
    "nothing but blank lines": ("\n \r\n\n", "", ["blank-line"]),
}


@pytest.mark.parametrize(("text", "mended", "names"), MENDED.values(), ids=MENDED)
def test_what_is_mended(text: str, mended: str, names: list[str]) -> None:
    cleaned = Cleaner.of(RuleSet((), "")).clean(text)
    assert cleaned.text == mended
    assert [edit.reason.rule.removeprefix("repair/") for edit in cleaned.repairs] == names
    assert cleaned.removals == ()


LEFT = {
    "nothing": "",
    "curly quotes": f"\N{LEFT DOUBLE QUOTATION MARK}It{QUOTE}s so\N{RIGHT DOUBLE QUOTATION MARK}\n",
    "dashes": "1914\N{EN DASH}18 \N{EM DASH} so\n",
    "ligature": "of\N{LATIN SMALL LIGATURE FI}ce\n",
    "full width": "\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{FULLWIDTH COLON}\n",
    "half-width katakana": "\N{HALFWIDTH KATAKANA LETTER A}\n",
    "superscript": "m\N{SUPERSCRIPT TWO}, \N{VULGAR FRACTION ONE HALF}, \N{TRADE MARK SIGN}\n",
    "no-break space inside": "10\N{NO-BREAK SPACE}km\n",
    "soft hyphen": "bound\N{SOFT HYPHEN}ary\n",
    "joiners and direction marks": "\N{ZERO WIDTH JOINER}a\N{RIGHT-TO-LEFT MARK}b\N{ZERO WIDTH NON-JOINER}\n",
    "emoji of several code points": "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}\n",
    "tabs and indentation": "a\tb\n\tc\n    d\n",
    "form feed inside": "a\fb\n",
    "one blank line": "a\n\nb\n",
    "ampersand that is none": "AT&T, Q&A; R & D; &madeup; &amp\n",
    "entities in a text that shows markup": "Write &lt;b&gt; &amp; not <b>.\n\nTea &amp; toast\n",
    "words that look like mojibake": "S\N{LATIN CAPITAL LETTER A WITH TILDE}O PAULO\n",
    "private use": "\ue000\n",
    "letters that compose to nothing": "q\N{COMBINING DIAERESIS}\n",
}


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_what_is_left_alone(text: str) -> None:
    cleaned = Cleaner.of(RuleSet((), "")).clean(text)
    assert (cleaned.text, cleaned.edits) == (text, ())


def test_only_what_changed_is_named() -> None:
    (first, second) = repair(f"the caf{mojibake(E_ACUTE)} and the fianc{mojibake(E_ACUTE)} of it\n")
    assert (first.start, first.end, first.after) == (7, 9, E_ACUTE)
    assert (second.start, second.end, second.after) == (23, 25, E_ACUTE)


def test_pieces_of_a_huge_line_keep_the_space_between_them() -> None:
    huge = "\x01" + "a" * 999_998 + " b" * 1000 + " \n"
    mended = cut(huge, repair(huge))
    assert (len(mended), mended.count(" "), mended[-4:]) == (1_002_000 - 1, 1000, "b b\n")


def mended_by_ftfy(line: str, unescape: bool) -> str:
    return fix_and_explain(line, CONFIG if unescape else CODE_CONFIG).text


DAMAGE = st.sampled_from(
    [
        *"aeiou<&; .",
        "&amp;",
        "&eacute;",
        "&#146;",
        "&nbsp;",
        "\N{NO-BREAK SPACE}",
        "\x85",
        "\x92",
        "\0",
        "\x1b[0m",
        "\ud83d",
        "\ude00",
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        "\N{COMBINING ACUTE ACCENT}",
        "\N{HANGUL CHOSEONG KIYEOK}",
        "\N{HANGUL JUNGSEONG A}",
        *(
            mojibake(letter, how)
            for letter in (E_ACUTE, QUOTE, "\N{EM DASH}")
            for how in ("cp1252", "latin-1", "cp1250")
        ),
        mojibake(mojibake(E_ACUTE)),
        mojibake("\N{LATIN SMALL LETTER A WITH GRAVE}", "latin-1"),
    ]
)
LINES = st.lists(DAMAGE | st.text(st.characters(), max_size=5), max_size=12).map("".join)


@given(st.lists(LINES, max_size=4), st.booleans())
@example(["voil\N{LATIN CAPITAL LETTER A WITH TILDE} "], True)
@settings(max_examples=500, deadline=None, derandomize="CI" in os.environ)
def test_repair_is_ftfy_line_by_line(lines: list[str], is_markup: bool) -> None:
    lines = [LINE_END.sub(" ", line) for line in lines] + ["<p>"] * is_markup
    text = "\n".join(lines)
    unescape = not is_code(text)
    for line in lines:
        assert needs_repair(line, unescape) or mended_by_ftfy(line, unescape) == line
    assert cut(text, repair(text)) == "\n".join(mended_by_ftfy(line, unescape).rstrip() for line in lines)


@pytest.mark.parametrize("track", ["trafilatura", "html_text", "inscriptis", "resiliparse_full"])
def test_the_gate_on_real_text(track: str) -> None:
    path = BENCH / f"{track}.jsonl.xz"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    seen = 0
    with lzma.open(path, "rt", encoding="utf-8") as records:
        for record in records:
            text = json.loads(record)["text"] or ""
            seen += len(text)
            for line in LINE_END.split(text):
                for unescape in (True, False):
                    assert needs_repair(line, unescape) or mended_by_ftfy(line, unescape) == line
            if seen > 500_000:
                break
    assert seen


TYPOGRAPHY = (
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}"
    "\N{RIGHT DOUBLE QUOTATION MARK}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL ELLIPSIS}\N{NO-BREAK SPACE}"
)


# A closing and an opening quote are bad before a fraction and the like.
BEFORE_NUMBERS = {
    ("\N{RIGHT DOUBLE QUOTATION MARK}", "\N{LEFT SINGLE QUOTATION MARK}"),
    ("\N{RIGHT DOUBLE QUOTATION MARK}", "\N{LEFT DOUBLE QUOTATION MARK}"),
}


@pytest.mark.parametrize(
    ("first", "second"), [pair for pair in itertools.product(TYPOGRAPHY, repeat=2) if pair not in BEFORE_NUMBERS]
)
def test_good_typography_costs_no_second_look(first: str, second: str) -> None:
    assert not is_bad_pair(ord(first), ord(second))
    assert not is_odd(first)


BAD_LETTERS = sorted(
    set(regex.findall(f"[{''.join(MOJIBAKE_CATEGORIES.values())}]", "".join(map(chr, range(0x80, 0x2600)))))
)


@given(st.lists(st.sampled_from(BAD_LETTERS + list("aZ 9.-\u2019")), max_size=7).map("".join))
@settings(max_examples=5_000, deadline=None)
def test_no_bad_sequence_is_passed_by(line: str) -> None:
    assert scan(encode(line)).odd or not needs_repair(line, True)


def test_no_bad_sequence_of_the_table_is_passed_by() -> None:
    """All sequences of three over one or two characters of every category."""
    few = sorted({letter for letters in MOJIBAKE_CATEGORIES.values() for letter in letters[:2]} - {"-", "\x80"})
    for letters in itertools.product([*few, "a", "Z", " ", "."], repeat=3):
        line = "".join(letters)
        assert not is_bad(line) or scan(encode(line)).odd, line
