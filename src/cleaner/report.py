"""The totals of a run: counted as documents pass, read by people as a summary and by programs as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cleaner.model import Action, Cleaned


@dataclass
class Report:
    """Counts of one run; characters are code points, shares are of the characters read (0..1)."""

    documents: int = 0
    unchanged: int = 0
    empty: int = 0
    emptied: int = 0
    failed: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    lines_removed: int = 0
    chars: int = 0
    chars_removed: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    removals: Counter[str] = field(default_factory=Counter)
    removed_chars: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    is_interrupted: bool = False

    def add(self, cleaned: Cleaned) -> None:
        """Count one document."""
        self.documents += 1
        self.unchanged += cleaned.text == cleaned.source
        self.empty += not cleaned.source.strip()
        self.emptied += bool(cleaned.source.strip()) and not cleaned.text
        self.lines += _content_lines(cleaned.source)
        self.chars += len(cleaned.source)
        for edit in cleaned.edits:
            if edit.action is Action.REPAIR:
                self.repairs[edit.reason.rule] += 1
            else:
                taken = len(edit.before) - len(edit.after)
                self.removals[edit.reason.rule] += 1
                self.removed_chars[edit.reason.rule] += taken
                self.categories[edit.reason.category] += 1
                self.chars_removed += taken
                self.lines_removed += edit.takes_line

    def take_back(self, before: Report) -> None:
        """Return to the counts of a copy made earlier, but for failures."""
        failed, passed_over = self.failed, self.passed_over
        self.__dict__.update(before.__dict__)
        self.failed, self.passed_over = failed, passed_over

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
            "passed_over": dict(self.passed_over.most_common()),
            "interrupted": self.is_interrupted,
            "lines": self.lines,
            "lines_removed": self.lines_removed,
            "chars": self.chars,
            "chars_removed": self.chars_removed,
            "removed_share": round(self.removed_share, 6),
            "rules": {
                rule: {"removals": count, "chars": self.removed_chars[rule]}
                for rule, count in self.removals.most_common()
            },
            "categories": dict(self.categories.most_common()),
            "repairs": dict(self.repairs.most_common()),
        }


def _content_lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())
