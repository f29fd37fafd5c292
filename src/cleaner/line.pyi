# What `line.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Sequence
from typing import Protocol, overload

from cleaner.model import Document, Evidence
from cleaner.scan import Scan

class LineQuestion(Protocol):
    def holds(self, line: Line) -> bool: ...

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
    def passes(self, test: LineQuestion) -> bool: ...

class Content(Sequence[Line]):
    def __init__(self, document: Document, scanned: Scan) -> None: ...
    def __len__(self) -> int: ...
    def count_passing(self, test: LineQuestion, start: int, stop: int, least: int) -> int: ...
    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...
