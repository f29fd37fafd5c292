"""The totals of a run: counted as documents pass, read by people as a summary and by programs as JSON."""

from __future__ import annotations

import msgspec

from cleaner.model import Action, Cleaned, Reason


class Report(msgspec.Struct, omit_defaults=True):
    """Counts of one run or of a part of one; characters are code points, shares are of the characters read (0..1).

    Names are kept in the order in which they came up, so that parts added up in order equal the whole.
    """

    documents: int = 0
    unchanged: int = 0
    empty: int = 0
    emptied: int = 0
    failed: int = 0
    passed_over: dict[str, int] = {}
    lines: int = 0
    lines_removed: int = 0
    chars: int = 0
    chars_removed: int = 0
    repairs: dict[str, int] = {}
    removals: dict[str, int] = {}
    removed_chars: dict[str, int] = {}
    categories: dict[str, int] = {}
    is_interrupted: bool = False

    def add(self, cleaned: Cleaned) -> None:
        """Count one document, but for its edits (`count`)."""
        source, text = cleaned.source, cleaned.text
        self.documents += 1
        self.unchanged += text == source
        if not text:
            is_empty = not source.strip()
            self.empty += is_empty
            self.emptied += not is_empty
        self.lines += cleaned.line_count
        self.chars += len(source)

    def count(self, reason: Reason, action: Action, count: int, chars: int, lines: int) -> None:
        """Count edits that have a reason in common, how many characters went with them, and how many whole lines."""
        rule = reason.rule
        if action is Action.REPAIR:
            _count(self.repairs, rule, count)
            return
        _count(self.removals, rule, count)
        _count(self.removed_chars, rule, chars)
        _count(self.categories, reason.category, count)
        self.chars_removed += chars
        self.lines_removed += lines

    def pass_over(self, why: str) -> None:
        """Count a file that holds nothing to clean."""
        _count(self.passed_over, why)

    def merge(self, part: Report) -> None:
        """Add the counts of a later part of the run."""
        for name in self.__struct_fields__:
            value = getattr(part, name)
            if isinstance(value, dict):
                for key, count in value.items():
                    _count(getattr(self, name), key, count)
            elif not isinstance(value, bool):
                setattr(self, name, getattr(self, name) + value)

    def copy(self) -> Report:
        """Counts of their own that are the same now."""
        copy = Report()
        copy.merge(self)
        return copy

    def take_back(self, before: Report) -> None:
        """Return to the counts of a copy made earlier, but for failures and files passed over."""
        kept = {"failed": self.failed, "passed_over": self.passed_over}
        earlier = before.copy()
        for name in self.__struct_fields__:
            setattr(self, name, kept.get(name, getattr(earlier, name)))

    @property
    def removed_share(self) -> float:
        """Share of the characters read that rules removed, 0.0 where nothing was read."""
        return self.chars_removed / self.chars if self.chars else 0.0

    def as_dict(self) -> dict[str, object]:
        """The report as JSON: counts, then repairs, rules and categories with the largest first."""
        return {
            "documents": self.documents,
            "unchanged": self.unchanged,
            "empty": self.empty,
            "emptied": self.emptied,
            "failed": self.failed,
            "passed_over": dict(largest_first(self.passed_over)),
            "interrupted": self.is_interrupted,
            "lines": self.lines,
            "lines_removed": self.lines_removed,
            "chars": self.chars,
            "chars_removed": self.chars_removed,
            "removed_share": round(self.removed_share, 6),
            "rules": {
                rule: {"removals": count, "chars": self.removed_chars[rule]}
                for rule, count in largest_first(self.removals)
            },
            "categories": dict(largest_first(self.categories)),
            "repairs": dict(largest_first(self.repairs)),
        }


def largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Names with their counts, the largest first; of equal ones the one that came up first."""
    return sorted(counts.items(), key=lambda item: -item[1])


def _count(counts: dict[str, int], name: str, count: int = 1) -> None:
    counts[name] = counts.get(name, 0) + count
