"""Compressed files read decoded: streamed, with bounded memory whatever they unfold to.

The readers of the standard library are not used: they pass over what stands behind an xz stream without a word, so a
damaged second stream would be a shorter dump.  Here every byte of a file is either decoded or an error that says where.
"""

from __future__ import annotations

import io
import lzma
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from cleaner.dump.codecs import MAGIC_BYTES, MARKS, Codec, CodecError, sniff_codec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_DOCUMENT_BYTES = 1 << 30  # decoded; one document of a GiB is a bomb or no document

_FETCH_BYTES = 1 << 17
_BUFFER_BYTES = 1 << 18
_XZ_MEMORY_BYTES = 1 << 28  # `xz -9` asks for 65 MiB; a header can ask for 1.5 GiB
_ZSTD_WINDOW_LOG = 27  # 128 MiB, what `zstd -d` allows without --long
_NAMES = {Codec.GZIP: "gzip", Codec.ZSTD: "zstd", Codec.XZ: "xz"}
_PADDED = (Codec.GZIP, Codec.XZ)  # zero bytes may stand behind a member: tapes, and the xz format, 2.2


def open_decoded(path: Path, codec: Codec, *, start: int = 0) -> DecodedFile:
    """The decoded bytes of a file from the decoded offset `start` on, to be read as a stream.

    Raises `OSError` where the file can't be opened, and `CodecError`, also while it is read, where its bytes are not
    what `codec` says.
    """
    file = path.open("rb", buffering=0)
    try:
        if codec is Codec.PLAIN and start:
            file.seek(start)
            return DecodedFile(cast(BinaryIO, file), codec, is_start=False)
        decoded = DecodedFile(cast(BinaryIO, file), codec)
        _skip(decoded, start)
    except BaseException:
        file.close()
        raise
    return decoded


def read_decoded(path: Path, codec: Codec) -> bytes:
    """The decoded bytes of a file that is one document; raises like `open_decoded`, and `CodecError` for more than
    `MAX_DOCUMENT_BYTES`.
    """
    with open_decoded(path, codec) as file:
        decoded = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(decoded) > MAX_DOCUMENT_BYTES:
        raise CodecError(f"more than {MAX_DOCUMENT_BYTES:,} bytes in one document; split it")
    return decoded


class DecodedFile(io.BufferedReader):
    """A binary file that is read decoded; what it reads takes bounded memory."""

    def __init__(self, encoded: BinaryIO, codec: Codec, *, is_start: bool = True) -> None:
        """`is_start` is False for plain bytes from the middle of a file, whose first ones may look like anything."""
        if codec is Codec.PLAIN:
            self._stream: _Plain | _Members = _Plain(encoded, is_start=is_start)
        else:
            self._stream = _Members(encoded, codec)
        super().__init__(self._stream, _BUFFER_BYTES)

    @property
    def encoded_bytes(self) -> int:
        """How many bytes of the file itself were taken so far; for telling how far a reader has come."""
        return self._stream.encoded_bytes


def _skip(file: DecodedFile, count: int) -> None:
    while count:
        passed = len(file.read(min(count, _BUFFER_BYTES)))
        if not passed:
            raise CodecError(f"shorter than it was: it ends {count:,} decoded bytes before the place to go on from")
        count -= passed


class _Member(Protocol):
    """A decoder of one member, as `lzma` and `zstd` have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _GzipMember:
    """`zlib`'s decoder in the same shape."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


_DECODERS: dict[Codec, Callable[[], _Member]] = {
    Codec.GZIP: _GzipMember,
    Codec.ZSTD: lambda: zstd.ZstdDecompressor(
        options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}  # a frame that asks for more is refused
    ),
    Codec.XZ: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES),
}


class _Plain(io.RawIOBase):
    """The bytes as they are; the first of them must not be those of a codec."""

    def __init__(self, encoded: BinaryIO, *, is_start: bool) -> None:
        self._encoded = encoded
        self._is_start = is_start
        self._head = b""
        self.encoded_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if self._is_start:
            self._is_start = False
            self._head = read_full(self._encoded, MAGIC_BYTES)
            codec = sniff_codec(self._head)
            if codec:
                raise CodecError(
                    f"it holds {_NAMES[codec]}, but its name does not say so: rename it to end in .{codec}"
                )
        count = min(len(self._head), len(buffer))
        if count:
            buffer[:count], self._head = self._head[:count], self._head[count:]
        else:
            count = cast(io.RawIOBase, self._encoded).readinto(buffer) or 0
        self.encoded_bytes += count
        return count

    def close(self) -> None:
        self._encoded.close()
        super().close()


class _Members(io.RawIOBase):
    """What all members of a compressed file hold, one behind the other."""

    def __init__(self, encoded: BinaryIO, codec: Codec) -> None:
        self._encoded = encoded
        self._codec = codec
        self._member: _Member | None = None
        self._member_count = 0
        self._waiting = b""  # fetched, but not yet handed to a decoder
        self.encoded_bytes = self._decoded_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while self._member or self._start_member():
            chunk = self._decode(len(buffer))
            if chunk:
                buffer[: len(chunk)] = chunk
                self._decoded_bytes += len(chunk)
                return len(chunk)
        return 0

    def _decode(self, size: int) -> bytes:
        """Up to `size` decoded bytes of the member; none at its end, and where it wants more bytes."""
        member = cast(_Member, self._member)
        fed = (self._waiting or self._fetch(_FETCH_BYTES)) if member.needs_input else b""
        is_at_end = member.needs_input and not fed
        self._waiting = b""
        try:
            chunk = member.decompress(fed, size)
        except (zlib.error, lzma.LZMAError, zstd.ZstdError) as error:
            raise CodecError(self._refused(error)) from None
        if member.eof:
            self._waiting, self._member = member.unused_data, None
        elif is_at_end and not chunk:
            raise CodecError(
                f"cut off: its {_NAMES[self._codec]} data ends in the middle, at byte {self.encoded_bytes:,}; "
                f"{self._decoded_bytes:,} bytes could be read before; fetch the file again"
            )
        return chunk

    def _start_member(self) -> bool:
        """Whether another member begins; between members only padding may stand."""
        head = self._peek()
        while self._member_count and self._codec in _PADDED and head.startswith(b"\0"):
            self._waiting = self._waiting.lstrip(b"\0")
            head = self._peek()
        if not head and self._member_count:
            return False
        marks = MARKS[self._codec]
        if not head.startswith(marks):
            raise CodecError(self._stranger(head))
        self._member = _DECODERS[self._codec]()
        self._member_count += 1
        return True

    def _stranger(self, head: bytes) -> str:
        """What is told of bytes that begin no member."""
        name = _NAMES[self._codec]
        if head and any(mark.startswith(head) for mark in MARKS[self._codec]):
            return (
                f"cut off: it ends within the first bytes of {name} data, at byte {self.encoded_bytes:,}; "
                f"{self._decoded_bytes:,} bytes could be read before; fetch the file again"
            )
        if self._member_count:
            return (
                f"damaged: what stands at byte {self.encoded_bytes - len(self._waiting):,} is no {name}; "
                f"{self._decoded_bytes:,} bytes could be read before; fetch the file again"
            )
        if not head:
            return f"empty: its name says {name}, but there is no byte in it; fetch the file again"
        codec = sniff_codec(head)
        if codec:
            return f"its name says {name}, but it holds {_NAMES[codec]}: rename it to end in .{codec}"
        return f"its name says {name}, but it holds none (it starts with {head!r}): rename it without .{self._codec}"

    def _refused(self, error: Exception) -> str:
        """What is told where the decoder gave up."""
        name = _NAMES[self._codec]
        if "too much memory" in str(error) or "limit exceeded" in str(error):
            return (
                f"its {name} data asks for too much memory ({error}): compress it without --long or a large dictionary"
            )
        return (
            f"damaged: its {name} data can't be decoded at or before byte {self.encoded_bytes:,} ({error}); "
            f"{self._decoded_bytes:,} bytes could be read before; fetch the file again"
        )

    def _peek(self) -> bytes:
        if len(self._waiting) < MAGIC_BYTES:
            self._waiting += self._fetch(_FETCH_BYTES)
        return self._waiting[:MAGIC_BYTES]

    def _fetch(self, size: int) -> bytes:
        fetched = read_full(self._encoded, size)
        self.encoded_bytes += len(fetched)
        return fetched

    def close(self) -> None:
        self._encoded.close()
        super().close()


def read_full(file: BinaryIO, size: int) -> bytes:
    """So many bytes; fewer at the end only, also where a pipe hands out less at a time."""
    chunks = []
    while size:
        chunk = file.read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
