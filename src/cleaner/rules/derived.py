"""What is found out about patterns, kept from one start to the next.

Reading the structure of a pattern takes a millisecond, and ten thousand rules have thousands of them.  What comes out
depends on the pattern's text and on the code alone, so it is kept beside the rules (`cleaner.rules.cache`), with a
stamp of the code that found it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import regex

from cleaner.rules.cache import no_collector, read_cache, write_cache

if TYPE_CHECKING:
    from cleaner.rules.load import RuleSet
    from cleaner.rules.pattern import LinePattern

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Table = dict[Any, Any]  # by the name of the function and its arguments

LIMIT = 100_000  # so many results are remembered

_UNKNOWN: Any = object()
_known: Table = {}
_used: list[Table] = []  # what is being recorded, if anything is


def kept(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function, which remembers what comes out; it is one of plain values alone, and its results can be pickled."""
    name = function.__qualname__

    @wraps(function)
    def remembering(*args: Arguments.args, **options: Arguments.kwargs) -> Result:
        key = (name, args, *options.items())
        result: Result = _known.get(key, _UNKNOWN)
        if result is _UNKNOWN:
            result = function(*args, **options)
            if len(_known) >= LIMIT:
                _known.clear()
            _known[key] = result
        for table in _used:
            table[key] = result
        return result

    return remembering


LOOK_SECONDS = 2.0  # of processor, at the first start; of thousands of patterns few are ever needed


@contextmanager
def known_from_before(rules: RuleSet) -> Iterator[None]:
    """A block that makes these rules ready: it knows what was found out in it before, and keeps what is new.

    Where something is, the patterns inside the rules are looked into as well, as most will be needed some time.
    """
    name, stamp = f"{rules.fingerprint}-derived", code_stamp()
    match read_cache(name):
        case (found, dict() as table) if found == stamp:
            before: Table = table
        case _:
            before = {}
    _known.update(before)
    used: Table = {}
    _used.append(used)
    try:
        with no_collector():
            yield
        is_new = bool(used.keys() - before.keys())
        if is_new:
            _look_into(rules)
    finally:
        _used[:] = [table for table in _used if table is not used]
    if is_new:
        write_cache(name, (stamp, before | used))


def _look_into(rules: RuleSet) -> None:
    until = time.process_time() + LOOK_SECONDS
    for pattern in patterns_in(rules.rules):
        pattern.look_into()
        if time.process_time() > until:
            return


def patterns_in(value: object) -> Iterator[LinePattern]:
    """The patterns anywhere inside rules, conditions and collections of them."""
    if hasattr(value, "look_into"):
        yield cast("LinePattern", value)
    elif isinstance(value, tuple):
        for part in value:
            yield from patterns_in(part)
    elif is_dataclass(value):
        for part in fields(value):
            yield from patterns_in(getattr(value, part.name))


@cache
def code_stamp() -> tuple[object, ...]:
    """Names, sizes and times of all files of this package, and the version of `regex`, whose inner form is kept."""
    package = Path(__file__).resolve().parent.parent
    files = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".so", ".pyd"))
    stamps = [(path.name, (status := path.stat()).st_size, status.st_mtime_ns) for path in files]
    return regex.__version__, *stamps
