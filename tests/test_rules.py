"""The shipped rules: every example of every rule comes out as written, alone and among all the others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import regex

from cleaner import Cleaner, Document
from cleaner.rules import pattern
from cleaner.rules.load import RuleSet, load_rules, read_pack, shipped_folder
from cleaner.rules.model import Rule, Scope, Status, Verb
from cleaner.rules.problems import Problem
from cleaner.rules.profile import OPTIONAL, Selection
from cleaner.rules.prove import Outcome, prove
from cleaner.segment import segment

RULES = load_rules(selection=Selection(drop=OPTIONAL))
DEFAULT = load_rules()
EXAMPLES = [(rule.id, place) for rule in RULES.rules for place in range(len(rule.examples))]
PACKS = sorted(path for path in shipped_folder().rglob("*.y*ml") if "profiles" not in path.parts)


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[str, int], Outcome]:
    count: Counter[str] = Counter()
    found = {}
    for outcome in prove(RULES):
        found[outcome.rule.id, count[outcome.rule.id]] = outcome
        count[outcome.rule.id] += 1
    return found


@pytest.mark.parametrize(("rule", "place"), EXAMPLES, ids=[f"{rule}-{place + 1}" for rule, place in EXAMPLES])
def test_every_example(outcomes: dict[tuple[str, int], Outcome], rule: str, place: int) -> None:
    outcome = outcomes[rule, place]
    assert outcome.passed, f"{outcome.rule.path}:{outcome.example.line}: {outcome.verdict}\n{outcome.diff}"


@pytest.mark.parametrize(("rule", "place"), EXAMPLES, ids=[f"{rule}-{place + 1}" for rule, place in EXAMPLES])
def test_every_example_among_all_rules(rule: str, place: int) -> None:
    example = RULES.by_id[rule].examples[place]
    context = example.context
    others = tuple(other for other in DEFAULT.rules if other.id != rule)
    cleaner = Cleaner.of(RuleSet((*others, RULES.by_id[rule]), ""))
    cleaned = cleaner.clean(example.raw, url=context.url, title=context.title, language=context.language)
    assert cleaned.text == Cleaner.of(RuleSet((), "")).clean(example.clean).text


def test_every_example_of_the_experiments() -> None:
    everything = load_rules(selection=Selection(experimental=True))
    experiments = RuleSet(tuple(rule for rule in everything.rules if rule.id not in RULES.by_id), "experiments")
    assert experiments.rules
    assert [outcome.diff for outcome in prove(experiments) if not outcome.passed] == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_is_well_kept(rule: Rule) -> None:
    assert regex.fullmatch(r"[a-z]+(/[a-z0-9]+(-[a-z0-9]+)*){2}", rule.id)
    assert rule.why[0].isupper()
    assert rule.why.endswith(".")
    assert any(example.removes for example in rule.examples) or rule.action is Verb.KEEP
    assert not all(example.removes for example in rule.examples)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_is_named_as_its_file(path: Path) -> None:
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert pack is not None, problems
    assert pack.name == path.relative_to(shipped_folder()).with_suffix("").as_posix()
    languages = () if pack.name.startswith("common/") else (pack.name.split("/")[0],)
    assert {rule.languages for rule in pack.rules} == {languages}


def test_a_rule_gives_one_reason_however_often() -> None:
    """The ledger counts by reason: an object for each edit was memory that grew with the dump."""
    assert all(rule.reason is rule.reason for rule in load_rules().rules)


def test_the_default_profile_has_every_shipped_rule_but_the_experiments_and_those_on_request() -> None:
    problems: list[Problem] = []
    packs = [pack for path in PACKS if (pack := read_pack(path, problems))]
    trusted = [rule.id for pack in packs for rule in pack.rules if rule.status is not Status.EXPERIMENTAL]
    assert sorted(trusted) == [rule.id for rule in RULES.rules]
    assert {rule.id for rule in RULES.rules if rule.category not in OPTIONAL} == DEFAULT.by_id.keys()


PACK = """\
pack: t
rules:
  - id: a
    rev: 1
    why: Why.
    category: promo
    scope: line
    phrases: [x]
    examples:
"""

# An example of this rule, and what its proof says of it.
VERDICTS = {
    "as written": ("- x\n= y", "validated"),
    "a near miss": ("= y\n= x y", "validated"),
    "white space is no difference": ("= y\n=\n=\n- x", "validated"),
    "kept what should go": ("= y\n- z", "missing"),
    "took what should stay": ("= x\n= y", "noisy"),
    "took too much": ("- x\n= x\n= y", "overcut"),
    "took too little": ("- x\n- z\n= y", "undercut"),
}


@pytest.mark.parametrize(("diff", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts(tmp_path: Path, diff: str, verdict: str) -> None:
    block = "".join(f"        {line}\n" for line in diff.split("\n"))
    path = tmp_path / "t.yaml"
    path.write_text(PACK + f"      - |\n{block}      - '- x'\n      - '= y'\n")
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert pack is not None, problems
    outcome = next(prove(RuleSet(pack.rules, "t")))
    assert (outcome.rule.id, outcome.verdict, outcome.passed) == ("t/a", verdict, verdict == "validated")
    assert bool(outcome.diff) is not outcome.passed


@pytest.mark.parametrize("filler", ["word ", "reporting by Aa; ", "share it - ", "a", "facebook | ", "(x) [", "1:2 "])
def test_no_pattern_is_slow_on_a_long_line(monkeypatch: pytest.MonkeyPatch, filler: str) -> None:
    """A document that is one line of 1 MB does not fail: no pattern comes near its time limit there."""
    monkeypatch.setattr(pattern, "SECONDS", 1.0)
    line = segment(Document(filler * (1_000_000 // len(filler)) + "\n")).lines[0]
    for rule in RULES.rules:
        for each in rule.patterns:
            find = each.find_all if rule.scope is Scope.INLINE else each.full_match
            find(line)
