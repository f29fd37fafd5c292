"""Compressed bytes: which codec a name or the first bytes show, and how outputs are compressed, member by member."""

from __future__ import annotations

import lzma
import sys
import zlib
from enum import StrEnum
from typing import IO

from cleaner.model import CleanerError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC_BYTES = 6  # the longest of the marks below
MEMBER_BYTES = 2 << 20  # decoded; larger ones are hardly smaller when compressed


class CodecError(CleanerError):
    """Compressed bytes that are cut off or damaged, or not what the name of their file says."""


class Codec(StrEnum):
    """How the bytes of a file are compressed; the value is the suffix of its name without the dot."""

    PLAIN = ""
    GZIP = "gz"
    ZSTD = "zst"
    XZ = "xz"


_SUFFIXES = {".gz": Codec.GZIP, ".zst": Codec.ZSTD, ".zstd": Codec.ZSTD, ".xz": Codec.XZ}
_SKIPPABLE = tuple(bytes([0x50 + low]) + b"\x2a\x4d\x18" for low in range(16))  # RFC 8878, 3.1.2
MARKS = {  # what a member starts with
    Codec.GZIP: (b"\x1f\x8b\x08",),
    Codec.ZSTD: (b"\x28\xb5\x2f\xfd", *_SKIPPABLE),
    Codec.XZ: (b"\xfd7zXZ\x00",),
}


def codec_of(name: str) -> tuple[Codec, str]:
    """The codec that a file's name promises, and the name without its suffix.

    >>> codec_of("news.jsonl.gz")
    (<Codec.GZIP: 'gz'>, 'news.jsonl')
    """
    stem, dot, suffix = name.rpartition(".")
    codec = _SUFFIXES.get(dot + suffix.lower(), Codec.PLAIN) if stem else Codec.PLAIN
    return codec, stem if codec else name


def sniff_codec(head: bytes) -> Codec:
    """The codec that the first bytes of a stream (`MAGIC_BYTES` are enough) show."""
    return next((codec for codec, marks in MARKS.items() if head.startswith(marks)), Codec.PLAIN)


def encode_member(codec: Codec, decoded: bytes) -> bytes:
    """The bytes as one independent gzip member, zstd frame or xz stream; members one after the other are a file.

    The same bytes give the same member: no time and no name stands in it.  A file without documents holds one member
    of nothing, because no byte at all is no gzip file.
    """
    if codec is Codec.GZIP:
        return zlib.compress(decoded, level=_GZIP_LEVEL, wbits=31)
    if codec is Codec.ZSTD:
        return zstd.compress(decoded, options=_ZSTD_OPTIONS)
    if codec is Codec.XZ:
        return lzma.compress(decoded, preset=_XZ_LEVEL)
    return decoded


# What the commands take by themselves, but for xz: its 6 is three times as slow for a tenth less (7.3 and 2.3 MB/s a
# core, .246 and .219 of 900 kB of prose and code).
_GZIP_LEVEL, _ZSTD_LEVEL, _XZ_LEVEL = 6, 3, 2
_ZSTD_OPTIONS = {
    int(zstd.CompressionParameter.compression_level): _ZSTD_LEVEL,
    int(zstd.CompressionParameter.checksum_flag): 1,
}


class MemberWriter:
    """Writes bytes into a file as members of some size; a context manager whose end writes the last of them."""

    def __init__(self, file: IO[bytes], codec: Codec) -> None:
        self._file = file
        self._codec = codec
        self._waiting = bytearray()
        self._is_empty = True

    def __enter__(self) -> MemberWriter:
        return self

    def write(self, decoded: bytes) -> None:
        """Write some bytes, now or with those that follow."""
        self._waiting += decoded
        if len(self._waiting) >= MEMBER_BYTES:
            self._flush()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and (self._waiting or self._is_empty):
            self._flush()

    def _flush(self) -> None:
        self._file.write(encode_member(self._codec, bytes(self._waiting)))
        self._waiting.clear()
        self._is_empty = False
