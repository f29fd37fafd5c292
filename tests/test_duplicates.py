"""Lines that are no suspects are not looked at, so none may be missing of those that a rule would take."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Document
from cleaner.claims import Claims
from cleaner.duplicates import _make_repeater, _repeats_a_line_that_stays, find_headline
from cleaner.line import Line
from cleaner.repeats import Repeaters
from cleaner.rules.conditions import acts
from cleaner.rules.load import read_pack
from cleaner.rules.model import Rule
from cleaner.rules.pattern import LinePattern
from cleaner.rules.problems import Problem
from cleaner.segment import Page, segment

PATTERNS = {
    "said at the beginning": r"(?P<said>\w.*?)\s*[|:-]+\s*\w+",
    "said at the end": r"\w+\s*[|:-]+\s*(?P<said>\S.{3,})",
    "said in the middle": r"\w+[|:]\s*(?P<said>.+?)\s*-.*",
    "said, or not": r"(?:(?P<said>t.+?)\W.*|m.+)",
    "all of it": r"t.{3,}|.+[|] .+",
    "one of two": r"(?P<said>.+) [|] \w+', '\w+: (?P<said>.+)",
}
REPEATS = [
    "of: earlier",
    "of: earlier, within: 2",
    *(
        f"of: {of}, match: {match}"
        for of in ("headline", "next", "previous")
        for match in ("exact", "contained", "prefix", "fuzzy, similarity: 60%")
    ),
]
OWN = ["", ", words: {min: 3}", ", words: {max: 4}", ", heading: true", ", prose: false", ", where: {first: 3}"]


def read_rules() -> tuple[Rule, ...]:
    """A rule for each way to repeat, whole lines and parts of them, each with one of the questions about the line."""
    shared = "rev: 1, why: why, category: duplicate, scope: duplicate, examples: ['- x', '= y']"
    said = ["", *(f", pattern: ['{pattern}']" for pattern in PATTERNS.values())]
    bodies = [f"repeats: {{{repeats}}}{pattern}" for pattern in said for repeats in REPEATS]
    rules = [f"  - {{id: r{number}, {shared}, {body}{OWN[number % len(OWN)]}}}\n" for number, body in enumerate(bodies)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.yaml")
        path.write_text(f"pack: t\nrules:\n{''.join(rules)}", encoding="utf-8")
        problems: list[Problem] = []
        pack = read_pack(path, problems)
    assert pack is not None, problems
    return pack.rules


RULES = read_rules()
SUSPICIOUS = Repeaters(map(_make_repeater, RULES))
TEXTS = [
    "t",
    "teas",
    "Tea time",
    "tea time, milk",
    "ferry ends",
    "M\N{COMBINING ACUTE ACCENT}ilk",
    "milk (tea)",
    "!*x",
    "",
]
SHAPES = ["{}", "{} | s", "{}- site", "s: {}", "t :{}", "site|{} - x", "* {} !", "{}  time", "\N{BULLET} t: {}..."]
LINE = st.builds(str.format, st.sampled_from(SHAPES), st.sampled_from(TEXTS))
LINES = st.lists(LINE, max_size=7)


def other_line(rule: Rule, place: int, headline: int, page: Page) -> int | None:
    """The other line, -1 for one that is looked for among the earlier ones, None where there is none."""
    assert rule.duplicate is not None
    if rule.duplicate.against == "earlier":
        return -1
    other = {"headline": headline, "next": place + 1, "previous": place - 1}[rule.duplicate.against]
    return other if other != place and 0 <= other < len(page.content) else None


@given(LINES)
@settings(max_examples=400, deadline=None)
def test_no_suspect_is_missing(lines: list[str]) -> None:
    page = segment(Document("\n".join(lines)))
    found = find_headline(page, lambda place: True)
    headline = found.place if found else -1
    suspects = SUSPICIOUS.suspects(page, headline)
    assert suspects == sorted(suspects)
    known = {(place, number) for place, number, _ in suspects}
    for place, line in enumerate(page.content):
        for number, rule in enumerate(RULES):
            other = other_line(rule, place, headline, page)
            if other is not None and is_repeated(rule, line, other, page):
                assert (place, number) in known, (line, rule)


def is_repeated(rule: Rule, line: Line, other: int, page: Page) -> bool:
    """Whether the rule takes the line, asked as of a line that is compared in part."""
    assert rule.duplicate is not None
    asked = rule if rule.patterns else replace(rule, patterns=(LinePattern("(?P<said>.*)"),))
    repeats = _repeats_a_line_that_stays(asked, line, other, page, page.content, Claims({}))
    return repeats and acts(rule, page.content, line.place)


@given(LINES, st.sets(st.integers(0, 6), max_size=3), st.integers(-1, 6))
@settings(max_examples=200, deadline=None)
def test_lines_that_have_gone_never_stood_there(lines: list[str], gone: set[int], headline: int) -> None:
    lines = [line for line in lines if line.strip()]
    kept = [place for place in range(len(lines)) if place not in gone]
    gone &= set(range(len(lines)))
    page, rest = segment(Document("\n".join(lines))), segment(Document("\n".join(lines[place] for place in kept)))
    found = SUSPICIOUS.suspects(page, headline, gone=gone)
    own = kept.index(headline) if headline in kept else -1
    assert found == [
        (kept[place], number, other if other < 0 else kept[other])
        for place, number, other in SUSPICIOUS.suspects(rest, own)
    ]
