"""Files that appear whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PARTIAL = ".partial"


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place when the block ends well, and is gone when it does not; folders are made.

    The name on the way is hidden, short whatever the name, and the process's own.  A file that was there keeps its
    mode.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    own = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    partial = path.with_name(f".{own}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            yield file
        if path.exists():
            partial.chmod(path.stat().st_mode & 0o7777)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
