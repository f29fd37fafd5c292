"""Times `cleaner` on a JSON lines file against the floor: orjson in, orjson out, nothing between.

    python -m benchmarks.floor [--megabytes 8] [--repeats 5]

Each repeat times the floor and then the cleaner in this one process, on one core, and the ratio of the medians is the
figure.  Every raw time is kept in `benchmarks/data/`.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from benchmarks.texts import generate
from cleaner.dump.entries import Fields
from cleaner.dump.inputs import Inputs
from cleaner.dump.outputs import plan_target
from cleaner.dump.run import Run
from cleaner.pipeline import Cleaner

DATA = Path(__file__).resolve().parent / "data"


def floor(source: Path, to: Path) -> None:
    with source.open("rb") as lines, to.open("wb") as out:
        for line in lines:
            out.write(orjson.dumps(orjson.loads(line)) + b"\n")


def clean(cleaner: Cleaner, source: Path, to: Path) -> None:
    inputs = Inputs([str(source)])
    target = plan_target(inputs, str(to), None, overwrite=True)
    Run(cleaner, Fields(), target, lambda message, is_failure: print(message)).clean_inputs(inputs)


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    cleaner = Cleaner()
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        count = generate(source, options.megabytes)
        size = source.stat().st_size / 1e6
        times: dict[str, list[float]] = {"floor": [], "cleaner": []}
        for _ in range(options.repeats):
            times["floor"].append(seconds(lambda: floor(source, folder / "floor.jsonl")))
            times["cleaner"].append(seconds(lambda: clean(cleaner, source, folder / "clean.jsonl")))
    medians = {name: statistics.median(values) for name, values in times.items()}
    result = {
        "documents": count,
        "megabytes": round(size, 2),
        "rules": len(cleaner.rules.rules),
        "python": platform.python_version(),
        "seconds": times,
        "megabytes_per_second": {name: round(size / median, 2) for name, median in medians.items()},
        "times_floor": round(medians["cleaner"] / medians["floor"], 1),
    }
    DATA.mkdir(exist_ok=True)
    raw = DATA / f"floor-{time.strftime('%Y%m%dT%H%M%S')}.json"
    raw.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
