"""Standard input, which has no name to tell what it holds: its first bytes do."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from cleaner.dump.codecs import MAGIC_BYTES, Codec, sniff_codec
from cleaner.dump.decoded import DecodedFile, read_full
from cleaner.dump.entries import looks_like_jsonl
from cleaner.dump.formats import Container, Format

PARQUET_MAGIC = b"PAR1"
_SNIFFED_BYTES = 1 << 16


def open_stdin(stream: BinaryIO, forced: Format | None) -> tuple[Container, BinaryIO]:
    """How a stream holds documents, and all of its bytes, decoded.

    Its first bytes name the codec.  It holds Parquet where it says so, JSON lines where the first line that is not
    blank starts like an object, and else one text; `forced` says so instead.  Raises `CodecError` for damaged data.
    """
    head = read_full(stream, MAGIC_BYTES)
    codec = sniff_codec(head)
    decoded = DecodedFile(_joined(head, stream), codec)
    first = b""
    while len(first) < _SNIFFED_BYTES and not first.strip():
        line = decoded.readline(_SNIFFED_BYTES)
        if not line:
            break
        first += line
    return Container(forced or _format(first, codec), codec), _joined(first, decoded)


def _format(first: bytes, codec: Codec) -> Format:
    if first.startswith(PARQUET_MAGIC) and not codec:
        return Format.PARQUET
    return Format.JSONL if looks_like_jsonl(first.lstrip()) else Format.TXT


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """The rest of a stream as a file, gone when the block ends: Parquet has to be read from its end."""
    with tempfile.NamedTemporaryFile(prefix="cleaner-", suffix=".parquet") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield Path(file.name)


def _joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Joined(head, rest)))


class _Joined(io.RawIOBase):
    """A stream with bytes that were read from it put back before it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        chunk = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)
