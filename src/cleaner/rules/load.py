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
from cleaner.rules.model import Pack, Rule
from cleaner.rules.nodes import PackError, Problem, shown_path, suggest
from cleaner.rules.packs import RuleFile, read_packs
from cleaner.rules.profile import FOLDER as PROFILES
from cleaner.rules.profile import Profile, Selection, read_profile, select
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
    chosen = read_profile(shipped / PROFILES, profile)
    problems: list[Problem] = []
    files = find_files([shipped], problems, is_shipped=True)
    seen = {file.path.resolve() for file in files}
    files += [file for file in find_files(folders, problems) if file.path.resolve() not in seen]
    key = cache_key(VERSION, ((file.name, file.content) for file in files), (chosen, selection))
    if not problems and isinstance(cached := read_cache(key), RuleSet):
        return cached
    packs = read_packs(files, problems)
    if problems:
        raise PackError(problems)
    rules = select(_rules_of(packs, files, chosen), chosen, selection)
    result = RuleSet(tuple(sorted(rules, key=lambda rule: rule.id)), key)
    write_cache(key, result)
    return result


def find_files(sources: Sequence[Path], problems: list[Problem], *, is_shipped: bool = False) -> list[RuleFile]:
    """The YAML files in folders, and the files that are named themselves, each once, in the order of their names."""
    found: dict[Path, Path] = {}
    for source in sources:
        paths = [source]
        if not source.exists():
            finding = "no such file or folder"
            problems.append(Problem(str(source), 1, 1, "", finding, "name a pack or a folder of packs"))
            continue
        if source.is_dir():
            every = (path for path in source.rglob("*") if path.suffix in (".yaml", ".yml"))
            paths = sorted(path for path in every if PROFILES not in path.relative_to(source).parts)
            if not paths:
                problems.append(Problem(str(source), 1, 1, "", "no packs here", "a pack is a file that ends in .yaml"))
        for path in paths:
            found.setdefault(path.resolve(), path)
    files = []
    for path in found.values():
        try:
            files.append(RuleFile(path, shown_path(path), path.read_bytes(), is_shipped))
        except OSError as error:
            finding = f"can't be read: {error.strerror}"
            problems.append(Problem(shown_path(path), 1, 1, "", finding, "check the path and its permissions"))
    return files


def read_pack(path: Path, problems: list[Problem]) -> Pack | None:
    """The pack in one file, on its own; None where it had problems, which are added to the list."""
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
