"""The names that other programs use: what they take, give back and raise."""

from __future__ import annotations

import importlib.metadata
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cleaner
from cleaner import Action, Cleaned, Cleaner, CleanerError, Document, Edit, PackError, ProfileError, Reason

PROSE = "The council votes on Monday, and nobody knows how it will end.\n"
TITLE = "Ferry strike enters its second week"
PACK = """\
pack: my/site
language: en
rules:
  - id: tagline
    rev: 3
    why: The site's tagline.
    category: promo
    scope: line
    phrases: [all the news that fits]
    domain: news.example
    examples:
      - {text: "- All the news that fits", url: "https://news.example/1"}
      - "= All the news that fits"
"""

PUBLIC = {
    "Action",
    "Cleaned",
    "Cleaner",
    "CleanerError",
    "Document",
    "Edit",
    "PackError",
    "Problem",
    "ProfileError",
    "Reason",
    "Selection",
    "clean",
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(PACK)
    return path


def test_public_names() -> None:
    assert set(cleaner.__all__) == PUBLIC
    assert cleaner.__all__ == sorted(cleaner.__all__)
    for name in PUBLIC:
        assert getattr(cleaner, name).__doc__, f"{name} has no docstring"


def test_version_and_types_are_those_of_the_package() -> None:
    assert cleaner.__version__ == importlib.metadata.version("cleaner")
    assert (Path(cleaner.__file__).parent / "py.typed").is_file()


def test_clean() -> None:
    cleaned = cleaner.clean(f"{PROSE}\nLeave a Comment\r\n")
    assert cleaned.text == PROSE
    assert cleaned.source == f"{PROSE}\nLeave a Comment\r\n"
    (removal,) = cleaned.removals
    assert removal == Edit(
        start=len(PROSE) + 1,
        end=len(cleaned.source),
        after="",
        action=Action.REMOVE,
        reason=Reason("en/comments/form-heading", 2, "comments"),
        before="Leave a Comment\r\n",
        line=3,
        takes_line=True,
    )
    assert {edit.reason.rule for edit in cleaned.repairs} == {"repair/blank-line"}
    assert sorted((*cleaned.removals, *cleaned.repairs), key=lambda edit: edit.start) == list(cleaned.edits)


EMPTY = {"nothing": "", "a newline": "\n", "white space": " \t\r\n\N{NO-BREAK SPACE}\n"}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_an_empty_document_is_empty(text: str) -> None:
    cleaned = cleaner.clean(text)
    assert (cleaned.text, cleaned.removals) == ("", ())


def test_a_document_can_be_all_residue() -> None:
    assert cleaner.clean("Share on Facebook\nShare on Twitter\n").text == ""


def test_what_is_known_of_a_document_counts(pack: Path) -> None:
    ours = Cleaner(rules=[pack])
    tagline = f"{PROSE}All the news that fits\n"
    assert ours.clean(tagline).text == tagline
    assert ours.clean(tagline, url="https://other.example/").text == tagline
    assert ours.clean(tagline, url="https://www.news.example/1", language="de").text == tagline
    assert ours.clean(tagline, url="https://www.news.example/1", language="en-GB").text == PROSE
    again = f"Home\n{TITLE}\n\n{PROSE}\n{TITLE}\n"
    assert cleaner.clean(again).text == again
    assert cleaner.clean(again, title=TITLE).text == f"Home\n{TITLE}\n\n{PROSE}"


@pytest.mark.parametrize("kind", [Path, str])
def test_packs_may_be_paths_or_names_files_or_folders(pack: Path, kind: Callable[[Path], Any]) -> None:
    for place in (pack, pack.parent):
        assert "my/site/tagline" in Cleaner(rules=[kind(place)]).rules.by_id


def test_profiles() -> None:
    text = f"{PROSE}\nLeave a Comment\n"
    assert Cleaner(profile="light").clean(text).text == text
    with pytest.raises(ProfileError, match="no profile 'lite'"):
        Cleaner(profile="lite")


def test_nothing_is_cleaned_with_half_a_pack(pack: Path) -> None:
    pack.write_text(PACK.replace("phrases", "phrase").replace("rev: 3", "rev: three"))
    with pytest.raises(PackError) as caught:
        Cleaner(rules=[pack])
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(5, 10), (9, 5)]
    assert isinstance(caught.value, CleanerError)


def test_documents_and_results_do_not_change() -> None:
    cleaned = cleaner.clean(PROSE)
    for frozen in (cleaned, Document(PROSE), Edit(0, 1, "", Action.REMOVE, Reason("r", 1, "")), Reason("r", 1, "")):
        with pytest.raises(AttributeError):
            setattr(frozen, frozen.__struct_fields__[0], None)


def test_results_and_findings_cross_processes(pack: Path) -> None:
    cleaned = cleaner.clean(f"{PROSE}\nLeave a Comment\n")
    returned: Cleaned = pickle.loads(pickle.dumps(cleaned))
    assert returned == cleaned
    pack.write_text("")
    with pytest.raises(PackError) as caught:
        Cleaner(rules=[pack])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.problems, str(again)) == (caught.value.problems, str(caught.value))


def test_a_cleaner_is_made_once_for_many_documents() -> None:
    ours = Cleaner()
    texts = [f"{PROSE}\nLeave a Comment\n", TITLE, "", f"{TITLE}\n\n{PROSE}\n{TITLE}\n"]
    first = [ours.clean(text) for text in texts]
    assert [ours.clean(text) for text in reversed(texts)] == first[::-1]
    assert [cleaner.clean(text) for text in texts] == first
    assert ours.clean_document(Document(texts[0])) == first[0]
