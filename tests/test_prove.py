"""What the proof of a rule tells where an example does not come out: verdict, difference and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.rules.load import RuleSet, read_pack
from cleaner.rules.problems import Problem
from cleaner.rules.prove import Outcome, prove
from conftest import Command, write_pack

SOUND = "\n  - '- go now'\n  - '= kept'\n"
LINE = "id: a\nscope: line\npattern: 'go .*'\n"
KEYS = LINE + "words: {max: 3}\nunless:\n  - because: it must stay\n    next: {edge: true}\n"
BLOCK = "id: a\nscope: block\nphrases: [go]\ntake: {lines: 1}\n"
TWICE = "id: a\nscope: duplicate\nrepeats: {of: previous}\nwords: {min: 2}\n"


def prove_first(folder: Path, keys: str, example: str, *others: str) -> Outcome:
    removes = "{text: '- x', todo: fills the place of one that removes}"
    rule = f"{keys}examples:\n  - {example}\n  - '= kept'\n  - {removes}"
    problems: list[Problem] = []
    pack = read_pack(write_pack(folder / "mine.yaml", rule, *others), problems)
    assert pack is not None, problems
    return next(prove(RuleSet(pack.rules, "t")))


# Rule, example, verdict, and a fragment of the note.
NOTES = {
    "no match": (LINE, r'"= a\n- gone"', "missing", "line 2 'gone': phrases or pattern: wanted one that matches"),
    "a condition": (KEYS, r'"= a\n- go a b c\n= b"', "missing", "words: wanted 0 to 3, seen 4"),
    "an exception": (KEYS, r'"= a\n- go b"', "missing", "unless: because it must stay (next.edge"),
    "the language": (
        LINE + "language: de\n",
        "{text: '- go b', language: en}",
        "missing",
        "language: wanted de, seen en",
    ),
    "half of it": (LINE, r'"- go a\n- went\n= b"', "undercut", "line 2 'went': phrases or pattern"),
    "a short block": (BLOCK, r'"- go\n- a\n- b\n= c"', "undercut", "line 3 'b'"),
    "a duplicate too short": (TWICE, r'"= a\n- a"', "missing", "words: wanted 2 or more, seen 1"),
    "no duplicate": (
        TWICE,
        r'"= a b\n- c d"',
        "missing",
        "line 2 'c d': repeats: wanted exact: of the previous line, which itself stays, seen line 1: 'a b'",
    ),
    "a match": (LINE, r'"= a\n= go b"', "noisy", "line 2 'go b': matched by pattern 'go .*'"),
    "a phrase": (BLOCK, r'"= a\n= Go\n= b"', "noisy", "line 2 'Go': matched by phrase 'go'"),
    "a match too many": (LINE, r'"- go a\n= go b\n= c"', "overcut", "line 2 'go b': matched by pattern"),
    "a long block": (BLOCK, r'"- go\n= a"', "overcut", "line 1 'go': matched by phrase 'go'"),
}


@pytest.mark.parametrize(("keys", "example", "verdict", "note"), NOTES.values(), ids=NOTES)
def test_a_failing_example_says_why(keys: str, example: str, verdict: str, note: str, tmp_path: Path) -> None:
    outcome = prove_first(tmp_path, keys, example)
    assert (outcome.verdict, outcome.passed) == (verdict, False)
    assert outcome.diff
    assert note in outcome.notes[0]


TODO = {
    "still to do": ("{text: '- went', todo: nobody wrote it}", "todo", 0),
    "done": ("{text: '- go b', todo: nobody wrote it}", "todo passes", 1),
}


@pytest.mark.parametrize(("example", "verdict", "status"), TODO.values(), ids=TODO)
def test_an_example_that_is_to_do_must_fail(
    example: str, verdict: str, status: int, tmp_path: Path, run: Command
) -> None:
    write_pack(tmp_path / "packs/mine.yaml", f"{LINE}examples:{SOUND}  - {example}\n")
    done = run("rules", "test", "--rules", "packs", "test/mine/a")
    assert (done.status, done.err) == (status, "")
    assert f"test/mine/a: {verdict}: " in done.out
    assert "(nobody wrote it)" in done.out
    assert done.out.endswith(f"1 {verdict}, 2 validated\n")


def test_the_command_shows_the_difference_and_the_condition(tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "packs/mine.yaml", f"{KEYS}examples:\n  - '- go a b c\n\n    = b'{SOUND}")
    done = run("rules", "test", "--rules", "packs", "test/mine/a")
    assert done.status == 1
    assert "\n+go a b c\n" in done.out
    assert "words: wanted 0 to 3, seen 4" in done.out


def test_a_rule_that_keeps_is_proven_against_the_others(tmp_path: Path) -> None:
    keep = "id: a\nscope: line\naction: keep\nphrases: [go on]\n"
    taker = "id: b\nscope: line\npattern: 'go .*'\nexamples: ['- go now', '= kept']"
    assert prove_first(tmp_path, keep, r'"= go on\n- go back"', taker).verdict == "validated"
    assert prove_first(tmp_path, keep, r'"= go back\n= a"', taker).verdict == "noisy"
