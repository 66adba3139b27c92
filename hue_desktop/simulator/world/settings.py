"""What belongs to the account in the region and to no cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hue_desktop.simulator.world.documents import Stored

__all__ = ["Settings"]


@dataclass(slots=True, eq=False)
class Settings(Stored):
    """Counters, security configurations, public access and application UIs of the account."""

    KIND: ClassVar[str] = "settings"

    id: str = "account"
    at: float = 0.0  #: the instant of the last change that was written
    clusters_made: int = 0
    instances_made: int = 0
    security_configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    block_public_access: dict[str, Any] = field(default_factory=dict)
    #: Tags that show in Cost Explorer, in the order of their activation.
    cost_tags: list[str] = field(default_factory=lambda: ["aws:elasticmapreduce:job-flow-id"])
    app_uis: dict[str, dict[str, Any]] = field(default_factory=dict)
