# What `needs.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Iterable

class Needs:
    def __init__(
        self,
        heads: Iterable[bytes] | None,
        sets: Iterable[tuple[bytes, ...]],
        firsts: Iterable[bytes] | None = ...,
    ) -> None: ...
    def are_met(self, folded: bytes) -> bool: ...
