"""`cleaner rules lint`: every code has what it finds and what comes close, and mending changes nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from cleaner.model import CleanerError
from cleaner.rules import lint as linter
from cleaner.rules.lint import CODES, lint
from cleaner.rules.lint_editor import EDITOR_LINE
from cleaner.rules.load import load_rules, shipped_folder
from cleaner.rules.pattern_shape import lost_escapes, pattern_shape
from cleaner.rules.profile import OPTIONAL, Selection
from cleaner.rules.revisions import FILE, Revision, digest_of, raised, read_revisions
from conftest import Command, read_tree, write_tree

LANGUAGE = (Path(__file__).resolve().parents[1] / "docs" / "rules-language.md").read_text(encoding="utf-8")

# Patterns: exponential, quadratic (as a whole line), and neither.
EXPONENTIAL = [
    "(a+)+b",
    "(a*)*b",
    "(a|aa)+b",
    "(x|y|xy)+z",
    "(.*a){20}",
    "(a{1,20} ?)+x",
    r"(\w+\s?)+!",
    r"(?:(?:\w+[ ,]?)+;)+",
    r"((share|link|share link)\W*)+!",
    "(?i:(a|A)+)b",
]
QUADRATIC = [r"\w+\d+x", ".*a.*b.*", r"\s*\s*x", r"\(AP\s*(inputs)?\s*\)", ".*, .*said", "[ab]+[bc]+d"]
LINEAR = [
    "a+b+",
    "(a+,)+b",
    "(?:x+y)*x*z",
    r"(\w+\s)+!",
    r"(\w+\b\W*)+!",
    r"(\d{20})+x",
    "(?>a+)+b",
    "(a++)+b",
    "((a|b)+c)*d",
    r"\w+ \d+x",
    ".*foo.*",
    r"\s*[:|]\s*x",
    "(?-i:[A-Z]+[a-z]+)x",
    r"follow us\b.{0,120}\bon\b.{0,60}",
    r"(a|b|\[c\]){3,}",
    r"[^\[\]()\s]+(?:\s+[^\[\]()\s]+){3,30}[\])]",
]
UNREAD = ["(?x) ( a + ) + b", r"(a+)+\1", "(?R)|a", "(?:foo){e<=1}"]


@pytest.mark.parametrize("source", EXPONENTIAL)
def test_exponential(source: str) -> None:
    assert pattern_shape(source).is_exponential


@pytest.mark.parametrize("source", QUADRATIC)
def test_quadratic(source: str) -> None:
    shape = pattern_shape(source)
    assert shape.is_quadratic
    assert not shape.is_exponential


@pytest.mark.parametrize("source", LINEAR + UNREAD)
def test_neither(source: str) -> None:
    shape = pattern_shape(source)
    assert (shape.is_exponential, shape.is_quadratic) == (False, False)
    assert (shape.node is None) is (source in UNREAD)


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        (r"\w+ said", True),
        (r"\s+\d", True),
        (r"a|\d+ b", True),
        (r"\b\w+ said", False),
        (r"\w+", False),
        ("x+y?", False),
    ],
)
def test_a_search_that_begins_without_end(source: str, begins: bool) -> None:
    assert pattern_shape(source).starts_with_unbounded is begins


@pytest.mark.parametrize(
    ("source", "capitals"),
    [
        ("[A-Z]x", ["[A-Z]"]),
        (r"\p{Lu}\p{Ll}", [r"\p{Lu}"]),
        ("(?-i:[A-Z])[A-Z]", ["[A-Z]"]),
        ("(?-i:[A-Z])x", []),
        ("[A-Za-z]", []),
        ("[ABC]", []),
        ("READ", []),
        (r"\p{L}[A-Z\d]", ["[A-Z\\d]"]),
    ],
)
def test_capitals(source: str, capitals: list[str]) -> None:
    assert list(pattern_shape(source).capitals) == capitals


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        (r"don\u2019t", [r"\u2019 (write ')"]),
        (r"\N{EN DASH}", [r"\N{EN DASH} (write -)"]),
        (r"a\xa0b\t", [r"\xa0 (write a space)", r"\t (write a space)"]),
        (r"a\nb", [r"\n (a line has no line break)"]),
        (r"a\\tb", []),
        (r"\u2022\N{BULLET}\x41", []),
        (r"\N{NO SUCH NAME}", []),
    ],
)
def test_escapes_that_never_match(source: str, lost: list[str]) -> None:
    assert lost_escapes(source) == lost


GOOD = """\
pack: t/x
lists:
  networks: [facebook, mastodon]
rules:
  - id: a
    rev: 1
    why: A button that asks to follow.
    category: promo
    scope: line
    phrases:
      - follow us
      - $networks
    examples:
      - "- Follow us"
      - "= Follow us home"
"""
RULE = GOOD[GOOD.index("  - id") :]
PHRASES = "    phrases:\n      - follow us\n      - $networks\n"
OTHER = RULE.replace("id: a", "id: b")


def with_keys(*lines: str) -> str:
    return GOOD.replace("    phrases:", "".join(f"    {line}\n" for line in lines) + "    phrases:")


def with_pattern(pattern: str, scope: str = "line") -> str:
    return GOOD.replace("    phrases:", f"    pattern: '{pattern}'\n    phrases:").replace("e: line", f"e: {scope}")


# What stands in the pack, and its findings: line, column and code.
CASES: dict[str, tuple[str, list[str]]] = {
    "nothing": (GOOD, []),
    "an unknown key": (GOOD.replace("why:", "wy:"), ["5:5 E005", "7:5 E001"]),
    "a rule twice": (GOOD + RULE, ["16:5 E002"]),
    "a key twice": (with_keys("rev: 2"), ["10:5 E002"]),
    "an empty line matches": (with_pattern("x*"), ["10:14 E003"]),
    "no regular expression": (with_pattern("(x"), ["10:14 E004"]),
    "no YAML": ("pack: [", ["2:1 E006"]),
    "another problem": (GOOD.replace("category: promo", "category: x"), ["8:15 E000"]),
    "two problems and a finding": (
        GOOD.replace("rev: 1", "rev: x").replace("promo", "x") + OTHER.replace("rev: 1", "rev: 0"),
        ["6:10 E000", "8:15 E000", "17:10 E000"],
    ),
    "an unanchored wildcard": (with_pattern(".*related.*"), ["10:14 L001"]),
    "an unanchored end": (with_pattern("more: .+"), ["10:14 L001"]),
    "a wildcard after words enough": (with_pattern("this site uses akismet.*"), []),
    "a wildcard with an end": (with_pattern(".{0,60}related.{0,60}"), []),
    "a wildcard in a short line": (with_pattern(".*related.*").replace("    phr", "    words: {max: 9}\n    phr"), []),
    "a wildcard in a condition": (with_keys("next: {pattern: '.*related.*'}"), []),
    "a quadratic pattern": (with_pattern(r"\w+\d+x"), ["10:14 L002"]),
    "a quadratic pattern of a neighbour": (with_keys("next: {pattern: ['a', '\\w+\\d+x']}"), ["10:27 L002"]),
    "a search that begins without end": (with_pattern(r"\w+ said", "inline"), ["10:14 L002"]),
    "the same on a whole line": (with_pattern(r"\w+ said"), []),
    "an exponential pattern": (with_pattern("(a+)+b"), ["10:14 L003"]),
    "capitals": (with_pattern("by [A-Z]x"), ["10:14 L004"]),
    "capitals that count": (with_pattern("by (?-i:[A-Z])x"), []),
    "an escape that is folded": (with_pattern(r"don\u2019t"), ["10:14 L005"]),
    "an escape that is not": (with_pattern(r"don\u2022t"), []),
    "a group for spans on a line": (with_pattern("a (?P<cut>b)"), ["10:14 L006"]),
    "a group for duplicates on a line": (with_pattern("a (?P<said>b)"), ["10:14 L006"]),
    "a group for spans in a span": (with_pattern("a (?P<cut>b)", "inline"), []),
    "a phrase twice": (GOOD.replace("- $net", "- Follow  US!\n      - $net"), ["12:9 L007"]),
    "a phrase that a list has": (GOOD.replace("- $net", "- Facebook\n      - $net"), ["12:9 L007"]),
    "a phrase nearly twice": (GOOD.replace("- $net", "- follow use\n      - $net"), []),
    "a shadowed rule": (GOOD + OTHER.replace("      - $networks\n", ""), ["22:7 L008"]),
    "the same rule twice": (GOOD + OTHER, ["22:7 L008"]),
    "a phrase more than the other": (GOOD + OTHER.replace("- follow us", "- follow me"), []),
    "another that asks": (with_keys("words: {max: 3}") + OTHER, ["12:7 L008"]),
    "both ask": (with_keys("words: {max: 3}") + OTHER.replace("    phr", "    prose: false\n    phr"), []),
    "another language": (with_keys("language: de") + OTHER.replace("    phr", "    language: en\n    phr"), []),
    "an unused list": (GOOD.replace("      - $networks\n", ""), ["3:3 L009"]),
    "a list that a pattern uses": (
        GOOD.replace("      - $networks\n", "    pattern: 'on (?:$networks)'\n"),
        [],
    ),
    "a list with a longer name": (
        GOOD.replace("  networks:", "  net: [x]\n  networks:"),
        ["3:3 L009"],
    ),
    "an exception apart from the rule": (
        with_keys("words: {max: 5}", "unless: [{because: why, words: {min: 6}}]"),
        ["11:14 L010"],
    ),
    "an exception with other phrases": (with_keys("unless: [{because: why, phrases: [unknown]}]"), ["10:14 L010"]),
    "an exception with a phrase": (with_keys("unless: [{because: why, phrases: [follow us]}]"), []),
    "an exception at the edge": (
        with_keys("next: {prose: true}", "unless: [{because: why, next: {edge: true}}]"),
        ["11:14 L010"],
    ),
    "an exception that overlaps": (with_keys("words: {max: 6}", "unless: [{because: why, words: {min: 6}}]"), []),
    "an exception of prose in few words": (
        with_keys("words: {max: 7}", "unless: [{because: why, prose: true}]"),
        ["11:14 L010"],
    ),
    "min over max": (with_keys("words: {min: 5, max: 4}"), ["10:12 L011"]),
    "min is max": (with_keys("words: {min: 5, max: 5}"), []),
    "min over max of a run of prose": (with_keys("below: {prose-run: {min: 5, max: 4}}"), ["10:12 L011"]),
    "more lines than it looks at": (with_keys("ahead: {lines: 2, min: 3, phrases: [x]}"), ["10:12 L011"]),
    "prose in few words": (with_keys("prose: true", "words: {max: 7}"), ["10:12 L011"]),
    "prose in just enough words": (with_keys("prose: true", "words: {max: 8}"), []),
    "a heading of many words": (with_keys("next: {heading: true, words: {min: 31}}"), ["10:11 L011"]),
    "a heading of 30 words": (with_keys("next: {heading: true, words: {min: 30}}"), []),
    "something at the edge": (with_keys("next: {edge: true, prose: true}"), ["10:11 L011"]),
    "the edge alone": (with_keys("next: {edge: true}"), []),
    "refused and asked": (with_keys("prose: true", "not: {prose: true}"), ["11:10 L011"]),
    "refused in part": (with_keys("prose: true", "not: {prose: true, words: {max: 20}}"), []),
    "a contradiction in an exception": (
        with_keys("unless: [{because: why, words: {min: 5, max: 4}}]"),
        ["10:14 L011"],
    ),
    "an empty place": (with_keys("where: {}"), ["10:12 L012"]),
    "an empty neighbour": (with_keys("next: {}"), ["10:11 L012"]),
    "an exception without conditions": (with_keys("unless: [{because: why}]"), ["10:14 L012"]),
    "a short reason": (GOOD.replace("A button that asks to follow.", "A button."), ["7:10 L013"]),
    "deprecated, and no more": (with_keys("status: deprecated"), ["10:13 L014"]),
    "deprecated for another": (
        with_keys("status: deprecated").replace("to follow.", "to follow; t/x/b does it."),
        [],
    ),
}


def places(path: Path, **options: bool) -> list[str]:
    return [f"{each.line}:{each.column} {each.code}" for each in lint([path], **options)]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the shipped packs, which take a tenth of a second to read."""
    monkeypatch.setattr(linter, "shipped_folder", lambda: tmp_path / "shipped")


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", CASES)
def test_findings(tmp_path: Path, name: str) -> None:
    text, found = CASES[name]
    write_tree(tmp_path, {"x.yaml": text})
    assert places(tmp_path / "x.yaml") == found


def test_every_code_of_a_pack_has_a_case() -> None:
    used = {place.split()[1] for _, found in CASES.values() for place in found}
    tested_below = {"L015", "L020", "L021", "L022", "L023"}
    assert used | tested_below == set(CODES)


def test_a_list_that_another_pack_uses(tmp_path: Path) -> None:
    lists = GOOD.replace("      - $networks\n", "")
    other = "pack: t/y\nextends: t/x\nrules:\n" + RULE.replace("follow us", "like us")
    write_tree(tmp_path, {"x.yaml": lists, "y.yaml": other})
    assert places(tmp_path) == []


@pytest.mark.usefixtures("alone")
def test_a_rule_that_another_pack_shadows(tmp_path: Path) -> None:
    tail = "pack: t/y\nrules:\n" + RULE.replace("- $networks", "- facebook\n      - mastodon")
    write_tree(tmp_path, {"x.yaml": GOOD, "y.yaml": tail.replace("scope: line", "scope: tail")})
    assert [(finding.rule, finding.code) for finding in lint([tmp_path])] == [("t/x/a", "L008")]


def test_overrides_change_no_finding(tmp_path: Path) -> None:
    overrides = "overrides:\n  - rule: t/x/a\n    because: why\n    set: {words: {min: 5, max: 4}}\n"
    write_tree(tmp_path, {"x.yaml": GOOD, "overrides.yaml": overrides})
    assert places(tmp_path) == []


# ------------------------------------------------------------------ mending


def test_fix_takes_out_phrases_on_lines_of_their_own(tmp_path: Path) -> None:
    text = with_keys("# mind this").replace(
        "- $networks", "- Follow us # by hand\n      - FOLLOW US\n      - $networks"
    )
    write_tree(tmp_path, {"x.yaml": text})
    assert places(tmp_path / "x.yaml", fix=True) == ["13:9 L007"]
    assert (tmp_path / "x.yaml").read_text() == text.replace("      - FOLLOW US\n", "")
    assert set(read_tree(tmp_path)) == {"x.yaml", FILE}


@pytest.mark.parametrize(
    ("phrases", "place"),
    [
        ("    phrases: [follow us, $networks, follow us]\n", "10:37"),
        ("    phrases:\n      - follow us\n      - $networks\n      - follow\n        us\n", "13:9"),
        ("    phrases:\n      - follow us\n      - $networks\n      - &us follow us\n", "13:9"),
    ],
)
def test_fix_leaves_what_is_no_line_of_its_own(tmp_path: Path, phrases: str, place: str) -> None:
    text = GOOD.replace(PHRASES, phrases)
    write_tree(tmp_path, {"x.yaml": text})
    assert places(tmp_path / "x.yaml", fix=True) == [f"{place} L007"]
    assert (tmp_path / "x.yaml").read_text() == text


@pytest.mark.parametrize("first", ["", EDITOR_LINE + "schema.json\n"])
def test_fix_puts_the_editor_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    write_tree(tmp_path, {"t/x.yaml": first + GOOD})
    monkeypatch.setattr(linter, "shipped_folder", lambda: tmp_path)
    assert [finding.code for finding in lint()] == ["L015"]
    assert lint(fix=True) == []
    assert (tmp_path / "t" / "x.yaml").read_text() == f"{EDITOR_LINE}../schema.json\n{GOOD}"


def revise(folder: Path, text: str) -> list[str]:
    """The findings once the pack is recorded and then becomes this text."""
    write_tree(folder, {"x.yaml": GOOD})
    assert lint([folder], fix=True) == []
    write_tree(folder, {"x.yaml": text})
    return [finding.code for finding in lint([folder])]


REVISED: Mapping[str, tuple[str, list[str], list[str]]] = {
    "nothing": (GOOD, [], []),
    "the reason and an example": (GOOD.replace("asks to", "begs to").replace("home", "there"), [], []),
    "the same phrase in capitals": (GOOD.replace("- follow us", "- FOLLOW US"), [], []),
    "a phrase": (GOOD.replace("- follow us", "- follow me\n      - follow us"), ["L021"], ["L021"]),
    "a list": (GOOD.replace("mastodon", "mastodon, bluesky"), ["L021"], ["L021"]),
    "a condition": (with_keys("words: {max: 9}"), ["L021"], ["L021"]),
    "a phrase and the rev": (GOOD.replace("[facebook", "[x, facebook").replace("rev: 1", "rev: 2"), ["L020"], []),
    "another rule": (GOOD + OTHER.replace("follow us", "like us"), ["L020"], []),
    "the id": (GOOD.replace("id: a", "id: b"), ["L020", "L023"], []),
    "what can't be read": (GOOD.replace("rev: 1", "rev: x"), ["E000"], ["E000"]),
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", REVISED)
def test_revisions(tmp_path: Path, name: str) -> None:
    text, found, left = REVISED[name]
    assert sorted(revise(tmp_path, text)) == found
    assert sorted(finding.code for finding in lint([tmp_path], fix=True)) == left


def test_a_rev_never_goes_back_and_an_id_never_comes_back(tmp_path: Path) -> None:
    assert revise(tmp_path, GOOD.replace("rev: 1", "rev: 3")) == ["L020"]
    lint([tmp_path], fix=True)
    write_tree(tmp_path, {"x.yaml": GOOD})
    assert [finding.code for finding in lint([tmp_path], fix=True)] == ["L021"]
    write_tree(tmp_path, {"x.yaml": GOOD.replace("id: a", "id: b")})
    assert lint([tmp_path], fix=True) == []
    assert msgspec.json.decode((tmp_path / FILE).read_bytes())["t/x/a"]["retired"] is True
    write_tree(tmp_path, {"x.yaml": GOOD})
    assert sorted(finding.code for finding in lint([tmp_path], fix=True)) == ["L022"]


def test_a_broken_file_of_revisions_is_no_empty_one(tmp_path: Path) -> None:
    write_tree(tmp_path, {"x.yaml": GOOD, FILE: "{"})
    with pytest.raises(CleanerError, match=r"revisions\.json: not a file of revisions"):
        lint([tmp_path], fix=True)
    assert (tmp_path / FILE).read_text() == "{"


# ------------------------------------------------------------------ the command, the documents, the shipped packs


def test_command(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"good/x.yaml": GOOD, "bad/x.yaml": with_keys("where: {}")})
    good = run("rules", "lint", "--rules", "good")
    assert (good.status, good.out, good.err) == (0, "", "0 findings\n")
    bad = run("rules", "lint", "--rules", "bad")
    assert (bad.status, bad.out) == (1, "bad/x.yaml:10:12: L012 t/x/a: `where` asks nothing (drop it)\n")
    as_json = msgspec.json.decode(run("rules", "lint", "--rules", "bad", "--json").out)
    assert (as_json["path"], as_json["line"], as_json["code"], as_json["rule"]) == ("bad/x.yaml", 10, "L012", "t/x/a")
    missing = run("rules", "lint", "--rules", "nowhere")
    assert (missing.status, missing.out) == (2, "")


def test_the_table_of_codes_is_the_code() -> None:
    assert dict(re.findall(r"^\| `([EL]\d{3})` \| (.+) \|$", LANGUAGE, re.MULTILINE)) == CODES


def test_the_shipped_packs_are_clean() -> None:
    assert [str(finding) for finding in lint()] == []


def test_the_shipped_revisions_are_fresh() -> None:
    recorded = read_revisions(shipped_folder() / FILE)
    assert recorded is not None
    rules = load_rules(selection=Selection(drop=OPTIONAL, experimental=True)).rules
    assert {rule.id: Revision(rule.rev, digest_of(rule)) for rule in rules}.items() <= recorded.items()
    assert raised(recorded, rules, {rule.id.rpartition("/")[0] for rule in rules}) == recorded
