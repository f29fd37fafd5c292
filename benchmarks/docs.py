"""The tables and the plot of `docs/performance.md`, made from the kept results and from nothing else.

    python -m benchmarks.docs      # makes them anew without measuring anything

Only what stands between the two marks is written; the prose around them is the author's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.bounds import every_bound
from benchmarks.markdown import about, machine, number, spread, table
from benchmarks.plot import draw
from benchmarks.race import CONTENDERS
from benchmarks.results import (
    DATA,
    PROJECT,
    Growth,
    Kept,
    Loading,
    Memory,
    Race,
    Shares,
    Workers,
    every_kept,
    figure,
)

DOCS = PROJECT / "docs"
BEGIN, END = "<!-- made by python -m benchmarks --write-docs -->", "<!-- end of what is made -->"
NAME, PLOT = "performance.md", "performance.svg"


def write_docs(data: Path, docs: Path) -> None:
    """Rewrite the marked section of `performance.md` in the folder, and the plot beside it."""
    found = every_kept(data)
    path = docs / NAME
    path.write_text(splice(path.read_text(encoding="utf-8"), found), encoding="utf-8")
    (docs / PLOT).write_text(draw(found), encoding="utf-8")


def splice(text: str, found: Kept) -> str:
    """The text of `performance.md` with its section made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{render(found)}\n{END}{rest.partition(END)[2]}"


def render(found: Kept) -> str:
    """The section, as Markdown: a part for each result that there is."""
    parts = [
        _bounds(found),
        f"![Cost as multiples of the floor, speed over the number of rules, memory over file size]({PLOT})\n",
    ]
    parts.extend(map(_race, found.races))
    parts.append(_makeup(found.races) if found.races else "")
    parts.extend(map(_shares, found.shares))
    parts.append(_growth(found.growth) if found.growth else "")
    parts.append(_workers(found.workers) if found.workers else "")
    parts.append(_memory(found.memory) if found.memory else "")
    parts.append(_loading(found.loading) if found.loading else "")
    return "\n".join(part for part in parts if part)


def _bounds(found: Kept) -> str:
    rows = (
        (
            bound.what,
            f"{'≤' if bound.at_most else '≥'} {bound.limit:g}",
            spread(bound.measured),
            "yes" if bound.holds else "**no**",
        )
        for bound in every_bound(found)
    )
    machines = {machine(result.conditions) for result in found.every()}
    text = "## What must hold\n\n" + table(("ratio", "must be", "is (smallest–largest)", "holds"), rows)
    return text + f"\nAll figures here: {' '.join(sorted(machines))}\n"


def _race(race: Race) -> str:
    rows = [
        (
            contender.name,
            contender.does,
            number(race.speed(contender.name).median),
            spread(race.ratio(contender.name, "floor")),
            spread(race.ratio(contender.name, "cleaner")),
            number(race.laps[contender.name][-1].load_seconds),
        )
        for contender in CONTENDERS
        if contender.name in race.laps
    ]
    repeats = len(race.laps["cleaner"])
    text = f"## Against the floor and the peers: {race.source} texts\n\n"
    text += table(("who", "does", "MB/s", "× floor", "× `cleaner`", "ready after, s"), rows)
    text += f"\n{race.makeup.documents:,} documents, {race.makeup.megabytes:g} MB of JSON lines, {race.rules} rules; "
    text += f"medians of {repeats} laps (smallest–largest). {about(race.conditions)}\n"
    if race.left_out:
        text += "\nLeft out: " + "; ".join(f"{name}: {why}" for name, why in race.left_out.items()) + ".\n"
    return text


MAKEUP = {
    "documents": "documents",
    "megabytes": "MB of JSON lines",
    "lines_per_document": "lines of a document, median",
    "line_chars_median": "characters of a line, median",
    "line_chars_tenths": "nine in ten lines are longer than, shorter than",
    "blank_line_share": "blank lines",
    "repeated_line_share": "lines that stood before, anywhere in the file",
    "non_ascii_char_share": "characters beyond ASCII",
    "non_ascii_line_share": "lines with one",
    "curly_document_share": "documents with curly quotes",
    "residue_document_share": "documents of which rules remove something",
    "removed_line_share": "removals per line",
    "repaired_document_share": "documents with damaged encoding",
}


def _makeup(races: Sequence[Race]) -> str:
    rows = []
    for key, label in MAKEUP.items():
        values = (getattr(race.makeup, key) for race in races)
        rows.append((label, *(_makeup_value(key, value) for value in values)))
    return "## What the texts are made of\n\n" + table(("", *(race.source for race in races)), rows)


def _makeup_value(key: str, value: float | tuple[int, int]) -> str:
    if isinstance(value, tuple):
        return " and ".join(f"{each:,}" for each in value)
    return f"{value:.1%}" if key.endswith("_share") else f"{value:,g}"


def _shares(shares: Shares) -> str:
    steps = sorted(shares.steps.items(), key=lambda step: -step[1])
    rows = [
        (step, f"{seconds / shares.seconds:.0%}", number(seconds / shares.floor_seconds)) for step, seconds in steps
    ]
    rows.append(("all", "100%", number(shares.seconds / shares.floor_seconds)))
    text = f"## Where the time goes: {shares.source} texts\n\n" + table(("step", "share", "× floor"), rows)
    rounds = f"Five rounds over {shares.megabytes:.1f} MB after a first one, looked at every millisecond."
    return f"{text}\n{rounds} {about(shares.conditions)}\n"


def _growth(growth: Growth) -> str:
    few = min(growth.laps)
    rows = [
        (
            f"{count:,}",
            number(growth.speed(count).median),
            spread(growth.ratio(count, few)),
            number(laps[0].load_seconds),
            number(laps[-1].load_seconds),
            number(laps[-1].peak_megabytes),
        )
        for count, laps in growth.laps.items()
    ]
    head = ("rules", "MB/s", f"× {few} rules", "ready after, s: first time", "then", "peak MB")
    text = "## More rules that match nothing\n\n" + table(head, rows)
    return text + f"\n{growth.megabytes:.1f} MB of generated texts. {about(growth.conditions)}\n"


def _workers(workers: Workers) -> str:
    text = "## Workers\n\n"
    if workers.left_out:
        return text + f"Left out: {workers.left_out}.\n"
    rows = [
        (str(jobs), spread(figure([workers.megabytes / each for each in seconds])))
        for jobs, seconds in workers.wall_seconds.items()
    ]
    text += table(("jobs", "MB/s, whole command (smallest–largest)"), rows)
    same = "the same bytes" if workers.same_output else "**different bytes**"
    return text + f"\n{workers.megabytes:.0f} MB; all outputs are {same}. {about(workers.conditions)}\n"


def _memory(memory: Memory) -> str:
    rows = (
        (
            f"{peak.megabytes:,.1f}",
            str(peak.jobs),
            number(peak.parent_megabytes),
            ", ".join(map(number, peak.worker_megabytes)) or "none",
        )
        for peak in memory.peaks
    )
    text = "## Memory over file size\n\n"
    text += table(("file, MB", "jobs", "first process, peak MB", "workers, peak MB"), rows)
    return text + f"\nResident sizes (VmHWM) of whole commands. {about(memory.conditions)}\n"


def _loading(loading: Loading) -> str:
    rows = [
        (f"{loading.rules:,} rules, first time", number(loading.first_seconds)),
        ("the same, nothing changed (cache)", spread(figure(loading.unchanged_seconds))),
    ]
    text = "## Loading rules, and patterns that explode\n\n" + table(("what", "seconds"), rows)
    text += f"\nA pattern may take {loading.limit_seconds:g} s on a line. On 100,000 characters, inside a line:\n\n"
    ends = (
        (f"`{source.replace('|', chr(92) + '|')}`", number(s), end) for source, (s, end) in loading.patterns.items()
    )
    return text + table(("pattern", "seconds", "end"), ends) + f"\n{about(loading.conditions)}\n"


if __name__ == "__main__":
    write_docs(DATA, DOCS)
