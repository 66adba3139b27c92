"""The DataNodes of one HDFS as its NameNode knows them, and what really became of them.

A process that stops is noticed by the NameNode ten and a half minutes later (heartbeat expiry with
Hadoop's defaults: 2 x 300 s recheck + 10 x 3 s heartbeat); until then it still sends readers there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["HEARTBEAT_EXPIRY_MS", "DataNode", "NodeFacts"]

HEARTBEAT_EXPIRY_MS = 630_000


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A cluster node that runs, or ran, a DataNode; instants are epoch milliseconds."""

    key: str  #: the EC2 instance
    host: str  #: private DNS name
    ip: str
    capacity: int  #: bytes for HDFS
    joined: int
    leaving: int | None = None  #: graceful decommissioning began
    gone: int | None = None  #: the machine is gone since then
    full: bool = False  #: its disks take nothing more


@dataclass(slots=True, eq=False)
class DataNode:
    """One DataNode; ``used`` follows from the replicas and is not kept."""

    number: int
    key: str
    host: str
    ip: str
    capacity: int
    joined: int
    stopped: int | None = None  #: the process ended then
    dead: bool = False  #: and the NameNode has noticed
    lost: bool = False  #: the machine is gone for good, with its disks
    leaving: int | None = None  #: decommissioning since then
    full: bool = False  #: its disks take nothing more
    filled: bool = False  #: somebody made them full
    held: list[int] = field(default_factory=list)  #: blocks it had when it was declared dead
    started: int = 0  #: the process began then; 0 when it never stopped
    used: int = 0
    free_at: float = 0.0  #: what it sends to other DataNodes has gone by then
    served: int = 0  #: bytes its clients here really read since the process began
    received: int = 0  #: and wrote

    @property
    def running(self) -> bool:
        """Whether the process answers."""
        return self.stopped is None

    @property
    def running_since(self) -> int:
        """When the process began, epoch milliseconds."""
        return max(self.joined, self.started)

    @property
    def serving(self) -> bool:
        """Whether the NameNode believes that it answers."""
        return not self.dead

    @property
    def counts(self) -> bool:
        """Whether its replicas count: it serves, and is not being decommissioned."""
        return not self.dead and self.leaving is None

    @property
    def writable(self) -> bool:
        """Whether the NameNode gives it new blocks."""
        return not self.dead and self.leaving is None and not self.has_no_room

    @property
    def has_no_room(self) -> bool:
        """Whether its disks take nothing more, for whatever reason."""
        return self.full or self.filled

    @property
    def remaining(self) -> int:
        """Bytes that still fit."""
        return 0 if self.has_no_room else max(0, self.capacity - self.used)

    def to_document(self) -> dict[str, Any]:
        """The DataNode as plain JSON values."""
        names = ("key", "host", "ip", "capacity", "joined", "stopped", "dead", "lost", "leaving")
        document = {name: getattr(self, name) for name in names}
        if self.started:
            document["started"] = self.started
        return {**document, "full": self.full, "filled": self.filled, "held": self.held}

    @classmethod
    def from_document(cls, number: int, document: dict[str, Any]) -> DataNode:
        """The DataNode that wrote ``document``."""
        return cls(number, **document)
