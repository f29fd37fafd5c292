"""Attributes that are computed when they are first asked for.

`functools.cached_property` takes a lock for each of them before Python 3.12, which costs as much as most of ours do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801  (a decorator)
    """A property that replaces itself in the object by its value."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[Value]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> lazy[Value] | Value:
        """The value, which from then on stands in the object's own dictionary."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
