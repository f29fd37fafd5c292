"""The screen finds every literal that stands where it must, and asks of a line what its pattern needs; nothing else."""

from __future__ import annotations

import pickle
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.fold import fold_phrase
from cleaner.rules.grams import choose_grams
from cleaner.rules.known_phrases import KnownPhrases
from cleaner.rules.literals import needs_of
from cleaner.rules.load import load_rules
from cleaner.rules.needs import Needs
from cleaner.rules.pattern import LinePattern
from cleaner.rules.screen import Screen, Trial
from cleaner.scan import scan
from cleaner.utf8 import encode

RULE = load_rules().rules[0]
ANYTHING = Needs(None, ())

# Few letters, so that literals share their bytes, begin with each other and overlap; one of two bytes, one of three.
LETTERS = st.sampled_from("ab c\N{COPYRIGHT SIGN}\N{BULLET}")
LITERALS = st.lists(st.text(LETTERS, min_size=1, max_size=6).map(str.strip).filter(lambda text: len(text.encode()) > 1))
TEXTS = st.text(LETTERS | st.just("\n"), max_size=60)


def trial(order: int, **limits: int) -> Trial:
    return Trial(LinePattern("x"), RULE, order, needs=ANYTHING, **limits)


def candidates(screen: Screen, text: str) -> dict[int, set[int]]:
    found = screen.candidates(scan(encode(text)))
    return {place: {one.order for one in trials} for place, trials in found.items()}


@given(heads=LITERALS, others=LITERALS, text=TEXTS)
@settings(max_examples=1_000, deadline=None)
def test_literals_are_found_where_they_stand(heads: list[str], others: list[str], text: str) -> None:
    literals = list(dict.fromkeys([*(f"\n{head}" for head in heads), *others]))
    screen = Screen({literal.encode(): [trial(order)] for order, literal in enumerate(literals)})
    scanned = scan(encode(text))
    lines = [scanned.folded_line(place) for place in range(scanned.line_count)]
    wanted = {
        place: {order for order, literal in enumerate(literals) if is_in(literal, line)}
        for place, line in enumerate(lines)
    }
    assert candidates(screen, text) == {place: orders for place, orders in wanted.items() if orders}


def is_in(literal: str, line: bytes) -> bool:
    return line.startswith(literal.encode()) if literal.startswith("\n") else literal.encode() in line


WORDS = st.sampled_from(["rain", "the", "-", "\N{BULLET}", "sea", "Sea rain", "harbour"])
LONG_LINES = st.lists(st.sampled_from(["a", "tide", "-"]), max_size=400).map(" ".join)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([1, 2, 3, 20, 21, 60, 61, 120, 121, 400, 401, 1_000])
        for name in ("longest_chars", "most_words", "first", "last")
    },
)


@given(
    rules=st.lists(st.tuples(WORDS, LIMITS), max_size=8),
    lines=st.lists(st.tuples(LONG_LINES, WORDS, LONG_LINES).map(" ".join), max_size=8),
    gone=st.sets(st.integers(0, 7)),
)
@settings(max_examples=400, deadline=None)
def test_limits_hold_on_lines_of_all_lengths(
    rules: list[tuple[str, dict[str, int]]], lines: list[str], gone: set[int]
) -> None:
    by_literal: defaultdict[bytes, list[Trial]] = defaultdict(list)
    for order, (word, limits) in enumerate(rules):
        by_literal[word.lower().encode()].append(trial(order, **limits))
    screen, scanned = Screen(by_literal), scan(encode("\n".join(lines)))
    kept = [place for place in range(scanned.line_count) if place not in gone]

    def wanted(places: list[int], *, at_edges_alone: bool) -> dict[int, set[int]]:
        found = {
            place: {
                order
                for order, (word, limits) in enumerate(rules)
                if word.lower() in (line := lines[place].strip().lower())
                and len(line) <= limits.get("longest_chars", 10**6)
                and scanned.word_count(place) <= limits.get("most_words", 10**6)
                and number < limits.get("first", 10**6)
                and len(places) - number <= limits.get("last", 10**6)
                and not (at_edges_alone and not limits.keys() & {"first", "last"})
            }
            for number, place in enumerate(places)
        }
        return {place: orders for place, orders in found.items() if orders}

    def orders(found: dict[int, list[Trial]]) -> dict[int, set[int]]:
        assert all([one.order for one in trials] == sorted({one.order for one in trials}) for trials in found.values())
        return {place: {one.order for one in trials} for place, trials in found.items()}

    assert orders(screen.candidates(scanned)) == wanted(list(range(scanned.line_count)), at_edges_alone=False)
    assert orders(screen.candidates_at_edges(scanned, kept)) == wanted(kept, at_edges_alone=True)


def test_trials_without_a_literal_are_tried_on_every_line() -> None:
    screen = Screen({b"": [trial(0), trial(1, longest_chars=3), trial(2, last=1)]})
    assert candidates(screen, "one\n\nlonger\nsea") == {0: {0, 1}, 1: {0}, 2: {0, 1, 2}}


@given(known=LITERALS, text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_known_phrases_are_found(known: list[str], text: str) -> None:
    scanned = scan(encode(text))
    phrases = {encode(fold_phrase(phrase)) for phrase in known}
    assert KnownPhrases(phrases).places(scanned) == [
        place for place, phrase in enumerate(scanned.phrases) if phrase is None or phrase in phrases
    ]


def test_many_literals_with_the_same_bytes() -> None:
    literals = [f"xqz{number}" for number in range(3_000)]
    screen = Screen({literal.encode(): [trial(order)] for order, literal in enumerate(literals)})
    assert candidates(screen, "a xqz1 b\nxqz\nxqz2999") == {0: {1}, 2: {2, 29, 299, 2999}}


@pytest.mark.parametrize("word", ["tide ", "tides"])  # few words: a short line, of one step
@pytest.mark.parametrize("limits", [{}, {"longest_chars": 9_000, "most_words": 9_000}, {"last": 1}])
def test_literals_are_found_at_any_place_of_a_line(word: str, limits: dict[str, int]) -> None:
    screen = Screen({b"harbour": [trial(0, **limits)], b"harbours": [trial(1, **limits)]})
    for length in (*range(8), *range(2_030, 2_060)):
        before = (word * 500)[:length]
        assert candidates(screen, f"sea\n{before}harbour {word * 30}") == ({1: {0}})
        assert candidates(screen, f"{before}harbor\n{before}harbours") == ({1: {0, 1}})


@pytest.mark.parametrize(
    ("line", "is_tried"),
    [
        ("ab", {0, 1}),
        ("a", {0}),
        ("abcd", {0, 1, 2, 3}),
        ("abc", {0, 1, 2}),
        ("abcdefg", {0, 1, 2, 3}),
        ("abcdefgh", {0, 1, 2, 3, 4}),
        ("abcdefgx", {0, 1, 2, 3}),
        ("b", set()),
        ("bcdefghi", set()),
    ],
)
def test_literals_of_all_lengths_begin_lines(line: str, is_tried: set[int]) -> None:
    heads = ["a", "ab", "abc", "abcd", "abcdefgh"]
    screen = Screen({f"\n{head}".encode(): [trial(order)] for order, head in enumerate(heads)})
    assert candidates(screen, line) == ({0: is_tried} if is_tried else {})
    assert candidates(screen, f"{line} bcd") == ({0: is_tried} if is_tried else {})


def test_grams_of_frequent_words_are_left_alone() -> None:
    chosen = choose_grams([[b"with", b"ithj", b"thjz"], [b"that"], [b"ithj", b"thjq"], [b"your", b"that"]])
    assert chosen == [b"thjz", b"that", b"thjq", b"that"]


@pytest.mark.parametrize(
    ("limits", "text", "is_tried"),
    [
        ({}, "a word of it", True),
        ({"longest_chars": 12}, "a word of it", True),
        ({"longest_chars": 11}, "a word of it", False),
        ({"most_words": 4}, "a word of it", True),
        ({"most_words": 3}, "a word of it", False),
    ],
)
def test_what_is_too_long_is_not_tried(limits: dict[str, int], text: str, is_tried: bool) -> None:
    assert bool(candidates(Screen({b"word": [trial(0, **limits)]}), text)) is is_tried


@pytest.mark.parametrize(
    ("pattern", "line", "are_met"),
    [
        ("(also read|read next)[:|].+", "Read next: ferries", True),
        ("(also read|read next)[:|].+", "read ferries", False),
        ("(also read|read next)[:|].+", "so read next: ferries", False),
        (".*(sign up|subscribe).*newsletter.*", "Please subscribe to the newsletter", True),
        (".*(sign up|subscribe).*newsletter.*", "Please subscribe", False),
        (".*(sign up|subscribe).*newsletter.*", "The newsletter", False),
        (r"\d+ comments?", "12 comments", True),
        (r"\d+ comments?", "no comments", False),
        (r"\p{Lu}.*", "anything", True),
        (r"(share)?\W*(email|print)\b.*", "- Email, print", True),
        (r"(share)?\W*(email|print)\b.*", "\N{BULLET} Email, print", True),
        (r"(share)?\W*(email|print)\b.*", "Please email", False),
        (r"(share)?\W*(email|print)\b.*", "...", False),
        (r"(get|try) the (new )*([a-z]+ )?(app|apps)", "Get the app", True),
        (r"(get|try) the (new )*([a-z]+ )?(app|apps)", "Get the picture", False),
    ],
)
def test_needs(pattern: str, line: str, are_met: bool) -> None:
    needs = needs_of(pattern)
    folded = scan(encode(line)).folded
    assert needs.are_met(folded) is are_met
    assert pickle.loads(pickle.dumps(needs)).are_met(folded) is are_met
