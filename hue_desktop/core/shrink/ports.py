"""What the pre-flight asks of a cluster's HDFS and YARN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.values import AdminState

__all__ = ["BlockReader", "DataNodeFacts", "HdfsFacts", "ReadBlocks", "WorkFacts"]


@dataclass(frozen=True, slots=True)
class DataNodeFacts:
    """A DataNode as the NameNode describes it; bytes. ``name`` is unique: the host, mostly.

    ``other`` is what lies on its disks beside HDFS.
    """

    name: str
    host: str
    ip: str = ""
    port: int = 0
    capacity: int | None = None
    used: int | None = None
    remaining: int | None = None
    other: int | None = None
    blocks: int | None = None
    state: AdminState = AdminState.IN_SERVICE
    last_contact_s: float | None = None


@dataclass(frozen=True, slots=True)
class HdfsFacts:
    """An HDFS as a whole. ``safe_mode`` is the NameNode's own text, empty outside it.

    ``files`` counts folders too, as the NameNode does.
    """

    nodes: tuple[DataNodeFacts, ...]
    files: int | None = None
    blocks: int | None = None
    missing_blocks: int | None = None
    replication: int | None = None
    safe_mode: str = ""


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """What reading brought; ``problems`` are sentences about what is not in it."""

    table: BlockTable
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What runs, by lower-case host. ``longest_s`` holds what is known of the age of containers.

    ``estimated``: the ages are those of the applications, which began no later.
    """

    containers: Mapping[str, int] = field(default_factory=dict)
    longest_s: Mapping[str, float] = field(default_factory=dict)
    application_masters: Mapping[str, int] = field(default_factory=dict)
    pending: int | None = None
    estimated: bool = False


class BlockReader(Protocol):
    """The way to all blocks of an HDFS. Methods block and raise a HueError."""

    way: str  #: "RPC" or "fsck", for people who look into it

    def facts(self) -> HdfsFacts:
        """DataNodes and counts."""

    def read(self, facts: HdfsFacts, progress: Callable[[int], None] | None = None) -> ReadBlocks:
        """All files; ``progress`` hears the count of files so far, on any thread.

        What may not be read is left out and said. ``Cancelled`` after ``close``.
        """

    def work(self) -> WorkFacts | None:
        """What YARN runs on which node; ``None`` when it does not answer."""

    def close(self) -> None:
        """End all connections and all waiting."""
