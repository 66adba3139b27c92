"""What the health service publishes: the newest reading of a cluster and the alerts that stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hue_desktop.core.alerts import Alert, AlertLevel
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.metrics import NodeReading, YarnApplication
from hue_desktop.core.spot_notices import SpotNotice

__all__ = ["Collecting", "HealthChange", "HealthSnapshot", "Verdict"]


class Collecting(Enum):
    """How the live readings of a cluster do."""

    OFF = "off"  #: nobody watches it
    CONNECTING = "connecting"
    LIVE = "live"
    PARTLY = "partly"  #: some of its servers do not answer
    BROKEN = "broken"  #: none answers: the tunnel or the cluster is down; it is tried again
    ENDED = "ended"  #: the cluster is no more: what was recorded is shown


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence that says how a cluster is and why."""

    level: AlertLevel
    title: str  #: a word or two: Healthy, Attention, Critical, Not known
    text: str


@dataclass(frozen=True)
class HealthSnapshot:
    """What is known of a cluster's health now. ``read_at`` is in region epoch seconds."""

    ref: ClusterRef
    collecting: Collecting = Collecting.OFF
    problem: str = ""  #: why it is PARTLY or BROKEN, and what will happen
    read_at: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    nodes: Mapping[str, NodeReading] = field(default_factory=dict)  #: by private DNS name
    applications: tuple[YarnApplication, ...] | None = None
    safe_mode: str = ""
    alerts: tuple[Alert, ...] = ()  #: those that stand first, then those cleared today
    verdict: Verdict | None = None
    notices: tuple[SpotNotice, ...] = ()  #: Spot nodes that EC2 takes back, and took of late


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A cluster has a new reading; ``alerts`` says whether its alerts changed, too."""

    snapshot: HealthSnapshot
    alerts: bool = False
