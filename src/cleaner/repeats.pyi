# What `repeats.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Collection, Container, Iterable

from cleaner.rules.conditions import LineTest
from cleaner.segment import Page, Passage

def places_by_phrase(phrases: list[bytes]) -> dict[bytes, list[int]]: ...

EARLIER: int
HEADLINE: int
NEXT: int
PREVIOUS: int

SAME: int
IS_IN: int
IS_HEAD: int
BEGINS: int
HOLDS: int
ENDS_IN_HEAD: int
HOLDS_FIRST_WORD: int
UNKNOWN: int

class Repeater:
    def __init__(
        self,
        against: int,
        relation: int,
        literals: Iterable[bytes],
        own: LineTest,
        *,
        has_patterns: bool,
        least_chars: int,
        least_said: int,
        reach: int | None,
        within: int | None,
        passage: Passage | None,
    ) -> None: ...

class Repeaters:
    def __init__(self, repeaters: Iterable[Repeater]) -> None: ...
    def suspects(
        self,
        page: Page,
        headline: int,
        gone: Collection[int] = (),
        taken: Container[int] = (),
        above: int = -1,
    ) -> list[tuple[int, int, int]]: ...
