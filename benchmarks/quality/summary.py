"""Page scores -> one plain mapping of figures, which is what is written as JSON and what the tables are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.quality.bench import Bench
from benchmarks.quality.measure import BAR, ORACLE, RAW, Collateral, PageScore, Takings, TrackScore
from cleaner import Cleaner, Selection
from cleaner.rules.profile import OPTIONAL
from cleaner.version import VERSION

ARTICLES = "article"
ALL = "all"
FOLDS = ("tune", "held")
WORST = 10

Summary = dict[str, Any]


def summarise(bench: Bench, tracks: Sequence[TrackScore], gold: Sequence[Collateral]) -> Summary:
    """Every figure of a run; of held pages totals alone, no page and no rule."""
    rules, every = (len(Cleaner(selection=Selection(drop=drop)).rules.rules) for drop in ((), OPTIONAL))
    return {
        "cleaner": VERSION,
        "rules": rules,
        "on_request": every - rules,
        "tracks": {track.name: _folds(bench, track) for track in tracks},
        "collateral": _collateral(gold),
        "by_rule": _by_rule(tracks),
        "worst_residue": _worst(tracks, "residue_words"),
        "worst_lost": _worst(tracks, "lost_words"),
        "worst_collateral": _worst_collateral(gold),
    }


def _folds(bench: Bench, track: TrackScore) -> Summary:
    """Fold -> page type -> number of pages, figures by system, share of the gap closed by system."""
    folds: defaultdict[str, defaultdict[str, list[PageScore]]] = defaultdict(lambda: defaultdict(list))
    for score in track.pages:
        for kind in (ALL, score.page.page_type):
            folds[FOLDS[score.page.is_held]][kind].append(score)
    return {fold: {kind: _figures(bench, pages) for kind, pages in kinds.items()} for fold, kinds in folds.items()}


def _figures(bench: Bench, pages: Sequence[PageScore]) -> Summary:
    systems = {name: bench.score.summary([page.figures[name] for page in pages]) for name in pages[0].figures}
    raw, room = systems[RAW]["word_f1"], systems[ORACLE]["word_f1"] - systems[RAW]["word_f1"]
    closed = {name: (figures["word_f1"] - raw) / room if room > 1e-9 else None for name, figures in systems.items()}
    return {"pages": len(pages), "systems": systems, "gap_closed": closed}


def _collateral(gold: Sequence[Collateral]) -> Summary:
    """Fold -> page type -> words of the gold texts and how many of them each variant removed."""
    folds: defaultdict[str, defaultdict[str, list[Collateral]]] = defaultdict(lambda: defaultdict(list))
    for one in gold:
        for kind in (ALL, one.page.page_type):
            folds[FOLDS[one.page.is_held]][kind].append(one)
    return {
        fold: {
            kind: {
                "words": sum(one.words for one in pages),
                "lost": {name: sum(one.lost[name] for one in pages) for name in pages[0].lost},
            }
            for kind, pages in kinds.items()
        }
        for fold, kinds in folds.items()
    }


def _by_rule(tracks: Iterable[TrackScore]) -> Summary:
    total: defaultdict[str, Takings] = defaultdict(Takings)
    for track in tracks:
        for rule, taken in track.takings.items():
            total[rule].add(taken)
    return {
        rule: {
            "lines": taken.lines,
            "wrong_lines": len(taken.wrong),
            "words": taken.words,
            "article_lines": taken.article_lines,
            "wrong_article_lines": taken.article_wrong,
        }
        for rule, taken in sorted(total.items())
    }


def _worst(tracks: Iterable[TrackScore], key: str) -> list[Summary]:
    """The pages with most words of that kind, each once, on the track where it is worst."""
    found: dict[str, tuple[int, str, PageScore]] = {}
    for track in tracks:
        for score in track.pages:
            words = getattr(score, key)
            if not score.page.is_held and words > found.get(score.page.id, (0, "", score))[0]:
                found[score.page.id] = words, track.name, score
    worst = sorted(found.values(), key=lambda one: (-one[0], one[2].page.id))[:WORST]
    return [
        {"page": score.page.id, "type": score.page.page_type, "track": track, "words": words}
        | {f"word_f1_{name}": score.figures[name][0] for name in (RAW, BAR, ORACLE)}
        for words, track, score in worst
    ]


def _worst_collateral(gold: Sequence[Collateral]) -> list[Summary]:
    lost = [one for one in gold if not one.page.is_held and one.lost[BAR]]
    worst = sorted(lost, key=lambda one: (-one.lost[BAR], one.page.id))[:WORST]
    return [{"page": one.page.id, "type": one.page.page_type, "words": one.lost[BAR], "of": one.words} for one in worst]
