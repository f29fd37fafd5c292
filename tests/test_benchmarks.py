"""The benchmarks run, and the figures in the documents are those that were kept; no test asks how fast anything is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from benchmarks.bounds import Bound, every_bound
from benchmarks.docs import BEGIN, DOCS, END, NAME, PLOT, splice
from benchmarks.filters import FILTERS
from benchmarks.growth import ACTING, busiest_rules
from benchmarks.makeup import measure_makeup
from benchmarks.naive import clean_text, shipped_shapes
from benchmarks.plot import draw
from benchmarks.race import CONTENDERS
from benchmarks.results import DATA, PROJECT, Figure, every_kept
from benchmarks.rules import write_packs
from benchmarks.shares import REST, STEPS, Looks, step_of
from benchmarks.texts import generate

from cleaner import Cleaner, Selection
from cleaner.rules.prove import prove

PROSE = "The council votes on Monday, and nobody knows how it will end."


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data/` and `docs/` as the whole command leaves them, run in its smallest size without peers."""
    folder = tmp_path_factory.mktemp("benchmarks")
    (folder / "docs").mkdir()
    shutil.copy(DOCS / NAME, folder / "docs")
    places = {"--data": folder / "data", "--docs": folder / "docs", "--peers": folder / "none"}
    command = [sys.executable, "-m", "benchmarks", "--quick", "--write-docs"]
    command.extend(str(word) for pair in places.items() for word in pair)
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_command_measures_every_part(measured: Path) -> None:
    found = every_kept(measured / "data")
    here = {contender.name for contender in CONTENDERS if not contender.peer}
    assert found.races
    for race in found.races:
        assert set(race.laps) == here
        assert set(race.left_out) == {contender.name for contender in CONTENDERS} - here
        assert all(lap.seconds > 0 and lap.peak_megabytes > 1 for laps in race.laps.values() for lap in laps)
    assert [race.source for race in found.races] == [shares.source for shares in found.shares]
    assert all(set(shares.steps) <= {REST, *(step for _, step in STEPS)} for shares in found.shares)
    assert found.growth
    assert list(found.growth.laps) == [10, 20]
    assert found.workers
    assert found.workers.same_output or found.workers.left_out
    assert found.memory
    assert all(peak.parent_megabytes > 1 for peak in found.memory.peaks)
    assert found.loading
    assert found.loading.rules == len(Cleaner().rules.rules) + 20


def test_the_command_writes_tables_and_plot(measured: Path) -> None:
    found = every_kept(measured / "data")
    text = (measured / "docs" / NAME).read_text(encoding="utf-8")
    assert text == splice((DOCS / NAME).read_text(encoding="utf-8"), found)
    made = text.partition(BEGIN)[2].partition(END)[0]
    assert [bound.what for bound in every_bound(found) if f"| {bound.what} |" not in made] == []
    assert "datatrove is not installed (make peers)" in made
    plot = (measured / "docs" / PLOT).read_text(encoding="utf-8")
    labels = [element.text for element in ElementTree.fromstring(plot).iter() if element.text and element.text.strip()]
    assert {"cleaner", "floor", "naive", "10 rules", "20 rules", "Memory over file size, MB"} <= set(labels)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--quick"], "name another folder with --data"),
        (["rase", "--data", "x"], "no part 'rase'"),
        (["--repeats", "few"], "invalid int value"),
    ],
)
def test_unusable_arguments_are_told(arguments: list[str], told: str) -> None:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert told in done.stderr


def test_the_documents_show_what_was_kept() -> None:
    found, text = every_kept(DATA), (DOCS / NAME).read_text(encoding="utf-8")
    assert text == splice(text, found)
    assert (DOCS / PLOT).read_text(encoding="utf-8") == draw(found)


@pytest.mark.parametrize(
    ("limit", "at_most", "median", "holds"),
    [(5, True, 4.9, True), (5, True, 5.1, False), (25, False, 26, True), (25, False, 24, False)],
)
def test_a_bound_holds_by_its_median(limit: float, at_most: bool, median: float, holds: bool) -> None:
    assert Bound("ratio", limit, at_most, Figure(median, 0.0, 100.0)).holds is holds


def test_generated_texts_are_the_same_everywhere_and_like_a_dump(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "other.jsonl"]
    for path, seed in zip(paths, (7, 7, 8), strict=True):
        generate(path, 0.5, seed)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_bytes() != paths[2].read_bytes()
    makeup = measure_makeup(paths[0], Cleaner())
    assert 20 < makeup.lines_per_document < 80
    assert 30 < makeup.line_chars_median < 90
    assert makeup.repeated_line_share < 0.25
    assert 0.1 < makeup.non_ascii_line_share < 0.4
    assert 0.5 < makeup.curly_document_share < 0.9
    assert 0.1 < makeup.residue_document_share < 0.8


def test_many_rules_match_nothing_but_themselves(tmp_path: Path) -> None:
    write_packs(tmp_path / "packs", 30)
    cleaner = Cleaner(rules=tmp_path / "packs", selection=Selection(only=("many/*",)))
    assert len(cleaner.rules.rules) == 30
    generate(tmp_path / "texts.jsonl", 0.2)
    texts = [msgspec.json.decode(line)["text"] for line in (tmp_path / "texts.jsonl").read_bytes().splitlines()]
    assert [text for text in texts if cleaner.clean(text).removals] == []
    assert [outcome.rule.id for outcome in prove(cleaner.rules) if not outcome.passed] == []


def test_the_busiest_rules_are_shipped_ones() -> None:
    shipped = {rule.id for rule in Cleaner().rules.rules}
    assert len(busiest_rules()) == ACTING
    assert set(busiest_rules()) <= shipped


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{PROSE}\nLeave a Reply\n", f"{PROSE}\n"),
        (f"{PROSE}\n{PROSE}\n", f"{PROSE}\n"),
        ("It\u00e2\u20ac\u2122s done.\n", "It\N{RIGHT SINGLE QUOTATION MARK}s done.\n"),
        (f"{PROSE}\nLeave a reply, the notice said, and nobody did.\n", None),
        (f"{PROSE}\nIt\N{RIGHT SINGLE QUOTATION MARK}s done.\n", None),
    ],
)
def test_the_naive_pipeline_does_the_work(text: str, kept: str | None) -> None:
    assert clean_text(text, shipped_shapes())[0] == (text if kept is None else kept)


@pytest.mark.parametrize("module", [module for module, _ in STEPS])
def test_every_step_is_a_module(module: str) -> None:
    assert import_module(module).__name__ == module


def test_looks_give_all_processor_time_to_steps() -> None:
    with Looks() as looks:
        start = time.process_time()
        while time.process_time() - start < 0.05:
            pass
    assert sum(looks.seconds.values()) >= 0.05
    assert set(looks.seconds) == {REST}
    assert step_of(None) == REST


def test_every_filter_is_raced() -> None:
    assert {contender.name for contender in CONTENDERS if contender.peer} == set(FILTERS)
    for contender in CONTENDERS:
        assert not contender.peer or (PROJECT / "benchmarks" / "peers" / f"{contender.peer}.txt").is_file()
