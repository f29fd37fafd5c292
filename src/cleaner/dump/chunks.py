"""Inputs -> chunks: bounded pieces of work, cut by the inputs alone, so that results don't depend on who does them.

A chunk is either a number of small files, which a worker reads itself, or a slice of one file, which was read here.
Slices end where lines end; where one ends, the next begins, whether this run made it or an earlier one that was
stopped.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from cleaner.dump.decoded import MAX_DOCUMENT_BYTES
from cleaner.dump.entries import Fields, open_source
from cleaner.dump.formats import Format
from cleaner.dump.inputs import Source, Unusable
from cleaner.model import CleanerError
from cleaner.utf8 import count_lines

CHUNK_BYTES = 2 << 20  # decoded; large enough to compress well, small enough for many in flight
CHUNK_FILES = 512


class ChangedInputsError(CleanerError):
    """Inputs are not what they were when the run began."""


class Seen(msgspec.Struct, frozen=True):
    """How many inputs the walk has come by, the digest of their names, sizes and times, and the last one's name."""

    count: int
    digest: str
    name: str


class Files(msgspec.Struct, frozen=True):
    """Small files, and paths that are none; `encoded_bytes` is their size on disk."""

    seen: Seen
    items: tuple[Source | Unusable, ...]
    encoded_bytes: int


class Slice(msgspec.Struct, frozen=True):
    """A piece of one file: whole lines of JSON, rows of Parquet, or all of a file that is one document.

    `first_line` is the 1-based number of its first line, `next_line` that of the first behind it, `end` the decoded
    offset there; for Parquet they count rows, and `data` is an Arrow stream.  `error` tells why the file can't be read
    further.  Where `is_readable_again`, what stands in the file before `end` is the same bytes.
    """

    seen: Seen
    source: Source
    data: bytes | bytearray
    first_line: int
    next_line: int
    end: int
    is_first: bool
    is_last: bool
    encoded_bytes: int
    error: str = ""
    row_group: int = 0
    is_readable_again: bool = False


Chunk = Files | Slice


class Place(msgspec.Struct, frozen=True):
    """Where to go on in a file: the decoded offset (`end` of the slice before) and the number of the line there."""

    end: int = 0
    next_line: int = 1


START = Place()
BEHIND = Place(-1)  # behind a file, at the next one


class Planner:
    """Cuts the inputs into chunks, in order."""

    def __init__(self, walk: Iterator[Source | Unusable], fields: Fields, *, with_files: bool) -> None:
        """Without `with_files` every file becomes slices, also the smallest."""
        self._walk = walk
        self._fields = fields
        self._with_files = with_files
        self._digest = hashlib.blake2b(digest_size=16)
        self._count = 0
        self._open: tuple[Source, Seen, Place] | None = None

    def pass_by(self, seen: Sequence[Seen], place: Place) -> None:
        """Go to the place where an earlier run stopped; `seen` is what it had seen, chunk by chunk.

        Raises `ChangedInputsError` where the inputs up to there are others now.
        """
        item, now = None, Seen(0, "", "")
        for before in seen:
            while now.count < before.count and (item := next(self._walk, None)) is not None:
                now, _ = self._see(item)
            if now != before:
                raise ChangedInputsError(f"the inputs up to {before.name} have changed")
        if place is not BEHIND:
            assert isinstance(item, Source)
            self._open = item, now, place

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk from the place on."""
        if self._open:
            yield from self._slices(*self._open)
        items: list[Source | Unusable] = []
        last, total = None, 0
        for item in self._walk:
            seen, size = self._see(item)
            is_small = isinstance(item, Unusable) or (self._with_files and is_whole(item, size))
            if last and (not is_small or total + size > CHUNK_BYTES or len(items) == CHUNK_FILES):
                yield Files(last, tuple(items), total)
                items, last, total = [], None, 0
            if is_small:
                items.append(item)
                last, total = seen, total + size
            else:
                assert isinstance(item, Source)
                yield from self._slices(item, seen, START)
        if last:
            yield Files(last, tuple(items), total)

    def _see(self, item: Source | Unusable) -> tuple[Seen, int]:
        """What is seen with this item, and its size."""
        size = time = 0
        if isinstance(item, Source):
            try:
                status = os.stat(item.path)  # noqa: PTH116  (a third of the time, and once for every file)
                size, time = status.st_size, status.st_mtime_ns
            except OSError:
                size = -1
        self._digest.update(f"{item.name}\0{size}\0{time}\n".encode(errors="surrogateescape"))
        self._count += 1
        return Seen(self._count, self._digest.hexdigest(), item.name), max(size, 0)

    def _slices(self, source: Source, seen: Seen, place: Place) -> Iterator[Slice]:
        if source.format is Format.PARQUET:
            yield from cut_rows(source, self._fields, seen, place)
            return
        try:
            file = open_source(source.path, source.codec, start=place.end)
        except CleanerError as error:
            line, end = place.next_line, place.end
            yield Slice(seen, source, b"", line, line, end, end == 0, True, 0, str(error))
            return
        with file:
            is_plain = source.format is Format.JSONL and not source.codec and source.path.is_file()
            for piece in cut_slices(file, source, seen, place, lambda: file.encoded_bytes):
                yield msgspec.structs.replace(piece, is_readable_again=True) if is_plain else piece


def read_again(piece: Slice, size: int) -> bytes | bytearray:
    """The bytes of a slice of that size that `is_readable_again`; raises `ChangedInputsError` where they are gone.

    Those of a long line come so that they can be let go.
    """
    try:
        with piece.source.path.open("rb") as file:
            file.seek(piece.end - size)
            if size <= CHUNK_BYTES:
                data: bytes | bytearray = file.read(size)
                count = len(data)
            else:
                data = bytearray(size)
                count = file.readinto(data)
    except OSError as error:
        raise ChangedInputsError(f"{piece.source.name} can't be read any more: {error.strerror}") from None
    if count < size:
        raise ChangedInputsError(f"{piece.source.name} has become shorter while it was read")
    return data


def is_whole(source: Source, size: int) -> bool:
    """Whether a worker reads the file itself: all texts and pages, records only where they surely are few."""
    if not source.format.holds_records:
        return True
    is_lines = source.format is source.output.format is Format.JSONL
    return is_lines and size <= CHUNK_BYTES and not source.codec


def cut_rows(source: Source, fields: Fields, seen: Seen, place: Place = START) -> Iterator[Slice]:
    """The slices of a Parquet file from the place on; the last one tells of an error in reading."""
    from cleaner.dump.parquet import slices  # noqa: PLC0415  (0.2 s that runs without Parquet need not pay)

    end = place.end
    try:
        size = source.path.stat().st_size
        for rows in slices(source.path, fields, end):
            end = rows.first_row + rows.row_count
            taken = size * rows.row_count // max(1, rows.row_total)
            first, line = rows.first_row + 1, end + 1
            is_first = rows.first_row == 0
            yield Slice(seen, source, rows.ipc, first, line, end, is_first, rows.is_last, taken, "", rows.row_group)
    except CleanerError as error:
        yield Slice(seen, source, b"", end + 1, end + 1, end, end == 0, True, 0, str(error))
    except OSError as error:
        yield Slice(seen, source, b"", end + 1, end + 1, end, end == 0, True, 0, f"can't be read: {error.strerror}")


def cut_slices(
    file: BinaryIO, source: Source, seen: Seen, place: Place = START, taken: Callable[[], int] | None = None
) -> Iterator[Slice]:
    """The slices of a file that is open at the place; the last one tells of an error in reading.

    `taken` tells the bytes of the file itself that were read so far; where it is not given they count decoded.
    """
    end, line = place.end, place.next_line
    is_first = end == 0
    blocks = _cut_lines(file) if source.format is Format.JSONL else _read_all(file)
    encoded = 0
    while True:
        data: bytes | bytearray
        data, is_last, error = b"", True, ""
        try:
            data, is_last = next(blocks)
        except CleanerError as problem:
            error = str(problem)
        except OSError as problem:
            error = f"can't be read: {problem.strerror}"
        end += len(data)
        encoded, before = (taken() if taken else end), encoded
        first_line, line = line, line + count_lines(data)
        yield Slice(seen, source, data, first_line, line, end, is_first, is_last, encoded - before, error)
        if is_last:
            return
        is_first = False


def _cut_lines(file: BinaryIO) -> Iterator[tuple[bytes | bytearray, bool]]:
    """Blocks of whole lines, up to `CHUNK_BYTES` each, and whether they are the last; a longer line comes alone.

    Where a block ends depends on where it begins, and on nothing before that.  Raises `RecordTooLongError`.
    """
    block = bytearray()
    while True:
        is_last = not _fill(block, file, CHUNK_BYTES)
        end = len(block) if is_last else block.rfind(b"\n", 0, CHUNK_BYTES) + 1
        while not end and not is_last:
            searched = len(block)
            if searched > MAX_DOCUMENT_BYTES:
                raise RecordTooLongError(f"a line of more than {MAX_DOCUMENT_BYTES:,} bytes; no record is that long")
            is_last = not _fill(block, file, searched + CHUNK_BYTES)
            end = block.find(b"\n", searched) + 1 or (len(block) if is_last else 0)
        rest = block[end:]
        del block[end:]
        yield block, is_last and not rest
        if is_last and not rest:
            return
        block = rest


def _fill(block: bytearray, file: BinaryIO, size: int) -> bool:
    """Read until the block has that size; whether there was enough to read."""
    block += file.read(max(size - len(block), 0))
    return len(block) >= size


class RecordTooLongError(CleanerError):
    """A line that is no record, because nothing is that long."""


def _read_all(file: BinaryIO) -> Iterator[tuple[bytes | bytearray, bool]]:
    data = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise RecordTooLongError(f"more than {MAX_DOCUMENT_BYTES:,} bytes in one document; split it")
    yield data, True
