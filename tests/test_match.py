"""The matcher in use finds exactly what the plain one finds: golden dump, dev texts, texts of all scripts."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.model import Document
from cleaner.rules.literals import LINE_START, required_literals
from cleaner.rules.load import load_rules
from cleaner.rules.match import Hit, LiteralMatcher, Matcher
from cleaner.rules.model import Scope
from cleaner.rules.profile import OPTIONAL, Selection
from cleaner.scan import fold_literal
from cleaner.segment import segment
from plain_matcher import PlainMatcher

PROJECT = Path(__file__).resolve().parents[1]
BENCH = PROJECT.parent / "shared" / "bench"
RULES = load_rules(selection=Selection(drop=OPTIONAL)).rules
PLAIN, LITERAL = PlainMatcher(RULES), LiteralMatcher(RULES)
LINES = sorted({line for rule in RULES for example in rule.examples for line in example.raw.splitlines()})
PHRASES = sorted({phrase for rule in RULES for phrase in rule.phrases})


def found(matcher: Matcher, text: str) -> list[tuple[str, int, int, int]]:
    """The hits on lines that have no more words than the rule asks for and stand where it looks; the matcher in use may
    leave out the others.
    """
    page = segment(Document(text))
    hits = [hit for hit in matcher.find(page) if is_asked_for(hit, len(page.content))]
    return sorted((hit.rule.id, hit.line.number, hit.start, hit.end) for hit in hits)


def is_asked_for(hit: Hit, line_count: int) -> bool:
    words, where = hit.rule.conditions.own.words, hit.rule.conditions.where
    return (words is None or words.max is None or hit.line.word_count <= words.max) and (
        where is None or where.holds(hit.line.place, line_count)
    )


def test_on_the_golden_dump_and_all_examples() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((PROJECT / "golden/clean").rglob("*.txt"))]
    texts += [
        "\n".join(LINES),
        "\n".join(PHRASES),
        "\n".join(map(str.upper, PHRASES)),
        "\n".join(map(str.title, PHRASES)),
    ]
    assert sum(len(found(PLAIN, text)) for text in texts) > len(PHRASES)
    for text in texts:
        assert found(LITERAL, text) == found(PLAIN, text)


@pytest.mark.skipif(not BENCH.exists(), reason="the dev benchmark is not here")
@pytest.mark.parametrize("track", ["trafilatura", "html_text"])
def test_on_the_dev_texts(track: str) -> None:
    hits = 0
    with lzma.open(BENCH / "raw" / f"{track}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for record in list(map(json.loads, lines))[::40]:
            plain = found(PLAIN, record["text"] or "")
            assert found(LITERAL, record["text"] or "") == plain
            hits += len(plain)
    assert hits > 20


SCRIPTS = st.characters(codec="utf-8", exclude_characters="\n\r")
DRESSED = st.sampled_from([*LINES, *PHRASES]).flatmap(
    lambda line: st.sampled_from(
        [
            line,
            line.upper(),
            line.replace("i", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"),
            line.replace("i", "\N{LATIN SMALL LETTER DOTLESS I}"),
            line.replace("k", "\N{KELVIN SIGN}").replace("s", "\N{LATIN SMALL LETTER LONG S}"),
            line.replace("ss", "\N{LATIN SMALL LETTER SHARP S}"),
            line.replace("fi", "\N{LATIN SMALL LIGATURE FI}"),
            line.replace(" ", "\N{NO-BREAK SPACE}"),
            line.replace("-", "\N{EN DASH}").replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"),
            line.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
            f"\N{BULLET} {line}",
            f"{line} \N{RIGHTWARDS ARROW}",
        ]
    )
)


@given(st.lists(DRESSED | st.text(SCRIPTS, max_size=60), max_size=8))
@settings(max_examples=400, deadline=None)
def test_on_texts_of_all_scripts(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert found(LITERAL, text) == found(PLAIN, text)


# Patterns of whole lines, and what the lines that they match hold; `^` stands for the beginning of the line.
LITERALS = {
    r"also read\s*:\s*.+": {"^also read:", "^also read :"},
    r"(?:share|tweet)s? this": {"^shares this", "^share this", "^tweets this", "^tweet this"},
    r"(?-i:WATCH) .+": {"^watch "},
    r"\p{Lu}\w+ said": {" said"},
    r".*\d+ (likes?|shares?)": {" like", " share"},
    r".*(wrote|posted)(:| on)? .{0,9}": {"wrote: ", "wrote ", "posted: ", "posted "},
    r"(gro\N{LATIN SMALL LETTER SHARP S})+": {"^gross"},
    r"(?>menu)x?": {"menu"},
    r"(please )?(also )?(like|follow) .*": {
        "^please also like ",
        "^please also follow ",
        "^please like ",
        "^please follow ",
        "^also like ",
        "^also follow ",
        "^like ",
        "^follow ",
    },
    r"(?=.*print)share.*": {"^share"},
    r"(?!.*print)share\b.*": {"^share"},
    r"[:|] more .*": {"^: more ", "^| more "},
    r"read\s+more": {"^read more"},
    r"read(\s*|x)more": {"^readmore", "^read more", "^readxmore"},
    r"(new )*app store": {"app store"},
    r"(new ){2}app store": {"^new "},
    r"readers?|read.*": {"^read"},
    r"(?:no comments|\W*comments off)": {"^no comments", "comments off"},
    r".*": set(),
    r"(ab|also)": {"^ab", "^also"},
    r".*(ab|also)": set(),
    r"a.*": {"^a"},
    r"\d+ likes?": {" like"},
    r"(no|\d+) likes?": {" like"},
    r"no likes?": {"^no like"},
    r"[aeiouyw]x.*": set(),
    r".*\N{COPYRIGHT SIGN}.*": {"\N{COPYRIGHT SIGN}"},
    r"(newsletter)?": set(),
    r"\X+": set(),
}


@pytest.mark.parametrize(("pattern", "wanted"), LITERALS.items(), ids=LITERALS)
def test_required_literals(pattern: str, wanted: set[str]) -> None:
    literals = required_literals(pattern)
    assert literals == {literal.replace("^", LINE_START) for literal in wanted}
    assert all(literal.lstrip(LINE_START) == fold_literal(literal.lstrip(LINE_START)) for literal in literals)


def test_a_digit_at_the_beginning_is_any_digit() -> None:
    literals = required_literals(r"\d+ ups?")
    assert {f"{LINE_START}7", f"{LINE_START}\N{ARABIC-INDIC DIGIT SEVEN}"} <= literals
    assert not any(literal[1:].isalpha() for literal in literals)
    decimals = {fold_literal(character) for character in map(chr, range(0x110000)) if character.isdecimal()}
    assert literals == {f"{LINE_START}{decimal}" for decimal in decimals}


def test_literals_inside_a_line_stand_anywhere() -> None:
    assert required_literals("also read: .+", is_whole=False) == {"also read: "}


def test_nearly_every_shipped_pattern_has_literals() -> None:
    patterns = [pattern.source for rule in RULES if rule.scope is not Scope.DUPLICATE for pattern in rule.patterns]
    without = [pattern for pattern in patterns if not required_literals(pattern)]
    assert len(without) < len(patterns) / 5, without
