# What `line.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Collection, Sequence
from typing import overload

from cleaner.model import Document, Evidence
from cleaner.scan import Scan

class Line:
    number: int
    place: int
    start: int
    end: int
    text_start: int
    text: str
    evidence: Evidence | None

    def __init__(
        self,
        number: int,
        place: int,
        start: int,
        end: int,
        text_start: int,
        text: str,
        evidence: Evidence | None = None,
        scanned: Scan | None = None,
        row: int = 0,
    ) -> None: ...
    @property
    def is_blank(self) -> bool: ...
    @property
    def phrase(self) -> str: ...
    @property
    def folded(self) -> bytes: ...
    @property
    def shape(self) -> str: ...
    @property
    def word_count(self) -> int: ...
    @property
    def is_prose(self) -> bool: ...
    @property
    def is_heading(self) -> bool: ...

class Content(Sequence[Line]):
    document: Document
    scan: Scan

    def __init__(self, document: Document, scanned: Scan) -> None: ...
    def __len__(self) -> int: ...
    def without(self, gone: Collection[int]) -> Content: ...
    def distance(self, place: int, step: int) -> int: ...
    def neighbour(self, place: int, step: int) -> Line | None: ...
    def count_prose(self, start: int, stop: int, most: int) -> int: ...
    def prose_run_from(self, place: int, most: int) -> int: ...
    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...
