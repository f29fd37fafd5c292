"""What a rule is, after reading: frozen values, no YAML, no matching."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaner.model import Reason

if TYPE_CHECKING:
    from cleaner.rules.conditions import Conditions, LineTest, Unless
    from cleaner.rules.examples import Example
    from cleaner.rules.pattern import LinePattern
    from cleaner.segment import Passage

CATEGORIES = (
    "comments",
    "related",
    "promo",
    "share",
    "navigation",
    "consent",
    "advertisement",
    "paywall",
    "credit",
    "caption",
    "byline",
    "date",
    "author",
    "tags",
    "source",
    "legal",
    "video",
    "widget",
    "duplicate",
    "encoding",
    "headline",
)


class Scope(StrEnum):
    """How far a rule reaches from the line that it matches."""

    INLINE = "inline"
    LINE = "line"
    BLOCK = "block"
    HEAD = "head"
    TAIL = "tail"
    DUPLICATE = "duplicate"


class Verb(StrEnum):
    """What a rule does with what it matches."""

    REMOVE = "remove"
    REPLACE = "replace"
    KEEP = "keep"
    SCORE = "score"


class Status(StrEnum):
    """How far a rule is trusted: an experimental one is off unless asked for, a deprecated one will go."""

    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Take:
    """What a block takes below its opening line: at most `lines` lines, `while_` they pass a test, blank lines passed
    over.

    With `until_blank` the block reaches to the next blank line (one right under the opening line is passed) or the
    end of the text, and all of it must pass: a block that goes on in another way stays, with its opening line.
    """

    lines: int | None = None
    until_blank: bool = False
    while_: LineTest | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Which line a duplicate repeats, and how: `exact`ly, `contained` in it, as its `prefix`, or `fuzzy`.

    Fuzzy is Dice's coefficient over the words of both lines, at least `similarity` (0..1).  An earlier line may have to
    stand at most `within` lines before, blank ones apart, or the line to be part of a `passage` of at least so many
    lines, words and lines of prose that is repeated as a whole.
    """

    against: str
    match: str = "exact"
    similarity: Fraction = Fraction(9, 10)
    within: int | None = None
    passage: Passage | None = None

    def reaches(self, distance: int) -> bool:
        """Whether a line may stand so many lines below the one that it repeats, blank ones apart."""
        return self.within is None or distance <= self.within


@dataclass(frozen=True, slots=True)
class Unproven:
    """A part of a rule that no example can prove, named as `cleaner rules test --mutate` names it, and why."""

    part: str
    because: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to remove, with its proof.  `id` is the full one: pack and rule.

    `origins` tells where each key was written (`path:line`); an override may have written it elsewhere.
    """

    id: str
    rev: int
    why: str
    category: str
    scope: Scope
    action: Verb
    phrases: tuple[str, ...]
    patterns: tuple[LinePattern, ...]
    replacement: str
    conditions: Conditions
    unless: tuple[Unless, ...]
    take: Take | None
    duplicate: Duplicate | None
    languages: tuple[str, ...]
    status: Status
    score: float
    examples: tuple[Example, ...]
    path: str
    line: int
    origins: tuple[tuple[str, str], ...] = ()
    unproven: tuple[Unproven, ...] = ()

    @property
    def reason(self) -> Reason:
        """The name that the rule's edits carry: one object, however often it is asked for."""
        return _reason(self.id, self.rev, self.category)


_reason = lru_cache(maxsize=100_000)(Reason)


@dataclass(frozen=True, slots=True)
class Pack:
    """One YAML file: its name, the packs it extends and its rules."""

    name: str
    extends: tuple[str, ...]
    path: str
    rules: tuple[Rule, ...]
