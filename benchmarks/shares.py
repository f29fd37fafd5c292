"""Which step of the pipeline takes how much: a timer looks at where the process is.

Nothing is patched and no step is run by itself, so the shares are those of the pipeline as it is.  What a look weighs
is the processor time since the look before: a long call into C, which can't be interrupted, gets its whole time.

    python -m benchmarks.shares '{"source": …, "head": …, "to": …, "core": 0}'
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

import msgspec

from benchmarks.race import FLOOR, OURS, Track, last_core, run_lap, run_python
from benchmarks.results import Shares, conditions

# The step of a look is the first one here whose module stands anywhere in its stack.  A compiled module has no frames:
# what it does counts for the module that asked it.
STEPS = (
    ("cleaner.repair", "repair"),
    ("cleaner.duplicates", "duplicates"),
    ("cleaner.rules.match", "match"),
    ("cleaner.judge", "conditions, claims"),
    ("cleaner.segment", "scan: lines, folding, signs of damage"),
    ("cleaner.cut", "cut, offsets of edits"),
    ("cleaner.ledger", "ledger, manifest, hashes"),
    ("cleaner.dump.audit", "ledger, manifest, hashes"),
    ("cleaner.dump.entries", "JSON in and out"),
)
REST = "reading, writing, the rest"
SECONDS = 0.001  # between two looks
ROUNDS = 5  # over the whole file, after a first one


def share_out(track: Track, name: str) -> Shares:
    """The seconds of each step for the whole file, in a process of its own."""
    here = conditions()
    floor = run_lap(FLOOR, track, 0.5).seconds
    asked = {
        "source": str(track.source),
        "head": str(track.head),
        "to": str(track.folder / "shares.jsonl"),
        "core": last_core(),
    }
    steps = msgspec.json.decode(run_python("benchmarks.shares", asked), type=dict[str, float])
    return Shares(here, name, track.source.stat().st_size / 1e6, floor, sum(steps.values()), steps)


class Looks:
    """Processor seconds by step, counted while the block runs."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def __enter__(self) -> Looks:
        self._last = time.process_time()
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.seconds[REST] += time.process_time() - self._last

    def _look(self, _: int, frame: FrameType | None) -> None:
        now = time.process_time()
        self.seconds[step_of(frame)] += now - self._last
        self._last = now


def step_of(frame: FrameType | None) -> str:
    """The step that a stack belongs to."""
    modules: set[str] = set()
    while frame is not None:
        modules.add(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return next((step for module, step in STEPS if module in modules), REST)


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.sched_setaffinity(0, {asked["core"]})
    from benchmarks.ours import ready  # noqa: PLC0415  (not before the core is chosen: libraries count cores)

    work = ready(**OURS.arguments)
    work(Path(asked["head"]), Path(asked["to"]))
    work(Path(asked["source"]), Path(asked["to"]))  # tables of characters and automata are made when first needed
    with Looks() as looks:
        for _ in range(ROUNDS):
            work(Path(asked["source"]), Path(asked["to"]))
    print(json.dumps({step: seconds / ROUNDS for step, seconds in looks.seconds.items()}))


if __name__ == "__main__":
    main()
