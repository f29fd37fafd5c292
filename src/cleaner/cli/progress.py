"""The progress bar: on a terminal only, gone without a trace where output is piped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cleaner.dump.inputs import Inputs, Source


@contextmanager
def show_progress(inputs: Inputs | None, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A function to call with the bytes read; it moves a bar where standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  (a tenth of a second that pipes need not pay)
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("cleaning"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("clean", total=_total_bytes(inputs))
        yield lambda count: progress.advance(task, count)


def _total_bytes(inputs: Inputs | None) -> int | None:
    if inputs is None:
        return None
    total = 0
    for source in inputs.walk():
        if isinstance(source, Source):
            try:
                total += source.path.stat().st_size
            except OSError:
                continue
    return total
