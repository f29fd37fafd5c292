"""`cleaner explain`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
import regex
from msgspec.structs import replace

from cleaner.cli.options import RuleOptions, rule_options
from cleaner.cli.status import FINE
from cleaner.decode import check_encoding
from cleaner.dump.entries import Fields, read_entry, read_source
from cleaner.dump.formats import Format, container_of
from cleaner.dump.inputs import InputError
from cleaner.explain import Explained, Verdict, explain, explain_why_not, pick
from cleaner.explain_page import explain_page
from cleaner.model import CleanerError, Document

_COLOURS = {
    Verdict.REMOVED: "red",
    Verdict.REPLACED: "yellow",
    Verdict.CHANGED: "yellow",
    Verdict.REPAIRED: "cyan",
}
_VERDICT_WIDTH = max(len(verdict) for verdict in Verdict)


@click.command("explain")
@click.argument("place", metavar="FILE[:LINE]")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="json: one object a line; html: a page to look at.",
)
@click.option("--all", "with_claims", is_flag=True, help="Every rule that would have taken a line, not only the first.")
@click.option(
    "--why-not",
    "rule_id",
    metavar="RULE",
    help="The first condition of this rule that the line fails; without LINE, for each line that it matches.",
)
@click.option(
    "--from",
    "format_",
    type=click.Choice([Format.TXT.value, Format.HTML.value]),
    help="What the file holds, whatever its name says.",
)
@click.option("--encoding", help="Encoding of the file; found out where it is not given.")
@click.option("--language", help="Language of the text (en); rules for other languages stay away.")
@click.option("--url", help="URL of the text, for rules that ask for a domain.")
@click.option("--title", help="Headline of the text, for rules that ask for it.")
@rule_options
def explain_command(
    place: str,
    output: str,
    with_claims: bool,
    rule_id: str | None,
    format_: str | None,
    encoding: str | None,
    language: str | None,
    url: str | None,
    title: str | None,
    chosen: RuleOptions,
) -> int:
    """Tell of every line of FILE, or of one LINE, what becomes of it, by which rule, and why."""
    check_encoding(encoding)
    path, number = _split_place(place)
    document = _read(path, Format(format_) if format_ else None, Fields(encoding=encoding, language=language))
    document = replace(document, url=url or document.url, title=title or document.title)
    cleaner = chosen.make_cleaner()
    rule = cleaner.rules.find(rule_id) if rule_id is not None else None
    try:
        if rule is not None:
            lines = explain_why_not(cleaner, document, rule, number, with_claims=with_claims)
        else:
            lines = explain(cleaner, document, with_claims=with_claims)
            lines = lines if number is None else [pick(lines, number)]
    except CleanerError as error:
        raise InputError(f"{path}: {error}") from error
    if rule is not None and not lines:
        click.echo(f"cleaner: {path}: no line that the phrases or patterns of {rule.id} match", err=True)
    if output == "html":
        click.echo(explain_page(path.name, lines), nl=False)
    for line in _json_lines(lines) if output == "json" else _text_lines(lines) if output == "text" else ():
        click.echo(line)
    return FINE


def _split_place(place: str) -> tuple[Path, int | None]:
    """FILE and LINE; a file whose name ends in a colon and a number is taken as it stands."""
    match = regex.fullmatch(r"(.+):(\d{1,9})", place, regex.DOTALL)
    if match is None or Path(place).exists():
        return Path(place), None
    return Path(match[1]), int(match[2])


def _read(path: Path, forced: Format | None, fields: Fields) -> Document:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: a folder; explain looks at one text or page")
    named = container_of(path.name)
    format_ = forced or (named.format if named else Format.TXT)
    if format_.holds_records:
        raise InputError(f"{path}: holds records; explain looks at one text or page (--from txt takes it as a text)")
    try:
        return read_entry(read_source(path), path.name, format_, fields).document
    except CleanerError as error:
        raise InputError(f"{path}: {error}") from error


def _json_lines(lines: Iterable[Explained]) -> Iterator[str]:
    """One object a line: line, text, verdict, rule, why, after, others, and why_not where it was asked for."""
    for line in lines:
        fields = msgspec.to_builtins(line)
        if line.why_not is None:
            del fields["why_not"]
        yield msgspec.json.encode(fields).decode()


def _text_lines(lines: Iterable[Explained]) -> Iterator[str]:
    """Number, verdict and text of each line; below it what stands there now, and who says so (blank lines aside)."""
    lines = list(lines)
    width = len(str(lines[-1].line)) if lines else 0
    indent = " " * (width + _VERDICT_WIDTH + 4)
    for line in lines:
        colour = _COLOURS.get(line.verdict)
        verdict = click.style(f"{line.verdict:<{_VERDICT_WIDTH}}", fg=colour)
        text = click.style(_visible(line.text), fg=colour, strikethrough=line.verdict is Verdict.REMOVED)
        yield f"{line.line:>{width}}  {verdict}  {text}".rstrip()
        if line.after is not None and line.after.rstrip() != line.text.rstrip():
            yield f"{indent}{click.style('now', dim=True)} {click.style(_visible(line.after), fg='green')}"
        if line.rule and line.text.strip():
            yield f"{indent}{click.style(line.rule, bold=True)}  {click.style(line.why, dim=True)}"
        for voice in line.others:
            yield f"{indent}{click.style('also', dim=True)} {voice.rule}  {click.style(voice.why, dim=True)}"
        if line.why_not is not None:
            asked = "why not" if not line.why_not.acts else "why"
            yield f"{indent}{asked} {click.style(line.why_not.rule, bold=True)}: {_visible(line.why_not.finding)}"


_CONTROL = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\p{Cs}--\t]", regex.VERSION1)


def _visible(text: str) -> str:
    """The text with its control characters written out, so that no text can command a terminal."""
    return _CONTROL.sub(lambda match: ascii(match.group())[1:-1], text)
