"""Whole commands, as a user runs them: what a second worker brings, and how much memory a file of any size takes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.once import peak_megabytes
from benchmarks.results import Memory, Peak, Workers, conditions
from benchmarks.texts import generate

COMMAND = [sys.executable, "-c", "from cleaner.cli import main; main()", "clean"]
LOOK_SECONDS = 0.05


def has_jobs() -> bool:
    """Whether `cleaner clean` knows `--jobs`."""
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    return "--jobs" in done.stdout


def command(source: Path, to: Path, jobs: int) -> list[str]:
    """The command line; without the option where there is one job."""
    with_jobs = ["--jobs", str(jobs)] if has_jobs() else []
    return [*COMMAND, str(source), "-o", str(to), "--overwrite", "--quiet", *with_jobs]


def time_workers(source: Path, repeats: int, jobs: Sequence[int] = (1, 2)) -> Workers:
    """Wall seconds of the whole command with one worker and with two, in turn; start and loading of rules count."""
    here = conditions()
    megabytes = source.stat().st_size / 1e6
    if not has_jobs():
        return Workers(here, megabytes, {}, False, "`cleaner clean` has no --jobs")
    seconds: defaultdict[int, list[float]] = defaultdict(list)
    hashes: set[str] = set()
    for _ in range(repeats):
        for count in jobs:
            to = source.with_name(f"jobs-{count}.jsonl")
            start = time.perf_counter()
            subprocess.run(command(source, to, count), check=True)
            seconds[count].append(time.perf_counter() - start)
            hashes.add(_hash(to))
    return Workers(here, megabytes, dict(seconds), len(hashes) == 1)


def measure_memory(folder: Path, sizes: Sequence[float]) -> Memory:
    """Peaks of the command over files of these many megabytes, with one worker and, where it can, with two."""
    here = conditions()
    source, to = folder / "memory.jsonl", folder / "memory.out.jsonl"
    peaks: list[Peak] = []
    for megabytes in sizes:
        generate(source, megabytes)
        peaks.extend(measure_peak(source, to, jobs) for jobs in ((1, 2) if has_jobs() else (1,)))
    return Memory(here, peaks)


def measure_peak(source: Path, to: Path, jobs: int) -> Peak:
    """Largest resident sizes, as the kernel counts them for each process (VmHWM), looked at while it lives."""
    largest: dict[int, float] = {}
    with subprocess.Popen(command(source, to, jobs)) as process:
        while process.poll() is None:
            for pid in _family(process.pid):
                largest[pid] = max(largest.get(pid, 0.0), peak_megabytes(pid))
            time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    parent = largest.pop(process.pid, 0.0)
    return Peak(jobs, source.stat().st_size / 1e6, parent, sorted(largest.values()))


def _family(pid: int) -> Iterator[int]:
    """The process and all that came of it."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(path).split():
            yield from _family(int(child))


def _read(path: Path) -> str:
    """What the kernel says there; empty where the process has ended meanwhile."""
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
