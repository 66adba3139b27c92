"""Trouble that a person or a test makes for the next requests: delays, cuts, slowness, refusals."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.hadoop.errors import HdfsError

__all__ = ["NO_TROUBLE", "Trouble", "TroubleList", "trouble_of"]

_MAX = 1000
_FOREVER = 10**9


@dataclass(slots=True)
class Trouble:
    """What shall go wrong; empty matches fit everything."""

    cluster_id: str = ""
    host: str = ""  #: private DNS name of the machine that answers
    op: str = ""
    path: str = ""  #: a pattern with ``*``
    delay_s: float = 0.0  #: before the answer
    bytes_per_s: float = 0.0  #: of a body, in either direction; 0 is no limit
    cut_after: int = -1  #: bytes of a body, after which the connection breaks; -1 never
    exception: str = ""  #: Java class to answer with
    message: str = "Injected by the control API."
    status: int = 403
    remaining: int = _FOREVER  #: how many requests it still meets

    def meets(self, cluster_id: str, host: str, op: str, path: str) -> bool:
        """Whether a request is meant."""
        return (
            self.remaining > 0
            and self.cluster_id in ("", cluster_id)
            and self.host in ("", host)
            and self.op in ("", op)
            and (not self.path or fnmatch.fnmatchcase(path, self.path))
        )

    @property
    def touches_bytes(self) -> bool:
        """Whether a body cannot go at full speed."""
        return self.cut_after >= 0 or self.bytes_per_s > 0

    async def begin(self) -> None:
        """Wait and refuse, as asked for."""
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.exception:
            raise HdfsError(self.exception, self.message, self.status)


NO_TROUBLE = Trouble()


class TroubleList:
    """The trouble that is set, oldest first; a request meets the first that fits."""

    def __init__(self) -> None:
        self._list: list[Trouble] = []

    def __len__(self) -> int:
        return len(self._list)

    def add(self, trouble: Trouble) -> None:
        """Set more; ValueError when there is too much already."""
        if len(self._list) >= _MAX:
            raise ValueError("There is too much trouble already; clear it first.")
        self._list.append(trouble)

    def clear(self) -> None:
        """No trouble any more."""
        self._list.clear()

    def meet(self, cluster_id: str, host: str, op: str, path: str) -> Trouble:
        """What a request meets; it counts."""
        for trouble in self._list:
            if trouble.meets(cluster_id, host, op, path):
                trouble.remaining -= 1
                if trouble.remaining <= 0:
                    self._list.remove(trouble)
                return trouble
        return NO_TROUBLE


def trouble_of(body: Mapping[str, Any]) -> Trouble:
    """What a control request describes; ValueError says what makes no sense in it."""
    known = {"cluster_id", "host", "op", "path", "exception", "message"}
    numbers = {"delay_ms", "bytes_per_s", "cut_after_bytes", "status", "count"}
    unknown = set(body) - known - numbers
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is unknown.")
    for name in numbers & set(body):
        value = body[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise ValueError(f"{name} must be a number that is not negative.")
    texts = {name: str(body[name]) for name in known & set(body)}
    texts["op"] = texts.get("op", "").upper()
    return Trouble(
        **texts,
        delay_s=body.get("delay_ms", 0) / 1000,
        bytes_per_s=float(body.get("bytes_per_s", 0)),
        cut_after=int(body.get("cut_after_bytes", -1)),
        status=int(body.get("status", 403)),
        remaining=int(body.get("count", _FOREVER)),
    )
