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

from cleaner.dump.audit import read_audit, read_failures
from cleaner.dump.entries import Fields
from cleaner.dump.inputs import AUDIT, Inputs, is_cleaned
from cleaner.dump.outputs import Target
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

    Raises `GoldenError` where a case of that name is there already, or a run would not look at it.
    """
    root = (golden / RAW).resolve()
    places: dict[str, Path] = {}
    for file in files:
        place = (golden / RAW / folder / file.name).resolve()
        if not place.is_relative_to(root):
            raise GoldenError(f"{folder} leads out of {golden / RAW}; name a folder below it")
        case = place.relative_to(root).as_posix()
        if place.exists() or case in places:
            raise GoldenError(f"golden case {case} is there already; rename the file")
        if not is_cleaned(file):
            raise GoldenError(f"{file.name} would be passed over in a folder; give it a name that ends in .txt, say")
        places[case] = file
    for case, file in places.items():
        (root / case).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, root / case)
    cases = list(places)
    return accept(golden, cleaner, cases)


def _clean_cases(golden: Path, cleaner: Cleaner, folder: Path) -> dict[str, bytes]:
    """What is expected of all cases, as they come out now: relative path below `golden` -> bytes."""
    if not (golden / RAW).is_dir() or not _files_below(golden / RAW):
        raise GoldenError(f"{golden / RAW}: no cases there; `cleaner golden add FILE` makes the first case")
    target = Target(folder, True, folder / AUDIT)
    Run(cleaner, Fields(), target, lambda message, is_failure: None).clean_inputs(Inputs([str(golden / RAW)]))
    found: dict[str, bytes] = {}
    for path in _files_below(folder):
        found[f"{CLEAN}/{path}"] = (folder / path).read_bytes()
    ledgers: dict[str, list[bytes]] = {}
    for row, records in read_audit(folder / AUDIT):
        lines = ledgers.setdefault(f"{LEDGER}/{row.source}.jsonl", [])
        lines.extend(msgspec.json.encode(record) + b"\n" for record in records)
    for failure in read_failures(folder / AUDIT):
        lines = ledgers.setdefault(f"{LEDGER}/{failure.source}.jsonl", [])
        lines.append(msgspec.json.encode(failure) + b"\n")
    return found | {path: b"".join(lines) for path, lines in ledgers.items()}


def _expected_files(golden: Path) -> Iterator[str]:
    for part in (CLEAN, LEDGER):
        if (golden / part).is_dir():
            yield from (f"{part}/{path}" for path in _files_below(golden / part))


def _files_below(folder: Path) -> list[str]:
    """The files of a folder and its folders, hidden ones left out: what a desktop leaves there is no case."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)]


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
