"""The journal of a run: after each chunk a row that says what is done, so that a run that was stopped can go on.

A row is written when everything it tells of is in the partial files.  To go on, they are cut back to the sizes in the
last whole row; what stands behind that was never done.  The journal is gone when the run is complete.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cleaner.dump.chunks import BEHIND, Place, Seen
from cleaner.dump.inputs import InputError
from cleaner.dump.outputs import JOURNAL
from cleaner.report import Report
from cleaner.whole import PartialFile

if sys.platform != "win32":
    import fcntl


class Step(msgspec.Struct, omit_defaults=True, frozen=True):
    """One row of the journal: what was seen up to here, how large the partial files are now, what the chunk added.

    `blank` are outputs of whole files that hold no document, so that the manifest does not name them.
    `slice_of` is the output name of a sliced file, of which the step is the `first` or `last` piece or one between;
    `end` and `next_line` say where it goes on.  A `broken` one has failed as a whole: what was done of it is taken
    back.  `is_complete` ends the run.
    """

    seen: Seen
    manifest: int = 0
    ledger: int = 0
    failures: int = 0
    output: int = 0
    blank: list[str] = []
    slice_of: str = ""
    first: bool = False
    last: bool = False
    broken: bool = False
    end: int = 0
    next_line: int = 1
    counts: Report = msgspec.field(default_factory=Report)
    is_complete: bool = False

    @property
    def place(self) -> Place:
        """Where the run goes on behind this step."""
        return Place(self.end, self.next_line) if self.slice_of and not self.last else BEHIND


START = Step(Seen(0, "", ""))


@dataclass
class Tally:
    """What the steps of a run add up to."""

    report: Report = field(default_factory=Report)
    step: Step = START
    before: Step = START  # the last step before the file that is being sliced
    _report_before: Report = field(default_factory=Report)

    def add(self, step: Step) -> None:
        """Add the next step."""
        if step.first:
            self.before, self._report_before = self.step, self.report.copy()
        self.report.merge(step.counts)
        if step.broken:
            self.report.take_back(self._report_before)
        self.step = step


@dataclass
class Stopped:
    """A run that was stopped: what it depended on (name -> value), its steps added up, and what it had seen by the end
    of each file or chunk.
    """

    key: dict[str, str]
    tally: Tally = field(default_factory=Tally)
    seen: list[Seen] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)  # outputs that may hold no document

    def add(self, step: Step) -> None:
        """Add the next step."""
        self.tally.add(step)
        self.blank += [*step.blank, *([step.slice_of] if step.last else [])]
        if not self.seen or self.seen[-1].count != step.seen.count:
            self.seen.append(step.seen)

    def difference(self, key: Mapping[str, str]) -> str:
        """What is another now, in words; empty where nothing is."""
        return ", ".join(name for name in {**self.key, **key} if self.key.get(name) != key.get(name))


class Journal:
    """The journal in an audit folder; only one run at a time can hold it."""

    def __init__(self, folder: Path) -> None:
        """Raises `InputError` where another run holds it."""
        path = folder / JOURNAL
        self._file = PartialFile(path, path.stat().st_size if path.exists() else 0)
        try:
            _lock(self._file, folder)
        except InputError:
            self._file.close()
            raise

    def read(self) -> Stopped | None:
        """The run that was stopped here; None where there was none.  A row torn by the stop is cut off."""
        stopped, size = None, 0
        with self._file.reader() as lines:
            for line in lines:
                try:
                    if stopped is None:
                        stopped = Stopped(_KEY_DECODER.decode(line))
                    else:
                        stopped.add(_STEP_DECODER.decode(line))
                except (msgspec.DecodeError, UnicodeDecodeError):
                    break
                size += len(line)
        self._file.cut(size)
        return stopped

    def start(self, key: Mapping[str, str]) -> None:
        """Begin anew."""
        self._file.cut(0)
        self._file.append(_ENCODER.encode(key) + b"\n")

    def add(self, step: Step) -> None:
        """Write down what is done now."""
        self._file.append(_ENCODER.encode(step) + b"\n")

    def remove(self) -> None:
        """The run is complete: nothing is left to go on with."""
        self._file.path.unlink()

    def close(self) -> None:
        """Let go of the journal, which stays where it is."""
        self._file.close()


_ENCODER = msgspec.json.Encoder()
_KEY_DECODER = msgspec.json.Decoder(dict[str, str])
_STEP_DECODER = msgspec.json.Decoder(Step)


def _lock(file: PartialFile, folder: Path) -> None:
    """Hold the file until it is closed or the process ends, however it ends; raises `InputError`."""
    if sys.platform == "win32":
        return
    try:
        fcntl.lockf(file.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = file.path.exists() and os.path.samestat(os.fstat(file.descriptor), file.path.stat())
    except OSError:
        is_ours = False
    if not is_ours:
        raise InputError(f"another run is writing to {folder}: wait for its end, or end it")
