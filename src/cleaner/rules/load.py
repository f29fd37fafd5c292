"""Packs -> rules: read every file, apply overrides, check every rule against itself and the others, choose.

All problems of all files are reported at once; nothing is cleaned with half a pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import regex
import yaml

from cleaner.rules.cache import cache_key, read_cache, write_cache
from cleaner.rules.conditions import Conditions
from cleaner.rules.keys import CONTEXT_KEYS, NAME, RULE_KEYS, SHAPE_KEYS, conditions
from cleaner.rules.model import Pack, Rule, Scope, Status, Verb
from cleaner.rules.nodes import (
    INVALID,
    Key,
    Kind,
    Many,
    PackError,
    Phrases,
    Problem,
    Reader,
    Table,
    Text,
    compose_yaml,
    shown_path,
    suggest,
)
from cleaner.rules.overrides import OVERRIDES, Override, apply_overrides
from cleaner.rules.pattern import template_finding
from cleaner.rules.profile import FOLDER as PROFILES
from cleaner.rules.profile import Profile, Selection, read_profile, select
from cleaner.version import VERSION


@dataclass(frozen=True)
class RuleSet:
    """Rules ready for use, sorted by id; `fingerprint` changes whenever a file or the choice among rules does."""

    rules: tuple[Rule, ...]
    fingerprint: str

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Full id -> rule."""
        return {rule.id: rule for rule in self.rules}


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A YAML file with rules or overrides: its path, how messages show it, its bytes, whether it is one of ours."""

    path: Path
    name: str
    content: bytes
    is_shipped: bool


@dataclass
class _PackFile:
    """A pack on its way: the node of its file, and what must be known of it before its rules are read."""

    file: RuleFile
    node: yaml.MappingNode
    reader: Reader
    name: str
    extends: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    overrides: list[Override] = field(default_factory=list)


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


def read_packs(files: Sequence[RuleFile], problems: list[Problem]) -> list[Pack]:
    """The packs in the files, overrides applied; problems are added to the list, and then packs may be missing."""
    readers: list[Reader] = []
    waiting: list[_PackFile] = []
    overrides: list[tuple[Reader, Override]] = []
    for file in files:
        reader = Reader(file.name)
        readers.append(reader)
        node = compose_yaml(file.content, reader)
        if not isinstance(node, yaml.MappingNode):
            if node is not None:
                PACK.read(node, reader)
        elif _child(node, "overrides") is not None:
            found = OVERRIDES.read(node, reader)
            overrides += [] if found is INVALID else [(reader, override) for override in found]
        else:
            waiting.append(_read_head(file, node, reader))
    _check_names(waiting)
    _check_targets(waiting, overrides)
    by_name = {pack.name: pack for pack in waiting}
    packs = []
    for pack in waiting:
        pack.reader.lists = _lists_of(pack, by_name)
        pack.overrides = [override for _, override in overrides]
        found = _read_pack(pack)
        if found is not None:
            packs.append(found)
    problems.extend(problem for reader in readers for problem in reader.problems)
    return packs


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


# ------------------------------------------------------------------ the head of a pack


def _child(node: yaml.Node, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value  # type: ignore[no-any-return]
    return None


def _scalar(node: yaml.Node, name: str) -> str | None:
    child = _child(node, name)
    return str(child.value) if isinstance(child, yaml.ScalarNode) else None


@dataclass(frozen=True)
class _Lists(Kind):
    """Lists of phrases by name."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reader.problem(node, "expected a mapping of lists", "name: [phrase, phrase]")
        lists: dict[str, tuple[str, ...]] = {}
        for key, value in node.value:
            if not regex.fullmatch(r"[a-z][a-z0-9-]*", key.value):
                reader.problem(key, f"{key.value!r} is no name of a list", "use small letters, digits and hyphens")
            phrases = Phrases().read(value, reader)
            if phrases is not INVALID:
                lists[key.value] = phrases
        return lists

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": Phrases().schema()}


@dataclass(frozen=True)
class _Anything(Kind):
    """A value that is read elsewhere."""

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        return None

    def schema(self) -> dict[str, Any]:
        return {}


def _read_head(file: RuleFile, node: yaml.MappingNode, reader: Reader) -> _PackFile:
    lists = _child(node, "lists")
    extends = _child(node, "extends")
    quiet = Reader(file.name)  # the pack's table reads these keys too and reports their problems
    own_lists = _Lists().read(lists, quiet) if lists is not None else {}
    names = Many(Text()).read(extends, quiet) if extends is not None else ()
    return _PackFile(
        file,
        node,
        reader,
        _scalar(node, "pack") or "?",
        () if names is INVALID else names,
        {} if own_lists is INVALID else own_lists,
    )


def _check_names(packs: Sequence[_PackFile]) -> None:
    seen: dict[str, _PackFile] = {}
    for pack in packs:
        other = seen.setdefault(pack.name, pack)
        if other is not pack and pack.name != "?":
            finding = f"pack {pack.name!r} is already in {other.file.name}"
            pack.reader.problem(pack.node, finding, "give one of them another name")
    for pack in packs:
        for name in pack.extends:
            if name not in seen:
                node = _child(pack.node, "extends") or pack.node
                pack.reader.problem(node, f"no pack {name!r} to extend", suggest(name, seen))


def _check_targets(packs: Sequence[_PackFile], overrides: Sequence[tuple[Reader, Override]]) -> None:
    names = {pack.name for pack in packs}
    ids = {f"{pack.name}/{_scalar(rule, 'id')}" for pack in packs for rule in _rule_nodes(pack.node)}
    for reader, override in overrides:
        assert override.node is not None
        if override.rule is not None and override.rule not in ids:
            reader.problem(override.node, f"no rule {override.rule!r} to override", suggest(override.rule, sorted(ids)))
        if override.pack is not None and not any(fnmatchcase(name, override.pack) for name in names):
            reader.problem(
                override.node, f"no pack {override.pack!r} to override", suggest(override.pack, sorted(names))
            )


def _rule_nodes(node: yaml.MappingNode) -> list[yaml.Node]:
    rules = _child(node, "rules")
    return list(rules.value) if isinstance(rules, yaml.SequenceNode) else []


def _lists_of(pack: _PackFile, by_name: Mapping[str, _PackFile], seen: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The pack's own lists over those of the packs that it extends."""
    lists: dict[str, Any] = {}
    for name in pack.extends:
        if name in by_name and name not in seen:
            lists |= _lists_of(by_name[name], by_name, seen | {pack.name})
    return lists | dict(pack.lists)


# ------------------------------------------------------------------ rules


@dataclass(frozen=True)
class _Rules(Kind):
    """The list of a pack's rules."""

    pack: _PackFile | None = None

    def read(self, node: yaml.Node, reader: Reader) -> Any:
        assert self.pack is not None
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            return reader.problem(node, "expected a list of rules", "each starts with '- id:'")
        rules: list[Rule] = []
        lines: dict[str, int] = {}
        languages = _languages(self.pack.node)
        for child in node.value:
            name = _scalar(child, "id") or "?"
            reader.subject = f"{self.pack.name}/{name}"
            if name in lines and name != "?":
                reader.problem(child, f"rule {name!r} is already defined at line {lines[name]}", "rename one of them")
            lines[name] = child.start_mark.line + 1
            rule = _read_rule(child, reader, languages, self.pack.overrides)
            if rule is not None:
                rules.append(rule)
        reader.subject = ""
        return tuple(rules)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "items": Table(RULE_KEYS, dict, "a rule").schema()}


def _languages(node: yaml.MappingNode) -> tuple[str, ...]:
    language = _child(node, "language")
    found = Many(Text()).read(language, Reader("")) if language is not None else ()
    return () if found is INVALID else found


PACK_KEYS = {
    "pack": Key(Text(form=rf"{NAME}(/{NAME})*"), "name of the pack: language and family (en/comments)", required=True),
    "language": Key(Many(Text()), "languages of the texts that the pack is for (en); none: all"),
    "why": Key(Text(), "what the pack is for"),
    "extends": Key(Many(Text()), "packs that come along with this one; their lists can be used here"),
    "lists": Key(_Lists(), "lists of phrases that rules share as $name"),
    "rules": Key(_Rules(), "the rules"),
}


PACK = Table(PACK_KEYS, dict, "a pack")


def _read_pack(pack: _PackFile) -> Pack | None:
    """The pack with its rules, None after a reported problem; a pack without rules is one of lists."""
    table = Table(PACK_KEYS | {"rules": Key(_Rules(pack), "the rules")}, dict, "a pack")
    values = table.read_keys(pack.node, pack.reader)
    if _child(pack.node, "rules") is None and _child(pack.node, "lists") is None:
        pack.reader.problem(pack.node, "key 'rules' is missing", "the rules")
    if values is INVALID or pack.reader.problems:
        return None
    return Pack(values["pack"], values.get("extends", ()), pack.reader.path, values.get("rules", ()))


def _read_rule(
    node: yaml.Node, reader: Reader, languages: tuple[str, ...], overrides: Sequence[Override]
) -> Rule | None:
    category = _scalar(node, "category") or ""
    mine = [override for override in overrides if override.is_about(reader.subject, category)]
    if isinstance(node, yaml.MappingNode):
        apply_overrides(node, mine)
    values = Table(RULE_KEYS, dict, "a rule").read_keys(node, reader)
    if values is INVALID:
        return None
    scope, action = Scope(values["scope"]), Verb(values.get("action", "remove"))
    found = len(reader.problems)
    for finding, remedy in _inconsistencies(values, scope, action):
        reader.problem(node, finding, remedy)
    if len(reader.problems) > found or any(override.off for override in mine):
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
        languages=values.get("language", languages),
        status=Status(values.get("status", "stable")),
        score=values.get("score", 0.0),
        examples=values["examples"],
        path=node.start_mark.name or reader.path,
        line=node.start_mark.line + 1,
        origins=tuple(
            (key.value, f"{key.start_mark.name or reader.path}:{key.start_mark.line + 1}") for key, _ in node.value
        ),
        unproven=values.get("unproven", ()),
    )


def _own_conditions(values: dict[str, Any]) -> Conditions:
    names = {"not", *SHAPE_KEYS, *CONTEXT_KEYS}
    own = conditions({name: value for name, value in values.items() if name in names})
    if own.run is None:
        return own
    test = {name: values[name] for name in ("phrases", "pattern", "not", *SHAPE_KEYS) if name in values}
    return replace(own, run_test=conditions(test).own)


def _inconsistencies(values: dict[str, Any], scope: Scope, action: Verb) -> Iterable[tuple[str, str]]:
    """Findings about keys that do not fit together, each with its remedy."""
    says = values.get("phrases") or values.get("pattern")
    if scope is not Scope.DUPLICATE and not says and not any(name in values for name in SHAPE_KEYS):
        yield "the rule matches nothing", "add phrases or a pattern"
    if scope is Scope.INLINE and not says:
        yield "scope: inline needs a span to take", "add a pattern"
    if (scope is Scope.BLOCK) is not ("take" in values):
        yield "scope: block and take: belong together", "add the one that is missing, or use scope: line"
    if (scope is Scope.DUPLICATE) is not ("repeats" in values):
        yield "scope: duplicate and repeats: belong together", "add the one that is missing"
    if (action is Verb.REPLACE) is not ("with" in values):
        yield "action: replace and with: belong together", "add the one that is missing"
    if (action is Verb.SCORE) is not ("score" in values):
        yield "action: score and score: belong together", "add the one that is missing"
    if action is not Verb.REMOVE and scope not in (Scope.LINE, Scope.INLINE):
        yield f"action: {action} works on scope: line or inline", "change the scope"
    if action in (Verb.KEEP, Verb.SCORE) and scope is Scope.INLINE:
        yield f"action: {action} protects or scores whole lines", "use scope: line"
    if "\n" in values.get("with", ""):
        yield "a replacement is part of one line", "take out the line break"
    elif finding := template_finding(values.get("with", ""), values.get("pattern", ()), "phrases" in values):
        yield finding, "mend with:"
    if "repeats" in values and "phrases" in values:
        yield "a duplicate is not known by phrases", "narrow it with a pattern or with conditions"
    yield from _duplicate_inconsistencies(values)
    yield from _example_inconsistencies(values, action)


def _duplicate_inconsistencies(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    duplicate = values.get("repeats")
    if duplicate and duplicate.against == "earlier" and duplicate.match != "exact":
        yield "an earlier line is compared exactly", "drop match:, or compare with the headline, previous or next line"


def _example_inconsistencies(values: dict[str, Any], action: Verb) -> Iterable[tuple[str, str]]:
    examples = values["examples"]
    if action in (Verb.KEEP, Verb.SCORE):
        return
    if not any(example.removes for example in examples):
        yield "no example removes anything", "add one with a '- ' line"
    if all(example.removes for example in examples):
        yield "no near miss among the examples", "add one in which every line is kept ('= ')"
