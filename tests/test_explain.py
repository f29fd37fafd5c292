"""`cleaner explain`: the verdicts are those of the pipeline, and the first failing condition is the one that failed."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from cleaner import Cleaner, Document
from cleaner.cut import LINE_END, cut
from cleaner.explain import (
    ExplainError,
    Verdict,
    edits_by_line,
    explain,
    explain_why_not,
    split_source,
    what_is_left,
)
from cleaner.judge import Judge
from cleaner.repair import REPAIRS, repair
from cleaner.rules.load import RuleSet
from cleaner.rules.model import Rule, Verb
from cleaner.segment import segment
from conftest import LINE_RULE, MAIN, PROSE, RAW, Command, write_pack, write_tree
from test_judge import read_rules
from test_laws import CLEANER, DOCUMENTS, EVERY, LAWS

BLOCK = "scope: block, take: {until-blank: true, while: {prose: false}}"
MORE = "A second vote is planned for May, the clerk said on Tuesday evening."


def ends_off(text: str) -> str:
    return LINE_END.split(text)[0]


@given(DOCUMENTS)
@LAWS
def test_what_is_left_of_the_lines_is_the_clean_text(document: Document) -> None:
    cleaned = CLEANER.clean_document(document)
    starts = split_source(document.text)
    lines = [document.text[start:end] for start, end in pairwise(starts)]
    assert "".join(lines) == document.text
    touching = edits_by_line(starts, cleaned.edits)
    left = [
        what_is_left(document.text, start, end, edits)
        for (start, end), edits in zip(pairwise(starts), touching, strict=True)
    ]
    assert "".join(left) == cleaned.text
    explained = explain(CLEANER, document)
    assert [line.line for line in explained] == list(range(1, len(lines) + 1))
    for line, source, stays in zip(explained, lines, left, strict=True):
        assert line.text == ends_off(source)
        assert (line.verdict is Verdict.REMOVED) == (stays == "") == (line.after is None)
        assert (line.verdict is Verdict.KEPT) == (stays == source)
        assert line.rule or line.verdict is Verdict.KEPT
        assert bool(line.rule) == bool(line.why)
        rules = {edit.reason.rule for edit in touching[line.line - 1]}
        assert rules <= {line.rule, *(voice.rule for voice in line.others)}


@given(DOCUMENTS, st.sampled_from(EVERY.rules))
@settings(LAWS, max_examples=40)
def test_why_not_agrees_with_the_verdicts(document: Document, other: Rule) -> None:
    """A rule that had a part in a line acts there, any other rule does not."""
    for line in explain(CLEANER, document):
        names = {line.rule, *(voice.rule for voice in line.others)}
        for rule in [other, *(rule for rule in EVERY.rules if rule.id in names)]:
            (asked,) = explain_why_not(CLEANER, document, rule, line.line)
            assert replace(asked, why_not=None) == line
            assert asked.why_not is not None
            assert asked.why_not.finding
            if rule.action is not Verb.KEEP:
                assert asked.why_not.acts == (rule.id in names)


@given(DOCUMENTS)
@LAWS
def test_whoever_changes_a_line_first_claims_it(document: Document) -> None:
    judge = Judge(EVERY.rules)
    page = segment(structs.replace(document, text=cut(document.text, repair(document.text))))
    claims = judge.claims(page)
    for edit in judge.look(page).edits:
        line = next(line for line in page.lines if line.start <= edit.start < line.end)
        names = [rule.id for rule in claims[line.number]]
        assert edit.reason.rule in names
        assert len(set(names)) == len(names)
        if edit.takes_line and any(rule.scope != "inline" for rule in claims[line.number]):
            assert names[0] == edit.reason.rule
    assert not set(judge.keepers(page)) & set(claims)


def test_every_repair_has_its_reason() -> None:
    from cleaner.explain import _REPAIR_WHY

    assert set(_REPAIR_WHY) == set(REPAIRS)


# Rules, raw text, and of each line: verdict, rule, what stands there now.
VERDICTS = {
    "kept": ([], "Tea\n", [("kept", "", "Tea")]),
    "removed": (["scope: line, phrases: [x]"], "Tea\nx\n", [("kept", "", "Tea"), ("removed", "t/a", None)]),
    "the last line, without its end": (
        ["scope: line, phrases: [x]"],
        "Tea\nx",
        [("kept", "", "Tea"), ("removed", "t/a", None)],
    ),
    "replaced": (
        ["scope: line, phrases: [x], action: replace, with: 'y'"],
        "  x!\nTea\n",
        [("replaced", "t/a", "  y"), ("kept", "", "Tea")],
    ),
    "replaced inside": (
        ["scope: inline, phrases: [x], action: replace, with: 'y'"],
        "x Tea\n",
        [("changed inside", "t/a", "y Tea")],
    ),
    "removed inside": ([r"scope: inline, pattern: '\[\w+\]'"], "[x] Tea\n", [("changed inside", "t/a", "Tea")]),
    "a rule before a repair": (
        [r"scope: inline, pattern: '\[\w+\]'"],
        "[x] Tea &amp; milk  \r\n",
        [("changed inside", "t/a", "Tea & milk")],
    ),
    "repaired": ([], "Tea &amp; milk\n", [("repaired", "repair/entity", "Tea & milk")]),
    "repaired where nobody sees it": ([], "Tea  \r\n", [("repaired", "repair/trailing-space", "Tea")]),
    "a repair that shows before one that does not": ([], "T&amp;M   \r\n", [("repaired", "repair/entity", "T&M")]),
    "no final newline": ([], "Tea", [("repaired", "repair/final-newline", "Tea")]),
    "blank lines": (
        [],
        "\nTea\n\n\nMilk\n",
        [
            ("removed", "repair/blank-line", None),
            ("kept", "", "Tea"),
            ("kept", "", ""),
            ("removed", "repair/blank-line", None),
            ("kept", "", "Milk"),
        ],
    ),
    "a line that goes piece by piece": (
        [r"scope: inline, pattern: '\[\w+\]'", "scope: line, phrases: [tea time]"],
        "y\ntea [x] time\n",
        [("kept", "", "y"), ("removed", "t/b", None)],
    ),
    "protected": (
        ["scope: line, action: keep, phrases: [x]", "scope: tail, phrases: [y]"],
        "y\nx\n",
        [("removed", "t/b", None), ("kept", "t/a", "x")],
    ),
    "a line that a repair cuts in two": (
        ["scope: line, phrases: [x]"],
        "Tea&#10;x\nMilk\n",
        [("changed inside", "t/a", "Tea"), ("kept", "", "Milk")],
    ),
    "Unicode line ends": (
        ["scope: line, phrases: [x]"],
        "Tea\N{LINE SEPARATOR}x\N{PARAGRAPH SEPARATOR}Milk\r",
        [("repaired", "repair/line-end", "Tea"), ("removed", "t/a", None), ("repaired", "repair/line-end", "Milk")],
    ),
    "nothing": ([], "", []),
}


@pytest.mark.parametrize(("rules", "raw", "lines"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts(tmp_path: Path, rules: list[str], raw: str, lines: list[tuple[str, str, str | None]]) -> None:
    cleaner = Cleaner.of(read_rules(tmp_path, *rules) if rules else RuleSet((), ""))
    explained = explain(cleaner, Document(raw))
    assert [(line.verdict.value, line.rule, line.after) for line in explained] == lines


# Rules, raw text, line, and the rules that would have taken it, the one that got it first.
CLAIMS = {
    "by scope": (["scope: tail, phrases: [y]", "scope: line, phrases: [x]"], "y\nx\n", 2, ["t/b", "t/a"]),
    "only one": (["scope: tail, phrases: [y]", "scope: line, phrases: [x]"], "y\nx\n", 1, ["t/a"]),
    "a duplicate of a line that stays": (
        [
            "scope: line, phrases: [x], where: {last: 1}",
            "scope: duplicate, category: duplicate, repeats: {of: earlier}",
        ],
        "x\nTea\nx\n",
        3,
        ["t/a", "t/b"],
    ),
    "no duplicate of a line that goes": (
        ["scope: line, phrases: [x]", "scope: duplicate, category: duplicate, repeats: {of: earlier}"],
        "x\nTea\nx\n",
        3,
        ["t/a"],
    ),
    "a cut inside": (["scope: line, pattern: 'x y'", "scope: inline, phrases: [y]"], "Tea\nx y\n", 2, ["t/a", "t/b"]),
    "two cuts": (["scope: inline, phrases: [x]", "scope: inline, phrases: [y]"], "x Tea y\n", 1, ["t/a", "t/b"]),
    "nobody": (["scope: line, phrases: [x]"], "Tea\n", 1, []),
    "behind a line that a repair cuts in two": (
        ["scope: tail, phrases: [y]", "scope: line, phrases: [x]"],
        "Tea&#10;Milk\r\ny\nx\n",
        3,
        ["t/b", "t/a"],
    ),
}


@pytest.mark.parametrize(("rules", "raw", "line", "names"), CLAIMS.values(), ids=CLAIMS)
def test_all_who_would_have_taken_a_line(
    tmp_path: Path, rules: list[str], raw: str, line: int, names: list[str]
) -> None:
    explained = explain(Cleaner.of(read_rules(tmp_path, *rules)), Document(raw), with_claims=True)[line - 1]
    assert [explained.rule, *(voice.rule for voice in explained.others)] == (names or [""])


# Rules (the first is asked), document, line, and the finding.
WHY_NOT = {
    "language": (
        ["scope: line, phrases: [x], language: de"],
        Document("x", language="en"),
        1,
        "language: wanted de, seen en",
    ),
    "phrases": (
        ["scope: line, phrases: [x]"],
        Document("Tea"),
        1,
        "phrases or pattern: wanted one that matches, seen none",
    ),
    "pattern": (
        ["scope: line, pattern: x+"],
        Document("x y"),
        1,
        "phrases or pattern: wanted one that matches, seen none",
    ),
    "language before phrases": (
        ["scope: line, phrases: [x], language: de"],
        Document("Tea", language="en"),
        1,
        "language: wanted de, seen en",
    ),
    "words": (["scope: line, pattern: '.+', words: {max: 2}"], Document("a b c"), 1, "words: wanted 0 to 2, seen 3"),
    "where": (
        ["scope: line, phrases: [x], where: {last: 1}"],
        Document("x\n\nTea\nMilk"),
        1,
        "where: wanted last 1 lines, seen line 1 of 3",
    ),
    "a share of the lines": (
        ["scope: line, phrases: [x], where: {last: 50%}"],
        Document("x\nTea\nMilk"),
        1,
        "where: wanted last 50%, seen line 1 of 3",
    ),
    "a neighbour": (
        ["scope: line, phrases: [x], next: {prose: true}"],
        Document("x\nTea"),
        1,
        "next.prose: wanted True, seen False",
    ),
    "conditions before exceptions": (
        ["scope: line, phrases: [x], where: {last: 1}, unless: {because: so, previous: {edge: true}}"],
        Document("x\nTea"),
        1,
        "where: wanted last 1 lines, seen line 1 of 2",
    ),
    "unless": (
        ["scope: line, phrases: [x], unless: {because: prose goes on, next: {prose: true}}"],
        Document(f"x\n{PROSE}"),
        1,
        "unless: because prose goes on (next.prose True)",
    ),
    "take": (
        [f"{BLOCK}, phrases: [x]"],
        Document(f"Tea\nx\ny\n{PROSE}"),
        2,
        f"take: wanted lines that all belong to the block, up to a blank line, seen line 4: {PROSE.strip()!r}",
    ),
    "keep": (
        ["scope: line, phrases: [x]", "scope: line, phrases: [x], action: keep"],
        Document("Tea\nx"),
        2,
        "keep: wanted a line that no rule protects, seen t/b: why",
    ),
    "score": (
        ["scope: line, phrases: [x], action: score, score: -2"],
        Document("Tea\nx"),
        2,
        "action: wanted remove or replace, seen score -2: evidence, which takes nothing",
    ),
    "a blank line": (
        ["scope: line, phrases: [x]"],
        Document("Tea\n\nx"),
        2,
        "line: wanted a line that is not blank, seen a blank line",
    ),
    "a duplicate of nothing": (
        ["scope: duplicate, category: duplicate, repeats: {of: earlier}"],
        Document("Tea\nMilk"),
        2,
        "repeats: wanted exact: of the earlier line, which itself stays, seen no such line",
    ),
    "a duplicate of another neighbour": (
        ["scope: duplicate, category: duplicate, repeats: {of: next}"],
        Document("Tea\nMilk"),
        1,
        "repeats: wanted exact: of the next line, which itself stays, seen line 2: 'Milk'",
    ),
    "the headline itself": (
        ["scope: duplicate, category: duplicate, repeats: {of: headline}"],
        Document("Ferry strike enters its second week\nTea"),
        1,
        "repeats: wanted exact: of the headline, which itself stays, seen the line is the headline itself",
    ),
    "another rule": (
        ["scope: tail, phrases: [y]", "scope: line, phrases: [x]"],
        Document("Tea\ny\nx"),
        3,
        "another rule got the line: t/b",
    ),
    "it changes nothing": (
        ["scope: line, phrases: [x], action: replace, with: x"],
        Document("x"),
        1,
        "it matches, and leaves the line as it is",
    ),
    "it acts": (["scope: line, phrases: [x]"], Document("Tea\nx"), 2, "it does act"),
    "it takes along": (["scope: tail, phrases: [x]"], Document("Tea\nx\ny"), 3, "it does act: it takes the line along"),
    "it protects": (
        ["scope: line, phrases: [x], action: keep"],
        Document("Tea\nx"),
        2,
        "it does act: it protects the line from the other rules",
    ),
    "it acts later": (
        ["scope: line, phrases: [x], next: {edge: true}", "scope: line, phrases: [y]"],
        Document("Tea\nx\ny"),
        2,
        "it does act, once other lines are gone; at first next.edge: wanted the edge of the text, seen the line 'y'",
    ),
}


@pytest.mark.parametrize(("rules", "document", "line", "finding"), WHY_NOT.values(), ids=WHY_NOT)
def test_why_not(tmp_path: Path, rules: list[str], document: Document, line: int, finding: str) -> None:
    cleaner = Cleaner.of(read_rules(tmp_path, *rules))
    (explained,) = explain_why_not(cleaner, document, cleaner.rules.find("t/a"), line)
    assert explained.why_not is not None
    assert explained.why_not.finding == finding
    assert explained.why_not.acts == finding.startswith("it does act")


def test_why_not_without_a_line_tells_of_those_that_match(tmp_path: Path) -> None:
    cleaner = Cleaner.of(read_rules(tmp_path, "scope: line, phrases: [x], where: {last: 1}"))
    rule = cleaner.rules.find("t/a")
    found = explain_why_not(cleaner, Document("x\n\nTea\nx\n"), rule)
    assert [(line.line, line.why_not and line.why_not.acts) for line in found] == [(1, False), (4, True)]
    assert explain_why_not(cleaner, Document("Tea\n"), rule) == []


@pytest.mark.parametrize(("line", "told"), [(0, "lines 1 to 2"), (3, "lines 1 to 2")])
def test_no_such_line(line: int, told: str) -> None:
    with pytest.raises(ExplainError, match=told):
        explain_why_not(CLEANER, Document("Tea\nMilk\n"), EVERY.rules[0], line)


@pytest.fixture
def note(tmp_path: Path) -> str:
    write_tree(tmp_path, {"note.txt": RAW, "raw/note.txt": RAW})
    return "note.txt"


def test_text(run: Command, note: str) -> None:
    done = run("explain", note)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"1  kept            {PROSE.strip()}"
    assert lines[2] == "3  removed         Leave a Reply"
    assert lines[3].split()[0] == LINE_RULE
    assert "\x1b" not in done.out


def test_one_line(run: Command, note: str) -> None:
    assert run("explain", f"{note}:3").out.splitlines()[0] == "3  removed         Leave a Reply"


def test_a_file_whose_name_ends_like_a_line(run: Command, tmp_path: Path) -> None:
    write_tree(tmp_path, {"a:1": "Tea\nMilk\n"})
    assert len(run("explain", "a:1").out.splitlines()) == 2
    assert run("explain", "a:1:2").out.splitlines() == ["2  kept            Milk"]


def test_json(run: Command, note: str) -> None:
    done = run("explain", note, "--format", "json", "--all")
    records = [msgspec.json.decode(line) for line in done.out.splitlines()]
    assert [list(record) for record in records] == [["line", "text", "verdict", "rule", "why", "after", "others"]] * 3
    assert records[0]["after"] == records[0]["text"] == PROSE.strip()
    assert (records[2]["verdict"], records[2]["rule"], records[2]["after"]) == ("removed", LINE_RULE, None)
    asked = msgspec.json.decode(run("explain", f"{note}:1", "--format", "json", "--why-not", LINE_RULE).out)
    assert asked["why_not"]["rule"] == LINE_RULE
    assert asked["why_not"]["key"] == "phrases or pattern"


class Texts(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_is_escaped(run: Command, tmp_path: Path) -> None:
    nasty = "<script>alert('x')</script> & \x1b[31m"
    write_tree(tmp_path, {"<b>.txt": f"{nasty}\n{RAW}"})
    done = run("explain", "<b>.txt", "--format", "html", "--why-not", LINE_RULE)
    page = Texts(run("explain", "<b>.txt", "--format", "html").out)
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert any("<script>alert('x')</script>" in text for text in page.texts)
    assert "\x1b" not in done.out
    assert f"why <code>{LINE_RULE}</code>: it does act" in done.out


def test_colour_on_a_terminal(note: str, tmp_path: Path) -> None:
    parent, child = pty.openpty()
    command = [sys.executable, "-c", MAIN, "explain", note]
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    subprocess.run(command, stdout=child, cwd=tmp_path, env=environment, check=True)
    os.close(child)
    told = b""
    with contextlib.suppress(OSError):
        while piece := os.read(parent, 10_000):
            told += piece
    os.close(parent)
    assert b"\x1b[31m" in told


def test_a_text_can_not_command_the_terminal(run: Command, tmp_path: Path) -> None:
    write_tree(tmp_path, {"note.txt": "Tea\x1b]0;title\x07 <b>\n"})
    assert "\x1b" not in run("explain", "note.txt").out


def test_rules_of_the_user_and_of_the_document(run: Command, tmp_path: Path) -> None:
    body = "id: mine\nscope: line\nphrases: [tea]\ndomain: example.com\nexamples: ['- Tea', '= Milk']\n"
    body = body.replace("'- Tea'", "{text: '- Tea', url: 'https://example.com/'}")
    write_pack(tmp_path / "mine.yaml", body)
    write_tree(tmp_path, {"note.txt": "Tea\nMilk\n"})
    mine = ("explain", "note.txt:1", "--rules", "mine.yaml")
    assert "kept" in run(*mine).out
    assert "removed" in run(*mine, "--url", "https://www.example.com/1").out
    assert "kept" in run(*mine, "--url", "https://www.example.com/1", "--off", "test/mine/mine").out
    assert "domain: wanted example.com" in run(*mine, "--why-not", "test/mine/mine").out


def test_a_page(run: Command, tmp_path: Path) -> None:
    body = "".join(f"<p>{text}</p>" for text in (PROSE, MORE, PROSE + MORE, "Leave a Reply"))
    write_tree(tmp_path, {"page.html": f"<html><body><article>{body}</article></body></html>"})
    assert "kept" in run("explain", "page.html").out
    assert "<p>" in run("explain", "page.html", "--from", "txt").out


UNUSABLE = {
    "no such rule": (["note.txt", "--why-not", "en/comments/form-heding"], f"did you mean '{LINE_RULE}'?"),
    "no such line": (["note.txt:4"], "note.txt: no line 4: the text has lines 1 to 3"),
    "line 0": (["note.txt:0"], "no line 0"),
    "no such line to ask about": (["note.txt:4", "--why-not", LINE_RULE], "no line 4"),
    "no such file": (["nothing.txt"], "nothing.txt: no such file"),
    "a folder": (["raw"], "raw: a folder"),
    "records": (["records.jsonl"], "holds records"),
    "no text": (["binary.txt"], "binary.txt: no text"),
    "an empty file has no line": (["empty.txt:1"], "the text has no lines"),
    "an unknown encoding": (["note.txt", "--encoding", "utf-9"], "utf-9"),
    "an unknown profile": (["note.txt", "--profile", "artikel"], "did you mean 'article'?"),
}


@pytest.mark.parametrize(("arguments", "told"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable(run: Command, note: str, tmp_path: Path, arguments: list[str], told: str) -> None:
    write_tree(tmp_path, {"records.jsonl": "{}\n", "binary.txt": b"\x89PNG\0", "empty.txt": ""})
    done = run("explain", *arguments)
    assert (done.status, done.out) == (2, "")
    assert told in done.err


def test_no_line_matches(run: Command, note: str) -> None:
    done = run("explain", note, "--why-not", "en/comments/email-not-published")
    assert (done.status, done.out) == (0, "")
    assert "no line that the phrases or patterns of en/comments/email-not-published match" in done.err
