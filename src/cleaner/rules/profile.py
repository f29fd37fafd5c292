"""Which rules act: profiles (a named choice in YAML) and what the command line adds to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cleaner.model import CleanerError
from cleaner.rules.model import CATEGORIES, Rule, Status
from cleaner.rules.problems import suggest

FOLDER = "profiles"

# What every profile leaves alone unless it is asked for: it was the author's or the editor's, but not the body.
OPTIONAL = ("headline", "byline", "date")


class ProfileError(CleanerError):
    """No profile of that name, or a choice that names no rule."""


@dataclass(frozen=True)
class Profile:
    """A named choice: packs (globs of pack names), and rules or categories that are off."""

    name: str
    why: str
    packs: tuple[str, ...]
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """What the user chooses among the rules of a profile.

    `only` and `off` are rule ids, pack names (globs allowed) or categories; `keep_categories` are categories whose text
    stays; `experimental` adds the rules that are off by default; `drop` are categories that go although the profile
    leaves them alone (`OPTIONAL`).
    """

    only: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    keep_categories: tuple[str, ...] = ()
    experimental: bool = False
    drop: tuple[str, ...] = ()


def find_profile(folder: Path, name: str) -> Path:
    """The file of the profile of that name; raises `ProfileError` with the names there are."""
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in names:
        raise ProfileError(f"no profile {name!r} ({suggest(name, names)})")
    return folder / f"{name}.yaml"


def select(rules: Iterable[Rule], profile: Profile, selection: Selection) -> list[Rule]:
    """The rules that act; raises `ProfileError` for a choice that names no rule at all."""
    rules = list(rules)
    unknown = [name for name in (*selection.keep_categories, *selection.drop) if name not in CATEGORIES]
    if unknown:
        raise ProfileError(f"no category {unknown[0]!r} ({suggest(unknown[0], CATEGORIES)})")
    for name in (*selection.only, *selection.off):
        if name not in CATEGORIES and not any(_names(name, rule) for rule in rules):
            known = [*CATEGORIES, *sorted({_pack(rule) for rule in rules} | {rule.id for rule in rules})]
            raise ProfileError(f"{name!r} names no rule, pack or category ({suggest(name, known)})")
    off = (*selection.off, *selection.keep_categories)
    left_alone = [name for name in profile.off if name not in selection.drop]
    return [
        rule
        for rule in rules
        if (selection.experimental or rule.status is not Status.EXPERIMENTAL or rule.id in selection.only)
        and (not selection.only or _is_named(rule, selection.only))
        and not _is_named(rule, off)
        and ({rule.id, rule.category} & {*selection.only} or not _is_named(rule, left_alone))
    ]


def _is_named(rule: Rule, names: Sequence[str]) -> bool:
    return any(_names(name, rule) for name in names)


def _names(name: str, rule: Rule) -> bool:
    return name == rule.category or fnmatchcase(rule.id, name) or fnmatchcase(_pack(rule), name)


def _pack(rule: Rule) -> str:
    return rule.id.rpartition("/")[0]
