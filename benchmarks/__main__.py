"""Measures `cleaner` against the floor, a naive pipeline and its peers, and what rules, workers and size cost.

    python -m benchmarks                          # everything, some minutes
    python -m benchmarks race growth --write-docs # these parts; docs/performance.md and its plot are made anew
    python -m benchmarks --quick --data DIR       # tiny sizes: does it run?

Every result keeps its raw runs in `benchmarks/data/` (or `--data DIR`), in the place of the one before.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.commands import measure_memory, time_workers
from benchmarks.docs import DOCS, write_docs
from benchmarks.growth import grow
from benchmarks.race import PEERS, Track, race
from benchmarks.results import DATA, Result, keep
from benchmarks.rules import BAD_PATTERNS, time_loading
from benchmarks.shares import share_out
from benchmarks.texts import DEV, dev_track, generate, write_dev

PARTS = ("race", "growth", "shares", "workers", "memory", "loading")
DEV_NAMES = ("trafilatura", "resiliparse_main")


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    megabytes: float  # of the texts to race on
    worker_megabytes: float
    memory_megabytes: tuple[float, ...]
    rule_counts: tuple[int, ...]
    loading_rules: int
    bad_patterns: tuple[str, ...]
    repeats: int
    seconds: float  # of processor that a lap takes at least
    dev_names: tuple[str, ...] = DEV_NAMES


FULL = Sizes(8, 1_000, (10, 100, 1_000, 3_000), (10, 100, 1_000, 10_000), 10_000, tuple(BAD_PATTERNS), 5, 1.0)
QUICK = Sizes(0.1, 0.1, (0.1, 0.2), (10, 20), 20, (r"(\w+\s?)+:",), 1, 0.0, ("trafilatura",))


def main() -> None:
    options = _options()
    sizes = _sizes(options)
    with TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = str(Path(name) / "cache")
        for part in options.parts or PARTS:
            for result_name, result in _measure(part, Path(name), sizes, options.peers):
                keep(options.data, result_name, result)
                print(f"{result_name}: kept in {options.data / result_name}.json", file=sys.stderr)
    if options.write_docs:
        write_docs(options.data, options.docs)


def _measure(part: str, folder: Path, sizes: Sizes, peers: Path) -> Iterator[tuple[str, Result]]:
    """The results of a part, under the names that they are kept by."""
    if part == "loading":
        yield part, time_loading(sizes.loading_rules, sizes.bad_patterns)
    elif part == "memory":
        yield part, measure_memory(folder, sizes.memory_megabytes)
    elif part == "workers":
        generate(folder / "workers.jsonl", sizes.worker_megabytes)
        yield part, time_workers(folder / "workers.jsonl", sizes.repeats)
    else:
        for name, track in _tracks(folder, sizes):
            if part == "race":
                yield f"race-{name}", race(track, name, sizes.repeats, sizes.seconds, peers)
            elif part == "shares":
                yield f"shares-{name}", share_out(track, name)
            elif name == "generated":
                yield part, grow(track, sizes.rule_counts, sizes.repeats, sizes.seconds)


def _tracks(folder: Path, sizes: Sizes) -> Iterator[tuple[str, Track]]:
    """The inputs to race on: generated texts, and the dev texts where they are."""
    source = folder / "generated.jsonl"
    generate(source, sizes.megabytes)
    yield "generated", Track.of(source)
    for name in sizes.dev_names:
        texts = dev_track(name)
        if texts is None:
            print(f"{name}: left out, no dev texts in {DEV}", file=sys.stderr)
            continue
        write_dev(texts, folder / f"{name}.jsonl", sizes.megabytes)
        yield name, Track.of(folder / f"{name}.jsonl")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one repeat: figures mean nothing")
    parser.add_argument("--repeats", type=int, help="laps of each contender")
    parser.add_argument("--megabytes", type=float, nargs="+", help="file sizes of the part memory")
    parser.add_argument("--peers", type=Path, default=PEERS, help="folder with the environments of the peers")
    parser.add_argument("--data", type=Path, default=DATA, help="folder for results")
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder with performance.md, for --write-docs")
    parser.add_argument("--write-docs", action="store_true", help="write tables and plot from all kept results")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}: there are {', '.join(PARTS)}")
    if options.quick and options.data == DATA:
        parser.error("--quick measures nothing worth keeping: name another folder with --data")
    return options


def _sizes(options: argparse.Namespace) -> Sizes:
    sizes = QUICK if options.quick else FULL
    if options.repeats is not None:
        sizes = replace(sizes, repeats=options.repeats)
    return replace(sizes, memory_megabytes=tuple(options.megabytes)) if options.megabytes else sizes


if __name__ == "__main__":
    main()
