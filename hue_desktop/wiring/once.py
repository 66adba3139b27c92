"""Things that are made at their first use, once, whichever thread comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["once"]

T = TypeVar("T")


class once(Generic[T]):
    """``functools.cached_property`` with the lock that it had before Python 3.12.

    Each thing of each object has a lock of its own, so that what is made may need others, on
    other threads, too.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> once[T] | T:
        if instance is None:
            return self
        known = instance.__dict__
        with known.setdefault(f"_{self._name} is made", threading.RLock()):
            if self._name not in known:
                known[self._name] = self._make(instance)
            made: T = known[self._name]
            return made
