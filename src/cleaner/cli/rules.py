"""`cleaner rules list | show | test`."""

from __future__ import annotations

from collections.abc import Iterator

import click
import msgspec

from cleaner.cli.options import RuleOptions, all_rule_options
from cleaner.cli.rules_author import new_command, schema_command
from cleaner.cli.rules_lint import lint_command
from cleaner.cli.rules_prove import test_command
from cleaner.cli.status import FINE
from cleaner.rules.catalogue import catalogue
from cleaner.rules.model import Rule


@click.group("rules")
def rules_group() -> None:
    """Look at rules, and run their examples."""


@rules_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; short for --format json.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="markdown: a catalogue of all rules with their examples.",
)
@all_rule_options
def list_command(as_json: bool, form: str, chosen: RuleOptions) -> int:
    """List every rule: id, category, scope and reason."""
    found = chosen.make_cleaner().rules.rules
    as_json = as_json or form == "json"
    if form == "markdown" and not as_json:
        click.echo(catalogue(found), nl=False)
        return FINE
    for rule in found:
        if as_json:
            fields = {"id": rule.id, "rev": rule.rev, "category": rule.category, "scope": rule.scope, "why": rule.why}
            click.echo(msgspec.json.encode(fields))
        else:
            click.echo(f"{rule.id:<36} {rule.category:<12} {rule.scope:<10} {rule.why}")
    if not as_json:
        click.echo(f"{len(found)} rules", err=True)
    return FINE


@rules_group.command("show")
@click.argument("rule_id", metavar="RULE")
@all_rule_options
def show_command(rule_id: str, chosen: RuleOptions) -> int:
    """Show one rule: where it stands, what it matches, its exceptions and examples."""
    for line in _rule_lines(chosen.make_cleaner().rules.find(rule_id)):
        click.echo(line)
    return FINE


def _rule_lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} (rev {rule.rev})  {rule.path}:{rule.line}"
    yield f"  {rule.why}"
    languages = ", ".join(rule.languages) or "any"
    yield f"  category {rule.category}, scope {rule.scope}, action {rule.action}, language {languages}, {rule.status}"
    for phrase in rule.phrases:
        yield f"  phrase   {phrase}"
    for pattern in rule.patterns:
        yield f"  pattern  {pattern.source}"
    for exception in rule.unless:
        yield f"  unless   {exception.because}"
    for key, origin in rule.origins:
        yield f"  {key:<9}from {origin}"
    for example in rule.examples:
        yield f"  example  ({'removes' if example.removes else 'near miss'}, line {example.line})"
        yield from (f"    {line}" for line in example.context.text.splitlines())


rules_group.add_command(test_command)
rules_group.add_command(schema_command)
rules_group.add_command(new_command)
rules_group.add_command(lint_command)
