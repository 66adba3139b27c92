"""The NameNode's trash emptier: checkpoints of what users threw away, and their end.

Once in every trash interval, ``/user/NAME/.Trash/Current`` becomes a checkpoint named after the
time, and checkpoints older than an interval are deleted. It is due at whole multiples of the
interval, as in Hadoop, so a late look has the same effect as one in time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.inodes import Directory

if TYPE_CHECKING:
    from hue_desktop.simulator.hadoop.hdfs import Hdfs

__all__ = ["TrashEmptier"]

_FACTS = 2  #: key of this module's row in the table of facts
_CURRENT = "Current"
_NAME = "%y%m%d%H%M%S"
_PASSES = 3  #: after so many, everything that was in the trash is gone


class TrashEmptier:
    """Empties the trash of one HDFS when it is due."""

    def __init__(self, hdfs: Hdfs) -> None:
        self._hdfs = hdfs
        self._every = hdfs.options.trash_interval_min * 60_000
        self._done = hdfs.now
        for key, document in hdfs.journal.rows("facts"):
            if key == _FACTS:
                self._done = document["done"]

    def run(self) -> None:
        """Do what has become due since the last time."""
        if not self._every:
            return
        last, now = self._done // self._every, self._hdfs.now // self._every
        if last == now:
            return
        for number in range(max(last + 1, now - _PASSES + 1), now + 1):
            self._pass(number * self._every)
        self._done = self._hdfs.now
        self._hdfs.journal.put("facts", _FACTS, {"done": self._done})

    def _pass(self, at: int) -> None:
        users = self._hdfs.tree.root.children.get("user")
        for home in list(users.children.values()) if isinstance(users, Directory) else ():
            trash = home.children.get(".Trash") if isinstance(home, Directory) else None
            if isinstance(trash, Directory):
                self._empty(trash, at)

    def _empty(self, trash: Directory, at: int) -> None:
        for name in list(trash.names()):
            made = _checkpoint_time(name)
            if made is not None and made + self._every <= at:
                self._hdfs.drop(trash.children[name])
        current = trash.children.get(_CURRENT)
        name = datetime.fromtimestamp(at / 1000, UTC).strftime(_NAME)
        if current is not None and name not in trash.children:
            self._hdfs.tree.remove(current, at)
            current.name = name
            self._hdfs.tree.add(trash, current, at)


def _checkpoint_time(name: str) -> int | None:
    """When a checkpoint was made, epoch milliseconds; None for another name."""
    try:
        made = datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(made.timestamp() * 1000)
