"""The dev benchmark as it lies beside the project: pages with their gold, tracks, and its own scorer, which is imported
and never copied.

WCXB: Web Content eXtraction Benchmark (M. Foley, 2026), development split, CC BY 4.0.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from cleaner.model import CleanerError

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "bench"
TRACKS = ("trafilatura", "readability", "boilerpy3", "justext", "resiliparse_main")

# [word F1, precision, recall, shingle precision, shingle recall]; None where undefined.
Figures = Sequence[float | None]


class BenchError(CleanerError):
    """The benchmark is not where it should be, or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that has a gold text; `is_held` pages are kept out of all tuning and reading."""

    id: str
    url: str
    page_type: str
    gold: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the scorer says of a raw text, and of the best that dropping whole lines of it can reach.

    `dropped` are the lines that the best would drop.
    """

    raw: Figures
    oracle: Figures
    dropped: Sequence[str]


@dataclass(frozen=True)
class Bench:
    """The benchmark in one folder; raises `BenchError` where a part of it is missing."""

    folder: Path = FOLDER

    @cached_property
    def score(self) -> ModuleType:
        """The benchmark's `score.py`."""
        spec = importlib.util.spec_from_file_location("bench_score", self._path("score.py"))
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page with a gold text, by id."""
        return {
            record["id"]: Page(
                record["id"],
                record["url"],
                record["page_type"],
                record["text"],
                self.score.in_fold(record["id"], "held"),
            )
            for record in self.score.read_jsonl(self._path("gold.jsonl.xz"))
            if record["text"]
        }

    def raw(self, track: str) -> dict[str, str]:
        """The texts of a track by id, of pages with a gold."""
        texts = self.score.read_jsonl(self._path(f"raw/{track}.jsonl.xz"))
        return {record["id"]: record["text"] or "" for record in texts if record["id"] in self.pages}

    def baseline(self, track: str, raw: dict[str, str]) -> dict[str, Baseline]:
        """Raw and oracle of each page of the track; the scorer keeps them in its cache."""
        gold = {id_: {"text": page.gold} for id_, page in self.pages.items()}
        path = self._path(f"raw/{track}.jsonl.xz")
        found = self.score.baseline(path, self._path("gold.jsonl.xz"), raw, gold)
        return {id_: Baseline(raw_, oracle, dropped) for id_, (raw_, oracle, _, dropped) in found.items()}

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            raise BenchError(f"{path}: not there; name the benchmark's folder with --bench DIR")
        return path
