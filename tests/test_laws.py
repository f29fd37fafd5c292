"""The laws of the design, on documents that are made to meet the rules."""

from __future__ import annotations

import json
import lzma
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from cleaner import Action, Cleaned, Cleaner, Document, Edit, Reason
from cleaner.cut import LINE_END, compose, cut, locate, restore
from cleaner.fold import fold_phrase, fold_shape
from cleaner.rules.load import RuleSet, load_rules, read_pack
from cleaner.rules.model import Rule, Scope
from cleaner.rules.problems import Problem
from cleaner.rules.profile import OPTIONAL, Selection

BENCH = Path(__file__).parents[2] / "shared" / "bench" / "raw"

settings.register_profile(
    "laws",
    max_examples=150,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
LAWS = settings.get_profile("laws")

# What no shipped rule does: replace, keep, take the head, cut part of a match, wait for other lines to go.
OWN_RULES = [
    r"spelling, scope: inline, action: replace, pattern: '\bcolou(r)', with: 'colo\1'",
    "label, scope: line, action: replace, phrases: [related], with: See also",
    r"precious, scope: line, action: keep, pattern: '.*\bMonday\b.*', words: {max: 6}",
    "masthead, scope: head, phrases: [skip to content], where: {first: 50%}",
    r"aside, scope: inline, pattern: '(?P<cut>\(\w+\)) ?\w*', phrases: [read more]",
    "last, scope: line, phrases: [facebook, home], next: {edge: true}",
]


def read_own_rules() -> tuple[Rule, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        shared = "rev: 1, why: why, category: promo, examples: ['- x', '= y']"
        path.write_text("pack: own\nrules:\n" + "".join(f"  - {{id: {rule}, {shared}}}\n" for rule in OWN_RULES))
        problems: list[Problem] = []
        pack = read_pack(path, problems)
    assert pack is not None, problems
    return pack.rules


SHIPPED = load_rules(selection=Selection(drop=OPTIONAL))
EVERY = RuleSet((*SHIPPED.rules, *read_own_rules()), "every")
BARE = Cleaner.of(RuleSet((), ""))
CLEANER = Cleaner.of(EVERY)


def mojibake(text: str, read_as: str) -> str:
    return text.encode().decode(read_as)


PROSE = [
    "The council votes on Monday, and nobody knows how it will end.",
    "No boats left the harbour on Tuesday, and none are planned before Thursday, the port authority said.",
    "Who would have thought that the colour of a bridge could keep a whole town awake for eleven nights in a row?",
    "He said: \N{LEFT DOUBLE QUOTATION MARK}Leave a reply at the door, and go.\N{RIGHT DOUBLE QUOTATION MARK}",
]
TITLES = [
    "Ferry strike enters its second week",
    "Warm welcome, minister walks guest to the car, cameras catch the moment",
    "Old bridge closes for good: what it means",
]
TITLED = [
    *(f"{title} {mark} Harbour Post" for title in TITLES for mark in "|-:"),
    *(f"Harbour Post: {title}" for title in TITLES),
    *(f"Slug of the story: {prose}" for prose in PROSE),
    *(
        piece
        for title in TITLES
        for piece in (title.upper(), title + "!", title[: len(title) // 2], title[len(title) // 2 :])
    ),
    "minister walks guest to the car",
    "what it means",
]
SHORT = [
    "Facebook",
    "Twitter",
    "Email",
    "Home",
    "Skip to content",
    "Related",
    "x",
    "1.2K Shares",
    "***",
    "(With)",
    "Monday",
]
# What each rule looks for and what its examples show, whole or line by line; one rule is as likely as another.
RULE_TEXTS = [
    [*rule.phrases, *(text for example in rule.examples for text in (example.raw, *example.raw.split("\n")))]
    for rule in EVERY.rules
]
BLANK = [
    "",
    " ",
    "\t",
    "\N{NO-BREAK SPACE}",
    "\N{EM SPACE}\N{IDEOGRAPHIC SPACE}",
    "\f",
    "\x1f",
    "\N{ZERO WIDTH SPACE}",
    "\0",
]
PIECES = [
    *("&amp;", "&lt;b&gt;", "&#8217;", "&nbsp;", "&#10;", "&amp;amp;", "<br>", "& "),
    *(
        mojibake(letter, how)
        for letter in (
            "\N{LATIN SMALL LETTER E WITH ACUTE}",
            "\N{RIGHT SINGLE QUOTATION MARK}",
            "\N{HORIZONTAL ELLIPSIS}",
        )
        for how in ("latin-1", "cp1252")
    ),
    *(
        "\0",
        "\x1b[1m",
        "\x92",
        "\x85",
        "\ud83d",
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        "\N{COMBINING ACUTE ACCENT}",
        "e",
        " ",
        ".",
    ),
    *(
        "\N{CJK UNIFIED IDEOGRAPH-6211}",
        "\N{IDEOGRAPHIC FULL STOP}",
        "\N{CYRILLIC SMALL LETTER DE}",
        "\N{ARABIC LETTER FEH}",
    ),
    *(
        "\N{LATIN SMALL LETTER SHARP S}",
        "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
        "\N{GRINNING FACE}",
        " (aside) ",
        "colour",
    ),
]
LINE_ENDS = ["\n"] * 8 + ["\n\n"] * 4 + ["\r\n", "\r", "\n\n\n", " \n", "\N{LINE SEPARATOR}", "\x85", "\r\n\r\n"]

HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=8).map("".join)
KNOWN = (
    st.sampled_from(RULE_TEXTS).flatmap(st.sampled_from)
    | st.sampled_from([*PROSE, *TITLES])
    | st.sampled_from(TITLED + SHORT)
)
DAMAGE = st.sampled_from(BLANK) | HOSTILE
LINE = KNOWN | KNOWN | DAMAGE | st.tuples(KNOWN, DAMAGE).map("".join) | st.tuples(DAMAGE, KNOWN).map("".join)
TEXT = HOSTILE | st.lists(LINE, min_size=3, max_size=10).flatmap(
    lambda pool: st.lists(
        st.tuples(st.sampled_from(pool), st.sampled_from(LINE_ENDS)).map("".join), min_size=3, max_size=16
    ).map("".join)
)
TEXT |= st.tuples(TEXT, LINE).map("".join)
DOCUMENTS = st.builds(
    Document,
    TEXT,
    title=st.none() | st.sampled_from([*TITLES, *TITLED, "Home", "***", ""]),
    url=st.sampled_from(
        [None, "https://www.news.example/1", "https://www.news.example/ferry-strike-enters-second-week", "not a url"]
    ),
    language=st.sampled_from([None, "en", "en-GB", "de"]),
)


def assert_sound(edits: Sequence[Edit], source: str) -> None:
    """Edits are sorted, disjoint and in range, and say truly what stood there and where."""
    position = 0
    line_ends = [match.end() for match in LINE_END.finditer(source)]
    for edit in edits:
        assert position <= edit.start <= edit.end <= len(source)
        assert edit.before == source[edit.start : edit.end] != edit.after
        assert edit.line == 1 + sum(end <= edit.start for end in line_ends)
        position = edit.end


def assert_explained(cleaned: Cleaned) -> None:
    """The edits are the whole way from the source to the text, and back."""
    assert_sound(cleaned.edits, cleaned.source)
    assert cut(cleaned.source, cleaned.edits) == cleaned.text
    assert restore(cleaned.text, cleaned.edits) == cleaned.source


@given(DOCUMENTS)
@LAWS
def test_the_edits_are_the_result(document: Document) -> None:
    cleaned = CLEANER.clean_document(document)
    assert cleaned.source == document.text
    assert_explained(cleaned)


@given(DOCUMENTS)
@LAWS
def test_cleaning_twice_is_cleaning_once(document: Document) -> None:
    once = CLEANER.clean_document(document)
    again = CLEANER.clean_document(structs.replace(document, text=once.text))
    assert (again.text, again.edits) == (once.text, ())


@given(DOCUMENTS)
@LAWS
def test_white_space(document: Document) -> None:
    text = CLEANER.clean_document(document).text
    assert text == "" or (text.endswith("\n") and not text.startswith("\n"))
    assert "\n\n\n" not in text
    assert not text.endswith("\n\n")
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert set(LINE_END.findall(text)) <= {"\n"}


@given(DOCUMENTS, DOCUMENTS)
@LAWS
def test_a_document_depends_on_itself_alone(one: Document, other: Document) -> None:
    used = Cleaner.of(EVERY)
    first = used.clean_document(one)
    used.clean_document(other)
    assert used.clean_document(one) == first == CLEANER.clean_document(one)


@given(DOCUMENTS, st.randoms(use_true_random=False))
@LAWS
def test_the_order_of_rules_does_not_matter(document: Document, random: Random) -> None:
    rules = list(EVERY.rules)
    random.shuffle(rules)
    assert Cleaner.of(RuleSet(tuple(rules), "")).clean_document(document) == CLEANER.clean_document(document)


@given(DOCUMENTS)
@LAWS
def test_removing_never_adds_and_counts_lines(document: Document) -> None:
    mended = BARE.clean(document.text.replace("<", "(")).text
    cleaned = Cleaner.of(SHIPPED).clean_document(structs.replace(document, text=mended))
    assert all(edit.after == "" for edit in cleaned.edits)
    lines_before, lines_after = (sum(1 for line in text.split("\n") if line) for text in (mended, cleaned.text))
    assert lines_before - lines_after == sum(edit.takes_line for edit in cleaned.edits)


def words(text: str) -> str:
    return " " + " ".join(regex.findall(r"\w+", text)) + " "


def what_is_said(rule: Rule, line: str) -> str:
    """The folded text that a duplicate repeats."""
    for pattern in rule.patterns:
        match = pattern.compiled.fullmatch(fold_shape(line.strip()))
        if match:
            return fold_phrase(match["said"])
    return fold_phrase(line)


def repeats(rule: Rule, said: str, other: str) -> bool:
    is_whole = rule.duplicate is not None and rule.duplicate.match == "exact"
    return said == other if is_whole else words(said) in words(other)


@given(DOCUMENTS)
@LAWS
def test_what_a_duplicate_says_stays(document: Document) -> None:
    """From each line that went one comes to a line that stayed, going from a duplicate to what it repeats."""
    rules = RuleSet(tuple(rule for rule in SHIPPED.rules if rule.scope is Scope.DUPLICATE), "")
    mended = BARE.clean(document.text.replace("<", "(")).text
    cleaned = Cleaner.of(rules).clean_document(structs.replace(document, text=mended))
    stayed = {fold_phrase(line) for line in cleaned.text.split("\n")}
    gone = [(rules.by_id[edit.reason.rule], edit.before) for edit in cleaned.removals]
    found = [False] * len(gone)
    for _ in gone:
        for place, (rule, line) in enumerate(gone):
            said = what_is_said(rule, line)
            others = [fold_phrase(other) for at, (_, other) in enumerate(gone) if found[at]]
            found[place] = found[place] or any(repeats(rule, said, other) for other in (*stayed, *others))
    assert all(found), [line for (_, line), is_found in zip(gone, found, strict=True) if not is_found]


@st.composite
def layers(draw: st.DrawFn, text: str, name: str) -> list[Edit]:
    """Arbitrary edits of a text: sorted and disjoint, touching or not, each of which changes something."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    edits: list[Edit] = []
    for start, end in zip(points[::2], points[1::2], strict=False):
        after = draw(st.just("") | st.text("XYZ", max_size=3))
        if text[start:end] != after:
            reason = Reason(f"{name}{len(edits)}", 1, "")
            edits.append(Edit(start, end, after, draw(st.sampled_from(Action)), reason))
    return edits


@given(st.text("ab\n", max_size=12), st.data())
@settings(LAWS, max_examples=1000)
def test_two_layers_are_one(source: str, data: st.DataObject) -> None:
    first = data.draw(layers(source, "first"))
    middle = cut(source, first)
    second = data.draw(layers(middle, "second"))
    both = compose(first, second)
    text = cut(middle, second)
    assert cut(source, both) == text
    assert restore(text, locate(source, both)) == source
    ends = [0, *(edit.end for edit in both)]
    assert all(end <= edit.start <= edit.end for end, edit in zip(ends, both, strict=False))
    assert all(edit.start < edit.end or edit.after for edit in both)
    removals = [edit for edit in first if not edit.after and edit.action is not Action.REPAIR]
    assert all(removal in both for removal in removals)


@pytest.mark.parametrize("track", ["trafilatura", "inscriptis"])
def test_laws_on_real_text(track: str) -> None:
    path = BENCH / f"{track}.jsonl.xz"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    seen = 0
    with lzma.open(path, "rt", encoding="utf-8") as records:
        for record in records:
            fields = json.loads(record)
            cleaned = CLEANER.clean(fields["text"] or "", url=fields["url"])
            assert_explained(cleaned)
            assert CLEANER.clean(cleaned.text, url=fields["url"]).edits == ()
            seen += len(cleaned.source)
            if seen > 100_000:
                break
    assert seen
