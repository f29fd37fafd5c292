"""Rules that were read before: kept by the content of all files they came from, so that the cache can't be wrong.

The key covers the version of this package and of Python, every file with its name and content, and the choice among the
rules.  Anything unexpected in the cache is a miss.  Patterns are kept as text and compile when first used.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from cleaner.whole import written_whole

VERSION = 6


def cache_folder() -> Path:
    """Where rules are kept: `$XDG_CACHE_HOME/cleaner`, `~/.cache/cleaner` without it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cleaner"


def cache_key(package_version: str, files: Iterable[tuple[str, bytes]], choice: object) -> str:
    """SHA-256, in hex, over all that the rules depend on; files in the order in which they are read."""
    digest = hashlib.sha256(repr((VERSION, package_version, sys.version_info, choice)).encode())
    for name, content in files:
        digest.update(f"{len(name.encode(errors='surrogateescape'))} {len(content)} ".encode())
        digest.update(name.encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


# A file that is missing, torn or of another layout of classes; then the packs are read again.
_UNUSABLE = (
    OSError,
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


@contextlib.contextmanager
def no_collector() -> Iterator[None]:
    """A block that makes so many small objects that the collector of garbage would run again and again for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_cache(key: str) -> Any:
    """What was kept under the key; None where there is nothing, or nothing usable."""
    with no_collector():
        try:
            return pickle.loads((cache_folder() / f"{key}.rules").read_bytes())
        except _UNUSABLE:
            return None


def write_cache(key: str, value: object) -> None:
    """Keep a value; a cache that can't be written is none."""
    with contextlib.suppress(OSError), written_whole(cache_folder() / f"{key}.rules") as file:
        _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)


class _Pickler(pickle.Pickler):
    """Writes frozen values with slots so that they are read in half the time that `dataclasses` takes."""

    def reducer_override(self, value: Any) -> Any:
        """How such a value is made again; anything else goes its own way."""
        kind = type(value)
        if "__slots__" in vars(kind) and is_dataclass(kind) and kind.__reduce__ is object.__reduce__:
            return _make, (kind, *(getattr(value, part.name) for part in fields(kind)))
        return NotImplemented


def _make(kind: type[Any], *values: object) -> object:
    made = object.__new__(kind)
    if kind not in _WRITERS:
        _WRITERS[kind] = tuple(getattr(kind, part.name).__set__ for part in fields(kind))
    for write, value in zip(_WRITERS[kind], values, strict=True):
        write(made, value)
    return made


_WRITERS: dict[type[Any], tuple[Callable[[object, object], None], ...]] = {}
