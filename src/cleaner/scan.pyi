# What `scan.py` says to type checkers; its own annotations are for Cython.

from array import array

IS_COMPILED: bool

NUMBER: int
START: int
END: int
TEXT_START: int
TEXT_END: int
BYTE_START: int
BYTE_END: int
FOLDED: int
COLUMNS: int

PROSE_MIN_WORDS: int
PROSE_MIN_WORDS_ASKING: int
HEADING_MAX_WORDS: int

class Scan:
    raw: bytes
    table: array[int]
    line_count: int
    folded: bytes
    phrases: list[bytes | None]
    odd: list[tuple[int, int]]

def encode(text: str) -> bytes: ...
def fold_literal(text: str) -> str: ...
def scan(raw: bytes) -> Scan: ...
def keep_lines(before: Scan, gone: frozenset[int], raw: bytes) -> Scan: ...
def count_words(raw: bytes, start: int, end: int, most: int) -> int: ...
def is_prose(raw: bytes, start: int, end: int) -> bool: ...
def is_heading(raw: bytes, start: int, end: int) -> bool: ...
def prose_counts(text: Scan) -> list[int]: ...
