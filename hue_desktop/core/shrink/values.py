"""What a shrink pre-flight asks, knows and answers. Bytes are bytes, times seconds, money USD.

What nobody told is ``None``: a screen writes "unknown", never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from hue_desktop.core.clusters import ClusterRef

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "FINDING_KEYS",
    "FIX_KEYS",
    "AdminState",
    "CoreNode",
    "DrainRate",
    "Finding",
    "Fix",
    "Level",
    "LostFile",
    "NodeRoom",
    "RateSource",
    "ShrinkLimits",
    "ShrinkRequest",
    "TargetOption",
    "Verdict",
]

#: ``yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs`` as EMR has it
DEFAULT_TIMEOUT_S = 3600

#: The findings of a verdict, in the order of the page; each is there once.
FINDING_KEYS = (
    "state",
    "scaling",
    "safe_mode",
    "replication",
    "tables",
    "time",
    "room",
    "balance",
    "bytes",
    "floor",
    "work",
)

#: What can make a shrink safe, in the order in which it is done.
FIX_KEYS = ("choose_others", "set_replication", "snapshot_to_s3", "rebalance", "raise_timeout")


class Level(IntEnum):
    """How bad it is; the worst finding decides. UNKNOWN is no worse than WARN and never OK."""

    OK = 0
    UNKNOWN = 1
    WARN = 2
    BAD = 3


class AdminState(StrEnum):
    """What the NameNode says of a DataNode."""

    IN_SERVICE = "in service"
    DECOMMISSIONING = "decommissioning"
    DECOMMISSIONED = "decommissioned"
    MAINTENANCE = "maintenance"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class ShrinkRequest:
    """What is to go. ``leaving`` are EC2 ids; without them EMR chooses, and the worst is judged.

    ``count`` is how many nodes the group has afterwards. ``kill`` is the immediate end without
    draining; with ``whole_cluster`` everything goes, and ``count`` and ``leaving`` say nothing.
    """

    ref: ClusterRef
    group_id: str
    leaving: tuple[str, ...] = ()
    count: int = 0
    timeout_s: int = DEFAULT_TIMEOUT_S
    kill: bool = False
    whole_cluster: bool = False


@dataclass(frozen=True, slots=True)
class CoreNode:
    """A core node: what EMR, the NameNode and YARN say of it, joined by its private name.

    ``used`` is what HDFS uses, ``other`` what else lies on its disks; ``longest_s`` is how long the
    oldest of its containers has run (the age of its application where YARN does not say).
    """

    host: str
    ec2_id: str = ""
    group_id: str = ""
    capacity: int | None = None
    used: int | None = None
    remaining: int | None = None
    other: int | None = None
    state: AdminState = AdminState.IN_SERVICE
    containers: int | None = None
    longest_s: float | None = None
    application_masters: int | None = None
    usd_hour: float | None = None
    last_contact_s: float | None = None

    @property
    def serves(self) -> bool:
        """Whether its replicas count and it may take more."""
        return self.state is AdminState.IN_SERVICE

    @property
    def readable(self) -> bool:
        """Whether replicas on it can still be copied from."""
        return self.state is not AdminState.DEAD


class RateSource(StrEnum):
    """Where a drain rate comes from."""

    MEASURED = "measured"  #: an earlier decommissioning of this cluster
    SET = "set"  #: the person said so
    ESTIMATED = "estimated"  #: HDFS's own limits and a node's network


@dataclass(frozen=True, slots=True)
class DrainRate:
    """How fast HDFS copies what leaves; ``blocks_s`` bounds many small blocks.

    ``text`` says from what it is known.
    """

    bytes_s: float
    source: RateSource
    text: str
    blocks_s: float | None = None

    def seconds(self, size: float, blocks: float, padded: float = 0.0) -> float:
        """How long so many bytes in so many blocks take.

        ``padded`` are the bytes with small blocks counted as the larger ones that take as long: an
        estimate needs it, a measured rate has it in it.
        """
        by_blocks = blocks / self.blocks_s if self.blocks_s else 0.0
        if self.source is RateSource.ESTIMATED:
            size = max(size, padded)
        return max(size / self.bytes_s if self.bytes_s > 0 else 0.0, by_blocks)


@dataclass(frozen=True, slots=True)
class ShrinkLimits:
    """What else the verdict depends on.

    ``rate`` of ``None``: estimated from the nodes. ``state`` is EMR's word for the group's state,
    ``resizing_to`` the size it is on its way to, ``scaling`` the limits of managed scaling where
    it is on. ``checked_at`` is epoch seconds on this machine when the facts were read.
    """

    replication: int | None = None  #: dfs.replication, which EMR never goes below
    rate: DrainRate | None = None
    safe_mode: str = ""
    state: str = ""
    resizing_to: int | None = None
    scaling: tuple[int, int] | None = None
    pending_containers: int | None = None
    can_name: bool = True  #: not with a fleet, of which EMR chooses the nodes
    warn_share: float = 0.85  #: of HDFS in use afterwards
    full_share: float = 0.90  #: of a disk: YARN denies the node above it
    checked_at: float | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the verdict: ``text`` is the fact, ``note`` what it is measured against."""

    key: str
    level: Level
    title: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that would lose data: ``blocks`` of it have no copy but on nodes that leave.

    ``size`` is the whole file's; ``only_on`` names those nodes.
    """

    path: str
    size: int
    blocks: int
    only_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeRoom:
    """A node's disk before and after; bytes that HDFS uses. ``takes``: it can take new blocks."""

    host: str
    ec2_id: str
    before: int
    after: int
    capacity: int
    leaves: bool
    takes: bool


@dataclass(frozen=True, slots=True)
class TargetOption:
    """What one target count would mean; ``leaving`` are the nodes that would go then."""

    count: int
    level: Level
    seconds: float | None
    note: str
    leaving: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """Something that makes the shrink safer. ``cures`` are keys of findings.

    ``seconds`` is how long it takes before the shrink can begin; ``paths`` what it is done to
    (files for ``set_replication`` and ``snapshot_to_s3``, the first ones only), ``files`` and
    ``size`` all of it; ``leaving`` the nodes of ``choose_others``; ``timeout_s`` of
    ``raise_timeout``.
    """

    key: str
    title: str
    text: str
    cures: tuple[str, ...]
    seconds: float | None = None
    suggested: bool = True
    files: int = 0
    size: int = 0
    replication: int | None = None
    timeout_s: int | None = None
    leaving: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``lost_files`` are the largest 1000 of ``lost_count``, the files whose only
    copies leave; ``loses`` says whether, as planned, they would be lost.

    ``seconds`` is how long draining takes; ``assumes_worst`` when EMR chooses the nodes.
    ``missing`` are sentences about what could not be read.
    """

    level: Level
    headline: str
    sentence: str
    request: ShrinkRequest
    findings: tuple[Finding, ...] = ()
    lost_files: tuple[LostFile, ...] = ()
    lost_count: int = 0
    lost_bytes: int = 0
    loses: bool = False
    rooms: tuple[NodeRoom, ...] = ()
    bytes_to_move: int | None = None
    blocks_to_move: int | None = None
    seconds: float | None = None
    rate_bytes_s: float | None = None
    rate_source: RateSource | None = None
    rate_text: str = ""
    saves_usd_hour: float | None = None
    options: tuple[TargetOption, ...] = ()
    fixes: tuple[Fix, ...] = ()
    applied: tuple[str, ...] = ()  #: keys of the fixes that this verdict supposes
    leaving: tuple[str, ...] = ()  #: EC2 ids (or hosts where EMR's id is unknown) that go
    assumes_worst: bool = False
    checked_at: float | None = None
    files: int = 0
    blocks: int = 0
    missing: tuple[str, ...] = ()
    by_key: Mapping[str, Finding] = field(default_factory=dict)

    def finding(self, key: str) -> Finding | None:
        """The finding of that key."""
        return self.by_key.get(key)
