"""A summary -> Markdown: what `docs/quality.md` holds between its marks, and what the command prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.quality.measure import BAR, ORACLE, RAW
from benchmarks.quality.summary import ALL, ARTICLES, Summary

FOLD_TITLES = {"tune": "Tuning pages", "held": "Held-back pages (totals only)"}
# The share of the gap that a release has to close on articles, with no loss in either figure.
LEAST_CLOSED = dict.fromkeys(("trafilatura", "readability", "resiliparse_main"), 0.2)
LEAST_CLOSED |= dict.fromkeys(("boilerpy3", "justext"), 0.1)
KIND_TITLES = {ARTICLES: "articles", ALL: "all page types"}


def tables(summary: Summary) -> str:
    """Every table of the summary, under headings of the second level."""
    lines = [f"cleaner {summary['cleaner']}, {summary['rules']} rules, {summary['on_request']} more on request.", ""]
    for fold, title in FOLD_TITLES.items():
        if any(fold in folds for folds in summary["tracks"].values()):
            lines += [f"## {title}", *_bars(summary, fold)]
            for kind in (ARTICLES, ALL):
                lines += _systems(summary, fold, kind)
            lines += _types(summary, fold)
        if fold in summary["collateral"]:
            lines += _collateral(summary, fold)
    lines += [*_rules(summary), *_worst(summary)]
    return "\n".join(lines).strip() + "\n"


def _bars(summary: Summary, fold: str) -> Iterator[str]:
    """The bars that a release has to reach, on articles, with what was reached."""
    yield from ("", f"`{BAR}` on articles, against doing nothing and a perfect line remover:", "")
    rows = []
    for track, folds in summary["tracks"].items():
        if found := folds.get(fold, {}).get(ARTICLES):
            raw, clean, oracle = (found["systems"][name] for name in (RAW, BAR, ORACLE))
            closed = found["gap_closed"][BAR]
            is_met = clean["word_f1"] >= raw["word_f1"] and clean["shingle_f1"] >= raw["shingle_f1"]
            is_met = is_met and (closed is None or closed >= LEAST_CLOSED[track])
            rows.append(
                (
                    track,
                    *(_f1(figures["word_f1"]) for figures in (raw, clean, oracle)),
                    *(_f1(figures["shingle_f1"]) for figures in (raw, clean)),
                    _percent(closed),
                    _percent(LEAST_CLOSED[track]),
                    "yes" if is_met else "no",
                )
            )
    head = ("track", "word F1 raw", "clean", "oracle", "shingle F1 raw", "clean", "gap closed", "wanted", "met")
    yield from _table(head, rows)


def _systems(summary: Summary, fold: str, kind: str) -> Iterator[str]:
    found = {track: folds[fold][kind] for track, folds in summary["tracks"].items() if kind in folds.get(fold, {})}
    if not found:
        return
    tracks, first = list(found), next(iter(found.values()))
    if kind == ALL and first["pages"] == _article_count(summary, fold):
        return
    yield from ("", f"Every system, {KIND_TITLES[kind]} ({first['pages']} pages): word F1 / shingle F1, gap closed", "")
    rows = []
    for name in first["systems"]:
        cells = []
        for one in found.values():
            figures = one["systems"][name]
            closed = "" if name == RAW else f", {_percent(one['gap_closed'][name])}"
            cells.append(f"{_f1(figures['word_f1'])} / {_f1(figures['shingle_f1'])}{closed}")
        rows.append((name, *cells))
    yield from _table(("system", *tracks), rows)


def _article_count(summary: Summary, fold: str) -> int:
    """How many articles there are: where all pages are articles, tables of other page types say nothing new."""
    return max(int(folds[fold].get(ARTICLES, {"pages": 0})["pages"]) for folds in summary["tracks"].values())


def _types(summary: Summary, fold: str) -> Iterator[str]:
    """Word F1 before and after by page type."""
    found = {track: folds[fold] for track, folds in summary["tracks"].items() if fold in folds}
    if next(iter(found.values()))[ALL]["pages"] == _article_count(summary, fold):
        return
    kinds = sorted({kind for one in found.values() for kind in one} - {ALL})
    rows = []
    for kind in kinds:
        row = [kind, str(next(iter(found.values()))[kind]["pages"])]
        for one in found.values():
            systems = one[kind]["systems"]
            row.append(f"{_f1(systems[RAW]['word_f1'])} → {_f1(systems[BAR]['word_f1'])}")
        rows.append(row)
    yield from ("", f"By page type, word F1 raw → `{BAR}`:", "")
    yield from _table(("type", "pages", *found), rows)


def _collateral(summary: Summary, fold: str) -> Iterator[str]:
    """Collateral of each variant."""
    kinds = summary["collateral"][fold]
    shown = [kind for kind in (ARTICLES, ALL) if kind in kinds]
    if kinds[shown[0]] == kinds[shown[-1]]:
        shown = shown[:1]
    yield from ("", "Collateral: words removed when the gold texts themselves are cleaned", "")
    rows = [
        (
            name,
            *(f"{kinds[kind]['lost'][name]} of {kinds[kind]['words']} = {_share(name, kinds[kind])}" for kind in shown),
        )
        for name in kinds[shown[0]]["lost"]
    ]
    yield from _table(("variant", *(KIND_TITLES[kind] for kind in shown)), rows)


def _share(name: str, one: Summary) -> str:
    return f"{100 * one['lost'][name] / max(one['words'], 1):.3f} %"


def _rules(summary: Summary) -> Iterator[str]:
    """What each rule took, and how often it was right."""
    yield from ("", "## By rule", "")
    yield "Lines taken on the tuning pages of all tracks together, and the share of them that the gold does not miss."
    yield ""
    rows = [
        (
            rule,
            str(one["lines"]),
            _percent(1 - one["wrong_lines"] / one["lines"]),
            str(one["article_lines"]),
            _percent(1 - one["wrong_article_lines"] / one["article_lines"]) if one["article_lines"] else "",
            str(one["words"]),
        )
        for rule, one in summary["by_rule"].items()
    ]
    yield from _table(("rule", "lines", "right", "lines, articles", "right", "words"), rows)


def _worst(summary: Summary) -> Iterator[str]:
    for key, title in (
        ("worst_residue", "Most residue left: words in lines that the oracle drops and cleaning left"),
        ("worst_lost", "Most good text lost: words of the gold that the raw text has and the clean one has not"),
    ):
        yield from ("", f"## {title}", "")
        yield from _table(
            ("page", "type", "track", "words", "word F1 raw", "clean", "oracle"),
            [
                (
                    one["page"],
                    one["type"],
                    one["track"],
                    str(one["words"]),
                    *(_f1(one[f"word_f1_{name}"]) for name in (RAW, BAR, ORACLE)),
                )
                for one in summary[key]
            ],
        )
    yield from ("", "## Most words lost of a gold text", "")
    yield from _table(
        ("page", "type", "words lost", "of"),
        [(one["page"], one["type"], str(one["words"]), str(one["of"])) for one in summary["worst_collateral"]],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _f1(figure: float) -> str:
    return f"{figure:.4f}".removeprefix("0")


def _percent(share: float | None) -> str:
    return "no room" if share is None else f"{100 * share:.1f} %"
