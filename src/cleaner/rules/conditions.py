"""What a rule may ask of a line, of its neighbours and of its place in the document.

Every question is answered from the lines that are there before any of them go, so the order of rules can't matter.
Rules ask `holds`, millions of times, and so the module is compiled like `cleaner.scan`; `checks` puts the same
questions into words, for people who ask why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import cython
import msgspec

from cleaner.fold import fold_phrase
from cleaner.model import Document
from cleaner.rules.headline import says_address, says_title
from cleaner.rules.pattern import NO_PATTERNS, PatternSet
from cleaner.rules.pattern_bound import MAX_LINE_CHARS
from cleaner.scan import BYTE_END, BYTE_START, hash_phrase
from cleaner.segment import segment

if cython.compiled:
    from cython.cimports.cleaner.line import Content, Line
    from cython.cimports.cleaner.rules.pattern_dfa import LineDfa
else:
    from cleaner.line import Content, Line
    from cleaner.rules.pattern_dfa import LineDfa


_MAX_LINE_CHARS = cython.declare(cython.Py_ssize_t, MAX_LINE_CHARS)
_BYTE_START = cython.declare(cython.Py_ssize_t, BYTE_START)
_BYTE_END = cython.declare(cython.Py_ssize_t, BYTE_END)

# Longer lines are not compared with phrases: those are at most 250 characters, and folding a huge line is work for
# nothing.
_MAX_PHRASE_CHARS = cython.declare(cython.Py_ssize_t, 500)


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class Range:
    """A range of counts (words of a line, lines of prose), both ends included."""

    min: int = 0
    max: int | None = None

    @cython.ccall
    def holds(self, count: cython.Py_ssize_t) -> cython.bint:
        """Whether the count lies in the range."""
        return self.min <= count and (self.max is None or count <= self.max)

    @cython.cfunc
    def enough(self) -> cython.Py_ssize_t:
        """A count that says as much as any larger one."""
        return self.min if self.max is None else self.max + 1

    def __str__(self) -> str:
        return f"{self.min} or more" if self.max is None else f"{self.min} to {self.max}"


@cython.cclass
class PhraseSet:
    """Phrases, compared with whole lines in their folded form."""

    MAX_LINE_CHARS = _MAX_PHRASE_CHARS

    folded = cython.declare(frozenset, visibility="readonly")
    _hashes: frozenset  # None until the first line is asked about

    def __init__(self, phrases: Any) -> None:
        self.folded = frozenset(fold_phrase(phrase) for phrase in phrases)
        self._hashes = None

    @cython.ccall
    def holds(self, content: Content, place: cython.Py_ssize_t) -> cython.bint:
        """Whether the whole line of this place is one of the phrases."""
        if self._hashes is None:
            self._hashes = frozenset([hash_phrase(phrase.encode()) for phrase in self.folded])
        row: cython.Py_ssize_t = content.row(place)
        code: cython.ulonglong = content.hash(row)
        if (code and code not in self._hashes) or content.scan.char_count(row) > _MAX_PHRASE_CHARS:
            return False
        line: Line = content.line(place)
        return line.phrase in self.folded


class Check(msgspec.Struct, frozen=True, gc=False):
    """One question and its answer: the key of the rule language, what was wanted, what was seen."""

    key: str
    wanted: object
    seen: object
    holds: bool

    def under(self, key: str) -> Check:
        """The same check as part of another key (`next`, `unless`)."""
        return Check(f"{key}.{self.key}", self.wanted, self.seen, self.holds)

    def __str__(self) -> str:
        return f"{self.key}: wanted {self.wanted}, seen {self.seen}"


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class LineTest:
    """Questions about one line on its own; all that are asked must hold.

    `phrases` and `patterns` are one question: one of them must match the whole line.
    """

    phrases: PhraseSet | None = None
    patterns: PatternSet = NO_PATTERNS
    words: Range | None = None
    prose: bool | None = None
    heading: bool | None = None
    adjacent: bool | None = None
    edge: bool | None = None
    not_: LineTest | None = None

    # The same for tests that ask the same, and what refuses lines; None until somebody asks.
    _key: str | None = cython.dataclasses.field(default=None, init=False, repr=False, hash=False, compare=False)
    _dfa: LineDfa | None = cython.dataclasses.field(default=None, init=False, repr=False, hash=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from what it asks; the rest is found out anew."""
        return LineTest, tuple([getattr(self, part.name) for part in fields(LineTest) if part.init])

    @cython.ccall
    def holds(self, content: Content, place: cython.Py_ssize_t, distance: cython.Py_ssize_t = 0) -> cython.bint:
        """Whether the line of this place passes; `distance` is how many lines it stands away, 1 being directly beside.

        No line at all (a place beyond the edge of the text) passes only where `edge: true` asks for it.
        """
        if not 0 <= place < content.count or self.edge is True:
            return not 0 <= place < content.count and self.edge is True
        row: cython.Py_ssize_t = content.row(place)
        return (
            (self.prose is None or content.is_prose(row) == (self.prose is True))
            and (self.words is None or self.words.holds(content.scan.word_count(row, self.words.enough())))
            and (self.heading is None or content.scan.is_heading(row) == (self.heading is True))
            and (self.adjacent is None or (distance == 1) == (self.adjacent is True))
            and ((self.phrases is None and not self.patterns) or self._says(content, place))
            and (self.not_ is None or not self.not_.holds(content, place, distance))
        )

    @cython.cfunc
    def answers(self, content: Content) -> bytearray:
        """What was remembered of the lines, by row: 0 nothing yet, 1 that one fails the test, 2 that it passes.

        Windows of lines overlap, and several rules ask the same.
        """
        if self._key is None:
            self._make_ready()
        found: bytearray = content.answers.get(self._key)
        if found is None:
            found = content.answers[self._key] = bytearray(content.scan.line_count)
        return found

    @cython.cfunc
    def _make_ready(self) -> object:
        """Find out what is kept of the test."""
        phrases = None if self.phrases is None else sorted(self.phrases.folded)
        sources = [pattern.source for pattern in self.patterns]
        if self.not_ is not None:
            self.not_._make_ready()
        inner = None if self.not_ is None else self.not_._key
        key = repr((phrases, sources, self.words, self.prose, self.heading, self.adjacent, self.edge, inner))
        if cython.compiled:
            self._key, self._dfa = key, self.patterns.dfa
        else:  # where frozen means to the class as well
            object.__setattr__(self, "_key", key)
            object.__setattr__(self, "_dfa", self.patterns.dfa)

    @cython.cfunc
    @cython.inline
    def passes(self, content: Content, place: cython.Py_ssize_t, known: cython.p_uchar) -> cython.bint:
        """Whether the line passes, as remembered."""
        row: cython.Py_ssize_t = content.row(place)
        if not known[row]:
            known[row] = 2 if self.holds(content, place) else 1
        return known[row] == 2

    @cython.cfunc
    def _says(self, content: Content, place: cython.Py_ssize_t) -> cython.bint:
        """Whether one of the phrases or patterns is the whole line."""
        if self.phrases is not None and self.phrases.holds(content, place):
            return True
        if not self.patterns:
            return False
        row: cython.Py_ssize_t = content.row(place)
        char_count: cython.Py_ssize_t = content.scan.char_count(row)
        if char_count > _MAX_LINE_CHARS:
            return False
        if self._dfa is None:
            self._make_ready()
        dfa: LineDfa = self._dfa
        state: cython.int = dfa.follow(
            content.scan.raw, content.column(row, _BYTE_START), content.column(row, _BYTE_END)
        )
        if state == 0 or dfa.is_sure(state, char_count):
            return state != 0
        for number in dfa.ends(state):  # noqa: SIM110  (compiled, it makes no objects)
            if self.patterns[number].match_whole(content.line(place)):
                return True
        return False

    def checks(self, content: Content, place: int, distance: int = 0) -> Iterator[Check]:
        """Every question with its answer, one by one, so that whoever asks may stop at the first that fails."""
        line = content.neighbour(place, 0)
        if line is None:
            yield Check(
                "edge", "the edge of the text" if self.edge else "a line", "the edge of the text", self.edge is True
            )
            return
        if self.edge is True:
            yield Check("edge", "the edge of the text", f"the line {line.text!r}", False)
        if self.words is not None:
            yield Check("words", self.words, line.word_count, self.words.holds(line.word_count))
        if self.heading is not None:
            yield Check("heading", self.heading, line.is_heading, line.is_heading is self.heading)
        if self.prose is not None:
            yield Check("prose", self.prose, line.is_prose, line.is_prose is self.prose)
        if self.adjacent is not None:
            yield Check("adjacent", self.adjacent, distance == 1, (distance == 1) is self.adjacent)
        if self.phrases is not None or self.patterns:
            yield Check("phrases or pattern", "one that matches", line, self._says(content, place))
        if self.not_ is not None:
            yield Check("not", "a line that fails it", line, not self.not_.holds(content, place, distance))


NOTHING_ASKED = LineTest()
_NOTHING_ASKED = cython.declare(LineTest, NOTHING_ASKED)


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class Around:
    """Whether among the next `lines` lines (blank ones apart), or the last ones before, at least `least` pass the test;
    `lines` None are all of them.
    """

    test: LineTest
    lines: int | None = None
    least: int = 1

    def check(self, key: str, content: Content, place: int, step: int) -> Check:
        """The answer for the lines after this place (`step` 1) or before it (-1); counted no further than `least`."""
        count = self._count(content, place, step)
        reach = "all lines" if self.lines is None else f"{self.lines} lines"
        return Check(key, f"{self.least} or more of {reach}", count, count >= self.least)

    @cython.ccall
    def holds(self, content: Content, place: cython.Py_ssize_t, step: cython.Py_ssize_t) -> cython.bint:
        """Whether so many of the lines after this place (`step` 1) or before it (-1) pass the test."""
        return self._count(content, place, step) >= self.least

    @cython.cfunc
    def _count(self, content: Content, place: cython.Py_ssize_t, step: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """How many pass, the nearest first, up to `least`; asked no further where `least` can't be reached."""
        least: cython.Py_ssize_t = self.least
        left: cython.Py_ssize_t = place if step < 0 else content.count - place - 1
        if self.lines is not None:
            left = min(left, self.lines)
        answers: bytearray = self.test.answers(content)
        known: cython.p_uchar = answers
        count: cython.Py_ssize_t = 0
        while count < least <= count + left:
            place += step
            count += self.test.passes(content, place, known)
            left -= 1
        return count


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class Where:
    """A place among the lines that are not blank: within the first or last few (int) or the first or last share
    (Fraction).

    A share always reaches at least one line.
    """

    first: int | Fraction | None = None
    last: int | Fraction | None = None

    @cython.ccall
    def holds(self, place: cython.Py_ssize_t, count: cython.Py_ssize_t) -> cython.bint:
        """Whether the 0-based place among `count` lines lies where asked."""
        return (self.first is None or _is_within(place, self.first, count)) and (
            self.last is None or _is_within(count - 1 - place, self.last, count)
        )

    def __str__(self) -> str:
        parts = (f"{edge} {_shown(amount)}" for edge, amount in (("first", self.first), ("last", self.last)) if amount)
        return " and ".join(parts) or "anywhere"


def _shown(amount: int | Fraction) -> str:
    return f"{amount} lines" if isinstance(amount, int) else f"{float(amount):.0%}"


@cython.cfunc
def _is_within(place: cython.Py_ssize_t, amount: object, count: cython.Py_ssize_t) -> cython.bint:
    """Whether the place is among the first lines, or the first share of them; in whole numbers, for speed."""
    if isinstance(amount, int):
        return place < amount
    above: cython.Py_ssize_t
    below: cython.Py_ssize_t
    above, below = amount.as_integer_ratio()
    return place * below < max(below, above * count)


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class Conditions:
    """Everything a rule, or one of its exceptions, asks beside its own phrases and patterns; all must hold.

    `above` and `below` count the lines of prose before and after, `below_run` those after that stand in a row, and
    `run` counts the lines in a row (blank lines apart) that pass `run_test`, this one among them.
    """

    own: LineTest = NOTHING_ASKED
    where: Where | None = None
    previous: LineTest | None = None
    next: LineTest | None = None
    above: Range | None = None
    below: Range | None = None
    below_run: Range | None = None
    ahead: Around | None = None
    behind: Around | None = None
    domain: tuple[str, ...] = ()
    title: LineTest | None = None
    address: LineTest | None = None
    run: Range | None = None
    run_test: LineTest | None = None
    headline: str | None = None

    @cython.ccall
    def holds(self, content: Content, place: cython.Py_ssize_t) -> cython.bint:
        """Whether the line of this place meets them all."""
        return (
            (self.where is None or self.where.holds(place, content.count))
            and (self.own is _NOTHING_ASKED or self.own.holds(content, place))
            and (not self.domain or _is_on(content.document.url, self.domain))
            and (self.title is None or _holds_of(self.title, _field(content, "title")))
            and (self.address is None or _holds_of(self.address, _field(content, "url")))
            and (self.above is None or self.above.holds(content.count_prose(0, place, self.above.enough())))
            and (
                self.below is None
                or self.below.holds(content.count_prose(place + 1, content.count, self.below.enough()))
            )
            and (
                self.below_run is None
                or self.below_run.holds(content.prose_run_from(place + 1, self.below_run.enough()))
            )
            and (self.previous is None or _holds_beside(self.previous, content, place, -1))
            and (self.next is None or _holds_beside(self.next, content, place, 1))
            and (self.ahead is None or self.ahead.holds(content, place, 1))
            and (self.behind is None or self.behind.holds(content, place, -1))
            and (self.run is None or self.run.holds(self._run_length(content, place)))
            and (self.headline is None or self._is_headline(content, place))
        )

    @cython.cfunc
    def _run_length(self, content: Content, place: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """How many lines in a row, blank ones apart, pass the test, this one among them; 0 where it does not."""
        test: LineTest = _NOTHING_ASKED if self.run_test is None else self.run_test
        first: cython.Py_ssize_t = place
        last: cython.Py_ssize_t = place
        answers: bytearray = test.answers(content)
        known: cython.p_uchar = answers
        if not test.passes(content, place, known):
            return 0
        while first > 0 and test.passes(content, first - 1, known):
            first -= 1
        while last + 1 < content.count and test.passes(content, last + 1, known):
            last += 1
        return last - first + 1

    def _is_headline(self, content: Content, place: int) -> bool:
        if self.headline == "title":
            return says_title(content.line(place), content.document.title)
        return says_address(content.line(place), content.document.url)

    def checks(self, content: Content, place: int) -> Iterator[Check]:
        """Every question with its answer, the cheap ones first."""
        count = len(content)
        if self.own is not NOTHING_ASKED:
            yield from self.own.checks(content, place)
        if self.where is not None:
            yield Check("where", self.where, f"line {place + 1} of {count}", self.where.holds(place, count))
        if self.domain:
            yield Check(
                "domain", ", ".join(self.domain), content.document.url, _is_on(content.document.url, self.domain)
            )
        yield from _field_checks("title", self.title, _field(content, "title"))
        yield from _field_checks("address", self.address, _field(content, "url"))
        if self.above is not None:
            prose = content.count_prose(0, place, count)
            yield Check("above.prose", self.above, prose, self.above.holds(prose))
        if self.below is not None:
            prose = content.count_prose(place + 1, count, count)
            yield Check("below.prose", self.below, prose, self.below.holds(prose))
        if self.below_run is not None:
            longest = content.prose_run_from(place + 1, count)
            yield Check("below.prose-run", self.below_run, longest, self.below_run.holds(longest))
        yield from _neighbour_checks("previous", self.previous, content, place, -1)
        yield from _neighbour_checks("next", self.next, content, place, 1)
        if self.ahead is not None:
            yield self.ahead.check("ahead", content, place, 1)
        if self.behind is not None:
            yield self.behind.check("behind", content, place, -1)
        if self.run is not None:
            length = self._run_length(content, place)
            yield Check("run", self.run, length, self.run.holds(length))
        if self.headline is not None:
            known = content.document.title if self.headline == "title" else content.document.url
            is_said = self._is_headline(content, place)
            yield Check("headline", f"what the {self.headline} says", f"the {self.headline} {known!r}", is_said)


@cython.cclass
@cython.dataclasses.dataclass(frozen=True)
class Unless:
    """An exception of a rule: where its conditions hold the rule does not act, `because` says why."""

    because: str
    conditions: Conditions


def acts(rule: Any, content: Content, place: cython.Py_ssize_t) -> bool:
    """Whether the rule's conditions hold for a line that it matches and none of its exceptions does."""
    conditions: Conditions = rule.conditions
    exception: Unless
    language = content.document.language
    if language is not None and not is_for_language(rule, language):
        return False
    if not conditions.holds(content, place):
        return False
    for exception in rule.unless:  # noqa: SIM110  (compiled, it makes no objects)
        if exception.conditions.holds(content, place):
            return False
    return True


def is_for_language(rule: Any, language: str | None) -> bool:
    """Whether the rule is for texts of this language; a rule without a language, and a text without one, fit all."""
    if not rule.languages or language is None:
        return True
    wanted = _primary(language)
    return wanted in map(_primary, rule.languages)


def _primary(language: str) -> str:
    """The primary subtag of a language tag (BCP 47), by which `en` and `en-GB` are the same."""
    return language.replace("_", "-").split("-")[0].lower()


@cython.cfunc
def _field(content: Content, name: str) -> Content:
    """What is known of the document beside its text, as lines, of which the first is meant."""
    found: Content = content.fields.get(name)
    if found is None:
        found = content.fields[name] = segment(Document(getattr(content.document, name) or "")).content
    return found


@cython.cfunc
def _holds_of(test: LineTest, field: Content) -> cython.bint:
    if not field.count:
        return test.holds(field, 0)
    answers: bytearray = test.answers(field)
    return test.passes(field, 0, answers)


def _field_checks(key: str, test: LineTest | None, field: Content) -> Iterator[Check]:
    if test is not None:
        yield from (check.under(key) for check in test.checks(field, 0))


@cython.cfunc
def _holds_beside(test: LineTest, content: Content, place: cython.Py_ssize_t, step: cython.Py_ssize_t) -> cython.bint:
    return test.holds(content, place + step, content.distance(place, step))


def _neighbour_checks(key: str, test: LineTest | None, content: Content, place: int, step: int) -> Iterator[Check]:
    if test is not None:
        for check in test.checks(content, place + step, content.distance(place, step)):
            yield check.under(key)


def _is_on(url: str | None, domains: tuple[str, ...]) -> bool:
    """Whether the URL's host matches one of the globs; `example.com` stands for its subdomains too."""
    try:
        host = (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return False
    globs = (domain.lower() for domain in domains)
    return any(fnmatchcase(host, glob) or fnmatchcase(host, "*." + glob) for glob in globs)
