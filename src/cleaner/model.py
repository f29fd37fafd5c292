"""The plain types that flow through the pipeline; this module imports nothing of ours.

A document is decoded text.  Nothing downstream edits it: every stage *reports* edits against it, and one place
(`cleaner.cut`) applies them.  So the explanation is the result: text = source with its edits applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec


class CleanerError(Exception):
    """Base of every error that this package raises on purpose; its message is meant for a person."""


class Action(StrEnum):
    """What an edit does to its span, as written to the ledger."""

    REMOVE = "remove"
    REPLACE = "replace"
    REPAIR = "repair"


class Reason(msgspec.Struct, frozen=True):
    """Who asks for an edit: a rule of a pack, or a repair of the pipeline itself."""

    rule: str
    rev: int
    category: str


class Edit(msgspec.Struct, frozen=True):
    """One span of a text and what stands there instead.

    `start` and `end` are half-open code-point offsets into the text that the edit is reported against; in a `Cleaned`
    that is the decoded source.  `start == end` is an insertion.  `line` is the 1-based line of `start` in that text
    (0 while an edit is still on its way through the pipeline).  `takes_line` is true where a whole line goes.
    """

    start: int
    end: int
    after: str
    action: Action
    reason: Reason
    before: str = ""
    line: int = 0
    takes_line: bool = False


class Document(msgspec.Struct, frozen=True):
    """Decoded text and what is known about it from outside the text.

    `evidence` maps a 0-based line number to what the page said of that line (tag, class, link share); it is empty for
    text that did not come from a page.
    """

    text: str
    title: str | None = None
    url: str | None = None
    language: str | None = None
    date: str | None = None
    evidence: Mapping[int, Evidence] = {}


class Evidence(msgspec.Struct, frozen=True):
    """What the HTML page knew of one line: element name, its classes and ids, share of characters inside links
    (0..1).
    """

    tag: str = ""
    classes: tuple[str, ...] = ()
    link_share: float = 0.0


class Cleaned(msgspec.Struct, frozen=True):
    """A clean text and every edit that made it, sorted by `start`, disjoint, with offsets into `source`.

    `line_count` is the number of lines that were not blank before rules cut any.
    """

    text: str
    source: str
    edits: tuple[Edit, ...]
    line_count: int = 0

    @property
    def removals(self) -> tuple[Edit, ...]:
        """The edits that rules asked for: what was removed or replaced, in text order."""
        return tuple(edit for edit in self.edits if edit.action is not Action.REPAIR)

    @property
    def repairs(self) -> tuple[Edit, ...]:
        """The edits that mended encoding, line ends and white space, in text order."""
        return tuple(edit for edit in self.edits if edit.action is Action.REPAIR)


def text_hash(text: str) -> str:
    """SHA-256 of the text as UTF-8, in hex; lone surrogates, which Python strings may hold, are hashed as they are."""
    digest = hashlib.sha256()
    for start in range(0, len(text), _PIECE_CHARS):
        digest.update(text[start : start + _PIECE_CHARS].encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


_PIECE_CHARS = 1 << 20  # encoded at once, so that a long text is not copied
