# What `screen.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Mapping, Sequence

from cleaner.rules.model import Rule
from cleaner.rules.needs import Needs
from cleaner.rules.pattern import LinePattern
from cleaner.scan import Scan

class Trial:
    pattern: LinePattern
    rule: Rule
    order: int
    is_at_edge: bool

    def __init__(
        self,
        pattern: LinePattern,
        rule: Rule,
        order: int,
        *,
        needs: Needs | None,
        longest_chars: int = ...,
        most_words: int = ...,
        first: int = ...,
        last: int = ...,
    ) -> None: ...

class Screen:
    def __init__(self, by_literal: Mapping[bytes, list[Trial]]) -> None: ...
    def candidates(self, scanned: Scan) -> dict[int, list[Trial]]: ...
    def candidates_at_edges(self, scanned: Scan, places: Sequence[int]) -> dict[int, list[Trial]]: ...
