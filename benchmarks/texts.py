"""Texts to time: invented articles with residue, made from a seed, so that every machine times the same bytes; and the
texts of the dev pages, where they are at hand.

The prose is new at every line (words follow each other as they do in the golden dump), because texts made of a few
hundred paragraphs would flatter whatever remembers lines.  The rates below were set so that the makeup (see
`benchmarks.makeup`) comes near that of the dev texts; `docs/performance.md` shows both.
"""

from __future__ import annotations

import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import orjson

PROJECT = Path(__file__).resolve().parents[1]
DEV = PROJECT.parent / "shared" / "bench" / "raw"

RESIDUE_SHARE = 0.4  # of documents have residue lines, one to five of them
HEADLINE_AGAIN_SHARE = 0.1  # of documents say their headline twice
CURLY_SHARE = 0.7  # of documents are typeset with curly quotes
BLANK_SHARE = 0.4  # of documents have blank lines between the others
MOJIBAKE_SHARE = 0.02  # of documents were decoded wrongly
SHORT_LINE_SHARE = 0.45  # of lines are headings, items and the like
ACCENTED_WORD_SHARE = 0.004
LINES = (8, 90)  # of a document, before residue
ACCENTED = ("café", "Zoë", "Müller", "naïve", "São", "Øre", "Málaga", "façade", "£12", "€40", "21°", "½")
BLOCK_DOCUMENTS = 5_000  # files larger than this many documents repeat them under new ids


def generate(path: Path, megabytes: float, seed: int = 7) -> int:
    """Write at least that many megabytes of JSON lines; the number of documents.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     generate(Path(folder) / "a.jsonl", 0.0001)
    1
    """
    texts: list[str] = []
    article = _articles(seed)
    size = count = 0
    with path.open("wb") as file:
        while size < megabytes * 1e6:
            if len(texts) < BLOCK_DOCUMENTS:
                texts.append(next(article))
            url = f"https://site{count % 97}.example/{count}"
            size += file.write(orjson.dumps({"id": f"doc-{count}", "url": url, "text": texts[count % len(texts)]}))
            size += file.write(b"\n")
            count += 1
    return count


def dev_track(name: str) -> Path | None:
    """The texts that an extractor made of the dev pages; None where they are not at hand."""
    path = DEV / f"{name}.jsonl.xz"
    return path if path.is_file() else None


def write_dev(track: Path, to: Path, megabytes: float) -> int:
    """Write the track's texts, up to that many megabytes, without the held-back pages (every fifth id); their number.

    The texts are not ours: `to` must lie in a temporary folder.
    """
    size = count = 0
    with lzma.open(track, "rb") as lines, to.open("wb") as file:
        for line in lines:
            record = orjson.loads(line)
            if int(record["id"]) % 5 and size < megabytes * 1e6:
                size += file.write(orjson.dumps(record) + b"\n")
                count += 1
    return count


def _articles(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    prose, residue = golden_lines()
    writer = _Writer(prose, chance)
    while True:
        yield _article(chance, writer, residue)


def _article(chance: random.Random, writer: _Writer, residue: Sequence[str]) -> str:
    headline = writer.short_line()
    lines = [headline, *(writer.line() for _ in range(chance.randint(*LINES)))]
    if chance.random() < HEADLINE_AGAIN_SHARE:
        lines.insert(chance.randint(1, 3), headline)
    if chance.random() < RESIDUE_SHARE:
        for _ in range(chance.randint(1, 5)):
            place = len(lines) if chance.random() < 0.5 else chance.randint(1, len(lines))
            lines.insert(place, chance.choice(residue))
    text = ("\n\n" if chance.random() < BLANK_SHARE else "\n").join(lines)
    if chance.random() < CURLY_SHARE:
        text = _curl(text)
    if chance.random() < MOJIBAKE_SHARE:
        text = text.encode("utf-8").decode("cp1252", "replace")
    return text


def _curl(text: str) -> str:
    text = re.sub(r'(?<![^\s(])"', "\N{LEFT DOUBLE QUOTATION MARK}", text)
    text = text.replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").replace(" - ", " \N{EN DASH} ")


class _Writer:
    """Writes lines in which each word follows the one before it as it did somewhere in the golden dump's prose."""

    def __init__(self, prose: Sequence[str], chance: random.Random) -> None:
        self.chance = chance
        self.openers: list[str] = []
        self.followers: defaultdict[str, list[str]] = defaultdict(list)
        for line in prose:
            words = line.split()
            self.openers.append(words[0])
            for word, follower in pairwise(words):
                (self.openers if word.endswith((".", "?", "!")) else self.followers[word]).append(follower)

    def line(self) -> str:
        """Prose or a short line."""
        return self.short_line() if self.chance.random() < SHORT_LINE_SHARE else self.prose_line()

    def prose_line(self) -> str:
        """One to five sentences."""
        return " ".join(self._sentence(60) for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 5))))

    def short_line(self) -> str:
        """A few words without an end mark."""
        return self._sentence(self.chance.randint(1, 11)).rstrip(".,;:?!")

    def _sentence(self, most_words: int) -> str:
        chance, word = self.chance, self.chance.choice(self.openers)
        words = [word]
        while len(words) < most_words and word in self.followers:
            word = chance.choice(self.followers[word])
            words.append(chance.choice(ACCENTED) if chance.random() < ACCENTED_WORD_SHARE else word)
        return " ".join(words)


def golden_lines() -> tuple[list[str], list[str]]:
    """The golden dump's distinct lines of plain prose, in ASCII and with straight quotes, and its removed lines."""
    kept: set[str] = set()
    for path in sorted((PROJECT / "golden" / "clean").rglob("*.txt")):
        kept.update(_straight(line) for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 80)
    removed: set[str] = set()
    for path in sorted((PROJECT / "golden" / "ledger").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            record = orjson.loads(line)
            if record["action"] == "remove":
                removed.add(record["before"].strip())
    return sorted(line for line in kept if line.isascii() and "&" not in line), sorted(removed - {""})


def _straight(line: str) -> str:
    return line.translate(_STRAIGHT)


_STRAIGHT = str.maketrans(
    {
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)
