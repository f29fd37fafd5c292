"""Rules x lines: conditions at their borders, scopes, actions, duplicates, and who gets a line that many claim.

Cases are diffs, as in the examples of rules: `= ` kept, `- ` removed, `+ ` instead.  A case's rules are named a, b, c.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaner import Action, Cleaner, Document
from cleaner.cut import cut
from cleaner.duplicates import HEADLINE_LINES, find_headline
from cleaner.judge import Judge
from cleaner.pipeline import MAX_PASSES, UnsettledError
from cleaner.rules import pattern
from cleaner.rules.load import RuleSet, load_rules, read_pack
from cleaner.rules.pattern import PatternTimeoutError
from cleaner.rules.problems import Problem
from cleaner.segment import segment

PROJECT = Path(__file__).resolve().parents[1]

PROSE = "The council votes on Monday, and nobody knows how it will end."
MORE_PROSE = "A second vote is planned for May, the clerk said on Tuesday evening."
TITLE = "Ferry strike enters its second week"

LINE = "scope: line, phrases: [x]"
DUPLICATE = "scope: duplicate, category: duplicate"
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True)
class Case:
    rules: list[str]
    diff: list[str]
    title: str | None = None

    @property
    def raw(self) -> str:
        return "".join(f"{line[2:]}\n" for line in self.diff if line[0] != "+")

    @property
    def clean(self) -> str:
        return "".join(f"{line[2:]}\n" for line in self.diff if line[0] != "-")


def read_rules(folder: Path, *bodies: str, head: str = "pack: t") -> RuleSet:
    """Rules a, b, c out of the YAML of their keys; what every rule needs besides is filled in."""
    lines = [head, "rules:"]
    for name, body in zip("abcdef", bodies, strict=False):
        category = "" if "category:" in body else "category: promo, "
        lines.append(f"  - {{id: {name}, rev: 1, why: why, {category}examples: ['- x', '= y'], {body}}}")
    path = folder / "t.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert pack is not None, problems
    return RuleSet(pack.rules, "test")


def judged(rules: RuleSet, document: Document) -> str:
    return cut(document.text, Judge(rules.rules).look(segment(document)).edits)


def check(folder: Path, case: Case) -> None:
    """One look at the page, without repairs and white space, makes of the case what its diff says."""
    rules = read_rules(folder, *case.rules)
    assert judged(rules, Document(case.raw, title=case.title)) == case.clean


PLACES = {
    "first line": ("first: 1", 3, [0]),
    "more lines than there are": ("first: 5", 3, [0, 1, 2]),
    "last line": ("last: 1", 3, [2]),
    "half of four": ("first: 50%", 4, [0, 1]),
    "half of three takes the middle along": ("first: 50%", 3, [0, 1]),
    "last half of three too": ("last: 50%", 3, [1, 2]),
    "half of one": ("last: 50%", 1, [0]),
    "a share reaches one line at least": ("first: 1%", 3, [0]),
    "also from the end": ("last: 1%", 3, [2]),
    "all": ("first: 100%", 3, [0, 1, 2]),
    "a third of nine": ("last: 33%", 9, [6, 7, 8]),
    "both must hold": ("first: 2, last: 2", 3, [1]),
    "nothing is both": ("first: 1, last: 1", 3, []),
    "the only line is both": ("first: 1, last: 1", 1, [0]),
    # 0.07 * 100 and 0.28 * 25 lie a little above the whole number in binary floating point.
    "7 % of a hundred": ("first: 7%", 100, list(range(7))),
    "28 % of 25": ("last: 28%", 25, list(range(18, 25))),
    "57 % of a hundred": ("first: 57%", 100, list(range(57))),
}


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["dense", "blank lines do not count"])
@pytest.mark.parametrize(("where", "count", "places"), PLACES.values(), ids=PLACES)
def test_where(tmp_path: Path, where: str, count: int, places: list[int], gap: str) -> None:
    rules = read_rules(tmp_path, f"{LINE}, where: {{{where}}}")
    page = segment(Document(gap.join(["x"] * count) + "\n"))
    edits = Judge(rules.rules).look(page).edits
    assert [edit.start for edit in edits] == [page.content[place].start for place in places]


def line(conditions: str, *diff: str) -> Case:
    return Case([f"{LINE}, {conditions}"], list(diff))


CONDITIONS = {
    "previous: matches": line("previous: {phrases: [y]}", "= y", "- x", "= x"),
    "previous: blank lines are passed": line("previous: {phrases: [y]}", "= y", "= ", "= ", "- x"),
    "previous: edge": line("previous: {edge: true}", "- x", "= x"),
    "previous: edge behind blank lines": line("previous: {edge: true}", "= ", "- x"),
    "previous: no edge": line("previous: {edge: false}", "= x", "- x"),
    "previous: nothing there passes no test": line("previous: {not: {phrases: [y]}}", "= x", "- x", "= y", "= x"),
    "previous: adjacent": line("previous: {adjacent: true}", "= x", "- x", "= ", "= x"),
    "previous: not adjacent": line("previous: {adjacent: false}", "= x", "= x", "= ", "- x"),
    "next: matches": line("next: {pattern: 'y+'}", "= x", "= z", "- x", "= yyy"),
    "next: the whole line": line("next: {pattern: y}", "= x", "= yy"),
    "next: edge": line("next: {edge: true}", "= x", "- x", "= "),
    "next: adjacent": line("next: {adjacent: true}", "- x", "= y", "= x", "= ", "= y"),
    "next: prose": line("next: {prose: true}", "- x", f"= {PROSE}", "= x", "= Monday."),
    "next: no prose": line("next: {prose: false}", "= x", f"= {PROSE}", "- x", "= Monday."),
    "next: heading": line("next: {heading: true}", "- x", "= Ferries", "= x", "= Ferries:"),
    "next: words": line(
        "next: {words: {min: 2, max: 3}}", "= x", "= 1", "- x", "= 1 2", "- x", "= 1 2 3", "= x", "= 1 2 3 4"
    ),
    "next: not": line("next: {words: {max: 2}, not: {phrases: [y]}}", "= x", "= Y!", "- x", "= z"),
    "next: phrases or pattern": line("next: {phrases: [y], pattern: 'z+'}", "- x", "= y", "- x", "= zz", "= x", "= yz"),
    "both neighbours": line("previous: {phrases: [y]}, next: {phrases: [z]}", "= y", "- x", "= z", "= y", "= x", "= y"),
    "above: at least": line("above: {prose: {min: 1}}", "= x", f"= {PROSE}", "= y", "- x"),
    "above: at most": line("above: {prose: {max: 1}}", "- x", f"= {PROSE}", "- x", f"= {PROSE}", "= x"),
    "below: at least": line("below: {prose: {min: 2}}", "- x", f"= {PROSE}", "= x", f"= {PROSE}", "= x"),
    "below: none": line("below: {prose: {max: 0}}", "= x", f"= {PROSE}", "- x", "= Monday."),
    "below: prose in a row": line(
        "below: {prose-run: {max: 1}}",
        *("= x", f"= {PROSE}", "= ", f"= {MORE_PROSE}"),
        *("- x", f"= {PROSE}", "= y", f"= {MORE_PROSE}"),
    ),
    "below: enough prose in a row": line(
        "below: {prose-run: {min: 2}}",
        *("- x", f"= {PROSE}", "= ", f"= {MORE_PROSE}"),
        *("= x", f"= {PROSE}", "= y", f"= {MORE_PROSE}"),
    ),
    "ahead: as far as it looks": line(
        "ahead: {lines: 2, phrases: [y]}", "- x", "= z", "= ", "= y", "= x", "= z", "= z", "= y"
    ),
    "ahead: enough of them": line(
        "ahead: {lines: 3, min: 2, phrases: [y]}", "- x", "= y", "= z", "= y", "= x", "= z", "= y", "= z"
    ),
    "ahead: all lines": line("ahead: {phrases: [y]}", "- x", *["= z"] * 30, "= y", "= x", "= z"),
    "ahead: not the line itself": line("ahead: {phrases: [x]}", "= y", "= x", "= z"),
    "behind: as far as it looks": line("behind: {lines: 1, phrases: [y]}", "= y", "- x", "= z", "= x"),
    "behind: none of all lines": line(
        "unless: {because: why, behind: {phrases: [y]}}", "- x", "= y", *["= z"] * 30, "= x"
    ),
    "above: the line itself does not count": Case(
        ["scope: line, pattern: 'The .*', above: {prose: {max: 0}}, below: {prose: {max: 0}}"], [f"- {PROSE}"]
    ),
    "words: at least": Case(["scope: line, pattern: '[a-z ]+', words: {min: 3}"], ["= a b", "- a b c"]),
    "words: at most": Case(["scope: line, pattern: '[a-z ]+', words: {max: 2}"], ["- a b", "= a b c"]),
    "prose": Case(["scope: line, pattern: '.+', prose: true"], [f"- {PROSE}", "= Monday."]),
    "heading": Case(["scope: line, pattern: '.*m.*', heading: true"], ["- A room", "= A room:", "= A room."]),
    "not": Case(["scope: line, pattern: 'x.*', not: {pattern: '.*y'}"], ["- xz", "= xy", "- xyz"]),
    "phrases or pattern": Case(["scope: line, phrases: [x], pattern: 'y+'"], ["- X!", "- yyy", "= xy"]),
    "no phrase inside a line": line("words: {min: 1}", "= x y", "= y x", "- x"),
    "pattern of the whole line": Case(["scope: line, pattern: 'share'"], ["- Share", "= Share it", "= share:"]),
    "pattern with its case": Case(["scope: line, pattern: '(?-i:WATCH): .*'"], ["- WATCH: Tea", "= Watch: tea"]),
    "pattern with straight quotes": Case(
        ['scope: line, pattern: "don\'t miss - .*"'], [f"- Don{CURLY}t miss \N{EM DASH} more", "= Dont miss - more"]
    ),
    "indented line": line("words: {max: 1}", "-   x  ", "=   y"),
    "unless": line("unless: {because: why, next: {prose: true}}", "= x", f"= {PROSE}", "- x", "= y"),
    "unless: one of many": line(
        "unless: [{because: why, next: {phrases: [y]}}, {because: why, previous: {phrases: [y]}}]",
        "= x",
        "= y",
        "= x",
        "= z",
        "- x",
    ),
    "unless: all of one": line(
        "unless: {because: why, next: {phrases: [y]}, previous: {phrases: [z]}}", "= z", "= x", "= y", "- x", "= y"
    ),
    "unless: of the line itself": Case(
        ["scope: line, pattern: 'x.*', unless: {because: why, pattern: '.*said.*'}"], ["= x, he said", "- x, he wrote"]
    ),
    "unless: a place": line("unless: {because: why, where: {first: 1}}", "= x", "- x"),
    "a huge line is no phrase": line("words: {min: 1}", "= x" + "!" * 500, "- x" + "!" * 499),
}


@pytest.mark.parametrize("case", CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(tmp_path: Path, case: Case) -> None:
    check(tmp_path, case)


DOMAINS = {
    "the host": ("site.example", "https://site.example/a", True),
    "a subdomain": ("site.example", "https://www.site.example/a", True),
    "a port and a user": ("site.example", "https://me@site.example:8080/", True),
    "case of the URL": ("site.example", "HTTPS://WWW.Site.Example/", True),
    "case of the pack": ("Site.Example", "https://site.example/", True),
    "a glob": ("'*.example'", "https://news.example/", True),
    "a glob at the end": ("site.*", "https://site.test/", True),
    "a glob and a subdomain": ("site.*", "https://www.site.test/", True),
    "one of many": ("[other.example, site.example]", "https://site.example/", True),
    "an end that is no subdomain": ("site.example", "https://mysite.example/", False),
    "a glob for subdomains alone": ("'*.site.example'", "https://site.example/", False),
    "another domain": ("site.example", "https://site.test/", False),
    "the name in the path": ("site.example", "https://other.test/site.example", False),
    "the name as a user": ("site.example", "https://site.example@other.test/", False),
    "no URL": ("site.example", None, False),
    "an empty URL": ("site.example", "", False),
    "a broken URL": ("site.example", "https://[site.example/", False),
}


@pytest.mark.parametrize(("domain", "url", "is_on"), DOMAINS.values(), ids=DOMAINS)
def test_domain(tmp_path: Path, domain: str, url: str | None, is_on: bool) -> None:
    rules = read_rules(tmp_path, f"{LINE}, domain: {domain}")
    assert judged(rules, Document("x\ny\n", url=url)) == ("y\n" if is_on else "x\ny\n")


LANGUAGES = {
    "the same": ("en", "en", True),
    "a region": ("en", "en-GB", True),
    "a region with an underscore": ("en", "EN_us", True),
    "not known": ("en", None, True),
    "rules for all": (None, "de", True),
    "another": ("en", "de", False),
    "a longer code": ("en", "eng", False),
}


@pytest.mark.parametrize(("pack", "language", "acts"), LANGUAGES.values(), ids=LANGUAGES)
def test_language(tmp_path: Path, pack: str | None, language: str | None, acts: bool) -> None:
    rules = read_rules(tmp_path, LINE, head="pack: t" + (f"\nlanguage: {pack}" if pack else ""))
    assert judged(rules, Document("x\ny\n", language=language)) == ("y\n" if acts else "x\ny\n")


BLOCK = "scope: block, phrases: [x]"
SCOPES = {
    "head": Case(["scope: head, phrases: [x]"], ["- y", "- ", "- x", "= z"]),
    "head: last of many": Case(["scope: head, phrases: [x]"], ["- x", "- y", "- x", "= z"]),
    "head: not inside a line": Case(["scope: head, phrases: [x]"], ["= y", "= x y"]),
    "tail": Case(["scope: tail, phrases: [x]"], ["= y", "- x", "- z", "- y"]),
    "tail: not where a condition fails": Case(["scope: tail, phrases: [x], where: {last: 1}"], ["= x", "= y"]),
    "tail: at the end": Case(["scope: tail, phrases: [x]"], ["= y", "- x"]),
    "block: lines": Case([f"{BLOCK}, take: {{lines: 2}}"], ["= a", "- x", "- b", "- c", "= d"]),
    "block: end of the text": Case([f"{BLOCK}, take: {{lines: 2}}"], ["= a", "- x", "- b"]),
    "block: nothing below": Case([f"{BLOCK}, take: {{lines: 2}}"], ["= a", "- x"]),
    "block: up to a blank line": Case([f"{BLOCK}, take: {{until-blank: true}}"], ["- x", "- b", "- c", "= ", "= d"]),
    "block: while": Case([f"{BLOCK}, take: {{while: {{words: {{max: 1}}}}}}"], ["- x", "- b", "- c", "= d e", "= f"]),
    "block: while, adjacent": Case(
        [f"{BLOCK}, take: {{while: {{adjacent: true}}}}"], ["- x", "- b", "- c", "= ", "= d"]
    ),
    "block: while fails at once": Case([f"{BLOCK}, take: {{while: {{prose: true}}}}"], ["- x", "= b", f"= {PROSE}"]),
    "block: lines and while": Case(
        [f"{BLOCK}, take: {{lines: 2, while: {{words: {{max: 1}}}}}}"],
        ["- x", "- b", "- c", "= d", "- x", "- b", "= c d"],
    ),
    "block: up to a blank line, over what is no block": Case(
        [f"{BLOCK}, take: {{until-blank: true, while: {{words: {{max: 1}}}}}}"],
        ["= x", "= b", "= c d", "= ", "- x", "- b", "= ", "= c d"],
    ),
    "block: up to a blank line, over too many lines": Case(
        [f"{BLOCK}, take: {{until-blank: true, lines: 2}}"],
        ["- x", "- b", "- c", "= ", "= x", "= b", "= c", "= d", "= "],
    ),
    "block: up to a blank line, or the end of the text": Case(
        [f"{BLOCK}, take: {{until-blank: true, lines: 2}}"], ["= a", "- x", "- b"]
    ),
    "block: without a limit of its own": Case(
        [f"{BLOCK}, take: {{until-blank: false, lines: 1}}"], ["- x", "- b", "= c"]
    ),
    "block: where a condition fails": Case([f"{BLOCK}, take: {{lines: 1}}, next: {{heading: true}}"], ["= x", "= b."]),
    "block inside a block": Case([f"{BLOCK}, take: {{lines: 2}}"], ["- x", "- x", "- b", "- c", "= d"]),
    "two rules take the same line": Case(
        [f"{BLOCK}, take: {{lines: 1}}", "scope: line, phrases: [y]"], ["- x", "- y", "= z"]
    ),
}
# A block passes the blank lines between its lines, and blank lines are nobody's: tidying the text closes the gap.
GAPS = {
    "block: lines over blank lines": Case(
        [f"{BLOCK}, take: {{lines: 2}}"], ["= a", "= ", "- x", "- ", "- b", "- ", "- c", "- ", "= d"]
    ),
    "block: a blank line under the label": Case(
        [f"{BLOCK}, take: {{until-blank: true}}"], ["- x", "- ", "- b", "- c", "- ", "= d"]
    ),
    "tail over blank lines": Case(["scope: tail, phrases: [x]"], ["= a", "- ", "- x", "- ", "- b"]),
    "line between blank lines": Case([LINE], ["= a", "= ", "- x", "- ", "= b"]),
}


@pytest.mark.parametrize("case", SCOPES.values(), ids=SCOPES)
def test_scopes(tmp_path: Path, case: Case) -> None:
    check(tmp_path, Case(case.rules, [line for line in case.diff if line != "- "]))


@pytest.mark.parametrize("case", GAPS.values(), ids=GAPS)
def test_gaps_close(tmp_path: Path, case: Case) -> None:
    assert Cleaner.of(read_rules(tmp_path, *case.rules)).clean(case.raw).text == case.clean


INLINE = r"scope: inline, pattern: '\[\w+\]'"
# Rules, the text before and after the whole pipeline.
INSIDE = {
    "between words": ([INLINE], "Tea [x] time", "Tea time"),
    "at the start": ([INLINE], "[x] Tea", "Tea"),
    "at the end": ([INLINE], "Tea [x]", "Tea"),
    "before a stop": ([INLINE], "Tea[x].", "Tea."),
    "inside a word": ([INLINE], "Te[x]a", "Tea"),
    "behind a word": ([INLINE], "Tea[x] time", "Tea time"),
    "indentation stays": ([INLINE], "y\n   [x] Tea", "y\n   Tea"),
    "twice in a line": ([INLINE], "[x] Tea [y] time [z]", "Tea time"),
    "side by side": ([INLINE], "Tea [x] [y] time", "Tea time"),
    "side by side at the end": ([INLINE], "Tea [x] [y]", "Tea"),
    "the whole line": ([INLINE], "Tea\n[x]\ntime", "Tea\ntime"),
    "the whole line, piece by piece": ([INLINE], "Tea\n[x] [y] [z]\ntime", "Tea\ntime"),
    "odd spaces": ([INLINE], "Tea\N{NO-BREAK SPACE}[x]\N{NO-BREAK SPACE}time", "Tea\N{NO-BREAK SPACE}time"),
    "no match": ([INLINE], "Tea [x y] time", "Tea [x y] time"),
    "phrases": (["scope: inline, phrases: [read more]"], "Tea READ  MORE time", "Tea time"),
    "phrases in whole words": (
        ["scope: inline, phrases: [read more]"],
        "Spread more tea, read mores",
        "Spread more tea, read mores",
    ),
    "phrases under full folding": (
        ["scope: inline, phrases: [strasse]"],
        "A Stra\N{LATIN SMALL LETTER SHARP S}e B",
        "A B",
    ),
    "a condition of the line": ([INLINE + ", words: {max: 2}"], "Tea [x]\nTea [x] time", "Tea\nTea [x] time"),
    "group cut": ([r"scope: inline, pattern: 'Tea(?P<cut> \[\w+\])'"], "Tea [x] time, [x] end", "Tea time, [x] end"),
    "group cut takes space along": ([r"scope: inline, pattern: '\. (?P<cut>READ\.)'"], "So. READ. Now.", "So. Now."),
    "group cut that is not there": (
        [r"scope: inline, pattern: 'tea(?P<cut> \[x\])?'"],
        "One\ntea [x] and tea\ntea",
        "One\ntea and tea\ntea",
    ),
    "group cut that is not there, under a blank line": (
        [r"scope: inline, pattern: 'tea(?P<cut> \[x\])?'"],
        "One\n\ntea",
        "One\n\ntea",
    ),
    "group cut that is not there, in the first line": (
        [r"scope: inline, pattern: 'tea(?P<cut> \[x\])?'"],
        "tea\n\n",
        "tea",
    ),
    "group cut that is empty": ([r"scope: inline, pattern: 'tea (?P<cut>z*)'"], "Some tea  time", "Some tea  time"),
    "the earlier of two": (["scope: inline, pattern: bcd", "scope: inline, pattern: abc"], "1abcd2", "1d2"),
    "the longer of two": (["scope: inline, pattern: ab", "scope: inline, pattern: abc"], "1abcd2", "1d2"),
    "replace a line": (
        ["scope: line, phrases: [colour], action: replace, with: color"],
        "  Colour!\nColours",
        "  color\nColours",
    ),
    "replace a span": (
        ["scope: inline, pattern: colour, action: replace, with: color"],
        "A colour, a Colour",
        "A color, a color",
    ),
    "replace keeps the space around": (
        ["scope: inline, phrases: [tea], action: replace, with: milk"],
        "Tea tea",
        "milk milk",
    ),
    "replace with a group": (
        [r"scope: inline, pattern: '(\d+) hrs', action: replace, with: '\1 hours'"],
        "10 hrs, 1O hrs",
        "10 hours, 1O hrs",
    ),
    "replace with a named group": (
        [r"scope: line, pattern: 'by (?P<who>.+)', action: replace, with: 'Author \g<who>'"],
        "By Mara",
        "Author Mara",
    ),
    "replace with a group that is not there": (
        [r"scope: inline, pattern: 'a(b)?c', action: replace, with: '[\1]'"],
        "ac abc",
        "[] [b]",
    ),
    "replace only what is cut": (
        [r"scope: inline, pattern: 'tea (?P<cut>hrs)', action: replace, with: hours"],
        "tea hrs, hrs",
        "tea hours, hrs",
    ),
    "replace keeps the author's typography": (
        [r"scope: line, pattern: '(.+) - site', action: replace, with: '\1'"],
        f"Don{CURLY}t wait\N{NO-BREAK SPACE}\N{EM DASH} Site",
        f"Don{CURLY}t wait",
    ),
    "replace with itself": (["scope: line, phrases: [tea], action: replace, with: Tea"], "Tea", "Tea"),
    "removal before replacement": ([LINE, "scope: line, phrases: [x], action: replace, with: y"], "a\nx", "a"),
    "nothing inside a line that goes": ([INLINE, r"scope: line, pattern: 'tea \[x\]'"], "a\nTea [x]", "a"),
}


@pytest.mark.parametrize(("rules", "raw", "clean"), INSIDE.values(), ids=INSIDE)
def test_inside_lines(tmp_path: Path, rules: list[str], raw: str, clean: str) -> None:
    cleaned = Cleaner.of(read_rules(tmp_path, *rules)).clean(raw + "\n")
    assert cleaned.text == clean + "\n"
    assert all(edit.action is (Action.REPLACE if edit.after else Action.REMOVE) for edit in cleaned.removals)


KEEP = "scope: line, action: keep, pattern: '.*precious.*'"
DUPLICATES = {
    "exact": Case([f"{DUPLICATE}, repeats: {{of: earlier}}"], ["= Tea", "= Milk", "- tea!", "= Tea time"]),
    "marks alone are nothing": Case([f"{DUPLICATE}, repeats: {{of: earlier}}"], ["= ***", "= a", "= ***"]),
    "near": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier, within: 2}}"], ["= Tea", "= ", "= Milk", "- Tea", "= Rye", "= Tea"]
    ),
    "a passage of enough lines": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier, passage: {{lines: 2}}}}"],
        ["= Tea", "= Milk", "= Rye", "- Tea", "= ", "- Milk", "= Oats", "= Milk"],
    ),
    "a passage of enough words": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier, passage: {{lines: 2, words: 3}}}}"],
        ["= Tea", "= Milk", "= Rye", "= Oat cake", "= Tea", "= Milk", "= Salt", "- Rye", "- Oat cake"],
    ),
    "a passage with enough prose": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier, passage: {{lines: 2, prose: 1}}}}"],
        ["= Tea", "= Milk", f"= {PROSE}", "= Rye", "= Salt", "= Tea", "= Milk", "= Salt", f"- {PROSE}", "- Rye"],
    ),
    "a passage in another order": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier, passage: {{lines: 2}}}}"],
        ["= Tea", "= Milk", "= Rye", "= Milk", "= Tea"],
    ),
    "thrice": Case([f"{DUPLICATE}, repeats: {{of: earlier}}"], ["= Tea", "- Tea", "- TEA"]),
    "of a line that goes": Case([LINE, f"{DUPLICATE}, repeats: {{of: earlier}}"], ["- x", "= y", "- X", "- y"]),
    "of a line in a tail": Case(
        ["scope: head, phrases: [x]", f"{DUPLICATE}, repeats: {{of: earlier}}"], ["- Tea", "- x", "= Tea", "- Tea"]
    ),
    "with a condition": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier}}, words: {{min: 2}}"], ["= Tea", "= Tea", "= Tea time", "- Tea time"]
    ),
    "with an exception": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier}}, unless: {{because: why, next: {{edge: true}}}}"],
        ["= Tea", "- Tea", "= Tea"],
    ),
    "with a pattern": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier}}, pattern: 't.*'"], ["= Tea", "= Milk", "- Tea", "= Milk"]
    ),
    "previous": Case([f"{DUPLICATE}, repeats: {{of: previous}}"], ["= Tea", "= ", "- Tea", "= Milk", "= Tea"]),
    "previous: three in a row": Case([f"{DUPLICATE}, repeats: {{of: previous}}"], ["= Tea", "- Tea", "= Tea"]),
    "previous: contained": Case(
        [f"{DUPLICATE}, repeats: {{of: previous, match: contained}}"],
        ["= A cup of tea, please", "- cup of tea", "= up of tea"],
    ),
    "next": Case([f"{DUPLICATE}, repeats: {{of: next}}"], ["- Tea", "= Tea", "= Milk", "= Tea"]),
    "next: prefix": Case(
        [f"{DUPLICATE}, repeats: {{of: next, match: prefix}}"],
        ["- A cup of", "= A cup of tea", "= A cup", "= A cupboard"],
    ),
    "next: prefix is not the same": Case([f"{DUPLICATE}, repeats: {{of: next, match: prefix}}"], ["= Tea", "= Tea"]),
    "next: said": Case(
        [f"{DUPLICATE}, repeats: {{of: next}}, pattern: '(?P<said>.+) \\| \\w+'"],
        ["- Tea time | Site", "= Tea time", "= Milk | Site"],
    ),
    "earlier: said": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier}}, pattern: '(?P<said>.+) \\| \\w+'"],
        ["= Tea time", "= Milk", "- Tea time | Site", "= Tea | Site"],
    ),
    "next and previous leave one of two": Case(
        [f"{DUPLICATE}, repeats: {{of: next}}", f"{DUPLICATE}, repeats: {{of: previous}}"], ["- Tea", "= Tea", "= Milk"]
    ),
    "said that is not there": Case(
        [f"{DUPLICATE}, repeats: {{of: earlier}}, pattern: '(?:(?P<said>t.+)|m.+)'"],
        ["= Tea", "- Tea", "= Milk", "= Milk"],
    ),
    "headline: the first line": Case(
        [f"{DUPLICATE}, repeats: {{of: headline}}"], [f"= {TITLE}", "= y", f"- {TITLE.upper()}", f"= {TITLE} again"]
    ),
    "headline: no title at the top": Case(
        [f"{DUPLICATE}, repeats: {{of: headline}}"], ["= Tea time", "= y", "= Tea time"]
    ),
    "headline: prose at the top": Case([f"{DUPLICATE}, repeats: {{of: headline}}"], [f"= {PROSE}", f"= {PROSE}"]),
    "headline: named by the title": Case(
        [f"{DUPLICATE}, repeats: {{of: headline}}"], ["= Home", f"= {TITLE}", f"- {TITLE}", "= Home"], TITLE
    ),
    "headline: contained": Case(
        [f"{DUPLICATE}, repeats: {{of: headline, match: contained}}"],
        [f"= {TITLE}", "- its second week", "- Its second", "= second weekend", "= strike second"],
    ),
    "headline: contained, further up than the headline and the lines that the rule looks at": Case(
        [f"{DUPLICATE}, where: {{first: 2}}, repeats: {{of: headline, match: contained}}"],
        ["= Home", "- enters its second week", "= Harbour", "= Ferry strike enters its second week"],
        title="Ferry strike enters its second week",
    ),
    "headline: contained, with punctuation inside": Case(
        [f"{DUPLICATE}, repeats: {{of: headline, match: contained}}"],
        [
            "= Warm welcome, guest arrives, cameras click in the yard",
            "- guest arrives, cameras click",
            "= guests arrive, cameras click",
        ],
    ),
    "headline: contained between punctuation": Case(
        [f"{DUPLICATE}, repeats: {{of: headline, match: contained}}"],
        ["= Warm welcome, guest arrives: cameras click", "- guest arrives", "- Cameras click", "= guests arrive"],
    ),
    "headline: prefix": Case(
        [f"{DUPLICATE}, repeats: {{of: headline, match: prefix}}"],
        [f"= {TITLE}", "- Ferry strike", "= Ferry str", "= its second week"],
    ),
    "headline: the next one where the first goes": Case(
        [f"{DUPLICATE}, repeats: {{of: headline}}", "scope: line, phrases: ['home of the ferry']"],
        ["- Home of the ferry", f"= {TITLE}", "= y", f"- {TITLE}"],
    ),
}
PROTECTED = {
    "from a line": Case([KEEP, "scope: line, pattern: '.*x'"], ["= precious x", "- other x"]),
    "from a tail": Case([KEEP, "scope: tail, phrases: [x]"], ["- x", "- y", "= precious", "- z"]),
    "from its own tail": Case([KEEP, "scope: tail, pattern: 'precious.*'"], ["= precious", "- z"]),
    "from a head": Case([KEEP, "scope: head, phrases: [x]"], ["- y", "= precious", "- x"]),
    "from a block": Case([KEEP, f"{BLOCK}, take: {{lines: 2}}"], ["- x", "= precious", "- y", "= z"]),
    "from a cut": Case([KEEP, INLINE], ["= precious [x]", "- other [x]", "+ other"]),
    "from a replacement": Case(
        [KEEP, "scope: line, pattern: '.*s', action: replace, with: y"], ["= precious", "- odds", "+ y"]
    ),
    "as a duplicate": Case(
        [KEEP, f"{DUPLICATE}, repeats: {{of: earlier}}"], ["= precious", "= precious", "= y", "- y"]
    ),
    "as what is repeated": Case(
        [
            KEEP,
            "scope: head, phrases: [x]",
            f"{DUPLICATE}, repeats: {{of: earlier}}, not: {{pattern: p.*, words: {{min: 2}}}}",
        ],
        ["= precious", "- x", "= precious"],
    ),
    "only where its conditions hold": Case(
        [KEEP + ", where: {first: 1}", "scope: line, pattern: '.+'"], ["= precious", "- precious"]
    ),
    "not where its exception holds": Case(
        [KEEP + ", unless: {because: why, words: {min: 2}}", "scope: line, pattern: '.+'"],
        ["= precious", "- precious x"],
    ),
}


@pytest.mark.parametrize("case", [*DUPLICATES.values(), *PROTECTED.values()], ids=[*DUPLICATES, *PROTECTED])
def test_what_stays(tmp_path: Path, case: Case) -> None:
    check(tmp_path, case)


# Rules, lines, and who gets each line that goes.
CLAIMS = {
    "by id among equals": ([LINE, LINE], ["x", "y"], {1: "t/a"}),
    "naming before taking along": (
        ["scope: tail, phrases: [x]", "scope: line, phrases: [y]"],
        ["x", "y", "z"],
        {1: "t/a", 2: "t/b", 3: "t/a"},
    ),
    "the naming tail before the taking block": (
        [f"{BLOCK}, take: {{lines: 3}}", "scope: tail, phrases: [y]"],
        ["x", "y", "z"],
        {1: "t/a", 2: "t/b", 3: "t/a"},
    ),
    "line before block before tail": (
        ["scope: tail, phrases: [x, y, z]", f"{BLOCK}, take: {{lines: 1}}, pattern: y", "scope: line, phrases: [x]"],
        ["x", "y", "z"],
        {1: "t/c", 2: "t/b", 3: "t/a"},
    ),
    "block before tail in what they take": (
        ["scope: tail, phrases: [x]", f"{BLOCK}, take: {{lines: 1}}"],
        ["x", "y", "z"],
        {1: "t/b", 2: "t/b", 3: "t/a"},
    ),
    "duplicates last": (
        [f"{DUPLICATE}, repeats: {{of: earlier}}", LINE],
        ["y", "x", "x", "y"],
        {2: "t/b", 3: "t/b", 4: "t/a"},
    ),
    "line before a cut": ([INLINE, r"scope: line, pattern: '\[x\]'"], ["[x]", "y [x]"], {1: "t/b", 2: "t/a"}),
}


@pytest.mark.parametrize(("rules", "lines", "owners"), CLAIMS.values(), ids=CLAIMS)
def test_who_gets_a_line(tmp_path: Path, rules: list[str], lines: list[str], owners: dict[int, str]) -> None:
    cleaned = Cleaner.of(read_rules(tmp_path, *rules)).clean("\n".join(lines) + "\n")
    assert {edit.line: edit.reason.rule for edit in cleaned.removals} == owners


HEADLINES = {
    "first line": (None, [TITLE, PROSE], TITLE),
    "first line behind blank ones": (None, ["", TITLE], TITLE),
    "two words are no headline": (None, ["Ferry strike", TITLE], None),
    "prose is no headline": (None, [PROSE, TITLE], None),
    "the line of the title": (TITLE, ["Home of the ferry", TITLE.upper()], TITLE.upper()),
    "title with the name of the site": (f"{TITLE} - Harbour Post", ["Home", TITLE], TITLE),
    "title behind the name of the site": (f"Harbour Post: {TITLE}", ["Home", TITLE], TITLE),
    "title without the name of the site": (TITLE, ["Home", f"{TITLE} | Harbour Post"], f"{TITLE} | Harbour Post"),
    "exact before similar": (TITLE, [f"{TITLE} | Harbour Post", TITLE], TITLE),
    "a title of marks": ("***", [TITLE], TITLE),
    "a title that no line carries": ("Another story of the day", [TITLE, PROSE], TITLE),
    "too far down": (TITLE, [*["Home"] * HEADLINE_LINES, TITLE], None),
    "a title that only begins a longer word": ("Home", [PROSE, "Homes for sale near the old pier"], None),
    "nothing": (TITLE, [], None),
}


@pytest.mark.parametrize(("title", "lines", "headline"), HEADLINES.values(), ids=HEADLINES)
def test_headline(title: str | None, lines: list[str], headline: str | None) -> None:
    page = segment(Document("\n".join(lines), title=title))
    found = find_headline(page, lambda place: True)
    assert (found.text if found else None) == headline


def test_a_line_that_goes_piece_by_piece_is_one_line(tmp_path: Path) -> None:
    cleaned = Cleaner.of(read_rules(tmp_path, INLINE, "scope: line, phrases: [tea time]")).clean("y\ntea [x] time\n")
    assert cleaned.text == "y\n"
    assert [(edit.before, edit.reason.rule) for edit in cleaned.removals] == [
        ("tea ", "t/b"),
        ("[x] ", "t/a"),
        ("time\n", "t/b"),
    ]
    assert sum(edit.takes_line for edit in cleaned.removals) == 1


def test_what_becomes_true_once_other_lines_are_gone(tmp_path: Path) -> None:
    rules = read_rules(tmp_path, f"{LINE}, next: {{edge: true}}")
    assert Cleaner.of(rules).clean("y\n" + "x\n\n" * (MAX_PASSES + 20)).text == "y\n"


def test_rules_that_replace_in_circles(tmp_path: Path) -> None:
    rules = read_rules(
        tmp_path,
        "scope: line, phrases: [tea], action: replace, with: milk",
        "scope: line, phrases: [milk], action: replace, with: tea",
    )
    with pytest.raises(UnsettledError, match=r"look at t/[ab]"):
        Cleaner.of(rules).clean("Tea\n")


@pytest.mark.parametrize("scope", ["line", "inline"])
def test_a_pattern_that_takes_too_long_names_its_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 0.05)
    rules = read_rules(tmp_path, f"scope: {scope}, pattern: '(?:a|aa|a.)+[^a]'")
    with pytest.raises(PatternTimeoutError, match=r"t/a.*line 2"):
        Cleaner.of(rules).clean("Tea\n" + "a" * 200 + "\n")


def test_conditions_hold_where_all_their_checks_do() -> None:
    """Rules ask without words, people with words: both get the same answer, of every shipped rule and golden text."""
    conditions = [
        one for rule in load_rules().rules for one in (rule.conditions, *(other.conditions for other in rule.unless))
    ]
    seen: Counter[bool] = Counter()
    for path in sorted((PROJECT / "golden" / "raw").rglob("*.txt"))[::3]:
        page = segment(Document(path.read_bytes().decode("utf-8", "replace"), url="https://post.example/ferry-strike"))
        for line in page.content[::3]:
            for condition in conditions:
                holds = condition.holds(page.content, line.place)
                assert holds is all(check.holds for check in condition.checks(page.content, line.place))
                seen[holds] += 1
    assert seen[True] > 100
    assert seen[False] > 1_000
