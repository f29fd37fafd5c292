"""The progress bar: on a terminal only, gone without a trace where output is piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cleaner.dump.inputs import Inputs, Source

_SIZING_SECONDS = 0.02  # at each step; so long the sizes of inputs are added up until all of them are known


@contextmanager
def show_progress(inputs: Inputs | None, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A function to call with the bytes read and the documents done; it moves a bar where standard error is a terminal.

    The bar says how far the run is, how fast, and how long it will take; the last as soon as the sizes of all inputs
    are known, which are added up on the way, because looking at millions of files takes minutes.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415  (a tenth of a second that pipes need not pay)
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    speed = TextColumn("{task.fields[documents]:,} documents, {task.fields[rate]:,.0f}/s")
    columns = (TextColumn("cleaning"), BarColumn(), DownloadColumn(), speed, TimeRemainingColumn())
    # No thread draws it: processes are forked from this one.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        task = progress.add_task("clean", total=None, documents=0, rate=0)
        sizes = _sizes(inputs)
        start = time.monotonic()
        total = documents = 0
        is_sized = inputs is None

        def advance(byte_count: int, document_count: int) -> None:
            nonlocal total, documents, is_sized
            documents += document_count
            until = time.monotonic() + _SIZING_SECONDS
            while not is_sized and time.monotonic() < until:
                size = next(sizes, None)
                is_sized = size is None
                total += size or 0
            rate = documents / max(time.monotonic() - start, 0.001)
            known = total if is_sized and inputs else None
            progress.update(task, advance=byte_count, total=known, documents=documents, rate=rate, refresh=True)

        advance(0, 0)
        yield advance


def _sizes(inputs: Inputs | None) -> Iterator[int]:
    for source in inputs.walk() if inputs else ():
        if isinstance(source, Source):
            try:
                yield source.path.stat().st_size
            except OSError:
                yield 0
