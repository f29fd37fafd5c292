"""A line of a text -> a rule that is complete: it loads, and its examples come out as they are written.

What a person has to judge is marked in the draft: why the line goes, which category it belongs to, how far the rule
may reach.  A draft is tried before it is handed out: the narrowest form that takes its lines and keeps its near miss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import product
from pathlib import Path

from cleaner.cut import cut
from cleaner.judge import Judge
from cleaner.line import Line
from cleaner.model import Document
from cleaner.pipeline import Cleaner
from cleaner.repair import repair
from cleaner.rules.draft_words import category_of, literal, matches, name_of, quoted, shortened, slug
from cleaner.rules.draft_yaml import Draft, DraftError, free_name, pack_yaml, scalar
from cleaner.rules.files import RuleFile
from cleaner.rules.load import RuleSet
from cleaner.rules.model import Pack
from cleaner.rules.packs import read_packs
from cleaner.rules.pattern_bound import MAX_LINE_CHARS
from cleaner.rules.problems import Problem
from cleaner.rules.prove import prove
from cleaner.segment import Page, segment

NEAR_END = Fraction(1, 4)  # lines of the last quarter, and tails in the last half, get a condition of place
TAIL_LINES_SHOWN = 3


@dataclass(frozen=True)
class Run:
    """Lines of a text that one rule should take: places among the lines that are not blank, and what a replaced line
    becomes.
    """

    first: int
    count: int
    after: str | None = None


@dataclass(frozen=True)
class Source:
    """A text as rules see it; `kept` are the places (among lines that are not blank) that no rule should take."""

    name: str
    page: Page
    kept: frozenset[int]

    def at(self, place: int) -> str:
        """The text of the line at that place."""
        return self.page.content[place].text

    def context(self, run: Run, step: int, count: int) -> list[str]:
        """The nearest kept lines before (step -1) or after the run, in text order, shortened."""
        place = run.first - 1 if step < 0 else run.first + run.count
        found: list[str] = []
        taken = {self.page.content[run.first + offset].phrase for offset in range(run.count)}
        while 0 <= place < len(self.page.content) and len(found) < count:
            if place in self.kept and self.page.content[place].phrase not in taken:
                found.append(shortened(self.at(place)))
            place += step
        return found[::-1] if step < 0 else found


# ------------------------------------------------------------------ where drafts come from


def draft_from_lines(path: Path, text: str, first: int, last: int, *, name: str = "") -> Draft:
    """A rule that takes the lines `first` to `last` (1-based, both included) of the text.

    Raises `DraftError` where there are no such lines or nothing but blank ones.
    """
    page = _page(text)
    if not 1 <= first <= last <= len(page.lines):
        raise DraftError(f"{path} has lines 1 to {len(page.lines)}; there is no {_span(first, last)}")
    chosen = [line.place for line in page.lines[first - 1 : last] if not line.is_blank]
    if not chosen:
        raise DraftError(f"{path}:{_span(first, last)} is blank; name a line that says something")
    run = Run(chosen[0], len(chosen))
    kept = frozenset(range(len(page.content))) - set(chosen)
    return _draft(Source(str(path), page, kept), run, name)


def draft_from_diff(path: Path, raw: str, clean: str, *, name: str = "") -> list[Draft]:
    """A rule for each run of lines that the clean text lacks, and for each line that reads otherwise there; none for a
    run that an earlier one takes.

    Raises `DraftError` where the texts do not differ, and where the clean one has lines that the raw one lacks.
    """
    page, wanted = _page(raw), _page(clean)
    runs = list(_runs(page, wanted, path))
    if not runs:
        raise DraftError(f"no line of {path} is missing from its clean copy, nor changed in it")
    taken = {place for run in runs for place in range(run.first, run.first + run.count)}
    source = Source(str(path), page, frozenset(range(len(page.content))) - taken)
    drafts: list[Draft] = []
    done: set[int] = set()
    for run in runs:
        numbers = {page.content[run.first + offset].number for offset in range(run.count)}
        if run.after is None and numbers <= done:
            continue
        draft = _draft(source, run, name)
        if all((draft.scope, draft.fields) != (other.scope, other.fields) for other in drafts):
            drafts.append(replace(draft, name=free_name(draft.name, [other.name for other in drafts])))
            if run.after is None:
                done |= _taken(_rules_of(draft), page)
    return drafts


def _runs(page: Page, wanted: Page, path: Path) -> Iterator[Run]:
    ours, theirs = [line.text for line in page.content], [line.text for line in wanted.content]
    for tag, start, end, clean_start, clean_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        place = start
        for clean_place in range(clean_start, clean_end):
            candidates = range(place, end - (clean_end - clean_place - 1))
            if not candidates:
                line = wanted.content[clean_place]
                raise DraftError(
                    f"the clean copy has a line that {path} lacks (line {line.number + 1}: {shortened(line.text)!r}); "
                    "rules remove and replace, they don't add lines"
                )
            best = max(candidates, key=lambda other: _likeness(ours[other], theirs[clean_place]))
            if best > place:
                yield Run(place, best - place)
            yield Run(best, 1, theirs[clean_place])
            place = best + 1
        if end > place:
            yield Run(place, end - place)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:1000], other[:1000], autojunk=False).ratio()


# ------------------------------------------------------------------ one rule


def _draft(source: Source, run: Run, name: str) -> Draft:
    """The first form of the rule that loads, takes the run and whose examples come out as written."""
    opening = source.page.content[run.first]
    if len(opening.text) > MAX_LINE_CHARS:
        raise DraftError(
            f"{source.name}:{opening.number + 1} has {len(opening.text):,} characters; rules know lines of at most "
            f"{MAX_LINE_CHARS:,}"
        )
    for draft in _forms(source, run, name):
        if _is_sound(draft, source, run):
            return draft
    raise DraftError(f"{source.name}:{opening.number + 1}: no rule takes this line and keeps a sentence that quotes it")


def _forms(source: Source, run: Run, name: str) -> Iterator[Draft]:
    """Forms of the rule, the best first: as a phrase or pattern, with and without a place."""
    opening = source.page.content[run.first]
    texts = [source.at(run.first + offset) for offset in range(run.count)]
    category = category_of(" ".join(texts[:3]))
    is_tail = run.count > 1 and run.first + run.count == len(source.page.content)
    scope = "tail" if is_tail else "block" if run.count > 1 else "line"
    near_misses = (
        f'"{quoted(opening)}" stood on the sign, and nobody knew what it was for.',
        f"Nobody knew why the sign said {quoted(opening)} to everyone who came by.",
    )
    if run.after is not None:
        yield from _inline_forms(source, run, name)
    name = name or name_of(opening)
    forms = matches(opening, run.after)
    for match, below, place, near_miss in product(forms, (True, False), (True, False), near_misses):
        fields = [match]
        if run.after is not None:
            fields += ["action: replace", f"with: {scalar(run.after.replace(chr(92), chr(92) * 2))}"]
        if scope == "block":
            fields.append(f"take: {_take(source.page.content[run.first + 1 : run.first + run.count])}")
        shown = texts[:TAIL_LINES_SHOWN] if is_tail else texts
        before = source.context(run, -1, max(1, len(shown) - 1) if is_tail and place else 1)
        after = source.context(run, 1, 1) if below and not is_tail else []
        if place:
            standing = len(shown) + len(after)
            if not _is_near_end(source.page, opening, is_tail) or standing - 1 >= (len(before) + standing) / 2:
                continue
            fields.append("where: {last: 50%}")
        diff = [f"= {line}" for line in before] + [f"- {line}" for line in shown]
        diff += [f"+ {run.after}"] if run.after is not None else []
        diff += [f"= {line}" for line in after]
        yield Draft(name, category, scope, tuple(fields), ("\n".join(diff), f"= {near_miss}"))


def _inline_forms(source: Source, run: Run, name: str) -> Iterator[Draft]:
    """A line that has lost its beginning or its end: the rule takes that span."""
    text, after = source.at(run.first), run.after or ""
    shape = source.page.content[run.first].shape
    words, pattern = "", ""
    if after and text.endswith(after) and text[: -len(after)].strip():
        words = shape[: -len(after)].strip()
        pattern = "^" + literal(words)
    elif after and text.startswith(after) and text[len(after) :].strip():
        words = shape[len(after) :].strip()
        pattern = literal(words) + "$"
    if not pattern:
        return
    before, below = source.context(run, -1, 1), source.context(run, 1, 1)
    diff = [f"= {line}" for line in before] + [f"- {text}", f"+ {after}"] + [f"= {line}" for line in below]
    examples = ("\n".join(diff), f"= Nobody knew why the sign said {words[:100]} to everyone who came by.")
    name = name or slug(words) or name_of(source.page.content[run.first])
    yield Draft(name, category_of(words), "inline", (f"pattern: {scalar(pattern)}",), examples)


def _take(below: Sequence[Line]) -> str:
    headings = ", while: {heading: true}" if all(line.is_heading for line in below) else ""
    return f"{{lines: {len(below)}{headings}}}"


def _is_near_end(page: Page, line: Line, is_tail: bool) -> bool:
    place, count = line.place, len(page.content)
    return count >= 4 and count - 1 - place < (Fraction(1, 2) if is_tail else NEAR_END) * count


def _is_sound(draft: Draft, source: Source, run: Run) -> bool:
    """Whether the draft loads, its examples come out, and it takes its lines in the text that they are from."""
    problems: list[Problem] = []
    rules = _read(pack_yaml("draft", [draft]), "draft", problems)
    if rules is None or not all(outcome.passed for outcome in prove(rules)):
        return False
    taken = _taken(rules, source.page)
    return {source.page.content[run.first + offset].number for offset in range(run.count)} <= taken


def _taken(rules: RuleSet, page: Page) -> set[int]:
    """Numbers of the lines (0-based) that the rules change in a page."""
    edits = Judge(rules.rules).look(page).edits
    return {line.number for line in page.content for edit in edits if line.start <= edit.start < line.end}


def _read(text: str, name: str, problems: list[Problem]) -> RuleSet | None:
    packs: list[Pack] = read_packs([RuleFile(Path(name), name, text.encode(), False)], problems)
    if problems or not packs:
        return None
    return RuleSet(tuple(sorted(packs[0].rules, key=lambda rule: rule.id)), name)


def _rules_of(draft: Draft) -> RuleSet:
    rules = _read(pack_yaml("draft", [draft]), "draft", [])
    assert rules is not None, "a draft is tried before it is handed out"
    return rules


def other_lines(draft: Draft, text: str, clean: str | None = None) -> list[int]:
    """Lines of the text (1-based) that the drafted rule takes; where a clean text is given, those that it keeps."""
    page = _page(text)
    kept = {line.text for line in _page(clean).content} if clean is not None else None
    taken = sorted(_taken(_rules_of(draft), page))
    return [number + 1 for number in taken if kept is None or page.lines[number].text in kept]


def _page(text: str) -> Page:
    """The lines of the text after repairs, so that they are what rules see; blank lines stay, so numbers fit."""
    bare = Cleaner.of(RuleSet((), ""))
    mended = cut(text, repair(text))
    lines = (bare.clean(line).text.strip() if line.strip() else "" for line in mended.split("\n"))
    return segment(Document("\n".join(lines)))


def _span(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"
