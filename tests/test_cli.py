"""The command line as users meet it: what goes where, what is told on which stream, and what it exits with."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from conftest import LINE_RULE, MAIN, PROSE, RAW, Command, read_lines, read_outputs, read_tree, write_pack, write_tree

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

RECORD = f'{{"text":{msgspec.json.encode(RAW).decode()}}}\n'
CLEAN_RECORD = f'{{"text":{msgspec.json.encode(PROSE).decode()}}}\n'

GOOD_RULE = r"""
id: sound
scope: line
phrases: [away with it]
examples: ["= Kept\n- Away with it", "= Kept"]
"""
FAILING_RULE = r"""
id: unproven
scope: line
phrases: [away with it]
examples: ["= Kept\n- Something else", "= Kept"]
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A folder with a raw dump, loose files, packs and golden cases."""
    write_tree(
        tmp_path,
        {
            "raw/a.txt": RAW,
            "raw/sub/b.txt": RAW,
            "raw/sub/deep/c.txt": PROSE,
            "twins/x/a.txt": RAW,
            "twins/y/a.txt": RAW,
            "note.txt": RAW,
            "other.txt": RAW,
            "records.jsonl": RECORD * 2,
            "binary.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "full/kept.txt": "there before\n",
            "full/note.txt": "there before\n",
            "golden/raw/case.txt": RAW,
            "golden/clean/case.txt": "not this\n",
            "bad.yaml": "pack: test/bad\nrules: []\n",
        },
    )
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("raw")
    write_pack(tmp_path / "failing.yaml", GOOD_RULE, FAILING_RULE)
    return tmp_path


@dataclass(frozen=True)
class Told:
    """A command and what it must tell: a fragment for each stream, where an empty one means silence."""

    arguments: str
    status: int
    out: str = ""
    err: str = ""
    stdin: str = ""


PROCESSES = {
    "version": Told("--version", 0, out="cleaner, version "),
    "help": Told("clean --help", 0, out="--text-field"),
    "unknown-command": Told("claen raw", 2, err="No such command"),
    "unknown-option": Told("clean raw --colour", 2, err="--colour"),
    "nothing-to-clean": Told("clean", 2, err="Missing argument"),
    "missing-input": Told("clean gone.txt -o out", 2, err="gone.txt: no such file or folder"),
    "broken-pack": Told("clean raw -o out --rules bad.yaml", 2, err="bad.yaml:2:8: "),
    "folder": Told("clean raw -o out", 0, err="3 documents cleaned"),
    "folder-quietly": Told("clean raw -o out --quiet", 0),
    "folder-for-a-program": Told("clean raw -o out --json", 0, out='"documents": 3,'),
    "file-to-stdout": Told("clean note.txt", 0, out=PROSE),
    "stdin-text": Told("clean -", 0, out=PROSE, stdin=RAW),
    "stdin-records": Told("clean -", 0, out=CLEAN_RECORD * 2, stdin=RECORD * 2),
    "some-failed": Told("clean raw binary.txt -o out", 3, err="binary.txt: no text"),
    "all-failed": Told("clean binary.txt", 3, err="binary.txt: no text"),
    "rules-that-pass": Told("rules test --profile light", 0, out="validated"),
    "rules-that-fail": Told("rules test --rules failing.yaml", 1, out="test/failing/unproven: missing"),
    "regression": Told("regress", 1, out="clean/case.txt: differs"),
    "restore-without-audit": Told("restore full -o back", 2, err="manifest.jsonl"),
}


@pytest.mark.parametrize("told", PROCESSES.values(), ids=PROCESSES)
def test_process_exits_and_tells_on_the_right_stream(told: Told, dump: Path, run_process: Command) -> None:
    done = run_process(*told.arguments.split(), stdin=told.stdin.encode())
    assert done.status == told.status, done.err
    assert (told.out in done.out) if told.out else (done.out == "")
    assert (told.err in done.err) if told.err else (done.err == "")
    assert "Traceback" not in done.err
    assert "\x1b" not in done.told, "no codes for terminals where output is piped"


# What users get wrong: the arguments, and what the message must hold.
REFUSED = {
    "folder-without-a-place-to-go": ("clean raw", "-o"),
    "folder-with-the-out-option-forgotten": ("clean raw out", "-o"),
    "folder-to-stdout": ("clean raw -o -", "folder"),
    "several-files-to-stdout": ("clean note.txt other.txt", "-o"),
    "report-where-the-text-goes": ("clean note.txt --json", "-o"),
    "stdin-among-others": ("clean - note.txt -o out", "alone"),
    "stdin-into-a-folder": ("clean - -o empty", "empty"),
    "glob-that-matches-nothing": ("clean raw/*.text -o out", "raw/*.text"),
    "url-as-an-input": ("clean https://harbour.example/a -o out", "no such file"),
    "out-inside-in": ("clean raw -o raw/clean", "inside"),
    "out-inside-in-behind-a-link": ("clean link -o raw/clean", "inside"),
    "in-inside-out": ("clean raw/sub -o raw", "raw"),
    "out-is-in": ("clean raw -o raw --overwrite", "raw"),
    "out-is-in-behind-a-link": ("clean raw -o link --overwrite", "raw"),
    "file-onto-itself": ("clean note.txt -o note.txt --overwrite", "note.txt"),
    "file-into-its-own-folder": ("clean raw/a.txt -o raw --overwrite", "a.txt"),
    "files-onto-themselves": ("clean twins/x/a.txt twins/y/a.txt -o twins --overwrite", "twins"),
    "glob-onto-itself": ("clean twins/*/*.txt -o twins --overwrite", "twins"),
    "folder-into-a-full-one": ("clean raw -o full", "--overwrite"),
    "file-over-another": ("clean note.txt -o other.txt", "--overwrite"),
    "file-over-another-in-a-folder": ("clean note.txt -o full", "--overwrite"),
    "folder-into-a-file": ("clean raw -o note.txt", "note.txt"),
    "folder-below-a-file": ("clean raw -o note.txt/out", "note.txt"),
    "audit-files-into-a-file": ("clean raw -o out --audit note.txt", "note.txt"),
    "audit-files-among-the-inputs": ("clean raw -o out --audit raw/audit", "raw"),
    "unknown-profile": ("clean raw -o out --profile artcle", "did you mean 'article'?"),
    "unknown-encoding": ("clean raw -o out --encoding utf-9", "utf-9"),
    "encoding-that-is-no-charset": ("clean raw -o out --encoding undefined", "undefined"),
    "unknown-format": ("clean raw -o out --from jsnol", "jsonl"),
    "unknown-rules": ("clean raw -o out --rules nowhere", "nowhere"),
    "folder-without-packs": ("clean raw -o out --rules empty", "no packs"),
    "unknown-rule": ("rules show form-heading", f"did you mean '{LINE_RULE}'?"),
    "regress-without-cases": ("regress empty", "golden add"),
    "restore-of-nothing": ("restore gone -o back", "gone"),
    "restore-into-a-full-folder": ("restore raw -o full", "--overwrite"),
}


@pytest.mark.parametrize(("arguments", "fragment"), REFUSED.values(), ids=REFUSED)
def test_mistake_is_refused_before_anything_is_written(arguments: str, fragment: str, dump: Path, run: Command) -> None:
    before = {path: path.is_file() and path.read_bytes() for path in dump.rglob("*")}
    done = run(*arguments.split())
    assert done.status == 2
    assert done.out == ""
    assert fragment in done.err
    assert {path: path.is_file() and path.read_bytes() for path in dump.rglob("*")} == before


@pytest.mark.parametrize("option", ["IN", "--rules"])
def test_empty_name_is_not_the_current_folder(option: str, dump: Path, run: Command) -> None:
    arguments = {"IN": ["clean", ""], "--rules": ["clean", "note.txt", "--rules", ""]}[option]
    out = dump.parent / f"{dump.name}-out"
    assert run(*arguments, "-o", out).status == 2
    assert not out.exists()


NESTED = {"a.txt": PROSE, "sub/b.txt": PROSE, "sub/deep/c.txt": PROSE}
# Inputs and OUT -> the documents that must stand below OUT (a file is its own name).
PLACES: dict[str, tuple[str, str, dict[str, str]]] = {
    "folder": ("raw", "out", NESTED),
    "folder-with-slashes": ("raw/", "out/", NESTED),
    "folder-behind-dots": ("raw/../raw/./sub/..", "out", NESTED),
    "folder-behind-a-link": ("link", "out", NESTED),
    "folder-into-an-empty-one": ("raw", "empty", NESTED),
    "folder-into-a-new-tree": ("raw", "new/tree/out", NESTED),
    "file-to-file": ("note.txt", "clean.txt", {"clean.txt": PROSE}),
    "file-to-file-in-a-new-folder": ("note.txt", "new/clean.txt", {"clean.txt": PROSE}),
    "file-into-a-folder": ("note.txt", "empty", {"note.txt": PROSE}),
    "file-into-a-new-folder": ("note.txt", "out/", {"note.txt": PROSE}),
    "records-into-a-new-folder": ("records.jsonl", "out/", {"records.jsonl": CLEAN_RECORD * 2}),
    "files-of-one-folder": ("note.txt other.txt", "out", {"note.txt": PROSE, "other.txt": PROSE}),
    "files-of-two-folders": ("raw/a.txt raw/sub/b.txt", "out", {"a.txt": PROSE, "sub/b.txt": PROSE}),
    "files-behind-dots": ("raw/sub/../a.txt raw/sub/b.txt", "out", {"a.txt": PROSE, "sub/b.txt": PROSE}),
    "file-named-twice": (
        "raw/a.txt raw/sub/../a.txt ./raw/a.txt note.txt",
        "out",
        {"raw/a.txt": PROSE, "note.txt": PROSE},
    ),
    "folder-and-file": (
        "raw/sub note.txt",
        "out",
        {"raw/sub/b.txt": PROSE, "raw/sub/deep/c.txt": PROSE, "note.txt": PROSE},
    ),
    "glob": ("*t*.txt", "out", {"note.txt": PROSE, "other.txt": PROSE}),
    "glob-over-folders": ("raw/*/*.txt", "out/", {"b.txt": PROSE}),
    "glob-over-all-folders": ("raw/**/*.txt", "out", NESTED),
}


@pytest.mark.parametrize(("inputs", "out", "wanted"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("is_absolute", [False, True], ids=["relative", "absolute"])
def test_documents_stand_where_the_inputs_say(
    inputs: str, out: str, wanted: dict[str, str], is_absolute: bool, dump: Path, run: Command
) -> None:
    names = [f"{dump}/{name}" if is_absolute else name for name in inputs.split()]
    before = read_tree(dump)
    done = run("clean", *names, "-o", f"{dump}/{out}" if is_absolute else out)
    assert done.status == 0, done.err
    path = dump / out
    assert (read_outputs(path) if path.is_dir() else {path.name: path.read_text()}) == wanted
    audit = path / ".cleaner" if path.is_dir() else path.with_name(path.name + ".cleaner")
    documents = [(row["source"], row["record"]) for row in read_lines(audit / "manifest.jsonl")]
    assert len(documents) == len(set(documents)), "each document once"
    assert {name: read_tree(dump).get(name) for name in before} == before, "inputs stay as they are"


@pytest.mark.parametrize(
    "inputs", [["raw", "raw/sub"], ["raw/sub", "raw"], ["raw/**"], ["raw/*"], ["raw", "raw/a.txt"]]
)
def test_document_named_in_two_ways_is_cleaned_once(inputs: list[str], dump: Path, run: Command) -> None:
    done = run("clean", *inputs, "-o", "out")
    assert done.status == 0, done.err
    assert sorted(Path(name).name for name in read_outputs(dump / "out")) == ["a.txt", "b.txt", "c.txt"]
    assert len(read_lines(dump / "out/.cleaner/manifest.jsonl")) == 3


@pytest.mark.parametrize(
    ("arguments", "audit"),
    [
        pytest.param("clean raw -o out", "out/.cleaner", id="folder"),
        pytest.param("clean note.txt -o empty", "empty/.cleaner", id="file-into-a-folder"),
        pytest.param("clean note.txt -o clean.txt", "clean.txt.cleaner", id="file"),
        pytest.param("clean records.jsonl -o new/clean.jsonl", "new/clean.jsonl.cleaner", id="records"),
        pytest.param("clean - -o clean.txt", "clean.txt.cleaner", id="stdin"),
        pytest.param("clean raw -o out --audit aside/of/it", "aside/of/it", id="folder-asked"),
        pytest.param("clean note.txt --audit aside", "aside", id="stdout-asked"),
        pytest.param("clean - --audit aside", "aside", id="stdin-to-stdout-asked"),
        pytest.param("clean note.txt", None, id="stdout"),
        pytest.param("clean - -o -", None, id="stdin-to-stdout"),
    ],
)
def test_audit_files_stand_where_the_design_says(arguments: str, audit: str | None, dump: Path, run: Command) -> None:
    files = {"manifest.jsonl", "ledger.jsonl", "failures.jsonl", "report.json"}
    before = read_tree(dump).keys()
    assert run(*arguments.split(), stdin=RAW.encode()).status == 0
    new = {name for name in read_tree(dump).keys() - before if Path(name).name in files}
    assert new == ({f"{audit}/{name}" for name in files} if audit else set())


@pytest.mark.parametrize(
    ("out", "later"),
    [
        pytest.param("raw -o out", "note.txt -o out", id="file-into-the-folder-of-a-run"),
        pytest.param("note.txt -o out/", "other.txt -o out", id="second-file-into-a-folder"),
        pytest.param("note.txt -o one.txt --audit aside", "other.txt -o two.txt --audit aside", id="same-audit-folder"),
    ],
)
def test_later_run_does_not_lose_the_ledger_of_an_earlier_one(out: str, later: str, dump: Path, run: Command) -> None:
    audit = dump / ("aside" if "aside" in out else "out/.cleaner")
    run("clean", *out.split())
    earlier = (audit / "ledger.jsonl").read_text()
    assert earlier
    assert run("clean", *later.split()).status == 2 or earlier in (audit / "ledger.jsonl").read_text()


def test_overwrite_replaces_outputs_and_leaves_other_files(dump: Path, run: Command) -> None:
    assert run("clean", "raw/a.txt", "note.txt", "-o", "full", "--overwrite").status == 0
    assert read_outputs(dump / "full") == {"kept.txt": "there before\n", "note.txt": PROSE, "raw/a.txt": PROSE}


def test_overwrite_keeps_a_pipe_a_pipe(dump: Path, run: Command) -> None:
    os.mkfifo(dump / "pipe")
    assert run("clean", "note.txt", "-o", "pipe", "--overwrite").status == 2
    assert (dump / "pipe").is_fifo()


def test_overwrite_leaves_no_old_output_of_a_document_that_fails_now(dump: Path, run: Command) -> None:
    run("clean", "raw", "-o", "out")
    (dump / "raw/a.txt").write_bytes(b"\0")
    assert run("clean", "raw", "-o", "out", "--overwrite").status == 3
    assert read_outputs(dump / "out").keys() == {"sub/b.txt", "sub/deep/c.txt"}


def test_missing_name_among_others_does_not_turn_the_folder_into_a_file(dump: Path, run: Command) -> None:
    done = run("clean", "note.txt", "gone.txt", "-o", "out")
    assert (done.status, "gone.txt: no such file or folder" in done.err) == (3, True)
    assert read_outputs(dump / "out") == {"note.txt": PROSE}


def test_hidden_and_foreign_files_are_passed_over_and_counted(dump: Path, run: Command) -> None:
    write_tree(
        dump / "raw", {".hidden.txt": RAW, ".git/note.txt": RAW, "picture.png": b"\x89PNG\0", "table.csv": "a,b\n"}
    )
    done = run("clean", "raw", "-o", "out")
    assert done.status == 0
    assert read_outputs(dump / "out") == NESTED
    assert "passed over: 1 x a .csv file, 1 x a .png file" in done.err or "1 x a .png file, 1 x a .csv file" in done.err


def test_linked_folder_is_cleaned_or_told_of(dump: Path, run: Command) -> None:
    write_tree(dump / "linked", {"d.txt": RAW})
    (dump / "raw/elsewhere").symlink_to("../linked")
    done = run("clean", "raw", "-o", "out")
    assert "elsewhere/d.txt" in read_outputs(dump / "out") or "elsewhere" in done.err or "link" in done.err


def test_cleaning_an_output_folder_again_leaves_its_audit_files_alone(dump: Path, run: Command) -> None:
    run("clean", "raw", "-o", "once")
    assert run("clean", "once", "-o", "twice").status == 0
    assert read_outputs(dump / "twice") == read_outputs(dump / "once") == NESTED


def test_audit_folder_beside_a_file_is_no_input(dump: Path, run: Command) -> None:
    run("clean", "raw/a.txt", "-o", "raw/z.txt")
    assert run("clean", "raw", "-o", "out").status == 0
    assert read_outputs(dump / "out").keys() == {*NESTED, "z.txt"}


@pytest.mark.parametrize(
    ("format_", "content", "wanted"),
    [
        pytest.param("txt", RECORD, RECORD, id="txt"),
        pytest.param("jsonl", RECORD, CLEAN_RECORD, id="jsonl"),
        pytest.param(
            "html", f"<html><body><article><p>{PROSE * 5}</p></article></body></html>", PROSE.strip(), id="html"
        ),
    ],
)
@pytest.mark.parametrize("place", ["file", "folder", "stdin"])
def test_format_is_as_the_user_says(
    format_: str, content: str, wanted: str, place: str, tmp_path: Path, run: Command
) -> None:
    write_tree(tmp_path, {"in/part-0001.dat": content})
    name = {"file": "in/part-0001.dat", "folder": "in", "stdin": "-"}[place]
    done = run(
        "clean", name, "--from", format_, "-o", "out" if place == "folder" else "out.dat", stdin=content.encode()
    )
    assert done.status == 0, done.err
    outputs = read_outputs(tmp_path / "out").values() if place == "folder" else [(tmp_path / "out.dat").read_text()]
    assert [text.startswith(wanted) for text in outputs] == [True]


STDIN = {
    "text": (RAW, PROSE),
    "records": (RECORD, CLEAN_RECORD),
    "records-behind-a-mark": ("\N{ZERO WIDTH NO-BREAK SPACE}" + RECORD, CLEAN_RECORD),
    "records-under-a-blank-line": ("\n" + RECORD, CLEAN_RECORD),
    "records-without-a-last-newline": (RECORD.strip(), CLEAN_RECORD),
    "text-that-opens-with-a-brace": ("{curly} is a word &amp; no more\n", "{curly} is a word & no more\n"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("given", "wanted"), STDIN.values(), ids=STDIN)
def test_stdin_is_read_as_what_it_is(given: str, wanted: str, run: Command) -> None:
    done = run("clean", "-", stdin=given.encode())
    assert (done.status, done.out) == (0, wanted)


def test_stdin_with_a_torn_first_record_is_not_cleaned_as_text(run: Command) -> None:
    done = run("clean", "-", stdin=('{"text": "torn\n' + '{"text": "\\"a\\" &quot;b&quot;"}\n').encode())
    assert done.status == 3
    assert '"torn' not in done.out


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_process_substitution_is_a_file(dump: Path, run: Command) -> None:
    reader, writer = os.pipe()
    os.write(writer, RAW.encode())
    os.close(writer)
    assert run("clean", f"/dev/fd/{reader}").out == PROSE
    os.close(reader)


@pytest.mark.parametrize("arguments", ["clean many.jsonl", "clean -", "clean note.txt", "rules list", "rules test"])
def test_closed_pipe_is_no_error(arguments: str, dump: Path) -> None:
    write_tree(dump, {"many.jsonl": RECORD * 3})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments.split()],
        input=RECORD.encode() * 3,
        stdout=writer,
        stderr=subprocess.PIPE,
        cwd=dump,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_pipe_that_closes_after_the_first_line_is_no_error(dump: Path) -> None:
    write_tree(dump, {"many.jsonl": RECORD * 3000})
    command = [sys.executable, "-c", MAIN, "clean", "many.jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=dump) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().decode() == CLEAN_RECORD
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_terminal_gets_a_progress_bar_and_the_summary_on_stderr(dump: Path) -> None:
    terminal, side = pty.openpty()
    command = [sys.executable, "-c", MAIN, "clean", "raw", "-o", "out"]
    environment = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=side, cwd=dump, env=environment) as process:
        os.close(side)
        told = b""
        with contextlib.suppress(OSError):  # Linux says so where the other side of a terminal is closed
            while read := os.read(terminal, 1 << 16):
                told += read
        assert process.stdout
        assert process.stdout.read() == b""
    os.close(terminal)
    assert process.returncode == 0
    assert b"\x1b[" in told
    assert b"3 documents cleaned" in told


def test_summary_names_rules_repairs_failures_and_the_ledger(dump: Path, run: Command) -> None:
    write_tree(dump / "raw", {"b.txt": b"\0", "d.txt": "Tom &amp; Jerry\n", "e.txt": "Leave a Reply   "})
    told = run("clean", "raw", "-o", "out").err
    for fragment in (LINE_RULE, "entity 1", "1 failed", "out/.cleaner/ledger.jsonl", "5 documents cleaned"):
        assert fragment in told


def test_first_failures_are_told_and_the_others_counted(tmp_path: Path, run: Command) -> None:
    write_tree(tmp_path, {"in.jsonl": "{torn\n" * 50 + RECORD})
    done = run("clean", "in.jsonl", "-o", "out.jsonl", "--quiet")
    assert done.status == 3
    assert done.err.count("in.jsonl:") == 20
    assert "30 more" in done.err
    assert "out.jsonl.cleaner/failures.jsonl" in done.err
    assert len(read_lines(tmp_path / "out.jsonl.cleaner/failures.jsonl")) == 50


LANGUAGES = {"none": ([], PROSE), "same": (["en"], PROSE), "variant": (["en-GB"], PROSE), "other": (["de"], RAW)}


@pytest.mark.parametrize(("language", "wanted"), LANGUAGES.values(), ids=LANGUAGES)
def test_language_keeps_rules_for_others_away(language: list[str], wanted: str, run: Command) -> None:
    options = ["--language", *language] if language else []
    assert run("clean", "-", *options, stdin=RAW.encode()).out == wanted


def test_profile_light_leaves_promos_and_own_rules_add_to_it(tmp_path: Path, run: Command) -> None:
    write_pack(tmp_path / "packs/mine.yaml", GOOD_RULE)
    text = f"{RAW}Away with it\n"
    assert run("clean", "-", "--profile", "light", stdin=text.encode()).out == text
    assert run("clean", "-", "--profile", "light", "--rules", "packs", stdin=text.encode()).out == RAW


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_seeds_come_out_as_they_must_and_can_be_restored(tmp_path: Path, run: Command) -> None:
    assert run("clean", SEEDS / "raw", "-o", "out").status == 0
    clean = read_tree(tmp_path / "out")
    audit = {name: clean.pop(name) for name in list(clean) if name.startswith(".cleaner/")}
    assert audit
    assert clean == read_tree(SEEDS / "clean")
    assert run("restore", "out", "-o", "back").status == 0
    assert read_tree(tmp_path / "back") == read_tree(SEEDS / "raw")
