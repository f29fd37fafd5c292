"""The plot: what each contender costs as a multiple of the floor, and speed over the number of rules; plain SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from benchmarks.markdown import number
from benchmarks.results import Conditions, Growth, Race

WIDTH, LEFT, RIGHT = 760, 160, 70  # of the drawing, and of its margins, in its own units
TITLE, AXIS, BAR, GAP = 74, 40, 13, 9  # heights: above a panel, below it, of a bar, between contenders
CURVE = 180
INK, PALE, OURS, OTHERS = "#333", "#ddd", "#c2410c", "#4b6a88"
SHADES = (1.0, 0.6, 0.35)  # one input after the other


def draw(races: Sequence[Race], growth: Growth | None) -> str:
    """The SVG of what there is."""
    elements: list[str] = []
    top = 0.0
    if races:
        elements.extend(_bars(races))
        top += _bars_height(races) + TITLE + AXIS
    if growth:
        elements.extend(_curve(growth, top + TITLE))
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
    note = f"floor: JSON lines in and out, nothing between; bars of one contender, from the top: {inputs} texts"
    yield from _title(24, "Cost as multiples of the floor (logarithmic)", note, races[0].conditions)
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


def _curve(growth: Growth, top: float) -> Iterator[str]:
    """Speed over the number of rules, whose axis is logarithmic; the speed's starts at nothing."""
    speeds = {count: growth.speed(count) for count in growth.laps}
    most = max(speed.largest for speed in speeds.values())
    few, many = math.log10(min(speeds)), math.log10(max(speeds))

    def across(count: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(count) - few) / max(many - few, 1e-9)

    def up(speed: float) -> float:
        return top + CURVE * (1 - speed / (most * 1.15))

    note = f"{number(growth.megabytes)} MB of generated texts; all but ten rules match nothing"
    yield from _title(top - TITLE + 24, "Speed over the number of rules (logarithmic), MB/s", note, growth.conditions)
    step = _step(most)
    for tick in range(int(most / step) + 1):
        yield _rule(LEFT, up(tick * step), WIDTH - RIGHT, up(tick * step))
        yield _text(LEFT - 8, up(tick * step) + 4, f"{tick * step:g}", "end")
    points = " ".join(f"{across(count):.1f},{up(speed.median):.1f}" for count, speed in speeds.items())
    yield f'<polyline points="{points}" fill="none" stroke="{OURS}" stroke-width="2"/>'
    for count, speed in speeds.items():
        x = across(count)
        yield f'<path d="M{x:.1f} {up(speed.smallest):.1f}V{up(speed.largest):.1f}" stroke="{OURS}"/>'
        yield f'<circle cx="{x:.1f}" cy="{up(speed.median):.1f}" r="3.5" fill="{OURS}"/>'
        yield _text(x, up(speed.largest) - 8, number(speed.median), "middle")
        yield _text(x, top + CURVE + 16, f"{count:,} rules", "middle")


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


def _title(y: float, title: str, note: str, conditions: Conditions) -> Iterator[str]:
    yield f'<text x="12" y="{y:.1f}" font-size="15" font-weight="bold">{escape(title)}</text>'
    where = f"one core, processor time, medians; {conditions.python}, {conditions.day}, commit {conditions.commit}"
    for line, text in enumerate((note, where), 1):
        yield f'<text x="12" y="{y + 2 + 16 * line:.1f}" fill="#666">{escape(text)}</text>'


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{PALE}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
