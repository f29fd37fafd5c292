"""What rules ask for of the lines that stay is what they ask for, again and again, of a text without the others."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from cleaner import Document, Reason
from cleaner.cut import cut
from cleaner.judge import Judge
from cleaner.rules.load import read_pack
from cleaner.rules.model import Rule
from cleaner.rules.problems import Problem
from cleaner.segment import segment

PROSE = "The council votes on Monday, and nobody knows how it will end."
TITLE = "Ferry strike enters its second week"

MATCHES = ["phrases: [x]", "phrases: [x, y, z]", "pattern: '[xy]+'", "phrases: [z], pattern: ['x.*', '.*y']"]
TESTS = [
    *("phrases: [x]", "phrases: [y, z]", "pattern: 'x.*'", "not: {phrases: [y]}", "prose: true", "words: {max: 1}"),
    "heading: true",
]
BESIDE = [*TESTS, "edge: true", "adjacent: true", "adjacent: false, phrases: [x, y]"]
RANGES = ["max: 0", "min: 1", "min: 2, max: 3"]


def one_of(form: str, choices: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([form.format(choice) for choice in choices])


PLACES = one_of("where: {{{}}}", ["first: 1", "last: 1", "first: 3", "last: 2", "first: 30%", "last: 50%", "last: 25"])
CONDITIONS = st.one_of(
    PLACES,
    PLACES,
    one_of("next: {{{}}}", BESIDE),
    one_of("previous: {{{}}}", BESIDE),
    one_of("ahead: {{lines: 2, {}}}", TESTS),
    one_of("behind: {{min: 2, {}}}", TESTS),
    one_of("run: {{{}}}", RANGES),
    one_of("above: {{prose: {{{}}}}}", RANGES),
    one_of("below: {{prose: {{{}}}}}", RANGES),
    one_of("below: {{prose-run: {{{}}}}}", RANGES),
)
ASKED = st.lists(
    CONDITIONS | st.builds("unless: {{because: why, {}}}".format, CONDITIONS),
    min_size=1,
    max_size=2,
    unique_by=lambda condition: condition.split(":")[0],
)
TAKES = one_of("take: {{{}}}", ["lines: 2", "until-blank: true", *(f"while: {{{test}}}" for test in BESIDE)])
REPEATS = one_of(
    "repeats: {{{}}}",
    [
        *("of: earlier", "of: earlier, within: 1", "of: earlier, passage: {lines: 2}", "of: previous", "of: next"),
        *("of: headline, match: contained", "of: headline", "of: next, match: prefix"),
    ],
)
BODIES = st.one_of(
    st.builds("scope: line, {}".format, st.sampled_from([*MATCHES, *MATCHES, "words: {max: 1}", "prose: true"])),
    st.builds("scope: block, {}, {}".format, st.sampled_from(MATCHES), TAKES),
    st.builds("scope: {}, {}".format, st.sampled_from(["head", "tail"]), st.sampled_from(MATCHES)),
    st.builds("scope: line, action: keep, {}".format, st.sampled_from(MATCHES)),
    st.builds("scope: duplicate, {}, category: duplicate".format, REPEATS),
    st.builds("scope: duplicate, {}, category: headline".format, REPEATS),
    st.sampled_from(["scope: inline, pattern: 'x( z)?'", "scope: inline, phrases: [y], action: replace, with: x"]),
)
RULES = st.lists(st.tuples(BODIES, ASKED).map(lambda parts: ", ".join([parts[0], *parts[1]])), min_size=3, max_size=6)
LINES = st.sampled_from([*"xxxyyyzz", "xy", "x z", "Ferry strike", TITLE, TITLE, PROSE, "No boats, he said."])
TEXTS = st.lists(
    st.tuples(LINES, st.sampled_from(["\n", "\n", "\n", "\n\n", " \n", "\n\n\n"])).map("".join), min_size=4, max_size=14
).map("".join)


def read_rules(bodies: list[str]) -> tuple[Rule, ...]:
    shared = "rev: 1, why: why, examples: ['- x', '= y']"
    lines = [
        f"  - {{id: r{number}, {shared}, {'' if 'category' in body else 'category: promo, '}{body}}}\n"
        for number, body in enumerate(bodies)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.yaml")
        path.write_text(f"pack: t\nrules:\n{''.join(lines)}", encoding="utf-8")
        problems: list[Problem] = []
        pack = read_pack(path, problems)
    assert pack is not None, problems
    return pack.rules


def judged_by_texts(judge: Judge, document: Document) -> tuple[str, dict[int, Reason]]:
    """The text at the end, and which lines of the first one went for which reason, by their places there."""
    gone: dict[int, Reason] = {}
    places = list(range(len(segment(document).content)))
    while True:
        judged = judge.look(segment(document))
        gone |= {places[place]: reason for place, reason in judged.gone.items()}
        text = cut(document.text, judged.layer)
        if judged.inside or not judged.gone:
            return text, gone
        places = [at for place, at in enumerate(places) if place not in judged.gone]
        document = structs.replace(document, text=text)


@given(RULES, TEXTS, st.sampled_from([None, TITLE]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_view_of_lines_is_judged_like_their_text(bodies: list[str], text: str, title: str | None) -> None:
    rules = read_rules(bodies)
    document = Document(text, title=title)
    judged = Judge(rules).judge(segment(document))
    assert (cut(text, judged.layer), judged.gone) == judged_by_texts(Judge(rules), document)
