"""One contender on one file, in a process of its own: the child that `benchmarks.race` starts.

    python -m benchmarks.once '{"module": "benchmarks.floor", "arguments": {}, …}'

Imports nothing but the standard library before the contender itself, because peers live in environments of their own.
Answers on standard output with the JSON of `benchmarks.results.Lap`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Work = Callable[[Path, Path], None]  # reads JSON lines from the first file, writes JSON lines to the second


def run(module: str, arguments: dict[str, Any], source: Path, head: Path, to: Path, seconds: float) -> dict[str, Any]:
    """The lap: time to get ready (imports, rules, the first few documents), then rounds over the whole file.

    A contender that needs less than `seconds` for the file goes on with further rounds until they are full, so that
    quick ones are not timed by a single blink.
    """
    start = time.perf_counter()
    work: Work = importlib.import_module(module).ready(**arguments)
    work(head, to)
    load = time.perf_counter() - start
    walls: list[float] = []
    processors: list[float] = []
    while not walls or sum(processors) < seconds:
        wall, processor = time.perf_counter(), time.process_time()
        work(source, to)
        processors.append(time.process_time() - processor)
        walls.append(time.perf_counter() - wall)
    return {
        "load_seconds": load,
        "wall_seconds": walls,
        "processor_seconds": processors,
        "peak_megabytes": peak_megabytes(),
    }


def peak_megabytes(pid: int | str = "self") -> float:
    """The largest resident size of a process so far, as Linux counts it (VmHWM); 0 where it has ended.

    `ru_maxrss` would not do: it remembers the process that this one was forked from.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.sched_setaffinity(0, {asked["core"]})
    source, head, to = (Path(asked[name]) for name in ("source", "head", "to"))
    json.dump(run(asked["module"], asked["arguments"], source, head, to, asked["seconds"]), sys.stdout)


if __name__ == "__main__":
    main()
