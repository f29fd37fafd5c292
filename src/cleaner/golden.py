"""Golden cases: a small dump, its cleaned twin and the ledger in between, compared byte for byte.

`golden/raw/**` holds the inputs, `golden/clean/**` what comes out at the same relative paths, `golden/ledger/**` which
rule did what.  Every case is cleaned by a real run, so the comparison covers reading and writing too.
"""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from cleaner.dump.audit import read_audit
from cleaner.dump.entries import Fields
from cleaner.dump.inputs import Inputs
from cleaner.dump.outputs import AUDIT, Target
from cleaner.dump.run import Run
from cleaner.model import CleanerError
from cleaner.pipeline import Cleaner

RAW, CLEAN, LEDGER = "raw", "clean", "ledger"


class GoldenError(CleanerError):
    """Golden files that can't be used."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One case that does not come out as its golden files say; `diff` shows the text, then the ledger."""

    case: str
    finding: str
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All cases, and those that differ."""

    cases: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare(golden: Path, cleaner: Cleaner) -> Comparison:
    """Every golden case against what the cleaner makes of it now; raises `GoldenError` where there are none."""
    with TemporaryDirectory() as folder:
        now = _clean_cases(golden, cleaner, Path(folder))
        was = {path: (golden / path).read_bytes() for path in _expected_files(golden)}
    cases = tuple(sorted(_files_below(golden / RAW)))
    differences = tuple(
        _difference(path, was.get(path), now.get(path))
        for path in sorted(now.keys() | was.keys())
        if now.get(path) != was.get(path)
    )
    return Comparison(cases, differences)


def accept(golden: Path, cleaner: Cleaner, cases: Sequence[str] = ()) -> list[str]:
    """Write what comes out now as what is expected, for the named cases or all; the files that changed.

    Raises `GoldenError` for a name that is no case.
    """
    known = set(_files_below(golden / RAW))
    unknown = [case for case in cases if case not in known]
    if unknown:
        raise GoldenError(f"no such golden case: {', '.join(unknown)} (cases are paths below {golden / RAW})")
    with TemporaryDirectory() as folder:
        now = _clean_cases(golden, cleaner, Path(folder))
        was = {path: (golden / path).read_bytes() for path in _expected_files(golden)}
    changed = []
    for path in sorted(now.keys() | was.keys()):
        if now.get(path) == was.get(path) or (cases and not _belongs(path, cases)):
            continue
        changed.append(path)
        if path in now:
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_bytes(now[path])
        else:
            (golden / path).unlink()
    return changed


def add(golden: Path, cleaner: Cleaner, files: Sequence[Path], folder: str = "") -> list[str]:
    """Copy files to `golden/raw` (below `folder`), clean them and write what is expected; the files written.

    Raises `GoldenError` where a case of that name is there already.
    """
    cases = []
    for file in files:
        place = golden / RAW / folder / file.name
        if place.exists():
            raise GoldenError(f"golden case {place} is there already; rename the file")
    for file in files:
        place = golden / RAW / folder / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        cases.append(place.relative_to(golden / RAW).as_posix())
    return accept(golden, cleaner, cases)


def _clean_cases(golden: Path, cleaner: Cleaner, folder: Path) -> dict[str, bytes]:
    """What is expected of all cases, as they come out now: relative path below `golden` -> bytes."""
    if not (golden / RAW).is_dir():
        raise GoldenError(f"{golden / RAW}: no such folder; `cleaner golden add FILE` makes the first case")
    target = Target(folder, True, folder / AUDIT)
    failures: list[str] = []
    Run(cleaner, Fields(), target, failures.append).clean_inputs(Inputs([str(golden / RAW)]))
    found: dict[str, bytes] = {}
    for path in _files_below(folder):
        if not path.startswith(AUDIT):
            found[f"{CLEAN}/{path}"] = (folder / path).read_bytes()
    ledgers: dict[str, list[bytes]] = {}
    for row, records in read_audit(folder / AUDIT):
        lines = ledgers.setdefault(f"{LEDGER}/{row.source}.jsonl", [])
        lines.extend(msgspec.json.encode(record) + b"\n" for record in records)
    found |= {path: b"".join(lines) for path, lines in ledgers.items()}
    if failures:
        found[f"{LEDGER}/failures.txt"] = "".join(f"{failure}\n" for failure in sorted(failures)).encode()
    return found


def _expected_files(golden: Path) -> Iterator[str]:
    for part in (CLEAN, LEDGER):
        if (golden / part).is_dir():
            yield from (f"{part}/{path}" for path in _files_below(golden / part))


def _files_below(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _belongs(path: str, cases: Sequence[str]) -> bool:
    name = path.split("/", 1)[1]
    return name in cases or any(name in (f"{case}.jsonl", f"{case}.txt") for case in cases)


def _difference(path: str, was: bytes | None, now: bytes | None) -> Difference:
    if was is None:
        return Difference(path, "comes out, but is not expected (accept it, if it is right)")
    if now is None:
        return Difference(path, "is expected, but does not come out")
    diff = difflib.unified_diff(
        was.decode("utf-8", "replace").splitlines(),
        now.decode("utf-8", "replace").splitlines(),
        "golden",
        "now",
        lineterm="",
        n=1,
    )
    return Difference(path, "differs", "\n".join(diff))
