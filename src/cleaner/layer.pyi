# What `layer.py` says to type checkers; its own annotations are for Cython.

from cleaner.model import Edit, Reason
from cleaner.scan import Scan

def layer_of(text: str, scanned: Scan, gone: dict[int, Reason], inside: list[Edit]) -> list[Edit]: ...
