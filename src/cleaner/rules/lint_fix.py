"""Mending what can be mended without a choice: phrases that stand twice, the editor line, and the revisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import regex

from cleaner.rules.files import RuleFile
from cleaner.rules.findings import Finding
from cleaner.rules.lint_editor import EDITOR_LINE, editor_line
from cleaner.rules.lint_revisions import books_of
from cleaner.rules.model import Pack
from cleaner.rules.revisions import raised, revisions_text
from cleaner.whole import written_whole


def mend_packs(files: Iterable[RuleFile], findings: Iterable[Finding], shipped: Path) -> None:
    """Mend the text of the packs, as far as findings ask for it."""
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.path].append(finding)
    for file in files:
        content = _mended(file, by_file[file.name], shipped)
        if content != file.content:
            _write(file.path, content)


def mend_revisions(sources: Iterable[Path], packs: Sequence[Pack], files: Sequence[RuleFile]) -> None:
    """Record the rules in the `revisions.json` of each source, one after the other: two sources may share one."""
    for source in sources:
        for book in books_of([source], packs, files):
            recorded = book.recorded or {}
            wanted = raised(recorded, book.rules, book.packs)
            if wanted != recorded:
                _write(book.path, revisions_text(wanted).encode())


def _mended(file: RuleFile, findings: Iterable[Finding], shipped: Path) -> bytes:
    """The file without the phrases that stand twice on a line of their own, and with its editor line."""
    lines = file.content.splitlines(keepends=True)
    codes = {finding.code for finding in findings}
    doubled = {(finding.line, finding.column, finding.finding) for finding in findings if finding.code == "L007"}
    for number, column, told in sorted(doubled, reverse=True):
        entry = regex.fullmatch(r"(\s*- )([^&*!#]+)", lines[number - 1].decode("utf-8-sig").rstrip())
        # a phrase that goes on in the next line is told whole, and so is not this line's text
        if entry and len(entry[1]) + 1 == column and repr(entry[2].strip("\"'")) in told:
            del lines[number - 1]
    if "L015" in codes and (wanted := editor_line(file.path, shipped)):
        if lines and lines[0].startswith(EDITOR_LINE.encode()):
            del lines[0]
        lines.insert(0, wanted.encode() + b"\n")
    return b"".join(lines)


def _write(path: Path, content: bytes) -> None:
    with written_whole(path) as file:
        file.write(content)
