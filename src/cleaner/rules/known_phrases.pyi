# What `known_phrases.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Iterable

from cleaner.scan import Scan

class KnownPhrases:
    def __init__(self, phrases: Iterable[bytes]) -> None: ...
    def places(self, scanned: Scan) -> list[int]: ...
