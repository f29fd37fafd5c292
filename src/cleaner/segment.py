"""Text -> lines, and what can be seen of a line on its own.

Scrapers write one paragraph a line, so the line is the unit that rules judge.  Lines include their newline and tile the
text; a run of lines that are not blank is a block.  One scan finds the lines; objects are made of those that somebody
looks at, which in most documents are few.
"""

from __future__ import annotations

from dataclasses import dataclass

from cleaner import scan
from cleaner.fold import fold_phrase
from cleaner.lazy import lazy
from cleaner.line import Content, Line
from cleaner.model import Document
from cleaner.repeats import places_by_phrase
from cleaner.scan import Scan
from cleaner.utf8 import encode


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines in a row, blank ones apart, that say what other lines in a row have said before: how many lines and words
    they are, and how many of the lines are prose.
    """

    line_count: int
    word_count: int
    prose_count: int


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
        return [self.whole[place] if phrase is None else phrase for place, phrase in enumerate(self.scan.phrases)]

    def phrase(self, place: int) -> bytes:
        """The folded phrase of the line of this place of `content`, as UTF-8."""
        phrase = self.scan.phrase(place)
        return self.whole[place] if phrase is None else phrase

    @lazy
    def whole(self) -> dict[int, bytes]:
        """The folded phrases that the scan does not know, because those lines are folded as a whole; by place."""
        return {place: encode(fold_phrase(self.content[place].text)) for place in self.scan.entangled}

    @lazy
    def places(self) -> dict[bytes, list[int]]:
        """The places in `content` of each folded phrase."""
        return places_by_phrase(self.phrases)

    def neighbour(self, line: Line, step: int) -> Line | None:
        """The next (`step` 1) or previous (-1) line that is not blank; None at the edge of the text."""
        return self.content.neighbour(line.place, step)


def segment(document: Document, encoded: bytes = b"") -> Page:
    r"""The document cut into lines at every newline; a text that ends in a newline has no empty last line.

    `encoded` is its text as UTF-8, where that is at hand.

    >>> [line.text for line in segment(Document("One\n\n  Two \n")).lines]
    ['One', '', 'Two']
    """
    return Page(document, scan.scan(encoded or encode(document.text)))
