"""`cleaner` as `cleaner clean in.jsonl -o out.jsonl --overwrite` runs it, in one process, its rules loaded before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.once import Work
from cleaner import Cleaner, Selection
from cleaner.dump.entries import Fields
from cleaner.dump.inputs import Inputs
from cleaner.dump.outputs import plan_target
from cleaner.dump.run import Run


class FailedError(Exception):
    """Documents failed, so what was timed is not the work."""


def ready(rules: Sequence[str] = (), only: Sequence[str] = (), off: Sequence[str] = ()) -> Work:
    """The whole pipeline with the shipped rules and those of `rules` (files or folders), `only` some or some `off`."""
    cleaner = Cleaner(rules=rules, selection=Selection(only=tuple(only), off=tuple(off)))

    def clean(source: Path, to: Path) -> None:
        inputs = Inputs([str(source)])
        target = plan_target(inputs, str(to), None, overwrite=True)
        report = Run(cleaner, Fields(), target, lambda message, is_failure: None).clean_inputs(inputs)
        if report.failed:
            raise FailedError(f"{report.failed} documents failed; see {target.audit}")

    return clean
