"""What a file of texts is made of: lengths, letters, residue; so that generated texts can be held against real ones."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import msgspec
import orjson

from cleaner import Cleaner

CURLY = (
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
)
MANY_DOCUMENTS = 1_000  # that many are looked at, spread over the file


class Makeup(msgspec.Struct, frozen=True):
    """Figures of one input; the shares are 0..1, lengths are code points of lines that are not blank."""

    documents: int
    megabytes: float
    lines_per_document: float
    line_chars_median: float
    line_chars_tenths: tuple[int, int]
    blank_line_share: float
    repeated_line_share: float
    non_ascii_char_share: float
    non_ascii_line_share: float
    curly_document_share: float
    residue_document_share: float
    removed_line_share: float
    repaired_document_share: float


def measure_makeup(source: Path, cleaner: Cleaner) -> Makeup:
    """The makeup of a JSON lines file; residue is what this cleaner's rules remove, repairs are those of encoding.

    The first two figures are of the whole file, the others of about `MANY_DOCUMENTS`, taken at even distances.
    """
    documents = sum(1 for _ in _texts(source, 1))
    texts = list(_texts(source, max(1, documents // MANY_DOCUMENTS)))
    lines = [[line for line in text.split("\n") if line.strip()] for text in texts]
    every = [line for of_text in lines for line in of_text]
    line_count = sum(text.count("\n") + 1 for text in texts)
    lengths = sorted(map(len, every))
    cleaned = [cleaner.clean(text) for text in texts]
    repaired = sum(any(_mends_encoding(edit.reason.rule) for edit in each.repairs) for each in cleaned)
    return Makeup(
        documents=documents,
        megabytes=round(source.stat().st_size / 1e6, 2),
        lines_per_document=statistics.median(map(len, lines)),
        line_chars_median=statistics.median(lengths),
        line_chars_tenths=(lengths[len(lengths) // 10], lengths[len(lengths) * 9 // 10]),
        blank_line_share=_share(line_count - len(every), line_count),
        repeated_line_share=_share(len(every) - len(set(every)), len(every)),
        non_ascii_char_share=_share(sum(not c.isascii() for line in every for c in line), sum(lengths)),
        non_ascii_line_share=_share(sum(not line.isascii() for line in every), len(every)),
        curly_document_share=_share(sum(any(c in text for c in CURLY) for text in texts), len(texts)),
        residue_document_share=_share(sum(bool(each.removals) for each in cleaned), len(texts)),
        removed_line_share=_share(sum(len(each.removals) for each in cleaned), len(every)),
        repaired_document_share=_share(repaired, len(texts)),
    )


def _texts(source: Path, step: int) -> Iterator[str]:
    with source.open("rb") as lines:
        for number, line in enumerate(lines):
            if number % step == 0:
                yield orjson.loads(line)["text"]


def _mends_encoding(rule: str) -> bool:
    return rule in {"repair/mojibake", "repair/entity", "repair/control", "repair/normalization"}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
