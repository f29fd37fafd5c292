"""Processes that do chunks, with the results in order; one that dies takes nothing with it but its own work.

The pools of the standard library give up, or wait for ever, when a process is killed.  Here its chunk is done again
by a new one, and a document that a process died of twice becomes a failure of its own.

Little goes through pipes: slices of plain files are read by who cleans them, so that a process can have its next one
before it asks, and results stand in memory that is shared.
"""

from __future__ import annotations

import contextlib
import itertools
import mmap
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from msgspec.structs import replace

from cleaner.dump.chunks import CHUNK_BYTES, ChangedInputsError, Chunk, Slice, read_again
from cleaner.dump.work import Done, OutputError, Worker
from cleaner.model import CleanerError

# Forked processes have the rules ready; where forking is not safe (macOS), rules are sent.
_IS_FORKED = sys.platform == "linux"
_CONTEXT: Any = multiprocessing.get_context("fork" if _IS_FORKED else "spawn")
_DEATHS = 2  # of one document, until it is not tried again
_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_AHEAD = 2  # so many chunks a process may have, the one it does among them
_SHARED_BYTES = 2 * CHUNK_BYTES  # for one result; larger ones go through the pipe


def core_count() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class WorkerError(CleanerError):
    """Processes that do the work die, and not because of a document."""


_Result = Done | OutputError | ChangedInputsError


@dataclass
class _Task:
    """A chunk on its way; `size` is that of the bytes that whoever does it reads again, 0 where it carries them."""

    chunk: Chunk
    done: _Result | None = None
    deaths: Counter[int] = field(default_factory=Counter)
    fatal: dict[int, str] = field(default_factory=dict)
    size: int = 0

    @classmethod
    def of(cls, chunk: Chunk) -> _Task:
        """The task, without the bytes where they can be read again."""
        if isinstance(chunk, Slice) and chunk.is_readable_again:
            return cls(strip(chunk), size=len(chunk.data))
        return cls(chunk)

    @property
    def is_light(self) -> bool:
        """Whether so little is sent that a process which is at work need not take it in at once."""
        return self.size > 0

    @property
    def held_bytes(self) -> int:
        """What it keeps in memory here, about."""
        held = len(self.chunk.data) if isinstance(self.chunk, Slice) else 0
        return held + len(self.done.output or b"") if isinstance(self.done, Done) else held

    def settle(self, done: _Result) -> None:
        """Keep what has become of it, and no longer the bytes that it was."""
        self.done, self.chunk = done, strip(self.chunk)


class _Shelf:
    """Memory shared with one process, for the bytes of two results in turn: while it makes the next but one, the first
    has been taken off.
    """

    def __init__(self) -> None:
        self._places = [mmap.mmap(-1, _SHARED_BYTES) for _ in range(_AHEAD)]
        self._turn = 0

    def put(self, pieces: Sequence[bytes]) -> bool:
        """Put the pieces in the next place; whether there was room."""
        if sum(map(len, pieces)) > _SHARED_BYTES:
            return False
        place = self._next()
        for piece in pieces:
            place.write(piece)
        return True

    def take(self, sizes: Sequence[int]) -> list[bytes]:
        """The pieces of these sizes from the next place."""
        place = self._next()
        return [place.read(size) for size in sizes]

    def _next(self) -> mmap.mmap:
        place = self._places[self._turn % _AHEAD]
        self._turn += 1
        place.seek(0)
        return place

    def close(self) -> None:
        for place in self._places:
            place.close()


@dataclass
class _Process:
    """A process, the way to talk to it, what it has to do, and the number of the document that it is at."""

    process: BaseProcess
    connection: Connection
    place: Any  # a shared integer of ctypes
    shelf: _Shelf | None
    tasks: deque[_Task] = field(default_factory=deque)

    def close(self) -> None:
        """Let go of what was shared with it, now that it has ended."""
        self.connection.close()
        if self.shelf:
            self.shelf.close()


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
        self._is_more = True  # chunks to come

    def run(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, Done]]:
        """Every chunk and what has become of it, in order; so few are on their way that memory stays bounded."""
        while True:
            while self._is_more and self._has_room():
                chunk = next(chunks, None)
                if chunk is None:
                    self._is_more = False
                else:
                    task = _Task.of(chunk)
                    del chunk
                    self._tasks.append(task)
                    self._waiting.append(task)
                    self._collect(0)
            if not self._tasks:
                return
            while self._tasks and (done := self._tasks[0].done) is not None:
                if not isinstance(done, Done):
                    raise done
                yield self._tasks.popleft().chunk, done
                self._collect(0)
            if self._tasks and not (self._is_more and self._has_room()):
                self._collect(None)

    def close(self) -> None:
        """End all processes at once; what they were doing is left undone."""
        for process in self._processes:
            process.process.kill()
        for process in self._processes:
            process.process.join()
            process.close()
        self._processes.clear()

    def _has_room(self) -> bool:
        held = sum(task.held_bytes for task in self._tasks)
        return not self._tasks or (len(self._tasks) < self._window and held < self._window * CHUNK_BYTES)

    def _collect(self, seconds: float | None) -> None:
        """Give waiting chunks out and take in what is done; None waits until something is."""
        self._hand_out()
        busy = {process.connection: process for process in self._processes if process.tasks}
        for connection in multiprocessing.connection.wait(list(busy), seconds):
            process = busy[connection]  # type: ignore[index]
            try:
                done = _receive(process)
            except (EOFError, OSError):
                self._bury(process)
            else:
                process.tasks.popleft().settle(done)
            self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting:
            process = self._next_process(self._waiting[0])
            if process is None:
                return
            task = self._waiting.popleft()
            process.tasks.append(task)
            try:
                process.connection.send((strip(task.chunk), task.fatal, task.size))
                if isinstance(task.chunk, Slice) and not task.size:
                    process.connection.send_bytes(task.chunk.data)
            except OSError:
                self._bury(process)

    def _next_process(self, task: _Task) -> _Process | None:
        """Who does the task next: a process without work, a new one, or one that is at its only task.

        The last tasks wait for the first process that has nothing to do.
        """
        process = min(self._processes, key=lambda process: len(process.tasks), default=None)
        if process is None or (process.tasks and len(self._processes) < self._jobs):
            return self._start()
        is_ahead = task.is_light and self._is_more and len(process.tasks) < _AHEAD
        return process if is_ahead or not process.tasks else None

    def _start(self) -> _Process:
        ours, theirs = _CONTEXT.Pipe()
        place = _CONTEXT.RawValue("q", -1)
        shelf = _Shelf() if _IS_FORKED else None
        # A forked process has the ends of all pipes; unless it closes them, nobody hears that we are gone.
        inherited = [ours, *(process.connection for process in self._processes)] if _IS_FORKED else []
        process = _CONTEXT.Process(target=_serve, args=(self._worker, theirs, place, shelf, inherited), daemon=True)
        with _signals_held():
            process.start()
        theirs.close()
        started = _Process(process, ours, place, shelf)
        self._processes.append(started)
        return started

    def _bury(self, process: _Process) -> None:
        """Take note of a process that died, and put its chunks back."""
        process.process.join()
        process.close()
        self._processes.remove(process)
        if not process.tasks:
            return
        self._waiting.extendleft(reversed(process.tasks))  # it was at the first of them
        task, number = process.tasks[0], int(process.place.value)
        how = _how_it_ended(process.process.exitcode)
        task.deaths[number] += 1
        what = "its work is done again"
        if task.deaths[number] >= _DEATHS:
            if number < 0:
                raise WorkerError(f"worker processes {how}, and not because of a document; try again with --jobs 1")
            task.fatal[number] = f"a process that cleaned it {how}, and a second one as well"
            what = "it was not the first at this document, which is passed by"
        self._on_death(f"a worker process {how} at {_shown_name(task.chunk)}; {what}")


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


def _receive(process: _Process) -> _Result:
    """The next result of a process; raises `EOFError` or `OSError` where it has died."""
    done: _Result
    done, sizes = process.connection.recv()
    if isinstance(done, Done):
        if sizes is None or process.shelf is None:
            pieces = [process.connection.recv_bytes() for _ in range(_PIECES)]
        else:
            pieces = process.shelf.take(sizes)
        output, done.manifest, done.ledger = pieces
        done.output = None if done.output is None else output
    return done


_PIECES = 3  # of a result that are sent apart from the rest: output, manifest, ledger


def _send(connection: Connection, done: _Result, shelf: _Shelf | None) -> None:
    if not isinstance(done, Done):
        connection.send((done, None))
        return
    pieces = [done.output or b"", done.manifest, done.ledger]
    done.output, done.manifest, done.ledger = None if done.output is None else b"", b"", b""
    is_shared = shelf is not None and shelf.put(pieces)
    connection.send((done, [len(piece) for piece in pieces] if is_shared else None))
    if not is_shared:
        for piece in pieces:
            connection.send_bytes(piece)


def _serve(
    worker: Worker, connection: Connection, place: Any, shelf: _Shelf | None, inherited: list[Connection]
) -> None:
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
            chunk, fatal, size = connection.recv()
            if isinstance(chunk, Slice) and not size:
                chunk = replace(chunk, data=connection.recv_bytes())
        except (EOFError, OSError):
            return
        note(-1)
        try:
            if size:
                chunk = replace(chunk, data=read_again(chunk, size))
            done: _Result = worker.do(chunk, fatal, note)
        except (OutputError, ChangedInputsError) as error:
            done = error
        del chunk
        with contextlib.suppress(OSError):
            _send(connection, done, shelf)
