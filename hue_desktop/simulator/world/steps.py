"""Steps: the work of a cluster, each of them a YARN application while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.documents import NEVER, Stored

__all__ = ["ACTIVE_STATES", "Step"]

#: States that count against the 256 active steps of a cluster.
ACTIVE_STATES = frozenset({"PENDING", "RUNNING", "CANCEL_PENDING"})


@dataclass(slots=True, eq=False)
class Step(Stored):
    """One step; ``ended`` is the planned instant while it runs."""

    KIND: ClassVar[str] = "step"

    id: str
    cluster_id: str
    ordinal: int  #: position in the order of submission
    name: str
    jar: str
    created: float
    args: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    main_class: str = ""
    action_on_failure: str = "CONTINUE"
    state: str = "PENDING"
    started: float = NEVER
    ended: float = NEVER
    message: str = ""
    failure_reason: str = ""
    failure_message: str = ""
    failure_log: str = ""
    execution_role: str = ""
    monitoring: dict[str, Any] = field(default_factory=dict)
    planned_s: float = 0.0  #: seconds it shall take; 0 leaves it to chance
    containers: int = 0  #: how many YARN containers it wants at its peak
    application_id: str = ""
    will_fail: bool = False
    killed: bool = False  #: somebody killed its YARN application
    work: float = 0.0  #: container-seconds left, where its end follows from them
    whole: float = 0.0  #: container-seconds in all
    expected: float = NEVER  #: when it would have ended by the pace of its beginning
    master: str = ""  #: id of the instance with its ApplicationMaster, where that counts
    restarts: list[float] = field(default_factory=list)  #: when it lost that
    lost_containers: int = 0  #: that went with their nodes

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in ACTIVE_STATES

    def runs_at(self, at: float) -> bool:
        """Whether its application was running at an instant."""
        return self.started <= at < self.ended
