"""What the parts of the benchmark found, as kept in `benchmarks/data/`: raw runs, and the medians made of them."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from benchmarks.makeup import Makeup

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "benchmarks" / "data"


class Conditions(msgspec.Struct, frozen=True):
    """Where and when: what is needed to judge figures, and to see whether two runs may be compared.

    `load` is the machine's load average over the minute before: what else was running.
    """

    day: str
    commit: str
    python: str
    processor: str
    cores: int
    load: float
    versions: dict[str, str]


class Lap(msgspec.Struct, frozen=True):
    """One contender in one process: seconds until it was ready, and those of each round over the file.

    Processor seconds count this process alone, so other work on the machine hardly moves them.
    """

    load_seconds: float
    wall_seconds: list[float]
    processor_seconds: list[float]
    peak_megabytes: float

    @property
    def seconds(self) -> float:
        """Processor seconds for the file: the median of the rounds."""
        return statistics.median(self.processor_seconds)


class Figure(msgspec.Struct, frozen=True):
    """A median and what it is the median of, from smallest to largest."""

    median: float
    smallest: float
    largest: float


class Race(msgspec.Struct, frozen=True):
    """Contenders on one input; the laps of one place in the lists were run after each other."""

    conditions: Conditions
    source: str
    makeup: Makeup
    laps: dict[str, list[Lap]]
    left_out: dict[str, str]
    rules: int

    def speed(self, name: str) -> Figure:
        """Megabytes of input per processor second."""
        return figure([self.makeup.megabytes / lap.seconds for lap in self.laps[name]])

    def ratio(self, name: str, other: str) -> Figure:
        """How many times the cost of the other, lap by lap."""
        return ratio(self.laps[name], self.laps[other])


class Growth(msgspec.Struct, frozen=True):
    """`cleaner` with more and more rules that match nothing: number of rules -> laps."""

    conditions: Conditions
    megabytes: float
    laps: dict[int, list[Lap]]

    def speed(self, rules: int) -> Figure:
        """Megabytes of input per processor second."""
        return figure([self.megabytes / lap.seconds for lap in self.laps[rules]])

    def ratio(self, rules: int, others: int) -> Figure:
        """How many times the cost of another number of rules, lap by lap."""
        return ratio(self.laps[rules], self.laps[others])


class Shares(msgspec.Struct, frozen=True):
    """Processor seconds of one lap by step of the pipeline, and the floor's for the same file."""

    conditions: Conditions
    source: str
    megabytes: float
    floor_seconds: float
    seconds: float
    steps: dict[str, float]


class Workers(msgspec.Struct, frozen=True):
    """Wall seconds of whole commands: jobs -> one for each repeat.  `left_out` says why there are none."""

    conditions: Conditions
    megabytes: float
    wall_seconds: dict[int, list[float]]
    same_output: bool
    left_out: str = ""


class Peak(msgspec.Struct, frozen=True):
    """Largest resident sizes of one command: its first process, and each worker."""

    jobs: int
    megabytes: float
    parent_megabytes: float
    worker_megabytes: list[float]

    @property
    def largest_megabytes(self) -> float:
        """The peak of the process that took most."""
        return max(self.parent_megabytes, *self.worker_megabytes, 0.0)


class Memory(msgspec.Struct, frozen=True):
    """Peaks over sizes of the input."""

    conditions: Conditions
    peaks: list[Peak]


class Loading(msgspec.Struct, frozen=True):
    """Seconds to load many rules (empty cache, then unchanged), and what bad patterns took on one line."""

    conditions: Conditions
    rules: int
    first_seconds: float
    unchanged_seconds: list[float]
    limit_seconds: float
    patterns: dict[str, tuple[float, str]]


Result = Race | Growth | Shares | Workers | Memory | Loading


class Kept(NamedTuple):
    """Every result that is kept."""

    races: list[Race]
    shares: list[Shares]
    growth: Growth | None
    workers: Workers | None
    memory: Memory | None
    loading: Loading | None

    def every(self) -> Iterator[Result]:
        """All of them."""
        yield from self.races
        yield from self.shares
        yield from (each for each in (self.growth, self.workers, self.memory, self.loading) if each)


ResultT = TypeVar("ResultT", Race, Growth, Shares, Workers, Memory, Loading)


def figure(values: Sequence[float]) -> Figure:
    """Median, smallest and largest."""
    return Figure(statistics.median(values), min(values), max(values))


def ratio(laps: Sequence[Lap], others: Sequence[Lap]) -> Figure:
    """Cost of the laps as multiples of the others', each lap against the one of the same repeat."""
    return figure([lap.seconds / other.seconds for lap, other in zip(laps, others, strict=True)])


def keep(folder: Path, name: str, result: Result) -> None:
    """Write a result, which takes the place of the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.encode(_rounded(msgspec.to_builtins(result, str_keys=True)))
    (folder / f"{name}.json").write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")


def every_kept(folder: Path) -> Kept:
    """The results that are kept there; of parts that have one for each input, the generated texts first."""
    return Kept(
        races=_of_inputs(folder, "race", Race),
        shares=_of_inputs(folder, "shares", Shares),
        growth=_kept(folder / "growth.json", Growth),
        workers=_kept(folder / "workers.json", Workers),
        memory=_kept(folder / "memory.json", Memory),
        loading=_kept(folder / "loading.json", Loading),
    )


def _of_inputs(folder: Path, part: str, kind: type[ResultT]) -> list[ResultT]:
    paths = sorted(folder.glob(f"{part}-*.json"), key=lambda path: ("generated" not in path.name, path.name))
    results = (_kept(path, kind) for path in paths)
    return [result for result in results if result is not None]


def _kept(path: Path, kind: type[ResultT]) -> ResultT | None:
    """The result in the file; None where there is none."""
    return msgspec.json.decode(path.read_bytes(), type=kind, strict=False) if path.is_file() else None


def conditions() -> Conditions:
    """The conditions of a measurement that starts now."""
    names = ("ftfy", "msgspec", "orjson", "regex")
    return Conditions(
        day=time.strftime("%Y-%m-%d"),
        commit=_commit(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        load=round(os.getloadavg()[0], 2),
        versions={name: version(name) for name in names},
    )


def _commit() -> str:
    """The short hash of the checkout, with a plus where what is measured was changed since; `?` outside of one."""
    found = [
        subprocess.run(["git", "-C", str(PROJECT), *ask], capture_output=True, text=True, check=False).stdout.strip()
        for ask in (
            ("rev-parse", "--short", "HEAD"),
            ("status", "--porcelain", "--", "src", "rules", "benchmarks/*.py"),
        )
    ]
    return (found[0] or "?") + ("+" if found[1] else "")


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _rounded(value: object) -> object:
    """The value with floats cut to what was measured: microseconds."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value
