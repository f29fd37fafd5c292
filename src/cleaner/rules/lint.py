"""What is wrong with packs that can be read: coded findings, each at its line and column with its remedy.

Problems that make a pack unusable (`cleaner.rules.nodes.Problem`) get a code here too, so that one command shows all.
Overrides are left out: a pack is looked at as it is written.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import regex
import yaml

from cleaner.fold import fold_phrase
from cleaner.rules.conditions import Conditions, LineTest, Range
from cleaner.rules.load import RuleFile, find_files, read_packs, shipped_folder
from cleaner.rules.model import Pack, Rule, Scope, Status, Verb
from cleaner.rules.nodes import PackError, Problem, Reader, compose_yaml, shown_path
from cleaner.rules.pattern_shape import lost_escapes, pattern_shape
from cleaner.rules.revisions import FILE as REVISIONS
from cleaner.rules.revisions import Revision, digest_of, raised, read_revisions, revisions_text
from cleaner.segment import HEADING_MAX_WORDS, PROSE_MIN_WORDS

CODES = {
    "E000": "any other problem that makes a pack unusable",
    "E001": "unknown key",
    "E002": "key, rule or pack that is already there",
    "E003": "pattern that matches an empty line",
    "E004": "pattern that is no regular expression",
    "E005": "key that is missing",
    "E006": "file that is no YAML or no UTF-8",
    "L001": "unanchored wildcard: a whole-line pattern that begins or ends with `.*` and says little itself",
    "L002": "quadratic pattern: two repeats without end share the same text, or a search begins with one",
    "L003": "exponential pattern: a loop has two ways through the same text",
    "L004": "set of capital letters where case does not count",
    "L005": "escape for a character that no line has once it is folded",
    "L006": "group that the rule's scope does not use (`cut`, `said`)",
    "L007": "phrase that stands twice in a rule",
    "L008": "shadowed rule: another one takes all its phrases, without conditions",
    "L009": "list that no rule uses",
    "L010": "exception that can't hold where the rule does",
    "L011": "conditions that contradict each other",
    "L012": "condition that asks nothing",
    "L013": "reason that says too little",
    "L014": "deprecated rule that does not name what takes its place",
    "L015": "shipped pack without its editor line",
    "L020": "rule or raised rev that is not recorded in revisions.json",
    "L021": "rule that changed while its rev did not, or a rev that went back",
    "L022": "id of a retired rule, used again",
    "L023": "rule that is gone, but not retired in revisions.json",
}

# How the loader words its problems, and the code that each gets; what no line fits is E000.
_LOADER_CODES = (
    ("E001", r"unknown key "),
    ("E002", r".* is already (in|defined at) |key .* stands here twice"),
    ("E003", r"the pattern matches an empty line"),
    ("E004", r"bad pattern: "),
    ("E005", r"key .* is missing"),
    ("E006", r"not YAML: |not UTF-8: |the file is empty"),
)

WILDCARD_LITERAL_CHARS = 12  # "this site uses " and a wildcard are enough said; ".*related.*" is not
WHY_MIN_WORDS = 4
EDITOR_LINE = "# yaml-language-server: $schema="
_WIDTHS = {Scope.LINE: 0, Scope.BLOCK: 1, Scope.HEAD: 2, Scope.TAIL: 2}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: where it stands (1-based line and column), its code, the rule, what is wrong and what to do."""

    path: str
    line: int
    column: int
    code: str
    rule: str
    finding: str
    remedy: str

    def __str__(self) -> str:
        rule = f"{self.rule}: " if self.rule else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.path}:{self.line}:{self.column}: {self.code} {rule}{self.finding}{remedy}"


@dataclass(frozen=True)
class _Read:
    """What is looked at: the sources, their files, all packs (the shipped ones too), and all nodes by shown path."""

    sources: tuple[Path, ...]
    files: tuple[RuleFile, ...]
    packs: tuple[Pack, ...]
    nodes: Mapping[str, yaml.Node | None]
    problems: tuple[Problem, ...]


def lint(sources: Sequence[Path] = (), *, fix: bool = False) -> list[Finding]:
    """The findings about the packs in the folders or files, or about the shipped ones, sorted by place.

    With `fix` what can be mended safely is mended in the files, and its findings are not given back.  Raises
    `PackError` where a source can't be read at all, `RevisionsError` for a broken `revisions.json`.
    """
    read = _read(sources or [shipped_folder()])
    findings = _findings(read)
    if fix:
        _fix(read, findings)
        findings = _findings(_read(read.sources))
    return findings


def _read(sources: Sequence[Path]) -> _Read:
    unreadable: list[Problem] = []
    files = find_files(sources, unreadable)
    if unreadable:
        raise PackError(unreadable)
    own = {file.path.resolve() for file in files}
    shipped = find_files([shipped_folder()], unreadable, is_shipped=True)
    every = files + [file for file in shipped if file.path.resolve() not in own]
    problems: list[Problem] = []
    packs = read_packs(every, problems)
    nodes = {file.name: compose_yaml(file.content, Reader(file.name)) for file in every}
    overriding = {name for name, node in nodes.items() if _child(node, "overrides") is not None}
    if overriding:
        packs = read_packs([file for file in every if file.name not in overriding], [])
    return _Read(
        tuple(sources),
        tuple(file for file in files if file.name not in overriding),
        tuple(packs),
        nodes,
        tuple(problem for problem in problems if problem.path in {file.name for file in files}),
    )


def _findings(read: _Read) -> list[Finding]:
    findings = [_of_problem(problem) for problem in read.problems]
    free: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in (rule for pack in read.packs for rule in pack.rules if _is_free(rule)):
        for phrase in {fold_phrase(phrase) for phrase in rule.phrases}:
            free[phrase].append(rule)
    names = {file.name for file in read.files}
    for pack in read.packs:
        if pack.path in names:
            findings += _pack_findings(pack, read.nodes, read.packs, free)
    findings += _editor_findings(read.files)
    for book in _books(read.sources, read.packs, read.files):
        findings += _revision_findings(book)
    return sorted(set(findings))


def _of_problem(problem: Problem) -> Finding:
    code = next((code for code, form in _LOADER_CODES if regex.match(form, problem.finding)), "E000")
    return Finding(problem.path, problem.line, problem.column, code, problem.subject, problem.finding, problem.remedy)


# ------------------------------------------------------------------ places in the YAML of a pack


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value  # type: ignore[no-any-return]
    return None


def _children(node: yaml.Node | None) -> list[yaml.Node]:
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _walk(node: yaml.Node, key: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """Every node below, itself first, with the key that it stands under."""
    yield key, node
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _walk(value, str(name.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _walk(value, key)


@dataclass(frozen=True)
class _Place:
    """A rule with its YAML, where findings about it are made."""

    rule: Rule
    node: yaml.Node

    def at(self, node: yaml.Node | None, code: str, finding: str, remedy: str) -> Finding:
        mark = (node or self.node).start_mark
        return Finding(self.rule.path, mark.line + 1, mark.column + 1, code, self.rule.id, finding, remedy)

    def key(self, name: str) -> yaml.Node | None:
        return _child(self.node, name)


def _pack_findings(
    pack: Pack, nodes: Mapping[str, yaml.Node | None], packs: Sequence[Pack], free: Mapping[str, list[Rule]]
) -> Iterator[Finding]:
    root = nodes[pack.path]
    by_id = {
        f"{pack.name}/{child.value}": node
        for node in _children(_child(root, "rules"))
        if isinstance(child := _child(node, "id"), yaml.ScalarNode)
    }
    yield from _list_findings(pack, root, nodes, packs)
    for rule in pack.rules:
        place = _Place(rule, by_id[rule.id])
        yield from _pattern_findings(place)
        yield from _phrase_findings(place)
        yield from _shadow_findings(place, free)
        yield from _condition_findings(place)
        yield from _word_findings(place)


def _list_findings(
    pack: Pack, root: yaml.Node | None, nodes: Mapping[str, yaml.Node | None], packs: Sequence[Pack]
) -> Iterator[Finding]:
    lists = _child(root, "lists")
    if not isinstance(lists, yaml.MappingNode) or not pack.rules:
        return  # a pack of lists alone is there for others
    users = {pack.name}
    while more := {other.name for other in packs if users & set(other.extends)} - users:
        users |= more
    texts = [
        node.value
        for other in packs
        if other.name in users and (rules := _child(nodes[other.path], "rules")) is not None
        for _, node in _walk(rules)
        if isinstance(node, yaml.ScalarNode)
    ]
    for key, _ in lists.value:
        used = regex.compile(rf"(?<!\\)\${regex.escape(key.value)}(?![a-z0-9-])")
        if not any(used.search(text) for text in texts):
            mark = key.start_mark
            yield Finding(
                pack.path, mark.line + 1, mark.column + 1, "L009", pack.name,
                f"no rule uses the list {key.value!r}", f"write ${key.value} in a rule, or drop the list",
            )  # fmt: skip


# ------------------------------------------------------------------ patterns


def _pattern_findings(place: _Place) -> Iterator[Finding]:
    rule = place.rule
    seen: set[yaml.Node] = set()
    for key, mapping in _walk(place.node):
        pattern_nodes = _child(mapping, "pattern")
        if pattern_nodes is None or mapping in seen or key == "examples":
            continue
        seen.add(mapping)
        is_own = mapping is place.node
        for node in _children(pattern_nodes):
            if isinstance(node, yaml.ScalarNode):
                yield from _one_pattern(place, node, is_own=is_own)
    for node, pattern in zip(_children(place.key("pattern")), rule.patterns, strict=False):
        for group, scope in (("cut", Scope.INLINE), ("said", Scope.DUPLICATE)):
            if group in pattern.compiled.groupindex and rule.scope is not scope:
                finding = f"group `{group}` means something with scope: {scope} alone"
                yield place.at(node, "L006", finding, "drop the group or change the scope")


def _one_pattern(place: _Place, node: yaml.ScalarNode, *, is_own: bool) -> Iterator[Finding]:
    rule = place.rule
    # Lists are filled in where the loader did so; elsewhere `$name` stands for itself, which can only hide a finding.
    own = dict(zip(map(id, _children(place.key("pattern"))), rule.patterns, strict=False))
    source = own[id(node)].source if id(node) in own else str(node.value).rstrip("\n")
    shape = pattern_shape(source)
    is_inline = is_own and rule.scope is Scope.INLINE
    if shape.is_exponential:
        finding = "exponential: a repeat has two ways through the same text"
        yield place.at(node, "L003", finding, "let what is repeated begin or end with what it can't hold, or use (?>…)")
    elif shape.is_quadratic:
        finding = "quadratic: two repeats without end can share the same text"
        yield place.at(node, "L002", finding, "keep them apart by a character that one can't match, or give them a max")
    elif is_inline and shape.starts_with_unbounded:
        finding = "quadratic: the search begins with a repeat without end"
        yield place.at(node, "L002", finding, r"put \b before it, or give it a max")
    if is_own and not is_inline and shape.wide_edge and shape.literal_chars < WILDCARD_LITERAL_CHARS:
        words = rule.conditions.own.words
        if words is None or words.max is None:
            finding = f"unanchored wildcard: the pattern {shape.wide_edge} with any text, and says little itself"
            yield place.at(node, "L001", finding, "say more, give it a max (.{0,60}), or ask for words: {max: …}")
    for capitals in dict.fromkeys(shape.capitals):
        yield place.at(node, "L004", f"{capitals} means any letter, for case does not count", f"(?-i:{capitals})")
    for escape in lost_escapes(source):
        code, _, remedy = escape.partition(" ")
        yield place.at(node, "L005", f"{code} never matches: lines are folded before", remedy.strip("()"))


# ------------------------------------------------------------------ phrases


def _phrase_findings(place: _Place) -> Iterator[Finding]:
    count = Counter(fold_phrase(phrase) for phrase in place.rule.phrases)
    seen: set[str] = set()
    for node in _children(place.key("phrases")):
        folded = fold_phrase(str(node.value))
        if str(node.value).startswith("$") or count[folded] < 2:
            continue
        direct = sum(fold_phrase(str(other.value)) == folded for other in _children(place.key("phrases")))
        if folded in seen or direct < count[folded]:
            yield place.at(node, "L007", f"the phrase {node.value!r} stands here twice", "keep one")
        seen.add(folded)


def _shadow_findings(place: _Place, free: Mapping[str, list[Rule]]) -> Iterator[Finding]:
    rule = place.rule
    phrases = {fold_phrase(phrase) for phrase in rule.phrases}
    if not phrases or rule.patterns or rule.action is not Verb.REMOVE:
        return
    for other in free.get(min(phrases), ()):
        if other.id == rule.id or not _is_as_wide(other, rule):
            continue
        if other.languages and not (rule.languages and set(rule.languages) <= set(other.languages)):
            continue
        theirs = {fold_phrase(phrase) for phrase in other.phrases}
        is_mutual = theirs == phrases and _is_free(rule) and not other.patterns and _is_as_wide(rule, other)
        if phrases <= theirs and not (is_mutual and rule.id < other.id):
            finding = f"every phrase is also one of {other.id}, which asks nothing else"
            yield place.at(place.key("phrases"), "L008", finding, "drop the rule, or the phrases there")


def _is_free(rule: Rule) -> bool:
    """Whether the rule takes its phrases wherever they stand."""
    return (
        rule.action is Verb.REMOVE
        and rule.status is not Status.EXPERIMENTAL
        and not rule.unless
        and rule.conditions == Conditions()
    )


def _is_as_wide(wide: Rule, rule: Rule) -> bool:
    if rule.scope not in _WIDTHS or wide.scope not in _WIDTHS:
        return False
    if wide.scope is rule.scope:
        return wide.take == rule.take
    return _WIDTHS[wide.scope] > _WIDTHS[rule.scope]


# ------------------------------------------------------------------ conditions


def _condition_findings(place: _Place) -> Iterator[Finding]:
    rule = place.rule
    for key, node in _walk(place.node):
        if isinstance(node, yaml.MappingNode) and not node.value:
            remedy = "write edge: false, if there must be such a line" if key in ("previous", "next") else "drop it"
            yield place.at(node, "L012", f"`{key}` asks nothing", remedy)
    for finding in dict.fromkeys(_contradictions(rule.conditions)):
        yield place.at(place.key(finding.partition(":")[0].partition(".")[0]), "L011", finding, "it can never hold")
    if rule.take is not None and rule.take.while_ is not None:
        for finding in _line_contradictions(rule.take.while_, "take.while"):
            yield place.at(place.key("take"), "L011", finding, "it can never hold")
    for node, exception in zip(_children(place.key("unless")), rule.unless, strict=False):
        contradictions = list(_contradictions(exception.conditions))
        for finding in contradictions:
            yield place.at(node, "L011", f"unless: {finding}", "it can never hold")
        if exception.conditions == Conditions():
            yield place.at(node, "L012", "the exception asks nothing, so that the rule never acts", "say when it holds")
        elif not contradictions and (reason := _never_together(rule, exception.conditions)):
            yield place.at(node, "L010", f"the exception can't hold where the rule does: {reason}", "drop or mend it")


def _contradictions(asked: Conditions) -> Iterator[str]:
    yield from _line_contradictions(asked.own, "")
    for name in ("previous", "next", "title"):
        test = getattr(asked, name)
        if test is not None:
            yield from _line_contradictions(test, name)
    for name in ("above", "below", "run"):
        count = getattr(asked, name)
        if count is not None:
            yield from _range_contradictions(count, name)
    if asked.run is not None and asked.run.max == 0:
        yield "run: a line is always one of a run of at least 1"


def _range_contradictions(count: Range, name: str) -> Iterator[str]:
    if count.max is not None and count.min > count.max:
        yield f"{name}: min {count.min} is more than max {count.max}"


def _line_contradictions(test: LineTest, name: str) -> Iterator[str]:
    prefix = f"{name}." if name else ""
    words = test.words
    if words is not None:
        yield from _range_contradictions(words, f"{prefix}words")
        if test.prose and words.max is not None and words.max < PROSE_MIN_WORDS:
            yield f"{prefix}prose: prose has {PROSE_MIN_WORDS} words or more, and words asks for {words.max} at most"
        if test.heading and words.min > HEADING_MAX_WORDS:
            yield f"{prefix}heading: a heading has at most {HEADING_MAX_WORDS} words, and words asks for {words.min}"
    asked = _asked(test)
    if test.edge and set(asked) != {"edge"}:
        others = ", ".join(sorted(_written(field) for field in asked if field != "edge"))
        yield f"{prefix}edge: there is no line there, so that nothing can be asked of it ({others})"
    if test.not_ is not None:
        yield from _line_contradictions(test.not_, f"{prefix}not")
        refused = _asked(test.not_)
        if refused and refused.items() <= asked.items():
            yield f"{prefix}not: refuses what the rule asks for ({', '.join(map(_written, refused))})"


def _written(field: str) -> str:
    """The key as packs write it."""
    return {"patterns": "pattern", "not_": "not"}.get(field, field)


def _asked(test: LineTest) -> dict[str, Any]:
    values = {field.name: getattr(test, field.name) for field in fields(test)}
    if test.phrases is not None:
        values["phrases"] = test.phrases.folded
    return {name: value for name, value in values.items() if value not in (None, ())}


def _never_together(rule: Rule, exception: Conditions) -> str:
    """Why the exception's conditions can't hold on a line that the rule matches; empty where they may."""
    own = exception.own
    if own.phrases is not None and rule.phrases and not (own.patterns or rule.patterns):
        phrases = {fold_phrase(phrase) for phrase in rule.phrases}
        if rule.scope is not Scope.INLINE and not phrases & own.phrases.folded:
            return "phrases that are not the rule's"
    if reason := _lines_differ(rule.conditions.own, own):
        return reason
    for name in ("previous", "next", "title"):
        asked, refused = getattr(rule.conditions, name), getattr(exception, name)
        if asked is not None and refused is not None:
            if bool(asked.edge) is not bool(refused.edge):
                return f"{name}.edge"
            if not asked.edge and (reason := _lines_differ(asked, refused)):
                return f"{name}.{reason}"
    for name in ("above", "below", "run"):
        asked, refused = getattr(rule.conditions, name), getattr(exception, name)
        if asked is not None and refused is not None and _are_apart(asked, refused):
            return name
    return ""


def _lines_differ(one: LineTest, two: LineTest) -> str:
    for name in ("prose", "heading", "adjacent"):
        if None not in (getattr(one, name), getattr(two, name)) and getattr(one, name) is not getattr(two, name):
            return name
    if one.words is not None and two.words is not None and _are_apart(one.words, two.words):
        return "words"
    for short, long in ((one, two), (two, one)):
        if long.prose and short.words is not None and (short.words.max or PROSE_MIN_WORDS) < PROSE_MIN_WORDS:
            return "words and prose"
    return ""


def _are_apart(one: Range, two: Range) -> bool:
    return (one.max is not None and one.max < two.min) or (two.max is not None and two.max < one.min)


# ------------------------------------------------------------------ words about a rule, and the editor line


def _word_findings(place: _Place) -> Iterator[Finding]:
    rule = place.rule
    if len(rule.why.split()) < WHY_MIN_WORDS:
        finding = f"the reason says too little: {rule.why!r}"
        yield place.at(place.key("why"), "L013", finding, "a sentence: what the line is, and why nobody wrote it")
    if rule.status is Status.DEPRECATED and not regex.search(r"[\w-]+(/[\w-]+)+", rule.why):
        finding = "the rule is deprecated, and nothing tells what takes its place"
        yield place.at(place.key("status"), "L014", finding, "name the other rule's id in `why`, or drop the rule")


def _editor_line(path: Path) -> str | None:
    """The first line that a pack should have; None for a pack that is not shipped."""
    shipped, path = shipped_folder().resolve(), path.resolve()
    if not path.is_relative_to(shipped):
        return None
    return EDITOR_LINE + Path(os.path.relpath(shipped / "schema.json", path.parent)).as_posix()


def _editor_findings(files: Iterable[RuleFile]) -> Iterator[Finding]:
    for file in files:
        wanted = _editor_line(file.path)
        if wanted is not None and file.content.partition(b"\n")[0].strip() != wanted.encode():
            yield Finding(file.name, 1, 1, "L015", "", "the editor line is missing or names another file", wanted)


# ------------------------------------------------------------------ revisions


@dataclass(frozen=True)
class _Book:
    """A `revisions.json`, the rules that it is about, and the packs whose missing rules are gone."""

    path: Path
    rules: tuple[Rule, ...]
    packs: frozenset[str]
    recorded: Mapping[str, Revision] | None


def _books(sources: Sequence[Path], packs: Sequence[Pack], files: Sequence[RuleFile]) -> Iterator[_Book]:
    """One book for each source; packs that could not be read are in none, so that their rules are not gone."""
    paths = {file.name: file.path.resolve() for file in files}
    unread = paths.keys() - {pack.path for pack in packs}
    for source in sources:
        place = source.resolve()
        inside = [
            pack
            for pack in packs
            if pack.path in paths and (paths[pack.path] == place or paths[pack.path].is_relative_to(place))
        ]
        book = (source if source.is_dir() else source.parent) / REVISIONS
        recorded = read_revisions(book)
        names = {pack.name for pack in inside}
        if source.is_dir() and recorded and not unread:
            names |= {name.rpartition("/")[0] for name in recorded}
        yield _Book(book, tuple(rule for pack in inside for rule in pack.rules), frozenset(names), recorded)


def _revision_findings(book: _Book) -> Iterator[Finding]:
    if book.recorded is None:
        return
    gone = dict(book.recorded)
    for rule in book.rules:
        told = _revision_finding(rule, gone.pop(rule.id, None))
        if told is not None:
            yield Finding(rule.path, rule.line, 1, told[0], rule.id, told[1], told[2])
    for name, old in gone.items():
        if not old.retired and name.rpartition("/")[0] in book.packs:
            finding = "the rule is gone, and its id is not retired"
            yield Finding(shown_path(book.path), 1, 1, "L023", name, finding, "cleaner rules lint --fix retires it")


def _revision_finding(rule: Rule, old: Revision | None) -> tuple[str, str, str] | None:
    """Code, finding and remedy for a rule and what is recorded of it; None where they agree."""
    if old is None:
        return "L020", "the rule is not recorded", f"cleaner rules lint --fix puts it into {REVISIONS}"
    if old.retired:
        return "L022", f"the id belonged to a rule that is retired (rev {old.rev})", "give the rule another id"
    if rule.rev < old.rev:
        return "L021", f"rev {rule.rev} went back from {old.rev}", f"write rev: {old.rev + 1}"
    if rule.rev > old.rev:
        finding = f"rev {rule.rev} is not recorded, {old.rev} is"
        return "L020", finding, f"cleaner rules lint --fix puts it into {REVISIONS}"
    if digest_of(rule) != old.digest:
        return "L021", f"what the rule does has changed, and rev {rule.rev} has not", f"write rev: {rule.rev + 1}"
    return None


# ------------------------------------------------------------------ mending


def _fix(read: _Read, findings: Sequence[Finding]) -> None:
    """Mend what can be mended without a choice: the text of packs first, then the revisions."""
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.path].append(finding)
    for file in read.files:
        content = _mended(file, by_file[file.name])
        if content != file.content:
            _write(file.path, content)
    for source in read.sources:
        for book in _books([source], read.packs, read.files):
            recorded = book.recorded or {}
            wanted = raised(recorded, book.rules, book.packs)
            if wanted != recorded:
                _write(book.path, revisions_text(wanted).encode())


def _mended(file: RuleFile, findings: Iterable[Finding]) -> bytes:
    """The file without the phrases that stand twice on a line of their own, and with its editor line."""
    lines = file.content.splitlines(keepends=True)
    codes = {finding.code for finding in findings}
    doubled = {(finding.line, finding.column, finding.finding) for finding in findings if finding.code == "L007"}
    for number, column, told in sorted(doubled, reverse=True):
        entry = regex.fullmatch(r"(\s*- )([^&*!#]+)", lines[number - 1].decode("utf-8-sig").rstrip())
        # a phrase that goes on in the next line is told whole, and so is not this line's text
        if entry and len(entry[1]) + 1 == column and repr(entry[2].strip("\"'")) in told:
            del lines[number - 1]
    if "L015" in codes and (wanted := _editor_line(file.path)):
        if lines and lines[0].startswith(EDITOR_LINE.encode()):
            del lines[0]
        lines.insert(0, wanted.encode() + b"\n")
    return b"".join(lines)


def _write(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step; its mode stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
