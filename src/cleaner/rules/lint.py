"""What is wrong with packs that can be read: coded findings, each at its line and column with its remedy.

Problems that make a pack unusable (`cleaner.rules.nodes.Problem`) get a code here too, so that one command shows all.
Overrides are left out: a pack is looked at as it is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import regex
import yaml

from cleaner.fold import fold_phrase
from cleaner.rules.files import RuleFile, find_files
from cleaner.rules.findings import Finding, Place, children
from cleaner.rules.lint_conditions import condition_findings
from cleaner.rules.lint_editor import editor_findings
from cleaner.rules.lint_fix import mend_packs, mend_revisions
from cleaner.rules.lint_patterns import pattern_findings
from cleaner.rules.lint_phrases import is_free, list_findings, phrase_findings, shadow_findings
from cleaner.rules.lint_revisions import books_of, revision_findings
from cleaner.rules.load import shipped_folder
from cleaner.rules.model import Pack, Rule, Status
from cleaner.rules.nodes import Reader, child_node, compose_yaml
from cleaner.rules.packs import read_packs
from cleaner.rules.problems import PackError, Problem

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

WHY_MIN_WORDS = 4


@dataclass(frozen=True)
class _Read:
    """What is looked at: the sources, their files, all packs (the shipped ones too), all nodes by shown path, and the
    folder of the shipped packs.
    """

    sources: tuple[Path, ...]
    files: tuple[RuleFile, ...]
    packs: tuple[Pack, ...]
    nodes: Mapping[str, yaml.Node | None]
    problems: tuple[Problem, ...]
    shipped: Path


def lint(sources: Sequence[Path] = (), *, fix: bool = False) -> list[Finding]:
    """The findings about the packs in the folders or files, or about the shipped ones, sorted by place.

    With `fix` what can be mended safely is mended in the files, and its findings are not given back.  Raises
    `PackError` where a source can't be read at all, `RevisionsError` for a broken `revisions.json`.
    """
    read = _read(sources or [shipped_folder()])
    findings = _findings(read)
    if fix:
        mend_packs(read.files, findings, read.shipped)
        mend_revisions(read.sources, read.packs, read.files)
        findings = _findings(_read(read.sources))
    return findings


def _read(sources: Sequence[Path]) -> _Read:
    unreadable: list[Problem] = []
    files = find_files(sources, unreadable)
    if unreadable:
        raise PackError(unreadable)
    own = {file.path.resolve() for file in files}
    shipped = shipped_folder()
    every = files + [
        file for file in find_files([shipped], unreadable, is_shipped=True) if file.path.resolve() not in own
    ]
    problems: list[Problem] = []
    packs = read_packs(every, problems)
    nodes = {file.name: compose_yaml(file.content, Reader(file.name)) for file in every}
    overriding = {name for name, node in nodes.items() if child_node(node, "overrides") is not None}
    if overriding:
        packs = read_packs([file for file in every if file.name not in overriding], [])
    return _Read(
        tuple(sources),
        tuple(file for file in files if file.name not in overriding),
        tuple(packs),
        nodes,
        tuple(problem for problem in problems if problem.path in {file.name for file in files}),
        shipped,
    )


def _findings(read: _Read) -> list[Finding]:
    findings = [_of_problem(problem) for problem in read.problems]
    free: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in (rule for pack in read.packs for rule in pack.rules if is_free(rule)):
        for phrase in {fold_phrase(phrase) for phrase in rule.phrases}:
            free[phrase].append(rule)
    names = {file.name for file in read.files}
    for pack in read.packs:
        if pack.path in names:
            findings += _pack_findings(pack, read.nodes, read.packs, free)
    findings += editor_findings(read.files, read.shipped)
    for book in books_of(read.sources, read.packs, read.files):
        findings += revision_findings(book)
    return sorted(set(findings))


def _of_problem(problem: Problem) -> Finding:
    code = next((code for code, form in _LOADER_CODES if regex.match(form, problem.finding)), "E000")
    return Finding(problem.path, problem.line, problem.column, code, problem.subject, problem.finding, problem.remedy)


def _pack_findings(
    pack: Pack, nodes: Mapping[str, yaml.Node | None], packs: Sequence[Pack], free: Mapping[str, list[Rule]]
) -> Iterator[Finding]:
    root = nodes[pack.path]
    by_id = {
        f"{pack.name}/{child.value}": node
        for node in children(child_node(root, "rules"))
        if isinstance(child := child_node(node, "id"), yaml.ScalarNode)
    }
    yield from list_findings(pack, root, nodes, packs)
    for rule in pack.rules:
        place = Place(rule, by_id[rule.id])
        yield from pattern_findings(place)
        yield from phrase_findings(place)
        yield from shadow_findings(place, free)
        yield from condition_findings(place)
        yield from _word_findings(place)


def _word_findings(place: Place) -> Iterator[Finding]:
    rule = place.rule
    if len(rule.why.split()) < WHY_MIN_WORDS:
        finding = f"the reason says too little: {rule.why!r}"
        yield place.at(place.key("why"), "L013", finding, "a sentence: what the line is, and why nobody wrote it")
    if rule.status is Status.DEPRECATED and not regex.search(r"[\w-]+(/[\w-]+)+", rule.why):
        finding = "the rule is deprecated, and nothing tells what takes its place"
        yield place.at(place.key("status"), "L014", finding, "name the other rule's id in `why`, or drop the rule")
