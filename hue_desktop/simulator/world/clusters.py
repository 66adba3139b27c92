"""A cluster: its facts as they were asked for, its state, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.applications import Application
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.documents import NEVER, UNSTORED, Stored
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.steps import Step

__all__ = ["ENDED_STATES", "LIVE_STATES", "Cluster", "dfs_replication"]

Json = dict[str, Any]

ENDED_STATES = frozenset({"TERMINATED", "TERMINATED_WITH_ERRORS"})
#: States in which steps may be added and settings changed.
LIVE_STATES = frozenset({"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"})


@dataclass(slots=True, eq=False)
class Cluster(Stored):
    """A cluster; ``request`` keeps what is only echoed, in the members of the API."""

    KIND: ClassVar[str] = "cluster"

    id: str
    number: int  #: order of creation in the region
    name: str
    created: float
    az: str
    collection_type: str = "INSTANCE_GROUP"  #: or ``INSTANCE_FLEET``
    state: str = "STARTING"
    reason_code: str = ""
    reason_message: str = ""
    error_details: list[Json] = field(default_factory=list)
    ready: float = NEVER
    terminating: float = NEVER
    ended: float = NEVER
    release_label: str = ""
    keep_alive: bool = False
    protected: bool = False
    replace_unhealthy: bool = True
    visible_to_all: bool = True
    step_concurrency: int = 1
    extended_support: bool | None = None
    tags: dict[str, str] = field(default_factory=dict)
    applications: list[Json] = field(default_factory=list)
    configurations: list[Json] = field(default_factory=list)
    bootstrap_actions: list[Json] = field(default_factory=list)
    ec2_attributes: Json = field(default_factory=dict)
    request: Json = field(default_factory=dict)
    managed_scaling: Json | None = None
    scaling_low_since: float = NEVER  #: managed scaling sees too much capacity since then
    idle_timeout: int | None = None  #: seconds; None without an auto-termination policy
    idle_policy_since: float = NEVER
    idle_since: float = NEVER
    dfs_replication: int = 1
    hdfs_fill: float = 0.05  #: share of the first core nodes' capacity that data occupies
    hdfs_base: float = 0.0  #: bytes on HDFS, replicas included, when the cluster was ready
    steps_added: int = 0
    applications_forgotten: Json = field(default_factory=dict)  #: how many, by their final state
    paced: float = NEVER  #: the work of its applications is counted up to here
    workloads: list[Json] = field(default_factory=list)
    loaded: Json = field(default_factory=dict)  #: facts of a cluster loaded from files
    groups: dict[str, InstanceGroup] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    fleets: dict[str, InstanceFleet] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    instances: dict[str, Instance] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    steps: dict[str, Step] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    yarn_applications: dict[str, Application] = field(
        default_factory=dict, metadata=UNSTORED, repr=False
    )
    active_steps: dict[str, Step] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    caches: dict[str, Any] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    #: What derives from the instances; emptied when one of them changes.
    node_cache: dict[str, Any] = field(default_factory=dict, metadata=UNSTORED, repr=False)
    #: What derives from the steps; emptied when one of them changes.
    step_cache: dict[str, Any] = field(default_factory=dict, metadata=UNSTORED, repr=False)

    @property
    def live(self) -> bool:
        """Whether it can still be changed."""
        return self.state in LIVE_STATES

    @property
    def ended_already(self) -> bool:
        """Whether it is terminated."""
        return self.state in ENDED_STATES

    def collections(self) -> Iterator[InstanceGroup | InstanceFleet]:
        """Its groups or fleets, in the order in which they were made."""
        yield from self.groups.values()
        yield from self.fleets.values()

    def of_role(self, role: str) -> list[InstanceGroup | InstanceFleet]:
        """The groups or fleets of a role."""
        return [item for item in self.collections() if item.role == role]

    def alive_instances(self, role: str) -> list[Instance]:
        """Instances of a role whose end nobody has decided."""
        return [member for item in self.of_role(role) for member in item.alive()]

    def running_steps(self) -> list[Step]:
        """Steps whose application runs now, those being cancelled included."""
        return [step for step in self.active_steps.values() if step.started != NEVER]


def dfs_replication(configurations: Iterable[Json], core_nodes: int) -> int:
    """``dfs.replication``: as configured, or from the number of core nodes as EMR sets it."""
    for configuration in configurations:
        if configuration.get("Classification") == "hdfs-site":
            text = (configuration.get("Properties") or {}).get("dfs.replication", "")
            if text.isdigit() and int(text):
                return int(text)
    return 1 if core_nodes < 4 else 2 if core_nodes < 10 else 3
