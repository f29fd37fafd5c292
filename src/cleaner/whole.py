"""Files that appear whole or not at all: written under another name, then renamed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PARTIAL = ".partial"


def partial_name(name: str) -> str:
    """A hidden name for what will be called `name`, short whatever that is, and always the same."""
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}{PARTIAL}"


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place when the block ends well, and is gone when it does not; folders are made.

    The name on the way is hidden and the process's own.  A file that was there keeps its mode.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(partial_name(f"{path.name}.{os.getpid()}"))
    try:
        with partial.open("wb") as file:
            yield file
        keep_mode(path, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def keep_mode(path: Path, partial: Path) -> None:
    """Give a file that will take the place of another the mode of that one."""
    if path.exists():
        partial.chmod(path.stat().st_mode & 0o7777)


class PartialFile:
    """A file that grows by whole pieces and can be cut back to where it was; every piece is written at once."""

    def __init__(self, path: Path, size: int = 0) -> None:
        """Open the file with its first `size` bytes kept; raises `FileNotFoundError` where it does not hold so many."""
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (0 if size else os.O_CREAT), 0o666)
        if os.fstat(self.descriptor).st_size < size:
            self.close()
            raise FileNotFoundError(f"{path} is shorter than it was")
        self.size = size
        self.cut(size)

    def append(self, piece: bytes) -> None:
        """Write a piece behind what is there."""
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]
        self.size += len(piece)

    def cut(self, size: int) -> None:
        """Forget what stands behind the first `size` bytes."""
        os.ftruncate(self.descriptor, size)
        os.lseek(self.descriptor, size, os.SEEK_SET)
        self.size = size

    def reader(self) -> IO[bytes]:
        """What the file holds, from its start; the next piece is appended where reading ends, or after `cut`."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        return os.fdopen(self.descriptor, "rb", closefd=False)

    def close(self) -> None:
        """Let go of the file, which stays where it is."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
