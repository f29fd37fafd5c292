"""Dumps in and out: what a record keeps, what a page becomes, what the audit files hold, and the way back."""

from __future__ import annotations

import hashlib
import resource
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cleaner import Cleaner
from cleaner.cut import cut
from cleaner.dump.audit import manifest_row
from cleaner.dump.entries import Entry
from cleaner.model import Action, Cleaned, Document, Edit, Reason, text_hash
from cleaner.utf8 import encode as encode_text
from conftest import LINE_RULE, PROSE, RAW, Command, read_lines, read_outputs, read_tree, write_pack, write_tree

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Of each way in which a text may be stored and sent, by length and width of its characters.
HASHED = [
    "",
    "a",
    "é",
    "a" * 31,
    "é" * 16,
    "a" * 255,
    "a" * 256,
    "\N{EURO SIGN}" * 30_000,
    "\N{GRINNING FACE}" * 9,
    "half \ud800 of a pair",
]


EDITED = {
    "not": (),
    "at-its-start": ((0, 0, "\N{EURO SIGN}"),),
    "at-its-end": ((-1, -1, "\n"),),
    "in-its-last-half": ((-3, -2, "é"), (-1, -1, "half \ud800")),
    "all-of-it": ((0, -1, ""),),
    "at-both-ends": ((0, 1, ""), (-1, -1, "\n")),
}


@pytest.mark.parametrize("edited", EDITED.values(), ids=EDITED)
@pytest.mark.parametrize("text", [*HASHED, "long \N{EURO SIGN} \udfff" * (1 << 17)], ids=len)
def test_hashes_are_those_of_both_texts(text: str, edited: tuple[tuple[int, int, str], ...]) -> None:
    ends = (len(text) + 1,) * 2  # counted from the end, -1 is behind the last character
    spans = [
        [end % size if end >= 0 else max(0, size + end) for end, size in zip(edit[:2], ends, strict=True)]
        for edit in edited
    ]
    edits = tuple(
        Edit(start, max(start, end), after, Action.REPLACE, Reason("x", 1, "promo"))
        for (start, end), (*_, after) in zip(spans, edited, strict=True)
    )
    cleaned = Cleaned(cut(text, edits), text, edits)
    for encoded in (b"", encode_text(text)):
        entry = Entry("a", 1, "utf-8", Document(text), encoded=encoded)
        row = manifest_row(entry, "in", "out", cleaned, encode_text(cleaned.text))
        assert (row.source_sha256, row.sha256) == (text_hash(text), text_hash(cleaned.text))
    assert text_hash(text) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# JSON values that a program which decodes and encodes them would write in another way.
VALUES = {
    "integer-over-64-bits": "123456789012345678901234567890",
    "float-that-is-whole": "1.0",
    "float-with-exponent": "1E+05",
    "float-with-more-digits-than-fit": "0.1000000000000000055511151231257827",
    "negative-zero": "-0",
    "float-out-of-range": "1e999",
    "escapes": r'"caf\u00e9 \/ \u003c \ud83d\ude00"',
    "raw-letters": '"café \N{GRINNING FACE}"',
    "nested-with-spaces": '{ "b" : [1, 2.50 ,null],\t"a":{} }',
    "nested-with-a-key-twice": '{"a":1,"a":2}',
    "null": "null",
    "truth": "true",
    "empty": '""',
    "residue": '"Leave a Reply &amp; more  "',
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("order", ['{"v":%s,"text":%s}', '{"text":%s,"v":%s}'], ids=["before", "behind"])
def test_other_fields_stay_byte_for_byte(value: str, order: str, run: Command) -> None:
    def line(text: str) -> str:
        return order % ((value, encode(text)) if order.index("v") < order.index("t") else (encode(text), value)) + "\n"

    done = run("clean", "-", stdin=line(RAW).encode())
    assert (done.status, done.out) == (0, line(PROSE))


# Records as they come in -> as they go out, in order; blank lines between records are dropped.
RECORD_FILES: dict[str, tuple[bytes, list[dict[str, Any]]]] = {
    "with-a-mark": (f'{MARK}{{"text":"a"}}\n'.encode(), [{"text": "a\n"}]),
    "with-line-ends-of-windows": (b'{"text":"a"}\r\n{"text":"b"}\r\n', [{"text": "a\n"}, {"text": "b\n"}]),
    "with-blank-lines": (b'\n{"text":"a"}\n \n\n{"text":"b"}\n\n', [{"text": "a\n"}, {"text": "b\n"}]),
    "without-a-last-newline": (b'{"text":"a"}\n{"text":"b"}', [{"text": "a\n"}, {"text": "b\n"}]),
    "with-spaces-around-records": (b' { "text" : "a" , "n" : 1 } \n', [{"text": "a\n", "n": 1}]),
    "with-escaped-names": (b'{"te\\u0078t":"a"}\n', [{"text": "a\n"}]),
    "with-an-empty-text": (b'{"text":"","n":1}\n', [{"text": "", "n": 1}]),
    "with-line-separators-inside": ('{"text":"a","s":"b\u2028c"}\n'.encode(), [{"text": "a\n", "s": "b\u2028c"}]),
    "without-records": (b"", []),
}


@pytest.mark.parametrize(("given", "wanted"), RECORD_FILES.values(), ids=RECORD_FILES)
def test_records_come_out_one_a_line(given: bytes, wanted: list[dict[str, Any]], tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"in.jsonl": given})
    assert run("clean", "in.jsonl", "-o", "out.jsonl").status == 0
    assert read_lines(tmp_path / "out.jsonl") == wanted


SITE_RULE = r"""
id: site
scope: line
phrases: [mind the gap]
domain: harbour.example
examples:
  - text: "= Kept\n- Mind the gap"
    url: https://harbour.example/a
  - "= Kept\n= Mind the gap"
"""
FIELDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "text-field": ("--text-field body", {"body": RAW, "text": RAW}, {"body": PROSE}),
    "url-field": (
        "--url-field link",
        {"text": "a\nMind the gap\n", "link": "https://harbour.example/a"},
        {"text": "a\n"},
    ),
    "default-url": ("", {"text": "a\nMind the gap\n", "url": "https://www.harbour.example/a"}, {"text": "a\n"}),
    "no-url": ("", {"text": "a\nMind the gap\n", "link": "https://harbour.example/a"}, {}),
    "other-site": ("", {"text": "a\nMind the gap\n", "url": "https://other.example/harbour.example"}, {}),
    "url-that-is-none": ("", {"text": "a\nMind the gap\n", "url": "https://[harbour"}, {}),
    "url-that-is-a-number": ("", {"text": "a\nMind the gap\n", "url": 5}, {}),
}


@pytest.mark.parametrize(("options", "given", "changed"), FIELDS.values(), ids=FIELDS)
def test_fields_are_found_by_the_names_that_the_user_gives(
    options: str, given: dict[str, Any], changed: dict[str, Any], tmp_path: Path, run: Command
) -> None:
    write_pack(tmp_path / "site.yaml", SITE_RULE)
    done = run("clean", "-", "--rules", "site.yaml", *options.split(), stdin=f"{encode(given)}\n".encode())
    assert (done.status, msgspec.json.decode(done.out)) == (0, given | changed)


HEADLINES = {
    "named-by-the-title-field": ("title", "Ferry strike enters second week"),
    "named-by-another-field": ("headline", "Ferry strike enters second week"),
}


@pytest.mark.parametrize(("name", "title"), HEADLINES.values(), ids=HEADLINES)
def test_title_field_says_which_line_is_the_headline(name: str, title: str, run: Command) -> None:
    text = f"Harbour Post, Monday, in the north:\n\n{title}\n\n{PROSE}\n{title}\n\nTalks begin at noon.\n"
    record = {name: title, "text": text}
    option = [] if name == "title" else ["--title-field", name]
    done = run("clean", "-", *option, stdin=f"{encode(record)}\n".encode())
    assert msgspec.json.decode(done.out)["text"] == text.replace(f"{PROSE}\n{title}\n", PROSE)
    untold = run("clean", "-", stdin=f"{encode({'text': text})}\n".encode())
    assert msgspec.json.decode(untold.out)["text"] == text, "a near miss: nobody named the headline"


IDS = {
    "text": ('"a"', "a"),
    "number": ("7", "7"),
    "zero": ("0", "0"),
    "number-over-64-bits": ("123456789012345678901234567890", "123456789012345678901234567890"),
    "empty": ('""', "in.jsonl:2"),
    "float": ("1.5", "in.jsonl:2"),
    "truth": ("true", "in.jsonl:2"),
    "null": ("null", "in.jsonl:2"),
    "list": ("[1]", "in.jsonl:2"),
}


@pytest.mark.parametrize(("value", "doc"), IDS.values(), ids=IDS)
@pytest.mark.parametrize("option", ["id", "key"])
def test_document_is_named_by_its_id_or_its_place(
    value: str, doc: str, option: str, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {"in.jsonl": f'\n{{"{option}":{value},"text":{encode(RAW)}}}\n'})
    options = [] if option == "id" else ["--id-field", option]
    assert run("clean", "in.jsonl", "-o", "out.jsonl", *options).status == 0
    audit = tmp_path / "out.jsonl.cleaner"
    assert {row["doc"] for name in ("manifest", "ledger") for row in read_lines(audit / f"{name}.jsonl")} == {doc}


PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Ferry strike enters its second week</title>
<meta property="article:published_time" content="2024-03-05"><link rel="canonical" href="https://harbour.example/ferry"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Ferry strike enters its second week</h1>
<p>{PROSE.strip()}</p><p>A second vote is planned for May, and the unions say that they will wait for it.</p>
<p>Leave a Reply</p></article></body></html>
"""
PAGE_TEXT = f"""Ferry strike enters its second week
{PROSE}A second vote is planned for May, and the unions say that they will wait for it.
"""
PAGE_FACTS = {
    "title": "Ferry strike enters its second week",
    "url": "https://harbour.example/ferry",
    "date": "2024-03-05",
}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="none-given"),
        pytest.param({"title": "Given", "url": "https://given.example/", "date": "2020-01-01"}, id="all-given"),
        pytest.param({"title": None, "url": None, "date": None}, id="all-null"),
        pytest.param({"id": "x", "text": "old text", "date": 20200101}, id="with-an-old-text"),
    ],
)
def test_page_in_a_field_becomes_text_beside_it(given: dict[str, Any], run: Command) -> None:
    record = {"page": PAGE, **given}
    done = run("clean", "-", "--html-field", "page", stdin=f"{encode(record)}\n".encode())
    told = {name: value for name, value in record.items() if value is not None}
    assert msgspec.json.decode(done.out) == PAGE_FACTS | told | {"text": PAGE_TEXT}


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.HTML", "a.xhtml"])
@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="utf-8"?>\n', MARK], ids=["plain", "xml", "mark"])
def test_page_becomes_a_text_file_beside_its_name(name: str, head: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/{name}": head + PAGE})
    assert run("clean", "raw", "-o", "out").status == 0
    assert read_outputs(tmp_path / "out") == {f"{name}.txt": PAGE_TEXT}
    (row,) = read_lines(tmp_path / "out/.cleaner/manifest.jsonl")
    assert {key: row[key] for key in PAGE_FACTS} == PAGE_FACTS


def test_page_and_text_of_one_name_do_not_replace_each_other(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/a.html": PAGE, "raw/a.html.txt": "Another text.\n"})
    done = run("clean", "raw", "-o", "out")
    texts = sorted(read_outputs(tmp_path / "out").values())
    assert texts == sorted([PAGE_TEXT, "Another text.\n"]) or (done.status == 3 and "a.html" in done.err)


def test_records_in_a_json_file_are_not_cleaned_as_text(tmp_path: Path, run: Command) -> None:
    record = '{"text":"They said \\"no\\" &amp; &quot;never&quot;."}\n'
    write_tree(tmp_path, {"dump.json": record})
    done = run("clean", "dump.json", "-o", "out.json")
    out = tmp_path / "out.json"
    assert done.status in {2, 3} or msgspec.json.decode(out.read_bytes()) == {"text": 'They said "no" & "never".\n'}


def test_ledger_says_what_went_where_and_why(tmp_path: Path, run: Command) -> None:
    text = f"{PROSE}Tom &amp; Jerry  \r\n\n\nLeave a Reply\n"
    write_tree(tmp_path, {"raw/sub/a.txt": text, "raw/b.txt": PROSE})
    run("clean", "raw", "-o", "out")
    place = text.index("&amp;")
    repair = {"doc": "sub/a.txt", "line": 2, "rev": 1, "action": "repair"}
    rule = {"doc": "sub/a.txt", "line": 5, "rev": 2, "action": "remove"}
    end = text.index("  \r\n")
    wanted = [
        repair | {"start": place + 1, "end": place + 5, "rule": "repair/entity", "before": "amp;"},
        repair | {"start": end, "end": end + 2, "rule": "repair/trailing-space", "before": "  "},
        repair | {"start": end + 2, "end": end + 4, "rule": "repair/line-end", "before": "\r\n", "after": "\n"},
        repair | {"line": 3, "start": end + 4, "end": end + 6, "rule": "repair/blank-line", "before": "\n\n"},
        rule | {"start": len(text) - 14, "end": len(text), "rule": LINE_RULE, "before": "Leave a Reply\n"},
    ]
    ledger = read_lines(tmp_path / "out/.cleaner/ledger.jsonl")
    assert ledger == wanted
    assert list(ledger[0]) == ["doc", "line", "start", "end", "rule", "rev", "action", "before"]
    assert list(ledger[2]) == ["doc", "line", "start", "end", "rule", "rev", "action", "before", "after"]
    assert all(text[edit["start"] : edit["end"]] == edit["before"] for edit in ledger)


def test_manifest_has_a_row_for_each_document(tmp_path: Path, run: Command) -> None:
    texts = {
        "a.txt": RAW.encode(),
        "sub/b.txt": f"{MARK}{PROSE}".encode("utf-16-le"),
        "c.txt": b"caf\xe9 au lait, d\xe9j\xe0\n",
    }
    records = f"{encode({'id': 'x', 'text': RAW, 'title': 'T', 'url': 'u'})}\n{{torn\n{encode({'text': PROSE})}\n"
    write_tree(tmp_path / "raw", texts | {"d.jsonl": records.encode()})
    assert run("clean", "raw", "-o", "out").status == 3
    rows = {row.pop("doc"): row for row in read_lines(tmp_path / "out/.cleaner/manifest.jsonl")}
    none = {"title": None, "url": None, "date": None}

    def row(
        source: str, given: str, clean: str, edits: int, encoding: str = "utf-8", record: int = 0
    ) -> dict[str, Any]:
        hashes = {"source_sha256": hash_text(given), "sha256": hash_text(clean)}
        return (
            {"source": source, "record": record, "output": source, "encoding": encoding, "edits": edits} | hashes | none
        )

    assert rows == {
        "a.txt": row("a.txt", RAW, PROSE, 2),
        "c.txt": row("c.txt", "café au lait, déjà\n", "café au lait, déjà\n", 0, "cp1252"),
        "x": row("d.jsonl", RAW, PROSE, 2, record=1) | {"title": "T", "url": "u"},
        "d.jsonl:3": row("d.jsonl", PROSE, PROSE, 0, record=3),
        "sub/b.txt": row("sub/b.txt", PROSE, PROSE, 0, "utf-16-le"),
    }


@pytest.mark.parametrize("end", ["\n", ""], ids=["with-a-last-newline", "without"])
def test_report_counts_documents_lines_and_rules(end: str, tmp_path: Path, run: Command) -> None:
    raw = RAW.removesuffix("\n") + end
    write_tree(
        tmp_path / "raw", {"a.txt": raw, "b.txt": PROSE, "c.txt": "", "d.txt": b"\0", "e.png": "x", "f.txt": "  \n"}
    )
    printed = run("clean", "raw", "-o", "out", "--json").out
    report = msgspec.json.decode(printed)
    kept = msgspec.json.decode((tmp_path / "out/.cleaner/report.json").read_bytes())
    assert kept.items() >= report.items()
    assert kept["version"]
    assert Cleaner().rules.fingerprint in kept.values(), "the rules that made the run can be told"
    chars = len(raw) + len(PROSE) + 3
    removed = len("Leave a Reply" + end)
    wanted = {
        "documents": 4,
        "unchanged": 2,
        "empty": 2,
        "failed": 1,
        "passed_over": {"a .png file": 1},
        "interrupted": False,
        "lines": 3,
        "lines_removed": 1,
        "chars": chars,
        "chars_removed": removed,
        "removed_share": round(removed / chars, 6),
        "rules": {LINE_RULE: {"removals": 1, "chars": removed}},
        "categories": {"comments": 1},
    }
    assert {key: report[key] for key in wanted} == wanted


INLINE_RULE = r"""
id: spaces
scope: inline
action: replace
pattern: '\s{3,}'
with: '_'
examples: ["- a   b\n+ a_b", "= a b"]
"""


def test_report_counts_no_line_for_a_span_inside_one(tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "spaces.yaml", INLINE_RULE)
    done = run("clean", "-", "--rules", "spaces.yaml", "--audit", "audit", stdin=b"a    b    c\n")
    assert done.out == "a_b_c\n"
    report = msgspec.json.decode((tmp_path / "audit/report.json").read_bytes())
    assert (report["lines_removed"], report["chars_removed"]) == (0, 6)


DAMAGED = f"It&rsquo;s cafÃ© e\N{COMBINING ACUTE ACCENT}  \n\n\n\x07ok, {PROSE}"
# Sources that cleaning changes in every way there is -> the decoded text that `restore` must give back.
SOURCES: dict[str, tuple[bytes, str]] = {
    "residue": (RAW.encode(), RAW),
    "line-ends": (RAW.replace("\n", "\r\n").encode(), RAW.replace("\n", "\r\n")),
    "mark": ((MARK + RAW).encode(), RAW),
    "utf-16": ((MARK + RAW).encode("utf-16-le"), RAW),
    "windows-1252": (
        "Déjà vu, said the cafés’ owner.\n\nLeave a Reply".encode("cp1252"),
        "Déjà vu, said the cafés’ owner.\n\nLeave a Reply",
    ),
    "damage": (DAMAGED.encode(), DAMAGED),
    "unchanged": (PROSE.encode(), PROSE),
    "all-gone": (b" \n\n", " \n\n"),
    "empty": (b"", ""),
}


@pytest.mark.parametrize("place", ["folder", "file", "audit-elsewhere"])
def test_restore_gives_every_source_back(place: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/{name}.txt": given for name, (given, _) in SOURCES.items()})
    wanted = {f"{name}.txt": text.encode() for name, (_, text) in SOURCES.items()}
    audit = ["--audit", "aside"] if place == "audit-elsewhere" else []
    if place == "file":
        for name in SOURCES:
            run("clean", f"raw/{name}.txt", "-o", f"{name}.clean")
            assert run("restore", f"{name}.clean", "-o", "back", "--overwrite").status == 0
    else:
        run("clean", "raw", "-o", "out", *audit)
        done = run("restore", "out", "-o", "back", *audit)
        assert (done.status, done.out) == (0, "")
        assert f"{len(SOURCES)} of {len(SOURCES)} documents restored" in done.err
    assert read_tree(tmp_path / "back") == wanted


def test_restore_gives_records_back_with_their_other_fields(tmp_path: Path, run: Command) -> None:
    lines = [f'{{"n":1.0,"body":{encode(text)},"m":{{"a" : 1}}}}\n' for _, text in SOURCES.values()]
    write_tree(tmp_path / "raw", {"a.jsonl": "".join(lines), "b/c.jsonl": f"{{torn\n{lines[0]}", "d.txt": RAW})
    run("clean", "raw", "-o", "out", "--text-field", "body")
    assert run("restore", "out", "-o", "back", "--text-field", "body").status == 0
    assert read_tree(tmp_path / "back") == {
        "a.jsonl": "".join(lines).encode(),
        "b/c.jsonl": lines[0].encode(),
        "d.txt": RAW.encode(),
    }


TWO_RECORDS = f"{encode({'text': RAW, 'id': 'one'})}\n{encode({'text': RAW, 'id': 'two'})}\n"
# What happens to the outputs of a run -> the documents that can't be restored, and the files that are.
DAMAGE: dict[str, tuple[dict[str, str | None], list[str], dict[str, str]]] = {
    "text-edited": ({"a.txt": "Edited.\n"}, ["a.txt"], {"b.txt": RAW, "r.jsonl": TWO_RECORDS, "s.jsonl": TWO_RECORDS}),
    "text-gone": ({"a.txt": None}, ["a.txt"], {"b.txt": RAW, "r.jsonl": TWO_RECORDS, "s.jsonl": TWO_RECORDS}),
    "text-longer": ({"b.txt": PROSE + "\n"}, ["b.txt"], {"a.txt": RAW, "r.jsonl": TWO_RECORDS, "s.jsonl": TWO_RECORDS}),
    "record-edited": (
        {"r.jsonl": f"{encode({'text': 'Edited.', 'id': 'one'})}\n{encode({'text': PROSE, 'id': 'two'})}\n"},
        ["one"],
        {"a.txt": RAW, "b.txt": RAW, "r.jsonl": TWO_RECORDS.split("\n")[1] + "\n", "s.jsonl": TWO_RECORDS},
    ),
    "record-gone": (
        {"r.jsonl": f"{encode({'text': PROSE, 'id': 'one'})}\n"},
        ["two"],
        {"a.txt": RAW, "b.txt": RAW, "r.jsonl": TWO_RECORDS.split("\n", maxsplit=1)[0] + "\n", "s.jsonl": TWO_RECORDS},
    ),
    "record-torn": (
        {"r.jsonl": f"{{torn\n{encode({'text': PROSE, 'id': 'two'})}\n"},
        ["one"],
        {"a.txt": RAW, "b.txt": RAW, "r.jsonl": TWO_RECORDS.split("\n")[1] + "\n", "s.jsonl": TWO_RECORDS},
    ),
    "record-without-its-text": (
        {"r.jsonl": f'{{"id":"one"}}\n{encode({"text": PROSE, "id": "two"})}\n'},
        ["one"],
        {"a.txt": RAW, "b.txt": RAW, "r.jsonl": TWO_RECORDS.split("\n")[1] + "\n", "s.jsonl": TWO_RECORDS},
    ),
    "records-gone": ({"r.jsonl": None}, ["one", "two"], {"a.txt": RAW, "b.txt": RAW, "s.jsonl": TWO_RECORDS}),
}


@pytest.mark.parametrize(("damage", "lost", "wanted"), DAMAGE.values(), ids=DAMAGE)
def test_restore_tells_what_was_changed_and_restores_the_rest(
    damage: dict[str, str | None], lost: list[str], wanted: dict[str, str], tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path / "raw", {"a.txt": RAW, "b.txt": RAW, "r.jsonl": TWO_RECORDS, "s.jsonl": TWO_RECORDS})
    run("clean", "raw", "-o", "out")
    for name, text in damage.items():
        path = tmp_path / "out" / name
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    done = run("restore", "out", "-o", "back")
    assert done.status == 3
    assert all(f"cleaner: {doc}: " in done.err for doc in lost)
    assert f"{6 - len(lost)} of 6 documents restored" in done.err
    assert read_tree(tmp_path / "back") == {name: text.encode() for name, text in wanted.items()}


@pytest.mark.parametrize(
    ("audit", "fragment"),
    [
        pytest.param({"manifest.jsonl": None}, "manifest.jsonl: no such file", id="manifest-gone"),
        pytest.param({"ledger.jsonl": None}, "ledger.jsonl: no such file", id="ledger-gone"),
        pytest.param({"manifest.jsonl": "{torn\n"}, "torn", id="manifest-torn"),
        pytest.param({"manifest.jsonl": '{"doc":"a"}\n'}, "another version", id="manifest-of-another-version"),
        pytest.param({"ledger.jsonl": ""}, "torn", id="ledger-too-short"),
        pytest.param({"ledger.jsonl": "{torn\n"}, "torn", id="ledger-torn"),
    ],
)
def test_restore_refuses_audit_files_that_do_not_fit(
    audit: dict[str, str | None], fragment: str, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {"raw/a.txt": RAW})
    run("clean", "raw", "-o", "out")
    for name, text in audit.items():
        path = tmp_path / "out/.cleaner" / name
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    done = run("restore", "out", "-o", "back")
    assert (done.status, fragment in done.err) == (2, True)
    assert not (tmp_path / "back").exists()


def test_restore_does_not_replace_the_outputs_that_it_reads(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/a.txt": RAW})
    run("clean", "raw", "-o", "out")
    assert run("restore", "out", "-o", "out", "--overwrite").status == 2
    assert read_outputs(tmp_path / "out") == {"a.txt": PROSE}


def test_restore_takes_more_shards_than_files_may_be_open(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path / "raw", {f"{number}.jsonl": f"{encode({'text': RAW})}\n" for number in range(50)})
    run("clean", "raw", "-o", "out")
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 30, most))
    try:
        done = run("restore", "out", "-o", "back")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (least, most))
    assert done.status == 0, done.err


def test_restore_of_an_empty_run_is_fine(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/e.png": "x"})
    run("clean", "raw", "-o", "out")
    assert run("restore", "out", "-o", "back").status == 0
