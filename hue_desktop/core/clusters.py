"""Clusters as EMR reports them, and the snapshots that screens show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hue_desktop.core.errors import HueError
from hue_desktop.core.instances import (
    Instance,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.steps import Step, StepState

__all__ = [
    "Application",
    "Attention",
    "BootstrapAction",
    "Cluster",
    "ClusterRef",
    "ClusterSnapshot",
    "ClusterState",
    "ClusterSummary",
    "ManagedScaling",
]


class ClusterState(Enum):
    """EMR's ClusterState; UNKNOWN for a newer word."""

    STARTING = "STARTING"
    BOOTSTRAPPING = "BOOTSTRAPPING"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    TERMINATED_WITH_ERRORS = "TERMINATED_WITH_ERRORS"
    UNKNOWN = "UNKNOWN"

    @property
    def up(self) -> bool:
        """Whether its servers may answer: YARN, HDFS."""
        return self in (ClusterState.RUNNING, ClusterState.WAITING)

    @property
    def active(self) -> bool:
        """Whether nodes exist or are coming, and therefore cost money."""
        return self not in (ClusterState.TERMINATED, ClusterState.TERMINATED_WITH_ERRORS)

    @property
    def accepts_steps(self) -> bool:
        """AddJobFlowSteps is accepted only in these states."""
        return self in (
            ClusterState.STARTING,
            ClusterState.BOOTSTRAPPING,
            ClusterState.RUNNING,
            ClusterState.WAITING,
        )


@dataclass(frozen=True, slots=True, order=True)
class ClusterRef:
    """Which cluster: the name of the connection, the region, and EMR's cluster id."""

    connection: str
    region: str
    cluster_id: str


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """What ListClusters says of a cluster."""

    id: str
    name: str
    state: ClusterState
    reason_code: str = ""
    reason: str = ""
    created: datetime | None = None
    ready: datetime | None = None
    ended: datetime | None = None
    normalized_instance_hours: int = 0
    arn: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """An installed application, for example Spark 3.5.2."""

    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapAction:
    """A script that every node runs before the applications are installed."""

    name: str
    script_path: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedScaling:
    """Managed scaling limits in ``unit_type`` (Instances, InstanceFleetUnits or VCPU)."""

    unit_type: str
    minimum: int
    maximum: int
    maximum_on_demand: int | None = None
    maximum_core: int | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """What DescribeCluster says. ``uses_fleets`` is InstanceCollectionType = INSTANCE_FLEET."""

    summary: ClusterSummary
    release: str = ""
    applications: tuple[Application, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    uses_fleets: bool = False
    keep_alive: bool = True  #: long-running: waits when no step is left
    termination_protected: bool = False
    unhealthy_node_replacement: bool | None = None
    step_concurrency: int = 1
    idle_timeout_s: int | None = None  #: auto-termination policy; ``None`` when there is none
    managed_scaling: ManagedScaling | None = None
    master_dns: str = ""
    subnet_id: str = ""
    az: str = ""
    key_name: str = ""
    service_role: str = ""
    instance_profile: str = ""
    auto_scaling_role: str = ""
    security_configuration: str = ""
    log_uri: str = ""
    root_volume_gib: int | None = None
    os_release: str = ""
    custom_ami: str = ""
    configurations_json: str = "[]"  #: the classifications as EMR prints them
    bootstrap_actions: tuple[BootstrapAction, ...] = ()
    visible_to_all: bool = True

    @property
    def id(self) -> str:
        """EMR's cluster id."""
        return self.summary.id

    @property
    def name(self) -> str:
        """The name given at creation; not unique."""
        return self.summary.name

    @property
    def state(self) -> ClusterState:
        """The state at the time of the answer."""
        return self.summary.state


class Attention(Enum):
    """How much a cluster or node asks to be looked at; ordered."""

    NONE = 0
    STARTING = 1
    IDLE = 2
    WARN = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """All that is known of a cluster, and when it was learnt.

    A part that has not been read yet is ``None``; a part whose last read failed keeps its old value
    and has its error in ``errors`` under the part's name (``cluster``, ``groups``, ``instances``,
    ``steps``). ``read_at`` is local UTC by part; ``region_time`` is the region's own clock at the
    newest answer (from the HTTP Date header), which ages are counted from. With ``recorded_at``,
    EMR does not list the cluster any more: shown is what was kept, last seen at that region time.
    """

    ref: ClusterRef
    summary: ClusterSummary
    cluster: Cluster | None = None
    groups: tuple[InstanceGroup, ...] | None = None
    fleets: tuple[InstanceFleet, ...] | None = None
    instances: tuple[Instance, ...] | None = None
    steps: tuple[Step, ...] | None = None
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    region_time: datetime | None = None
    errors: Mapping[str, HueError] = field(default_factory=dict)
    recorded_at: datetime | None = None

    def nodes(self, role: Role | None = None, market: Market | None = None) -> tuple[Instance, ...]:
        """The active nodes, all or those of a role and market."""
        return tuple(
            node
            for node in self.instances or ()
            if node.active
            and (role is None or node.role is role)
            and (market is None or node.market is market)
        )

    def count(self, role: Role) -> int:
        """Running nodes of a role: from the nodes if they were read, else from the groups."""
        if self.instances is not None:
            running = InstanceState.RUNNING
            return len([n for n in self.instances if n.role is role and n.state is running])
        return sum(group.running for group in self.groups or () if group.role is role)

    @property
    def running_steps(self) -> int:
        """Steps that run now."""
        return sum(step.state is StepState.RUNNING for step in self.steps or ())
