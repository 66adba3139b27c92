"""Instance groups and instance fleets: what a cluster asks for, per role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.documents import NEVER, UNSTORED, Stored
from hue_desktop.simulator.world.instances import Instance, Volume

__all__ = ["InstanceCollection", "InstanceFleet", "InstanceGroup", "TypeSpec"]

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class InstanceCollection(Stored):
    """What groups and fleets share."""

    id: str
    cluster_id: str
    role: str  #: ``MASTER``, ``CORE`` or ``TASK``
    name: str
    created: float
    ordinal: int = 0  #: order in the cluster
    launched: int = 0  #: how many instances it ever asked for; makes their ids
    ready: float = NEVER
    ended: float = NEVER
    reason_code: str = ""
    reason_message: str = ""
    suspended: bool = False
    arrested: bool = False  #: and EMR cannot take it up again by itself
    resizing: bool = False  #: a change of its size is on its way
    members: list[Instance] = field(default_factory=list, metadata=UNSTORED, repr=False)
    #: Members whose end nobody has decided; None when it has to be found again.
    standing: list[Instance] | None = field(default=None, metadata=UNSTORED, repr=False)

    def alive(self) -> list[Instance]:
        """Members whose end nobody has decided."""
        if self.standing is None:
            self.standing = [member for member in self.members if member.alive]
        return self.standing

    def running(self, at: float) -> list[Instance]:
        """Members that serve the cluster at an instant."""
        return [member for member in self.members if member.runs_at(at)]


@dataclass(slots=True, eq=False)
class InstanceGroup(InstanceCollection):
    """Instances of one type and one market."""

    KIND: ClassVar[str] = "group"

    instance_type: str = ""
    market: str = "ON_DEMAND"
    target: int = 0  #: RequestedInstanceCount
    bid_price: str = ""
    configurations: list[Json] = field(default_factory=list)
    configurations_version: int = 0
    applied_configurations: list[Json] = field(default_factory=list)
    applied_version: int = 0
    reconfiguring_until: float = 0.0
    volumes: list[Volume] = field(default_factory=list)
    ebs_optimized: bool | None = None
    shrink_policy: Json = field(default_factory=dict)
    auto_scaling: Json | None = None  #: Constraints and Rules as they were put
    auto_scaling_since: float = NEVER  #: when the policy was put
    auto_scaling_removed: float = NEVER
    scaled_at: float = 0.0  #: last change the policy made, for its cool-down
    custom_ami_id: str = ""


@dataclass(slots=True, eq=False)
class TypeSpec:
    """One instance type that a fleet may use."""

    instance_type: str
    weight: int = 1
    bid_price: str = ""
    bid_percent: float | None = None
    volumes: tuple[Volume, ...] = ()
    ebs_optimized: bool | None = None
    configurations: list[Json] | None = None
    custom_ami_id: str = ""
    priority: float | None = None


@dataclass(slots=True, eq=False)
class InstanceFleet(InstanceCollection):
    """Instances of several types that fill a target of weighted units."""

    KIND: ClassVar[str] = "fleet"

    on_demand_target: int = 0
    spot_target: int = 0
    specs: list[Json] = field(default_factory=list)  #: documents of :class:`TypeSpec`
    launch_specifications: Json = field(default_factory=dict)
    resize_specifications: Json = field(default_factory=dict)
    context: str = ""
    switched: int = 0  #: Spot units bought On-Demand after the launch timeout

    def types(self) -> list[TypeSpec]:
        """The types it may use."""
        return [_type_spec(document) for document in self.specs]

    def provisioned(self, market: str, at: float) -> int:
        """Units EC2 has launched in a market and that are not gone at an instant."""
        return sum(
            member.weight
            for member in self.members
            if member.market == market and member.fulfilled <= at < member.ended
        )


def _type_spec(document: Json) -> TypeSpec:
    volumes = tuple(tuple(volume) for volume in document.get("volumes", ()))
    return TypeSpec(**{**document, "volumes": volumes})
