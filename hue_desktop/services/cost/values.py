"""The cost of a cluster as values: its rate now, what it has cost, and whom that was for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hue_desktop.core.billing import Bill
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.pricing import CostRate, PriceSource

__all__ = ["ClusterCost", "CostOverview", "CostShare", "ExplorerFigure", "IdleFinding", "IdleKind"]


@dataclass(frozen=True, slots=True)
class ClusterCost:
    """$/h of a cluster now; ``by_node`` is USD per hour by EMR instance id.

    A node whose price nobody knows is missing in ``by_node`` and counted in ``rate.unknown``.
    """

    rate: CostRate
    by_role: Mapping[tuple[Role, Market], CostRate] = field(default_factory=dict)
    by_node: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[PriceSource, ...] = ()


@dataclass(frozen=True)
class CostOverview:
    """What the Cost page's first row says of a cluster. USD; times are region epoch seconds.

    ``month_usd`` is what this calendar month comes to if the cluster runs on as it does now, and
    ``month_end`` when that is. ``idle_usd`` is what was paid while no YARN application ran, over
    ``idle_s`` seconds; both are ``None`` where nobody knows what YARN did. ``idle_known_s`` is how
    much of the cluster's life that is known of.
    """

    rate: CostRate
    bill: Bill
    month_usd: float | None = None
    month_end: float | None = None
    idle_usd: float | None = None
    idle_s: float | None = None
    idle_known_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CostShare:
    """What a step, a YARN application or a user cost: its share of the bill by container-seconds.

    ``usd`` is ``None`` where the share is not known. ``key`` is the id, ``title`` what people call
    it, ``owner`` the YARN user.
    """

    key: str
    title: str
    owner: str = ""
    usd: float | None = None
    container_share: float | None = None  #: 0 to 1 of all container-seconds in its time
    started: float | None = None
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class ExplorerFigure:
    """What Cost Explorer says of a cluster between two days, and why it differs from ours."""

    usd: float
    start: float
    end: float
    estimated: bool
    ours_usd: float | None
    why: tuple[str, ...] = ()


class IdleKind(Enum):
    """Why a cluster, or a part of it, is found wasteful."""

    IDLE = "idle"
    FORGOTTEN = "forgotten"  #: idle for long, and protected against termination
    NEVER_ENDS = "never ends"  #: its auto-termination can never fire
    SPARE_CORE = "spare core"  #: core nodes kept for little HDFS
    LARGE_MASTER = "large master"


@dataclass(frozen=True, slots=True)
class IdleFinding:
    """Money that is paid for little: ``usd_day`` of it, and what to do.

    ``action`` is a key that the window knows: ``terminate``, ``unprotect``, ``resize``,
    ``auto-termination``, ``clone``. Without a known price ``usd_day`` is ``None``.
    """

    ref: ClusterRef
    kind: IdleKind
    title: str
    why: str
    usd_day: float | None
    action: str
    since: float | None = None
