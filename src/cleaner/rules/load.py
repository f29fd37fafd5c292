"""Files -> rules ready for use: find the packs, read them all, choose among their rules.

All problems of all files are reported at once; nothing is cleaned with half a pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from cleaner.model import CleanerError
from cleaner.rules.cache import cache_key, read_cache, write_cache
from cleaner.rules.files import RuleFile, find_files
from cleaner.rules.model import Pack, Rule
from cleaner.rules.problems import PackError, Problem, shown_path, suggest
from cleaner.rules.profile import FOLDER as PROFILES
from cleaner.rules.profile import Profile, Selection, find_profile, select
from cleaner.version import VERSION


class UnknownRuleError(CleanerError):
    """No rule of that id; the message suggests one."""

    def __init__(self, rule_id: str, known: Mapping[str, Rule]) -> None:
        super().__init__(f"no rule {rule_id!r} ({suggest(rule_id, known)})")


@dataclass(frozen=True)
class RuleSet:
    """Rules ready for use, sorted by id; `fingerprint` changes whenever a file or the choice among rules does."""

    rules: tuple[Rule, ...]
    fingerprint: str

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Full id -> rule."""
        return {rule.id: rule for rule in self.rules}

    def find(self, rule_id: str) -> Rule:
        """The rule of that full id; raises `UnknownRuleError` with a suggestion."""
        if rule_id not in self.by_id:
            raise UnknownRuleError(rule_id, self.by_id)
        return self.by_id[rule_id]


def shipped_folder() -> Path:
    """The folder of the packs that come with the package: inside an installed wheel, beside `src/` in a checkout."""
    inside = Path(__file__).resolve().parent.parent / "packs"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "rules"


def load_rules(
    folders: Sequence[Path] = (), *, profile: str = "article", selection: Selection | None = None
) -> RuleSet:
    """The rules of the shipped packs that the profile names and of every pack in the folders (or files) given.

    Files of overrides among them are applied.  What was read before and has not changed comes from a cache.  Raises
    `PackError` with all problems of all files, `ProfileError` where there is no such profile, or a choice names no
    rule.
    """
    selection = selection or Selection()
    shipped = shipped_folder()
    path = find_profile(shipped / PROFILES, profile)
    chosen = RuleFile(path, shown_path(path), path.read_bytes(), True)
    problems: list[Problem] = []
    files = find_files([shipped], problems, is_shipped=True)
    seen = {file.path.resolve() for file in files}
    files += [file for file in find_files(folders, problems) if file.path.resolve() not in seen]
    key = cache_key(VERSION, [(file.name, file.content) for file in (*files, chosen)], selection)
    if not problems and isinstance(cached := read_cache(key), RuleSet):
        return cached
    result = RuleSet(_read_rules(files, chosen, selection, problems), key)
    write_cache(key, result)
    return result


def _read_rules(
    files: Sequence[RuleFile], chosen: RuleFile, selection: Selection, problems: list[Problem]
) -> tuple[Rule, ...]:
    """The rules in the files that the profile and the selection leave, by id; raises like `load_rules`."""
    # a twentieth of a second that rules from the cache need not pay
    from cleaner.rules.packs import read_packs  # noqa: PLC0415
    from cleaner.rules.profile_file import read_profile  # noqa: PLC0415

    profile = read_profile(chosen)
    packs = read_packs(files, problems)
    if problems:
        raise PackError(problems)
    rules = select(_rules_of(packs, files, profile), profile, selection)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def read_pack(path: Path, problems: list[Problem]) -> Pack | None:
    """The pack in one file, on its own; None where it had problems, which are added to the list."""
    from cleaner.rules.packs import read_packs  # noqa: PLC0415

    packs = read_packs(find_files([path], problems), problems)
    return packs[0] if packs and not problems else None


def _rules_of(packs: Iterable[Pack], files: Sequence[RuleFile], profile: Profile) -> Iterator[Rule]:
    """The rules of the user's packs, of the shipped ones that the profile names, and of all that those extend."""
    packs = list(packs)
    shipped = {file.name for file in files if file.is_shipped}
    wanted = {
        pack.name
        for pack in packs
        if pack.path not in shipped or any(fnmatchcase(pack.name, glob) for glob in profile.packs)
    }
    while more := {name for pack in packs if pack.name in wanted for name in pack.extends} - wanted:
        wanted |= more
    return (rule for pack in packs if pack.name in wanted for rule in pack.rules)
