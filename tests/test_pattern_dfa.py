"""The automaton never refuses a line that its pattern matches, and refuses most of the others; where it is sure of a
match there is one.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.fold import fold_shape
from cleaner.rules.derived import patterns_in
from cleaner.rules.load import load_rules
from cleaner.rules.pattern import LinePattern
from cleaner.rules.pattern_bound import MAX_LINE_CHARS
from cleaner.rules.pattern_dfa import PASSED_ON_BYTES, LineDfa, automaton_of
from cleaner.utf8 import encode

PROJECT = Path(__file__).resolve().parents[1]
RULES = load_rules().rules
SHIPPED = sorted({pattern.source for pattern in patterns_in(RULES)})
LINES = sorted(
    {line.strip() for rule in RULES for example in rule.examples for line in example.raw.splitlines()}
    | {
        line.strip()
        for path in (PROJECT / "golden/clean").rglob("*.txt")
        for line in path.read_text("utf-8").split("\n")
    }
)

# Patterns: lines that they match, near misses that are refused, and near misses that are passed on to the matcher.
CASES = {
    "also read: .+": (["Also read: x", "ALSO READ: \N{SNOWMAN}"], ["also read:", "so read: x"], []),
    "(view|see) all( posts)?": (["See all", "view all posts"], ["see all post", "all posts", ""], []),
    "don't": (["don't", "don\N{RIGHT SINGLE QUOTATION MARK}t", "\N{FULLWIDTH LATIN SMALL LETTER D}ON't"], ["dont"], []),
    r"\w{2,4}": (["ab", "12\u0434\u4e2d"], ["a", "abcde", "a-b"], []),
    ".{2,200}x": (["abx", "a" * 200 + "x"], ["ax", "abxy"], ["a" * 201 + "x"]),
    ".{0,200}x": (["x", "aax"], ["", "ab"], ["a" * 201 + "x"]),
    ".{40,}": (["a" * 40], ["a" * 31], ["a" * 35]),
    r"\d{1,2} (?-i:\p{Lu}\p{L}{2,8})": (["1 May", "31 August"], ["1 may", "1 Ma", "123 May"], []),
    "(?-i:[A-C])[^x]": (["AB", "B\N{LATIN SMALL LETTER SHARP S}"], ["aB", "AX"], []),
    r"\N{COPYRIGHT SIGN}\x41\u0042?": (["\N{COPYRIGHT SIGN}ab", "\N{COPYRIGHT SIGN}A"], ["(c)ab"], []),
    r"\pL\PL(?-i:\pLu)": (["a-au", "A1\u4e2du"], ["--au", "a-aU", "aaau"], []),
    r"(?-i:\p{,2})\N{,2}": (["", "ppnN"], ["P", "pnnn"], []),  # letters, as what stands there is no name
    "gross": (["GROSS", "gro\N{LATIN SMALL LETTER SHARP S}"], ["grosz"], ["gro\N{LATIN SMALL LETTER SHARP S}x"]),
    "first": (["fir\N{LATIN SMALL LETTER LONG S}t", "\N{LATIN SMALL LIGATURE FI}rst"], ["firs"], []),
    "kelvin": (["\N{KELVIN SIGN}elvin"], ["celvin"], []),
    "title": (["t\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}tle"], ["totle"], ["t\N{LATIN SMALL LETTER DOTLESS I}tlex"]),
    "gro\N{LATIN SMALL LETTER SHARP S}": (["gross", "GRO\N{LATIN SMALL LETTER SHARP S}"], [], ["x"]),
    r"\bfoo\b.*": (["foo", "foo bar"], ["afoo", "food"], []),
    r".*\b(he|she)\b.*": (["he", "said she", "*he*"], ["they", "ashe", "shed", "he_"], []),
    r"\b": ([], ["", "a", " "], []),
    r"\b\w+\b": (["a", "ab"], ["", "a-", "-"], []),
    r"(\b|x)y": (["y", "xy"], ["xxy", "-y"], []),
    r"(a\b.?)+": (["a", "a-", "a-a", "a a-"], ["ab", "aa", "-"], []),
    r"-\b?a": (["-a"], ["a"], []),
    r"a(\b-|b)": (["a-", "ab"], ["a"], []),
    r"\W*\b\W*a": (["a", "-a", "--a"], ["aa", "--"], []),
    r"x\B.": (["xy"], ["x"], ["x-"]),
    r"\mfoo.*": (["foo", "food"], ["afoo"], []),
    r".\mfoo": (["-foo"], ["afoo"], []),
    r"foo\M.+": (["foo-"], ["food"], []),
    "(?!the )the.*": (["then"], ["that"], ["the end"]),
    "(?>a+)ab?|(?:a++)c": (["aac"], ["aad"], ["aab"]),
    "(?=.*x)[a-x]*": (["axb"], ["axz"], ["ab"]),
    r"(a+)\1b": (["aab"], [], ["ab", "x"]),
    "(?s)a.b": (["a\nb"], [], ["x"]),
    "(?x) a b ": (["ab"], [], ["x"]),
    "(" * 60 + "a" + ")" * 60: (["a"], [], ["b"]),
    "": ([""], ["a"], []),
    "(a|b*)*": (["", "abba"], ["abc"], []),
    "x{0}y": (["y"], ["xy", ""], []),
}


def candidates(dfa: LineDfa, line: str) -> tuple[int, ...]:
    """The numbers of the patterns that may match the line, which stands in a text."""
    raw = encode(f"x{line}x")
    return dfa.ends(dfa.follow(raw, 1, len(raw) - 1))


def may_match(source: str, line: str) -> bool:
    return candidates(LineDfa((source,), 0), line) == (0,)


def surely_matches(dfa: LineDfa, line: str) -> bool:
    raw = encode(line)
    return dfa.is_sure(dfa.follow(raw, 0, len(raw)), len(line))


@pytest.mark.parametrize("source", CASES)
def test_what_is_refused(source: str) -> None:
    matching, refused, passed_on = CASES[source]
    lines = [*matching, *refused, *passed_on]
    compiled = LinePattern(source).compiled
    assert [line for line in lines if compiled.fullmatch(fold_shape(line))] == matching
    assert [line for line in lines if not may_match(source, line)] == refused


def test_every_pattern_of_several_has_its_number() -> None:
    dfa = LineDfa(("a+b?", "ab", r"(a)\1", ".*b"), 0)
    lines = {"a": (0, 2), "ab": (0, 1, 2, 3), "aab": (0, 2, 3), "xb": (2, 3), "x": (2,)}
    assert {line: candidates(dfa, line) for line in lines} == lines
    assert candidates(LineDfa((), 0), "a") == ()


def test_the_first_lines_are_passed_on() -> None:
    dfa, line = LineDfa(("a+",)), "a" * (PASSED_ON_BYTES // 4)
    assert [surely_matches(dfa, line) for _ in range(4)] == [False, False, False, True]
    assert [candidates(dfa, "b"), candidates(LineDfa(("a",)), "b")] == [(), (0,)]


def test_the_same_patterns_have_one_automaton() -> None:
    assert automaton_of(("a", "b")) is automaton_of(("a", "b")) is not automaton_of(("b", "a"))


# Patterns: lines that they surely match, and lines that they match and the automaton is not sure of.
SURE = {
    "also read: .+": (["Also read: x", "also read: \N{SNOWMAN}"], []),
    "a{2,40}": (["aa", "a" * 40], []),
    ".{0,200}x": (["x", "a" * 199 + "x"], ["a" * 200 + "x"]),
    "(ab){0,40}": (["ab" * 20], ["ab" * 21, "ab" * 40]),
    ".{40,}": ([], ["a" * 40]),
    ".{33,50}": ([], ["a" * 33]),
    r".*\bshe\b.*": (["she", "said she."], []),
    r"\mfoo": ([], ["foo"]),
    "foo$": ([], ["foo"]),
    "(?!the )the.*": ([], ["then"]),
    "(?>a+)b": ([], ["ab"]),
    "a++b": ([], ["ab"]),
    r"(a)\1": ([], ["aa"]),
    "(?s)a": ([], ["a"]),
    "gross": (["GROSS"], ["gro\N{LATIN SMALL LETTER SHARP S}"]),
    "(a|(?=b)b)c": ([], ["ac", "bc"]),
    r"\P{L}": (["1", "\N{COMBINING ACUTE ACCENT}"], ["\N{COMBINING GREEK YPOGEGRAMMENI}"]),
}


@pytest.mark.parametrize("source", SURE)
def test_what_surely_matches(source: str) -> None:
    sure, unsure = SURE[source]
    compiled, dfa = LinePattern(source).compiled, LineDfa((source,), 0)
    assert all(compiled.fullmatch(fold_shape(line)) for line in sure + unsure)
    assert [line for line in sure + unsure if surely_matches(dfa, line)] == sure


@pytest.mark.parametrize("source", [".*a.{12}", "".join(map(chr, range(0x4E00, 0x4E60)))])
def test_what_there_is_no_room_for_is_passed_on(source: str) -> None:
    """Thousands of states, and more kinds of characters than are kept."""
    dfa, compiled, random = LineDfa((source,), 0), LinePattern(source).compiled, Random(1)
    lines = ["".join(random.choices("ab" + source[-1], k=30)) for _ in range(1_000)] + [source]
    assert all(candidates(dfa, line) == (0,) for line in lines if compiled.fullmatch(line))
    assert all(compiled.fullmatch(line) for line in lines if surely_matches(dfa, line))


@pytest.mark.parametrize("part", range(8))
def test_no_shipped_pattern_loses_a_line(part: int) -> None:
    sources = SHIPPED[part::8]
    together, alone = LineDfa(tuple(sources), 0), [LineDfa((source,), 0) for source in sources]
    asked = refused = matched = sure = 0
    for number, source in enumerate(sources):
        compiled = LinePattern(source).compiled
        for line in LINES[:: 1 + len(LINES) // 1_500]:
            if len(line) > MAX_LINE_CHARS:
                continue
            is_sure = surely_matches(alone[number], line)
            if compiled.fullmatch(fold_shape(line), timeout=5):
                assert candidates(alone[number], line)
                assert number in candidates(together, line)
                matched += 1
                sure += is_sure
            else:
                assert not is_sure
                asked += 1
                refused += not candidates(alone[number], line)
    assert refused > 0.99 * asked
    assert sure > 0.5 * matched


LETTERS = (
    "abs iK1.\N{EN DASH}\u4e2d\N{LATIN SMALL LETTER SHARP S}\N{LATIN SMALL LETTER LONG S}"
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"
)
ATOMS = st.sampled_from(
    ["a", "b", "s", "i", "k", " ", "-", ".", "1", r"\w", r"\W", r"\d", "[ab]", "[^a]", r"[\w-]", r"\p{L}"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{2,}", "+?", "?+", "{0,40}"])).map(
            lambda parts: f"(?:{parts[0]}){parts[1]}"
        ),
        st.tuples(st.sampled_from(["(?=", "(?!", "(?<!", "(?>", "(?-i:"]), inner).map(
            lambda parts: f"{''.join(parts)})"
        ),
        st.sampled_from([r"\b", "^", "$"]),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.lists(st.text(LETTERS, max_size=8), max_size=6))
@settings(max_examples=500, deadline=None)
def test_no_line_that_matches_is_refused(source: str, lines: list[str]) -> None:
    compiled = LinePattern(source).compiled
    for line in lines:
        if compiled.fullmatch(fold_shape(line), timeout=5):
            assert may_match(source, line)
        else:
            assert not surely_matches(LineDfa((source,), 0), line)
