"""Texts to time: invented articles with residue, made from a seed, so that every machine times the same bytes."""

from __future__ import annotations

import random
from pathlib import Path

import orjson

PROJECT = Path(__file__).resolve().parents[1]


def generate(path: Path, megabytes: float, seed: int = 7) -> int:
    """Write about that many megabytes of JSON lines made of the golden dump's lines, shuffled.

    Returns the number of documents.
    """
    chance = random.Random(seed)
    paragraphs, residue = _lines()
    size = count = 0
    with path.open("wb") as file:
        while size < megabytes * 1e6:
            body = chance.sample(paragraphs, chance.randint(6, 24))
            for _ in range(chance.randint(0, 4)):
                body.insert(chance.randint(1, len(body)), chance.choice(residue))
            record = {
                "id": f"doc-{count}",
                "url": f"https://site{count % 97}.example/{count}",
                "text": "\n\n".join(body),
            }
            size += file.write(orjson.dumps(record) + b"\n")
            count += 1
    return count


def _lines() -> tuple[list[str], list[str]]:
    """The golden dump's distinct kept paragraphs and removed lines."""
    kept: set[str] = set()
    for path in sorted((PROJECT / "golden" / "clean").rglob("*.txt")):
        kept.update(line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 80)
    removed: set[str] = set()
    for path in sorted((PROJECT / "golden" / "ledger").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            if record["action"] == "remove":
                removed.add(record["before"].strip())
    return sorted(kept), sorted(removed)
