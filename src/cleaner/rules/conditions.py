"""What a rule may ask of a line, of its neighbours and of its place in the document.

Every question is answered from the document as it stands before anything is cut, so the order of rules can't matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from urllib.parse import urlsplit

from cleaner.fold import fold_phrase
from cleaner.rules.pattern import LinePattern
from cleaner.segment import Line, Page


@dataclass(frozen=True, slots=True)
class Range:
    """A range of counts (words of a line, lines of prose), both ends included."""

    min: int = 0
    max: int | None = None

    def holds(self, count: int) -> bool:
        """Whether the count lies in the range."""
        return self.min <= count and (self.max is None or count <= self.max)


class PhraseSet:
    """Phrases, compared with whole lines in their folded form."""

    # Lines longer than this are not compared: phrases are at most 250 characters, and folding a huge line is work for
    # nothing.
    MAX_LINE_CHARS = 500

    def __init__(self, phrases: Sequence[str]) -> None:
        self.folded = frozenset(fold_phrase(phrase) for phrase in phrases)

    def holds(self, line: Line) -> bool:
        """Whether the whole line is one of the phrases."""
        return len(line.text) <= self.MAX_LINE_CHARS and line.phrase in self.folded


@dataclass(frozen=True, slots=True)
class LineTest:
    """Questions about one line on its own; all that are asked must hold.

    `phrases` and `patterns` are one question: one of them must match the whole line.
    """

    phrases: PhraseSet | None = None
    patterns: tuple[LinePattern, ...] = ()
    words: Range | None = None
    prose: bool | None = None
    heading: bool | None = None
    adjacent: bool | None = None
    edge: bool | None = None
    not_: LineTest | None = None

    def holds(self, line: Line | None, distance: int = 0) -> bool:
        """Whether the line passes; `distance` is how many lines it stands away, 1 being directly beside.

        No line at all (the edge of the text) passes only where `edge: true` asks for it.
        """
        if line is None:
            return self.edge is True
        if self.edge is True:
            return False
        if self.phrases is not None or self.patterns:
            says = self.phrases is not None and self.phrases.holds(line)
            if not says and not any(pattern.full_match(line) for pattern in self.patterns):
                return False
        return (
            (self.words is None or self.words.holds(line.word_count))
            and (self.heading is None or line.is_heading is self.heading)
            and (self.prose is None or line.is_prose is self.prose)
            and (self.adjacent is None or (distance == 1) is self.adjacent)
            and (self.not_ is None or not self.not_.holds(line, distance))
        )


@dataclass(frozen=True, slots=True)
class Where:
    """A place among the lines that are not blank: within the first or last few (int) or the first or last share
    (Fraction).

    A share always reaches at least one line.
    """

    first: int | Fraction | None = None
    last: int | Fraction | None = None

    def holds(self, place: int, count: int) -> bool:
        """Whether the 0-based place among `count` lines lies where asked."""
        return (self.first is None or place < _line_count(self.first, count)) and (
            self.last is None or count - 1 - place < _line_count(self.last, count)
        )


def _line_count(amount: int | Fraction, count: int) -> int | Fraction:
    return amount if isinstance(amount, int) else max(Fraction(1), amount * count)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything a rule, or one of its exceptions, asks beside its own phrases and patterns; all must hold."""

    own: LineTest = LineTest()
    where: Where | None = None
    previous: LineTest | None = None
    next: LineTest | None = None
    above: Range | None = None
    below: Range | None = None
    domain: tuple[str, ...] = ()

    def holds(self, page: Page, line: Line) -> bool:
        """Whether the line of the page meets them all."""
        return (
            self.own.holds(line)
            and (self.where is None or self.where.holds(page.rank[line.number], len(page.content)))
            and (not self.domain or _is_on(page.document.url, self.domain))
            and _neighbour_holds(self.previous, page, line, -1)
            and _neighbour_holds(self.next, page, line, 1)
            and (self.above is None or self.above.holds(page.prose_above(line)))
            and (self.below is None or self.below.holds(page.prose_below(line)))
        )


@dataclass(frozen=True, slots=True)
class Unless:
    """An exception of a rule: where its conditions hold the rule does not act, `because` says why."""

    because: str
    conditions: Conditions


def _neighbour_holds(test: LineTest | None, page: Page, line: Line, step: int) -> bool:
    if test is None:
        return True
    other = page.neighbour(line, step)
    return test.holds(other, abs(other.number - line.number) if other else 0)


def _is_on(url: str | None, domains: tuple[str, ...]) -> bool:
    """Whether the URL's host matches one of the globs; `example.com` stands for its subdomains too."""
    try:
        host = (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return False
    globs = (domain.lower() for domain in domains)
    return any(fnmatchcase(host, glob) or fnmatchcase(host, "*." + glob) for glob in globs)
