"""`cleaner regress` and `cleaner golden add | accept`."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner import golden
from cleaner.cli.options import RuleOptions, rule_options
from cleaner.cli.status import DIFFERENT, FINE

GOLDEN_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("regress")
@click.argument("folder", default="golden", type=GOLDEN_FOLDER, metavar="[GOLDEN]")
@rule_options
def regress_command(folder: Path, chosen: RuleOptions) -> int:
    """Compare every golden case with what comes out now: text and ledger, byte for byte.

    Exit status 1 where one differs.
    """
    comparison = golden.compare(folder, chosen.make_cleaner())
    for difference in comparison.differences:
        click.echo(f"{difference.case}: {difference.finding}")
        if difference.diff:
            click.echo(difference.diff + "\n")
    count = len(comparison.differences)
    click.echo(
        f"{len(comparison.cases)} cases, {count} files differ"
        if count
        else f"{len(comparison.cases)} cases, all as expected"
    )
    return DIFFERENT if count else FINE


@click.group("golden")
def golden_group() -> None:
    """Add golden cases, and accept what they come out as."""


@golden_group.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--golden", "folder", default="golden", type=GOLDEN_FOLDER, show_default=True, help="Folder of the cases."
)
@click.option("--in", "subfolder", default="", help="Folder below golden/raw to put them in.")
@rule_options
def add_command(files: tuple[Path, ...], folder: Path, subfolder: str, chosen: RuleOptions) -> int:
    """Copy raw files into the golden dump, and write what they come out as; read the diff before you commit it."""
    for path in golden.add(folder, chosen.make_cleaner(), files, subfolder):
        click.echo(f"written {folder / path}")
    return FINE


@golden_group.command("accept")
@click.argument("cases", nargs=-1)
@click.option(
    "--golden", "folder", default="golden", type=GOLDEN_FOLDER, show_default=True, help="Folder of the cases."
)
@rule_options
def accept_command(cases: tuple[str, ...], folder: Path, chosen: RuleOptions) -> int:
    """Write what comes out now as expected, for CASES (paths below golden/raw) or for all."""
    changed = golden.accept(folder, chosen.make_cleaner(), cases)
    for path in changed:
        click.echo(f"accepted {folder / path}")
    click.echo(f"{len(changed)} files changed", err=True)
    return FINE
