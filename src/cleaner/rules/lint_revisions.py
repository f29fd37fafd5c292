"""Rules against `revisions.json`: what is not recorded, has changed unsaid, or is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaner.rules.files import RuleFile
from cleaner.rules.findings import Finding
from cleaner.rules.model import Pack, Rule
from cleaner.rules.problems import shown_path
from cleaner.rules.revisions import FILE as REVISIONS
from cleaner.rules.revisions import Revision, digest_of, read_revisions


@dataclass(frozen=True)
class Book:
    """A `revisions.json`, the rules that it is about, and the packs whose missing rules are gone."""

    path: Path
    rules: tuple[Rule, ...]
    packs: frozenset[str]
    recorded: Mapping[str, Revision] | None


def books_of(sources: Sequence[Path], packs: Sequence[Pack], files: Sequence[RuleFile]) -> Iterator[Book]:
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
        yield Book(book, tuple(rule for pack in inside for rule in pack.rules), frozenset(names), recorded)


def revision_findings(book: Book) -> Iterator[Finding]:
    """Findings about the rules of one book; none where nothing was ever recorded."""
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
