"""Containers: what the name of a file says of how it holds documents, and what its output is called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

import msgspec

from cleaner.dump.codecs import Codec, codec_of

TEXT_SUFFIX = ".txt"  # what a page's name gets when it has become a text


class Format(StrEnum):
    """How the decoded bytes of a file hold documents."""

    TXT = "txt"
    HTML = "html"
    JSONL = "jsonl"
    PARQUET = "parquet"

    @property
    def holds_records(self) -> bool:
        """Whether a file holds many documents and not just one."""
        return self in (Format.JSONL, Format.PARQUET)


_FORMATS = {
    "": Format.TXT,
    ".txt": Format.TXT,
    ".text": Format.TXT,
    ".md": Format.TXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}


class Container(msgspec.Struct, frozen=True):
    """A format and how it is compressed; Parquet compresses inside and has no codec."""

    format: Format
    codec: Codec = Codec.PLAIN

    def __str__(self) -> str:
        """As `--to` names it: `jsonl.zst`."""
        return f"{self.format}.{self.codec}" if self.codec else str(self.format)


# What outputs can be written as, by the name that `--to` knows.
OUTPUT_CONTAINERS = {
    str(container): container
    for container in (
        *(Container(format_, codec) for format_ in (Format.TXT, Format.JSONL) for codec in Codec),
        Container(Format.PARQUET),
    )
}


def container_of(name: str) -> Container | None:
    """What a file of this name holds; None for a name that does not tell.

    >>> str(container_of("news.jsonl.gz"))
    'jsonl.gz'
    """
    codec, stem = codec_of(PurePath(name).name)
    format_ = _FORMATS.get(PurePath(stem).suffix.lower())
    return Container(format_, codec) if format_ else None


def why_not_to(given: Container, to: Container | None) -> str:
    """Why documents can't go from a file of one container into the other; empty where they can."""
    if given.format is Format.PARQUET and given.codec:
        return "a Parquet file compresses inside; decompress it and name it without the last ending"
    if to is None or given.format.holds_records is to.format.holds_records:
        return ""
    if given.format.holds_records:
        return f"it holds records, and {to} holds one text: name another container with --to"
    return f"it is one text, and {to} holds records: name another container with --to"


def output_container(given: Container, to: Container | None) -> Container:
    """What a file becomes: `to` where it is given, else the same, but a page becomes a text."""
    if to is not None:
        return to
    return Container(Format.TXT, given.codec) if given.format is Format.HTML else given


def output_name(name: str, given: Container, to: Container | None) -> str:
    """The name of what a file becomes: its own where the container stays, else with the ending of the other.

    >>> output_name("a.html.gz", Container(Format.HTML, Codec.GZIP), None)
    'a.html.txt.gz'
    >>> output_name("a.parquet", Container(Format.PARQUET), OUTPUT_CONTAINERS["jsonl.zst"])
    'a.jsonl.zst'
    """
    becomes = output_container(given, to)
    if becomes == given:
        return name
    stem = codec_of(name)[1] if given.codec else name
    if given.format is Format.HTML:
        stem += TEXT_SUFFIX
    elif becomes.format is not given.format:
        known = _FORMATS.get(PurePath(stem).suffix.lower()) is given.format
        stem = (stem[: -len(PurePath(stem).suffix)] if known else stem) + f".{becomes.format}"
    return f"{stem}.{becomes.codec}" if becomes.codec else stem
