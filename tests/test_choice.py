"""Which rules act: overrides, lists, packs that extend packs, profiles, selections, and the cache of what was read."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from cleaner import Cleaner, PackError, ProfileError, Selection
from cleaner.rules import derived, literals, load
from cleaner.rules.cache import cache_folder
from cleaner.rules.files import find_files
from cleaner.rules.load import load_rules, shipped_folder
from cleaner.rules.model import Status
from cleaner.rules.packs import read_packs
from cleaner.rules.problems import Problem

PACK = """pack: my/promo
language: en
lists:
  networks: [birdsite, facepage]
rules:
  - id: follow
    rev: 1
    why: A call to follow the site on a network.
    category: promo
    scope: line
    phrases: [follow us, $networks]
    pattern: 'find us on $networks'
    examples:
      - |
        - Follow us
        - Birdsite
        - Find us on Facepage
      - |
        = Follow us, she said.
"""
EXTENDING = """pack: my/more
extends: my/promo
rules:
  - id: join
    rev: 1
    why: A call to join the site on a network.
    category: share
    scope: line
    status: experimental
    pattern: 'join us on $networks'
    examples: ['- Join us on Birdsite', '= Join us.']
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "promo.yaml").write_text(PACK, encoding="utf-8")
    (folder / "more.yaml").write_text(EXTENDING, encoding="utf-8")
    return folder


def override(folder: Path, text: str) -> Path:
    (folder / "overrides.yaml").write_text(text, encoding="utf-8")
    return folder


def test_lists_are_shared_with_packs_that_extend(packs: Path) -> None:
    cleaner = Cleaner(rules=packs, selection=Selection(only=("my/*",), experimental=True))
    text = "The end.\nBirdsite\nFind us on Facepage\nJoin us on Birdsite\nJoin us on the pier\n"
    assert cleaner.clean(text).text == "The end.\nJoin us on the pier\n"


BROKEN = {
    "unknown list": (PACK.replace("$networks]", "$network]"), "promo.yaml:11:26", "did you mean 'networks'?"),
    "unknown list in a pattern": (PACK.replace("on $networks", "on $nets"), "promo.yaml:12:14", "no list 'nets'"),
    "unknown pack": (PACK.replace("language: en", "extends: my/prom"), "promo.yaml:2:10", "no pack 'my/prom'"),
    "list that is a text": (
        PACK.replace("  networks: [birdsite, facepage]", "  - birdsite"),
        "promo.yaml:4:3",
        "lists",
    ),
}


@pytest.mark.parametrize(("text", "place", "finding"), BROKEN.values(), ids=BROKEN)
def test_broken_lists_are_reported(
    text: str, place: str, finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("promo.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_rules([Path("promo.yaml")])
    assert any(str(problem).startswith(place) and finding in str(problem) for problem in error.value.problems)


RAW = "The council votes on Monday, and nobody knows how it will end.\n"
OVERRIDES = {
    "off": ("rule: en/source/source-link\n    off: true", RAW + "\nSource link\n", RAW + "\nSource link\n"),
    "category off": ("category: source\n    off: true", RAW + "\nSource link\n", RAW + "\nSource link\n"),
    "pack off": ("pack: en/s*\n    off: true", RAW + "\nSource link\n", RAW + "\nSource link\n"),
    "append": ("rule: en/source/source-link\n    append: {phrases: [the source]}", RAW + "\nThe source\n", RAW),
    "append leaves the rest": (
        "rule: en/source/source-link\n    append: {phrases: [x y]}",
        RAW + "\nSource link\n",
        RAW,
    ),
    "set": ("rule: en/source/source-link\n    set: {phrases: [the source]}", RAW + "\nThe source\n", RAW),
    "set drops what was": (
        "rule: en/source/source-link\n    set: {phrases: [the source]}",
        RAW + "\nSource link\n",
        RAW + "\nSource link\n",
    ),
    "exception": (
        "rule: en/source/source-link\n    unless: [{because: we like it, title: {phrases: [a title]}}]",
        RAW + "\nSource link\n",
        RAW + "\nSource link\n",
    ),
}


@pytest.mark.parametrize(("change", "raw", "clean"), OVERRIDES.values(), ids=OVERRIDES)
def test_override_changes_a_rule_without_a_copy(change: str, raw: str, clean: str, tmp_path: Path) -> None:
    folder = override(tmp_path, f"overrides:\n  - because: of the test\n    {change}\n")
    assert Cleaner(rules=folder).clean(raw, title="A title").text == clean


WRONG_OVERRIDES = {
    "no reason": ("- rule: en/source/source-link\n    off: true", "2:5: key 'because' is missing"),
    "unknown rule": ("- rule: en/source/link\n    because: x\n    off: true", "did you mean 'en/source/source-link'?"),
    "unknown pack": ("- pack: de/*\n    because: x\n    off: true", "no pack 'de/*'"),
    "unknown category": ("- category: sorce\n    because: x\n    off: true", "did you mean 'source'?"),
    "nothing changed": ("- rule: en/source/source-link\n    because: x", "changes nothing"),
    "two targets": ("- rule: en/source/source-link\n    pack: en/source\n    because: x\n    off: true", "names one"),
    "a pack changed": ("- pack: en/source\n    because: x\n    set: {rev: 2}", "only be switched off"),
    "unknown key": ("- rule: en/source/source-link\n    because: x\n    set: {phrase: [a]}", "did you mean 'phrases'?"),
    "fixed key": ("- rule: en/source/source-link\n    because: x\n    set: {id: a}", "can't be overridden"),
    "wrong value": (
        "- rule: en/source/source-link\n    because: x\n    set: {rev: one}",
        "4:16: en/source/source-link",
    ),
}


@pytest.mark.parametrize(("text", "finding"), WRONG_OVERRIDES.values(), ids=WRONG_OVERRIDES)
def test_wrong_override_is_reported_at_its_place(
    text: str, finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    override(tmp_path, f"overrides:\n  {text}\n")
    with pytest.raises(PackError) as error:
        load_rules([Path("overrides.yaml")])
    assert len(error.value.problems) == 1
    assert str(error.value).startswith("overrides.yaml:")
    assert finding in str(error.value)


def test_a_rule_tells_where_its_keys_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    override(tmp_path, "overrides:\n  - because: x\n    rule: en/source/source-link\n    set: {rev: 7}\n")
    rule = load_rules([Path("overrides.yaml")]).by_id["en/source/source-link"]
    assert rule.rev == 7
    assert dict(rule.origins)["rev"] == "overrides.yaml:4"
    assert "source.yaml:" in dict(rule.origins)["phrases"]


SELECTIONS = {
    "all": (Selection(), {"my/promo/follow"}, set()),
    "experimental": (Selection(experimental=True), {"my/promo/follow", "my/more/join"}, set()),
    "only a rule": (Selection(only=("my/more/join",)), {"my/more/join"}, {"my/promo/follow", "en/source/source-link"}),
    "only a pack": (Selection(only=("en/source",)), {"en/source/source-link"}, {"my/promo/follow"}),
    "only a glob": (
        Selection(only=("en/s*",)),
        {"en/source/source-link", "en/share/share-row"},
        {"en/tags/filed-under"},
    ),
    "only a category": (Selection(only=("tags",)), {"en/tags/filed-under"}, {"en/source/source-link"}),
    "off a rule": (Selection(off=("my/promo/follow",)), {"en/source/source-link"}, {"my/promo/follow"}),
    "off a category": (Selection(off=("source",)), {"my/promo/follow"}, {"en/source/source-link"}),
    "on request": (Selection(), {"en/tags/filed-under"}, {"common/headline/title-field", "en/date/bare-date"}),
    "dropped": (Selection(drop=("date",)), {"en/date/bare-date", "en/tags/filed-under"}, {"en/byline/byline"}),
    "dropped but off": (Selection(drop=("date",), off=("date",)), {"en/tags/filed-under"}, {"en/date/bare-date"}),
    "only a rule on request": (Selection(only=("en/date/bare-date",)), {"en/date/bare-date"}, {"en/date/time-ago"}),
    "only a category on request": (Selection(only=("date",)), {"en/date/time-ago"}, {"en/byline/byline"}),
    "only a pack on request": (Selection(only=("en/*",)), {"en/tags/filed-under"}, {"en/date/time-ago"}),
    "keep a category": (Selection(keep_categories=("source",)), {"my/promo/follow"}, {"en/source/source-link"}),
}


@pytest.mark.parametrize(("selection", "there", "not_there"), SELECTIONS.values(), ids=SELECTIONS)
def test_selection(selection: Selection, there: set[str], not_there: set[str], packs: Path) -> None:
    rules = load_rules([packs], selection=selection)
    assert there <= rules.by_id.keys()
    assert not not_there & rules.by_id.keys()


@pytest.mark.parametrize(
    ("selection", "finding"),
    [
        (Selection(only=("en/sorce",)), "did you mean 'en/source'?"),
        (Selection(off=("promos",)), "did you mean 'promo'?"),
        (Selection(keep_categories=("byline2",)), "did you mean 'byline'?"),
        (Selection(drop=("headlines",)), "did you mean 'headline'?"),
    ],
)
def test_selection_that_names_nothing_is_refused(selection: Selection, finding: str) -> None:
    with pytest.raises(ProfileError, match=finding.replace("?", r"\?")):
        load_rules(selection=selection)


def test_light_profile_has_no_english_pack() -> None:
    assert {rule.id.split("/")[0] for rule in load_rules(profile="light").rules} == {"common"}


def test_order_of_files_and_rules_does_not_matter(tmp_path: Path) -> None:
    files = find_files([shipped_folder()], [], is_shipped=True)
    text = (Path(__file__).parents[1] / "golden/raw/wordpress/source-link-then-form.txt").read_text(encoding="utf-8")
    results = set()
    for seed in range(4):
        shuffled = random.Random(seed).sample(files, len(files))
        problems: list[Problem] = []
        rules = [rule for pack in read_packs(shuffled, problems) for rule in pack.rules]
        random.Random(seed).shuffle(rules)
        assert not problems
        cleaned = Cleaner.of(load.RuleSet(tuple(rules), "")).clean(text)
        results.add((cleaned.text, tuple((edit.line, edit.reason.rule) for edit in cleaned.edits)))
    assert len(results) == 1


def test_cache_gives_the_same_rules_and_notices_every_change(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_rules([packs])
    assert list(cache_folder().glob("*.rules"))
    with monkeypatch.context() as patch:
        patch.setattr("cleaner.rules.packs.read_packs", lambda *_: pytest.fail("the packs were read again"))
        again = load_rules([packs])
    assert [(rule.id, rule.rev, rule.phrases, rule.patterns) for rule in again.rules] == [
        (rule.id, rule.rev, rule.phrases, rule.patterns) for rule in first.rules
    ]
    stamp = (packs / "promo.yaml").stat()
    (packs / "promo.yaml").write_text(PACK.replace("rev: 1", "rev: 2"), encoding="utf-8")
    os.utime(packs / "promo.yaml", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    changed = load_rules([packs])
    assert changed.by_id["my/promo/follow"].rev == 2
    assert changed.fingerprint != first.fingerprint
    (packs / "more.yaml").unlink()
    assert load_rules([packs]).fingerprint not in (first.fingerprint, changed.fingerprint)


TORN = {
    "empty": b"",
    "torn": b"torn",
    "nothing": b"\x80\x04N.",
    "another-kind": b"\x80\x04).",
    "no-table": b"\x80\x04K\x01K\x02\x86.",
}


@pytest.mark.parametrize("content", TORN.values(), ids=TORN)
def test_cache_that_is_torn_is_read_past(content: bytes, packs: Path) -> None:
    first = Cleaner(rules=packs).rules
    found = list(cache_folder().glob("*.rules"))
    assert len(found) == 2
    for path in found:
        path.write_bytes(content)
    assert Cleaner(rules=packs).rules.by_id.keys() == first.by_id.keys()


def forget(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make this process as one that has just started; the patterns that it reads from then on."""
    read: list[str] = []
    monkeypatch.setattr(derived, "_known", {})
    monkeypatch.setattr(literals, "_parse", read.append)
    return read


def test_what_was_found_out_about_patterns_is_known_at_the_next_start(
    packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = "The end.\nFind us on Birdsite\nFind us on birds, he said.\n"
    first = Cleaner(rules=packs).clean(raw)
    assert first.text == "The end.\nFind us on birds, he said.\n"
    read = forget(monkeypatch)
    monkeypatch.setattr("cleaner.rules.pattern.compile_pattern.__wrapped__", read.append)
    assert Cleaner(rules=packs).clean(raw) == first
    assert not read


def test_what_other_code_found_out_is_not_believed(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Cleaner(rules=packs)
    read = forget(monkeypatch)
    monkeypatch.setattr(derived, "code_stamp", lambda: ("another",))
    Cleaner(rules=packs)
    assert "find us on (?:birdsite|facepage)" in read


def test_cache_that_can_not_be_written_is_none(packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "my/promo/follow" in load_rules([packs]).by_id


def test_score_and_status_are_read_and_do_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "pack: t\nrules:\n  - id: a\n    rev: 1\n    why: x\n    category: promo\n    scope: line\n"
        "    status: deprecated\n    phrases: [source]\n    action: score\n    score: -2.5\n"
        "    examples: ['= Source']\n",
        encoding="utf-8",
    )
    rule = load_rules([tmp_path / "t.yaml"]).by_id["t/a"]
    assert (rule.score, rule.status) == (-2.5, Status.DEPRECATED)
    assert Cleaner(rules=tmp_path / "t.yaml").clean("Source\n").text == "Source\n"


@pytest.mark.parametrize(
    ("rule", "raw", "clean"),
    [
        ("heading: true, run: {min: 3}", "A\n\nB\n\nC\n\nThe end.\n", "The end.\n"),
        ("heading: true, run: {min: 3}", "A\nB\nThe end.\nC\n", "A\nB\nThe end.\nC\n"),
        ("heading: true, words: {min: 2}, run: {max: 1}", "A a\nThe end.\nB b\nC c\n", "The end.\nB b\nC c\n"),
        ("phrases: [more], run: {min: 2}", "More\nMore\nThe end.\nMore\n", "The end.\nMore\n"),
        ("phrases: [more], title: {phrases: [a title]}", "More\nThe end.\n", "The end.\n"),
        ("phrases: [more], title: {phrases: [no title]}", "More\nThe end.\n", "More\nThe end.\n"),
        ("phrases: [more], title: {edge: true}", "More\nThe end.\n", "More\nThe end.\n"),
        ("phrases: [more], address: {pattern: '.*/news/.*'}", "More\nThe end.\n", "The end.\n"),
        ("phrases: [more], address: {pattern: '/news/.*'}", "More\nThe end.\n", "More\nThe end.\n"),
        ("phrases: [more], address: {edge: true}", "More\nThe end.\n", "More\nThe end.\n"),
    ],
)
def test_run_title_and_address(rule: str, raw: str, clean: str, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "pack: t\nrules:\n"
        f"  - {{id: a, rev: 1, why: x, category: promo, scope: line, {rule}, examples: ['- x', '= y']}}\n",
        encoding="utf-8",
    )
    cleaner = Cleaner(rules=tmp_path / "t.yaml", selection=Selection(only=("t",)))
    assert cleaner.clean(raw, title="A title", url="https://harbour.example/news/1").text == clean


@pytest.mark.parametrize(("line", "goes"), [("The old bridge of the town is closed", True), ("The old bridge", False)])
def test_fuzzy_duplicate(line: str, goes: bool, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "pack: t\nrules:\n  - {id: a, rev: 1, why: x, category: duplicate, scope: duplicate,"
        " repeats: {of: previous, match: fuzzy, similarity: 80%}, examples: ['- x', '= y']}\n",
        encoding="utf-8",
    )
    cleaner = Cleaner(rules=tmp_path / "t.yaml", selection=Selection(only=("t",)))
    first = "The old bridge of the town has closed\n"
    assert (cleaner.clean(f"{first}{line}\n").text == first) is goes
