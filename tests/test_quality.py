"""The quality command: line rules of others as their authors define them, and figures that agree with the scorer's."""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.quality.__main__ import BEGIN, END, Task, write_docs, wrong_lines
from benchmarks.quality.bench import FOLDER, TRACKS, Bench, BenchError
from benchmarks.quality.line_rules import c4_lines, refinedweb_lines
from benchmarks.quality.measure import BAR, VARIANTS
from benchmarks.quality.summary import ALL, ARTICLES, summarise
from benchmarks.quality.tables import tables

from cleaner import Cleaner

needs_scorer = pytest.mark.skipif(not (FOLDER / "score.py").exists(), reason="../shared/bench/score.py is not there")

# A line, and what is left of it under C4's and under RefinedWeb's rules.
LINES = {
    "prose": ("The boat left at noon, it said.", "The boat left at noon, it said.", "The boat left at noon, it said."),
    "no end mark": ("The boat left at noon", "", "The boat left at noon"),
    "an ellipsis": ("The boat left at noon...", "", "The boat left at noon..."),
    "four words": ("The boat has left.", "", "The boat has left."),
    "five words": ("The boat has left us.", "The boat has left us.", "The boat has left us."),
    "one word": ("Boats.", "", ""),
    "a citation": ("The boat left at noon[12] and sank.[edit]", "The boat left at noon and sank.", None),
    "javascript": ("Please turn on JavaScript in your browser.", "", "Please turn on JavaScript in your browser."),
    "policy": ("You agree to our Terms of Use and more.", "", "You agree to our Terms of Use and more."),
    "capitals": ("THE BOAT HAS LEFT US.", "THE BOAT HAS LEFT US.", ""),
    "half capitals": ("THE BOAT has left us.", "THE BOAT has left us.", "THE BOAT has left us."),
    "a counter": ("1,204 likes", "", ""),
    "a counter in k": ("3.4K views", "", ""),
    "a count of other things": ("1,204 boats", "", "1,204 boats"),
    "read more": ("The boat has left Read more...", "", "The boat has left"),
    "read more alone": ("Read more...", "", ""),
    "a cart": ("3 items in cart", "", ""),
    "digits": ("2041", "", ""),
}


@pytest.mark.parametrize(("line", "c4", "refinedweb"), LINES.values(), ids=LINES)
def test_line_rules_of_others(line: str, c4: str, refinedweb: str | None) -> None:
    assert c4_lines(f"{line}\n") == c4
    assert refinedweb_lines(f"\n{line}") == (line if refinedweb is None else refinedweb)


STORY = "\n".join(
    f"The ferry number {number} left the harbour at {number} o'clock in the morning." for number in range(9)
)
RESIDUE = "Leave a Reply\nYour email address will not be published. Required fields are marked *"
MORE = "Nine other stories that nobody has asked for stand here"
KEPT = "Also see: the ferry that never came"


def invented_bench(folder: Path) -> Path:
    """A benchmark of three pages: a tuning article, a held-back article (id divides by 5) and a forum page."""
    return write_bench(
        folder,
        ("0001", "article", "1", f"{STORY}\n{KEPT}", f"{STORY}\n{KEPT}\n{MORE}\n{RESIDUE}"),
        ("0005", "article", "5", STORY, f"{STORY}\n{RESIDUE}"),
        ("0007", "forum", "7", STORY, STORY),
    )


def write_bench(folder: Path, *pages: tuple[str, str, str, str, str]) -> Path:
    """A benchmark of these pages, each with its id, type, path, gold and the text that all tracks have of it."""
    (folder / "raw").mkdir(parents=True)
    (folder / "score.py").symlink_to(FOLDER / "score.py")
    gold = [
        {"id": id_, "url": f"https://harbour.example/{path}", "page_type": kind, "title": "", "text": text}
        for id_, kind, path, text, _ in pages
    ]
    write_records(folder / "gold.jsonl.xz", gold)
    for track in TRACKS:
        write_records(folder / "raw" / f"{track}.jsonl.xz", [{"id": page[0], "text": page[4]} for page in pages])
    return folder


def write_records(path: Path, records: list[dict[str, str]]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)


def options(folder: Path, *, held: bool = False, quick: bool = False) -> argparse.Namespace:
    return argparse.Namespace(bench=folder, held=held, quick=quick)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Bench(invented_bench(tmp_path / "bench"))


SCORED = "--raw raw/justext.jsonl.xz --gold gold.jsonl.xz --fold tune --json"


@needs_scorer
def test_figures_are_those_of_the_scorer(bench: Bench, tmp_path: Path) -> None:
    task = Task(options(bench.folder))
    summary = summarise(bench, [task.track("justext")], task.gold())
    told = subprocess.run(
        [sys.executable, "score.py", _cleaned(bench, tmp_path), *SCORED.split()],
        cwd=bench.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = json.loads(told.stdout.splitlines()[-1])
    for kind in (ALL, ARTICLES, "forum"):
        systems = summary["tracks"]["justext"]["tune"][kind]["systems"]
        assert {"raw": systems["raw"], "clean": systems[BAR], "oracle": systems["oracle"]} == wanted[kind]


def _cleaned(bench: Bench, folder: Path) -> Path:
    made = Cleaner(selection=VARIANTS[BAR])
    path = folder / "clean.jsonl"
    texts = {id_: made.clean(text, url=bench.pages[id_].url).text for id_, text in bench.raw("justext").items()}
    path.write_text("".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in texts.items()))
    return path


@needs_scorer
def test_what_rules_took_and_what_is_left(bench: Bench) -> None:
    task = Task(options(bench.folder))
    track = task.track("justext")
    summary = summarise(bench, [track], task.gold())
    rules = summary["by_rule"]
    form = {"lines": 1, "wrong_lines": 0, "words": 11, "article_lines": 1, "wrong_article_lines": 0}
    assert rules["en/comments/email-not-published"] == form
    assert rules["en/related/read-also-line"]["wrong_lines"] == 1
    assert [*wrong_lines([track], "en/related/*")] == [f"en/related/read-also-line  0001  justext  {KEPT}"]
    assert [(one["page"], one["words"]) for one in summary["worst_residue"]] == [("0001", 10)]
    assert [(one["page"], one["words"]) for one in summary["worst_lost"]] == [("0001", 6)]
    assert [(one["page"], one["words"]) for one in summary["worst_collateral"]] == [("0001", 7)]
    assert MORE not in tables(summary)


@needs_scorer
def test_rules_on_request_are_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    headline = "Ferry strike enters its second week"
    page = (
        "0001",
        "article",
        "ferry-strike-enters-its-second-week",
        f"{headline}\n{STORY}",
        f"{headline}\n" * 2 + STORY,
    )
    task = Task(options(write_bench(tmp_path / "bench", page)))
    taken = task.track("justext").takings
    assert (taken["common/duplicates/headline-again"].lines, taken["common/duplicates/headline-again"].wrong) == (1, [])
    asked_for = taken["common/headline/address"]
    assert (asked_for.lines, set(asked_for.wrong)) == (2, {("0001", headline)})


@needs_scorer
@pytest.mark.parametrize("held", [False, True])
def test_held_pages_give_totals_alone(bench: Bench, held: bool) -> None:
    task = Task(options(bench.folder, held=held, quick=True))
    summary = summarise(bench, [task.track(TRACKS[0])], task.gold())
    assert ("held" in summary["tracks"][TRACKS[0]], "held" in summary["collateral"]) == (held, held)
    assert summary["tracks"][TRACKS[0]]["tune"]["article"]["pages"] == 1
    assert summary["by_rule"]["en/comments/form-heading"]["lines"] == 1
    assert ("Held-back" in tables(summary), "0005" in tables(summary)) == (held, False)


# What a summary says of a track, and whether its bar is met: word F1 and shingle F1 after cleaning, share of the gap.
BARS = {
    "met": (0.95, 0.9, 0.1, "yes"),
    "not enough of the gap": (0.95, 0.9, 0.099, "no"),
    "fewer right words": (0.899, 0.9, 0.1, "no"),
    "fewer right shingles": (0.95, 0.899, 0.1, "no"),
    "no gap at all": (0.9, 0.9, None, "yes"),
}


@pytest.mark.parametrize(("word", "shingle", "closed", "met"), BARS.values(), ids=BARS)
def test_bars(word: float, shingle: float, closed: float | None, met: str) -> None:
    figures = {name: {"word_f1": 0.9, "shingle_f1": 0.9} for name in ("raw", "oracle")}
    articles = {
        "pages": 3,
        "systems": figures | {BAR: {"word_f1": word, "shingle_f1": shingle}},
        "gap_closed": {"raw": 0.0, BAR: closed, "oracle": 1.0},
    }
    summary: dict[str, Any] = {"cleaner": "0", "rules": 1, "on_request": 1, "collateral": {}, "by_rule": {}}
    summary |= {"worst_residue": [], "worst_lost": [], "worst_collateral": []}
    summary["tracks"] = {"justext": {"tune": {ARTICLES: articles, ALL: articles}}}
    told = tables(summary)
    row = next(line for line in told.splitlines() if line.startswith("| justext"))
    assert row.endswith(f"| 10.0 % | {met} |")


def test_docs_are_written_between_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "quality.md"
    path.write_text(f"before\n{BEGIN}old\n{END}after\n")
    write_docs(path, "new\n")
    assert path.read_text() == f"before\n{BEGIN}\nnew\n\n{END}after\n"
    path.write_text(BEGIN)
    with pytest.raises(BenchError, match="no place for figures"):
        write_docs(path, "new\n")


def test_a_benchmark_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quality", "--bench", str(tmp_path), "--track", "justext"],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "name the benchmark's folder" in done.stderr) == (2, True), done.stderr
