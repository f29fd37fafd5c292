"""`cleaner rules test`: examples, mutants, and a corpus that must lose nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import click

from cleaner.cli.options import RuleOptions, rule_options
from cleaner.cli.status import DIFFERENT, FINE, SOME_FAILED
from cleaner.dump.inputs import Inputs
from cleaner.pipeline import Cleaner
from cleaner.rules.keep import compare_losses, find_losses, read_known
from cleaner.rules.load import RuleSet, UnknownRuleError
from cleaner.rules.model import Rule
from cleaner.rules.mutate import Survivor, find_unproven
from cleaner.rules.prove import prove


@click.command("test")
@click.argument("names", nargs=-1, metavar="[RULE]...")
@click.option("--mutate", is_flag=True, help="Drop one part of a rule at a time; list the parts that no example needs.")
@click.option(
    "--keep-corpus",
    "corpus",
    multiple=True,
    metavar="DIR|FILE",
    help="Texts that must lose nothing: list what the rules remove there; may be given several times.",
)
@click.option(
    "--known",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --keep-corpus: known exceptions, JSON lines with file, rule, text and because.",
)
@rule_options
def test_command(
    names: tuple[str, ...], mutate: bool, corpus: tuple[str, ...], known: Path | None, chosen: RuleOptions
) -> int:
    """Run every example of every rule, or of each RULE (ids; globs allowed).

    Exit status 1 where an example does not come out as written, a part is unproven or a text of the corpus loses
    something.
    """
    if known is not None and not corpus:
        raise click.UsageError("--known goes with --keep-corpus")
    if mutate and corpus:
        raise click.UsageError("--mutate and --keep-corpus are two tests; run one after the other")
    known_rules = chosen.with_all().make_cleaner().rules
    rules = _named(known_rules, names)
    if corpus:
        return _test_corpus(chosen.make_cleaner(), rules, corpus, known)
    return _test_parts(known_rules, rules) if mutate else _test_examples(known_rules, rules)


def _named(rules: RuleSet, names: Sequence[str]) -> list[Rule]:
    for name in names:
        if not any(fnmatchcase(rule.id, name) for rule in rules.rules):
            raise UnknownRuleError(name, rules.by_id)
    return [rule for rule in rules.rules if not names or any(fnmatchcase(rule.id, name) for name in names)]


def _test_examples(rules: RuleSet, named: Sequence[Rule]) -> int:
    outcomes = Counter[str]()
    is_fine = True
    for outcome in prove(rules, named):
        outcomes[outcome.verdict] += 1
        is_fine &= outcome.passed
        if outcome.verdict == "validated":
            continue
        rule, example = outcome.rule, outcome.example
        reason = f" ({example.context.todo})" if example.context.todo is not None else ""
        click.echo(f"{rule.path}:{example.line}: {rule.id}: {outcome.verdict}: {example.name}{reason}")
        if outcome.verdict not in ("todo", "todo passes"):
            click.echo("\n".join([outcome.diff, *outcome.notes, ""]))
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in sorted(outcomes.items())) or "no examples")
    return FINE if is_fine else DIFFERENT


def _test_parts(rules: RuleSet, named: Sequence[Rule]) -> int:
    unproven = explained = needless = 0
    for found in find_unproven(rules, named):
        where = f"{found.place}: {found.rule.id}: {found.part}"
        if not isinstance(found, Survivor):
            needless += 1
            why = "an example proves it" if found.is_known else "the rule has no such part"
            click.echo(f"{where}: explained in unproven:, but {why}")
        elif found.because is not None:
            explained += 1
            click.echo(f"{where}: unproven, because {found.because}")
        else:
            unproven += 1
            click.echo(f"{where}: no example notices when it is gone")
    click.echo(f"{len(named)} rules, {unproven} unproven parts, {explained} explained, {needless} explained needlessly")
    return DIFFERENT if unproven or needless else FINE


def _test_corpus(cleaner: Cleaner, named: Sequence[Rule], corpus: Sequence[str], known: Path | None) -> int:
    ids = {rule.id for rule in named}
    is_chosen = (lambda _: True) if ids.issuperset(cleaner.rules.by_id) else (lambda rule: rule in ids)
    losses = compare_losses(find_losses(cleaner, Inputs(corpus)), read_known(known) if known else [], is_chosen)
    for finding in losses.new:
        click.echo(f"{finding.file}:{finding.line}: {finding.rule}: {finding.text}")
    for entry in losses.stale:
        click.echo(f"{known}: stale: {entry.file}: {entry.rule}: {entry.text}")
    for failure in losses.failures:
        click.echo(f"{failure.doc}: {failure.error}", err=True)
    click.echo(f"{len(losses.new)} removals, {losses.known_count} known, {len(losses.stale)} stale")
    if losses.new or losses.stale:
        return DIFFERENT
    return SOME_FAILED if losses.failures else FINE
