"""Compressed bytes: what is read as a stream, what is refused and with which words, and that nothing is lost."""

from __future__ import annotations

import gzip
import io
import lzma
import sys
import tracemalloc
from pathlib import Path

import pytest

from cleaner.dump import decoded
from cleaner.dump.codecs import Codec, CodecError, codec_of, encode_member, sniff_codec
from cleaner.dump.decoded import DecodedFile, open_decoded, read_decoded
from cleaner.dump.formats import Format
from cleaner.dump.stdin import open_stdin

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"".join(b'{"text":"Line %d of a dump."}\n' % number for number in range(400))
COMPRESSED = [codec for codec in Codec if codec]


def members(codec: Codec, *parts: bytes) -> bytes:
    return b"".join(encode_member(codec, part) for part in parts)


def read(encoded: bytes, codec: Codec) -> bytes:
    return DecodedFile(io.BytesIO(encoded), codec).read()


NAMES = {
    "a.jsonl.gz": (Codec.GZIP, "a.jsonl"),
    "a.zst": (Codec.ZSTD, "a"),
    "a.JSONL.ZSTD": (Codec.ZSTD, "a.JSONL"),
    "a.b.xz": (Codec.XZ, "a.b"),
    "a.gz.xz": (Codec.XZ, "a.gz"),
    "a.gz.txt": (Codec.PLAIN, "a.gz.txt"),
    "a.tgz": (Codec.PLAIN, "a.tgz"),
    "a.zip": (Codec.PLAIN, "a.zip"),
    "agz": (Codec.PLAIN, "agz"),
    ".gz": (Codec.PLAIN, ".gz"),
    "gz": (Codec.PLAIN, "gz"),
}


@pytest.mark.parametrize(("name", "wanted"), NAMES.items(), ids=NAMES)
def test_name_tells_the_codec(name: str, wanted: tuple[Codec, str]) -> None:
    assert codec_of(name) == wanted


SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"  # a zstd frame for others than us
NAMED_GZIP = io.BytesIO()
with gzip.GzipFile("note.txt", "wb", fileobj=NAMED_GZIP, mtime=1_700_000_000) as named:
    named.write(TEXT)

# Files as our outputs and as other programs write them, and what they hold.
READ = {
    "plain": (Codec.PLAIN, TEXT, TEXT),
    "plain-nothing": (Codec.PLAIN, b"", b""),
    "plain-of-one-byte": (Codec.PLAIN, b"\x1f", b"\x1f"),
    "plain-that-nearly-looks-like-gzip": (Codec.PLAIN, b"\x1f\x8b", b"\x1f\x8b"),
    "plain-with-gzip-inside": (Codec.PLAIN, b"a\x1f\x8b\x08", b"a\x1f\x8b\x08"),
    "gzip-with-name-and-time": (Codec.GZIP, NAMED_GZIP.getvalue(), TEXT),
    "gzip-with-zero-bytes-behind": (Codec.GZIP, gzip.compress(TEXT) + bytes(600_000), TEXT),
    "gzip-with-zero-bytes-between": (Codec.GZIP, gzip.compress(b"a") + bytes(512) + gzip.compress(b"b"), b"ab"),
    "zstd-of-unknown-size": (Codec.ZSTD, zstd.ZstdCompressor().compress(TEXT, zstd.ZstdCompressor.FLUSH_FRAME), TEXT),
    "zstd-with-frames-to-skip": (Codec.ZSTD, SKIPPABLE + zstd.compress(b"a") + SKIPPABLE + zstd.compress(b"b"), b"ab"),
    "zstd-frames-to-skip-alone": (Codec.ZSTD, SKIPPABLE, b""),
    "xz-with-another-check": (Codec.XZ, lzma.compress(TEXT, check=lzma.CHECK_SHA256), TEXT),
    "xz-with-padding": (Codec.XZ, lzma.compress(b"a") + bytes(8) + lzma.compress(b"b") + bytes(4), b"ab"),
    **{
        f"{codec}-{name}": (codec, members(codec, *parts), b"".join(parts))
        for codec in COMPRESSED
        for name, parts in {
            "one-member": [TEXT],
            "member-of-nothing": [b""],
            "many-members": [TEXT[start : start + 100] for start in range(0, len(TEXT), 100)],
            "members-of-nothing-between": [b"", b"a", b"", b"", b"b", b""],
            "larger-than-buffers": [b"x" * 700_000, TEXT, b"y" * 300_001],
        }.items()
    },
}


class Trickle(io.RawIOBase):
    """A pipe that hands out a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        return self._content.readinto(memoryview(buffer)[:7])


@pytest.mark.parametrize(("codec", "encoded", "wanted"), READ.values(), ids=READ)
def test_every_member_is_read(codec: Codec, encoded: bytes, wanted: bytes, tmp_path: Path) -> None:
    file = DecodedFile(io.BytesIO(encoded), codec)
    assert file.read() == wanted
    assert file.encoded_bytes == len(encoded)
    if len(encoded) < 20_000:
        assert DecodedFile(Trickle(encoded), codec).read() == wanted  # type: ignore[arg-type]
    path = tmp_path / "file"
    path.write_bytes(encoded)
    for start in {0, 1, len(wanted) // 2, len(wanted)} if wanted else {0}:
        with open_decoded(path, codec, start=start) as rest:
            assert rest.read() == wanted[start:]
    assert list(DecodedFile(io.BytesIO(encoded), codec)) == wanted.splitlines(keepends=True)


GZIP, ZSTD, XZ = (members(codec, TEXT) for codec in COMPRESSED)
HUGE_WINDOW = b"\x28\xb5\x2f\xfd\x00\xa8" + ZSTD[6:]  # a frame that asks for a window of 2 GiB

# What is not what its name says, or not whole -> words of the message.
REFUSED = {
    "gzip-that-is-text": (Codec.GZIP, TEXT, "says gzip, but it holds none (it starts with b'{\"text')"),
    "zstd-that-is-text": (Codec.ZSTD, TEXT, "rename it without .zst"),
    "xz-that-is-gzip": (Codec.XZ, GZIP, "says xz, but it holds gzip: rename it to end in .gz"),
    "gzip-that-is-zstd": (Codec.GZIP, ZSTD, "holds zstd"),
    "gzip-that-is-bzip2": (Codec.GZIP, b"BZh91AY&SY", "holds none"),
    "plain-that-is-gzip": (Codec.PLAIN, GZIP, "it holds gzip, but its name does not say so: rename it to end in .gz"),
    "plain-that-is-zstd": (Codec.PLAIN, ZSTD, "holds zstd"),
    "plain-that-is-xz": (Codec.PLAIN, XZ, "holds xz"),
    "gzip-of-no-byte": (Codec.GZIP, b"", "empty"),
    "zstd-of-no-byte": (Codec.ZSTD, b"", "empty"),
    "gzip-of-zero-bytes": (Codec.GZIP, bytes(100), "holds none"),
    "gzip-of-two-bytes": (Codec.GZIP, GZIP[:2], "at byte 2"),
    "gzip-cut-in-its-tail": (
        Codec.GZIP,
        GZIP[:-1],
        f"ends in the middle, at byte {len(GZIP) - 1:,}; {len(TEXT):,} bytes",
    ),
    "gzip-cut-in-its-second-member": (Codec.GZIP, GZIP * 2 + GZIP[:30], f"at byte {2 * len(GZIP) + 30:,}"),
    "xz-cut-before-its-index": (Codec.XZ, XZ[:-20], f"{len(TEXT):,} bytes could be read before"),
    "zstd-cut-in-its-check": (Codec.ZSTD, ZSTD[:-2], "cut off"),
    "gzip-with-text-behind": (Codec.GZIP, GZIP + b"more", f"what stands at byte {len(GZIP):,} is no gzip"),
    "xz-with-text-behind": (Codec.XZ, XZ + b"more text", f"what stands at byte {len(XZ):,} is no xz"),
    "xz-with-another-codec-behind": (Codec.XZ, XZ + GZIP, "is no xz"),
    "zstd-with-zero-bytes-behind": (Codec.ZSTD, ZSTD + bytes(8), "is no zstd"),
    "gzip-with-another-sum": (Codec.GZIP, GZIP[:-8] + bytes(8), "damaged"),
    "zstd-with-a-huge-window": (Codec.ZSTD, HUGE_WINDOW, "asks for too much memory"),
}


@pytest.mark.parametrize(("codec", "encoded", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_whole_is_told(codec: Codec, encoded: bytes, words: str) -> None:
    with pytest.raises(CodecError) as told:
        read(encoded, codec)
    assert words in str(told.value)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_no_cut_goes_unseen_but_one_between_members(codec: Codec) -> None:
    parts = [TEXT[:900], b"", TEXT[900:2000]]
    encoded = members(codec, *parts)
    ends = {len(members(codec, *parts[:count])): b"".join(parts[:count]) for count in range(1, 4)}
    for cut in range(len(encoded) + 1):
        if cut in ends:
            assert read(encoded[:cut], codec) == ends[cut]
        else:
            with pytest.raises(CodecError, match=r"cut off|empty"):
                read(encoded[:cut], codec)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_no_flipped_bit_gives_another_text(codec: Codec) -> None:
    encoded = members(codec, TEXT[:900], TEXT[900:2000])
    seen = 0
    for place in range(len(encoded)):
        damaged = bytearray(encoded)
        damaged[place] ^= 1 << (place % 8)
        try:
            text = read(bytes(damaged), codec)
        except CodecError:
            seen += 1
        else:
            assert text == TEXT[:2000]  # the time in the head of a gzip member, say
    assert seen > 0.9 * len(encoded)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_what_unfolds_without_end_takes_little_memory(codec: Codec) -> None:
    encoded = members(codec, bytes(1 << 24)) * 4
    assert len(encoded) < (1 << 18)
    tracemalloc.start()
    try:
        with DecodedFile(io.BytesIO(encoded), codec) as file:
            total = 0
            while chunk := file.read(1 << 16):
                total += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (total, peak < 1 << 24) == (1 << 26, True)


@pytest.mark.parametrize("codec", list(Codec))
def test_document_has_a_largest_size(codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(encode_member(codec, TEXT))
    monkeypatch.setattr(decoded, "MAX_DOCUMENT_BYTES", len(TEXT))
    assert read_decoded(path, codec) == TEXT
    monkeypatch.setattr(decoded, "MAX_DOCUMENT_BYTES", len(TEXT) - 1)
    with pytest.raises(CodecError, match="in one document"):
        read_decoded(path, codec)


@pytest.mark.parametrize("codec", list(Codec))
def test_place_behind_the_end_is_told(codec: Codec, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(encode_member(codec, TEXT))
    if codec:
        with pytest.raises(CodecError, match="shorter than it was"):
            open_decoded(path, codec, start=len(TEXT) + 1)
    else:
        with open_decoded(path, codec, start=len(TEXT) + 1) as file:
            assert file.read() == b""


@pytest.mark.parametrize("codec", list(Codec))
def test_members_are_the_same_each_time_and_other_programs_read_them(codec: Codec) -> None:
    encoded = members(codec, TEXT, b"", TEXT)
    assert encoded == members(codec, TEXT, b"", TEXT)
    assert sniff_codec(encoded) is codec
    readers = {Codec.GZIP: gzip.decompress, Codec.ZSTD: zstd.decompress, Codec.XZ: lzma.decompress}
    assert readers.get(codec, bytes)(encoded) == TEXT * 2


RECORD = b'{"text":"a"}\n'

# Standard input -> what it is taken for; `forced` goes before what it looks like.
STDIN = {
    "nothing": (b"", None, "txt"),
    "text": (b"Leave a Reply\n", None, "txt"),
    "text-with-a-brace": (b"{ no record }\n", None, "txt"),
    "text-shorter-than-a-mark": (b"{", None, "txt"),
    "records": (RECORD, None, "jsonl"),
    "records-with-a-mark": (b"\xef\xbb\xbf" + RECORD, None, "jsonl"),
    "records-behind-blank-lines": (b"\n  \n" + RECORD, None, "jsonl"),
    "records-taken-as-text": (RECORD, Format.TXT, "txt"),
    "one-long-line": (b'{"text":"' + b"a" * 300_000 + b'"}', None, "jsonl"),
    "text-in-gzip": (gzip.compress(b"Leave a Reply\n"), None, "txt.gz"),
    "records-in-zstd": (zstd.compress(RECORD), None, "jsonl.zst"),
    "records-in-xz": (lzma.compress(b"\n" + RECORD), None, "jsonl.xz"),
    "page-in-gzip": (gzip.compress(b"<p>a</p>"), Format.HTML, "html.gz"),
    "parquet": (b"PAR1 and more", None, "parquet"),
    "text-that-starts-like-parquet": (b"PAR 1 is below the course record", None, "txt"),
}


@pytest.mark.parametrize(("given", "forced", "wanted"), STDIN.values(), ids=STDIN)
def test_standard_input_tells_what_it_is(given: bytes, forced: Format | None, wanted: str) -> None:
    container, stream = open_stdin(io.BytesIO(given), forced)
    assert str(container) == wanted
    assert stream.read() == read(given, container.codec)
