"""WebHDFS operations on the namespace: what NameNode and HttpFS answer in the same way.

Each takes a :class:`Request` and returns the JSON of its answer, or None for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hue_desktop.simulator.hadoop.hdfs import Hdfs
from hue_desktop.simulator.hadoop.identity import Caller
from hue_desktop.simulator.hadoop.params import Params

__all__ = ["Json", "Operation", "Request"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request inside a session."""

    hdfs: Hdfs
    caller: Caller
    path: str
    params: Params
    pool: str = ""  #: the cluster's block pool


Operation = Callable[[Request], "Json | bytes | None"]  #: bytes are encoded JSON
