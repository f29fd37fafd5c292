"""Contenders on the same file: each lap in a process of its own on one core, laps interleaved (A B C, A B C, …)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.makeup import measure_makeup
from benchmarks.results import PROJECT, Lap, Race, conditions
from cleaner import Cleaner

HEAD_DOCUMENTS = 50  # what each contender sees before the clock starts
PEERS = PROJECT / ".venv" / "peers"  # where `make peers` puts the environments


class LapError(Exception):
    """A contender that did not finish its lap."""


@dataclass(frozen=True)
class Contender:
    """Who runs: a module with `ready(**arguments)`, and the peer whose environment it needs, if any.

    `beside` names which of ours does comparable work or more.
    """

    name: str
    does: str
    module: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    peer: str = ""
    beside: str = ""

    def python(self, peers: Path) -> Path:
        """The interpreter to run it with."""
        return peers / self.peer / "bin" / "python" if self.peer else Path(sys.executable)


FLOOR = Contender("floor", "orjson in, orjson out, nothing between", "benchmarks.floor")
OURS = Contender("cleaner", "repair, shipped rules, duplicates, ledger, manifest", "benchmarks.ours")
REPAIR = Contender(
    "cleaner-repair", "the same without rules: repair, ledger, manifest", "benchmarks.ours", {"off": ["*"]}
)
NAIVE = Contender("naive", "ftfy line by line, a loop of the same rules, duplicates, ledger", "benchmarks.naive")
FILTERS = tuple(
    Contender(name, does, "benchmarks.filters", {"name": name}, name.partition("-")[0], beside)
    for name, does, beside in (
        ("datatrove-c4", "C4QualityFilter, as it comes", OURS.name),
        ("datatrove-c4-lines", "C4QualityFilter without its sentence count", OURS.name),
        ("datatrove-ftfy", "FTFYFormatter: repair only", REPAIR.name),
        ("dolma-c4", "tagger c4_v2: marks lines, cuts nothing", OURS.name),
    )
)
CONTENDERS = (FLOOR, OURS, REPAIR, NAIVE, *FILTERS)


@dataclass(frozen=True)
class Track:
    """A file to race on, the head of it to warm up on, and where outputs go."""

    source: Path
    head: Path
    folder: Path

    @classmethod
    def of(cls, source: Path) -> Track:
        """The track of a JSON lines file; its other files stand beside it."""
        head = source.with_name("head-" + source.name)
        with source.open("rb") as lines:
            head.write_bytes(b"".join(islice(lines, HEAD_DOCUMENTS)))
        return cls(source, head, source.parent)


def race(track: Track, name: str, repeats: int, seconds: float, peers: Path = PEERS) -> Race:
    """The laps of all contenders on the track that can run here; the others are `left_out`, with the reason."""
    here = conditions()
    running = [contender for contender in CONTENDERS if contender.python(peers).exists()]
    left_out = {
        contender.name: f"{contender.peer} is not installed (make peers)"
        for contender in CONTENDERS
        if contender not in running
    }
    cleaner = Cleaner()
    makeup = measure_makeup(track.source, cleaner)
    laps = run_laps(running, track, repeats, seconds, peers)
    return Race(here, name, makeup, laps, left_out, len(cleaner.rules.rules))


def run_laps(
    contenders: Sequence[Contender], track: Track, repeats: int, seconds: float, peers: Path = PEERS
) -> dict[str, list[Lap]]:
    """The laps by contender, in the order in which they were run."""
    laps: dict[str, list[Lap]] = {contender.name: [] for contender in contenders}
    for _ in range(repeats):
        for contender in contenders:
            laps[contender.name].append(run_lap(contender, track, seconds, peers))
    return laps


def run_lap(contender: Contender, track: Track, seconds: float, peers: Path = PEERS) -> Lap:
    """One lap; raises `LapError` with the contender's own words where it fails."""
    asked = {
        "module": contender.module,
        "arguments": dict(contender.arguments),
        "core": last_core(),
        "source": str(track.source),
        "head": str(track.head),
        "to": str(track.folder / f"{contender.name}.jsonl"),
        "seconds": seconds,
    }
    return msgspec.json.decode(run_python("benchmarks.once", asked, contender.python(peers)), type=Lap)


def run_python(module: str, asked: Mapping[str, Any], python: Path = Path(sys.executable)) -> bytes:
    """The last line that the module prints when it is run in a process of its own with this JSON."""
    done = subprocess.run([str(python), "-m", module, json.dumps(asked)], cwd=PROJECT, capture_output=True, check=False)
    if done.returncode:
        raise LapError(f"{module} with {asked['to']}: status {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout.splitlines()[-1]


def last_core() -> int:
    """The core that laps are pinned to: the last of those allowed, as the first is where most else runs."""
    return max(os.sched_getaffinity(0))
