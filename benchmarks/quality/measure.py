"""Cleans a track, or the gold texts themselves, and measures page by page what that did.

One track is one task for one process; what comes back is figures, and of lines that a rule took wrongly their texts,
which are printed where asked and never written to a file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.quality.bench import Bench, Figures, Page
from benchmarks.quality.line_rules import c4_lines, refinedweb_lines
from cleaner import Cleaned, Cleaner, Edit, Selection
from cleaner.rules.profile import OPTIONAL

RAW, ORACLE = "raw", "oracle"
# The variant that the bars are about (gold mostly leaves the headline out), and the one with most rules.
BAR, MOST = "headline dropped", "headline, byline, date dropped"

# What is measured beside raw and oracle, in the order of the tables.
VARIANTS: Mapping[str, Selection] = {
    "cleaner": Selection(),
    BAR: Selection(drop=("headline",)),
    MOST: Selection(drop=OPTIONAL),
}
PEERS: Mapping[str, Callable[[str], str]] = {"C4 lines": c4_lines, "RefinedWeb lines": refinedweb_lines}


@dataclass(frozen=True, slots=True)
class PageScore:
    """What each system made of one page's text.

    `residue_words` stand in lines that the oracle drops and the cleaner left; `lost_words` are words of the gold that
    the raw text has and the clean one has not; both of the variant `BAR`.
    """

    page: Page
    figures: dict[str, Figures]
    residue_words: int
    lost_words: int


@dataclass
class Takings:
    """What one rule took: lines (or spans of lines) and words, and which of the lines the gold misses.

    `wrong` are pairs of page id and text.
    """

    lines: int = 0
    words: int = 0
    article_lines: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)
    article_wrong: int = 0

    def add(self, other: Takings) -> None:
        self.lines += other.lines
        self.words += other.words
        self.article_lines += other.article_lines
        self.wrong += other.wrong
        self.article_wrong += other.article_wrong


@dataclass(frozen=True, slots=True)
class TrackScore:
    """All pages of one track, and what each rule took on those that are not held."""

    name: str
    pages: list[PageScore]
    takings: dict[str, Takings]


@dataclass(frozen=True, slots=True)
class Collateral:
    """Words that a variant removed from the gold text of one page; `words` is how many it has."""

    page: Page
    words: int
    lost: dict[str, int]


def measure_track(
    bench: Bench, track: str, variants: Mapping[str, Selection], *, peers: bool, chosen: Callable[[Page], bool]
) -> TrackScore:
    """The chosen pages of a track as each system leaves them."""
    raw = bench.raw(track)
    baseline = bench.baseline(track, raw)
    cleaners = {name: Cleaner(selection=selection) for name, selection in variants.items()}
    pages: list[PageScore] = []
    takings: defaultdict[str, Takings] = defaultdict(Takings)
    for id_, text in raw.items():
        page, base = bench.pages[id_], baseline[id_]
        if not chosen(page):
            continue
        cleaned = {name: cleaner.clean(text, url=page.url) for name, cleaner in cleaners.items()}
        made = {name: result.text for name, result in cleaned.items()}
        if peers:
            made |= {name: rules(text) for name, rules in PEERS.items()}
        figures = {RAW: base.raw} | _figures(bench, page, base.raw, text, made) | {ORACLE: base.oracle}
        lost = ((base.raw[2] or 0) - (figures[BAR][2] or 0)) * len(bench.score.tokens(page.gold))
        pages.append(PageScore(page, figures, _residue_words(bench, base.dropped, made[BAR]), round(lost)))
        if not page.is_held:
            for rule, taken in _all_takings(bench, page, cleaned):
                takings[rule].add(taken)
    return TrackScore(track, pages, dict(takings))


def measure_gold(bench: Bench, variants: Mapping[str, Selection], chosen: Callable[[Page], bool]) -> list[Collateral]:
    """What cleaning the gold texts themselves loses: everything that goes there is good text."""
    cleaners = {name: Cleaner(selection=selection) for name, selection in variants.items()}
    found = []
    for page in filter(chosen, bench.pages.values()):
        before = Counter(bench.score.tokens(page.gold))
        lost = {
            name: (before - Counter(bench.score.tokens(cleaner.clean(page.gold, url=page.url).text))).total()
            for name, cleaner in cleaners.items()
        }
        found.append(Collateral(page, before.total(), lost))
    return found


def _figures(bench: Bench, page: Page, raw_figures: Figures, raw: str, made: Mapping[str, str]) -> dict[str, Figures]:
    """The figures of each text; those of texts that differ in white space alone are the same, and scored once."""
    known = {" ".join(raw.split()): raw_figures}
    figures = {}
    for name, text in made.items():
        words = " ".join(text.split())
        if words not in known:
            known[words] = bench.score.figures_of(text, page.gold)
        figures[name] = known[words]
    return figures


def _residue_words(bench: Bench, dropped: Iterable[str], text: str) -> int:
    left = {line.strip() for line in text.split("\n")}
    return sum(len(bench.score.tokens(line)) for line in dropped if line in left)


def _all_takings(bench: Bench, page: Page, cleaned: Mapping[str, Cleaned]) -> Iterator[tuple[str, Takings]]:
    """What each rule took, as users meet it: by default, and rules that act on request alone where they are asked for.

    A line that says the headline again is a copy only where the headline stays.
    """
    for variant, on_request in (("cleaner", False), (MOST, True)):
        result = cleaned.get(variant, cleaned[BAR])
        yield from _takings(
            bench, page, result, [edit for edit in result.removals if (edit.reason.category in OPTIONAL) is on_request]
        )


def _takings(bench: Bench, page: Page, cleaned: Cleaned, edits: Sequence[Edit]) -> Iterator[tuple[str, Takings]]:
    """Every line and span that these edits took of the page's text."""
    if not edits:
        return
    missing = _Missing(bench, page.gold, cleaned.text)
    is_article = page.page_type == "article"
    for edit in edits:
        for line in filter(str.strip, edit.before.split("\n")):
            is_wrong = missing.is_missed(line, edit)
            yield (
                edit.reason.rule,
                Takings(
                    1,
                    len(bench.score.tokens(line)),
                    int(is_article),
                    [(page.id, line.strip())] if is_wrong else [],
                    int(is_article and is_wrong),
                ),
            )


class _Missing:
    """What the gold says more often than the clean text.

    A line that was taken is missed where that is true of half of its 3-word shingles, of the line where it is shorter
    than 4 words; the scorer's test of a line, but that one of two copies may go.  Of a span inside a line, single words
    are looked at.
    """

    def __init__(self, bench: Bench, gold: str, clean: str) -> None:
        self._score = bench.score
        self._shingles = self._count(gold, 3) - self._count(clean, 3)
        self._words = self._count(gold, 1) - self._count(clean, 1)
        self._lines = self._count_lines(gold) - self._count_lines(clean)

    def is_missed(self, text: str, edit: Edit) -> bool:
        words = self._score.tokens(text)
        if edit.takes_line and len(words) < 4:
            return " ".join(words) in self._lines
        size, known = (3, self._shingles) if edit.takes_line else (1, self._words)
        shingles = self._score.shingles(words, size)
        return (
            bool(shingles) and 2 * sum(count for gram, count in shingles.items() if gram in known) >= shingles.total()
        )

    def _count(self, text: str, size: int) -> Counter[tuple[str, ...]]:
        counted: Counter[tuple[str, ...]] = self._score.shingles(self._score.tokens(text), size)
        return counted

    def _count_lines(self, text: str) -> Counter[str]:
        return Counter(" ".join(self._score.tokens(line)) for line in text.split("\n"))
