"""The plot: cost as multiples of the floor, speed over the number of rules, memory over file size; plain SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from benchmarks.markdown import number
from benchmarks.results import Conditions, Figure, Growth, Kept, Memory, Race, figure

WIDTH, LEFT, RIGHT = 760, 160, 70  # of the drawing, and of its margins, in its own units
TITLE, AXIS, BAR, GAP = 74, 40, 13, 9  # heights: above a panel, below it, of a bar, between contenders
CURVE = 180
INK, PALE, OURS, OTHERS = "#333", "#ddd", "#c2410c", "#4b6a88"
SHADES = (1.0, 0.6, 0.35)  # one input after the other
LAPS = "one core, processor time, medians"
COLOURS = (OURS, OTHERS, "#6b8e23")  # one line after the other


Points = Mapping[float, Figure]


def draw(found: Kept) -> str:
    """The SVG of what there is: one panel below the other."""
    elements: list[str] = []
    top = 0.0
    if found.races:
        elements.extend(_bars(found.races))
        top += _bars_height(found.races) + TITLE + AXIS
    for curve in (_rule_curve(found.growth), _memory_curve(found.memory)):
        if curve:
            elements.extend(curve.draw(top + TITLE))
            top += CURVE + TITLE + AXIS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" font-family="sans-serif" '
        f'font-size="12" fill="{INK}">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(elements)
        + "\n</svg>\n"
    )


def _bars(races: Sequence[Race]) -> Iterator[str]:
    """A bar for each contender and input, on a logarithmic axis that starts at the floor."""
    height = _bars_height(races)
    most = max(race.ratio(name, "floor").median for race in races for name in race.laps)
    decades = max(1, math.ceil(math.log10(most)))

    def across(times: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(max(times, 1)) / decades

    inputs = ", ".join(race.source for race in races)
    note = f"floor: JSON lines in, JSON lines out; bars from the top: {inputs} texts"
    yield from _title(24, "Cost as multiples of the floor (logarithmic)", note, LAPS, races[0].conditions)
    for decade in range(decades + 1):
        yield _rule(across(10**decade), TITLE, across(10**decade), TITLE + height)
        yield _text(across(10**decade), TITLE + height + 16, f"{10**decade:,}×", "middle")
    y = TITLE + GAP
    for name in _names(races):
        yield _text(LEFT - 8, y + BAR * len(races) / 2 + 4, name, "end")
        for race, shade in zip(races, SHADES, strict=False):
            if name in race.laps:
                times = race.ratio(name, "floor").median
                colour = OURS if name == "cleaner" else OTHERS
                width = max(1.0, across(times) - LEFT)
                yield (
                    f'<rect x="{LEFT}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" fill="{colour}" '
                    f'fill-opacity="{shade}"/>'
                )
                yield _text(LEFT + width + 5, y + BAR - 3, number(times), "start")
            y += BAR
        y += GAP


@dataclass(frozen=True)
class _Curve:
    """Lines over a logarithmic axis; the other axis starts at nothing.  `series` is drawn in the order of `COLOURS`."""

    title: str
    note: str
    how: str
    conditions: Conditions
    unit: str
    series: Mapping[str, Points]

    def draw(self, top: float) -> Iterator[str]:
        """The panel, its frame from `top` on."""
        places = sorted({place for points in self.series.values() for place in points})
        most = max(figure.largest for points in self.series.values() for figure in points.values())
        least, span = math.log10(places[0]), max(math.log10(places[-1] / places[0]), 1e-9)

        def across(place: float) -> float:
            return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(place) - least) / span

        def up(value: float) -> float:
            return top + CURVE * (1 - value / (most * 1.2))

        yield from _title(top - TITLE + 24, self.title, self.note, self.how, self.conditions)
        step = _step(most)
        for tick in range(int(most / step) + 1):
            yield _rule(LEFT, up(tick * step), WIDTH - RIGHT, up(tick * step))
            yield _text(LEFT - 8, up(tick * step) + 4, f"{tick * step:g}", "end")
        for place in places:
            label = f"{place:,.0f}" if place >= 10 else number(place)
            yield _text(across(place), top + CURVE + 16, f"{label} {self.unit}", "middle")
        legend = top + CURVE - 10
        for colour, (name, points) in zip(COLOURS, self.series.items(), strict=False):
            yield from _line({across(place): point for place, point in points.items()}, up, colour)
            if len(self.series) > 1:
                first, last = (number(points[place].median) for place in (min(points), max(points)))
                yield _text(WIDTH - RIGHT - 8, legend, f"{name}: {first} to {last}", "end", colour)
                legend -= 17
            else:
                for place, point in points.items():
                    yield _text(across(place), up(point.largest) - 8, number(point.median), "middle", colour)


def _rule_curve(growth: Growth | None) -> _Curve | None:
    if growth is None:
        return None
    note = f"{number(growth.megabytes)} MB of generated texts; all but ten rules match nothing (axis logarithmic)"
    points = {float(count): growth.speed(count) for count in growth.laps}
    return _Curve("Speed over the number of rules, MB/s", note, LAPS, growth.conditions, "rules", {"cleaner": points})


def _memory_curve(memory: Memory | None) -> _Curve | None:
    """The first process and the largest worker, for each number of jobs."""
    if memory is None:
        return None
    series: dict[str, dict[float, Figure]] = {}
    for peak in memory.peaks:
        kinds = {f"first process, --jobs {peak.jobs}": [peak.parent_megabytes]}
        kinds |= {f"largest worker, --jobs {peak.jobs}": peak.worker_megabytes} if peak.worker_megabytes else {}
        for name, megabytes in kinds.items():
            series.setdefault(name, {})[peak.megabytes] = figure([max(megabytes)])
    note = "largest resident size of each process; generated texts, size of the file on a logarithmic axis"
    return _Curve("Memory over file size, MB", note, "whole commands", memory.conditions, "MB", series)


def _line(points: Points, up: Callable[[float], float], colour: str) -> Iterator[str]:
    """A line through the medians, with bars from smallest to largest; places are those of the drawing."""
    path = " ".join(f"{x:.1f},{up(point.median):.1f}" for x, point in points.items())
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, point in points.items():
        yield f'<path d="M{x:.1f} {up(point.smallest):.1f}V{up(point.largest):.1f}" stroke="{colour}"/>'
        yield f'<circle cx="{x:.1f}" cy="{up(point.median):.1f}" r="3.5" fill="{colour}"/>'


def _step(most: float) -> float:
    """A round distance between ticks: the smallest 1, 2 or 5 times a power of ten that needs at most five of them.

    >>> [_step(most) for most in (37, 90, 2.1)]
    [10.0, 20.0, 0.5]
    """
    decade = 10.0 ** math.floor(math.log10(most / 5))
    return next(factor * decade for factor in (1, 2, 5, 10) if most / (factor * decade) <= 5)


def _names(races: Sequence[Race]) -> list[str]:
    """The contenders by cost, the cheapest first."""
    names = {name: race.ratio(name, "floor").median for race in reversed(races) for name in race.laps}
    return sorted(names, key=lambda name: names[name])


def _bars_height(races: Sequence[Race]) -> float:
    return GAP + (BAR * len(races) + GAP) * len(_names(races))


def _title(y: float, title: str, note: str, how: str, conditions: Conditions) -> Iterator[str]:
    yield f'<text x="12" y="{y:.1f}" font-size="15" font-weight="bold">{escape(title)}</text>'
    where = f"{how}; {conditions.python}, {conditions.day}, commit {conditions.commit}"
    for line, text in enumerate((note, where), 1):
        yield f'<text x="12" y="{y + 2 + 16 * line:.1f}" fill="#666">{escape(text)}</text>'


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{PALE}"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
