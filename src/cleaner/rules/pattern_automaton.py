"""Tree of a pattern -> automaton, and the loops in it that make a matcher slow.

One state for each place of a character (Glushkov's construction).  Two ways around the same loop for the same text
double the work with every turn: exponential.  Two loops behind each other that can share the same text make the work
grow with the square of the line (Weber and Seidl 1991, "On the degree of ambiguity of finite automata").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cleaner.rules.pattern_tree import Atomic, Chars, Choice, Look, Node, Nothing, Repeat, UnknownSyntaxError, mask_of

EXACT_COPIES = 8  # a repeat of up to this many is written out, a longer one counts as a loop
LITERAL_COPIES = 64
MAX_STATES = 3_000
MAX_STEPS = 300_000


@dataclass
class Fragment:
    """Part of the automaton: states that it begins and ends with, each with whether an edge of a word stands outside.

    `empty` is None where it can't match nothing, True where it can at the edge of a word alone.
    """

    empty: bool | None
    first: list[tuple[int, bool]]
    last: list[tuple[int, bool]]


@dataclass
class Automaton:
    """States are places of characters; `edges` counts the ways from one state to the next."""

    alphabet: str
    counted_loop: bool
    masks: list[int] = field(default_factory=list)
    edges: defaultdict[int, defaultdict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    steps: int = 0

    def __post_init__(self) -> None:
        self.words = mask_of(r"\w", self.alphabet, False)

    def build(self, node: Node) -> Fragment:
        """The fragment of a node, its states added to the automaton."""
        if isinstance(node, Chars | Atomic):
            if len(self.masks) >= MAX_STATES:
                raise UnknownSyntaxError("too large")
            self.masks.append(node.mask(self.alphabet) if isinstance(node, Chars) else 0)
            state = len(self.masks) - 1
            return Fragment(None, [(state, False)], [(state, False)])
        if isinstance(node, Nothing):
            return Fragment(node.is_boundary, [], [])
        if isinstance(node, Look):
            return Fragment(False, [], [])
        if isinstance(node, Choice):
            fragments = [self.build(option) for option in node.options]
            empties = [fragment.empty for fragment in fragments if fragment.empty is not None]
            return Fragment(
                min(empties) if empties else None,
                [state for fragment in fragments for state in fragment.first],
                [state for fragment in fragments for state in fragment.last],
            )
        if isinstance(node, Repeat):
            return self._repeat(node)
        fragment = Fragment(False, [], [])
        for part in node.parts:
            fragment = self._join(fragment, self.build(part))
        return fragment

    def _repeat(self, node: Repeat) -> Fragment:
        body, least, most = node.body, node.least, node.most
        if most is not None and most <= EXACT_COPIES:
            copies, optional, loops = least, most - least, False
        elif least == most and isinstance(body, Chars):
            copies, optional, loops = min(least, LITERAL_COPIES), 0, False
        else:
            loops = most is None or self.counted_loop
            copies, optional = min(least, 2), int(least < 1 or not loops)
        tail = Fragment(False, [], [])
        if loops and copies:
            copies -= 1
            tail = self._loop(body)
        elif loops:
            tail = self._loop(body)
            tail.empty = False
        else:
            for _ in range(optional):
                tail = self._join(self.build(body), tail)
                tail.empty = False
        fragment = Fragment(False, [], [])
        for _ in range(copies):
            fragment = self._join(fragment, self.build(body))
        return self._join(fragment, tail)

    def _loop(self, body: Node) -> Fragment:
        fragment = self.build(body)
        self._connect(fragment.last, fragment.first)
        return fragment

    def _join(self, left: Fragment, right: Fragment) -> Fragment:
        self._connect(left.last, right.first)
        first, last = list(left.first), list(right.last)
        if left.empty is not None:
            first += [(state, guard or left.empty) for state, guard in right.first]
        if right.empty is not None:
            last += [(state, guard or right.empty) for state, guard in left.last]
        empty = None if left.empty is None or right.empty is None else left.empty or right.empty
        return Fragment(empty, first, last)

    def _connect(self, last: Sequence[tuple[int, bool]], first: Sequence[tuple[int, bool]]) -> None:
        for before, guard in last:
            for after, other_guard in first:
                if not (guard or other_guard) or self._may_differ(before, after):
                    self.edges[before][after] += 1

    def _may_differ(self, before: int, after: int) -> bool:
        """Whether the edge of a word can stand between the two states."""
        left, right = self.masks[before], self.masks[after]
        return bool((left & self.words and right & ~self.words) or (left & ~self.words and right & self.words))

    def loops(self) -> list[set[int]]:
        """The strongly connected parts that hold a cycle (Kosaraju's two walks, without recursion)."""
        backward: defaultdict[int, list[int]] = defaultdict(list)
        for before, afters in self.edges.items():
            for after in afters:
                backward[after].append(before)
        found: list[set[int]] = []
        placed: set[int] = set()
        for state in reversed(self._finished()):
            if state in placed:
                continue
            part = {state}
            waiting = [state]
            while waiting:
                for before in backward[waiting.pop()]:
                    if before not in placed and before not in part:
                        part.add(before)
                        waiting.append(before)
            placed |= part
            if len(part) > 1 or state in self.edges.get(state, {}):
                found.append(part)
        return found

    def _finished(self) -> list[int]:
        """The states in the order in which a walk in depth leaves them."""
        order: list[int] = []
        seen: set[int] = set()
        for root in range(len(self.masks)):
            waiting = [(root, False)]
            while waiting:
                state, is_left = waiting.pop()
                if is_left:
                    order.append(state)
                elif state not in seen:
                    seen.add(state)
                    waiting.append((state, True))
                    waiting.extend((after, False) for after in self.edges.get(state, {}))
        return order

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise UnknownSyntaxError("too large")

    def is_doubled(self, loop: set[int]) -> bool:
        """Whether some text leads from a state of the loop back to itself in two ways."""
        inside = {state: [after for after in self.edges[state] if after in loop] for state in loop}
        if any(self.edges[state][after] > 1 for state in loop for after in inside[state]):
            return True
        waiting = [(state, state) for state in loop]
        seen = set(waiting)
        while waiting:
            left, right = waiting.pop()
            for one in inside[left]:
                for two in inside[right]:
                    self._step()
                    if not self.masks[one] & self.masks[two]:
                        continue
                    if one == two and left != right:
                        return True
                    pair = (min(one, two), max(one, two))
                    if pair not in seen:
                        seen.add(pair)
                        waiting.append(pair)
        return False

    def share_text(self, one: set[int], two: set[int]) -> tuple[int, int] | None:
        """States of two loops such that the same text stays in the first, goes on to the second, and stays there."""
        for start in one:
            for end in two:
                if self._is_shared(start, end, one, two):
                    return start, end
        return None

    def _is_shared(self, start: int, end: int, one: set[int], two: set[int]) -> bool:
        waiting = [(start, start, end)]
        seen = set(waiting)
        while waiting:
            stay, go, wait = waiting.pop()
            for first in self.edges[stay]:
                if first not in one:
                    continue
                for third in self.edges[wait]:
                    if third not in two or not self.masks[first] & self.masks[third]:
                        continue
                    for second in self.edges[go]:
                        self._step()
                        if not self.masks[first] & self.masks[second] & self.masks[third]:
                            continue
                        triple = (first, second, third)
                        if triple == (start, end, end):
                            return True
                        if triple not in seen:
                            seen.add(triple)
                            waiting.append(triple)
        return False
