"""Rules by the thousand that match nothing, and patterns that are known to explode.

A rule of the first kind says words of the texts, as rules do, and one word that stands in none of them; six in ten are
phrases, the others patterns with a literal head.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import Loading, conditions
from benchmarks.texts import golden_lines
from cleaner import Cleaner, CleanerError, Selection
from cleaner.rules import pattern

SYLLABLES = ("ba", "dro", "fi", "gul", "ke", "lor", "mi", "nax", "pu", "ril", "so", "tev", "vu", "wem", "xi", "zan")
PACK_RULES = 500

BAD_PATTERNS = {
    "(a+)+$": "a" * 100_000 + "b",
    "(.*a){20}": "a" * 19 + "b" * 99_981,
    "((a*)*)*b": "a" * 100_000,
    "(x+x+)+y": "x" * 100_000,
    r"(\w+\s?)+:": "word " * 20_000,
    "(a|aa)+c": "a" * 100_000,
}

LOAD = """
import sys, time
from pathlib import Path
from cleaner.rules.load import load_rules
start = time.perf_counter()
rules = load_rules([Path(sys.argv[1])])
print(time.perf_counter() - start, len(rules.rules))
"""


def write_packs(folder: Path, count: int, seed: int = 11) -> None:
    """Packs named `many/…` with that many rules, all with a condition, an exception and examples."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    words = sorted({word.lower() for line in golden_lines()[0] for word in line.split() if word.isalpha()})
    for first in range(0, count, PACK_RULES):
        rules = [_rule(number, chance, words) for number in range(first, min(first + PACK_RULES, count))]
        text = f"pack: many/p{first}\nlanguage: en\nrules:\n" + "".join(rules)
        (folder / f"p{first}.yaml").write_text(text, encoding="utf-8")


def _rule(number: int, chance: random.Random, words: list[str]) -> str:
    head, other = _saying(chance, words), _saying(chance, words)
    if number % 10 < 6:
        says = f"phrases: [{head} on your phone, {other} by mail]"
    else:
        says = f"pattern: '{head}( on your (phone|tablet)| by \\w+)[.!]?'"
    return (
        f"  - id: alert-{number}\n    rev: 1\n    why: The box that sells alert number {number}.\n"
        f"    category: promo\n    scope: line\n    {says}\n    words: {{max: 12}}\n"
        "    unless:\n      - because: prose goes on under it\n        next: {prose: true}\n"
        f"    examples:\n      - |\n        = The end.\n        - {head} on your phone\n"
        f"      - |\n        = {head} on your phone, he said.\n"
    )


def _saying(chance: random.Random, words: list[str]) -> str:
    """One to three words of the texts, and among them one that is none."""
    saying = [chance.choice(words) for _ in range(chance.randint(1, 3))]
    saying.insert(chance.randint(0, len(saying)), "".join(chance.choices(SYLLABLES, k=4)))
    return " ".join(saying)


def time_loading(count: int, patterns: Sequence[str]) -> Loading:
    """Seconds to load the shipped rules and `count` more, each time in a new process; and these bad patterns."""
    here = conditions()
    seconds: list[float] = []
    rules = 0
    with TemporaryDirectory() as name:
        write_packs(Path(name) / "packs", count)
        environment = os.environ | {"XDG_CACHE_HOME": str(Path(name) / "cache")}
        for _ in range(4):
            command = [sys.executable, "-c", LOAD, str(Path(name) / "packs")]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            seconds.append(float(done.stdout.split()[0]))
            rules = int(done.stdout.split()[1])
    return Loading(here, rules, seconds[0], seconds[1:], pattern.SECONDS, _time_patterns(patterns))


def _time_patterns(patterns: Sequence[str]) -> dict[str, tuple[float, str]]:
    """Seconds that each bad pattern took on one line of 100,000 characters, as a rule inside a line, and its end."""
    ends: dict[str, tuple[float, str]] = {}
    for source in patterns:
        with TemporaryDirectory() as name:
            path = Path(name) / "bad.yaml"
            path.write_text(
                "pack: bad\nrules:\n  - {id: bad, rev: 1, why: x, category: promo, scope: inline, "
                f"pattern: '{source}', examples: ['- zz', '= z']}}\n",
                encoding="utf-8",
            )
            try:
                cleaner = Cleaner(rules=path, selection=Selection(only=("bad",)))
            except CleanerError:
                ends[source] = (0.0, "refused")
                continue
            start = time.perf_counter()
            try:
                cleaner.clean(BAD_PATTERNS[source])
                end = "ended"
            except CleanerError:
                end = "stopped, a recorded failure"
            ends[source] = (time.perf_counter() - start, end)
    return ends
