"""A run: every source of the inputs read, cleaned, written and recorded; one bad document never stops it."""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cleaner
from cleaner.dump.audit import AuditWriter, write_report
from cleaner.dump.entries import (
    Entry,
    Failure,
    Fields,
    looks_like_jsonl,
    open_source,
    read_entry,
    read_record,
    read_source,
    record_lines,
    write_record,
)
from cleaner.dump.inputs import Format, Inputs, Source, Unusable
from cleaner.dump.outputs import Target, check_space
from cleaner.model import Cleaned, CleanerError
from cleaner.pipeline import Cleaner
from cleaner.report import Report

STDIN_NAME = "stdin"


@dataclass
class Run:
    """What a run needs; `on_progress` is told the bytes read, `on_message` what a person should hear, and
    whether it is a failure."""

    cleaner: Cleaner
    fields: Fields
    target: Target
    on_message: Callable[[str, bool], None]
    on_progress: Callable[[int], None] = lambda _: None
    report: Report = field(default_factory=Report)
    _audit: AuditWriter | None = None

    def clean_inputs(self, inputs: Inputs) -> Report:
        """Clean every source of the inputs; the totals, also where the user interrupts (`is_interrupted`)."""
        return self._run(lambda: self._clean_sources(inputs))

    def clean_stdin(self, forced: Format | None) -> Report:
        """Clean standard input: JSON lines where its first line is a JSON object, else one text."""
        return self._run(lambda: self._clean_stdin(forced))

    def _run(self, work: Callable[[], None]) -> Report:
        check_space(self.target)
        with AuditWriter(self.target.audit) if self.target.audit else nullcontext() as self._audit:
            try:
                work()
            except KeyboardInterrupt:
                self.report.is_interrupted = True
        if self.target.audit:
            settings = {"version": cleaner.__version__, "fingerprint": self.cleaner.rules.fingerprint}
            write_report(self.target.audit, settings | self.report.as_dict())
        return self.report

    def _clean_sources(self, inputs: Inputs) -> None:
        for source in inputs.walk():
            if isinstance(source, Unusable):
                self._pass_over(source)
                continue
            try:
                if source.format is Format.JSONL:
                    with open_source(source.path) as lines:
                        self._clean_records(lines, source)
                else:
                    self._clean_file(read_source(source.path), source)
            except CleanerError as error:
                self._fail(Failure(source.name, source.name, 0, str(error)))
            except BrokenPipeError:
                raise
            except OSError as error:
                self._fail(Failure(source.name, source.name, 0, f"{error.filename or source.name}: {error.strerror}"))

    def _clean_stdin(self, forced: Format | None) -> None:
        head = []
        for line in sys.stdin.buffer:
            head.append(line)
            if line.strip():
                break
        format_ = forced or (Format.JSONL if head and looks_like_jsonl(head[-1]) else Format.TXT)
        source = Source(Path(STDIN_NAME), STDIN_NAME, format_)
        if format_ is Format.JSONL:
            self._clean_records(itertools.chain(head, sys.stdin.buffer), source)
        else:
            self._clean_file(b"".join(head) + sys.stdin.buffer.read(), source)

    def _clean_file(self, raw: bytes, source: Source) -> None:
        """Clean a file that is one document; it has an output only where it did not fail."""
        done = self._clean_one(source, 0, lambda: read_entry(raw, source.name, source.format, self.fields))
        if done is None:
            self.target.drop(source)
        else:
            entry, cleaned = done
            with self._recorded(), self.target.open(source) as output:
                output.write(cleaned.text.encode("utf-8"))
                self._record(entry, source, cleaned)
            self.report.add(cleaned)
        self.on_progress(len(raw))

    def _clean_records(self, lines: Iterable[bytes], source: Source) -> None:
        """Clean a file of JSON lines; where it breaks off, its output and its audit rows are taken back."""
        before = copy.deepcopy(self.report)
        try:
            with self._recorded(), self.target.open(source) as output:
                for number, line in record_lines(self._counted(lines)):
                    done = self._clean_one(source, number, partial(read_record, line, source.name, number, self.fields))
                    if done is not None:
                        entry, cleaned = done
                        output.write(write_record(entry, cleaned.text, self.fields.text))
                        self._record(entry, source, cleaned)
                        self.report.add(cleaned)
        except BaseException:
            self.report.take_back(before)
            raise

    def _counted(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            yield line
            self.on_progress(len(line))

    def _clean_one(self, source: Source, record: int, read: Callable[[], Entry]) -> tuple[Entry, Cleaned] | None:
        """A document and what it has become; None after a recorded failure.

        The one place where any error is a document's own.
        """
        doc = f"{source.name}:{record}" if record else source.name
        try:
            entry = read()
            doc = entry.doc
            return entry, self.cleaner.clean_document(entry.document)
        except Exception as error:
            self._fail(Failure(doc, source.name, record, f"{_kind(error)}{error}"))
            return None

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """A block whose audit rows are forgotten where it breaks off."""
        mark = self._audit.mark() if self._audit else {}
        try:
            yield
        except BaseException:
            if self._audit:
                self._audit.take_back(mark)
            raise

    def _record(self, entry: Entry, source: Source, cleaned: Cleaned) -> None:
        if not entry.document.text.strip():
            self.on_message(f"{entry.doc}: empty; its output is empty too", False)
        if self._audit:
            self._audit.add(entry, source.name, source.output_name, cleaned)

    def _fail(self, failure: Failure) -> None:
        self.report.failed += 1
        self.on_message(f"{failure.doc}: {failure.error}", True)
        if self._audit:
            self._audit.fail(failure)

    def _pass_over(self, unusable: Unusable) -> None:
        if unusable.is_failure:
            self._fail(Failure(unusable.name, unusable.name, 0, unusable.why))
        else:
            self.report.passed_over[unusable.why] += 1


def _kind(error: Exception) -> str:
    """The name of an error that nobody expected, so that its report can be searched for."""
    return "" if isinstance(error, CleanerError) else f"{type(error).__name__}: "
