"""Trouble with the status pages of Hadoop's servers: down, slow, and answers that are not right.

Unlike the trouble of WebHDFS it goes by port and path, may last for a while, and can spoil single
values of an answer: not a number, another type, a bean or member that is missing, another clock.
"""

from __future__ import annotations

import fnmatch
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["NO_TROUBLE", "ServerTrouble", "ServerTroubles", "server_trouble_of"]

_MAX = 1000
_FOREVER = 10**9
#: Members that hold an instant of the server's clock, epoch milliseconds.
_INSTANTS = frozenset(
    {
        *("startedOn", "startedTime", "launchTime", "finishedTime"),
        *("lastHealthUpdate", "lastNodeUpdateTime", "nmStartupTime", "NNStartedTimeInMillis"),
    }
)


@dataclass(slots=True)
class ServerTrouble:
    """What shall go wrong; empty matches fit everything."""

    cluster_id: str = ""
    host: str = ""  #: private DNS name of the machine that answers
    port: int = 0
    path: str = ""  #: a pattern with ``*``, without the query
    down: bool = False  #: nobody listens; with a path, the connection breaks
    delay_s: float = 0.0
    status: int = 0  #: of an answer with ``message`` as its text, instead of the right one
    message: str = "Injected by the control API."
    garbage: bool = False  #: an answer that is no JSON
    nan: tuple[str, ...] = ()  #: members (patterns) that are not a number
    without: tuple[str, ...] = ()  #: members, or names of beans, that are missing
    values: Mapping[str, Any] = field(default_factory=dict)  #: other values by member
    skew_s: float = 0.0  #: how far the server's clock is ahead
    remaining: int = _FOREVER  #: how many requests it still meets
    until: float = math.inf  #: on the machine's own clock

    def meets(self, cluster_id: str, host: str, port: int) -> bool:
        """Whether a server is meant."""
        return (
            self.cluster_id in ("", cluster_id)
            and self.host in ("", host)
            and self.port in (0, port)
        )

    @property
    def spoils(self) -> bool:
        """Whether it changes answers."""
        return bool(self.nan or self.without or self.values or self.skew_s)

    def spoiled(self, value: Any) -> Any:
        """An answer as this trouble leaves it."""
        if isinstance(value, dict):
            return {
                key: self._member(key, item)
                for key, item in value.items()
                if not _fits(key, self.without)
            }
        if isinstance(value, list):
            return [self.spoiled(item) for item in value if not self._is_missing(item)]
        return value

    def _member(self, key: str, value: Any) -> Any:
        if key in self.values:
            return self.values[key]
        if _fits(key, self.nan) and isinstance(value, int | float):
            return math.nan
        if self.skew_s and key in _INSTANTS and isinstance(value, int) and value > 0:
            return value + int(self.skew_s * 1000)
        return self.spoiled(value)

    def _is_missing(self, item: Any) -> bool:
        """Whether an item of a list is a bean that shall not be there."""
        if not isinstance(item, dict) or "modelerType" not in item:
            return False
        return _fits(str(item.get("name", "")).rpartition(",name=")[2], self.without)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return bool(name) and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


NO_TROUBLE = ServerTrouble()


class ServerTroubles:
    """The trouble that is set, oldest first; a request meets the first that fits."""

    def __init__(self, wall: Callable[[], float] = time.monotonic) -> None:
        self._list: list[ServerTrouble] = []
        self._wall = wall

    def __len__(self) -> int:
        self._drop_past()
        return len(self._list)

    def add(self, trouble: ServerTrouble, for_s: float = 0.0) -> None:
        """Set more, for some real seconds; ValueError when there is too much already."""
        if len(self._list) >= _MAX:
            raise ValueError("There is too much trouble already; clear it first.")
        if for_s:
            trouble.until = self._wall() + for_s
        self._list.append(trouble)

    def clear(self) -> None:
        """No trouble any more."""
        self._list.clear()

    def refuses(self, cluster_id: str, host: str, port: int) -> bool:
        """Whether nobody listens at a port."""
        self._drop_past()
        return any(
            item.down and not item.path and item.meets(cluster_id, host, port)
            for item in self._list
        )

    def meet(self, cluster_id: str, host: str, port: int, path: str) -> ServerTrouble:
        """What a request meets; it counts."""
        if not self._list:
            return NO_TROUBLE
        self._drop_past()
        for item in self._list:
            fits = not item.path or fnmatch.fnmatchcase(path, item.path)
            if fits and item.meets(cluster_id, host, port):
                item.remaining -= 1
                if item.remaining <= 0:
                    self._list.remove(item)
                return item
        return NO_TROUBLE

    def _drop_past(self) -> None:
        if self._list:
            now = self._wall()
            self._list = [item for item in self._list if item.until > now]


_TEXTS = ("cluster_id", "host", "path", "message")
_FLAGS = ("down", "garbage")
_NUMBERS = ("port", "delay_ms", "status", "count", "for_s", "skew_s")
_NAMES = ("nan", "without")


def server_trouble_of(body: Mapping[str, Any]) -> tuple[ServerTrouble, float]:
    """What a control request describes, and for how many seconds (0: until it is cleared).

    ``ValueError`` says what makes no sense in it.
    """
    unknown = set(body) - {*_TEXTS, *_FLAGS, *_NUMBERS, *_NAMES, "values"}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is unknown.")
    for name in _NUMBERS:
        value = body.get(name, 0)
        least = -1e9 if name == "skew_s" else 0
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not least <= value < 1e9
        ):
            raise ValueError(f"{name} must be a number that makes sense.")
    for name in _NAMES:
        if not isinstance(body.get(name, []), list):
            raise ValueError(f"{name} must be a list of names.")
    if not isinstance(body.get("values", {}), dict):
        raise ValueError("values must be an object.")
    options: dict[str, Any] = {name: str(body[name]) for name in _TEXTS if name in body}
    options.update({name: bool(body[name]) for name in _FLAGS if name in body})
    options.update({name: tuple(map(str, body[name])) for name in _NAMES if name in body})
    trouble = ServerTrouble(
        **options,
        port=int(body.get("port", 0)),
        delay_s=body.get("delay_ms", 0) / 1000,
        status=int(body.get("status", 0)),
        values=dict(body.get("values", {})),
        skew_s=float(body.get("skew_s", 0.0)),
        remaining=int(body.get("count", 0)) or _FOREVER,
    )
    return trouble, float(body.get("for_s", 0.0))
