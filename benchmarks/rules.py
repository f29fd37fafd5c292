"""Times loading of many rules, and patterns that are known to explode.

    python -m benchmarks.rules [--rules 10000]

Loading is timed in a process of its own: with an empty cache, then twice when nothing has changed.  Each bad pattern is
tried on one line of 100,000 characters, as a rule inside a line; what is shown is how it ended, and after how long.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner import Cleaner, CleanerError, Selection
from cleaner.rules import pattern

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


def write_packs(folder: Path, count: int) -> None:
    """Packs of 500 rules each: six in ten with phrases, the others with a pattern, all with conditions and examples."""
    for first in range(0, count, 500):
        rules = []
        for number in range(first, min(first + 500, count)):
            says = (
                f"    phrases: [get alert {number} on your phone, get alert {number} by mail]\n"
                if number % 10 < 6
                else f"    pattern: 'alert {number}( on your (phone|tablet)| by mail)[.!]?'\n"
            )
            rules.append(
                f"  - id: alert-{number}\n    rev: 1\n    why: The box that sells alert number {number}.\n"
                f"    category: promo\n    scope: line\n{says}    words: {{max: 12}}\n"
                "    unless:\n      - because: prose goes on under it\n        next: {prose: true}\n"
                f"    examples:\n      - |\n        = The end.\n        - Get alert {number} on your phone\n"
                f"      - |\n        = Get alert {number} on your phone, he said.\n"
            )
        text = f"pack: many/p{first}\nlanguage: en\nrules:\n" + "".join(rules)
        (folder / f"p{first}.yaml").write_text(text, encoding="utf-8")


def time_loading(count: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "packs"
        folder.mkdir()
        write_packs(folder, count)
        environment = os.environ | {"XDG_CACHE_HOME": str(Path(name) / "cache")}
        for label in ("first", "unchanged", "unchanged"):
            command = [sys.executable, "-c", LOAD, str(folder)]
            out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
            print(f"{label:<10} {float(out[0]):6.2f} s for {int(out[1]):,} rules")


def time_patterns() -> None:
    for source, line in BAD_PATTERNS.items():
        with TemporaryDirectory() as name:
            path = Path(name) / "bad.yaml"
            path.write_text(
                "pack: bad\nrules:\n  - {id: bad, rev: 1, why: x, category: promo, scope: inline, "
                f"pattern: '{source}', examples: ['- zz', '= z']}}\n",
                encoding="utf-8",
            )
            cleaner = Cleaner(rules=path, selection=Selection(only=("bad",)))
        start = time.perf_counter()
        try:
            cleaner.clean(line)
            outcome = "matched in time"
        except CleanerError as error:
            outcome = str(error).split(" (")[0]
        print(f"{source:<12} {time.perf_counter() - start:6.2f} s  {outcome}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=10_000)
    time_loading(parser.parse_args().rules)
    print(f"limit of one pattern on one line: {pattern.SECONDS:g} s")
    time_patterns()


if __name__ == "__main__":
    main()
