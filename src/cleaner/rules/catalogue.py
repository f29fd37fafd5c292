"""Rules -> a page of Markdown: what each removes, why, when not, and its examples.  `docs/rules.md` is this page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import regex

from cleaner.rules.examples import Example
from cleaner.rules.model import Rule, Verb

_HEAD = """\
# The rules

Every rule of the profile, by pack: what it takes, why, when it leaves a line alone, and its examples. In the examples a
line with `-` is removed, one with `+` comes instead, the others stay. The categories headline, byline and date act on
request alone (`--headline drop`, `--byline drop`, `--date drop`). Written by
`cleaner rules list --format markdown`; don't edit it by hand.
"""


def catalogue(rules: Sequence[Rule]) -> str:
    """The rules as Markdown: a table of all, then each with its examples, grouped by pack in the order of ids."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    lines = [_HEAD, "| rule | category | scope | status | reason |", "|---|---|---|---|---|"]
    for rule in ordered:
        cells = (f"[{rule.id}](#{_anchor(rule.id)})", rule.category, rule.scope, rule.status, _cell(rule.why))
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", f"{len(ordered)} rules."]
    for pack, members in groupby(ordered, key=_pack):
        lines += ["", f"## Pack {pack}"]
        for rule in members:
            lines += _rule_lines(rule)
    return "\n".join(lines) + "\n"


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.id}", "", _prose(rule.why), "")
    action = "" if rule.action is Verb.REMOVE else f" · action {rule.action}"
    languages = f" · language {', '.join(rule.languages)}" if rule.languages else ""
    yield f"Category {rule.category} · scope {rule.scope}{action} · {rule.status} · rev {rule.rev}{languages}"
    if rule.unless:
        yield from ("", "Not where it is:", "")
        yield from (f"- {_prose(exception.because)}" for exception in rule.unless)
    for example in rule.examples:
        yield from ("", *_example_lines(example))


def _example_lines(example: Example) -> Iterator[str]:
    """The example as a fenced diff, under what is known of its document from outside the text."""
    context = example.context
    known = [
        f"{key} {_code(value)}"
        for key, value in (("title", context.title), ("URL", context.url), ("language", context.language))
        if value
    ]
    if known:
        yield from (f"With {', '.join(known)}:", "")
    if context.todo:
        yield from (f"To do: {_prose(context.todo)}", "")
    fence = _fence(context.text)
    yield f"{fence}diff"
    for line in context.text.split("\n"):
        yield f"  {line[2:]}".rstrip() if line.startswith("=") else line.rstrip()
    yield fence


def _pack(rule: Rule) -> str:
    return rule.id.rpartition("/")[0]


def _anchor(text: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return regex.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")


def _prose(text: str) -> str:
    """The text in Markdown as it reads: no emphasis, links or tags by accident."""
    return regex.sub(r"([\\`*_\[\]<])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return _prose(text).replace("|", r"\|")


def _code(text: str) -> str:
    ticks = "`" * (1 + max((len(run) for run in regex.findall("`+", text)), default=0))
    padding = " " if text.endswith("`") else ""
    return f"{ticks}{text}{padding}{ticks}"


def _fence(text: str) -> str:
    return "`" * max(3, 1 + max((len(run) for run in regex.findall("`+", text)), default=0))
