"""`cleaner rules new`: whatever the line, the draft loads, its examples pass and it takes what it was drafted from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner
from cleaner.decode import decode
from cleaner.rules.draft import draft_from_diff, draft_from_lines, other_lines
from cleaner.rules.draft_yaml import Draft, DraftError, append_yaml, pack_yaml
from cleaner.rules.files import RuleFile
from cleaner.rules.load import RuleSet
from cleaner.rules.packs import read_packs
from cleaner.rules.problems import Problem
from cleaner.rules.prove import prove
from conftest import PROSE, Command, read_tree, write_tree

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TEXTS = sorted((GOLDEN / "raw").rglob("*.txt"))
HERE = Path("text.txt")


def load(text: str) -> RuleSet:
    """The rules of a pack, which has no problems."""
    problems: list[Problem] = []
    packs = read_packs([RuleFile(HERE, "t.yaml", text.encode(), False)], problems)
    assert problems == []
    return RuleSet(packs[0].rules, "t")


def check(drafts: Sequence[Draft]) -> RuleSet:
    """The rules of the drafts, which are complete: they load and every example passes."""
    rules = load(pack_yaml("my/rules", drafts))
    assert [outcome.diff for outcome in prove(rules) if not outcome.passed] == []
    assert all({example.removes for example in rule.examples} == {True, False} for rule in rules.rules)
    return rules


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_any_line_of_the_golden_texts_becomes_a_rule(path: Path) -> None:
    text = decode(path.read_bytes()).text
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    choose = random.Random(path.stem)
    spans = [(number, number) for number in numbers]
    spans += [(min(pair), max(pair)) for pair in (choose.sample(numbers, 2) for _ in range(5))]
    for first, last in spans:
        draft = draft_from_lines(path, text, first, last)
        check([draft])
        assert {number for number in numbers if first <= number <= last} <= set(other_lines(draft, text))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_golden_pair_becomes_rules(path: Path) -> None:
    raw = decode(path.read_bytes()).text
    clean = (GOLDEN / "clean" / path.relative_to(GOLDEN / "raw")).read_text(encoding="utf-8")
    try:
        drafts = draft_from_diff(path, raw, clean)
    except DraftError:
        assert Cleaner.of(RuleSet((), "")).clean(raw).text == clean
        return
    check(drafts)
    assert len({draft.name for draft in drafts}) == len(drafts)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.data())
@settings(deadline=None)
def test_strange_lines_become_rules_or_are_refused(lines: list[str], data: st.DataObject) -> None:
    line = data.draw(st.integers(1, len(lines)))
    try:
        draft = draft_from_lines(HERE, "\n".join(lines), line, data.draw(st.integers(line, len(lines))))
    except DraftError:
        return
    check([draft])


TAIL = [PROSE.strip()] * 6

# Lines of a text, the lines that are asked for (1-based), and what must stand in the rule.
FORMS = {
    "a phrase": (["A", "Get ferry alerts!", "B"], (2, 2), ["scope: line", "phrases: [get ferry alerts]"]),
    "a number": (["A", "12 shares", "B"], (2, 2), ["scope: line", r"pattern: '\d+ shares'"]),
    "an address": (["A", "More at www.a.example/b", "B"], (2, 2), [r"pattern: 'more at \S+'"]),
    "a label": (["A", "Read also: Ten rides worth the wait", "B"], (2, 2), ["category: related", "'read also:.{1,"]),
    "a name": (
        ["A", "this was put together with help from Tomas Rehn", "B"],
        (2, 2),
        ["pattern: 'this was put together with help from .{2,40}'"],
    ),
    "a long line": (
        ["A", "please support our work with a small gift each month because good news costs money", "B"],
        (2, 2),
        [r"pattern: 'please support our work with a\b.{0,120}'"],
    ),
    "marks alone": (["A", "* * *", "B"], (2, 2), [r"pattern: '\* \* \*'"]),
    "a quote": (["A", "Don't miss it: join", "B"], (2, 2), ["category: promo"]),
    "a line near the end": ([*TAIL, "Send to a friend", "B"], (7, 7), ["scope: line", "where: {last: 50%}"]),
    "lines": (["A", "Related", "Old bridge", "New bridge", "B"], (2, 4), ["scope: block", "take: {lines: 2, while"]),
    "lines up to the end": ([*TAIL, "Leave a note", "Name", ""], (7, 8), ["scope: tail", "where: {last: 50%}"]),
    "another script": (["A", "\N{CYRILLIC CAPITAL LETTER YA}", "B"], (2, 2), ["id: line-2"]),
}


@pytest.mark.parametrize(("lines", "span", "wanted"), FORMS.values(), ids=FORMS)
def test_forms(lines: list[str], span: tuple[int, int], wanted: list[str]) -> None:
    draft = draft_from_lines(HERE, "\n".join(lines), *span)
    check([draft])
    assert [part for part in wanted if part not in draft.yaml()] == []


def test_examples_are_from_the_text() -> None:
    draft = draft_from_lines(HERE, f"{PROSE}\nGet alerts\n\nThe end is near.\n", 3, 3)
    assert draft.examples[0] == f"= {PROSE.strip()}\n- Get alerts\n= The end is near."
    assert "Get alerts" in draft.examples[1]


# The raw lines, the lines left by hand, and what must stand in each rule.
PAIRS = {
    "a line": (["A", "Get alerts", "B"], ["A", "B"], [["scope: line"]]),
    "a run": (["A", "Related", "Old bridge", "B"], ["A", "B"], [["scope: block"]]),
    "a run at the end": (["A", "B", "Leave a note", "Name", "Mail"], ["A", "B"], [["scope: tail"]]),
    "two runs": (["A", "Get alerts", "B", "Buy it", "C"], ["A", "B", "C"], [["scope: line"], ["scope: line"]]),
    "the same line twice": (["A", "Get alerts", "B", "Get alerts", "C"], ["A", "B", "C"], [["scope: line"]]),
    "another wording": (
        ["A", "Our Standards: none", "B"],
        ["A", "Standards, none at all", "B"],
        [["action: replace", "phrases: ['our standards: none']", "with: 'Standards, none at all'", "+ Standards"]],
    ),
    "a backslash": (["A", "Save it as one", "B"], ["A", "Save it as \\1", "B"], [["action: replace"]]),
    "a lost end": (
        ["A", "The boats stay in. Click here", "B"],
        ["A", "The boats stay in.", "B"],
        [["scope: inline", "pattern: 'Click here$'"]],
    ),
    "a lost beginning": (["A", "Read it - The boats", "B"], ["A", "The boats", "B"], [["pattern: '^Read it -'"]]),
    "changed and removed": (
        ["A", "Buy it", "The boat stays in the harbour", "B"],
        ["A", "The boats stay in the harbour", "B"],
        [["phrases: [buy it]"], ["action: replace"]],
    ),
}


@pytest.mark.parametrize(("raw", "clean", "wanted"), PAIRS.values(), ids=PAIRS)
def test_pairs(raw: list[str], clean: list[str], wanted: list[list[str]]) -> None:
    drafts = draft_from_diff(HERE, "\n".join(raw), "\n".join(clean))
    rules = check(drafts)
    assert len(drafts) == len(wanted)
    for draft, parts in zip(drafts, wanted, strict=True):
        assert [part for part in parts if part not in draft.yaml()] == []
    assert Cleaner.of(rules).clean("\n".join(raw)).text.split() == "\n".join(clean).split()


REFUSED = {
    "a line too far": (["--from", "a.txt:9"], "a.txt has lines 1 to 3; there is no 9"),
    "lines too far": (["--from", "a.txt:2-9"], "there is no 2-9"),
    "line 0": (["--from", "a.txt:0"], "there is no 0"),
    "lines backwards": (["--from", "a.txt:3-1"], "there is no 3-1"),
    "a blank line": (["--from", "a.txt:2"], "a.txt:2 is blank"),
    "no line": (["--from", "a.txt"], "names no line; write FILE:LINE"),
    "no such file": (["--from", "b.txt:1"], "no file 'b.txt'"),
    "no text": (["--from", "page.html:1"], "drafted from plain texts"),
    "a line too long": (["--from", "long.txt:1"], "long.txt:1 has 10,001 characters"),
    "no difference": (["--from-diff", "a.txt", "a.txt"], "no line of a.txt is missing"),
    "a line added": (["--from-diff", "a.txt", "more.txt"], "has a line that a.txt lacks (line 4: 'More'"),
    "neither": ([], "say what to draft from"),
    "both": (["--from", "a.txt:1", "--from-diff", "a.txt", "a.txt"], "say what to draft from"),
    "a bad id": (["--from", "a.txt:3", "--id", "A b"], "use small letters"),
    "a bad pack": (["--from", "a.txt:3", "--pack", "A b"], "use small letters"),
    "a file that is there": (["--from", "a.txt:3", "-o", "a.txt"], "a.txt exists; use --append"),
    "append and output": (["--from", "a.txt:3", "--append", "a.txt", "-o", "b"], "leave out -o"),
    "append to no pack": (["--from", "a.txt:3", "--append", "a.txt"], "has no list of rules"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(arguments: list[str], message: str, tmp_path: Path, run: Command) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": f"{PROSE}\nGet alerts\n",
        "more.txt": f"{PROSE}\nGet alerts\nMore\n",
        "long.txt": "ab " * 3334,
        "page.html": "<p>x",
    }
    before = read_tree(write_tree(tmp_path, files))
    done = run("rules", "new", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert read_tree(tmp_path) == before


def test_new_writes_and_appends(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"a.txt": f"{PROSE}\nGet alerts\n\n{PROSE}\nGet alerts\n\nBuy the mug\n"})
    done = run("rules", "new", "--from", "a.txt:3", "-o", "my/new.yaml", "--pack", "my/new", "--id", "alerts")
    assert (done.status, done.out) == (0, "")
    assert "a.txt: the rule takes other lines, too: 7" in done.err
    assert "1 rule written to my/new.yaml" in done.err
    first = (tmp_path / "my/new.yaml").read_text()
    assert run("rules", "new", "--from", "a.txt:9", "--append", "my/new.yaml").status == 0
    both = (tmp_path / "my/new.yaml").read_text()
    assert both.startswith(first)
    assert [rule.id for rule in load(both).rules] == ["my/new/alerts", "my/new/buy-the-mug"]
    assert run("rules", "test", "--rules", "my", "--only", "my/*").status == 0
    assert run("rules", "new", "--from", "a.txt:9", "-o", "my/new.yaml", "--overwrite").status == 0
    assert "id: alerts" not in (tmp_path / "my/new.yaml").read_text()


RULE = """\
- id: get-alerts
  rev: 1
  why: Because.
  category: promo
  scope: line
  phrases: [follow us]
  examples: ["- Follow us", "= Follow us home"]
"""
INDENTED = "".join(f"    {line}" for line in RULE.splitlines(keepends=True))

# A pack as it stands, and what must still stand there: all but the end is untouched.
PACKS = {
    "list at the edge": f"pack: t/x\nrules:\n{RULE}",
    "list indented": f"# mine\npack: t/x\n\nrules:\n{INDENTED}",
    "no newline at the end": f"pack: t/x\nrules:\n{RULE}".rstrip("\n"),
    "another key behind": f"pack: t/x\nrules:\n{RULE}\nwhy: The end.\n",
    "lines end as on Windows": f"pack: t/x\nrules:\n{RULE}".replace("\n", "\r\n"),
    "a byte-order mark": f"\N{ZERO WIDTH NO-BREAK SPACE}pack: t/x\nrules:\n{RULE}",
}


@pytest.mark.parametrize("text", PACKS.values(), ids=PACKS)
def test_append_keeps_the_text(text: str, tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(text.encode())
    draft = draft_from_lines(HERE, "A\nGet alerts\nB", 2, 2)
    longer = append_yaml(path, [draft, draft])
    rules = load(longer)
    assert [rule.id for rule in rules.rules] == ["t/x/get-alerts", "t/x/get-alerts-2", "t/x/get-alerts-3"]
    assert all(outcome.passed for outcome in prove(rules))
    assert [line for line in text.splitlines() if line not in longer.splitlines()] == []
    assert longer.startswith(text[: text.index("home")])
    assert ("\r\n" in text) is ("\r\n" in longer)
