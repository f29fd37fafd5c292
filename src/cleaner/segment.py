"""Text -> lines, and what can be seen of a line on its own.

Scrapers write one paragraph a line, so the line is the unit that rules judge.  Lines include their newline and tile the
text; a run of lines that are not blank is a block.  One scan finds the lines; objects are made of those that somebody
looks at, which in most documents are few.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import cast, overload

from msgspec import structs

from cleaner import scan
from cleaner.fold import fold_phrase, fold_shape
from cleaner.lazy import lazy
from cleaner.model import Document, Evidence
from cleaner.scan import Scan, encode


class Line:
    """One line: 0-based `number`, half-open code-point span with its newline, and its text without outer white space.

    `text_start` is the offset of `text` in the document; `place` is the 0-based place among the lines that are not
    blank, -1 for a blank one.
    """

    def __init__(
        self,
        number: int,
        place: int,
        start: int,
        end: int,
        text_start: int,
        text: str,
        evidence: Evidence | None = None,
        scanned: Scan | None = None,
    ) -> None:
        self.number = number
        self.place = place
        self.start = start
        self.end = end
        self.text_start = text_start
        self.text = text
        self.evidence = evidence
        self._scan = scanned

    def __repr__(self) -> str:
        return f"Line({self.number}, {self.text!r})"

    def __str__(self) -> str:
        return repr(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.text

    @lazy
    def phrase(self) -> str:
        """The text as phrases are compared: see `cleaner.fold.fold_phrase`."""
        folded = None if self._scan is None else self._scan.phrases[self.place]
        return fold_phrase(self.text) if folded is None else folded.decode()

    @lazy
    def folded(self) -> bytes:
        """The line as it stands in `Scan.folded`, with the newlines around it."""
        if self._scan is None:
            return scan.scan(self._raw).folded
        start = self._scan.table[self.place * scan.COLUMNS + scan.FOLDED]
        return self._scan.folded[start - 1 : self._scan.folded.index(b"\n", start) + 1]

    @lazy
    def shape(self) -> str:
        """The text as patterns see it, code point for code point: see `cleaner.fold.fold_shape`."""
        return fold_shape(self.text)

    @lazy
    def _raw(self) -> bytes:
        return encode(self.text)

    @lazy
    def word_count(self) -> int:
        """Number of words; in scripts without spaces each character counts as one.

        >>> Line(0, 0, 0, 20, 0, "It's the co-op's 3rd").word_count
        5
        """
        return scan.count_words(self._raw, 0, len(self._raw), len(self.text))

    @lazy
    def is_prose(self) -> bool:
        """Whether the line reads as running text: see `cleaner.scan.is_prose`."""
        return scan.is_prose(self._raw, 0, len(self._raw))

    @lazy
    def is_heading(self) -> bool:
        """Whether the line could be a title: see `cleaner.scan.is_heading`."""
        return scan.is_heading(self._raw, 0, len(self._raw))


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines in a row, blank ones apart, that say what other lines in a row have said before: how many lines and words
    they are, and how many of the lines are prose.
    """

    line_count: int
    word_count: int
    prose_count: int

    def holds(self, least: Passage) -> bool:
        """Whether it has as much of everything as the other one."""
        return (
            self.line_count >= least.line_count
            and self.word_count >= least.word_count
            and self.prose_count >= least.prose_count
        )


def repeated_runs(phrases: Sequence[bytes]) -> list[range]:
    """The places of lines in a row that say what earlier lines in a row say, by their folded phrases.

    A run is followed from the first line that said the same, for as long as the next lines are the same too.
    """
    first: dict[bytes, int] = {}
    runs: list[range] = []
    distance = start = 0
    for place, phrase in enumerate(phrases):
        if distance and phrases[place - distance] == phrase:
            continue
        if distance:
            runs.append(range(start, place))
        said = first.setdefault(phrase, place) if phrase else place
        distance, start = place - said, place
    if distance:
        runs.append(range(start, len(phrases)))
    return runs


def repeated_passages(page: Page) -> dict[int, Passage]:
    """For each line that says what an earlier line says, by place, the passage that goes on around it in both."""
    found: dict[int, Passage] = {}
    for run in repeated_runs(page.phrases):
        lines = [page.content[place] for place in run]
        passage = Passage(len(run), sum(line.word_count for line in lines), sum(line.is_prose for line in lines))
        found.update(dict.fromkeys(run, passage))
    return found


class Page:
    """A document's lines."""

    def __init__(self, document: Document, scanned: Scan) -> None:
        self.document = document
        self.scan = scanned
        self.content = Content(document, scanned)
        self.is_folded_whole = None not in scanned.phrases  # every line's phrase stands in the folded text as it is

    @lazy
    def lines(self) -> tuple[Line, ...]:
        """All lines, blank ones among them."""
        lines: list[Line] = []
        text = self.document.text
        start = 0
        for line in self.content:
            while start < line.start:
                end = text.index("\n", start) + 1
                lines.append(Line(len(lines), -1, start, end, start, ""))
                start = end
            lines.append(line)
            start = line.end
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            lines.append(Line(len(lines), -1, start, end, start, ""))
            start = end
        return tuple(lines)

    @lazy
    def phrases(self) -> list[bytes]:
        """The folded phrase of each line of `content`, as UTF-8."""
        if self.is_folded_whole:
            return cast(list[bytes], self.scan.phrases)
        return [
            encode(fold_phrase(self.content[place].text)) if phrase is None else phrase
            for place, phrase in enumerate(self.scan.phrases)
        ]

    @lazy
    def folded_starts(self) -> array[int]:
        """Where each line of `content` starts in the scan's folded text."""
        return self.scan.table[scan.FOLDED : self.scan.line_count * scan.COLUMNS : scan.COLUMNS]

    @lazy
    def places(self) -> dict[bytes, list[int]]:
        """The places in `content` of each folded phrase."""
        found: defaultdict[bytes, list[int]] = defaultdict(list)
        for place, phrase in enumerate(self.phrases):
            found[phrase].append(place)
        return dict(found)

    def below(self, line: Line) -> Iterator[Line]:
        """The lines under a line that are not blank, from the top."""
        return (self.content[place] for place in range(line.place + 1, len(self.content)))

    def above(self, line: Line) -> Iterator[Line]:
        """The lines over a line that are not blank, from the bottom."""
        return (self.content[place] for place in range(line.place - 1, -1, -1))

    @lazy
    def _prose_counts(self) -> list[int]:
        return scan.prose_counts(self.scan)

    def prose_above(self, line: Line) -> int:
        """Number of lines of prose before the line."""
        return self._prose_counts[line.place]

    def prose_below(self, line: Line) -> int:
        """Number of lines of prose after the line."""
        return self._prose_counts[-1] - self._prose_counts[line.place + 1]

    def without(self, gone: frozenset[int], text: str) -> Page:
        """The page of this text, which is this page's without the lines of these places, and tidied."""
        return Page(structs.replace(self.document, text=text), scan.keep_lines(self.scan, gone, encode(text)))

    @lazy
    def _prose_runs(self) -> list[int]:
        """The longest run of lines of prose (blank lines apart) from each place of `content` on, at last 0."""
        longest, run = [0], 0
        for above, below in pairwise(reversed(self._prose_counts)):
            run = run + 1 if above > below else 0
            longest.append(max(longest[-1], run))
        return longest[::-1]

    def prose_run_below(self, line: Line) -> int:
        """The most lines of prose that stand in a row, blank ones apart, after the line."""
        return self._prose_runs[line.place + 1]

    @lazy
    def repeated(self) -> Mapping[int, Passage]:
        """The passage that a line repeats together with its neighbours, by the line's place."""
        return repeated_passages(self)

    def run_length(self, line: Line, is_in_run: Callable[[Line], bool]) -> int:
        """How many lines in a row, blank ones apart, pass the test, this one among them; 0 where it does not."""
        if not is_in_run(line):
            return 0
        above = takewhile(is_in_run, self.above(line))
        return 1 + sum(1 for _ in above) + sum(1 for _ in takewhile(is_in_run, self.below(line)))

    def neighbour(self, line: Line, step: int) -> Line | None:
        """The next (`step` 1) or previous (-1) line that is not blank; None at the edge of the text."""
        place = line.place + step
        return self.content[place] if 0 <= place < len(self.content) else None


class Content(Sequence[Line]):
    """The lines of a document that are not blank, in order, each made when it is first asked for."""

    def __init__(self, document: Document, scanned: Scan) -> None:
        self._document = document
        self._scan = scanned
        self._made: list[Line | None] = [None] * scanned.line_count

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...
    def __getitem__(self, place: int | slice) -> Line | Sequence[Line]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self._made)))]
        line = self._made[place]
        if line is None:
            place %= len(self._made)
            line = self._made[place] = self._make(place)
        return line

    def __iter__(self) -> Iterator[Line]:
        return (self[place] for place in range(len(self._made)))

    def _make(self, place: int) -> Line:
        document = self._document
        row = place * scan.COLUMNS
        number, start, end, text_start, text_end = self._scan.table[row : row + 5]
        evidence = document.evidence.get(number) if document.evidence else None
        text = document.text[text_start:text_end]
        return Line(number, place, start, end, text_start, text, evidence, self._scan)


def segment(document: Document) -> Page:
    r"""The document cut into lines at every newline; a text that ends in a newline has no empty last line.

    >>> [line.text for line in segment(Document("One\n\n  Two \n")).lines]
    ['One', '', 'Two']
    """
    return Page(document, scan.scan(encode(document.text)))
