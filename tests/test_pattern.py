"""Patterns can't hang a run: a time limit on each line, and an error that names the rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.rules import BAD_PATTERNS

from cleaner import Cleaner, Selection
from cleaner.rules import pattern
from cleaner.rules.pattern import LinePattern, PatternTimeoutError
from cleaner.rules.pattern_bound import MAX_LINE_CHARS


def cleaner_with(tmp_path: Path, source: str) -> Cleaner:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "pack: bad\nrules:\n  - {id: bad, rev: 1, why: x, category: promo, scope: inline, "
        f"pattern: '{source}', examples: ['- zz', '= z']}}\n",
        encoding="utf-8",
    )
    return Cleaner(rules=path, selection=Selection(only=("bad",)))


@pytest.mark.parametrize(("source", "line"), BAD_PATTERNS.items(), ids=BAD_PATTERNS)
def test_a_pattern_ends_in_time_or_names_its_rule(
    source: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 0.1)
    assert len(line) >= 100_000
    try:
        cleaner_with(tmp_path, source).clean(f"The end.\n{line}\n")
    except PatternTimeoutError as error:
        assert str(error).startswith(f"bad/bad: pattern {source!r} took over 0.1 s on line 2")


def test_the_worst_of_them_do_run_into_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 0.1)
    with pytest.raises(PatternTimeoutError):
        cleaner_with(tmp_path, "(a+)+$").clean("a" * 100_000 + "b\n")


def test_a_whole_line_is_not_matched_beyond_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(
        "pack: long\nrules:\n  - {id: a, rev: 1, why: x, category: promo, scope: line, "
        "pattern: '(a+)+', examples: ['- a', '= b']}\n",
        encoding="utf-8",
    )
    cleaner = Cleaner(rules=path, selection=Selection(only=("long",)))
    short, long = "a" * MAX_LINE_CHARS, "a" * (MAX_LINE_CHARS + 1)
    assert cleaner.clean(f"The end.\n{short}\n{long}\n").text == f"The end.\n{long}\n"


LINES = {  # pattern: lines that it matches, and lines that it does not
    "[\\w-]{3}": (["sss", "SßS"], ["ssssss", "ffiffiffi"]),
    "stra[ßx]e": (["straße", "StraXe"], ["strasse"]),
    "[à-ÿ]": (["À"], ["ss"]),
    r"(a|(b|\p{L}))": (["s", "ß"], ["ss"]),
    r"(x|\w){3}|(?:-|\S)": (["sss", "-"], ["ssssss", "ff"]),
    "straße [a-c]": (["STRASSE C", "strasse a", "STRAẞE b"], ["strase a"]),
    "o[f]fice|o(f)fice|office": (["OFFICE", "o\N{LATIN SMALL LIGATURE FF}ice"], ["o\N{LATIN SMALL LIGATURE FI}ce"]),
    r"(?-i:[A-C])[\]d]": (["A]", "BD"], ["a]", "AA"]),
}


@pytest.mark.parametrize("source", LINES)
def test_a_set_stands_for_one_character(source: str) -> None:
    """Full case folding is for letters, where `ß` is `ss`; in a set that would be two characters for one."""
    matching, others = LINES[source]
    compiled = LinePattern(source).compiled
    assert [line for line in (*matching, *others) if compiled.fullmatch(line)] == matching


def test_a_set_has_one_way_through_a_text() -> None:
    compiled = LinePattern(r"[\w-]{1,200}\.(?:forum|board)/").compiled
    assert not compiled.fullmatch("s" * 150 + ".", timeout=1)
