"""`cleaner rules schema | new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from cleaner.cli.status import FINE
from cleaner.decode import decode
from cleaner.model import CleanerError
from cleaner.rules.draft import draft_from_diff, draft_from_lines, other_lines
from cleaner.rules.draft_yaml import Draft, append_yaml, pack_yaml
from cleaner.rules.schema import schema_json
from cleaner.whole import written_whole

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NOT_TEXT = {".html", ".htm", ".jsonl", ".json", ".parquet", ".warc", ".gz", ".zst"}


class ExistsError(CleanerError):
    """A file is there already."""


class Place(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer click only
    """`FILE:LINE` or `FILE:LINE-LINE`: a path, and the first and last line (1-based)."""

    name = "FILE:LINE[-LINE]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Path, int, int]:
        """The path and the two line numbers."""
        match = re.fullmatch(r"(.+):(\d{1,9})(?:-(\d{1,9}))?", value, re.DOTALL)
        if match is None:
            self.fail(f"{value!r} names no line; write FILE:LINE or FILE:LINE-LINE", param, ctx)
        path, first = Path(match[1]), int(match[2])
        if not path.is_file():
            self.fail(f"no file {match[1]!r}", param, ctx)
        return path, first, int(match[3] or first)


@click.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of packs and overrides, for editors."""
    click.echo(schema_json(), nl=False)
    return FINE


@click.command("new")
@click.option("--from", "place", type=Place(), help="Draft a rule that takes this line, or these, of a text.")
@click.option(
    "--from-diff", "pair", nargs=2, type=_FILE, metavar="RAW CLEAN", help="Draft rules from a text and its edited copy."
)
@click.option("--id", "name", default="", help="Id of the rule; made from its words otherwise.")
@click.option("--pack", default="my/rules", show_default=True, help="Name of the pack.")
@click.option("--append", type=_FILE, metavar="PACK", help="Add the rule to this pack; its text stays as it is.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the pack to this file.")
@click.option("--overwrite", is_flag=True, help="Write over a file that is there.")
def new_command(
    place: tuple[Path, int, int] | None,
    pair: tuple[Path, Path] | None,
    name: str,
    pack: str,
    append: Path | None,
    output: Path | None,
    overwrite: bool,
) -> int:
    """Draft rules from a line of a text (FILE:LINE, FILE:LINE-LINE), or from a text and its copy edited by hand.

    A draft loads and its examples pass; its reason is left to fill in, its category and reach to check.
    """
    if (place is None) == (pair is None):
        raise click.UsageError("say what to draft from: --from FILE:LINE, or --from-diff RAW CLEAN")
    if append is not None and output is not None:
        raise click.UsageError("--append writes to the pack itself; leave out -o")
    if output is not None and output.exists() and not overwrite:
        raise ExistsError(f"{output} exists; use --append to add to it, or --overwrite")
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise click.UsageError(f"--id {name!r}: use small letters, digits and hyphens")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*", pack):
        raise click.UsageError(f"--pack {pack!r}: use small letters, digits and hyphens, with / between")
    drafts = _drafts(place, pair, name)
    text = append_yaml(append, drafts) if append is not None else pack_yaml(pack, drafts)
    target = append or output
    if target is None:
        click.echo(text, nl=False)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target) as file:
            file.write(text.encode())
        click.echo(f"{len(drafts)} {'rule' if len(drafts) == 1 else 'rules'} written to {target}", err=True)
    return FINE


def _drafts(place: tuple[Path, int, int] | None, pair: tuple[Path, Path] | None, name: str) -> list[Draft]:
    """The drafts, and on stderr what they take beside the lines that they were asked for."""
    if place is not None:
        path, first, last = place
        text = _read(path)
        drafts = [draft_from_lines(path, text, first, last, name=name)]
        others = [line for line in other_lines(drafts[0], text) if not first <= line <= last]
        if others:
            click.echo(f"{path}: the rule takes other lines, too: {', '.join(map(str, others))}", err=True)
        return drafts
    assert pair is not None
    raw, clean = _read(pair[0]), _read(pair[1])
    drafts = draft_from_diff(pair[0], raw, clean, name=name)
    for draft in drafts:
        kept = other_lines(draft, raw, clean) if "action: replace" not in draft.fields else []
        if kept:
            lines = ", ".join(map(str, kept))
            click.echo(f"{pair[0]}: {draft.name} takes lines that {pair[1]} keeps: {lines}", err=True)
    return drafts


def _read(path: Path) -> str:
    if path.suffix.lower() in _NOT_TEXT:
        raise click.UsageError(f"{path}: rules are drafted from plain texts; save its text as a .txt file")
    return decode(path.read_bytes()).text
