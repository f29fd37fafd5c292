"""Packs -> rules: read every file, check every rule against itself and the others, report all problems at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from cleaner.model import CleanerError
from cleaner.rules.conditions import Conditions
from cleaner.rules.keys import CONTEXT_KEYS, NAME, RULE_KEYS, SHAPE_KEYS, conditions
from cleaner.rules.model import CATEGORIES, Pack, Rule, Scope, Verb
from cleaner.rules.nodes import (
    INVALID,
    Key,
    Kind,
    Many,
    PackError,
    Problem,
    Reader,
    Table,
    Text,
    compose_yaml,
    suggest,
)
from cleaner.rules.pattern import template_finding

PROFILES = "profiles"


class ProfileError(CleanerError):
    """No profile of that name."""


@dataclass(frozen=True)
class RuleSet:
    """Rules ready for use, sorted by id; `fingerprint` changes whenever a pack or the choice among packs does."""

    rules: tuple[Rule, ...]
    fingerprint: str

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Full id -> rule."""
        return {rule.id: rule for rule in self.rules}


@dataclass(frozen=True)
class Profile:
    """A named choice of packs (globs of pack names) and categories that are off."""

    name: str
    why: str
    packs: tuple[str, ...]
    off: tuple[str, ...] = ()

    def takes(self, pack: Pack) -> bool:
        """Whether the profile has this pack."""
        return any(fnmatchcase(pack.name, glob) for glob in self.packs)


def shipped_folder() -> Path:
    """The folder of the packs that come with the package: inside an installed wheel, beside `src/` in a checkout."""
    inside = Path(__file__).resolve().parent.parent / "packs"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "rules"


def load_rules(folders: Sequence[Path] = (), *, profile: str = "article") -> RuleSet:
    """The shipped packs that the profile names, and every pack of the folders (or files) given.

    Raises `PackError` with all problems of all packs, and `ProfileError` where there is no such profile.
    """
    shipped = shipped_folder()
    chosen = read_profile(shipped / PROFILES, profile)
    problems: list[Problem] = []
    digest = hashlib.sha256(repr(chosen).encode())
    names: dict[str, str] = {}
    packs = [pack for pack in _read_packs(shipped, problems, digest, names) if chosen.takes(pack)]
    for folder in folders:
        packs.extend(_read_packs(folder, problems, digest, names))
    if problems:
        raise PackError(problems)
    rules = (rule for pack in packs for rule in pack.rules if rule.category not in chosen.off)
    return RuleSet(tuple(sorted(rules, key=lambda rule: rule.id)), digest.hexdigest())


def _read_packs(source: Path, problems: list[Problem], digest: hashlib._Hash, names: dict[str, str]) -> Iterable[Pack]:
    if not source.exists():
        problems.append(Problem(str(source), 1, 1, "", "no such file or folder", "name a pack or a folder of packs"))
        return
    files = [source]
    if source.is_dir():
        found = (path for path in source.rglob("*") if path.suffix in (".yaml", ".yml"))
        files = sorted(path for path in found if PROFILES not in path.relative_to(source).parts)
        if not files:
            problems.append(Problem(str(source), 1, 1, "", "no packs here", "a pack is a file that ends in .yaml"))
    for path in files:
        if _shown(path) in names.values():
            continue
        pack = read_pack(path, problems, names)
        if pack is not None:
            digest.update(path.read_bytes())
            yield pack


def read_pack(path: Path, problems: list[Problem], names: dict[str, str] | None = None) -> Pack | None:
    """The pack in a file; None where it had problems, which are added to the list.

    `names` maps the packs read so far to their files; a second pack of a name is a problem.
    """
    reader = Reader(_shown(path))
    node = compose_yaml(path, reader)
    pack = None
    if node is not None:
        name = _pack_text(node, "pack")
        other = names.setdefault(name, reader.path) if name and names is not None else reader.path
        if other != reader.path:
            reader.problem(node, f"pack {name!r} is already in {other}", "give one of them another name")
        table = Table(
            {
                "pack": Key(
                    Text(form=rf"{NAME}(/{NAME})*"),
                    "name of the pack: language and family (en/comments)",
                    required=True,
                ),
                "language": Key(Text(), "language of the texts that the pack is for (en); none: all"),
                "why": Key(Text(), "what the pack is for"),
                "rules": Key(
                    _Rules(_pack_text(node, "pack"), _pack_text(node, "language")), "the rules", required=True
                ),
            },
            lambda **values: Pack(values["pack"], values.get("language"), reader.path, values["rules"]),
            "a pack",
        )
        pack = table.read(node, reader)
    problems.extend(reader.problems)
    return pack if isinstance(pack, Pack) and not reader.problems else None


def _shown(path: Path) -> str:
    """The path as a message shows it: relative to where the user stands, if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _pack_text(node: yaml.Node, name: str) -> str | None:
    """A scalar of the pack's head, looked at ahead of the table because rules need it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return None


@dataclass(frozen=True)
class _Rules(Kind):
    """The list of a pack's rules."""

    pack: str | None
    language: str | None

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            return reader.problem(node, "expected a list of rules", "each starts with '- id:'")
        rules: list[Rule] = []
        lines: dict[str, int] = {}
        for child in node.value:
            name = _pack_text(child, "id") or "?"
            reader.subject = f"{self.pack or '?'}/{name}"
            if name in lines and name != "?":
                reader.problem(child, f"rule {name!r} is already defined at line {lines[name]}", "rename one of them")
            lines[name] = child.start_mark.line + 1
            rule = _read_rule(child, reader, self.language)
            if rule is not None:
                rules.append(rule)
        reader.subject = ""
        return tuple(rules)


def _read_rule(node: yaml.Node, reader: Reader, language: str | None) -> Rule | None:
    values = Table(RULE_KEYS, dict, "a rule").read_keys(node, reader)
    if values is INVALID:
        return None
    scope, action = Scope(values["scope"]), Verb(values.get("action", "remove"))
    found = len(reader.problems)
    for finding, remedy in _inconsistencies(values, scope, action):
        reader.problem(node, finding, remedy)
    if len(reader.problems) > found:
        return None
    return Rule(
        id=reader.subject,
        rev=values["rev"],
        why=values["why"],
        category=values["category"],
        scope=scope,
        action=action,
        phrases=values.get("phrases", ()),
        patterns=values.get("pattern", ()),
        replacement=values.get("with", ""),
        conditions=_own_conditions(values),
        unless=values.get("unless", ()),
        take=values.get("take"),
        duplicate=values.get("repeats"),
        language=language,
        examples=values["examples"],
        path=reader.path,
        line=node.start_mark.line + 1,
    )


def _own_conditions(values: dict[str, Any]) -> Conditions:
    names = {"not", *SHAPE_KEYS, *CONTEXT_KEYS}
    return conditions({name: value for name, value in values.items() if name in names})


def _inconsistencies(values: dict[str, Any], scope: Scope, action: Verb) -> Iterable[tuple[str, str]]:
    """Findings about keys that do not fit together, each with its remedy."""
    if scope is not Scope.DUPLICATE and not values.get("phrases") and not values.get("pattern"):
        yield "the rule matches nothing", "add phrases or a pattern"
    if (scope is Scope.BLOCK) is not ("take" in values):
        yield "scope: block and take: belong together", "add the one that is missing, or use scope: line"
    if (scope is Scope.DUPLICATE) is not ("repeats" in values):
        yield "scope: duplicate and repeats: belong together", "add the one that is missing"
    if (action is Verb.REPLACE) is not ("with" in values):
        yield "action: replace and with: belong together", "add the one that is missing"
    if action is not Verb.REMOVE and scope not in (Scope.LINE, Scope.INLINE):
        yield f"action: {action} works on scope: line or inline", "change the scope"
    if action is Verb.KEEP and scope is Scope.INLINE:
        yield "action: keep protects whole lines", "use scope: line"
    if "\n" in values.get("with", ""):
        yield "a replacement is part of one line", "take out the line break"
    elif finding := template_finding(values.get("with", ""), values.get("pattern", ()), "phrases" in values):
        yield finding, "mend with:"
    if "repeats" in values and "phrases" in values:
        yield "a duplicate is not known by phrases", "narrow it with a pattern or with conditions"
    duplicate = values.get("repeats")
    if duplicate and duplicate.against == "earlier" and duplicate.match != "exact":
        yield "an earlier line is compared exactly", "drop match:, or compare with the headline, previous or next line"
    if not any(example.removes for example in values["examples"]) and action is not Verb.KEEP:
        yield "no example removes anything", "add one with a '- ' line"
    if all(example.removes for example in values["examples"]):
        yield "no near miss among the examples", "add one in which every line is kept ('= ')"


def read_profile(folder: Path, name: str) -> Profile:
    """The profile of that name; raises `ProfileError` with the names there are, `PackError` for problems in its
    file.
    """
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in names:
        raise ProfileError(f"no profile {name!r} ({suggest(name, names)})")
    path = folder / f"{name}.yaml"
    reader = Reader(_shown(path))
    node = compose_yaml(path, reader)
    table = Table(
        {
            "profile": Key(Text((name,)), "name of the profile, that of its file", required=True),
            "why": Key(Text(), "what the profile is for", required=True),
            "packs": Key(Many(Text()), "globs of pack names", required=True),
            "off": Key(Many(Text(CATEGORIES)), "categories that are switched off"),
        },
        lambda **values: Profile(values["profile"], values["why"], values["packs"], values.get("off", ())),
        "a profile",
    )
    profile = table.read(node, reader) if node is not None else INVALID
    if reader.problems:
        raise PackError(reader.problems)
    assert isinstance(profile, Profile)
    return profile
