"""Mutants: every part of a rule is taken out in turn, and the examples must notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.rules.load import RuleSet, load_rules, read_pack
from cleaner.rules.model import Rule
from cleaner.rules.mutate import NeedlessExplanation, Survivor, find_unproven, mutate
from cleaner.rules.problems import Problem
from cleaner.rules.profile import OPTIONAL, Selection
from conftest import Command, write_pack

RULES = load_rules(selection=Selection(drop=OPTIONAL))


def read_rule(folder: Path, keys: str) -> Rule:
    problems: list[Problem] = []
    pack = read_pack(write_pack(folder / "mine.yaml", f"id: a\n{keys}"), problems)
    assert pack is not None, problems
    return pack.rules[0]


def survivors(rule: Rule) -> list[str]:
    return [found.part for found in find_unproven(RuleSet((rule,), "t")) if isinstance(found, Survivor)]


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_no_part_of_a_shipped_rule_is_unproven(rule: Rule) -> None:
    found = list(find_unproven(RULES, [rule]))
    assert [each for each in found if isinstance(each, NeedlessExplanation) or each.because is None] == []


EVERY_PART = r"""
scope: block
phrases: [gone]
pattern: ['gone (now|then)', 'all gone']
take: {lines: 2, until-blank: true, while: {heading: true, words: {min: 1, max: 5}}}
words: {max: 3}
heading: true
prose: false
not: {pattern: 'x.*'}
where: {first: 5, last: 50%}
previous: {edge: true}
next: {phrases: [a], pattern: 'b', adjacent: true}
above: {prose: {max: 0}}
below: {prose: {min: 1, max: 4}, prose-run: {max: 2}}
ahead: {lines: 9, min: 2, phrases: [a]}
behind: {lines: 9, phrases: [a]}
domain: [harbour.example]
title: {words: {min: 2}}
address: {words: {min: 2}}
headline: title
run: {min: 1}
unless:
  - because: it must stay
    next: {prose: true}
  - because: it must stay too
    words: {min: 2}
    domain: [x.example]
examples: ["- gone", "= kept"]
"""
PARTS = """
pattern 1|pattern 2|phrases
take.lines|take.until-blank|take.while.words.min|take.while.words.max|take.while.heading|take.while
words.max|prose|heading|not|where.first|where.last|previous.edge|previous
next.phrases|next.pattern 1|next.phrases and pattern|next.adjacent|next
above.prose.max|below.prose.min|below.prose.max|below.prose-run.max
ahead.min|ahead.lines|ahead|behind.lines|behind|domain|headline|title.words.min|title
address.words.min|address|run.min
unless 1|unless 1.next.prose|unless 2|unless 2.words.min|unless 2.domain
"""


def test_every_part_is_taken_out_once(tmp_path: Path) -> None:
    mutants = list(mutate(read_rule(tmp_path, EVERY_PART)))
    assert [mutant.part for mutant in mutants] == PARTS.strip().replace("\n", "|").split("|")
    assert len({repr(mutant.rule) for mutant in mutants}) >= len(mutants) - 1


# A part, the rule around it, and examples that do not notice, and that do, when it is gone.
PROOFS = {
    "words.max": (
        "scope: line\npattern: 'go .*'\nwords: {max: 2}",
        '["- go now", "= kept"]',
        '["- go now", "= go on then"]',
    ),
    "pattern 2": (
        "scope: line\npattern: ['go .*', 'went']",
        '["- go now", "= kept"]',
        '["- go now\\n- went", "= kept"]',
    ),
    "phrases": (
        "scope: line\nphrases: [went]\npattern: 'go .*'",
        '["- go now", "= kept"]',
        '["- go now\\n- went", "= kept"]',
    ),
    "take.lines": (
        "scope: block\nphrases: [go]\ntake: {lines: 1}",
        '["- go\\n- a", "= kept"]',
        '["- go\\n- a\\n= b", "= kept"]',
    ),
    "unless 1": (
        "scope: line\nphrases: [go]\nunless:\n  - because: it must stay\n    next: {edge: true}",
        '["- go\\n= a", "= kept"]',
        '["- go\\n= a", "= kept\\n= go"]',
    ),
    "repeats.match": (
        "scope: duplicate\nrepeats: {of: previous}",
        '["= a b c\\n- a b c", "= d"]',
        '["= a b c\\n- a b c", "= a b c\\n= a b d"]',
    ),
    "run.min": (
        "scope: line\npattern: 'go .*'\nrun: {min: 2}",
        '["- go a\\n- go b", "= kept"]',
        '["- go a\\n- go b", "= kept\\n= go a"]',
    ),
}


@pytest.mark.parametrize(
    ("part", "keys", "blind", "seeing"), [(part, *rest) for part, rest in PROOFS.items()], ids=PROOFS
)
def test_a_part_is_proven_by_an_example_that_notices(
    part: str, keys: str, blind: str, seeing: str, tmp_path: Path
) -> None:
    assert part in survivors(read_rule(tmp_path, f"{keys}\nexamples: {blind}\n"))
    assert part not in survivors(read_rule(tmp_path, f"{keys}\nexamples: {seeing}\n"))


def test_an_example_that_is_still_to_come_out_proves_nothing(tmp_path: Path) -> None:
    keys = "scope: line\npattern: 'go .*'\nwords: {max: 2}\nexamples:\n  - '- go now'\n  - '= kept'\n"
    late = "  - {text: '= go on then', todo: not yet}\n"
    assert survivors(read_rule(tmp_path, keys + late)) == ["words.max"]


def test_a_rule_that_keeps_is_tried_among_the_others(tmp_path: Path) -> None:
    path = write_pack(
        tmp_path / "mine.yaml",
        "id: a\nscope: line\npattern: 'go .*'\nexamples: ['- go now', '= kept']",
        "id: b\nscope: line\naction: keep\npattern: ['go on', 'go back']\nexamples: ['= go on']",
    )
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert pack is not None, problems
    assert [(found.rule.id, found.part) for found in find_unproven(RuleSet(pack.rules, "t"))] == [
        ("test/mine/b", "pattern 2")
    ]


BLIND = "id: a\nscope: line\npattern: 'go .*'\nwords: {max: 2}\nexamples: ['- go now', '= kept']"
EXPLAINED = f"{BLIND}\nunproven:\n  - part: words.max\n    because: nobody knows a longer one"
NEEDLESS = f"{EXPLAINED}\n  - part: words.min\n    because: there is none"
TOLD = {
    "unexplained": (BLIND, 1, "packs/mine.yaml:6: test/mine/a: words.max: no example notices"),
    "explained": (EXPLAINED, 0, "unproven, because nobody knows a longer one"),
    "explained for nothing": (NEEDLESS, 1, "packs/mine.yaml:8: test/mine/a: words.min: explained in unproven:, but"),
}


@pytest.mark.parametrize(("rule", "status", "told"), TOLD.values(), ids=TOLD)
def test_survivors_are_listed_with_their_place(rule: str, status: int, told: str, tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "packs/mine.yaml", rule)
    done = run("rules", "test", "--mutate", "--rules", "packs", "test/mine/*")
    assert (done.status, done.err) == (status, "")
    assert told in done.out
    assert done.out.splitlines()[-1].startswith("1 rules, ")


def test_an_unknown_rule_is_refused_with_a_hint(run: Command) -> None:
    done = run("rules", "test", "--mutate", "en/tags/filed-unter")
    assert (done.status, "did you mean 'en/tags/filed-under'?" in done.err) == (2, True)
