"""Packs: what is read, and every finding about a broken one with its place, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner import Cleaner, PackError, Problem, ProfileError
from cleaner.rules.load import load_rules, read_pack, shipped_folder

GOOD = """\
pack: t/x
rules:
  - id: a
    rev: 1
    why: Because.
    category: promo
    scope: line
    phrases: [follow us]
    examples:
      - "- Follow us"
      - "= Follow us home"
"""
RULE = GOOD.partition("rules:\n")[2]
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


def pack_of(rules: str) -> str:
    return f"pack: t/x\nrules:\n{rules}"


def problems_of(path: Path) -> list[str]:
    """The problems of packs, sorted as a user sees them, without the path."""
    with pytest.raises(PackError) as caught:
        load_rules([path], profile="light")
    return [str(problem).removeprefix(f"{problem.path}:") for problem in caught.value.problems]


# What stands in the good pack, what stands there instead, and the findings (` ... ` for what is left out).
BROKEN = {
    "unknown key": ("phrases:", "phrase:", ["8:5: t/x/a: unknown key 'phrase' (did you mean 'phrases'?)"]),
    "unknown key, nothing like it": (
        "rev: 1",
        "rev: 1\n    hue: red",
        ["5:5: t/x/a: unknown key 'hue' (known: id, rev, why"],
    ),
    "unknown key of the pack": (
        "rules:",
        "rulez:",
        ["1:1: key 'rules' is missing", "2:1: unknown key 'rulez' (did you mean 'rules'?)"],
    ),
    "unknown key of a place": (
        "rev: 1",
        "rev: 1\n    where: {fist: 2}",
        ["5:13: t/x/a: unknown key 'fist' (did you mean 'first'?)"],
    ),
    "unknown key of a neighbour": ("rev: 1", "rev: 1\n    next: {edges: true}", ["5:12: t/x/a: unknown key 'edges'"]),
    "unknown key of an exception": (
        "rev: 1",
        "rev: 1\n    unless:\n      - because: why\n        nxt: {edge: true}",
        ["7:9: t/x/a: unknown key 'nxt' (did you mean 'next'?)"],
    ),
    "unknown key of an example": (
        '"- Follow us"',
        '{text: "- x", link: y}',
        ["10:23: t/x/a: unknown key 'link' (known: text"],
    ),
    "a neighbour's key on the rule": ("rev: 1", "rev: 1\n    adjacent: true", ["5:5: t/x/a: unknown key 'adjacent'"]),
    "a merge key": ("rev: 1", "rev: 1\n    <<: {why: x}", ["5:5: t/x/a: unknown key '<<'"]),
    "missing pack": ("pack: t/x\n", "", ["1:1: key 'pack' is missing (name of the pack"]),
    "missing id": ("id: a\n    rev", "rev", ["3:5: t/x/?: key 'id' is missing"]),
    "missing rev": ("    rev: 1\n", "", ["3:5: t/x/a: key 'rev' is missing (raised whenever"]),
    "missing why": ("    why: Because.\n", "", ["3:5: t/x/a: key 'why' is missing"]),
    "missing category": ("    category: promo\n", "", ["3:5: t/x/a: key 'category' is missing"]),
    "missing scope": ("    scope: line\n", "", ["3:5: t/x/a: key 'scope' is missing"]),
    "missing examples": (RULE[RULE.index("    examples") :], "", ["3:5: t/x/a: key 'examples' is missing"]),
    "missing reason of an exception": (
        "rev: 1",
        "rev: 1\n    unless: {prose: true}",
        ["5:13: t/x/a: key 'because' is missing"],
    ),
    "nothing to match": (
        "    phrases: [follow us]\n",
        "",
        ["3:5: t/x/a: the rule matches nothing (add phrases or a pattern)"],
    ),
    "two missing, one unknown": (
        "    rev: 1\n    why: Because.\n",
        "    wy: Because.\n",
        ["3:5: t/x/a: key 'rev' is missing", "3:5: t/x/a: key 'why' is missing", "4:5: t/x/a: unknown key 'wy'"],
    ),
    "a key twice": ("rev: 1", "rev: 1\n    rev: 2", ["5:5: t/x/a: key 'rev' stands here twice (keep one)"]),
    "an id that is no name": ("id: a", "id: A/b c", ["3:9: t/x/A/b c: 'A/b c' is no name (use small letters"]),
    "a pack that is no name": ("t/x", "t//X", ["1:7: 't//X' is no name (use small letters"]),
    "an id twice": (RULE, RULE + RULE, ["12:5: t/x/a: rule 'a' is already defined at line 3 (rename one of them)"]),
    "two rules without id are not each other": (
        RULE,
        RULE.replace("id: a\n    ", "") * 2,
        ["3:5: t/x/?: key 'id' is missing", "11:5: t/x/?: key 'id' is missing"],
    ),
    "a number that is a word": ("rev: 1", "rev: one", ["4:10: t/x/a: expected a whole number"]),
    "a number that is too small": ("rev: 1", "rev: 0", ["4:10: t/x/a: expected a number of at least 1"]),
    "a number with a sign": ("rev: 1", "rev: -1", ["4:10: t/x/a: expected a whole number"]),
    "a number with a point": ("rev: 1", "rev: 1.0", ["4:10: t/x/a: expected a whole number"]),
    "a flag that is no flag": ("rev: 1", "rev: 1\n    prose: yes", ["5:12: t/x/a: expected true or false"]),
    "a range that is a number": (
        "rev: 1",
        "rev: 1\n    words: 3",
        ["5:12: t/x/a: expected a mapping (a range) (keys: min, max)"],
    ),
    "a place that is none": (
        "rev: 1",
        "rev: 1\n    where: {first: half}",
        ["5:20: t/x/a: expected a number of lines (5) or a share (50%)"],
    ),
    "no lines": ("rev: 1", "rev: 1\n    where: {first: 0}", ["5:20: t/x/a: expected a number of lines"]),
    "no share": ("rev: 1", "rev: 1\n    where: {last: 0%}", ["5:19: t/x/a: expected a number of lines"]),
    "more than all": ("rev: 1", "rev: 1\n    where: {last: 101%}", ["5:19: t/x/a: expected a number of lines"]),
    "no text": ("why: Because.", "why:", ["5:9: t/x/a: expected a text"]),
    "a blank text": ("why: Because.", "why: '  '", ["5:10: t/x/a: expected a text"]),
    "a list for a text": ("why: Because.", "why: [Because]", ["5:10: t/x/a: expected a text"]),
    "no phrases": ("[follow us]", "[]", ["8:14: t/x/a: expected at least one value"]),
    "a phrase that is a mapping": ("[follow us]", "[{follow: us}, also]", ["8:15: t/x/a: expected a text"]),
    "a phrase of marks": (
        "[follow us]",
        "['***']",
        ["8:15: t/x/a: '***' is empty once punctuation is dropped (write it as a pattern)"],
    ),
    "a phrase too long": ("[follow us]", f"[{'a' * 251}]", ["8:15: t/x/a: a phrase has at most 250 characters"]),
    "rules that are none": (RULE, "  a: b\n", ["3:3: expected a list of rules (each starts with '- id:')"]),
    "no rules": (RULE, "  []\n", ["3:3: expected a list of rules"]),
    "a rule that is a text": (
        RULE,
        "  - a\n  - b\n",
        ["3:5: t/x/?: expected a mapping (a rule)", "4:5: t/x/?: expected a mapping (a rule)"],
    ),
    "unknown category": (
        "category: promo",
        "category: promos",
        ["6:15: t/x/a: 'promos' is not one of comments, related ... (did you mean 'promo'?)"],
    ),
    "unknown scope": (
        "scope: line",
        "scope: lines",
        ["7:12: t/x/a: 'lines' is not one of inline, line ... (did you mean 'line'?)"],
    ),
    "unknown action": (
        "rev: 1",
        "rev: 1\n    action: delete",
        ["5:13: t/x/a: 'delete' is not one of remove, replace, keep"],
    ),
    "a pattern that does not end": (
        "phrases: [follow us]",
        "pattern: 'follow (us'",
        ["8:14: t/x/a: bad pattern: missing )"],
    ),
    "the second of two patterns": (
        "phrases: [follow us]",
        "pattern: [us, '+']",
        ["8:19: t/x/a: bad pattern: nothing to repeat"],
    ),
    "a pattern for all lines": (
        "phrases: [follow us]",
        "pattern: '(follow)?.*'",
        ["8:14: t/x/a: the pattern matches an empty line"],
    ),
    "a curly quote in a pattern": (
        "phrases: [follow us]",
        f"pattern: don{CURLY}t miss",
        ['8:14: t/x/a: the pattern holds ... (write "\'")'],
    ),
    "a dash in a class": (
        "phrases: [follow us]",
        "pattern: 'us [\N{EM DASH}:]'",
        ["8:14: t/x/a: the pattern holds ... (write '-')"],
    ),
    "a no-break space": (
        "phrases: [follow us]",
        "pattern: 'follow\N{NO-BREAK SPACE}us'",
        ["8:14: t/x/a: the pattern holds ... (write ' ')"],
    ),
    "an example without mark": ('"- Follow us"', '"Follow us"', ["10:9: t/x/a: example line 'Follow us' has no mark"]),
    "an example whose mark touches": (
        '"- Follow us"',
        '"-Follow us"',
        ["10:9: t/x/a: example line '-Follow us' has no mark"],
    ),
    "a second line without mark": (
        '"- Follow us"',
        "|\n        - Follow us\n        home",
        ["10:9: t/x/a: example line 'home' has no mark"],
    ),
    "an example without text": ('"- Follow us"', "{title: x}", ["10:9: t/x/a: key 'text' is missing"]),
    "no near miss": ('"= Follow us home"', '"- Follow us!"', ["3:5: t/x/a: no near miss among the examples"]),
    "nothing removed": (
        '"- Follow us"',
        '"= Follow"',
        ["3:5: t/x/a: no example removes anything (add one with a '- ' line)"],
    ),
    "no examples": (
        RULE[RULE.index("    examples") :],
        "    examples: []\n",
        ["9:15: t/x/a: expected at least one value"],
    ),
    "block without take": ("scope: line", "scope: block", ["3:5: t/x/a: scope: block and take: belong together"]),
    "take without block": (
        "rev: 1",
        "rev: 1\n    take: {lines: 1}",
        ["3:5: t/x/a: scope: block and take: belong together"],
    ),
    "take of no lines": (
        "scope: line",
        "scope: block\n    take: {lines: 0}",
        ["8:19: t/x/a: expected a number of at least 1"],
    ),
    "take without a limit": ("scope: line", "scope: block\n    take: {}", ["8:11: t/x/a: "]),
    "take with a limit that is off": ("scope: line", "scope: block\n    take: {until-blank: false}", ["8:11: t/x/a: "]),
    "duplicate without repeats": (
        "scope: line\n    phrases: [follow us]",
        "scope: duplicate\n    prose: true",
        ["3:5: t/x/a: scope: duplicate and repeats: belong together"],
    ),
    "repeats without duplicate": (
        "phrases: [follow us]",
        "pattern: follow us\n    repeats: {of: next}",
        ["3:5: t/x/a: scope: duplicate and repeats: belong together"],
    ),
    "a duplicate with phrases": (
        "scope: line",
        "scope: duplicate\n    repeats: {of: next}",
        ["3:5: t/x/a: a duplicate is not known by phrases"],
    ),
    "repeats of nothing": ("rev: 1", "rev: 1\n    repeats: {match: exact}", ["5:14: t/x/a: key 'of' is missing"]),
    "an earlier line, contained": (
        "scope: line\n    phrases: [follow us]",
        "scope: duplicate\n    repeats: {of: earlier, match: contained}",
        ["3:5: t/x/a: an earlier line is compared exactly"],
    ),
    "replace without with": (
        "rev: 1",
        "rev: 1\n    action: replace",
        ["3:5: t/x/a: action: replace and with: belong together"],
    ),
    "with without replace": (
        "rev: 1",
        "rev: 1\n    with: x",
        ["3:5: t/x/a: action: replace and with: belong together"],
    ),
    "with a line break": (
        "rev: 1",
        'rev: 1\n    action: replace\n    with: "x\\ny"',
        ["3:5: t/x/a: a replacement is part of one line"],
    ),
    "with a group that the pattern lacks": (
        "phrases: [follow us]",
        "pattern: 'follow (us)'\n    action: replace\n    with: '\\2'",
        [": t/x/a: "],
    ),
    "with a group that the phrases lack": (
        "phrases: [follow us]",
        "phrases: [follow us]\n    pattern: 'follow (us)'\n    action: replace\n    with: '\\1'",
        [": t/x/a: "],
    ),
    "with a line break of a template": (
        "phrases: [follow us]",
        "pattern: 'follow (us)'\n    action: replace\n    with: '\\1\\n'",
        [": t/x/a: "],
    ),
    "with a group by a wrong name": (
        "phrases: [follow us]",
        "pattern: 'follow (?P<who>us)'\n    action: replace\n    with: '\\g<whom>'",
        [": t/x/a: "],
    ),
    "replace a tail": (
        "scope: line",
        "scope: tail\n    action: replace\n    with: x",
        ["3:5: t/x/a: action: replace works on scope: line or inline"],
    ),
    "keep a block": (
        "scope: line",
        "scope: block\n    action: keep\n    take: {lines: 1}",
        ["3:5: t/x/a: action: keep works on scope: line or inline (change the scope)"],
    ),
    "keep inside a line": (
        "scope: line",
        "scope: inline\n    action: keep",
        ["3:5: t/x/a: action: keep protects or scores whole lines (use scope: line)"],
    ),
    "many at once": (
        "rev: 1\n    why: Because.\n    category: promo",
        "rev: x\n    why:\n    category: promos\n    where: {first: 0, lst: 1}",
        [
            "4:10: t/x/a: expected a whole",
            "5:9: t/x/a: expected a text",
            "6:15: t/x/a: 'promos'",
            "7:20: t/x/a: ",
            "7:23: t/x/a: ",
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "findings"), BROKEN.values(), ids=BROKEN)
def test_a_broken_pack(tmp_path: Path, old: str, new: str, findings: list[str]) -> None:
    assert old in GOOD
    path = tmp_path / "x.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    found = problems_of(path)
    assert len(found) == len(findings), found
    for problem, finding in zip(found, findings, strict=True):
        assert all(piece in problem for piece in finding.split(" ... ")), problem


NOT_A_PACK = {
    "empty": (b"", "1:1: the file is empty (a pack needs pack: and rules:)"),
    "only a comment": (b"# to do\n", "1:1: the file is empty"),
    "a text": (b"Follow us\n", "1:1: expected a mapping (a pack) (keys: pack, language, why, extends, lists, rules)"),
    "a list": (b"- id: a\n", "1:1: expected a mapping (a pack)"),
    "nothing, spelled out": (b"---\nnull\n", "2:1: expected a mapping (a pack)"),
    "a bracket that does not end": (b"pack: [t\nrules:\n", "2:6: not YAML: did not find expected"),
    "a tab": (b"pack: t\nrules:\n\t- id: a\n", "3:1: not YAML: found character that cannot start any token"),
    "indentation that fits nothing": (
        b"pack: t\nrules:\n   - id: a\n  - id: b\n",
        "4:3: not YAML: did not find expected",
    ),
    "a colon too many": (b"pack: t: x\n", "1:8: not YAML: mapping values are not allowed"),
    "two documents": (b"pack: t\n---\npack: u\n", "2:1: not YAML: but found another document"),
    "an alias without anchor": (b"pack: t\nrules: *labels\n", "2:8: not YAML: found undefined alias"),
    "a control character": (b"pack: t\x01\n", "1:1: not YAML: "),
    "not UTF-8": (b"pack: caf\xe9\n", "1:1: not UTF-8: byte 9 does not fit (save the file as UTF-8)"),
    "UTF-16": ("pack: t\n".encode("utf-16"), "1:1: not UTF-8: byte 0 does not fit"),
}


@pytest.mark.parametrize(("content", "finding"), NOT_A_PACK.values(), ids=NOT_A_PACK)
def test_a_file_that_is_no_pack(tmp_path: Path, content: bytes, finding: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    (found,) = problems_of(path)
    assert found.startswith(finding)


def test_a_path_that_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("pack: t")
    (tmp_path / "folder.yaml").mkdir()
    missing, empty = tmp_path / "missing.yaml", tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PackError) as caught:
        load_rules([missing, empty, tmp_path])
    assert [str(problem) for problem in caught.value.problems] == [
        f"{empty}:1:1: no packs here (a pack is a file that ends in .yaml)",
        f"{tmp_path / 'folder.yaml'}:1:1: can't be read: Is a directory (check the path and its permissions)",
        f"{missing}:1:1: no such file or folder (name a pack or a folder of packs)",
    ]


def test_all_problems_of_all_packs_at_once_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "packs"
    (folder / "en").mkdir(parents=True)
    (folder / "b.yml").write_text(pack_of(RULE.replace("rev: 1", "rev: x").replace("phrases", "phrase")))
    (folder / "a.yaml").write_text(pack_of(RULE + RULE).replace("t/x", "t/y"))
    (folder / "en" / "c.yaml").write_text("")
    (folder / "good.yaml").write_text(GOOD.replace("t/x", "t/good"))
    with pytest.raises(PackError) as caught:
        Cleaner(rules=[folder])
    places = [(problem.path, problem.line, problem.column) for problem in caught.value.problems]
    assert places == [
        ("packs/a.yaml", 12, 5),
        ("packs/b.yml", 4, 10),
        ("packs/b.yml", 8, 5),
        ("packs/en/c.yaml", 1, 1),
    ]
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]


CLASHES = {
    "two files": ({"a.yaml": GOOD, "b.yaml": GOOD}, ["b.yaml:1:1: pack 't/x' is already in a.yaml"]),
    "a shipped pack": ({"a.yaml": GOOD.replace("t/x", "en/promo")}, ["a.yaml:1:1: pack 'en/promo' is already in "]),
    "two files, one of them broken": (
        {"a.yaml": GOOD, "b.yaml": GOOD.replace("rev: 1", "rev: x")},
        ["b.yaml:1:1: pack 't/x' is already in a.yaml", "b.yaml:4:10: t/x/a: expected a whole number"],
    ),
}


@pytest.mark.parametrize(("files", "findings"), CLASHES.values(), ids=CLASHES)
def test_names_that_clash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], findings: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(PackError) as caught:
        load_rules([Path()])
    assert len(caught.value.problems) == len(findings)
    for problem, finding in zip(caught.value.problems, findings, strict=True):
        assert finding in str(problem)


# What looks like another type in YAML is the words it looks like.
WORDS = ["no", "on", "404", "1.5", "2024-01-01", "0x1F", "true", "1e3", "12:30", "'quoted: text'"]


@pytest.mark.parametrize("word", WORDS)
def test_phrases_stay_text(tmp_path: Path, word: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD.replace("follow us", word))
    line = word.strip("'").upper()
    assert Cleaner(profile="light", rules=[path]).clean(f"{line}\nand more\n").text == "and more\n"


READABLE = {
    "a byte-order mark": "\N{ZERO WIDTH NO-BREAK SPACE}" + GOOD,
    "windows line ends": GOOD.replace("\n", "\r\n"),
    "one phrase for a list": GOOD.replace("[follow us]", "follow us"),
    "a phrase twice": GOOD.replace("[follow us]", "[follow us, 'FOLLOW US!']"),
    "anchor and alias": GOOD.replace("[follow us]", "&labels [follow us]")
    + RULE.replace("id: a", "id: b").replace("[follow us]", "*labels"),
    "an example with its context": GOOD.replace(
        '"- Follow us"', '{text: "- Follow us", title: 404, url: "https://a.example"}'
    ),
    "a document mark": "---\n" + GOOD,
    "a keep rule that removes nothing": GOOD.replace("rev: 1", "rev: 1\n    action: keep").replace('"- ', '"= '),
    "a language and a reason": GOOD.replace("rules:", "language: no\nwhy: Test.\nrules:"),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_a_good_pack(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content.encode())
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert not problems
    assert pack is not None
    assert pack.rules[0].id == "t/x/a"
    assert pack.rules[0].reason.category == "promo"


EXAMPLES = {
    "removed": ("- x\n= y", "x\ny", "y", True),
    "kept": ("= x\n=\n= y", "x\n\ny", "x\n\ny", False),
    "instead": ("= a\n- x\n+ y", "a\nx", "a\ny", True),
    "an empty line needs no mark": ("= x\n\n= y", "x\n\ny", "x\n\ny", False),
    "indentation and trailing space stay": ("=   x \n- y", "  x \ny", "  x ", True),
    "a mark inside": ("= - x\n- = y", "- x\n= y", "- x", True),
    "an empty line that goes": ("= x\n-\n- y", "x\n\ny", "x", True),
}


@pytest.mark.parametrize(("diff", "raw", "clean", "removes"), EXAMPLES.values(), ids=EXAMPLES)
def test_examples_are_diffs(tmp_path: Path, diff: str, raw: str, clean: str, removes: bool) -> None:
    path = tmp_path / "x.yaml"
    block = "|\n" + "".join(
        f"        {line}".rstrip(" ") + "\n" if not line else f"        {line}\n" for line in diff.split("\n")
    )
    path.write_text(GOOD.replace('"- Follow us"\n', block + '      - "- Follow us"\n'))
    problems: list[Problem] = []
    pack = read_pack(path, problems)
    assert pack is not None, problems
    example = pack.rules[0].examples[0]
    assert (example.raw, example.clean, example.removes, example.line) == (raw, clean, removes, 10)


def test_a_pack_named_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD)
    rules = load_rules([path, tmp_path], profile="light")
    assert [rule.id for rule in rules.rules] == sorted(rules.by_id)


def test_packs_of_a_folder(tmp_path: Path) -> None:
    names = {
        "a.yaml": "t/a",
        "b.yml": "t/b",
        "en/deep/c.yaml": "t/c",
        "profiles/d.yaml": "t/d",
        "e.txt": "t/e",
        "x.yaml.bak": "t/f",
    }
    for name, pack in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(GOOD.replace("t/x", pack))
    rules = load_rules([tmp_path], profile="light")
    assert [rule.id for rule in rules.rules if rule.id.startswith("t/")] == ["t/a/a", "t/b/a", "t/c/a"]
    assert [rule.id for rule in rules.rules] == sorted(rules.by_id)


def test_profiles() -> None:
    article, light = load_rules(), load_rules(profile="light")
    assert {rule.id.split("/")[0] for rule in light.rules} == {"common"}
    assert set(light.by_id) < set(article.by_id)
    with pytest.raises(ProfileError, match=r"no profile 'artcle' \(did you mean 'article'\?\)"):
        load_rules(profile="artcle")
    with pytest.raises(ProfileError, match=r"no profile 'zzz' \(known: article, light\)"):
        load_rules(profile="zzz")


def test_the_fingerprint_tells_rules_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    prints = {load_rules().fingerprint, load_rules(profile="light").fingerprint}
    for content in (GOOD, GOOD.replace("rev: 1", "rev: 2")):
        path.write_text(content)
        prints.add(load_rules([path]).fingerprint)
    assert len(prints) == 4
    assert load_rules([path]).fingerprint in prints


def test_shipped_packs_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (shipped_folder() / "common" / "duplicates.yaml").is_file()
    assert load_rules().rules


TEN = """pack: t/ten
lang: en
rules:
  - id: Upper
    rev: 1
    why: one
    category: promos
    scope: lines
    phrases: ['...']
    examples: ['- a', '= b']
  - id: two
    rev: one
    why: two
    category: promo
    scope: line
    pattern: '(a'
    where: {first: 200%}
    words: {mn: 3}
    examples: ['- a', 'b']
  - id: three
    rev: 1
    why: three
    category: promo
    scope: line
    pattern: 'a*'
    examples: ['- a', '= b']
"""


def test_ten_mistakes_are_ten_findings_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ten.yaml").write_text(TEN, encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_rules([Path("ten.yaml")])
    places = [(problem.line, problem.column) for problem in error.value.problems]
    wanted = [(2, 1), (4, 9), (7, 15), (8, 12), (9, 15), (12, 10), (16, 14), (17, 20), (18, 13), (19, 23), (25, 14)]
    assert places == wanted
    assert all(problem.path == "ten.yaml" and problem.finding for problem in error.value.problems)
