"""Rehearsals: a change, or a loss of Spot nodes, tried out on a copy of the cluster.

The copy stands in a simulated region of its own. What comes out is what happened there: measured in
the simulation, an estimate of what would happen in AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hue_desktop.core.changes import Change
from hue_desktop.core.clusters import ClusterRef

__all__ = [
    "MAX_HOURS",
    "ApplicationsOutcome",
    "HdfsOutcome",
    "HdfsSource",
    "NodesAt",
    "RehearsalEvent",
    "RehearsalLevel",
    "RehearsalOutcome",
    "RehearsalProgress",
    "RehearsalRequest",
    "RehearsalStage",
]

MAX_HOURS = 7 * 24.0  #: longer than that nothing is rehearsed


class RehearsalLevel(Enum):
    """How bad an event or an outcome is; ordered."""

    NOTE = 0
    WARN = 1
    BAD = 2  #: data or work was lost


@dataclass(frozen=True, slots=True)
class RehearsalRequest:
    """What to try out on a copy of the cluster ``ref``.

    ``changes`` are carried out one after the other as they would be for real. Then EC2 takes
    ``spot_loss`` (0 to 1) of the Spot task nodes back, all at once; then ``hours`` of the region's
    time pass.
    """

    ref: ClusterRef
    changes: tuple[Change, ...] = ()
    spot_loss: float = 0.0
    hours: float = 24.0


class RehearsalStage(Enum):
    """What a rehearsal is doing now, in this order."""

    READING = "reading"  #: the cluster's shape
    STARTING = "starting"  #: the region of its own
    LOADING = "loading"  #: the shape into it
    CHANGING = "changing"  #: carrying the changes out
    RUNNING = "running"  #: letting the hours pass
    LOOKING = "looking"  #: at what became of it


#: Told from the thread that rehearses: the stage, and the share of the whole that is done (0 to 1).
RehearsalProgress = Callable[[RehearsalStage, float], None]


@dataclass(frozen=True, slots=True)
class RehearsalEvent:
    """Something that happened; ``at`` is the rehearsal's time, ``after_s`` seconds from its begin.

    ``key`` says of what kind it is: ``call``, ``refused``, ``notice``, ``lost``, ``draining``,
    ``gone``, ``joined``, ``blocks``, ``application``, ``cluster``.
    """

    at: datetime
    after_s: float
    text: str
    level: RehearsalLevel = RehearsalLevel.NOTE
    key: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationsOutcome:
    """What became of the applications and steps that ran when the rehearsal began.

    ``delayed_s`` is how much later than without the change one of them finished, at most; ``None``
    where none did. ``names`` are those that failed or were killed.
    """

    began: int = 0
    finished: int = 0
    failed: int = 0
    killed: int = 0
    running: int = 0  #: still, at the end
    restarted: int = 0  #: lost their ApplicationMaster and began again
    lost_containers: int = 0  #: containers that ended with their node, whose work was done again
    delayed_s: float | None = None
    names: tuple[str, ...] = ()


class HdfsSource(Enum):
    """How much of the copy's HDFS is true."""

    BLOCKS = "blocks"  #: every file and replica as the NameNode told them
    TOTALS = "totals"  #: bytes used per node as read; files of equal size stand in for the rest
    NONE = "none"  #: nothing was known: HDFS is a guess of the simulator


@dataclass(frozen=True, slots=True)
class HdfsOutcome:
    """HDFS before and after; bytes with all replicas, but for those of lost files.

    ``lost_files`` are the first by size. A file is lost when a block of it has no replica left
    anywhere.
    """

    source: HdfsSource
    files: int
    blocks: int
    used_before: float
    capacity_before: float
    used_after: float
    capacity_after: float
    lost_blocks: int = 0
    lost_count: int = 0
    lost_bytes: float = 0.0
    lost_files: tuple[str, ...] = ()
    lacking_blocks: int = 0  #: blocks with fewer replicas than wanted at the end


@dataclass(frozen=True, slots=True)
class NodesAt:
    """How many nodes ran at an instant; ``draining`` of them are being decommissioned."""

    at: datetime
    after_s: float
    core: int
    task: int
    draining: int = 0


@dataclass(frozen=True, slots=True)
class RehearsalOutcome:
    """What happened.

    ``cost_usd`` is what the copy cost over the rehearsed time at the prices known for the real
    cluster, ``cost_before_usd`` what a copy to which nothing was done costs over it; ``None`` is
    unknown, and with ``unknown_prices`` above zero both are "at least". ``id`` names the region for
    ``keep``. ``took_s`` is real time, ``hours`` the region's. ``missing`` are sentences about what
    of the real cluster was not known, and what stands in for it.
    """

    id: str
    request: RehearsalRequest
    began: datetime
    hours: float
    applications: ApplicationsOutcome
    hdfs: (
        HdfsOutcome | None
    )  #: ``None`` for a cluster without HDFS, or without one that can be read
    cost_usd: float | None
    cost_before_usd: float | None
    nodes: tuple[NodesAt, ...]
    events: tuple[RehearsalEvent, ...]
    took_s: float
    level: RehearsalLevel
    sentence: str
    unknown_prices: int = 0
    missing: tuple[str, ...] = field(default_factory=tuple)
