"""`cleaner rules lint`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from cleaner.cli.status import DIFFERENT, FINE
from cleaner.rules.lint import lint


@click.command("lint")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, and record new rules and raised revs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--rules",
    multiple=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Packs to look at, a file or a folder, instead of the shipped ones; may be given several times.",
)
def lint_command(fix: bool, as_json: bool, rules: tuple[Path, ...]) -> int:
    """Look for what is wrong with packs: coded findings with place and remedy; exit status 1 where there is one."""
    findings = lint(rules, fix=fix)
    for finding in findings:
        click.echo(msgspec.json.encode(finding) if as_json else finding)
    if not as_json:
        click.echo(f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}", err=True)
    return DIFFERENT if findings else FINE
