"""Pack files -> packs: heads first, then lists across packs, then every rule, with the overrides applied to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import regex
import yaml

from cleaner.rules.conditions import Conditions
from cleaner.rules.consistency import inconsistencies
from cleaner.rules.files import RuleFile
from cleaner.rules.keys import CONTEXT_KEYS, NAME, RULE_KEYS, SHAPE_KEYS, conditions
from cleaner.rules.kinds import Key, Kind, Many, Phrases, Table, Text
from cleaner.rules.model import Pack, Rule, Scope, Status, Verb
from cleaner.rules.nodes import INVALID, Reader, child_node, compose_yaml
from cleaner.rules.overrides import OVERRIDES, Override, apply_overrides
from cleaner.rules.problems import Problem, suggest


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
        elif child_node(node, "overrides") is not None:
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


# ------------------------------------------------------------------ the head of a pack


def _scalar(node: yaml.Node, name: str) -> str | None:
    child = child_node(node, name)
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


def _read_head(file: RuleFile, node: yaml.MappingNode, reader: Reader) -> _PackFile:
    lists = child_node(node, "lists")
    extends = child_node(node, "extends")
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
                node = child_node(pack.node, "extends") or pack.node
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
    rules = child_node(node, "rules")
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
    language = child_node(node, "language")
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
    if child_node(pack.node, "rules") is None and child_node(pack.node, "lists") is None:
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
    for finding, remedy in inconsistencies(values, scope, action):
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
