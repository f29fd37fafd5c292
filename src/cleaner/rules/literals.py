"""What a line must say before a pattern can match it: literals found in the pattern's own structure.

A pattern that begins with "also read" or "read next" need not be tried on a line that begins with neither.  The
structure is read by Python's own parser of regular expressions, whose syntax is a part of that of the `regex` package;
what it can't read has no literals and is tried everywhere, so a gap here costs time and never a match.
"""

from __future__ import annotations

import re
import re._constants as sre
import re._parser as sre_parser
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import regex

from cleaner.rules.derived import kept
from cleaner.rules.needs import Needs
from cleaner.scan import fold_literal
from cleaner.utf8 import encode

LINE_START = "\n"  # what stands before every folded line (`cleaner.scan`), and so before a pattern's own beginning

MIN_CHARS = 3  # shorter literals of ASCII stand in every other line
MIN_HEAD_CHARS = 1  # fewer lines begin with one than hold it

# A pattern may begin in this many ways (`(please )?(also )?(like|follow)` in 8); more of them say less of each.
MAX_HEADS = 256
ENOUGH_CHARS = 16  # of the shortest; longer ones say no more
MAX_CHOICES = 6  # characters in brackets that are looked at one by one

# Parts of the syntax that only the `regex` package has, and that stand for one character of some kind.
_ONE_OF = regex.compile(r"\\[pP]\{[^}]*\}")

Part = tuple[Any, Any]


@kept
def required_literals(pattern: str, *, is_whole: bool = True, min_chars: int = MIN_CHARS) -> frozenset[str]:
    """Literals, folded as `fold_literal` does, one of which stands in each line that the pattern matches.

    Those behind `LINE_START` stand at its beginning; only a pattern that matches the whole line (`is_whole`) has them.
    Empty where there are none that are long enough, or where the structure can't be read.

    >>> sorted(required_literals("(also read|read next)[:|].+"))
    ['\\nalso read:', '\\nalso read|', '\\nread next:', '\\nread next|']
    >>> sorted(required_literals(".*(also read|read next).*"))
    ['also read', 'read next']
    """
    tree = _parse(pattern)
    if tree is None:
        return frozenset()
    return _required(list(tree), LINE_START if is_whole else "", min_chars) or frozenset()


@kept
def needs_of(pattern: str) -> Needs:
    """What a line must hold for the pattern to match all of it; nothing where the pattern can't be read."""
    literals = required_literals(pattern)
    is_headed = bool(literals) and all(literal.startswith(LINE_START) for literal in literals)
    heads = [encode(literal) for literal in literals] if is_headed else None
    return _needs(pattern, heads, literals if is_headed else frozenset())


@kept
def other_needs_of(pattern: str, literals: frozenset[str]) -> Needs:
    """The same, for lines of which it is known that they hold one of the literals."""
    return _needs(pattern, None, literals)


def _needs(pattern: str, heads: list[bytes] | None, known: frozenset[str]) -> Needs:
    tree = _parse(pattern)
    sets = () if tree is None else tuple(tuple(map(encode, literals)) for literals in _ranked(tree, known))
    return Needs(heads, sets, None if heads else [encode(literal) for literal in first_words(pattern)] or None)


def _ranked(tree: Iterable[Part], known: frozenset[str]) -> list[list[str]]:
    """Small sets of literals of any length, one of each set being needed; those that say most first.

    None says only what another one says, or what the known literals say, one of which is there.
    """
    found = {literals for literals in _all(tree) if len(literals) <= MAX_OTHERS and all(map(str.strip, literals))}
    ranked: list[frozenset[str]] = []
    for literals in sorted(found, key=lambda literals: (-min(map(len, literals)), len(literals), sorted(literals))):
        if not any(_implies(others, literals) for others in (known, *ranked)):
            ranked.append(literals)
    return [sorted(literals) for literals in ranked[:MAX_OTHER_SETS]]


def _implies(others: frozenset[str], literals: frozenset[str]) -> bool:
    """Whether a line that holds one of the others surely holds one of the literals."""
    return bool(others) and all(any(literal in other for literal in literals) for other in others)


MAX_OTHERS = 16
MAX_OTHER_SETS = 3


@kept
def first_words(pattern: str) -> frozenset[str]:
    """Literals, one of which begins at the first character of a word in each line that the pattern matches.

    For patterns that may pass over what is no word first; empty where they are not known.

    >>> sorted(first_words(r"\\W*(privacy|terms) .*"))
    ['privacy ', 'terms ']
    >>> sorted(first_words(r"(share)?\\W*(email|print)"))
    ['email', 'print', 'share']
    """
    found: set[str] = set()
    tree = list(_parse(pattern) or ())
    for place, (kind, value) in enumerate(tree):
        if kind in (sre.ASSERT, sre.ASSERT_NOT) or (kind is sre.MAX_REPEAT and [*value[2]] == _NO_WORD):
            continue
        is_optional = kind is sre.MAX_REPEAT and value[:2] == (0, 1)
        heads, _ = _heads([*value[2]] if is_optional else tree[place:], _NOTHING_YET)
        found.update(map(fold_literal, heads))
        if not is_optional:
            break
    return frozenset(found) if all(literal[:1].isalnum() for literal in found) else frozenset()


_NO_WORD = [*sre_parser.parse(r"\W")]


@kept
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


@kept
def shortest_match(pattern: str, group: str = "") -> int:
    """The least characters that the pattern, or its group of that name, surely matches; 0 where none are known.

    Literals are not counted, because two or three of them may match a single character.

    >>> shortest_match(r"watch[:|]\\s*.{5,200}")
    6
    """
    tree = _parse(pattern)
    if tree is None:
        return 0
    if not group:
        return _least_chars(tree)
    return next((_least_chars(part[1][3]) for part in tree if _is_group(tree, part, group)), 0)


def _least_chars(tree: Iterable[Part]) -> int:
    return sum(_least_chars_of(kind, value) for kind, value in tree)


def _least_chars_of(kind: Any, value: Any) -> int:
    if kind in (sre.IN, sre.ANY, sre.NOT_LITERAL):
        return int(kind is not sre.IN or not _is_one(value))
    if kind is sre.SUBPATTERN:
        return _least_chars(value[3])
    if kind is sre.ATOMIC_GROUP:
        return _least_chars(value)
    if kind is sre.BRANCH:
        return min(map(_least_chars, value[1]))
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return int(value[0]) * _least_chars(value[2])
    return 0


def _is_one(value: Sequence[Part]) -> bool:
    """Whether a set in brackets stands for one character, which is then the same as outside."""
    return len(value) == 1 and value[0][0] is sre.RANGE and value[0][1][0] == value[0][1][1]


@kept
def ends_in_group(pattern: str, name: str) -> bool:
    """Whether the pattern surely ends where its group of that name does; False where it has none.

    >>> ends_in_group(r"\\w+: (?P<said>.*)", "said")
    True
    """
    tree = _parse(pattern)
    return bool(tree) and _is_group(tree, tree[-1], name)


@kept
def begins_in_group(pattern: str, name: str) -> bool:
    """Whether the pattern surely begins where its group of that name does; False where it has none.

    >>> begins_in_group(r"(?P<said>.*) [|] \\w+", "said")
    True
    """
    tree = _parse(pattern)
    return bool(tree) and _is_group(tree, tree[0], name)


def _is_group(tree: Any, part: Part, name: str) -> bool:
    kind, value = part
    return kind is sre.SUBPATTERN and value[0] is not None and value[0] == tree.state.groupdict.get(name)


@lru_cache(maxsize=1_000)
def _parse(pattern: str) -> Any:
    try:
        return sre_parser.parse(_ONE_OF.sub(r"\\w", pattern), re.IGNORECASE)
    except (re.error, RecursionError, OverflowError):
        return None


def _required(tree: Sequence[Part], before: str, min_chars: int) -> frozenset[str] | None:
    """The literals of a pattern, branch by branch; `before` is what stands before its own beginning."""
    while len(tree) == 1 and tree[0][0] is sre.SUBPATTERN:
        tree = list(tree[0][1][3])
    if len(tree) == 1 and tree[0][0] is sre.BRANCH:
        branches = [_required(list(branch), before, min_chars) for branch in tree[0][1][1]]
        return None if any(branch is None for branch in branches) else frozenset().union(*filter(None, branches))
    heads, _ = _heads([*tree], _NOTHING_YET)
    folded = {fold_literal(head).lstrip(" ") for head in heads}
    if min(map(len, folded)) < (MIN_HEAD_CHARS if before else min_chars):
        return _best(tree, min_chars)
    own = frozenset(before + head for head in folded if not _has_shorter_head(head, folded))
    if before and min(map(len, folded)) > MIN_HEAD_CHARS:
        return own
    inside = _best(tree, MIN_CHARS + 1 if before else min_chars)  # many lines begin with a digit, few hold a word
    return own if inside is None else max(own, inside, key=_selectivity)


def _has_shorter_head(head: str, heads: set[str]) -> bool:
    return any(head[:count] in heads for count in range(1, len(head)))


def _heads(tree: Sequence[Part], heads: frozenset[str]) -> tuple[frozenset[str], bool]:
    """All ways in which the parts may go on after the heads, and whether that is all of the parts."""
    for kind, value in tree:
        longer, is_all = _longer(kind, value, heads)
        if longer is None or (len(longer) > MAX_HEADS and heads != _NOTHING_YET):
            return heads, False
        heads = longer
        if not is_all or min(map(len, heads)) >= ENOUGH_CHARS or len(heads) > MAX_HEADS:
            return heads, False
    return heads, True


_NOTHING_YET = frozenset(("",))


def _longer(kind: Any, value: Any, heads: frozenset[str]) -> tuple[frozenset[str] | None, bool]:
    """The heads with one part behind them, and whether with all of it; None where the part can't be spelled out."""
    if kind is sre.LITERAL:
        return frozenset([head + chr(value) for head in heads]), True
    if kind is sre.IN and (choices := _choices(value)):
        if len(heads) * len(choices) > MAX_HEADS and heads != _NOTHING_YET:
            return None, False
        return frozenset([head + choice for head in heads for choice in choices]), True
    if kind is sre.SUBPATTERN:
        return _heads(list(value[3]), heads)
    if kind is sre.BRANCH:
        if len(heads) * len(value[1]) > MAX_HEADS:
            return None, False
        found = [_heads(list(branch), heads) for branch in value[1]]
        return frozenset().union(*(longer for longer, _ in found)), all(is_all for _, is_all in found)
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, most, part = value
        if most > 1 and [*part] == _SPACES:
            most = 1  # white space is squeezed
        once, is_all = _heads(list(part), heads)
        if most == 1 and least <= 1:
            return once | (heads if least == 0 else frozenset()), is_all
        if least >= 1:
            return once, False
    if kind in (sre.ASSERT, sre.ASSERT_NOT) or (kind is sre.AT and value is sre.AT_BOUNDARY):
        return heads, True  # they look and take nothing
    return None, False


def _every_digit() -> list[str]:
    """All decimal digits; Unicode has them in rows of ten, so one look in ten finds each row."""
    zeros = (code - unicodedata.decimal(chr(code)) for code in range(0, sys.maxunicode, 10) if chr(code).isdecimal())
    return [chr(zero + digit) for zero in zeros for digit in range(10)]


_DIGITS = _every_digit()
_SPACES: list[Part] = [(sre.IN, [(sre.CATEGORY, sre.CATEGORY_SPACE)])]


def _choices(value: Sequence[Part]) -> list[str]:
    """The characters that a set in brackets stands for, where they are few or digits; white space is one."""
    if value == [(sre.CATEGORY, sre.CATEGORY_SPACE)]:
        return [" "]
    if value == [(sre.CATEGORY, sre.CATEGORY_DIGIT)]:
        return _DIGITS
    is_plain = len(value) <= MAX_CHOICES and all(kind is sre.LITERAL for kind, _ in value)
    return [chr(code) for _, code in value] if is_plain else []


def _best(tree: Iterable[Part], min_chars: int) -> frozenset[str] | None:
    """The set of a sequence's parts whose shortest literal is the longest; None where no part has one."""
    return max(_sets(tree, min_chars), key=_selectivity, default=None)


def _all(tree: Iterable[Part]) -> Iterator[frozenset[str]]:
    """The sets of all parts of a pattern, those inside groups that it passes in any case among them."""
    parts = list(tree)
    yield from _sets(parts, 1)
    for kind, value in parts:
        if kind is sre.SUBPATTERN:
            yield from _all(value[3])
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] > 0:
            yield from _all(value[2])


def _sets(tree: Iterable[Part], min_chars: int) -> Iterator[frozenset[str]]:
    """The literals that each part of a sequence needs, for the parts that need any."""
    parts = list(tree)
    for place, (kind, value) in enumerate(parts):
        if kind is not sre.LITERAL or place == 0 or parts[place - 1][0] is not sre.LITERAL:
            heads, _ = _heads(parts[place:], _NOTHING_YET)
            folded = {fold_literal(head) for head in heads} if len(heads) <= MAX_HEADS else {""}
            if min(map(_selective_chars, folded)) >= min_chars:
                yield frozenset(head for head in folded if not _has_shorter_head(head, folded))
        part = _of_part(kind, value, min_chars)
        if part:
            yield part


def _selective_chars(literal: str) -> int:
    """The literal's length, as far as it tells lines apart: any character beyond ASCII does."""
    return max(len(literal), MIN_CHARS) if not literal.isascii() else len(literal)


def _selectivity(literals: frozenset[str]) -> tuple[bool, int, int]:
    """How rarely lines hold one of the literals, by guess: no common word, then long ones, then few."""
    return (not any(literal.strip() in _COMMON for literal in literals), min(map(len, literals)), -len(literals))


_COMMON = {
    "",
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


def _of_part(kind: Any, value: Any, min_chars: int) -> frozenset[str] | None:
    """The literals that one part of a pattern needs; None where it needs none."""
    if kind is sre.SUBPATTERN:
        return _best(value[3], min_chars)
    if kind is sre.ASSERT and value[0] > 0:  # a look ahead
        return _best(value[1], min_chars)
    if kind is sre.ATOMIC_GROUP:
        return _best(value, min_chars)
    if kind is sre.IN and min_chars == 1:
        return frozenset(map(fold_literal, _choices(value))) or None
    if kind is sre.BRANCH:
        branches = [_best(branch, min_chars) for branch in value[1]]
        return None if any(branch is None for branch in branches) else frozenset().union(*filter(None, branches))
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] > 0:
        return _best(value[2], min_chars)
    return None
