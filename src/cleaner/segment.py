"""Text -> lines, and what can be seen of a line on its own.

Scrapers write one paragraph a line, so the line is the unit that rules judge.  Lines include their newline and tile the
text; a run of lines that are not blank is a block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, takewhile

import regex

from cleaner.fold import fold_phrase, fold_shape
from cleaner.model import Document, Evidence

# One word: a run of letters, marks, digits and inner apostrophes, or one character of a script written without spaces.
WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    r"|[\p{L}\p{M}\p{N}]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][\p{L}\p{M}\p{N}]+)*"
)

# A sentence's last mark, with the quotes, brackets and footnote numbers that may close behind it.
SENTENCE_END = regex.compile(
    r"[\p{Sentence_Terminal}\N{HORIZONTAL ELLIPSIS}\N{KHMER SIGN KHAN}][\p{Pe}\p{Pf}\p{Pi}\"']*(?:\[\d{1,3}\])*$"
)
# What a title does not end in: any mark that ends a sentence or a clause, but those that ask or shout.
HEADING_END = regex.compile(
    r"[\p{Terminal_Punctuation}--[?!\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}]]"
    r"[\p{Pe}\p{Pf}\"']*$",
    regex.VERSION1,
)
_ASKING = "?!\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}"

PROSE_MIN_WORDS = 8
PROSE_MIN_WORDS_ASKING = 20
HEADING_MAX_WORDS = 30


@dataclass(frozen=True)
class Line:
    """One line: 0-based `number`, half-open code-point span with its newline, and its text without outer white space.

    `text_start` is the offset of `text` in the document.
    """

    number: int
    start: int
    end: int
    text_start: int
    text: str
    evidence: Evidence | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.text

    @cached_property
    def phrase(self) -> str:
        """The text as phrases are compared: see `cleaner.fold.fold_phrase`."""
        return fold_phrase(self.text)

    @cached_property
    def shape(self) -> str:
        """The text as patterns see it, code point for code point: see `cleaner.fold.fold_shape`."""
        return fold_shape(self.text)

    @cached_property
    def word_count(self) -> int:
        """Number of words; in scripts without spaces each character counts as one.

        >>> Line(0, 0, 20, 0, "It's the co-op's 3rd").word_count
        5
        """
        return sum(1 for _ in WORD.finditer(self.text))

    @cached_property
    def is_prose(self) -> bool:
        """Whether the line reads as running text: a sentence's end mark and at least `PROSE_MIN_WORDS` words.

        Titles ask and shout, so a line that ends in `?` or `!` needs `PROSE_MIN_WORDS_ASKING`.
        """
        end = SENTENCE_END.search(self.text)
        if end is None:
            return False
        return self.word_count >= (PROSE_MIN_WORDS_ASKING if end.group()[0] in _ASKING else PROSE_MIN_WORDS)

    @cached_property
    def is_heading(self) -> bool:
        """Whether the line could be a title: at most `HEADING_MAX_WORDS` words, no stop, comma or colon at its end.

        A title may ask or shout, so `?` and `!` are allowed.
        """
        return HEADING_END.search(self.text) is None and 1 <= self.word_count <= HEADING_MAX_WORDS


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


def repeated_passages(lines: Sequence[Line]) -> dict[int, Passage]:
    """For each line that says what an earlier line says, the passage that goes on around it in both places.

    A passage is followed from the first line that said the same, for as long as the next lines are the same too.
    """
    first: dict[str, int] = {}
    runs: list[list[Line]] = []
    distance = 0
    for place, line in enumerate(lines):
        if distance and lines[place - distance].phrase == line.phrase:
            runs[-1].append(line)
        elif line.phrase and line.phrase in first:
            distance = place - first[line.phrase]
            runs.append([line])
        else:
            distance = 0
        first.setdefault(line.phrase, place)
    found: dict[int, Passage] = {}
    for run in runs:
        passage = Passage(len(run), sum(line.word_count for line in run), sum(line.is_prose for line in run))
        found.update((line.number, passage) for line in run)
    return found


@dataclass(frozen=True)
class Page:
    """A document's lines.  `content` holds the lines that are not blank, in order; `rank` a line's place among them."""

    document: Document
    lines: tuple[Line, ...]

    @cached_property
    def content(self) -> tuple[Line, ...]:
        """The lines that are not blank."""
        return tuple(line for line in self.lines if line.text)

    @cached_property
    def rank(self) -> dict[int, int]:
        """Line number -> 0-based place in `content`."""
        return {line.number: place for place, line in enumerate(self.content)}

    @cached_property
    def _prose_counts(self) -> list[int]:
        """How many lines of prose stand before each place of `content`, and at the end how many there are."""
        return [0, *accumulate(int(line.is_prose) for line in self.content)]

    def prose_above(self, line: Line) -> int:
        """Number of lines of prose before the line."""
        return self._prose_counts[self.rank[line.number]]

    def prose_below(self, line: Line) -> int:
        """Number of lines of prose after the line."""
        return self._prose_counts[-1] - self._prose_counts[self.rank[line.number] + 1]

    @cached_property
    def _prose_runs(self) -> list[int]:
        """The longest run of lines of prose (blank lines apart) from each place of `content` on, at last 0."""
        longest, run = [0], 0
        for line in reversed(self.content):
            run = run + 1 if line.is_prose else 0
            longest.append(max(longest[-1], run))
        return longest[::-1]

    def prose_run_below(self, line: Line) -> int:
        """The most lines of prose that stand in a row, blank ones apart, after the line."""
        return self._prose_runs[self.rank[line.number] + 1]

    @cached_property
    def repeated(self) -> Mapping[int, Passage]:
        """The passage that a line repeats together with its neighbours, by the line's number."""
        return repeated_passages(self.content)

    def run_length(self, line: Line, is_in_run: Callable[[Line], bool]) -> int:
        """How many lines in a row, blank ones apart, pass the test, this line among them; 0 where it does not."""
        if not is_in_run(line):
            return 0
        place = self.rank[line.number]
        above = takewhile(is_in_run, reversed(self.content[:place]))
        below = takewhile(is_in_run, self.content[place + 1 :])
        return 1 + sum(1 for _ in above) + sum(1 for _ in below)

    def neighbour(self, line: Line, step: int) -> Line | None:
        """The next (`step` 1) or previous (-1) line that is not blank; None at the edge of the text."""
        place = self.rank[line.number] + step
        return self.content[place] if 0 <= place < len(self.content) else None


def segment(document: Document) -> Page:
    r"""The document cut into lines at every newline; a text that ends in a newline has no empty last line.

    >>> [line.text for line in segment(Document("One\n\n  Two \n")).lines]
    ['One', '', 'Two']
    """
    lines: list[Line] = []
    start = 0
    text = document.text
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        raw = text[start:end]
        stripped = raw.strip()
        text_start = start + len(raw) - len(raw.lstrip()) if stripped else start
        number = len(lines)
        lines.append(Line(number, start, end, text_start, stripped, document.evidence.get(number)))
        start = end
    return Page(document, tuple(lines))
