"""The filters of other projects, called straight on each document, with orjson around them.

Their own readers, writers, statistics files and schedulers are left out, in their favour.  Runs in the environment of
the peer (`benchmarks/peers/`), so nothing of `cleaner` is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.once import Work

Filter = Callable[[dict[str, Any]], dict[str, Any] | None]  # record -> what is written of it, None for nothing


def ready(name: str) -> Work:
    """The filter of that name, made to read and write JSON lines."""
    return _over_lines(FILTERS[name]())


def datatrove_c4() -> Filter:
    """C4QualityFilter as it comes: line rules, then spaCy's rule-based sentence splitter counts sentences."""
    return _datatrove_c4({})


def datatrove_c4_lines() -> Filter:
    """C4QualityFilter without its sentence count."""
    return _datatrove_c4({"min_num_sentences": -1})


def datatrove_ftfy() -> Filter:
    """FTFYFormatter as it comes: ftfy over the whole text."""
    from datatrove.pipeline.formatters import FTFYFormatter  # noqa: PLC0415

    formatter = FTFYFormatter()

    def repair(record: dict[str, Any]) -> dict[str, Any]:
        return record | {"text": formatter.format(record["text"])}

    return repair


def dolma_c4() -> Filter:
    """Tagger `c4_v2`: spans of lines that C4 would drop, as dolma writes them; the text is not cut."""
    from dolma.core.data_types import InputSpec  # noqa: PLC0415
    from dolma.taggers.c4 import FasterC4Tagger  # noqa: PLC0415

    tagger = FasterC4Tagger()

    def tag(record: dict[str, Any]) -> dict[str, Any]:
        return {"id": record["id"], "attributes": tagger.tag(InputSpec(id=record["id"], text=record["text"]))}

    return tag


def _datatrove_c4(settings: dict[str, Any]) -> Filter:
    from datatrove.data import Document  # noqa: PLC0415
    from datatrove.pipeline.filters import C4QualityFilter  # noqa: PLC0415

    quality = C4QualityFilter(**settings)

    def clean(record: dict[str, Any]) -> dict[str, Any] | None:
        document = Document(text=record["text"], id=record["id"])
        return record | {"text": document.text} if quality.filter(document) is True else None

    return clean


FILTERS: dict[str, Callable[[], Filter]] = {
    "datatrove-c4": datatrove_c4,
    "datatrove-c4-lines": datatrove_c4_lines,
    "datatrove-ftfy": datatrove_ftfy,
    "dolma-c4": dolma_c4,
}


def _over_lines(filter_: Filter) -> Work:
    def work(source: Path, to: Path) -> None:
        with source.open("rb") as lines, to.open("wb") as out:
            for line in lines:
                record = filter_(orjson.loads(line))
                if record is not None:
                    out.write(orjson.dumps(record) + b"\n")

    return work
