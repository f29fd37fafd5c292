"""Processes that do chunks, with the results in order; one that dies takes nothing with it but its own work.

The pools of the standard library give up, or wait for ever, when a process is killed.  Here its chunk is done again
by a new one, and a document that a process died of twice becomes a failure of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from cleaner.dump.chunks import CHUNK_BYTES, Chunk, Slice
from cleaner.dump.work import Done, OutputError, Worker
from cleaner.model import CleanerError

# Forked processes have the rules ready; where forking is not safe (macOS), rules are sent.
_IS_FORKED = sys.platform == "linux"
_CONTEXT: Any = multiprocessing.get_context("fork" if _IS_FORKED else "spawn")
_DEATHS = 2  # of one document, until it is not tried again
_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def core_count() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class WorkerError(CleanerError):
    """Processes that do the work die, and not because of a document."""


@dataclass
class _Task:
    """A chunk on its way."""

    chunk: Chunk
    done: Done | OutputError | None = None
    deaths: Counter[int] = field(default_factory=Counter)
    fatal: dict[int, str] = field(default_factory=dict)

    @property
    def held_bytes(self) -> int:
        """What it keeps in memory here, about."""
        held = len(self.chunk.data) if isinstance(self.chunk, Slice) else 0
        return held + len(self.done.output or b"") if isinstance(self.done, Done) else held

    def settle(self, done: Done | OutputError) -> None:
        """Keep what has become of it, and no longer the bytes that it was."""
        self.done, self.chunk = done, strip(self.chunk)


@dataclass
class _Process:
    """A process, the way to talk to it, what it does, and the number of the document that it is at."""

    process: BaseProcess
    connection: Connection
    place: Any  # a shared integer of ctypes
    task: _Task | None = None


def do_chunks(
    worker: Worker, chunks: Iterator[Chunk], jobs: int, on_death: Callable[[str], None]
) -> Generator[tuple[Chunk, Done]]:
    """Every chunk with what has become of it, in order; with one job, or for one chunk, in this process.

    `on_death` is told of processes that died.  Raises `OutputError`, `WorkerError`.
    """
    first = list(itertools.islice(chunks, 2))
    chunks = itertools.chain(first, chunks)
    if jobs == 1 or len(first) < 2:
        del first
        for chunk in chunks:
            yield chunk, worker.do(chunk, {}, lambda _: None)
        return
    with contextlib.closing(_Pool(worker, jobs, on_death)) as pool:
        del first
        yield from pool.run(chunks)


class _Pool:
    """Processes that are started when there is work for them."""

    def __init__(self, worker: Worker, jobs: int, on_death: Callable[[str], None]) -> None:
        self._worker = worker
        self._jobs = jobs
        self._window = 2 * jobs + 2
        self._on_death = on_death
        self._processes: list[_Process] = []
        self._tasks: deque[_Task] = deque()  # in order; the first is the next to be handed on
        self._waiting: deque[_Task] = deque()  # those of them that no process has

    def run(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, Done]]:
        """Every chunk and what has become of it, in order; so few are on their way that memory stays bounded."""
        is_more = True
        while True:
            while is_more and self._has_room():
                chunk = next(chunks, None)
                if chunk is None:
                    is_more = False
                else:
                    task = _Task(chunk)
                    self._tasks.append(task)
                    self._waiting.append(task)
                    self._collect(0)
            if not self._tasks:
                return
            while self._tasks and (done := self._tasks[0].done) is not None:
                if isinstance(done, OutputError):
                    raise done
                yield self._tasks.popleft().chunk, done
                self._collect(0)
            if self._tasks and not (is_more and self._has_room()):
                self._collect(None)

    def close(self) -> None:
        """End all processes at once; what they were doing is left undone."""
        for process in self._processes:
            process.process.kill()
        for process in self._processes:
            process.process.join()
            process.connection.close()
        self._processes.clear()

    def _has_room(self) -> bool:
        held = sum(task.held_bytes for task in self._tasks)
        return not self._tasks or (len(self._tasks) < self._window and held < self._window * CHUNK_BYTES)

    def _collect(self, seconds: float | None) -> None:
        """Give waiting chunks out and take in what is done; None waits until something is."""
        self._hand_out()
        busy = {process.connection: process for process in self._processes if process.task}
        for connection in multiprocessing.connection.wait(list(busy), seconds):
            process = busy[connection]  # type: ignore[index]
            try:
                done = process.connection.recv()
                if isinstance(done, Done) and done.output is not None:
                    done.output = process.connection.recv_bytes()
            except (EOFError, OSError):
                self._bury(process)
            else:
                assert process.task
                process.task.settle(done)
                process.task = None
            self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting:
            process = next((process for process in self._processes if process.task is None), None)
            if process is None and len(self._processes) < self._jobs:
                process = self._start()
            if process is None:
                return
            process.task = task = self._waiting.popleft()
            try:
                process.connection.send((strip(task.chunk), task.fatal))
                if isinstance(task.chunk, Slice):
                    process.connection.send_bytes(task.chunk.data)
            except OSError:
                self._bury(process)

    def _start(self) -> _Process:
        ours, theirs = _CONTEXT.Pipe()
        place = _CONTEXT.RawValue("q", -1)
        # A forked process has the ends of all pipes; unless it closes them, nobody hears that we are gone.
        inherited = [ours, *(process.connection for process in self._processes)] if _IS_FORKED else []
        process = _CONTEXT.Process(target=_serve, args=(self._worker, theirs, place, inherited), daemon=True)
        with _signals_held():
            process.start()
        theirs.close()
        started = _Process(process, ours, place)
        self._processes.append(started)
        return started

    def _bury(self, process: _Process) -> None:
        """Take note of a process that died, and put its chunk back."""
        process.process.join()
        process.connection.close()
        self._processes.remove(process)
        task, number = process.task, int(process.place.value)
        if task is None:
            return
        how = _how_it_ended(process.process.exitcode)
        task.deaths[number] += 1
        what = "its work is done again"
        if task.deaths[number] >= _DEATHS:
            if number < 0:
                raise WorkerError(f"worker processes {how}, and not because of a document; try again with --jobs 1")
            task.fatal[number] = f"a process that cleaned it {how}, and a second one as well"
            what = "it was not the first at this document, which is passed by"
        self._on_death(f"a worker process {how} at {_shown_name(task.chunk)}; {what}")
        self._waiting.appendleft(task)


def strip(chunk: Chunk) -> Chunk:
    """The chunk without the bytes that it carries."""
    return replace(chunk, data=b"") if isinstance(chunk, Slice) else chunk


def _shown_name(chunk: Chunk) -> str:
    return (
        chunk.source.name if isinstance(chunk, Slice) else f"one of {len(chunk.items):,} files up to {chunk.seen.name}"
    )


def _how_it_ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """A block in which interruptions wait: none hits a new process before it has said what it does with them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(worker: Worker, connection: Connection, place: Any, inherited: list[Connection]) -> None:
    """What a process does: chunks, until nobody sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the run as a whole; it ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    for other in inherited:
        other.close()

    def note(number: int) -> None:
        place.value = number

    while True:
        try:
            chunk, fatal = connection.recv()
            if isinstance(chunk, Slice):
                chunk = replace(chunk, data=connection.recv_bytes())
        except (EOFError, OSError):
            return
        note(-1)
        try:
            done: Done | OutputError = worker.do(chunk, fatal, note)
        except OutputError as error:
            done = error
        output = None
        if isinstance(done, Done):
            output, done.output = done.output, None if done.output is None else b""
        with contextlib.suppress(OSError):
            connection.send(done)
            if output is not None:
                connection.send_bytes(output)
