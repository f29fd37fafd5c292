"""The rule language as one table: every key, what its value may be, and what it means."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import yaml

from cleaner.rules.conditions import Around, Conditions, LineTest, PhraseSet, Range, Unless, Where
from cleaner.rules.example_text import ExampleText
from cleaner.rules.examples import Context
from cleaner.rules.kinds import Amount, Flag, Integer, Key, Many, Number, Pattern, Phrases, Table, Text
from cleaner.rules.model import CATEGORIES, Duplicate, Scope, Status, Take, Unproven, Verb
from cleaner.rules.nodes import Reader
from cleaner.rules.pattern import PatternSet
from cleaner.segment import Passage

NAME = r"[a-z0-9][a-z0-9-]*"


def _line_test(**values: Any) -> LineTest:
    phrases = values.pop("phrases", None)
    return LineTest(
        phrases=PhraseSet(phrases) if phrases else None,
        patterns=PatternSet(values.pop("pattern", ())),
        not_=values.pop("not", None),
        **values,
    )


def conditions(values: dict[str, Any]) -> Conditions:
    """The conditions among a table's values; takes the keys of `CONTEXT_KEYS`, and the rest is about the line
    itself.
    """
    context = {name: values.pop(name) for name in CONTEXT_KEYS if name in values}
    context |= context.pop("below", {})
    return Conditions(own=_line_test(**values), **context)


def _unless(because: str, **values: Any) -> Unless:
    return Unless(because, conditions(values))


RANGE = Table(
    {
        "min": Key(Integer(), "the fewest"),
        "max": Key(Integer(), "the most"),
    },
    Range,
    "a range",
)

SHAPE_KEYS = {
    "words": Key(RANGE, "how many words the line has"),
    "prose": Key(Flag(), "whether it reads as running text: 8 words or more and a sentence's end mark"),
    "heading": Key(Flag(), "whether it could be a title: 30 words at most, no stop, comma or colon at its end"),
}

MATCH_KEYS = {
    "phrases": Key(Phrases(), "what the whole line says, case, edge punctuation and quotes apart"),
    "pattern": Key(Many(Pattern()), "regular expression for the whole line (inline: for the span)"),
}

_NEGATED = Table(MATCH_KEYS | SHAPE_KEYS, _line_test, "a test of a line")

LINE_KEYS = MATCH_KEYS | SHAPE_KEYS | {"not": Key(_NEGATED, "a test that must fail")}

NEIGHBOUR = Table(
    LINE_KEYS
    | {
        "adjacent": Key(Flag(), "whether no blank line stands between"),
        "edge": Key(Flag(), "true: there is no such line, the text begins or ends here"),
    },
    _line_test,
    "a test of a line",
)

WHERE = Table(
    {
        "first": Key(Amount(), "among the first lines, or the first share of lines"),
        "last": Key(Amount(), "among the last lines, or the last share of lines"),
    },
    Where,
    "a place",
)

CONTEXT_KEYS = {
    "where": Key(WHERE, "position among the lines that are not blank"),
    "previous": Key(NEIGHBOUR, "test of the line before, blank lines apart"),
    "next": Key(NEIGHBOUR, "test of the line after, blank lines apart"),
    "domain": Key(Many(Text()), "hosts (globs; subdomains count) that the rule is for"),
}

_PROSE_ABOVE = Table({"prose": Key(RANGE, "how many lines of prose", required=True)}, lambda prose: prose, "lines")


def _below(prose: Range | None = None, prose_run: Range | None = None) -> dict[str, Range | None]:
    return {"below": prose, "below_run": prose_run}


_PROSE_BELOW = Table(
    {
        "prose": Key(RANGE, "how many lines of prose"),
        "prose-run": Key(RANGE, "how many lines of prose stand in a row, blank lines apart, where most do"),
    },
    _below,
    "lines",
)


def _around(lines: int | None = None, min: int = 1, **values: Any) -> Around:  # noqa: A002 - the key's name
    return Around(_line_test(**values), lines, min)


AROUND = Table(
    {
        "lines": Key(Integer(1), "how many lines are looked at, blank ones apart: all unless said otherwise"),
        "min": Key(Integer(1), "how many of them must pass the test: 1 unless said otherwise"),
    }
    | LINE_KEYS,
    _around,
    "lines around",
)

CONTEXT_KEYS |= {
    "title": Key(NEIGHBOUR, "test of the document's title; a document without one passes `edge: true` alone"),
    "address": Key(NEIGHBOUR, "test of the document's URL; a document without one passes `edge: true` alone"),
    "headline": Key(
        Text(("title", "address")), "the line says what the title field says, or the words in the document's URL"
    ),
    "run": Key(RANGE, "how many lines in a row (blank lines apart) this line is one of, all matching like it"),
    "above": Key(_PROSE_ABOVE, "what stands before the line, in the whole text"),
    "below": Key(_PROSE_BELOW, "what stands after the line, in the whole text"),
    "ahead": Key(AROUND, "a test that some of the next lines must pass"),
    "behind": Key(AROUND, "a test that some of the lines before must pass"),
}

UNLESS = Table(
    {"because": Key(Text(), "why the rule must not act here", required=True)} | LINE_KEYS | CONTEXT_KEYS,
    _unless,
    "an exception",
)


class Limited(Table):
    """A `take` that says how far the block reaches."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        """The `Take`."""
        take = super().read(node, reader)
        if isinstance(take, Take) and take == Take():
            return reader.problem(node, "the block has no end", f"add one of {', '.join(self.keys)}")
        return take


def _take(**values: Any) -> Take:
    return Take(values.get("lines"), values.get("until_blank", False), values.get("while"))


TAKE = Limited(
    {
        "lines": Key(Integer(1), "at most this many lines below"),
        "until-blank": Key(
            Flag(), "all lines up to the next blank line; where one is not taken, the rule does not act"
        ),
        "while": Key(NEIGHBOUR, "lines below as long as they pass this test"),
    },
    _take,
    "what a block takes",
)


PASSAGE = Table(
    {
        "lines": Key(Integer(2), "the fewest lines in a row, blank ones apart", required=True),
        "words": Key(Integer(1), "the fewest words of all of them"),
        "prose": Key(Integer(1), "the fewest lines of prose among them"),
    },
    lambda lines, words=0, prose=0: Passage(lines, words, prose),
    "a passage",
)


def _duplicate(of: str, match: str = "exact", similarity: Fraction | int = Fraction(9, 10), **reach: Any) -> Duplicate:
    return Duplicate(of, match, Fraction(similarity), **reach)


DUPLICATE = Table(
    {
        "of": Key(Text(("headline", "earlier", "previous", "next")), "the line that it repeats", required=True),
        "match": Key(Text(("exact", "contained", "prefix", "fuzzy")), "how it repeats it: exact unless said otherwise"),
        "similarity": Key(Amount(), "for fuzzy: the share of words in common, 90% unless said otherwise"),
        "within": Key(Integer(1), "for earlier: it stands at most this many lines before, blank ones apart"),
        "passage": Key(PASSAGE, "for earlier: the lines around it repeat those around the other one, in this measure"),
    },
    _duplicate,
    "what is repeated",
)

EXAMPLE = ExampleText(
    Table(
        {
            "text": Key(Text(), "the example as a diff", required=True),
            "title": Key(Text(), "title field of the document"),
            "url": Key(Text(), "URL of the document"),
            "language": Key(Text(), "language of the document"),
            "todo": Key(Text(), "why the example does not come out yet; it must fail until then"),
        },
        Context,
        "an example",
    )
)

UNPROVEN = Table(
    {
        "part": Key(Text(), "the part, as `cleaner rules test --mutate` names it", required=True),
        "because": Key(Text(), "why no example can show what it is for", required=True),
    },
    Unproven,
    "an unproven part",
)

RULE_KEYS = (
    {
        "id": Key(Text(form=NAME), "name inside the pack, never renamed, never reused", required=True),
        "rev": Key(Integer(1), "raised whenever what the rule removes changes", required=True),
        "why": Key(Text(), "what the line is, and why it is not the author's text", required=True),
        "category": Key(Text(CATEGORIES), "what users switch by", required=True),
        "scope": Key(Text(tuple(Scope)), "how far the rule reaches from its line", required=True),
        "action": Key(Text(tuple(Verb)), "remove unless said otherwise"),
        "status": Key(Text(tuple(Status)), "stable unless said otherwise; experimental rules are off unless asked for"),
        "language": Key(Many(Text()), "languages (en, pt-BR) that the rule is for, where not those of the pack"),
        "score": Key(Number(), "for action: score: evidence for (positive) or against keeping the line"),
        "with": Key(Text(may_be_space=True), "what a replaced line or span becomes"),
        "take": Key(TAKE, "what a block takes below its opening line"),
        "repeats": Key(DUPLICATE, "what a duplicate repeats; group `said` of a pattern narrows what is compared"),
        "unless": Key(Many(UNLESS), "exceptions, each with its reason"),
        "unproven": Key(Many(UNPROVEN), "parts of the rule that no example can prove, each with its reason"),
        "examples": Key(Many(EXAMPLE), "diffs: = kept, - removed, + instead", required=True),
    }
    | LINE_KEYS
    | CONTEXT_KEYS
)
