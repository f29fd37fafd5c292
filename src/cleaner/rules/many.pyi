# What `many.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Iterable

from cleaner.line import Content
from cleaner.rules.screen import Needs

class NeedsOfMany:
    def __init__(self, needs: Iterable[Needs]) -> None: ...
    def met(self, content: Content, place: int) -> list[int]: ...
