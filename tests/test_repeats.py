"""What lines have in common, asked as the definitions say it."""

from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from cleaner.repeats import (
    ENDS_IN_HEAD,
    HOLDS,
    HOLDS_FIRST_WORD,
    IS_IN,
    places_beside,
    places_by_phrase,
    repeated_places,
    repeated_runs,
)

PHRASES = st.lists(st.text("ab ", max_size=6).map(lambda text: " ".join(text.split()).encode()), max_size=12)


@given(PHRASES)
def test_repeated_places_and_places_by_phrase(phrases: list[bytes]) -> None:
    places = places_by_phrase(phrases)
    assert places == {said: [place for place, one in enumerate(phrases) if one == said] for said in set(phrases)}
    assert repeated_places(phrases) == [place for place, said in enumerate(phrases) if said and len(places[said]) > 1]


@given(PHRASES)
def test_runs_say_what_earlier_lines_say(phrases: list[bytes]) -> None:
    runs = repeated_runs(phrases)
    covered = [place for run in runs for place in run]
    assert covered == sorted(set(covered))
    for run in runs:
        distances = [distance for distance in range(1, run.start + 1) if repeats(phrases, run, distance)]
        assert distances
        is_last = run.stop == len(phrases)
        assert is_last or any(phrases[run.stop] != phrases[run.stop - distance] for distance in distances)
    first = {said: phrases.index(said) for said in phrases}
    assert {place for place, said in enumerate(phrases) if said and first[said] < place} <= set(covered)


def repeats(phrases: list[bytes], run: range, distance: int) -> bool:
    return all(phrases[place] == phrases[place - distance] for place in run)


@given(PHRASES, st.sampled_from([1, -1]))
def test_neighbours(phrases: list[bytes], step: int) -> None:
    def asked(relation: int) -> list[int]:
        return places_beside(phrases, range(len(phrases)), step, relation)

    pairs = [
        (place, phrases[place], phrases[place + step])
        for place in range(len(phrases))
        if 0 <= place + step < len(phrases)
    ]
    assert asked(IS_IN) == [place for place, one, other in pairs if one in other]
    assert asked(HOLDS) == [place for place, one, other in pairs if other in one]
    assert asked(HOLDS_FIRST_WORD) == [place for place, one, other in pairs if other.split(b" ")[0] in one]
    assert asked(ENDS_IN_HEAD) == [place for place, one, other in pairs if ends_in_head(one, other)]


def ends_in_head(one: bytes, other: bytes) -> bool:
    """Whether the line ends in a part of the other's beginning behind which no letter or digit follows there."""
    heads = (other[:end] for end in range(1, len(other) + 1) if not regex.match(rb"[a-z0-9]", other[end : end + 1]))
    return any(one.endswith(head) for head in heads)
