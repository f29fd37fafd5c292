# What `repeats.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Sequence

def repeated_places(phrases: list[bytes]) -> list[int]: ...
def repeated_runs(phrases: list[bytes]) -> list[range]: ...
def places_by_phrase(phrases: list[bytes]) -> dict[bytes, list[int]]: ...

IS_IN: int
HOLDS: int
ENDS_IN_HEAD: int
HOLDS_FIRST_WORD: int

def places_beside(phrases: list[bytes], places: Sequence[int], step: int, relation: int) -> list[int]: ...
