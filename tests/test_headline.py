"""What goes on request: the headline where it is known, bylines, dates; and that no line becomes the headline by it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from cleaner import Cleaner, Selection
from cleaner.model import Document
from cleaner.rules.headline import says_address, says_title
from cleaner.rules.profile import OPTIONAL
from cleaner.segment import segment
from conftest import Command, read_lines, write_tree

HEADLINE = "Ferry strike enters its second week"
RIGHT_QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
URL = "https://post.example/2024/05/ferry-strike-enters-its-second-week-10432.html"
PROSE = "No boats left the harbour on Monday, and none are planned before Thursday."
BYLINE = "By Mara Ellison"
DATE = "May 3, 2024"
MORE_PROSE = "Talks begin at noon, and the whole town is waiting for them."

# A line, a title field, and whether they say the same headline.
TITLES = {
    "the same": (HEADLINE, HEADLINE, True),
    "case and marks apart": ("FERRY STRIKE ENTERS ITS SECOND WEEK!", HEADLINE, True),
    "the title names the site": (HEADLINE, f"{HEADLINE} | Harbour Post", True),
    "the line names the site": (f"{HEADLINE} - Harbour Post", HEADLINE, True),
    "the title has a kicker": (HEADLINE, f"Harbour: {HEADLINE}", True),
    "one word": ("Ferries", "Ferries", True),
    "a part of one word": ("Ferries", "Ferries are late", False),
    "two words of it": ("Ferry strike", HEADLINE, False),
    "a part of a word": ("Ferry strike enters its sec", HEADLINE, False),
    "in the middle of it": ("strike enters its", HEADLINE, False),
    "another": ("Ferry strike enters its third week", HEADLINE, False),
    "no title": (HEADLINE, None, False),
    "a title of marks": ("***", "***", False),
}

# A line, an address, and whether they name the same headline.
ADDRESSES = {
    "the same": (HEADLINE, URL, True),
    "small words left out": (HEADLINE, "https://post.example/ferry-strike-second-week/", True),
    "accents and apostrophes": (f"L{RIGHT_QUOTE}\u00e9t\u00e9 au port", "https://x.example/lete-au-port", True),
    "another script": ("Паром у причала", f"https://x.example/{quote('паром-у-причала')}", True),
    "two words": ("Ferry strike", "https://post.example/ferry-strike", False),
    "half of the address": ("Ferry strike begins", "https://post.example/ferry-strike-enters-its-second-week", False),
    "little of the line": (
        "Ferry strike week: who is talking to whom, who is not, and what the town makes of all of it",
        "https://post.example/ferry-strike-week",
        False,
    ),
    "numbers alone": ("10432 20391 48812", "https://post.example/10432-20391-48812", False),
    "no address": (HEADLINE, None, False),
    "an address that can't be read": (HEADLINE, "https://[post.example/ferry-strike-enters-its-second-week", False),
}


@pytest.mark.parametrize(("line", "title", "is_said"), TITLES.values(), ids=TITLES)
def test_a_line_that_says_the_title(line: str, title: str | None, is_said: bool) -> None:
    assert says_title(segment(Document(line)).lines[0], title) is is_said


@pytest.mark.parametrize(("line", "url", "is_said"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_line_that_says_the_address(line: str, url: str | None, is_said: bool) -> None:
    assert says_address(segment(Document(line)).lines[0], url) is is_said


# What is dropped, what is known of the document, and the text as a diff.
TEXTS = {
    "the headline": (("headline",), {"title": HEADLINE}, [f"- {HEADLINE}", f"= {BYLINE}", f"= {DATE}", f"= {PROSE}"]),
    "the byline": (("byline",), {"title": HEADLINE}, [f"= {HEADLINE}", f"- {BYLINE}", f"= {DATE}", f"= {PROSE}"]),
    "the date": (("date",), {"title": HEADLINE}, [f"= {HEADLINE}", f"= {BYLINE}", f"- {DATE}", f"= {PROSE}"]),
    "nothing": ((), {"title": HEADLINE, "url": URL}, [f"= {HEADLINE}", f"= {BYLINE}", f"= {DATE}", f"= {PROSE}"]),
    "copies go with it": (
        ("headline",),
        {"title": HEADLINE},
        [
            f"- {HEADLINE}",
            f"= {PROSE}",
            f"- {HEADLINE} | Harbour Post",
            f"= {MORE_PROSE}",
            f"- {HEADLINE}",
            "= About us",
        ],
    ),
    "no line takes its place": (
        ("headline",),
        {"url": URL},
        [f"- {HEADLINE}", "= What happened so far", f"= {PROSE}", "= What comes next for us", f"= {MORE_PROSE}"],
    ),
    "nothing known of it": (OPTIONAL, {}, ["= What happened so far", f"= {PROSE}", f"= {MORE_PROSE}"]),
    "known by the byline": (OPTIONAL, {}, [f"- {HEADLINE}", f"- {BYLINE}", "= What happened so far", f"= {PROSE}"]),
    "a byline that is far": (("headline",), {}, ["= What happened so far", "= Harbour", f"= {BYLINE}", f"= {PROSE}"]),
    "under the prose": (
        OPTIONAL,
        {"title": HEADLINE},
        [f"= {PROSE}", f"= {HEADLINE}", f"= {BYLINE}", f"= {MORE_PROSE}"],
    ),
    "no prose at all": (OPTIONAL, {}, ["= The lamp", f"= {BYLINE}", f"= {DATE}", "= The lamp is lit,"]),
}


@pytest.mark.parametrize(("drop", "known", "diff"), TEXTS.values(), ids=TEXTS)
def test_what_goes_on_request(drop: tuple[str, ...], known: dict[str, str], diff: list[str]) -> None:
    cleaner = Cleaner(selection=Selection(drop=drop))
    cleaned = cleaner.clean("".join(f"{line[2:]}\n" for line in diff), **known)
    assert cleaned.text == "".join(f"{line[2:]}\n" for line in diff if line[0] == "=")
    assert cleaner.clean(cleaned.text, **known).text == cleaned.text


def test_the_options_of_the_command_line(tmp_path: Path, run: Command) -> None:
    text = f"{HEADLINE}\nBy Mara Ellison\nMay 3, 2024\n\n{PROSE}\n"
    write_tree(tmp_path, {"in/ferry.txt": text})
    kept = run("clean", "in", "-o", "kept")
    dropped = run("clean", "in", "-o", "out", "--headline", "drop", "--byline", "drop", "--date", "drop")
    assert (kept.status, dropped.status) == (0, 0)
    assert (tmp_path / "kept/ferry.txt").read_text() == text
    assert (tmp_path / "out/ferry.txt").read_text() == f"{PROSE}\n"
    rules = [(record["line"], record["rule"]) for record in read_lines(tmp_path / "out/.cleaner/ledger.jsonl")]
    assert rules[:3] == [(1, "en/headline/above-byline"), (2, "en/byline/byline"), (3, "en/date/bare-date")]
    assert run("restore", "out", "-o", "back").status == 0
    assert (tmp_path / "back/ferry.txt").read_text() == text
    told = run("explain", "in/ferry.txt", "--headline", "drop", "--title", HEADLINE, "--format", "json").out
    assert "common/headline/title-field" in told
    assert run("clean", "in", "-o", "no", "--headline", "away").status == 2
