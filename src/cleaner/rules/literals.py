"""What a line must say before a pattern can match it: literals found in the pattern's own structure.

A pattern that needs "also read" or "read next" need not be tried on a line that says neither.  The structure is read by
Python's own parser of regular expressions, whose syntax is a part of that of the `regex` package; what it can't read
has no literals and is tried everywhere, so a gap here costs time and never a match.
"""

from __future__ import annotations

import re
import re._constants as sre
import re._parser as sre_parser
from collections.abc import Iterable
from typing import Any

import regex

MIN_CHARS = 3  # shorter literals stand in every other line, but for those beyond ASCII

# Parts of the syntax that only the `regex` package has, and that stand for one character of some kind.
_ONE_OF = regex.compile(r"\\[pP]\{[^}]*\}")


def required_literals(pattern: str) -> frozenset[str]:
    """Literals, folded as `fold_literal` does, one of which stands in each line that the pattern matches.

    Empty where there are none that are long enough, or where the structure can't be read.

    >>> sorted(required_literals("(also read|read next)[:|].+"))
    ['also read', 'read next']
    """
    tree = _parse(pattern)
    return (_best(tree) if tree is not None else None) or frozenset()


def longest_match(pattern: str) -> int | None:
    """The most characters that the pattern can match; None where there is no limit, or none is known.

    Known for patterns in ASCII only: their letters match one character each at most (and `ss` also the one of sharp s).

    >>> longest_match("watch[:|] .{5,200}")
    207
    """
    tree = _parse(pattern) if pattern.isascii() else None
    if tree is None:
        return None
    longest: int = tree.getwidth()[1]
    return longest if longest < _NO_LIMIT else None


_NO_LIMIT = 100_000


def _parse(pattern: str) -> Any:
    try:
        return sre_parser.parse(_ONE_OF.sub(r"\\w", pattern), re.IGNORECASE)
    except (re.error, RecursionError, OverflowError):
        return None


def fold_literal(text: str) -> str:
    """The text as literals are compared: full case folding with all four letters i as one."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("i\N{COMBINING DOT ABOVE}", "i").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")


def _best(tree: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """The set of a sequence's parts whose shortest literal is the longest; None where no part has one."""
    found: list[frozenset[str]] = []
    run: list[str] = []
    for kind, value in [*tree, (None, None)]:
        if kind is sre.LITERAL:
            run.append(chr(value))
            continue
        literal = fold_literal("".join(run))
        if len(literal) >= MIN_CHARS or not literal.isascii():
            found.append(frozenset((literal,)))
        run = []
        part = _of_part(kind, value)
        if part:
            found.append(part)
    return max(found, key=_selectivity, default=None)


def _selectivity(literals: frozenset[str]) -> tuple[bool, int, int]:
    """How rarely lines hold one of the literals, by guess: no common word, then long ones, then few."""
    return (not any(literal.strip() in _COMMON for literal in literals), min(map(len, literals)), -len(literals))


_COMMON = {
    "the",
    "our",
    "and",
    "for",
    "you",
    "your",
    "with",
    "this",
    "that",
    "from",
    "get",
    "now",
    "all",
    "can",
    "more",
    "to",
    "by",
}


def _of_part(kind: Any, value: Any) -> frozenset[str] | None:
    """The literals that one part of a pattern needs; None where it needs none."""
    if kind is sre.SUBPATTERN:
        return _best(value[3])
    if kind is sre.ASSERT and value[0] > 0:  # a look ahead
        return _best(value[1])
    if kind is sre.ATOMIC_GROUP:
        return _best(value)
    if kind is sre.BRANCH:
        branches = [_best(branch) for branch in value[1]]
        return None if any(branch is None for branch in branches) else frozenset().union(*filter(None, branches))
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] > 0:
        return _best(value[2])
    return None
