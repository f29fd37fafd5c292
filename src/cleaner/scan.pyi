# What `scan.py` says to type checkers; its own annotations are for Cython.

from array import array

from cleaner.model import CleanerError

IS_COMPILED: bool

NUMBER: int
START: int
END: int
TEXT_START: int
TEXT_END: int
BYTE_START: int
BYTE_END: int
FOLDED: int
PHRASE_START: int
PHRASE_END: int
COLUMNS: int

PROSE_MIN_WORDS: int
PROSE_MIN_WORDS_ASKING: int
HEADING_MAX_WORDS: int

MAX_BYTES: int

class TextTooLongError(CleanerError): ...

def check_size(size: int) -> None: ...

class Scan:
    raw: bytes
    table: array[int]
    line_count: int
    folded: bytes
    hashes: array[int]
    odd: list[tuple[int, int]]
    trailing: list[tuple[int, int]]
    entangled: list[int]

    @property
    def phrases(self) -> list[bytes | None]: ...
    def phrase(self, place: int) -> bytes | None: ...
    def folded_line(self, place: int) -> bytes: ...
    def word_count(self, place: int, most: int = ...) -> int: ...
    def is_prose(self, place: int) -> bool: ...
    def is_heading(self, place: int) -> bool: ...

def fold_literal(text: str) -> str: ...
def hash_phrase(phrase: bytes) -> int: ...
def scan(raw: bytes) -> Scan: ...
def count_words(raw: bytes, start: int, end: int, most: int) -> int: ...
def is_prose_span(raw: bytes, start: int, end: int) -> bool: ...
def is_heading_span(raw: bytes, start: int, end: int) -> bool: ...
