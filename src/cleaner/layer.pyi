# What `layer.py` says to type checkers; its own annotations are for Cython.

from collections.abc import Mapping, Sequence

from cleaner.model import Edit, Reason
from cleaner.scan import Scan

def layer_of(text: str, scanned: Scan, gone: Mapping[int, Reason], inside: Sequence[Edit]) -> list[Edit]: ...
