"""What more rules cost: ten shipped rules that act, and beside them up to 10,000 that match nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import orjson

from benchmarks.race import OURS, Track, run_laps
from benchmarks.results import PROJECT, Growth, conditions
from benchmarks.rules import write_packs

ACTING = 10


def grow(track: Track, counts: Sequence[int], repeats: int, seconds: float) -> Growth:
    """The laps for each number of rules, interleaved."""
    here = conditions()
    acting = busiest_rules()
    contenders = []
    for count in counts:
        packs = track.folder / f"packs-{count}"
        write_packs(packs, count - ACTING)
        arguments = {"rules": [str(packs)], "only": [*acting, "many/*"]} if count > ACTING else {"only": acting}
        contenders.append(replace(OURS, name=f"cleaner-{count}", arguments=arguments))
    laps = run_laps(contenders, track, repeats, seconds)
    size = track.source.stat().st_size / 1e6
    return Growth(here, size, dict(zip(counts, laps.values(), strict=True)))


def busiest_rules() -> list[str]:
    """The ids of the `ACTING` rules that act most often in the golden dump."""
    counts: Counter[str] = Counter()
    for path in sorted((PROJECT / "golden" / "ledger").rglob("*.jsonl")):
        records = (orjson.loads(line) for line in path.read_bytes().splitlines())
        counts.update(record["rule"] for record in records if record["action"] == "remove")
    return [rule for rule, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:ACTING]]
