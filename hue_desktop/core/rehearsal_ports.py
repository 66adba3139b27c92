"""What the rehearsal service needs from the world: regions of its own, and a cluster's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterSnapshot
    from hue_desktop.core.connections import Connection
    from hue_desktop.core.shrink.blocks import BlockTable

__all__ = [
    "MOST_BLOCKS",
    "ClusterShape",
    "HdfsShape",
    "HdfsState",
    "RehearsalRegion",
    "RehearsalRegions",
    "RehearsedWork",
    "RunningWork",
    "Story",
    "StoryEvent",
]

#: Of an HDFS that is copied block by block; of a larger one only what each node holds is copied.
MOST_BLOCKS = 60_000


@dataclass(frozen=True, slots=True)
class HdfsShape:
    """What is known of an HDFS: ``nodes`` are EC2 ids with capacity and used bytes.

    ``hosts`` are EC2 ids by the DataNode names of ``table``, where every block was read.
    """

    replication: int
    nodes: tuple[tuple[str, int | None, int], ...]
    table: BlockTable | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunningWork:
    """A YARN application that runs; ``left_s`` of ``None`` never ends by itself."""

    name: str
    containers: int
    elapsed_s: float
    left_s: float | None
    user: str = ""
    queue: str = ""
    kind: str = ""
    step_id: str = ""


@dataclass(frozen=True, slots=True)
class ClusterShape:
    """A cluster as a copy is made of it; ``None`` is what was not known."""

    snapshot: ClusterSnapshot
    hdfs: HdfsShape | None = None
    work: tuple[RunningWork, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that befell the copy; ``what`` is the region's word for it."""

    at: float  #: epoch seconds of the region
    what: str
    text: str = ""
    instance: str = ""
    role: str = ""
    market: str = ""
    instance_type: str = ""
    name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class RehearsedWork:
    """An application of the copy: ``state`` is RUNNING or how it ended, in YARN's words."""

    id: str
    name: str
    state: str
    began: float
    ended: float | None = None
    expected: float | None = None
    restarts: int = 0
    lost_containers: int = 0


@dataclass(frozen=True, slots=True)
class HdfsState:
    """The copy's HDFS."""

    files: int
    blocks: int
    used: float
    capacity: float
    lacking: int
    lost_blocks: int
    lost_count: int
    lost_bytes: float
    lost_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What became of the copy by ``now``; ``hdfs`` is ``None`` without one that runs."""

    now: float
    state: str
    events: tuple[StoryEvent, ...]
    work: tuple[RehearsedWork, ...]
    hdfs: HdfsState | None


class RehearsalRegion(Protocol):
    """One region that exists for a rehearsal. All of it blocks; ``HueError`` when it is gone."""

    def connection(self, name: str) -> Connection:
        """How the region is reached, as a connection of that name."""

    def load(self, shape: ClusterShape) -> None:
        """Stand the cluster up and stop the clock; ``ProtocolError`` when it cannot be."""

    def empty(self, at: float) -> None:
        """Forget all clusters, and stand at that instant, epoch seconds."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass at once."""

    def run_clock(self, speed: float) -> None:
        """Let the clock run by itself again."""

    def lose_spot(self, cluster_id: str, share: float) -> tuple[str, ...]:
        """Give a share of the Spot task nodes their notice; EC2 ids."""

    def story(self, cluster_id: str, since: float) -> Story:
        """What happened since an instant of the region."""

    def close(self) -> None:
        """End it and remove what it left; never fails, may be called twice."""


class RehearsalRegions(Protocol):
    """Where such regions come from."""

    def open(
        self, region: str, on_cancel: Callable[[Callable[[], None]], None] | None = None
    ) -> RehearsalRegion:
        """Start an empty one of that AWS name. Blocks; ``ConfigurationError`` when it cannot run.

        ``on_cancel`` takes a hook that ends the start.
        """
