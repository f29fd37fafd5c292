"""A run: the inputs cut into chunks, the chunks done, what has become of them written and recorded, in order."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cleaner.dump.chunks import ChangedInputsError, Chunk, Planner, Seen, cut_rows, cut_slices
from cleaner.dump.entries import Fields
from cleaner.dump.formats import Container, Format
from cleaner.dump.inputs import Inputs, Source
from cleaner.dump.journal import Journal, Stopped, Tally
from cleaner.dump.outputs import Target, check_space, refuse_existing
from cleaner.dump.pool import do_chunks
from cleaner.dump.stdin import open_stdin, spooled
from cleaner.dump.work import Done, OutputError, Worker
from cleaner.dump.writer import Writer, abandon, complete, discard
from cleaner.pipeline import Cleaner
from cleaner.report import Report
from cleaner.version import VERSION

STDIN_NAME = "stdin"
_LAYOUT = "1"  # of the journal and the partial files


@dataclass
class Run:
    """What a run needs; `on_progress` is told the bytes read and the documents done, `on_message` what a person should
    hear, and whether it is a failure.
    """

    cleaner: Cleaner
    fields: Fields
    target: Target
    on_message: Callable[[str, bool], None]
    on_progress: Callable[[int, int], None] = lambda *_: None
    jobs: int = 1

    def clean_inputs(self, inputs: Inputs) -> Report:
        """Clean every source of the inputs; the totals, also where the user interrupts (`is_interrupted`).

        Where outputs and audit files are written, a run that was stopped is continued.  Raises `InputError` where
        another run is at work there, `OutputError` where nothing can be written any more.
        """
        check_space(self.target)
        if self.target.path is None or self.target.audit is None:
            tally = Tally()
            return self._run(self._planner(inputs).chunks(), tally, Writer(self.target, self.fields, tally), None)
        self.target.audit.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(Journal(self.target.audit)) as journal:
            stopped, key = journal.read(), self._key(inputs)
            if stopped and stopped.tally.step.is_complete:  # stopped while it put its files in place
                complete(self.target, stopped.key["fingerprint"], stopped.tally.report)
                if not stopped.difference(key):
                    journal.remove()
                    return stopped.tally.report
            elif stopped:
                planner = self._planner(inputs)
                if writer := self._go_on(stopped, key, planner):
                    return self._run(planner.chunks(), stopped.tally, writer, journal)
                discard(self.target, stopped)
            refuse_existing(self.target, inputs)
            journal.start(key)
            tally = Tally()
            return self._run(self._planner(inputs).chunks(), tally, Writer(self.target, self.fields, tally), journal)

    def clean_stdin(self, forced: Format | None, to: Container | None = None) -> Report:
        """Clean standard input, which is what its first bytes say; it can't be read again, so nothing continues it."""
        check_space(self.target)
        container, stream = open_stdin(sys.stdin.buffer, forced)
        seen, tally = Seen(1, "", STDIN_NAME), Tally()
        with contextlib.ExitStack() as spools:
            is_parquet = container.format is Format.PARQUET
            path = spools.enter_context(spooled(stream)) if is_parquet else Path(STDIN_NAME)
            source = Source(path, STDIN_NAME, container.format, container.codec, to)
            chunks = cut_rows(source, self.fields, seen) if is_parquet else cut_slices(stream, source, seen)
            return self._run(chunks, tally, Writer(self.target, self.fields, tally), None)

    def _planner(self, inputs: Inputs) -> Planner:
        return Planner(inputs.walk(), self.fields, with_files=self.target.is_folder)

    def _key(self, inputs: Inputs) -> dict[str, str]:
        """All that the outputs depend on beside the inputs themselves, by the name that a person knows it by."""
        names = "\0".join(str(path.absolute()) for path in inputs.paths)
        options = {f"--{name}-field": value for name, value in msgspec.structs.asdict(self.fields).items()}
        key = {
            "version": VERSION,
            "fingerprint": self.cleaner.rules.fingerprint,
            "layout": _LAYOUT,
            "IN": hashlib.sha256(os.fsencode(names)).hexdigest(),
            "--out": str(self.target.path and self.target.path.absolute()),
            "--from": str(inputs.forced or ""),
            "--to": str(inputs.to or ""),
        }
        return key | {name: value or "" for name, value in options.items()}

    def _go_on(self, stopped: Stopped, key: dict[str, str], planner: Planner) -> Writer | None:
        """The writer that continues a run, with the planner at its place; None, after a word why, where that is not
        possible.
        """
        try:
            if changed := stopped.difference(key):
                raise ChangedInputsError(f"not the same as when it was stopped: {changed}")
            planner.pass_by(stopped.seen, stopped.tally.step.place)
            writer = Writer(self.target, self.fields, stopped.tally)
        except (ChangedInputsError, FileNotFoundError) as error:
            self.on_message(f"the run that was stopped can't be continued and starts afresh: {error}", False)
            return None
        done = stopped.tally.report.documents
        self.on_message(f"continuing the run that was stopped; {done:,} documents are done", False)
        return writer

    def _run(self, chunks: Iterator[Chunk], tally: Tally, writer: Writer, journal: Journal | None) -> Report:
        worker = Worker(self.cleaner, self.fields, self.target, writer.spool)
        is_whole = False
        try:
            with contextlib.closing(do_chunks(worker, chunks, self.jobs, self._tell_death)) as results:
                for chunk, done in results:
                    self._commit(chunk, done, tally, writer, journal)
            is_whole = True
        except KeyboardInterrupt:
            tally.report.is_interrupted = True
        finally:
            writer.close()
            if not is_whole and journal is None:
                abandon(self.target)
        if is_whole:
            if journal:
                journal.add(msgspec.structs.replace(tally.step, counts=Report(), first=False, is_complete=True))
            complete(self.target, self.cleaner.rules.fingerprint, tally.report)
            if journal:
                journal.remove()
        return tally.report

    def _commit(self, chunk: Chunk, done: Done, tally: Tally, writer: Writer, journal: Journal | None) -> None:
        """Write and record what has become of a chunk; the step is taken when its row stands in the journal."""
        try:
            step = writer.write(chunk, done)
            if journal:
                journal.add(step)
            tally.add(step)
            if step.last:
                writer.settle(step)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError.of(error) from None
        for failure in done.failures:
            self.on_message(f"{failure.doc}: {failure.error}", True)
        for note in done.notes:
            self.on_message(note, False)
        self.on_progress(chunk.encoded_bytes, done.report.documents + done.report.failed)

    def _tell_death(self, message: str) -> None:
        self.on_message(message, False)
