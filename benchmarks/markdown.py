"""Figures and tables as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.results import Conditions, Figure


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a newline at its end.

    >>> print(table(("who", "MB/s"), [("floor", "180")]), end="")
    | who | MB/s |
    |---|---|
    | floor | 180 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "|" + "|".join(cells) + "|\n" if cells[0] == "---" else f"| {' | '.join(cells)} |\n" for cells in lines
    )


def number(value: float) -> str:
    """The number with three digits that count.

    >>> [number(value) for value in (1234.5, 123.4, 12.34, 1.234, 0.4, 0.01234)]
    ['1,234', '123', '12.3', '1.23', '0.400', '0.0123']
    """
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}" if value < 1 else f"{value:.{2 if value < 10 else 1}f}"


def spread(figure: Figure) -> str:
    """The median, and in brackets what it lies between.

    >>> spread(Figure(2.0, 1.5, 2.5))
    '2.00 (1.50–2.50)'
    """
    if figure.smallest == figure.largest:
        return number(figure.median)
    return f"{number(figure.median)} ({number(figure.smallest)}–{number(figure.largest)})"


def about(conditions: Conditions) -> str:
    """One sentence on when, and on what else was running."""
    return f"{conditions.day}, commit {conditions.commit}; load {conditions.load:g} when it began."


def machine(conditions: Conditions) -> str:
    """One sentence on where, and with which libraries."""
    libraries = ", ".join(f"{name} {version}" for name, version in conditions.versions.items())
    return f"{conditions.processor}, {conditions.cores} cores; {conditions.python}, {libraries}."
