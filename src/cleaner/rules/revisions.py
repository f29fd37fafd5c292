"""`revisions.json`: what every rule did when its `rev` was last raised, so that no rule changes in silence.

It stands beside the packs: rule id -> `{rev, digest}`, and `retired` for a rule that is gone and whose id stays taken.
The digest covers all that decides what a rule removes; its reason, category and examples may be rewritten freely.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from cleaner.fold import fold_phrase
from cleaner.model import CleanerError
from cleaner.rules.conditions import PhraseSet
from cleaner.rules.model import Rule, Status
from cleaner.rules.pattern import LinePattern

FILE = "revisions.json"

# What a reader is told, not what is removed; `because` and `subject` stand inside conditions.
_TALK = {"id", "rev", "why", "category", "examples", "path", "line", "origins", "status", "because", "unproven"}


class RevisionsError(CleanerError):
    """A `revisions.json` that can't be read."""


class Revision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was recorded of a rule."""

    rev: int
    digest: str
    retired: bool = False


def digest_of(rule: Rule) -> str:
    """16 hex digits over all that decides what the rule removes; phrases count as they are compared, lists filled in.

    Keys that stand at their default do not count, so that a new key of the language changes no digest.
    """
    behaviour = _plain(rule)
    behaviour["phrases"] = sorted({fold_phrase(phrase) for phrase in rule.phrases})  # as they are compared
    behaviour["experimental"] = rule.status is Status.EXPERIMENTAL
    return hashlib.sha256(msgspec.json.encode(behaviour, order="deterministic")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, PhraseSet):
        return sorted(value.folded)
    if isinstance(value, LinePattern):
        return value.source
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return str(value)
    return _plain_group(value)


def _plain_group(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        fields = (field for field in dataclasses.fields(value) if field.name not in _TALK)
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields
            if getattr(value, field.name) not in (None, (), "", field.default)
        }
    return value


def read_revisions(path: Path) -> dict[str, Revision] | None:
    """The recorded revisions by rule id, None where there is no such file; raises `RevisionsError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Revision])
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise RevisionsError(f"{path}: not a file of revisions: {error} (take it from version control)") from error


def raised(recorded: Mapping[str, Revision], rules: Iterable[Rule], packs: Iterable[str]) -> dict[str, Revision]:
    """The revisions with new rules, raised revs and retired rules of these packs put in.

    A rule that changed without a raised rev keeps its old line, and so goes on to be found.
    """
    result = dict(recorded)
    present = {rule.id: rule for rule in rules}
    for name, rule in present.items():
        old = recorded.get(name)
        if old is None or (rule.rev > old.rev and not old.retired):
            result[name] = Revision(rule.rev, digest_of(rule))
    packs = set(packs)
    for name, old in recorded.items():
        if name not in present and name.rpartition("/")[0] in packs:
            result[name] = Revision(old.rev, old.digest, retired=True)
    return dict(sorted(result.items()))


def revisions_text(revisions: Mapping[str, Revision]) -> str:
    """The file's text: one rule a line, sorted, so that a change of one rule is a change of one line."""
    lines = (
        f"  {msgspec.json.encode(name).decode()}: {msgspec.json.encode(revision).decode()}"
        for name, revision in sorted(revisions.items())
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"
