"""What must hold, and whether it did in the kept runs: bounds on ratios within one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.markdown import number
from benchmarks.race import FILTERS
from benchmarks.results import Figure, Growth, Kept, Memory, Race, Workers, figure

FLOOR_TIMES, GROWTH_TIMES, NAIVE_TIMES, PEER_TIMES, WORKER_TIMES = 5.0, 1.25, 25.0, 3.0, 1.7
MEMORY_MEGABYTES = 500.0  # of each process, however large the file is
MEMORY_TIMES = 1.1  # what the largest file may take of the smallest one's: allocators keep a little


@dataclass(frozen=True)
class Bound:
    """One demand: what is measured, the least or the most that it may be, and what it was."""

    what: str
    limit: float
    at_most: bool
    measured: Figure

    @property
    def holds(self) -> bool:
        """Whether the median is within the limit."""
        return self.measured.median <= self.limit if self.at_most else self.measured.median >= self.limit


def every_bound(found: Kept) -> list[Bound]:
    """What must hold of all that was measured."""
    bounds = [bound for race in found.races for bound in _race_bounds(race)]
    if found.growth:
        bounds.append(_growth_bound(found.growth))
    if found.workers and found.workers.wall_seconds:
        bounds.append(_worker_bound(found.workers))
    if found.memory:
        bounds.extend(_memory_bounds(found.memory))
    return bounds


def _race_bounds(race: Race) -> Iterator[Bound]:
    """What must hold against the floor, the naive pipeline and each peer."""
    yield Bound(f"`cleaner` / floor ({race.source})", FLOOR_TIMES, True, race.ratio("cleaner", "floor"))
    yield Bound(f"naive / `cleaner` ({race.source})", NAIVE_TIMES, False, race.ratio("naive", "cleaner"))
    for peer in FILTERS:
        if peer.name in race.laps:
            what = f"{peer.name} / `{peer.beside}` ({race.source})"
            yield Bound(what, PEER_TIMES, False, race.ratio(peer.name, peer.beside))


def _growth_bound(growth: Growth) -> Bound:
    """What must hold of many rules against few."""
    few, many = min(growth.laps), max(growth.laps)
    what = f"cost of {many:,} rules / {few:,} rules"
    return Bound(what, GROWTH_TIMES, True, growth.ratio(many, few))


def _worker_bound(workers: Workers) -> Bound:
    """What must hold of two workers against one, on an idle machine with two cores."""
    pairs = zip(workers.wall_seconds[1], workers.wall_seconds[2], strict=True)
    return Bound("speed of two workers / one", WORKER_TIMES, False, figure([one / two for one, two in pairs]))


def _memory_bounds(memory: Memory) -> Iterator[Bound]:
    """What must hold of the largest process, each number of jobs by itself: with the largest file, and against the
    smallest.
    """
    sizes = [peak.megabytes for peak in memory.peaks]
    largest, ratios = [], []
    for jobs in {peak.jobs for peak in memory.peaks}:
        peaks = sorted((peak for peak in memory.peaks if peak.jobs == jobs), key=lambda peak: peak.megabytes)
        largest.append(peaks[-1].largest_megabytes)
        ratios.append(peaks[-1].largest_megabytes / peaks[0].largest_megabytes)
    most = f"file of {number(max(sizes))} MB"
    yield Bound(f"peak memory of a process in MB, {most}", MEMORY_MEGABYTES, True, figure(largest))
    yield Bound(f"peak memory, {most} / {number(min(sizes))} MB", MEMORY_TIMES, True, figure(ratios))
