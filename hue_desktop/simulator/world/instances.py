"""One node of a cluster: its facts, and its state as a function of them and the time.

An instance carries the instants at which it moves on, planned ones included, so that nothing has
to happen for it to change state; charts ask for its state in the past with the same function.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

from hue_desktop.simulator.world.documents import NEVER, UNSTORED, Stored
from hue_desktop.simulator.world.timeline import Moment

__all__ = ["Instance", "Volume"]

#: (device, volume type, GiB, IOPS or None, MiB/s or None); one tuple is shared by a whole group.
Volume = tuple[str, str, int, "int | None", "int | None"]

_ADDRESSES = 250 * 256 * 128


@dataclass(slots=True, eq=False)
class Instance(Stored):
    """A node; instants are epoch seconds and :data:`NEVER` while they are not decided."""

    KIND: ClassVar[str] = "instance"

    id: str  #: EMR's id, ``ci-…``
    ec2_id: str  #: EC2's id, ``i-…``
    cluster_id: str
    role: str  #: ``MASTER``, ``CORE`` or ``TASK``
    instance_type: str
    market: str  #: ``ON_DEMAND`` or ``SPOT``
    az: str
    number: int  #: counts all instances of the region; its addresses derive from it
    created: float  #: when EMR asked for it
    group_id: str = ""
    fleet_id: str = ""
    weight: int = 1  #: units of a fleet's target this instance counts for
    bid_price: str = ""
    fulfilled: float = NEVER  #: EC2 launched it
    booted: float = NEVER  #: the operating system is up, bootstrap actions begin
    ready: float = NEVER  #: it serves the cluster
    ended: float = NEVER  #: it is gone; in the future while it drains or was given notice
    end_code: str = ""
    end_message: str = ""
    draining: float = NEVER  #: graceful decommissioning began
    released: float = NEVER  #: while it drains: its containers are gone, or are ended then
    notice: float = NEVER  #: EC2 gave the two-minute notice
    unhealthy: float = NEVER  #: YARN put it on the deny list
    address: str = ""  #: private IP of an instance loaded from a file; else it derives
    public_address: str = ""
    private_name: str = ""
    public_name: str = ""
    loaded_volumes: list[list[str]] | None = None  #: (device, volume id) as a file told them
    volumes: tuple[Volume, ...] = field(default_factory=tuple, metadata=UNSTORED, repr=False)
    moment: Moment = field(default_factory=Moment, metadata=UNSTORED, repr=False)

    @property
    def collection_id(self) -> str:
        """The group or the fleet it belongs to."""
        return self.group_id or self.fleet_id

    @property
    def state(self) -> str:
        """Its state now, in EMR's words."""
        return self.state_at(self.moment.at)

    def state_at(self, at: float) -> str:
        """Its state at an instant: what EMR would have answered then."""
        if at >= self.ended:
            return "TERMINATED"
        if at >= self.ready:
            return "RUNNING"
        if at < self.fulfilled:
            return "AWAITING_FULFILLMENT"
        return "PROVISIONING" if at < self.booted else "BOOTSTRAPPING"

    def runs_at(self, at: float) -> bool:
        """Whether it serves the cluster at an instant."""
        return self.ready <= at < self.ended

    @property
    def alive(self) -> bool:
        """Whether nothing has decided its end yet."""
        return self.ended == NEVER

    @property
    def leaving(self) -> float:
        """When YARN began to give it no more work: it drains, or EC2 has given notice."""
        return min(self.draining, self.notice)

    @property
    def private_ip(self) -> str:
        """Its address in the cluster's subnet."""
        return self.address or _address(self.number, 10)

    @property
    def public_ip(self) -> str:
        """Its address in a public subnet."""
        return self.public_address or ("" if self.address else _address(self.number, 54))

    @property
    def volume_ids(self) -> list[str]:
        """EC2's ids of its data volumes, in the order of ``volumes``; they derive from its own."""
        if self.loaded_volumes is not None:
            return [volume_id for _, volume_id in self.loaded_volumes]
        twice = self.ec2_id[2:] * 2
        length = len(twice) // 2
        return ["vol-" + twice[place : place + length] for place in range(1, len(self.volumes) + 1)]


@lru_cache(maxsize=4096)
def _address(number: int, first: int) -> str:
    """A dotted address; a multiplication by a prime spreads neighbours over the range."""
    spread = number * 7919 % _ADDRESSES
    return f"{first}.{spread // 64000}.{spread // 250 % 256}.{spread % 250 + 4}"
