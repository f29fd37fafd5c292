"""`regress`, `golden add | accept` and `rules list | show | test`: what they compare, write and exit with."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cleaner import Cleaner, Selection
from cleaner.rules.profile import OPTIONAL
from conftest import LINE_RULE, PROSE, RAW, Command, read_tree, write_pack, write_tree

RECORD = f'{{"text":{msgspec.json.encode(RAW).decode()}}}\n'
PAGE = f"<html><body><article><p>{PROSE * 4}</p></article></body></html>"


@pytest.fixture
def golden(tmp_path: Path, run: Command) -> Path:
    """A folder of golden cases that all come out as expected."""
    cases = {"a.txt": RAW, "sub/b.txt": PROSE, "sub/r.jsonl": RECORD * 2, "p.html": PAGE}
    folder = write_tree(tmp_path / "golden", {f"raw/{name}": text for name, text in cases.items()})
    assert run("golden", "accept").status == 0
    return folder


def test_accepted_cases_are_their_clean_text_and_their_ledger(golden: Path, run: Command) -> None:
    files = read_tree(golden)
    assert files["clean/a.txt"] == files["clean/sub/b.txt"] == PROSE.encode()
    assert set(files) == {
        *("raw/a.txt", "clean/a.txt", "ledger/a.txt.jsonl"),
        *("raw/sub/b.txt", "clean/sub/b.txt", "ledger/sub/b.txt.jsonl"),
        *("raw/sub/r.jsonl", "clean/sub/r.jsonl", "ledger/sub/r.jsonl.jsonl"),
        *("raw/p.html", "clean/p.html.txt", "ledger/p.html.jsonl"),
    }
    assert LINE_RULE.encode() in files["ledger/a.txt.jsonl"]
    assert files["ledger/sub/b.txt.jsonl"] == b""
    for arguments in (["regress"], ["regress", "golden"], ["regress", golden]):
        done = run(*arguments)
        assert (done.status, done.out, done.err) == (0, "4 cases, all as expected\n", "")


LEDGER_LINE = b'"before":"Leave a Reply\\n"'
# What is changed below golden/ (None: taken away) -> the file that must be named, and what must be said of it.
CHANGES: dict[str, tuple[str, bytes | None, str, str]] = {
    "text-differs": ("clean/a.txt", b"Another.\n", "clean/a.txt", "-Another.\n+" + PROSE),
    "one-byte-differs": ("clean/a.txt", PROSE.encode() + b"\n", "clean/a.txt", "differs"),
    "line-end-differs": ("clean/a.txt", PROSE.encode().replace(b"\n", b"\r\n"), "clean/a.txt", "differs"),
    "text-that-is-no-utf-8": ("clean/a.txt", b"\xff\n", "clean/a.txt", "differs"),
    "record-differs": ("clean/sub/r.jsonl", b'{"text":"Another."}\n', "clean/sub/r.jsonl", '-{"text":"Another."}\n'),
    "page-differs": ("clean/p.html.txt", b"Another.\n", "clean/p.html.txt", "-Another.\n"),
    "other-rule-acted": ("ledger/a.txt.jsonl", b'{"rule":"en/comments/other"}\n', "ledger/a.txt.jsonl", LINE_RULE),
    "rule-acted-where-none-did": (
        "ledger/sub/b.txt.jsonl",
        b'{"rule":"x"}\n',
        "ledger/sub/b.txt.jsonl",
        '-{"rule":"x"}',
    ),
    "text-missing": ("clean/a.txt", None, "clean/a.txt", "not expected"),
    "ledger-missing": ("ledger/a.txt.jsonl", None, "ledger/a.txt.jsonl", "not expected"),
    "raw-missing": ("raw/a.txt", None, "clean/a.txt", "does not come out"),
    "raw-new": ("raw/new.txt", PROSE.encode(), "clean/new.txt", "not expected"),
    "raw-changed": ("raw/sub/b.txt", RAW.encode(), "ledger/sub/b.txt.jsonl", LINE_RULE),
    "raw-no-text-any-more": ("raw/a.txt", b"\0", "clean/a.txt", "does not come out"),
}


@pytest.mark.parametrize(("name", "content", "file", "fragment"), CHANGES.values(), ids=CHANGES)
def test_change_is_found_and_its_file_named(
    name: str, content: bytes | None, file: str, fragment: str, golden: Path, run: Command
) -> None:
    if content is None:
        (golden / name).unlink()
    else:
        write_tree(golden, {name: content})
    before = read_tree(golden)
    done = run("regress")
    assert (done.status, done.err) == (1, "")
    assert f"{file}: " in done.out
    assert fragment in done.out
    assert read_tree(golden) == before, "regress changes nothing"
    others = {"clean/a.txt", "clean/sub/b.txt", "clean/sub/r.jsonl", "clean/p.html.txt"} - {
        file,
        name.replace("raw", "clean"),
    }
    assert not [other for other in others if f"{other}: " in done.out]
    assert run("golden", "accept").status == 0
    assert run("regress").status == 0


def test_rules_of_the_user_change_what_comes_out(golden: Path, run: Command) -> None:
    write_pack(
        golden.parent / "mine.yaml",
        'id: council\nscope: line\npattern: "the council.*"\nexamples: ["= a\\n- The council", "= a"]',
    )
    assert run("regress", "--profile", "light").status == 1
    done = run("regress", "--rules", "mine.yaml")
    assert done.status == 1
    assert "test/mine/council" in done.out
    assert run("golden", "accept", "--rules", "mine.yaml").status == 0
    assert run("regress", "--rules", "mine.yaml").status == 0


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        pytest.param("regress nowhere", "golden add", id="no-such-folder"),
        pytest.param("regress golden/raw/a.txt", "a.txt", id="a-file"),
        pytest.param("regress golden/raw", "golden add", id="the-wrong-folder"),
        pytest.param("regress empty", "golden add", id="a-folder-without-cases"),
        pytest.param("regress --profile none", "profile", id="unknown-profile"),
        pytest.param("golden accept nothing.txt", "no such golden case: nothing.txt", id="accept-unknown-case"),
        pytest.param("golden accept a.txt nothing.txt", "nothing.txt", id="accept-one-unknown-case"),
        pytest.param("golden accept --golden nowhere", "nowhere", id="accept-no-such-folder"),
        pytest.param("golden add", "FILES", id="add-nothing"),
        pytest.param("golden add nowhere.txt", "nowhere.txt", id="add-missing-file"),
        pytest.param("golden add new", "new", id="add-a-folder"),
        pytest.param("golden add new/a.txt", "there already", id="add-existing-name"),
        pytest.param("golden add new/c.txt new/a.txt", "there already", id="add-existing-name-among-others"),
        pytest.param("golden add new/x/d.txt new/y/d.txt", "d.txt", id="add-two-of-one-name"),
        pytest.param("golden add new/t.csv", "t.csv", id="add-a-file-that-no-run-reads"),
        pytest.param("golden add new/.d.txt", ".d.txt", id="add-a-hidden-file"),
        pytest.param("golden add new/c.txt --in ../..", "..", id="add-outside"),
        pytest.param("golden add new/c.txt --in {folder}/elsewhere", "elsewhere", id="add-at-an-absolute-place"),
        pytest.param("golden", "Commands", id="no-command"),
    ],
)
def test_mistake_is_refused_and_nothing_is_written(arguments: str, fragment: str, golden: Path, run: Command) -> None:
    folder = golden.parent
    new = {"a.txt": "Another.\n", "c.txt": RAW, "x/d.txt": RAW, "y/d.txt": PROSE, "t.csv": "a,b\n", ".d.txt": RAW}
    write_tree(folder / "new", new)
    (folder / "empty/raw").mkdir(parents=True)
    before = read_tree(folder)
    done = run(*arguments.format(folder=folder).split())
    assert done.status == 2
    assert fragment in done.told
    assert read_tree(folder) == before


ADDED = {
    "text": ("c.txt", RAW, {"clean/c.txt": PROSE}),
    "near-miss": ("c.txt", PROSE, {"clean/c.txt": PROSE, "ledger/c.txt.jsonl": ""}),
    "empty": ("c.txt", "", {"clean/c.txt": "", "ledger/c.txt.jsonl": ""}),
    "records": ("c.jsonl", RECORD, {"ledger/c.jsonl.jsonl": None}),
    "records-of-which-one-fails": ("c.jsonl", f"{RECORD}{{torn\n", {"ledger/c.jsonl.jsonl": None}),
    "page": ("c.html", PAGE, {"clean/c.html.txt": None, "ledger/c.html.jsonl": None}),
}


@pytest.mark.parametrize(("name", "content", "wanted"), ADDED.values(), ids=ADDED)
@pytest.mark.parametrize("folder", ["", "forum/boards"])
def test_added_case_comes_out_as_expected(
    name: str, content: str, wanted: dict[str, str | None], folder: str, golden: Path, run: Command
) -> None:
    write_tree(golden.parent, {name: content})
    before = read_tree(golden)
    done = run("golden", "add", name, *(["--in", folder] if folder else []))
    assert done.status == 0, done.err
    after = read_tree(golden)
    assert {path: after.get(path) for path in before} == before, "other cases stay as they are"
    for path, text in {f"raw/{name}": content, **wanted}.items():
        part, _, rest = path.partition("/")
        written = f"{part}/{folder}/{rest}" if folder else path
        assert written in after
        assert text is None or after[written].decode() == text
        assert part == "raw" or f"written golden/{written}" in done.out
    assert run("regress").status == 0


@pytest.mark.parametrize("name", ["c.txt", "c.html"])
def test_case_that_can_not_be_cleaned_is_expected_to_fail_or_refused(name: str, golden: Path, run: Command) -> None:
    write_tree(golden.parent, {name: b"\0"})
    before = read_tree(golden)
    added = run("golden", "add", name)
    assert added.status == 0 or (added.status == 2 and read_tree(golden) == before)
    assert run("regress").status == 0


def test_first_case_makes_the_folder(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"c.txt": RAW})
    assert run("golden", "add", "c.txt", "--golden", "new/cases").status == 0
    assert read_tree(tmp_path / "new/cases").keys() == {"raw/c.txt", "clean/c.txt", "ledger/c.txt.jsonl"}
    assert run("regress", "new/cases").status == 0


STALE = {"clean/a.txt": "Old.\n", "ledger/a.txt.jsonl": "", "clean/sub/b.txt": "Old.\n", "clean/p.html.txt": "Old.\n"}
STALE |= {"clean/sub/r.jsonl": "", "ledger/sub/r.jsonl.jsonl": ""}
ACCEPTED = {
    "text": (["a.txt"], {"clean/a.txt", "ledger/a.txt.jsonl"}),
    "case-in-a-folder": (["sub/b.txt"], {"clean/sub/b.txt"}),
    "records": (["sub/r.jsonl"], {"clean/sub/r.jsonl", "ledger/sub/r.jsonl.jsonl"}),
    "page": (["p.html"], {"clean/p.html.txt"}),
    "two": (["p.html", "a.txt"], {"clean/a.txt", "ledger/a.txt.jsonl", "clean/p.html.txt"}),
    "all": ([], set(STALE)),
}


@pytest.mark.parametrize(("cases", "accepted"), ACCEPTED.values(), ids=ACCEPTED)
def test_accept_writes_the_named_cases_only(cases: list[str], accepted: set[str], golden: Path, run: Command) -> None:
    right = read_tree(golden)
    write_tree(golden, STALE)
    done = run("golden", "accept", *cases)
    assert (done.status, done.err) == (0, f"{len(accepted)} files changed\n")
    assert set(done.out.splitlines()) == {f"accepted golden/{path}" for path in accepted}
    stale = {path: text.encode() for path, text in STALE.items() if path not in accepted}
    assert read_tree(golden) == right | stale
    assert run("regress").status == (0 if not stale else 1)


def test_accept_takes_away_what_no_longer_comes_out(golden: Path, run: Command) -> None:
    (golden / "raw/a.txt").unlink()
    assert run("golden", "accept").status == 0
    assert not {"clean/a.txt", "ledger/a.txt.jsonl"} & read_tree(golden).keys()
    assert (run("golden", "accept").err, run("regress").status) == ("0 files changed\n", 0)


def test_accept_takes_a_case_that_fails_now(golden: Path, run: Command) -> None:
    write_tree(golden, {"raw/a.txt": b"\0"})
    assert run("golden", "accept", "a.txt").status == 0
    assert run("regress").status == 0


PASSING_RULE = r"""
id: sound
scope: line
phrases: [away with it]
examples: ["= Kept\n- Away with it", "= Kept"]
"""
FAILING = {
    "missing": ('["= Kept\\n- Something else", "= Kept"]', "+Something else"),
    "noisy": ('["= Kept\\n- Gone", "= Kept\\n= Gone"]', "-Gone"),
    "overcut": ('["= One\\n- Gone\\n+ Kept", "= One"]', "-Kept"),
    "undercut": ('["- One\\n- Gone\\n= Kept", "= One"]', "+One"),
}


@pytest.mark.parametrize(
    ("verdict", "examples", "diff"), [(name, *rest) for name, rest in FAILING.items()], ids=FAILING
)
def test_failing_example_is_shown_with_its_place_and_difference(
    verdict: str, examples: str, diff: str, tmp_path: Path, run: Command
) -> None:
    write_pack(tmp_path / "packs/mine.yaml", PASSING_RULE)
    write_pack(tmp_path / "packs/wrong.yaml", f"id: odd\nscope: line\nphrases: [gone]\nexamples: {examples}\n")
    done = run("rules", "test", "--rules", "packs")
    assert (done.status, done.err) == (1, "")
    assert f"packs/wrong.yaml:6: test/wrong/odd: {verdict}: " in done.out
    assert f"\n{diff}\n" in done.out
    assert f"1 {verdict}" in done.out.splitlines()[-1]
    assert "test/mine/sound" not in done.out


@pytest.mark.parametrize("profile", ["article", "light"])
def test_shipped_rules_pass_and_the_count_is_told(profile: str, run: Command) -> None:
    count = sum(len(rule.examples) for rule in Cleaner(profile=profile, selection=Selection(drop=OPTIONAL)).rules.rules)
    done = run("rules", "test", "--profile", profile)
    assert (done.status, done.out, done.err) == (0, f"{count} validated\n", "")


SWAP = r"""
id: {0}
scope: inline
action: replace
pattern: '{1}'
with: '{2}'
examples: ["- {1}\n+ {2}", "= Kept"]
"""
LOOP = SWAP.format("loop", "foo", "[foo]")


def test_rule_that_never_settles_fails_its_own_example_only(tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "packs/loop.yaml", LOOP)
    write_pack(
        tmp_path / "packs/wrong.yaml", f"id: odd\nscope: line\nphrases: [gone]\nexamples: {FAILING['noisy'][0]}\n"
    )
    done = run("rules", "test", "--rules", "packs")
    assert done.status == 1
    assert "packs/loop.yaml:" in done.out
    assert "test/loop/loop" in done.out
    assert "test/wrong/odd: noisy" in done.out


def test_rules_are_listed_with_their_reasons(run: Command) -> None:
    rules = Cleaner(selection=Selection(drop=OPTIONAL)).rules.rules
    listed = run("rules", "list")
    assert listed.status == 0
    assert [line.split()[:3] for line in listed.out.splitlines()] == [
        [rule.id, rule.category, rule.scope] for rule in rules
    ]
    assert listed.err == f"{len(rules)} rules\n"
    as_json = run("rules", "list", "--json")
    assert [msgspec.json.decode(line) for line in as_json.out.splitlines()] == [
        {"id": rule.id, "rev": rule.rev, "category": rule.category, "scope": rule.scope, "why": rule.why}
        for rule in rules
    ]
    assert as_json.err == ""


@pytest.mark.parametrize("rule", Cleaner().rules.rules, ids=lambda rule: rule.id)
def test_every_rule_can_be_shown(rule: object, run: Command) -> None:
    from cleaner.rules.model import Rule

    assert isinstance(rule, Rule)
    done = run("rules", "show", rule.id)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"{rule.id} (rev {rule.rev})")
    assert all(text in done.out for text in (rule.why, rule.category, rule.scope, *rule.phrases))
    assert done.out.count("  example  ") == len(rule.examples)


def test_rules_of_the_user_are_listed_and_shown(tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "packs/deep/mine.yaml", PASSING_RULE)
    assert "test/mine/sound" in run("rules", "list", "--profile", "light", "--rules", "packs").out
    shown = run("rules", "show", "test/mine/sound", "--rules", "packs").out
    assert "packs/deep/mine.yaml:3" in shown
    assert "away with it" in shown
    hint = run("rules", "show", "test/mine/sond", "--rules", "packs")
    assert (hint.status, "did you mean 'test/mine/sound'?" in hint.err) == (2, True)
