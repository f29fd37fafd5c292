"""Text -> lines, and what can be seen of a line on its own.

Scrapers write one paragraph a line, so the line is the unit that rules judge.  Lines include their newline and tile the
text; a run of lines that are not blank is a block.  One scan finds the lines; objects are made of those that somebody
looks at, which in most documents are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from msgspec import structs

from cleaner import scan
from cleaner.fold import fold_phrase
from cleaner.lazy import lazy
from cleaner.line import Content, Line
from cleaner.model import Document
from cleaner.repeats import places_by_phrase, repeated_runs
from cleaner.scan import Scan, encode


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

    @classmethod
    def of(cls, scanned: Scan, places: Iterable[int]) -> Passage:
        """The passage of the lines of these places."""
        lines = list(places)
        return cls(len(lines), sum(map(scanned.word_count, lines)), sum(map(scanned.is_prose, lines)))


class Page:
    """A document's lines."""

    def __init__(self, document: Document, scanned: Scan) -> None:
        self.document = document
        self.scan = scanned
        self.content = Content(document, scanned)

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
        if not self.scan.entangled:
            return cast(list[bytes], self.scan.phrases)
        return list(map(self.phrase, range(self.scan.line_count)))

    def phrase(self, place: int) -> bytes:
        """The folded phrase of the line of this place of `content`, as UTF-8."""
        phrase = self.scan.phrase(place)
        return encode(fold_phrase(self.content[place].text)) if phrase is None else phrase

    @lazy
    def places(self) -> dict[bytes, list[int]]:
        """The places in `content` of each folded phrase."""
        return places_by_phrase(self.phrases)

    def below(self, line: Line) -> Iterator[Line]:
        """The lines under a line that are not blank, from the top."""
        return (self.content[place] for place in range(line.place + 1, len(self.content)))

    def above(self, line: Line) -> Iterator[Line]:
        """The lines over a line that are not blank, from the bottom."""
        return (self.content[place] for place in range(line.place - 1, -1, -1))

    def without(self, gone: frozenset[int], text: str) -> Page:
        """The page of this text, which is this page's without the lines of these places, and tidied."""
        return Page(structs.replace(self.document, text=text), scan.keep_lines(self.scan, gone, encode(text)))

    @lazy
    def repeated(self) -> Mapping[int, Passage]:
        """The passage around each line that says what an earlier line says, for as long as both go on the same, by the
        line's place.
        """
        found: dict[int, Passage] = {}
        for run in repeated_runs(self.phrases):
            found.update(dict.fromkeys(run, Passage.of(self.scan, run)))
        return found

    def neighbour(self, line: Line, step: int) -> Line | None:
        """The next (`step` 1) or previous (-1) line that is not blank; None at the edge of the text."""
        return self.content.neighbour(line.place, step)


def segment(document: Document) -> Page:
    r"""The document cut into lines at every newline; a text that ends in a newline has no empty last line.

    >>> [line.text for line in segment(Document("One\n\n  Two \n")).lines]
    ['One', '', 'Two']
    """
    return Page(document, scan.scan(encode(document.text)))
