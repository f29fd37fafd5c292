"""Measures how well `cleaner` cleans, on the dev benchmark that lies beside the project (`../shared/bench`).

    python -m benchmarks.quality                        # every residue track, all page types, prints the tables
    python -m benchmarks.quality --quick                # articles only, without C4 and RefinedWeb; for work on rules
    python -m benchmarks.quality --wrong 'en/promo/*'   # and the lines that these rules took though the gold has them
    python -m benchmarks.quality --held --write-docs    # for a release: with totals of the held-back pages, into docs

Every fifth page is held back: without --held it is not scored, and with it only totals are told.  Exit status 0, or 2
where the benchmark is not there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.quality.bench import FOLDER, TRACKS, Bench, BenchError, Page
from benchmarks.quality.measure import BAR, VARIANTS, Collateral, TrackScore, measure_gold, measure_track
from benchmarks.quality.summary import ARTICLES, summarise
from benchmarks.quality.tables import tables

DOCS = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"


class Task:
    """What one process measures; made to be sent there."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._bench = Bench(options.bench)
        self._options = options
        self._variants = {BAR: VARIANTS[BAR]} if options.quick else VARIANTS

    def track(self, name: str) -> TrackScore:
        return measure_track(self._bench, name, self._variants, peers=not self._options.quick, chosen=self._is_chosen)

    def gold(self) -> list[Collateral]:
        return measure_gold(self._bench, self._variants, self._is_chosen)

    def _is_chosen(self, page: Page) -> bool:
        return (self._options.held or not page.is_held) and (not self._options.quick or page.page_type == ARTICLES)


def write_docs(path: Path, text: str) -> None:
    """Put the text between the marks of the file; raises `BenchError` where it has none."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(
            f"{path}: no place for figures; put {BEGIN.strip()} and {END.strip()} there, on their own lines"
        )
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def wrong_lines(tracks: list[TrackScore], glob: str) -> Iterator[str]:
    """The lines of the tuning pages that the gold misses, by rule, page and track."""
    found = {
        (rule, page, track.name, text)
        for track in tracks
        for rule, taken in track.takings.items()
        if fnmatchcase(rule, glob)
        for page, text in taken.wrong
    }
    for rule, page, track_name, text in sorted(found):
        yield f"{rule}  {page}  {track_name}  {text[:160]}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", type=Path, default=FOLDER, metavar="DIR", help="folder of the benchmark")
    parser.add_argument("--track", action="append", choices=TRACKS, help="only this track; may be given several times")
    parser.add_argument("--quick", action="store_true", help="articles only, one variant, no peers")
    parser.add_argument("--held", action="store_true", help="with totals of the held-back pages; never while tuning")
    parser.add_argument("--wrong", metavar="RULE", help="list what these rules (a glob) took though the gold has it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/quality.md")
    parser.add_argument("--jobs", type=int, default=2, help="processes; 2 unless told")
    options = parser.parse_args()
    task = Task(options)
    try:
        with ProcessPoolExecutor(options.jobs) as pool:
            gold = pool.submit(task.gold)
            tracks = list(pool.map(task.track, options.track or TRACKS))
            summary = summarise(Bench(options.bench), tracks, gold.result())
        text = tables(summary)
        if options.write_docs:
            write_docs(DOCS, text)
    except BenchError as error:
        print(f"quality: {error}", file=sys.stderr)
        return 2
    print(text, end="")
    if options.wrong:
        print(*wrong_lines(tracks, options.wrong), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
