"""`cleaner clean` and `cleaner restore`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
import regex

from cleaner.cli.options import RuleOptions, rule_options
from cleaner.cli.progress import show_progress
from cleaner.cli.status import FINE, INTERRUPTED, SOME_FAILED, UNUSABLE
from cleaner.cli.summary import summary_lines
from cleaner.decode import check_encoding
from cleaner.dump.entries import Fields
from cleaner.dump.formats import OUTPUT_CONTAINERS, Format
from cleaner.dump.inputs import STDIN, InputError, Inputs, agreed_container
from cleaner.dump.outputs import plan_target
from cleaner.dump.pool import core_count
from cleaner.dump.run import Run
from cleaner.report import Report

SHOWN_FAILURES = 20
LANGUAGE_TAG = regex.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")  # the common shapes of BCP 47


@click.command("clean")
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@click.option("-o", "--out", metavar="OUT", help="File or folder for the clean documents; - for standard output.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist already.")
@click.option("--audit", metavar="DIR", help="Folder for manifest, ledger, failures and report.")
@click.option(
    "--from",
    "format_",
    type=click.Choice([format_.value for format_ in Format]),
    help="How the inputs hold documents, whatever their names say.",
)
@click.option("--to", type=click.Choice(list(OUTPUT_CONTAINERS)), help="Container of the outputs; that of the inputs.")
@click.option("--encoding", help="Encoding of text and HTML files; found out where it is not given.")
@click.option("--language", help="Language of all documents (en); rules for other languages stay away.")
@click.option("--text-field", default="text", show_default=True, help="JSON field with the text.")
@click.option("--html-field", help="JSON field with a page; its main text goes to the text field.")
@click.option("--id-field", default="id", show_default=True, help="JSON field that names the document in the ledger.")
@click.option("--url-field", default="url", show_default=True, help="JSON field with the document's URL.")
@click.option("--title-field", default="title", show_default=True, help="JSON field with the document's headline.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes that clean; as many as there are cores.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no summary; failures are still told.")
@rule_options
def clean_command(
    inputs: tuple[str, ...],
    out: str | None,
    overwrite: bool,
    audit: str | None,
    format_: str | None,
    to: str | None,
    jobs: int | None,
    as_json: bool,
    quiet: bool,
    chosen: RuleOptions,
    language: str | None,
    encoding: str | None,
    **names: str,
) -> int:
    """Clean files, folders, globs or - (standard input).

    A folder becomes a folder with the same relative paths; JSON lines keep every other field.  What was removed, and by
    which rule, stands in OUT/.cleaner/ (or OUT.cleaner/ beside a file).
    """
    forced = Format(format_) if format_ else None
    check_encoding(encoding)
    if language and not LANGUAGE_TAG.fullmatch(language):
        raise InputError(f"--language {language} is no language tag; write en, de, pt-BR")
    if STDIN in inputs and len(inputs) > 1:
        raise InputError("- stands for standard input and goes alone")
    container = OUTPUT_CONTAINERS[to] if to else None
    found = None if inputs == (STDIN,) else Inputs(inputs, forced, container)
    target = plan_target(found, out, audit, overwrite=overwrite)
    if target.path and not target.is_folder:
        container = agreed_container(container, target.path.name)
        if found:
            found.to = container
    if as_json and target.path is None:
        raise InputError("--json prints the report on standard output, where the text goes: name a file with -o OUT")
    fields = Fields(
        text=names["text_field"],
        id=names["id_field"],
        url=names["url_field"],
        title=names["title_field"],
        html=names["html_field"],
        encoding=encoding,
        language=language,
    )
    cleaner = chosen.make_cleaner()
    messages = _Messages()
    with show_progress(found, quiet=quiet) as progress:
        run = Run(cleaner, fields, target, messages, progress, jobs or core_count())
        report = run.clean_stdin(forced, container) if found is None else run.clean_inputs(found)
    messages.close(report, target.audit, can_go_on=found is not None and target.path is not None)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report.as_dict()), indent=2))
    elif not quiet and target.path is not None and not report.is_interrupted:
        for line in summary_lines(report, target):
            click.echo(line, err=True)
    return _status(report)


def _status(report: Report) -> int:
    if report.is_interrupted:
        return INTERRUPTED
    if report.failed:
        return SOME_FAILED
    return FINE


class _Messages:
    """Tells failures and notes of a run on standard error, the first few of each in full."""

    def __init__(self) -> None:
        self.count = self.note_count = 0

    def __call__(self, message: str, is_failure: bool) -> None:
        self.count += is_failure
        self.note_count += not is_failure
        if (self.count if is_failure else self.note_count) <= SHOWN_FAILURES:
            click.echo(f"cleaner: {message}", err=True)

    def close(self, report: Report, audit: Path | None, *, can_go_on: bool) -> None:
        if self.count > SHOWN_FAILURES:
            where = f"; all of them stand in {audit / 'failures.jsonl'}" if audit else ""
            click.echo(f"cleaner: and {self.count - SHOWN_FAILURES:,} more failures{where}", err=True)
        if report.is_interrupted:
            rest = "the same command goes on from here" if can_go_on else "nothing was put in place"
            click.echo(f"cleaner: interrupted after {report.documents:,} documents; {rest}", err=True)


@click.command("restore")
@click.argument("out", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--to", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the sources."
)
@click.option(
    "--audit", type=click.Path(path_type=Path), metavar="DIR", help="Audit files, where they were put elsewhere."
)
@click.option("--text-field", default="text", show_default=True, help="JSON field with the text.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
def restore_command(out: Path, to: Path, audit: Path | None, text_field: str, overwrite: bool) -> int:
    """Rebuild the decoded sources of a run from its outputs OUT and its ledger, each checked by its hash."""
    from cleaner.dump.restore import restore_run  # noqa: PLC0415  (`clean` need not load it)

    if to.exists() and (not to.is_dir() or any(to.iterdir())) and not overwrite:
        raise InputError(f"{to} exists already: add --overwrite, or name another")
    failed = count = 0
    for restored in restore_run(out, to, audit=audit, text_field=text_field):
        count += 1
        if restored.error:
            failed += 1
            click.echo(f"cleaner: {restored.doc}: {restored.error}", err=True)
    click.echo(f"{count - failed:,} of {count:,} documents restored to {to}, hashes agree", err=True)
    return (SOME_FAILED if failed < count else UNUSABLE) if failed else FINE
