"""The first line of a shipped pack, which tells editors where the schema of packs is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cleaner.rules.files import RuleFile
from cleaner.rules.findings import Finding

EDITOR_LINE = "# yaml-language-server: $schema="


def editor_line(path: Path, shipped: Path) -> str | None:
    """The first line that a pack should have; None for a pack that is not shipped."""
    shipped, path = shipped.resolve(), path.resolve()
    if not path.is_relative_to(shipped):
        return None
    return EDITOR_LINE + Path(os.path.relpath(shipped / "schema.json", path.parent)).as_posix()


def editor_findings(files: Iterable[RuleFile], shipped: Path) -> Iterator[Finding]:
    """Shipped packs whose first line does not name the schema."""
    for file in files:
        wanted = editor_line(file.path, shipped)
        if wanted is not None and file.content.partition(b"\n")[0].strip() != wanted.encode():
            yield Finding(file.name, 1, 1, "L015", "", "the editor line is missing or names another file", wanted)
