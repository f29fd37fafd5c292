# What `pattern_dfa.py` says to type checkers; its own annotations are for Cython.

PASSED_ON: int

class LineDfa:
    def __init__(self, sources: tuple[str, ...], passed_on: int = PASSED_ON) -> None: ...
    def candidates(self, text: str) -> tuple[int, ...]: ...
