"""What is wrong with packs, and how it is told; knows no YAML, so that rules from the cache need none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaner.model import CleanerError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a pack: where it stands (1-based line and column), what is wrong and what to do."""

    path: str
    line: int
    column: int
    subject: str
    finding: str
    remedy: str = ""

    def __str__(self) -> str:
        subject = f"{self.subject}: " if self.subject else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.path}:{self.line}:{self.column}: {subject}{self.finding}{remedy}"


class PackError(CleanerError):
    """Packs that can't be used; `problems` holds every finding, sorted by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[PackError], tuple[tuple[Problem, ...]]]:
        """Errors cross process borders; the default would rebuild this one from its message."""
        return type(self), (self.problems,)


def suggest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """A "did you mean" for a mistyped word, or the list of what there is."""
    import difflib  # noqa: PLC0415  (for words that are mistyped only)

    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"


def shown_path(path: Path) -> str:
    """The path as a message shows it: relative to where the user stands, if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
