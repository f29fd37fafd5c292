"""How long a line may be for a pattern to end soon on it, whatever stands in the line.

Asking for a time limit costs more than most matches, as the matcher then looks at the clock; short lines can do without
where no line of their length can take long.

A backtracking matcher enters a part of the pattern at a place in the line on some way: the options and the numbers of
turns that it chose before.  It takes no way twice, so its steps are at most the ways that lead to each part, added up:
ways through parts behind each other multiply, those of options add up.  A character is one way, also under full case
folding: the line decides how it is read (sets stand for one character each, see `cleaner.rules.pattern`; letters that
may be read in two ways get no bound).  A repeat of what takes a character turns at most once for each of the line; of
what may take none, as often as its count says, and there is no bound without one.  Look-arounds and atomic groups are
tried to their first end, so one way leads out of them; what the matcher saves for them is no more than the pattern's
size.  What it does besides (guards, looking for a literal first) leaves ways out, or reads the line once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from cleaner.rules.derived import kept
from cleaner.rules.pattern_positions import is_uncertain_chars
from cleaner.rules.pattern_tree import Atomic, Chain, Chars, Choice, Look, Node, Repeat, parse_pattern, walk

MAX_STEPS = 10_000_000  # at most tenths of a second

# Longer lines are not matched as a whole (spans inside them are): no boilerplate line comes near, and scrapers do write
# whole documents into one line.
MAX_LINE_CHARS = 10_000

LENGTHS = (20, 50, 100, 150, 200, 300, 500, 1_000, 3_000, MAX_LINE_CHARS)  # that are asked about


@kept
def bounded_chars(source: str) -> int:
    """The largest of `LENGTHS` up to which matching a whole line takes no more than `MAX_STEPS`; 0 for none.

    >>> bounded_chars("read more.{0,80}"), bounded_chars(".*a.*b.*c"), bounded_chars("(a|aa)+c")
    (10000, 100, 0)
    """
    parsed = parse_pattern(source)
    if parsed is None:
        return 0
    parts = list(walk(parsed.node))
    if any(map(is_uncertain_chars, {part for part in parts if isinstance(part, Chars)})):
        return 0

    def is_bounded(line_chars: int) -> bool:
        return Effort(line_chars, len(parts)).of(parsed.node)[1] <= MAX_STEPS

    if is_bounded(MAX_LINE_CHARS):
        return MAX_LINE_CHARS
    return max(takewhile(is_bounded, LENGTHS), default=0)


@dataclass(frozen=True)
class Effort:
    """What a pattern of so many parts takes at most on a line of so many characters."""

    line_chars: int
    part_count: int

    def of(self, node: Node) -> tuple[int, int]:
        """The most ways through a part from one place, and steps on all of them; no more than just over `MAX_STEPS`."""
        if isinstance(node, Chars):
            return 1, 1
        ways, steps = self._of(node)
        return min(ways, MAX_STEPS + 1), min(steps, MAX_STEPS + 1)

    def _of(self, node: Node) -> tuple[int, int]:
        match node:
            case Look(body) | Atomic(body):
                return 1, self.of(body)[1] + self.part_count
            case Chain(parts):
                ways, steps = 1, 1
                for part in parts:
                    if isinstance(part, Chars):  # nearly all of them
                        steps += ways
                        continue
                    inner_ways, inner_steps = self.of(part)
                    steps += ways * inner_steps
                    ways = min(ways * inner_ways, MAX_STEPS + 1)
                return ways, steps
            case Choice(options):
                efforts = [self.of(option) for option in options]
                return sum(ways for ways, _ in efforts), 1 + sum(steps for _, steps in efforts)
            case Repeat():
                return self._of_repeat(node)
        return 1, 1

    def _of_repeat(self, node: Repeat) -> tuple[int, int]:
        most = node.most
        if takes_chars(node.body):
            most = self.line_chars if most is None else min(most, self.line_chars)
        if most is None:
            return MAX_STEPS + 1, MAX_STEPS + 1
        inner_ways, inner_steps = self.of(node.body)
        if inner_ways == 1:
            return max(0, most - node.least + 1), 1 + (most + 1) * (inner_steps + 1)
        ways, steps, reached = 0, 1, 1
        for turn in range(most + 1):
            ways += reached if turn >= node.least else 0
            steps += reached * (inner_steps + 1)
            reached *= inner_ways
            if steps > MAX_STEPS:
                break
        return (ways, steps) if steps <= MAX_STEPS else (MAX_STEPS + 1, MAX_STEPS + 1)


def takes_chars(node: Node) -> bool:
    """Whether a part surely takes a character."""
    match node:
        case Chars():
            return True
        case Chain(parts):
            return any(map(takes_chars, parts))
        case Choice(options):
            return all(map(takes_chars, options))
        case Atomic(body):
            return takes_chars(body)
        case Repeat(body, least):
            return least > 0 and takes_chars(body)
    return False
