# What `json_reader.py` says to type checkers; its own annotations are for Cython.

import msgspec

class Parsed(msgspec.Struct, gc=False):
    text: str
    encoded: bytes
    id: str
    url: str | None
    title: str | None
    head: bytes
    tail: bytes

class RecordReader:
    def __init__(self, text: str, id_: str, url: str, title: str) -> None: ...
    def read(self, data: bytes | bytearray, start: int, end: int) -> Parsed | None: ...
