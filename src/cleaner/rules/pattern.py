"""Patterns: regular expressions that know their rule, compile when first used, and can't hang a run."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import regex

from cleaner.fold import fold_phrase
from cleaner.lazy import lazy
from cleaner.line import Line
from cleaner.model import CleanerError
from cleaner.rules.derived import kept
from cleaner.rules.literals import needs_of
from cleaner.rules.needs import Needs
from cleaner.rules.pattern_bound import MAX_LINE_CHARS, bounded_chars
from cleaner.rules.pattern_dfa import LineDfa, automaton_of
from cleaner.rules.pattern_tree import parse_pattern
from cleaner.utf8 import encode

FLAGS = regex.IGNORECASE | regex.FULLCASE
SECONDS = 5.0  # the most that one pattern may take on one line; the slowest shipped pattern takes microseconds

_TEMPLATE = regex.compile(r"\\(?:(?P<number>\d+)|g<(?P<name>\w+)>|(?P<other>.?))", regex.DOTALL)


class PatternTimeoutError(CleanerError):
    """A pattern took longer than `SECONDS` on one line."""


@kept
def compile_pattern(source: str) -> bytes:
    """The compiled pattern, pickled: loaded in a fiftieth of the time that compiling it takes.

    Raises `regex.error` where it is none.
    """
    try:
        return pickle.dumps(regex.compile(_with_plain_sets(source), FLAGS))
    except regex.error:
        return pickle.dumps(regex.compile(source, FLAGS))  # the message has the place in the author's text


def _with_plain_sets(source: str) -> str:
    r"""The pattern with sets of characters (`[a-z]`, `\w`) that stand for one character each.

    Under full case folding `regex` lets a set that holds a sharp s match `ss` as well, and so on for all ligatures:
    `[\w-]{1,40}` takes 80 characters then, in exponentially many ways, and ten times as long on any line.  It takes
    `(x|\w)` for a set as well.
    """
    parsed = parse_pattern(source)
    for start, end in reversed(parsed.sets if parsed else ()):
        source = f"{source[:start]}(?-f:{source[start:end]}){source[end:]}"
    return source


@dataclass(frozen=True)
class LinePattern:
    """A pattern in the syntax of the `regex` package; `subject` is the rule that it belongs to.

    Lines are matched in their folded shape (`cleaner.fold.fold_shape`), without regard to case.
    """

    source: str
    subject: str = ""

    @lazy
    def compiled(self) -> regex.Pattern[str]:
        """The compiled pattern; raises `regex.error` where it is none."""
        made: regex.Pattern[str] = pickle.loads(compile_pattern(self.source))
        return made

    def __reduce__(self) -> tuple[type[LinePattern], tuple[str, str]]:
        """Written to the cache of rules as text; the compiled form is kept apart (`compile_pattern`)."""
        return type(self), (self.source, self.subject)

    @lazy
    def needs(self) -> Needs:
        """What a folded line must hold for the pattern to match all of it; who asks many lines asks this first."""
        return needs_of(self.source)

    @lazy
    def _dfa(self) -> LineDfa:
        return automaton_of((self.source,))

    @lazy
    def _bounded_chars(self) -> int:
        return bounded_chars(self.source)

    def look_into(self) -> None:
        """Find out all that is kept of the pattern from one start to the next."""
        needs_of(self.source)
        bounded_chars(self.source)
        compile_pattern(self.source)

    def full_match(self, line: Line) -> regex.Match[str] | None:
        """The match on the whole line, None for a line over `MAX_LINE_CHARS`; raises `PatternTimeoutError`."""
        if len(line.text) > MAX_LINE_CHARS:
            return None
        encoded = encode(line.text)
        may_match = self._dfa.ends(self._dfa.follow(encoded, 0, len(encoded)))
        return self.match_whole(line) if may_match else None

    def match_whole(self, line: Line) -> regex.Match[str] | None:
        """The same for a line that is not too long, where it is uncertain that it does not match."""
        if len(line.text) <= self._bounded_chars:
            return self.compiled.fullmatch(line.shape)
        try:
            return self.compiled.fullmatch(line.shape, timeout=SECONDS)
        except TimeoutError:
            raise self._timeout(line) from None

    def find_all(self, line: Line) -> list[regex.Match[str]]:
        """The matches inside the line; raises `PatternTimeoutError`."""
        try:
            return list(self.compiled.finditer(line.shape, timeout=SECONDS))
        except TimeoutError:
            raise self._timeout(line) from None

    def _timeout(self, line: Line) -> PatternTimeoutError:
        return PatternTimeoutError(
            f"{self.subject}: pattern {self.source!r} took over {SECONDS:g} s on line {line.number + 1} "
            f"({len(line.text):,} characters); rewrite it without nested repeats"
        )


class PatternSet(tuple[LinePattern, ...]):
    """Patterns of which one must match."""

    def __reduce__(self) -> tuple[type[PatternSet], tuple[tuple[LinePattern, ...]]]:
        return type(self), (tuple(self),)

    @lazy
    def dfa(self) -> LineDfa:
        """What refuses lines that none of them matches."""
        return automaton_of(tuple(pattern.source for pattern in self))


NO_PATTERNS = PatternSet()


def phrase_pattern(phrase: str, subject: str) -> LinePattern:
    """A pattern for a phrase inside a line: whole words, any white space between them."""
    words = (regex.escape(word, special_only=True) for word in fold_phrase(phrase).split())
    return LinePattern(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", subject)


def fill_template(template: str, match: regex.Match[str] | None, line: Line) -> str:
    r"""The template with `\1` and `\g<name>` as the line has them, in the author's typography."""

    def group(reference: regex.Match[str]) -> str:
        if reference["other"] is not None or match is None:
            return reference["other"] or ""
        start, end = match.span(int(reference["number"]) if reference["number"] else reference["name"])
        return line.text[start:end] if start >= 0 else ""

    return _TEMPLATE.sub(group, template)


def template_finding(template: str, patterns: tuple[LinePattern, ...], has_phrases: bool) -> str:
    """What is wrong with a template for these patterns, or for phrases, which have no groups; empty for nothing."""
    for reference in _TEMPLATE.finditer(template):
        if reference["other"] is not None:
            if reference["other"] != "\\":
                return f"{reference.group()!r} means nothing in a replacement (groups are \\1 and \\g<name>)"
            continue
        for pattern in patterns:
            name = reference["name"] or int(reference["number"])
            known = name in pattern.compiled.groupindex if reference["name"] else int(name) <= pattern.compiled.groups
            if not known:
                return f"the pattern has no group {name}"
        if has_phrases:
            return f"a phrase has no group {reference.group()}"
    return ""
