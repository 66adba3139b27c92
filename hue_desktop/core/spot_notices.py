"""The two minutes' notice of EC2, told from what YARN and EMR say.

When EC2 wants a Spot node back it says so two minutes ahead; EMR then lets YARN decommission the
node at once. A Spot node that YARN decommissions although nobody asked for fewer nodes is therefore
being taken back. A node that leaves in a resize is decommissioned, too: then its group or fleet has
more nodes than are asked for, and no notice is told. Until EMR was asked about that again after the
first sight, a notice is not sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import clock_time
from hue_desktop.core.instances import Instance, Market, Role
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.text import _

__all__ = ["NOTICE", "SpotNotice", "notice_text", "spot_notices", "taken_by_ec2"]

NOTICE = timedelta(minutes=2)
_KEPT = timedelta(hours=1)  #: a notice is told so long after the node has gone
_LEAVING = ("DECOMMISSIONING", "DECOMMISSIONED")
_WORDS = ("spotinstancetermination", "spot instance termination", "spot interruption",
          "spot instance interruption", "instance-terminated-no-capacity",
          "instance-terminated-by-price")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpotNotice:
    """A Spot node that EC2 takes back. Times are the region's UTC.

    ``seen`` is when it was noticed first, so the node is gone by ``gone_by`` at the latest; EC2's
    own notice may be a few seconds older. ``seen_here`` is the same moment by this machine's clock.
    ``gone`` is set once EMR says that the node has ended.
    """

    node_id: str  #: EMR's instance id
    ec2_id: str
    host: str
    role: Role | None
    group_id: str
    seen: datetime
    seen_here: datetime
    sure: bool = False  #: EMR was asked since, and nobody wants fewer nodes
    gone: datetime | None = None
    containers: int | None = None  #: that ran on it when it was noticed; ``None``: not measured

    @property
    def gone_by(self) -> datetime:
        """When it is gone at the latest."""
        return self.seen + NOTICE

    @property
    def standing(self) -> bool:
        """Whether the node is still there."""
        return self.gone is None


def taken_by_ec2(node: Instance) -> bool:
    """Whether EMR's reason says that EC2 took the Spot node back."""
    if node.market is not Market.SPOT:
        return False
    told = f"{node.state_code} {node.state_reason}".lower()
    return any(word in told for word in _WORDS)


def spot_notices(
    before: Iterable[SpotNotice],
    readings: Mapping[str, NodeReading],
    cluster: ClusterSnapshot | None,
    at: float,
    here: datetime,
) -> tuple[SpotNotice, ...]:
    """The notices after a reading at ``at`` (region epoch s; ``here``: our UTC), newest first.

    ``readings`` are by private DNS name as EMR has it. A node that YARN takes back into service, or
    that turns out to leave in a resize, is forgotten: then it was no notice.
    """
    now = datetime.fromtimestamp(at, UTC)
    known = {notice.node_id: notice for notice in before}
    if cluster is None or cluster.instances is None:
        return _sorted(known.values())
    shrinking = _shrinking(cluster)
    listed = {node.id for node in cluster.instances}
    kept: dict[str, SpotNotice] = {  # of clusters that are not in front EMR lists active nodes only
        node_id: notice if notice.gone else replace(notice, gone=now)
        for node_id, notice in known.items()
        if node_id not in listed
    }
    for node in cluster.instances:
        if node.market is not Market.SPOT or node.role is Role.MASTER:
            continue
        notice = known.get(node.id)
        if not node.active:
            if notice is not None:
                kept[node.id] = notice if notice.gone else replace(notice, gone=node.ended or now)
            continue
        reading = readings.get(node.private_dns)
        state = reading.state if reading is not None else ""
        if node.group_id in shrinking or state == "RUNNING":
            continue
        if notice is None and reading is not None and state in _LEAVING:
            notice = _notice(node, reading, now, here)
        if notice is not None:
            kept[node.id] = notice if notice.sure else replace(notice, sure=_asked(cluster, notice))
    recent = (each for each in kept.values() if each.gone is None or now - each.gone < _KEPT)
    return _sorted(recent)


def notice_text(notice: SpotNotice) -> str:
    """What is said of a node while it has notice."""
    if notice.gone is not None:
        return _("EC2 took this Spot node back.")
    time = clock_time(notice.gone_by)
    if not notice.sure:
        return _("YARN drains this Spot node: EC2 may be taking it back, by {time}.").format(
            time=time
        )
    return _("EC2 takes this Spot node back: it is gone by {time} (two minutes’ notice).").format(
        time=time
    )


def _asked(cluster: ClusterSnapshot, notice: SpotNotice) -> bool:
    """Whether groups or fleets were read after the notice was seen."""
    read = [cluster.read_at[part] for part in ("groups", "fleets") if part in cluster.read_at]
    return bool(read) and max(read) > notice.seen_here


def _notice(node: Instance, reading: NodeReading, now: datetime, here: datetime) -> SpotNotice:
    containers = reading.values.get("yarn.containers")
    return SpotNotice(
        node_id=node.id,
        ec2_id=node.ec2_id,
        host=node.private_dns,
        role=node.role,
        group_id=node.group_id,
        seen=now,
        seen_here=here,
        containers=None if containers is None else int(containers),
    )


def _shrinking(cluster: ClusterSnapshot) -> frozenset[str]:
    """Groups and fleets with more nodes than are asked for: those decommission by request."""
    alive = Counter(node.group_id for node in cluster.nodes())
    groups = {group.id for group in cluster.groups or () if alive[group.id] > group.requested}
    fleets = {
        fleet.id for fleet in cluster.fleets or () if fleet.provisioned_spot > fleet.target_spot
    }
    return frozenset(groups | fleets)


def _sorted(notices: Iterable[SpotNotice]) -> tuple[SpotNotice, ...]:
    return tuple(sorted(notices, key=lambda each: (-each.seen.timestamp(), each.ec2_id)))
