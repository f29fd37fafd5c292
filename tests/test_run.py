"""The run: the same bytes whatever the number of processes, and however often it is stopped on the way."""

from __future__ import annotations

import contextlib
import gzip
import io
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.dump import chunks, journal, pool, work, writer
from cleaner.dump import parquet as parquet_module
from cleaner.dump.formats import Format
from cleaner.dump.inputs import Source
from cleaner.model import Document
from cleaner.pipeline import Cleaner
from conftest import PROSE, RAW, Command, read_lines, read_tree, write_pack, write_tree

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are those of POSIX"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),  # threads of the test runner, not ours
]


def record(number: int, text: str = RAW) -> str:
    return msgspec.json.encode({"id": f"doc-{number}", "text": f"Number {number}.\n\n{text}"}).decode() + "\n"


RECORDS = "".join(record(number) for number in range(60))
# A dump with all that can happen in one, several chunks of each kind.
DUMP: dict[str, str | bytes] = {
    **{f"texts/{number}.txt": f"{number}\n\n{RAW}" for number in range(20)},
    "texts/bad.txt": b"\0",
    "texts/picture.png": b"\0",
    "texts/empty.txt": b"",
    "small.jsonl": record(1) + "{torn\n" + record(2),
    "large.jsonl": RECORDS[:3000] + "\n{torn\n" + RECORDS,
    "all-fail.jsonl": '{"body":"x"}\n' * 200,
    "one-long-record.jsonl": record(1) + record(2, PROSE * 100) + record(3),
    "packed.jsonl.gz": gzip.compress(RECORDS.encode(), mtime=0),
    "packed.txt.gz": gzip.compress(RAW.encode(), mtime=0),
    "torn.jsonl.gz": gzip.compress(RECORDS.encode(), mtime=0)[:-20],
    "empty.jsonl": b"",
    "nothing.jsonl.gz": gzip.compress(b"", mtime=0),
}


def parquet(texts: list[str | None]) -> bytes:
    """A Parquet file with these texts in row groups of 25."""
    table = pa.table({"id": [f"row-{number}" for number in range(len(texts))], "n": range(len(texts)), "text": texts})
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=25)
    return stream.getvalue()


TEXTS = [f"Number {number}.\n\n{PROSE * (number % 3)}\n\nLeave a Reply\n" for number in range(60)]
DUMP |= {"rows.parquet": parquet([*TEXTS, None]), "torn.parquet": parquet([*TEXTS])[:-300]}


def make_chunks_small(patch: pytest.MonkeyPatch) -> None:
    """Cut chunks so small that a small dump has many; processes forked from this one cut them so too."""
    patch.setattr(chunks, "CHUNK_BYTES", 1500)
    patch.setattr(chunks, "CHUNK_FILES", 4)
    patch.setattr(parquet_module, "SLICE_BYTES", 1500)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    make_chunks_small(monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dump in `raw` and what it must become, in `wanted`, by one process that nobody stopped."""
    folder = tmp_path_factory.mktemp("undisturbed")
    write_tree(folder / "raw", DUMP)
    with pytest.MonkeyPatch.context() as patch:
        make_chunks_small(patch)
        assert run_forked(folder, "clean", "raw", "-o", "wanted", "--jobs", "1") == 3, told(folder)
    return folder


@pytest.fixture
def dump(undisturbed: Path, tmp_path: Path, small_chunks: None) -> Path:
    """A copy of that folder for one test."""
    shutil.copytree(undisturbed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run_forked(folder: Path, *arguments: str, before: Callable[[], object] = lambda: None, seconds: float = 0) -> int:
    """The exit status of `cleaner` in a process forked from this one; `before` is called in it.

    After that many seconds it is killed, 0 for never; then the status is minus the signal.
    """
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.chdir(folder)
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            sys.argv = ["cleaner", *arguments]
            before()
            from cleaner.cli import main

            try:
                main()
            except SystemExit as ended:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(int(ended.code or 0))
        os._exit(99)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def outputs_in(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in read_tree(folder).items() if not name.startswith(".cleaner")}


def told(folder: Path) -> str:
    return (folder / "stderr").read_text()


@pytest.mark.parametrize("jobs", [2, 8])
def test_outputs_and_audit_files_are_the_same_for_any_number_of_processes(jobs: int, dump: Path) -> None:
    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", str(jobs)) == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def test_results_that_are_too_large_to_share_are_sent(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_SHARED_BYTES", 1000)
    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", "2") == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def cut_off(path: Path) -> None:
    os.truncate(path, 1000)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (cut_off, "large.jsonl has become shorter while it was read"),
        (remove, "can't be read any more: No such file"),
    ],
)
def test_file_that_others_change_while_it_is_read_stops_the_run(
    change: Callable[[Path], None], words: str, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (dump / "raw/large.jsonl").read_bytes()

    def changed(piece: chunks.Slice, size: int) -> bytes | bytearray:
        if piece.end > 5000:
            change(piece.source.path)
        return chunks.read_again(piece, size)

    monkeypatch.setattr(pool, "read_again", changed)
    arguments = ("clean", "raw/large.jsonl", "-o", "out.jsonl", "--jobs", "2")
    assert run_forked(dump, *arguments) == 2
    assert words in told(dump)
    assert not (dump / "out.jsonl").exists()
    monkeypatch.undo()
    (dump / "raw/large.jsonl").write_bytes(whole)
    assert run_forked(dump, *arguments) == 3
    assert (dump / "out.jsonl").read_bytes() == (dump / "wanted/large.jsonl").read_bytes()


CONVERSIONS = {
    "rows-to-lines": ("rows.parquet", "out.jsonl.zst"),
    "lines-to-rows": ("large.jsonl", "out.parquet"),
    "small-lines-to-rows": ("small.jsonl", "out.parquet"),
    "gzip-to-xz": ("packed.jsonl.gz", "out.jsonl.xz"),
}


@pytest.mark.parametrize(("name", "out"), CONVERSIONS.values(), ids=CONVERSIONS)
def test_other_container_is_the_same_for_any_number_and_however_often_it_is_killed(
    name: str, out: str, dump: Path
) -> None:
    arguments = ("clean", f"raw/{name}", "-o", f"wanted-{out}", "--jobs", "1")
    status = run_forked(dump, *arguments)
    assert status == (0 if name == "packed.jsonl.gz" else 3), told(dump)
    assert run_forked(dump, *arguments[:3], f"three-{out}", "--jobs", "3") == status
    deaths = 0
    while run_forked(dump, *arguments[:3], f"killed-{out}", "-j", "1", before=Killer(deaths)) == -signal.SIGKILL:
        deaths += 1
        assert deaths < 50
    assert deaths > 3
    for other in (f"three-{out}", f"killed-{out}"):
        assert (dump / other).read_bytes() == (dump / f"wanted-{out}").read_bytes()
        assert read_tree(dump / f"{other}.cleaner") == read_tree(dump / f"wanted-{out}.cleaner")


@pytest.mark.parametrize("name", ["large.jsonl", "packed.jsonl.gz", "texts/1.txt"])
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_file_is_the_same_alone_and_streamed_and_among_others(name: str, jobs: str, dump: Path) -> None:
    wanted = (dump / "wanted" / name).read_bytes()
    out = f"out-{Path(name).name}"
    status = 3 if name == "large.jsonl" else 0
    assert run_forked(dump, "clean", f"raw/{name}", "-o", out, "--jobs", jobs) == status
    assert (dump / out).read_bytes() == wanted
    assert run_forked(dump, "clean", f"raw/{name}", "--jobs", jobs) == status
    assert (dump / "stdout").read_bytes() == wanted
    assert run_forked(dump, "clean", "-", "--jobs", jobs, before=lambda: feed(dump / "raw" / name)) == status
    assert (dump / "stdout").read_bytes() == wanted


def feed(path: Path) -> None:
    """Make the file the standard input of this process."""
    os.dup2(os.open(path, os.O_RDONLY), 0)
    sys.stdin = os.fdopen(0)


def test_damaged_file_has_no_output_and_the_others_are_done(dump: Path) -> None:
    failures = {row["doc"]: row["error"] for row in read_lines(dump / "wanted/.cleaner/failures.jsonl")}
    assert "middle, at byte" in failures["torn.jsonl.gz"]
    assert not (dump / "wanted/torn.jsonl.gz").exists()
    rows = read_lines(dump / "wanted/.cleaner/manifest.jsonl")
    assert not [row for row in rows if row["source"] == "torn.jsonl.gz"]
    assert len([row for row in rows if row["source"] == "packed.jsonl.gz"]) == 60
    assert gzip.decompress((dump / "wanted/nothing.jsonl.gz").read_bytes()) == b""
    report = msgspec.json.decode((dump / "wanted/.cleaner/report.json").read_bytes())
    assert (report["documents"], report["failed"]) == (
        len(rows),
        len(read_lines(dump / "wanted/.cleaner/failures.jsonl")),
    )


LINES = b"".join(bytes([97 + number % 26]) * (number * 37 % 160) + b"\n" for number in range(40))


@pytest.mark.parametrize("data", [LINES, LINES[:-1], LINES[-5000:], b"", b"\n", b"a" * 500, b"a\n" * 100])
def test_slices_end_where_lines_end_and_depend_on_nothing_before_them(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(place: chunks.Place) -> list[chunks.Slice]:
        source = Source(Path("a.jsonl"), "a.jsonl", Format.JSONL)
        return list(chunks.cut_slices(io.BytesIO(data[place.end :]), source, chunks.Seen(1, "", ""), place))

    monkeypatch.setattr(chunks, "CHUNK_BYTES", 100)
    whole = cut(chunks.START)
    assert b"".join(piece.data for piece in whole) == data
    assert [piece.is_last for piece in whole] == [False] * (len(whole) - 1) + [True]
    for number, piece in enumerate(whole[:-1], 1):
        assert piece.data.endswith(b"\n")
        assert len(piece.data) <= 100 or piece.data.count(b"\n") == 1, "a longer line comes alone"
        again = cut(chunks.Place(piece.end, piece.next_line))
        assert [(rest.data, rest.first_line) for rest in again] == [
            (rest.data, rest.first_line) for rest in whole[number:]
        ]


class Killer:
    """Kills this process at the n-th time that anything is written or gets its name, in the middle of writing."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self) -> None:
        write, replace, unlink = os.write, Path.replace, Path.unlink

        def half(descriptor: int, data: Any) -> int:
            self.count(lambda: write(descriptor, bytes(data)[: len(data) // 2]))
            return write(descriptor, data)

        def rename(path: Path, target: Path) -> Path:
            self.count()
            done = replace(path, target)
            self.count()
            return done

        def remove(path: Path, missing_ok: bool = False) -> None:
            unlink(path, missing_ok=missing_ok)
            self.count()

        os.write, Path.replace, Path.unlink = half, rename, remove  # type: ignore[method-assign, assignment]

    def count(self, last_words: Callable[[], object] = lambda: None) -> None:
        self.left -= 1
        if self.left < 0:
            last_words()
            os.kill(os.getpid(), signal.SIGKILL)


def test_run_that_is_killed_wherever_it_writes_ends_as_if_undisturbed(dump: Path) -> None:
    arguments = ("clean", "raw", "-o", "out", "--jobs", "1")
    deaths = 0
    while (status := run_forked(dump, *arguments, before=Killer(deaths))) == -signal.SIGKILL:
        deaths += 1  # each time a little later, so that all kinds of moments come up
        assert deaths < 100, "a run that is continued comes to its end"
        for name, content in read_tree(dump / "out").items():
            if not name.startswith(".cleaner"):
                assert content == (dump / "wanted" / name).read_bytes(), f"{name} is half written"
    assert status == 3
    assert deaths > 20
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def test_run_of_several_processes_that_is_killed_at_random_ends_as_if_undisturbed(dump: Path) -> None:
    chance, deaths = random.Random(5), 0
    arguments = ("clean", "raw", "-o", "out", "--jobs", "2")
    while run_forked(dump, *arguments, seconds=chance.uniform(0.02, 0.25)) == -signal.SIGKILL and deaths < 15:
        deaths += 1
    assert deaths
    assert run_forked(dump, *arguments) in {2, 3}  # 2 where the last of them came to its end
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def stop(folder: Path, *options: str, raw: str = "raw", moment: int = 40) -> None:
    """Kill a run somewhere in its middle."""
    arguments = ("clean", raw, "-o", "out", "--jobs", "1", *options)
    assert run_forked(folder, *arguments, before=Killer(moment)) == -signal.SIGKILL
    assert (folder / "out/.cleaner/journal.jsonl").stat().st_size


OWN_RULE = r"""
id: own
scope: line
phrases: [number 7.]
examples: ["= Kept\n- Number 7.", "= Kept"]
"""


def change_rule(folder: Path) -> list[str]:
    write_pack(folder / "own.yaml", OWN_RULE)
    return ["--rules", "own.yaml"]


def change_option(folder: Path) -> list[str]:
    return ["--id-field", "name"]


def change_input(folder: Path) -> list[str]:
    (folder / "raw/all-fail.jsonl").write_text('{"text":"x"}\n' * 200)
    return []


def remove_input(folder: Path) -> list[str]:
    (folder / "raw/all-fail.jsonl").unlink()
    return []


def add_input(folder: Path) -> list[str]:
    (folder / "raw/aaa.txt").write_text(RAW)
    return []


def lose_partial_file(folder: Path) -> list[str]:
    (folder / "out/.cleaner/ledger.jsonl.partial").write_bytes(b"")
    return []


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        pytest.param(change_rule, "fingerprint", id="rule"),
        pytest.param(change_option, "--id-field", id="option"),
        pytest.param(change_input, "inputs up to", id="input-changed"),
        pytest.param(remove_input, "inputs up to", id="input-removed"),
        pytest.param(add_input, "inputs up to", id="input-added"),
        pytest.param(lose_partial_file, "shorter than it was", id="partial-file-lost"),
    ],
)
def test_run_that_is_not_the_same_any_more_starts_afresh_and_says_why(
    change: Callable[[Path], list[str]], fragment: str, dump: Path
) -> None:
    stop(dump)
    options = change(dump)
    assert run_forked(dump, "clean", "raw", "-o", "out", *options) == 3
    assert "starts afresh" in told(dump)
    assert fragment in told(dump)
    assert run_forked(dump, "clean", "raw", "-o", "now", *options) == 3
    assert read_tree(dump / "out") == read_tree(dump / "now")


@pytest.mark.parametrize(
    "options", [["--jobs", "4"], ["--quiet"], ["--overwrite"], ["--json"]], ids=lambda given: given[0]
)
def test_run_goes_on_with_options_that_do_not_change_the_outputs(options: list[str], dump: Path) -> None:
    stop(dump)
    (dump / "raw/zzz.txt").write_text(RAW)  # not come by yet, so it is simply cleaned
    assert run_forked(dump, "clean", "raw", "-o", "out", *options) == 3
    assert "continuing the run that was stopped" in told(dump)
    (dump / "out/zzz.txt").unlink()
    assert outputs_in(dump / "out") == outputs_in(dump / "wanted")


def test_afresh_removes_what_the_stopped_run_made_and_nothing_else(dump: Path) -> None:
    stop(dump)
    made = outputs_in(dump / "out")
    assert "all-fail.jsonl" in made
    (dump / "out/mine.txt").write_text("Mine.\n")
    remove_input(dump)
    assert run_forked(dump, "clean", "raw", "-o", "out") == 2, "a file of the user stands there now"
    assert "--overwrite" in told(dump)
    assert outputs_in(dump / "out") == {"mine.txt": b"Mine.\n"}
    assert run_forked(dump, "clean", "raw", "-o", "out", "--overwrite") == 3
    assert outputs_in(dump / "out").keys() == outputs_in(dump / "wanted").keys() - {"all-fail.jsonl"} | {"mine.txt"}


def test_finished_run_is_not_continued(dump: Path) -> None:
    assert run_forked(dump, "clean", "raw", "-o", "wanted") == 2
    assert "--overwrite" in told(dump)
    assert run_forked(dump, "clean", "raw", "-o", "again", "--overwrite") == 3
    assert read_tree(dump / "again") == read_tree(dump / "wanted")


def test_unfinished_run_is_not_restored(dump: Path, run: Command) -> None:
    stop(dump)
    done = run("restore", "out", "-o", "back")
    assert (done.status, "give the same command" in done.err) == (2, True)


def test_two_runs_do_not_write_to_one_place(dump: Path) -> None:
    reader, writing = os.pipe()

    def wait(_: Any, document: Document, encoded: bytes = b"") -> Any:
        os.write(writing, b"x")
        time.sleep(60)

    def clean_slowly() -> None:
        Cleaner.clean_document = wait  # type: ignore[method-assign, assignment]

    first = os.fork()
    if first == 0:
        os._exit(run_forked(dump, "clean", "raw", "-o", "out", before=clean_slowly, seconds=4) == -signal.SIGKILL)
    os.read(reader, 1)
    assert run_forked(dump, "clean", "raw", "-o", "out") == 2
    assert "another run is writing" in told(dump)
    assert os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) == 1
    assert run_forked(dump, "clean", "raw", "-o", "out") == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_interrupted_run_says_so_and_goes_on(number: signal.Signals, jobs: str, dump: Path) -> None:
    parent_only = iter([True])
    add = journal.Journal.add

    def interrupt(self: journal.Journal, step: journal.Step) -> None:
        add(self, step)
        if step.slice_of == "large.jsonl" and step.next_line > 20 and next(parent_only, False):
            os.kill(os.getpid(), number)

    def patch() -> None:
        journal.Journal.add = interrupt  # type: ignore[method-assign]

    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", jobs, before=patch) == 130
    assert "interrupted after" in told(dump)
    assert "the same command goes on" in told(dump)
    assert "Traceback" not in told(dump)
    outputs = outputs_in(dump / "out")
    assert 0 < len(outputs) < len(outputs_in(dump / "wanted"))
    assert run_forked(dump, "clean", "raw", "-o", "out") == 3
    assert "continuing" in told(dump)
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def test_interrupted_stream_leaves_nothing(dump: Path) -> None:
    def patch() -> None:
        feed(dump / "raw/large.jsonl")
        writer.Writer.settle = lambda *_: os.kill(os.getpid(), signal.SIGINT)  # type: ignore[method-assign]

    before = read_tree(dump / "raw")
    assert run_forked(dump, "clean", "-", "-o", "new/out.jsonl", before=patch) == 130
    assert "nothing was put in place" in told(dump)
    assert not [path for path in (dump / "new").rglob("*") if path.is_file()]
    assert read_tree(dump / "raw") == before


DEADLY = "Kill the one who reads this.\n"


def die_of(document_text: str, times: int, folder: Path) -> Callable[[], None]:
    """Makes every process die that cleans a document with this text, so many times in all."""
    clean = Cleaner.clean_document
    parent = os.getpid()

    def clean_or_die(self: Cleaner, document: Document, encoded: bytes = b"") -> Any:
        if document_text in document.text and os.getpid() != parent:
            for number in range(times):
                with contextlib.suppress(FileExistsError):
                    (folder / f"death-{number}").touch(exist_ok=False)
                    os.kill(os.getpid(), signal.SIGKILL)
        return clean(self, document, encoded)

    def patch() -> None:
        Cleaner.clean_document = clean_or_die  # type: ignore[method-assign]

    return patch


@pytest.mark.parametrize("name", ["texts/5.txt", "small.jsonl", "large.jsonl", "packed.jsonl.gz"])
def test_document_that_kills_processes_is_a_failure_and_the_others_are_done(name: str, dump: Path) -> None:
    raw = dump / "raw" / name
    text = gzip.decompress(raw.read_bytes()) if name.endswith(".gz") else raw.read_bytes()
    said = msgspec.json.encode(DEADLY)[1:-1] if "jsonl" in name else DEADLY.encode()
    place = text.index(b"The council", len(text) // 2 if len(text) > 1000 else 0)
    text = text[:place] + said + text[place:]
    raw.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    before = {row["doc"] for row in read_lines(dump / "wanted/.cleaner/failures.jsonl")}
    patch = die_of(DEADLY, 100, dump)
    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", "2", before=patch) == 3
    failures = {row["doc"]: row for row in read_lines(dump / "out/.cleaner/failures.jsonl") if row["doc"] not in before}
    (failure,) = failures.values()
    assert failure["source"] == name
    assert "SIGKILL" in failure["error"]
    assert told(dump).count("worker process was killed by SIGKILL") == 2
    rows, now = (
        {(row["source"], row["record"]) for row in read_lines(dump / out / ".cleaner/manifest.jsonl")}
        for out in ("wanted", "out")
    )
    assert rows - now == {(name, failure["record"])}
    assert not now - rows


def test_process_that_is_killed_once_leaves_no_trace_in_the_outputs(dump: Path) -> None:
    patch = die_of("Number 30.", 1, dump)
    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", "2", before=patch) == 3
    assert (dump / "death-0").exists()
    assert "its work is done again" in told(dump)
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def test_processes_that_always_die_are_told_of_and_leave_a_run_to_continue(dump: Path) -> None:
    def die(*_: Any) -> None:
        os._exit(7)

    def patch() -> None:
        work.Worker.do = die  # type: ignore[method-assign, assignment]

    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", "2", before=patch) == 2
    assert "ended with status 7" in told(dump)
    assert run_forked(dump, "clean", "raw", "-o", "out") == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


def test_processes_that_do_not_inherit_are_sent_what_they_need(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_IS_FORKED", False)
    monkeypatch.setattr(pool, "_CONTEXT", multiprocessing.get_context("spawn"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert run_forked(dump, "clean", "raw", "-o", "out", "--jobs", "2") == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 KB, mounted where that is allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = os.system(f"mount -t tmpfs -o size=200k tmpfs '{place}' 2>/dev/null") == 0
    if not mounted:
        pytest.skip("file systems can't be mounted here")
    try:
        yield place
    finally:
        os.system(f"umount '{place}'")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("files", ["texts", "records"])
def test_full_disk_stops_the_run_which_goes_on_when_there_is_room(
    files: str, jobs: str, small_disk: Path, tmp_path: Path, small_chunks: None
) -> None:
    texts = {f"raw/{number}.txt": f"{number}\n\n{RAW}" for number in range(400)}
    write_tree(tmp_path, texts if files == "texts" else {"raw/a.jsonl": RECORDS * 20})
    assert run_forked(tmp_path, "clean", "raw", "-o", "wanted", "--jobs", "1") == 0
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(60_000))
    arguments = ("clean", "raw", "-o", str(small_disk / "out"), "--jobs", jobs)
    assert run_forked(tmp_path, *arguments) == 2
    assert "No space left on device" in told(tmp_path)
    assert "same command" in told(tmp_path)
    for name, content in outputs_in(small_disk / "out").items():
        assert content == (tmp_path / "wanted" / name).read_bytes(), "nothing is half written"
    ballast.unlink()
    os.system(f"mount -o remount,size=20m '{small_disk}'")
    assert run_forked(tmp_path, *arguments) == 0
    assert "continuing" in told(tmp_path)
    assert read_tree(small_disk / "out") == read_tree(tmp_path / "wanted")


def test_file_that_grows_too_large_stops_the_run(dump: Path) -> None:
    import resource

    def patch() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    assert run_forked(dump, "clean", "raw", "-o", "out", before=patch) == 2
    assert "File too large" in told(dump)
    assert run_forked(dump, "clean", "raw", "-o", "out") == 3
    assert read_tree(dump / "out") == read_tree(dump / "wanted")
