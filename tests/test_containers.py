"""Dumps in every container through the command line: what comes out, under which name, and what is told of faults."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.dump import parquet
from cleaner.dump.codecs import Codec, encode_member
from cleaner.dump.decoded import DecodedFile
from conftest import PROSE, RAW, Command, read_lines, read_tree, write_tree

Record = dict[str, Any]
RECORDS: list[Record] = [{"id": f"r{number}", "text": f"{number}. {RAW}", "n": number} for number in range(7)]
CLEAN: list[Record] = [record | {"text": record["text"].removesuffix("\nLeave a Reply\n")} for record in RECORDS]
SENTENCES = [
    "No boats left the harbour on Monday, and none are planned before Thursday, the port said.",
    "Buses run every ten minutes from the old customs house, where talks begin at noon.",
]
PAGE = (
    f"<html><body><article>{''.join(f'<p>{sentence}</p>' for sentence in SENTENCES)}</article></body></html>".encode()
)
PAGE_TEXT = "".join(f"{sentence}\n" for sentence in SENTENCES).encode()


def as_jsonl(records: list[Record], codec: Codec = Codec.PLAIN) -> bytes:
    lines = [msgspec.json.encode(record) + b"\n" for record in records]
    return b"".join(encode_member(codec, line) for line in lines) or encode_member(codec, b"")


def as_parquet(records: list[Record], **layout: Any) -> bytes:
    out = io.BytesIO()
    schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("n", pa.int64())])
    pq.write_table(pa.Table.from_pylist(records, schema=schema), out, **{"row_group_size": 3} | layout)
    return out.getvalue()


def decoded(content: bytes, codec: Codec) -> bytes:
    return DecodedFile(io.BytesIO(content), codec).read()


def read_records(content: bytes, container: str) -> list[Record]:
    """The records of an output."""
    if container == "parquet":
        return list(pq.read_table(io.BytesIO(content)).to_pylist())
    lines = decoded(content, Codec(container.removeprefix("jsonl").removeprefix("."))).splitlines()
    return [msgspec.json.decode(line) for line in lines]


RECORD_FILES: dict[str, Callable[[list[Record]], bytes]] = {
    "jsonl": as_jsonl,
    "jsonl.gz": lambda records: as_jsonl(records, Codec.GZIP),
    "jsonl.zst": lambda records: as_jsonl(records, Codec.ZSTD),
    "jsonl.xz": lambda records: as_jsonl(records, Codec.XZ),
    "parquet": as_parquet,
}
CODECS = [pytest.param(codec, id=codec or "plain") for codec in Codec]


def ending(codec: Codec) -> str:
    return f".{codec}" if codec else ""


@pytest.mark.parametrize("codec", CODECS)
def test_text_and_page_stay_as_compressed_as_they_are(codec: Codec, tmp_path: Path, run: Command) -> None:
    end = ending(codec)
    given = {f"raw/note.txt{end}": RAW.encode(), f"raw/in/page.html{end}": PAGE, f"raw/README{end}": RAW.encode()}
    write_tree(tmp_path, {name: encode_member(codec, content) for name, content in given.items()})
    assert run("clean", "raw", "-o", "out").status == 0
    outputs = {name: content for name, content in read_tree(tmp_path / "out").items() if not name.startswith(".")}
    assert {name: decoded(content, codec) for name, content in outputs.items()} == {
        f"note.txt{end}": PROSE.encode(),
        f"in/page.html.txt{end}": PAGE_TEXT,
        f"README{end}": PROSE.encode(),
    }
    assert run("restore", "out", "-o", "sources").status == 0
    assert decoded((tmp_path / f"sources/note.txt{end}").read_bytes(), codec) == RAW.encode()


@pytest.mark.parametrize("container", RECORD_FILES)
def test_records_stay_in_their_container(container: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/feed.{container}": RECORD_FILES[container](RECORDS)})
    assert run("clean", "raw", "-o", "out").status == 0
    assert read_records((tmp_path / f"out/feed.{container}").read_bytes(), container) == CLEAN
    restored = run("restore", "out", "-o", "sources")
    assert (restored.status, "7 of 7 documents restored" in restored.err) == (0, True)
    assert read_records((tmp_path / f"sources/feed.{container}").read_bytes(), container) == RECORDS


@pytest.mark.parametrize("to", RECORD_FILES)
@pytest.mark.parametrize("container", RECORD_FILES)
def test_records_go_into_another_container(container: str, to: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/feed.{container}": RECORD_FILES[container](RECORDS)})
    assert run("clean", "raw", "-o", "out", "--to", to).status == 0
    assert run("clean", f"raw/feed.{container}", "-o", f"named.{to}").status == 0
    named = (tmp_path / f"named.{to}").read_bytes()
    assert read_records(named, to) == CLEAN
    assert {f"feed.{to}": named} == {
        name: content for name, content in read_tree(tmp_path / "out").items() if not name.startswith(".")
    }
    ledger = read_lines(tmp_path / "out/.cleaner/ledger.jsonl")
    assert [(record["doc"], record["rule"]) for record in ledger if record["rule"].startswith("en/")] == [
        (record["id"], "en/comments/form-heading") for record in RECORDS
    ]
    assert run("restore", "out", "-o", "sources").status == 0
    assert read_records((tmp_path / f"sources/feed.{to}").read_bytes(), to) == RECORDS


@pytest.mark.parametrize("to", CODECS)
@pytest.mark.parametrize("given", CODECS)
def test_texts_go_into_another_container(given: Codec, to: Codec, tmp_path: Path, run: Command) -> None:
    files = {f"raw/note.md{ending(given)}": RAW.encode(), f"raw/page.htm{ending(given)}": PAGE}
    write_tree(tmp_path, {name: encode_member(given, content) for name, content in files.items()})
    assert run("clean", "raw", "-o", "out", "--to", f"txt{ending(to)}").status == 0
    outputs = {name: content for name, content in read_tree(tmp_path / "out").items() if not name.startswith(".")}
    assert {name: decoded(content, to) for name, content in outputs.items()} == {
        f"note.md{ending(to)}": PROSE.encode(),
        f"page.htm.txt{ending(to)}": PAGE_TEXT,
    }


@pytest.mark.parametrize("container", [name for name in RECORD_FILES if name != "parquet"])
def test_standard_input_keeps_its_container(container: str, tmp_path: Path, run_process: Command) -> None:
    write_tree(tmp_path, {"in": RECORD_FILES[container](RECORDS)})
    code = "import os, sys; os.dup2(os.open('out', os.O_CREAT | os.O_WRONLY), 1); from cleaner.cli import main; main()"
    assert run_process("clean", "-", stdin=(tmp_path / "in").read_bytes(), code=code).status == 0
    assert read_records((tmp_path / "out").read_bytes(), container) == CLEAN


@pytest.mark.parametrize("container", RECORD_FILES)
def test_standard_input_goes_into_another_container(container: str, tmp_path: Path, run: Command) -> None:
    content = RECORD_FILES[container](RECORDS)
    assert run("clean", "-", "--to", "jsonl", stdin=content).out == as_jsonl(CLEAN).decode()
    assert run("clean", "-", "-o", "out.parquet", stdin=content).status == 0
    assert read_records((tmp_path / "out.parquet").read_bytes(), "parquet") == CLEAN
    refused = run("clean", "-", "--to", "parquet", stdin=content)
    assert (refused.status, "can't be streamed" in refused.err) == (2, True)


# Odd files of records -> the records that come out; all of them are fine.
BOM = b"\xef\xbb\xbf"
TWO = as_jsonl(RECORDS[:2])
ODD_RECORDS: dict[str, tuple[str, bytes, list[Record]]] = {
    "gzip-of-nothing": ("a.jsonl.gz", gzip.compress(b""), []),
    "xz-of-nothing": ("a.jsonl.xz", encode_member(Codec.XZ, b""), []),
    "members-cut-within-records": (
        "a.jsonl.gz",
        b"".join(gzip.compress(TWO[start : start + 11]) for start in range(0, len(TWO), 11)),
        CLEAN[:2],
    ),
    "mark-at-the-start": ("a.jsonl.zst", encode_member(Codec.ZSTD, BOM + TWO), CLEAN[:2]),
    "no-newline-at-the-end": ("a.jsonl.gz", gzip.compress(TWO[:-1]), CLEAN[:2]),
    "no-newline-at-the-end-of-parts": (
        "a.jsonl.gz",
        gzip.compress(TWO[:-1]) + gzip.compress(b"\n" + TWO),
        CLEAN[:2] * 2,
    ),
    "blank-lines": ("a.jsonl.xz", encode_member(Codec.XZ, b"\n\n" + TWO + b"\n"), CLEAN[:2]),
    "line-ends-of-windows": ("a.jsonl.gz", gzip.compress(TWO.replace(b"\n", b"\r\n")), CLEAN[:2]),
    "json-ending": ("a.json.gz", gzip.compress(TWO), CLEAN[:2]),
    "large-letters": ("A.JSONL.GZ", gzip.compress(TWO), CLEAN[:2]),
    "parquet-of-nothing": ("a.parquet", as_parquet([]), []),
    "parquet-of-one-row-groups": ("a.pq", as_parquet(RECORDS, row_group_size=1), CLEAN),
}


@pytest.mark.parametrize(("name", "content", "wanted"), ODD_RECORDS.values(), ids=ODD_RECORDS)
def test_odd_file_of_records_is_cleaned(
    name: str, content: bytes, wanted: list[Record], tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {f"raw/{name}": content})
    assert run("clean", "raw", "-o", "out").status == 0
    container = name.lower().partition(".")[2].replace("json.", "jsonl.").replace("pq", "parquet")
    assert read_records((tmp_path / "out" / name).read_bytes(), container) == wanted


def test_row_without_a_text_fails_alone(tmp_path: Path, run: Command) -> None:
    rows = [RECORDS[0], RECORDS[1] | {"text": None}, RECORDS[2]]
    write_tree(tmp_path, {"a.parquet": as_parquet(rows)})
    done = run("clean", "a.parquet", "-o", "out.parquet")
    assert (done.status, "a.parquet:2: column 'text' is null, not a text" in done.err) == (3, True)
    assert read_records((tmp_path / "out.parquet").read_bytes(), "parquet") == [CLEAN[0], CLEAN[2]]
    (failure,) = read_lines(tmp_path / "out.parquet.cleaner/failures.jsonl")
    assert (failure["doc"], failure["source"], failure["record"]) == ("a.parquet:2", "a.parquet", 2)


# Files that can't be read whole -> words of the failure.
GOOD = as_jsonl(RECORDS, Codec.GZIP)
DAMAGED: dict[str, tuple[str, bytes, str]] = {
    "gzip-cut": ("a.jsonl.gz", GOOD[:-9], f"at byte {len(GOOD) - 9}"),
    "zstd-cut": ("a.jsonl.zst", as_jsonl(RECORDS, Codec.ZSTD)[:-1], "cut off"),
    "xz-cut": ("a.jsonl.xz", as_jsonl(RECORDS, Codec.XZ)[:100], "at byte 100"),
    "gzip-damaged": ("a.jsonl.gz", GOOD[:-8] + bytes(8), "damaged"),
    "gzip-with-text-behind": ("a.jsonl.gz", GOOD + b"more", f"what stands at byte {len(GOOD)} is no gzip"),
    "text-gzip-cut": ("a.txt.gz", gzip.compress(RAW.encode())[:-4], "cut off"),
    "page-zstd-cut": ("a.html.zst", encode_member(Codec.ZSTD, PAGE)[:-4], "cut off"),
    "gzip-that-is-none": ("a.jsonl.gz", as_jsonl(RECORDS), "its name says gzip, but it holds none"),
    "text-that-is-gzip": ("a.txt", gzip.compress(RAW.encode()), "rename it to end in .gz"),
    "records-that-are-zstd": ("a.jsonl", as_jsonl(RECORDS, Codec.ZSTD), "it holds zstd, but its name does not say so"),
    "no-byte": ("a.jsonl.gz", b"", "empty"),
    "parquet-cut": ("a.parquet", as_parquet(RECORDS)[:-50], "cut off"),
    "parquet-that-is-none": ("a.parquet", as_jsonl(RECORDS), "its name says Parquet, but it holds none"),
    "parquet-damaged": ("a.parquet", b"PAR1" + bytes(200) + as_parquet(RECORDS)[204:], "damaged: row group 1 of 3"),
    "parquet-without-texts": ("a.parquet", as_parquet(RECORDS).replace(b"text", b"tixt"), "no column 'text'"),
    "parquet-in-gzip": ("a.parquet.gz", gzip.compress(as_parquet(RECORDS)), "compresses inside"),
}


@pytest.mark.parametrize(("name", "content", "words"), DAMAGED.values(), ids=DAMAGED)
def test_file_that_is_not_whole_has_no_output(
    name: str, content: bytes, words: str, tmp_path: Path, run: Command
) -> None:
    output = name.replace(".html", ".html.txt")
    write_tree(tmp_path, {f"raw/{name}": content, "raw/z.txt": RAW, f"out/{output}": "of an earlier run"})
    done = run("clean", "raw", "-o", "out", "--overwrite")
    assert done.status == 3
    assert words in done.err
    tree = read_tree(tmp_path / "out")
    kept = {f"out/{name}"} if "parquet.gz" in name else set()
    assert {f"out/{found}" for found in tree if not found.startswith(".cleaner/")} == {"out/z.txt"} | kept
    (failure,) = read_lines(tmp_path / "out/.cleaner/failures.jsonl")
    assert (failure["doc"], failure["record"]) == (name, 0)
    (row,) = read_lines(tmp_path / "out/.cleaner/manifest.jsonl")
    assert row["doc"] == "z.txt"
    assert all(record["doc"] == "z.txt" for record in read_lines(tmp_path / "out/.cleaner/ledger.jsonl"))


@pytest.mark.parametrize("container", [name for name in RECORD_FILES if name != "jsonl"])
def test_no_cut_leaves_an_output(container: str, tmp_path: Path, run: Command) -> None:
    content = RECORD_FILES[container](RECORDS * 2)
    whole = {len(RECORD_FILES[container](RECORDS * 2)[:0]) if container == "parquet" else 0}
    for count in range(1, 14):
        whole.add(len(RECORD_FILES[container]((RECORDS * 2)[:count])))
    for cut in range(1, len(content), max(1, len(content) // 12)):
        if cut in whole:
            continue
        write_tree(tmp_path, {f"a.{container}": content[:cut]})
        assert run("clean", f"a.{container}", "-o", f"out.{container}").status == 3
        assert not (tmp_path / f"out.{container}").exists()
        assert [row["record"] for row in read_lines(tmp_path / f"out.{container}.cleaner/failures.jsonl")] == [0]


# Commands that make no sense -> status and words.
REFUSED = {
    "name-and-option-differ": (
        "clean raw/a.jsonl -o b.jsonl.gz --to parquet",
        2,
        "named as jsonl.gz, but --to says parquet",
    ),
    "name-that-tells-the-codec-alone": ("clean raw/a.jsonl -o b.gz", 2, "name it b.txt.gz or b.jsonl.gz"),
    "name-and-option-with-another-codec": ("clean raw/a.jsonl -o b.gz --to jsonl.xz", 2, "does not say what it holds"),
    "text-into-records": ("clean raw/a.txt -o b --to jsonl", 3, "it is one text, and jsonl holds records"),
    "text-into-a-name-of-records": ("clean raw/a.txt -o b.parquet", 3, "it is one text, and parquet holds records"),
    "records-into-text": ("clean raw/a.jsonl -o b --to txt.gz", 3, "it holds records, and txt.gz holds one text"),
    "records-into-a-name-of-text": ("clean raw/a.jsonl -o b.txt", 3, "it holds records, and txt holds one text"),
    "two-into-one": ("clean raw -o out --to jsonl", 3, "its output c.jsonl is another document's"),
    "unknown-container": ("clean raw -o out --to csv", 2, "'csv' is not one of"),
    "pages-into-one-text": ("clean raw/p.html -o out/ --to html", 2, "'html' is not one of"),
}


@pytest.mark.parametrize(("command", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_container_that_cannot_be_is_told(command: str, status: int, words: str, tmp_path: Path, run: Command) -> None:
    files: dict[str, str | bytes] = {"a.txt": RAW, "a.jsonl": as_jsonl(RECORDS), "p.html": PAGE}
    same: dict[str, str | bytes] = {"c.jsonl.gz": as_jsonl(RECORDS, Codec.GZIP), "c.parquet": as_parquet(RECORDS)}
    write_tree(tmp_path, {f"raw/{name}": content for name, content in (files | same).items()})
    done = run(*command.split())
    assert (done.status, words in done.err) == (status, True), done.err


def test_forced_format_goes_under_the_codec(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"raw/feed.dat.gz": as_jsonl(RECORDS, Codec.GZIP), "raw/rows.bin": as_parquet(RECORDS)})
    assert run("clean", "raw/feed.dat.gz", "-o", "a", "--from", "jsonl").status == 0
    assert read_records((tmp_path / "a").read_bytes(), "jsonl.gz") == CLEAN
    assert run("clean", "raw/rows.bin", "-o", "b", "--from", "parquet").status == 0
    assert read_records((tmp_path / "b").read_bytes(), "parquet") == CLEAN
    assert run("clean", "raw/feed.dat.gz", "-o", "c.txt", "--from", "txt").status == 0
    assert (tmp_path / "c.txt").read_bytes().startswith(b'{"id":"r0"')
    assert run("clean", "raw/rows.bin", "-o", "d.gz", "--from", "parquet", "--to", "jsonl.gz").status == 0
    assert read_records((tmp_path / "d.gz").read_bytes(), "jsonl.gz") == CLEAN


def test_page_whose_output_would_have_too_long_a_name_is_told(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/{'a' * 250}.html": PAGE, "raw/z.txt": RAW})
    done = run("clean", "raw", "-o", "out")
    assert (done.status, "the name of its output would be too long" in done.err) == (3, True)
    assert (tmp_path / "out/z.txt").read_text() == PROSE


@pytest.mark.parametrize("to", ["parquet", "jsonl.zst"])
def test_rows_are_the_same_from_any_number_of_workers(
    to: str, tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SLICE_BYTES", 2_000)
    rows = [record | {"text": record["text"] if number % 5 else None} for number, record in enumerate(RECORDS * 40)]
    write_tree(tmp_path, {"raw/a.parquet": as_parquet(rows, row_group_size=100)})
    trees = []
    for jobs in ("1", "2", "5"):
        assert run("clean", "raw", "-o", f"out{jobs}", "--to", to, "--jobs", jobs).status == 3
        trees.append(read_tree(tmp_path / f"out{jobs}"))
    assert trees[0] == trees[1] == trees[2]
    assert len(read_lines(tmp_path / "out1/.cleaner/manifest.jsonl")) == 224


@pytest.mark.parametrize("container", [name for name in RECORD_FILES if name != "jsonl"])
def test_output_that_was_damaged_is_not_restored(container: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/a.{container}": RECORD_FILES[container](RECORDS), "raw/b.txt": RAW})
    assert run("clean", "raw", "-o", "out").status == 0
    output = tmp_path / f"out/a.{container}"
    output.write_bytes(output.read_bytes()[:-5])
    done = run("restore", "out", "-o", "sources")
    assert (done.status, "1 of 8 documents restored" in done.err) == (3, True)
    assert read_tree(tmp_path / "sources") == {"b.txt": RAW.encode()}


@pytest.mark.parametrize("container", ["jsonl.gz", "parquet"])
def test_output_that_was_changed_is_told_row_by_row(container: str, tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {f"raw/a.{container}": RECORD_FILES[container](RECORDS)})
    assert run("clean", "raw", "-o", "out").status == 0
    changed = [CLEAN[0], CLEAN[1] | {"text": "Another text.\n"}, *CLEAN[2:6]]
    (tmp_path / f"out/a.{container}").write_bytes(RECORD_FILES[container](changed))
    done = run("restore", "out", "-o", "sources")
    assert (done.status, "5 of 7 documents restored" in done.err) == (3, True)
    assert "r1: out/a." in done.err
    assert "r6: out/a." in done.err
    kept = [RECORDS[0], *RECORDS[2:6]]
    assert read_records((tmp_path / f"sources/a.{container}").read_bytes(), container) == kept
