"""What a resize may lose or surprise with, in sentences (EMR's guide on resizing, §4–§6, §10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hue_desktop.core.candidates.strategies import group_shortage_text
from hue_desktop.core.changes import Risk, RiskLevel
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import count, percent
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
from hue_desktop.core.replication import replication_of
from hue_desktop.core.text import _, ngettext

__all__ = ["resize_risks", "scaling_risks", "spot_risks"]

_FULL = 90.0  #: per cent of HDFS above which EMR and HDFS refuse to take more


def resize_risks(
    snapshot: ClusterSnapshot, group: InstanceGroup, wanted: int, metrics: Mapping[str, float]
) -> tuple[Risk, ...]:
    """The risks of setting the group to ``wanted`` nodes."""
    found: list[Risk] = []
    if wanted < group.requested:
        shrinks = _core_shrinks if group.role is Role.CORE else _task_shrinks
        found.extend(shrinks(snapshot, group, wanted, metrics))
    elif wanted > group.requested:
        if group.market is Market.SPOT:
            found.extend(spot_risks(group.role))
        if group.role is Role.TASK or group.market is Market.ON_DEMAND:
            text = group_shortage_text(group.role, group.market)
            found.append(Risk(RiskLevel.NOTE, text))
    if group.state is GroupState.RESIZING and group.running != group.requested:
        text = _("The group is on its way to {n} nodes; this takes that resize’s place.")
        found.append(Risk(RiskLevel.NOTE, text.format(n=count(group.requested))))
    if group.state is GroupState.SUSPENDED:
        text = _("The group is suspended after errors; setting its size makes EMR try again.")
        found.append(Risk(RiskLevel.NOTE, text))
    found.extend(scaling_risks(snapshot))
    return tuple(found)


def scaling_risks(snapshot: ClusterSnapshot) -> Iterator[Risk]:
    """Managed scaling decides again every few minutes."""
    policy = snapshot.cluster.managed_scaling if snapshot.cluster else None
    if policy is not None:
        text = _("Managed scaling is on ({low} to {high}) and may soon set another size.").format(
            low=count(policy.minimum), high=count(policy.maximum)
        )
        yield Risk(RiskLevel.WARN, text)


def spot_risks(role: Role) -> Iterator[Risk]:
    """What being on Spot means for the role."""
    if role is Role.CORE:
        text = _("EC2 may take Spot nodes back at two minutes’ notice, and their HDFS blocks go.")
        yield Risk(RiskLevel.LOSS, text)
        text = _("A core group on Spot starts only when all of its nodes were found.")
        yield Risk(RiskLevel.NOTE, text)
    else:
        text = _("EC2 may take Spot nodes back at two minutes’ notice; their containers run again.")
        yield Risk(RiskLevel.NOTE, text)


def _core_shrinks(
    snapshot: ClusterSnapshot, group: InstanceGroup, wanted: int, metrics: Mapping[str, float]
) -> Iterator[Risk]:
    leaving = group.requested - wanted
    yield Risk(RiskLevel.LOSS, _blocks_text(leaving, wanted))
    replication = replication_of(snapshot)
    if replication.factor == 1:
        text = _(
            "New files have one copy only: a node that fails before it has handed its blocks on "
            "takes them with it."
        )
        yield Risk(RiskLevel.LOSS, text)
    else:
        text = _(
            "New files have {n} copies; files written with fewer keep that number, so blocks of "
            "theirs may have one copy only."
        )
        yield Risk(RiskLevel.WARN, text.format(n=replication.factor))
    used = metrics.get("HDFSUtilization")
    if used is None or wanted <= 0:
        text = _("How full HDFS is, is not known here.")
        yield Risk(RiskLevel.WARN, text)
        return
    later = used * group.requested / wanted
    text = _("HDFS is {now} full and would be {later} full on {n} nodes.").format(
        now=percent(used), later=percent(later), n=count(wanted)
    )
    if later > _FULL:
        yield Risk(RiskLevel.LOSS, text + " " + _("EMR then lets only a part of the nodes go."))
    else:
        yield Risk(RiskLevel.NOTE, text)


def _blocks_text(leaving: int, staying: int) -> str:
    return ngettext(
        "{n} core node hands its HDFS blocks to the {m} that stay before it goes; what it still "
        "runs when the time-out (1 h by default) ends is killed.",
        "{n} core nodes hand their HDFS blocks to the {m} that stay before they go; what they "
        "still run when the time-out (1 h by default) ends is killed.",
        leaving,
    ).format(n=count(leaving), m=count(staying))


def _task_shrinks(
    snapshot: ClusterSnapshot, group: InstanceGroup, wanted: int, metrics: Mapping[str, float]
) -> Iterator[Risk]:
    text = _(
        "Idle nodes go first; the others wait until their containers end, 1 h at most. No HDFS "
        "blocks are lost."
    )
    yield Risk(RiskLevel.NOTE, text)
    if wanted == 0:
        text = _("The group stays, empty: EMR removes no group from a cluster.")
        yield Risk(RiskLevel.NOTE, text)
    allocated = int(metrics.get("ContainerAllocated", 0))
    if wanted == 0 and allocated:
        text = _("{n} containers were running on the cluster when CloudWatch last looked.")
        yield Risk(RiskLevel.NOTE, text.format(n=count(allocated)))
