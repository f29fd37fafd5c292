"""The summary at the end of a run, for people."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.dump.outputs import Target
from cleaner.report import Report, largest_first

SHOWN_RULES = 15


def summary_lines(report: Report, target: Target) -> Iterator[str]:
    """The lines of the summary: documents, lines, share removed, top rules, repairs, failures."""
    yield (
        f"{report.documents:,} documents cleaned, {report.unchanged:,} of them unchanged; "
        f"{report.lines_removed:,} of {report.lines:,} lines and {report.removed_share:.1%} of the characters removed"
    )
    if report.removals:
        largest = largest_first(report.removals)[:SHOWN_RULES]
        width = max(len(rule) for rule, _ in largest)
        yield ""
        yield f"  {'removed by rule':<{width}}  removals  characters"
        for rule, count in largest:
            yield f"  {rule:<{width}}  {count:>8,}  {report.removed_chars[rule]:>10,}"
        if len(report.removals) > SHOWN_RULES:
            yield f"  and {len(report.removals) - SHOWN_RULES} more rules"
    if report.repairs:
        yield ""
        yield "  repaired: " + ", ".join(
            f"{name.partition('/')[2]} {count:,}" for name, count in largest_first(report.repairs)
        )
    yield ""
    if not report.documents and not report.failed:
        yield "  nothing to clean was found: files end in .txt, .md, .html, .jsonl; --from says what others are"
    if report.empty:
        yield f"  {report.empty:,} documents were empty from the start"
    if report.emptied:
        yield f"  {report.emptied:,} documents have nothing left"
    if report.passed_over:
        yield "  passed over: " + ", ".join(f"{count:,} x {why}" for why, count in largest_first(report.passed_over))
    if report.failed:
        yield f"  {report.failed:,} failed; the rest are done"
    if target.audit:
        yield f"  every change: {target.audit / 'ledger.jsonl'}"
