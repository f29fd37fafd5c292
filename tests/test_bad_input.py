"""Input that is no good: each gets a clear message, the other documents are done, nothing is lost or half written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cleaner.decode import decode
from cleaner.dump import entries
from cleaner.model import Document
from cleaner.pipeline import Cleaner
from cleaner.rules import pattern
from conftest import LINE_RULE, PROSE, RAW, Command, read_lines, read_outputs, read_tree, write_pack, write_tree

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def leave_nothing_half_written(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.partial"))


# No documents: the bytes, and what the message must say.
NO_TEXT = {
    "picture.txt": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "no text"),
    "archive.txt": (b"PK\x03\x04\x14\0\0\0\x08\0" * 9, "no text"),
    "zeros.txt": (b"\0" * 100, "zero byte"),
    "controls.txt": (b"\x01\x02\x03\x04\x05\x06\x07\x08" * 20, "control characters"),
    "utf-16-without-mark.txt": (PROSE.encode("utf-16-le"), "UTF-16 without its mark"),
    "utf-16-torn.txt": ((MARK + PROSE).encode("utf-16-le")[:-1], "utf-16-le"),
    "utf-16-lone-surrogate.txt": ((MARK + "ab\ud800cd").encode("utf-16-le", "surrogatepass"), "utf-16-le"),
    "utf-32-torn.txt": ((MARK + PROSE).encode("utf-32-be")[:-2], "utf-32-be"),
    "page-without-text.html": (b"<html><head><title>A</title></head><body></body></html>", "no main text"),
    "page-of-nothing.html": (b"", "no main text"),
    "page-that-is-a-picture.html": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no text"),
}


@pytest.mark.parametrize(
    ("name", "content", "fragment"), [(name, *rest) for name, rest in NO_TEXT.items()], ids=NO_TEXT
)
@pytest.mark.parametrize("place", ["folder", "alone"])
def test_file_that_is_no_text_is_a_recorded_failure(
    name: str, content: bytes, fragment: str, place: str, tmp_path: Path, run: Command
) -> None:
    others = {"a.txt": RAW, "z.txt": RAW} if place == "folder" else {}
    write_tree(tmp_path / "raw", {name: content, **others})
    done = run("clean", "raw" if others else f"raw/{name}", "-o", "out/")
    assert (done.status, done.out) == (3, "")
    assert f"cleaner: {name}: " in done.err
    assert read_outputs(tmp_path / "out") == dict.fromkeys(others, PROSE)
    audit = tmp_path / "out/.cleaner"
    (failure,) = read_lines(audit / "failures.jsonl")
    error = failure.pop("error")
    assert failure == {"doc": name, "source": name, "record": 0}
    assert fragment in error
    assert error in done.err
    assert {row["doc"] for row in read_lines(audit / "manifest.jsonl")} == others.keys()
    assert {row["doc"] for row in read_lines(audit / "ledger.jsonl")} == others.keys()
    assert msgspec.json.decode((audit / "report.json").read_bytes())["failed"] == 1


# Odd, but documents: the bytes, and the clean text.
ODD_TEXT = {
    "empty": (b"", ""),
    "spaces-only": (b" \t\n \n\n", ""),
    "a-mark-only": (MARK.encode(), ""),
    "one-letter": (b"a", "a\n"),
    "no-last-newline": (PROSE.strip().encode(), PROSE),
    "utf-8-with-mark": ((MARK + RAW).encode(), PROSE),
    "utf-16-le-with-mark": ((MARK + RAW).encode("utf-16-le"), PROSE),
    "utf-16-be-with-mark": ((MARK + RAW).encode("utf-16-be"), PROSE),
    "utf-32-le-with-mark": ((MARK + RAW).encode("utf-32-le"), PROSE),
    "one-byte-not-utf-8": (
        "Sie sagte: schön und größer.\n".encode() + b"caf\xe9\n",
        "Sie sagte: schön und größer.\ncafé\n",
    ),
    "windows-1252": ("The café’s déjà vu — naïve.\n".encode("cp1252"), "The café’s déjà vu — naïve.\n"),
    "thai-without-a-mark": ("ภาษาไทยเป็นภาษาที่มีระดับเสียง\n".encode("cp874"), "ภาษาไทยเป็นภาษาที่มีระดับเสียง\n"),
    "cut-in-a-letter": (PROSE.encode() + "é".encode()[:1], None),
    "short-with-a-bell": (b"Short note.\x07\n", "Short note.\n"),
    "form-feeds": (b"One\x0cTwo\n", None),
    "terminal-codes": (PROSE.encode() + b"\x1b[31mred\x1b[0m\n", PROSE + "red\n"),
    "old-mac-line-ends": (RAW.replace("\n", "\r").encode(), PROSE),
    "every-code-point-block": ("".join(map(chr, range(0x21, 0xD7FF, 97))).encode(), None),
    "run-of-dots-inside-a-line": (b"One " + b"." * 20_000 + b" two\n", "One " + "." * 20_000 + " two\n"),
    "very-many-blank-lines": (b"\n" * 100_000, ""),
    "very-many-lines": (PROSE.encode() + b"- a\n" * 5_000, PROSE + "- a\n" * 5_000),
}


@pytest.mark.parametrize(("content", "wanted"), ODD_TEXT.values(), ids=ODD_TEXT)
def test_odd_text_is_cleaned_and_can_be_restored(
    content: bytes, wanted: str | None, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {"raw/a.txt": content})
    done = run("clean", "raw", "-o", "out")
    assert done.status == 0, done.err
    assert wanted is None or read_outputs(tmp_path / "out") == {"a.txt": wanted}
    assert run("restore", "out", "-o", "back").status == 0
    assert (tmp_path / "back/a.txt").read_bytes().decode() == decode(content).text


def test_empty_document_is_told_of_and_is_no_failure(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {"a.txt": RAW, "e.txt": b"", "r.jsonl": '{"text":" "}\n'})
    done = run("clean", "raw", "-o", "out")
    assert done.status == 0
    assert "e.txt: empty" in done.err
    assert (tmp_path / "out/e.txt").read_bytes() == b""
    assert (tmp_path / "out/r.jsonl").read_text() == '{"text":""}\n'
    assert read_lines(tmp_path / "out/.cleaner/failures.jsonl") == []


UNREADABLE = {
    "dangling-link": lambda path: path.symlink_to("nowhere"),
    "link-to-itself": lambda path: path.symlink_to(path.name),
    "read-error": lambda path: path.symlink_to("/proc/self/mem"),
    "no-permission": lambda path: (path.write_text(RAW), path.chmod(0)),
}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", ["m.txt", "m.jsonl", "m.html"])
@pytest.mark.parametrize("place", ["in-a-folder", "named"])
def test_unreadable_file_is_a_recorded_failure(make: Any, name: str, place: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {"a.txt": RAW, "z.txt": RAW})
    path = tmp_path / "raw" / name
    make(path)
    if path.is_file() and os.access(path, os.R_OK) and not (path.is_symlink() and Path("/proc/self/mem").exists()):
        pytest.skip("this user may read everything")
    done = run(
        "clean", *(["raw"] if place == "in-a-folder" else ["raw/a.txt", f"raw/{name}", "raw/z.txt"]), "-o", "out"
    )
    assert done.status == 3
    assert name in done.err
    assert read_outputs(tmp_path / "out") == {"a.txt": PROSE, "z.txt": PROSE}
    (failure,) = read_lines(tmp_path / "out/.cleaner/failures.jsonl")
    assert failure["source"].endswith(name)
    assert failure["error"]


def test_folder_with_the_name_of_a_text_is_a_folder(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/a.txt/b.txt": RAW})
    assert run("clean", "raw", "-o", "out").status == 0
    assert read_outputs(tmp_path / "out") == {"a.txt/b.txt": PROSE}


NAMES = {
    "spaces-and-quotes": 'it\'s "a" note.txt',
    "glob-signs": "[a]*?.txt",
    "line-break": "a\nb.txt",
    "letters": "Größe – 日本.txt",
    "option-like": "--out.txt",
    "no-suffix": "note",
    "capitals": "NOTE.TXT",
    "long": "n" * 251 + ".txt",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("place", ["folder", "file"])
def test_file_name_does_not_matter(name: str, place: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {name: RAW, "z.txt": RAW})
    done = run("clean", "raw" if place == "folder" else f"raw/{name}", "-o", "out/")
    assert done.status == 0, done.err
    assert read_outputs(tmp_path / "out") == {name: PROSE} | ({"z.txt": PROSE} if place == "folder" else {})
    assert run("restore", "out", "-o", "back").status == 0
    assert read_tree(tmp_path / "back")[name].decode() == RAW


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_name_that_is_not_utf_8_is_written_out(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {os.fsdecode(b"caf\xe9.txt"): RAW})
    assert run("clean", "raw", "-o", "out").status == 0
    assert read_outputs(tmp_path / "out") == {r"caf\xe9.txt": PROSE}
    assert run("restore", "out", "-o", "back").status == 0
    assert read_tree(tmp_path / "back")[r"caf\xe9.txt"].decode() == RAW


GOOD_RECORD = f'{{"text":{msgspec.json.encode(RAW).decode()}}}\n'
CLEAN_RECORD = f'{{"text":{msgspec.json.encode(PROSE).decode()}}}\n'
# A JSON line that holds no document, and what the message must say.
BAD_RECORDS = {
    "torn": (b'{"text":"a', "not a JSON object"),
    "no-json": (b"Leave a Reply", "not a JSON object"),
    "single-quotes": (b"{'text':'a'}", "not a JSON object"),
    "comma-at-the-end": (b'{"text":"a",}', "not a JSON object"),
    "two-objects": (b'{"text":"a"} {"text":"b"}', "not a JSON object"),
    "list": (b'["a"]', "not a JSON object"),
    "text": (b'"a"', "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "raw-tab-in-a-text": (b'{"text":"a\tb"}', "not a JSON object"),
    "not-a-number": (b'{"text":"a","n":NaN}', "not a JSON object"),
    "zero-bytes": (b"\0\0\0\0", "not a JSON object"),
    "not-utf-8": (b'{"text":"caf\xe9"}', "not UTF-8"),
    "not-utf-8-in-another-field": (b'{"text":"a","o":"caf\xe9"}', "not UTF-8"),
    "not-utf-8-behind-a-text-that-is": (b'{"text":"caf\xc3\xa9","o":"caf\xe9"}', "not UTF-8: byte 24"),
    "not-utf-8-and-no-text-field": (b'{"body":"caf\xe9"}', "not UTF-8: byte 12"),
    "not-utf-8-in-a-name": (b'{"caf\xe9":1,"text":"a"}', "not UTF-8: byte 5"),
    "not-utf-8-and-no-object": (b'["caf\xe9"]', "not UTF-8: byte 5"),
    "surrogate-bytes": (b'{"text":"\xed\xa0\x80"}', "not UTF-8"),
    "no-text-field": (b'{"body":"a","id":"b"}', "no field 'text' (its fields: body, id); name it with --text-field"),
    "no-fields": (b"{}", "no field 'text'"),
    "text-null": (b'{"text":null}', "holds null"),
    "text-number": (b'{"text":5}', "holds a number"),
    "text-float": (b'{"text":1.5}', "holds a number"),
    "text-truth": (b'{"text":true}', "holds a truth value"),
    "text-list": (b'{"text":["a"]}', "holds a list"),
    "text-object": (b'{"text":{"a":1}}', "holds an object"),
    "half-a-surrogate-pair": (rb'{"text":"a\ud83d b"}', "surrogate"),
    "surrogate-at-the-end": (rb'{"text":"a\ud83d"}', "surrogate"),
    "nested-too-deep": (b'{"text":"a","o":' + b"[" * 200_000 + b"]" * 200_000 + b"}", ""),
    "text-nested-too-deep": (b'{"text":' + b"[" * 200_000 + b"]" * 200_000 + b"}", ""),
    "torn-nested-deep": (b'{"text":' + b"[" * 200_000, ""),
}


@pytest.mark.parametrize(("line", "fragment"), BAD_RECORDS.values(), ids=BAD_RECORDS)
def test_line_that_is_no_record_is_a_recorded_failure(line: bytes, fragment: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"in.jsonl": GOOD_RECORD.encode() + line + b"\n" + GOOD_RECORD.encode()})
    done = run("clean", "in.jsonl", "-o", "out.jsonl")
    assert done.status == 3, done.err
    assert (tmp_path / "out.jsonl").read_text() == CLEAN_RECORD * 2
    (failure,) = read_lines(tmp_path / "out.jsonl.cleaner/failures.jsonl")
    error = failure.pop("error")
    assert failure == {"doc": "in.jsonl:2", "source": "in.jsonl", "record": 2}
    assert fragment in error
    assert f"cleaner: in.jsonl:2: {error}" in done.err
    assert [row["record"] for row in read_lines(tmp_path / "out.jsonl.cleaner/manifest.jsonl")] == [1, 3]


def test_lone_surrogate_in_another_field_stays_or_is_named(run: Command) -> None:
    line = r'{"text":"a\n","o":"\ud83d"}' + "\n"
    done = run("clean", "-", "--from", "jsonl", stdin=line.encode())
    assert (done.status, done.out) == (0, line) or (done.status == 3 and "surrogate" in done.err)


def test_records_that_all_fail_leave_an_empty_file_and_the_names_of_their_fields(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"in.jsonl": '{"body":"a"}\n' * 3})
    done = run("clean", "in.jsonl", "-o", "out.jsonl", "--json")
    assert done.status == 3
    assert msgspec.json.decode(done.out)["failed"] == 3
    assert "its fields: body" in done.err
    assert (tmp_path / "out.jsonl").read_bytes() == b""


PAGE = f"<html><head>%s</head><body><article><p>{PROSE * 4}</p></article></body></html>"
CHARSETS = [
    "undefined",
    "punycode",
    "idna",
    "hex",
    "utf-7",
    "unicode_escape",
    "no-such-charset",
    "utf-16",
    "x" * 40,
    "mbcs",
]


@pytest.mark.parametrize("charset", CHARSETS)
def test_page_with_a_hostile_charset_harms_nobody(charset: str, tmp_path: Path, run: Command) -> None:
    page = (PAGE % f'<meta charset="{charset}">').encode().replace(b"Monday", b"Mo\xe9nday\\x")
    write_tree(tmp_path / "raw", {"a.html": page, "b.html": PAGE % ""})
    done = run("clean", "raw", "-o", "out")
    assert done.status in {0, 3}
    assert read_outputs(tmp_path / "out")["b.html.txt"].startswith(PROSE.strip())


PAGES = {
    "deep": "<div>" * 50_000 + PROSE,
    "torn": PAGE[:-40],
    "tag-without-end": "<" * 10_000 + PROSE,
    "zero-width-and-controls": PAGE.replace("Monday", "Mon&#0;day&#xD800;&#x110000;\x01"),
    "entities": PAGE.replace("Monday", "&" * 1_000),
    "xml-in-another-encoding": '<?xml version="1.0" encoding="utf-16"?>' + PAGE,
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_broken_page_harms_nobody(page: str, tmp_path: Path, run: Command) -> None:
    write_tree(
        tmp_path / "raw",
        {"a.html": page, "b.txt": RAW, "c.jsonl": f'{{"page":{msgspec.json.encode(page).decode()}}}\n'},
    )
    done = run("clean", "raw", "-o", "out", "--html-field", "page")
    assert done.status in {0, 3}
    assert read_outputs(tmp_path / "out")["b.txt"] == PROSE


@pytest.mark.parametrize("error", [ValueError("odd"), RecursionError("deep"), MemoryError(), KeyError("x")], ids=repr)
@pytest.mark.parametrize("part", ["extract", "decode", "clean"])
def test_error_that_nobody_expected_is_the_failure_of_one_document(
    error: Exception, part: str, tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(given: Any, *_: Any, **__: Any) -> Any:
        text = given.text if isinstance(given, Document) else given
        if ("bad" if isinstance(text, str) else b"bad") in text:
            raise error
        return original(given, *_, **__)

    owner: Any = entries
    name = part
    if part == "clean":
        owner, name = Cleaner(), "clean_document"
        monkeypatch.setattr("cleaner.cli.options.RuleOptions.make_cleaner", lambda _: owner)
    original = getattr(owner, name)
    monkeypatch.setattr(owner, name, fail)
    bad = PAGE.replace("Monday", "a bad day") % ""
    good = {"a.html": PAGE % "", "z.html": PAGE % ""}
    records = "".join(f'{{"page":{msgspec.json.encode(page).decode()}}}\n' for page in (PAGE, bad, PAGE))
    write_tree(tmp_path / "raw", {**good, "m.html": bad, "r.jsonl": records})
    done = run("clean", "raw", "-o", "out", "--html-field", "page")
    assert done.status == 3
    outputs = read_outputs(tmp_path / "out")
    assert outputs.keys() == {"a.html.txt", "z.html.txt", "r.jsonl"}
    failures = {row["doc"]: row["error"] for row in read_lines(tmp_path / "out/.cleaner/failures.jsonl")}
    assert failures.keys() == ({"m.html"} if part == "decode" else {"m.html", "r.jsonl:2"})
    assert all(type(error).__name__ in told for told in failures.values())


HUGE_BYTES = 50_000_000
HUGE_LINES = {
    "ascii": "the sea was calm " + "x" * 1_000 + " ",
    "some-letters": "the sea — was calm, déjà vu " + "x" * 1_000 + " ",
}


@pytest.mark.parametrize("piece", HUGE_LINES.values(), ids=HUGE_LINES)
def test_line_of_50_megabytes_is_cleaned(piece: str, tmp_path: Path, run: Command) -> None:
    line = piece * (HUGE_BYTES // len(piece.encode()) + 1)
    write_tree(tmp_path, {"raw/huge.txt": f"{line.rstrip()}\n", "raw/z.txt": RAW})
    assert run("clean", "raw", "-o", "out").status == 0
    assert (tmp_path / "out/huge.txt").read_text() == f"{line.rstrip()}\n"
    assert (tmp_path / "out/z.txt").read_text() == PROSE


def test_long_line_keeps_its_spaces_wherever_it_is_read_in_pieces(tmp_path: Path, run: Command) -> None:
    text = "&amp; " + "a " * 550_000 + "end\n"
    write_tree(tmp_path, {"a.txt": text})
    run("clean", "a.txt", "-o", "b.txt")
    assert (tmp_path / "b.txt").read_text() == text.replace("&amp;", "&")


EXAMPLES = r"""examples: ["= Kept\n- Gone", "= Kept"]"""
PACKS = {
    "no-yaml": ("pack: [\n", "packs/bad.yaml:2:1: not YAML"),
    "tab": ("pack: test/bad\n\trules: []\n", "packs/bad.yaml:2:1: not YAML"),
    "empty": ("", "packs/bad.yaml:1:1: the file is empty"),
    "not-utf-8": (b"pack: caf\xe9\n", "packs/bad.yaml:1:1: not UTF-8"),
    "control-character": ("pack: test/\x01bad\n", "packs/bad.yaml:1:1: not YAML"),
    "list": ("- a\n", "packs/bad.yaml:1:1: expected a mapping"),
    "no-rules": ("pack: test/bad\n", "packs/bad.yaml:1:1: key 'rules' is missing"),
    "unknown-key": ("pack: test/bad\nrulez: []\n", "packs/bad.yaml:2:1: unknown key 'rulez' (did you mean 'rules'?)"),
    "two-documents": ("pack: a\n---\npack: b\n", "packs/bad.yaml:2:1: not YAML"),
    "same-name": ("pack: en/comments\nrules: []\n", "packs/bad.yaml:2:8: "),
}


@pytest.mark.parametrize(("pack", "fragment"), PACKS.values(), ids=PACKS)
def test_pack_with_an_error_stops_the_run_before_it_starts(
    pack: str | bytes, fragment: str, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {"raw/a.txt": RAW, "packs/bad.yaml": pack, "packs/worse.yaml": "pack: test/worse\nrules: 5\n"})
    done = run("clean", "raw", "-o", "out", "--rules", "packs")
    assert (done.status, done.out) == (2, "")
    assert fragment in done.err
    assert "packs/worse.yaml:2:8: " in done.err, "all packs are reported at once"
    assert not (tmp_path / "out").exists()


RULES = {
    "no-such-group": r"""
id: a
scope: inline
action: replace
pattern: 'foo'
with: '\2'
examples: ["- foo\n+ bar", "= Kept"]
""",
    "bad-escape": r"""
id: a
scope: inline
action: replace
pattern: '(foo)'
with: '\g<'
examples: ["- foo\n+ bar", "= Kept"]
""",
    "no-near-miss": r"""
id: a
scope: line
phrases: [gone]
examples: ["= Kept\n- Gone"]
""",
    "bad-pattern": rf"""
id: a
scope: line
pattern: 'a(b'
{EXAMPLES}
""",
    "phrase-without-words": rf"""
id: a
scope: line
phrases: ['***']
{EXAMPLES}
""",
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_that_can_not_work_is_refused_with_its_place(rule: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/a.txt": "foo\n"})
    write_pack(tmp_path / "bad.yaml", rule)
    done = run("clean", "raw", "-o", "out", "--rules", "bad.yaml")
    assert (done.status, "bad.yaml:" in done.err, "test/bad/a: " in done.err) == (2, True, True)
    assert not (tmp_path / "out").exists()


SWAP_RULES = [
    r"""
id: there
scope: inline
action: replace
pattern: 'foo'
with: 'bar'
examples: ["- foo\n+ bar", "= Kept"]
""",
    r"""
id: back
scope: inline
action: replace
pattern: 'bar'
with: 'foo'
examples: ["- bar\n+ foo", "= Kept"]
""",
]
GROW_RULE = r"""
id: grow
scope: inline
action: replace
pattern: 'foo'
with: 'foo foo'
examples: ["- foo\n+ foo foo", "= Kept"]
"""


@pytest.mark.parametrize("rules", [SWAP_RULES, [GROW_RULE]], ids=["swap", "grow"])
def test_replacement_that_never_settles_is_the_failure_of_its_documents(
    rules: list[str], tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 0.05)
    write_tree(
        tmp_path / "raw", {"a.txt": RAW, "f.txt": "Some foo is here.\n", "r.jsonl": f'{{"text":"foo"}}\n{GOOD_RECORD}'}
    )
    write_pack(tmp_path / "loop.yaml", *rules)
    done = run("clean", "raw", "-o", "out", "--rules", "loop.yaml")
    assert done.status == 3
    assert read_outputs(tmp_path / "out") == {"a.txt": PROSE, "r.jsonl": CLEAN_RECORD}
    failures = {row["doc"]: row["error"] for row in read_lines(tmp_path / "out/.cleaner/failures.jsonl")}
    assert failures.keys() == {"f.txt", "r.jsonl:1"}
    assert all("test/loop/" in error for error in failures.values()), "the rule is named"


def test_pattern_that_takes_too_long_is_stopped_and_its_rule_named(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 0.05)
    write_pack(tmp_path / "slow.yaml", f"id: slow\nscope: line\npattern: '(a+)+(?<!a)'\n{EXAMPLES}")
    write_tree(tmp_path / "raw", {"a.txt": RAW, "s.txt": "a" * 5_000 + "\n"})
    done = run("clean", "raw", "-o", "out", "--rules", "slow.yaml")
    assert done.status == 3
    assert read_outputs(tmp_path / "out") == {"a.txt": PROSE}
    assert "test/slow/slow" in done.err


def test_place_that_refuses_one_output_is_the_failure_of_its_document(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/a.txt": RAW, "raw/b.txt": RAW, "raw/sub/c.txt": RAW, "raw/z.jsonl": GOOD_RECORD})
    write_tree(tmp_path, {"out/b.txt/there.txt": "A folder.\n", "out/sub": "A file.\n"})
    done = run("clean", "raw", "-o", "out", "--overwrite")
    assert done.status == 3
    wanted = {"a.txt": PROSE, "z.jsonl": CLEAN_RECORD}
    assert read_outputs(tmp_path / "out") == wanted | {"b.txt/there.txt": "A folder.\n", "sub": "A file.\n"}
    audit = tmp_path / "out/.cleaner"
    assert {row["output"] for row in read_lines(audit / "manifest.jsonl")} == wanted.keys()
    assert {row["doc"] for row in read_lines(audit / "failures.jsonl")} == {"b.txt", "sub/c.txt"}


def test_ledger_names_the_rule_of_every_document_beside_a_failure(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {"a.txt": RAW, "b.txt": b"\0", "c.txt": RAW})
    run("clean", "raw", "-o", "out")
    ledger = read_lines(tmp_path / "out/.cleaner/ledger.jsonl")
    assert [row["doc"] for row in ledger if row["rule"] == LINE_RULE] == ["a.txt", "c.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf_8_do_not_replace_others(tmp_path: Path, run: Command) -> None:
    names = [os.fsdecode(b"caf\xe9.txt"), os.fsdecode(b"caf\xe8.txt"), r"caf\xe9.txt", "z.txt"]
    write_tree(tmp_path / "raw", {name: f"{number}\n" for number, name in enumerate(names)})
    done = run("clean", "raw", "-o", "out")
    texts = sorted(read_outputs(tmp_path / "out").values())
    assert texts == ["0\n", "1\n", "2\n", "3\n"] or (done.status == 3 and "caf" in done.err and "3\n" in texts)
