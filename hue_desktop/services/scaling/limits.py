"""How far a group can be resized, and why no further."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import count
from hue_desktop.core.instances import GroupState, InstanceGroup, Role
from hue_desktop.core.replication import replication_of
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.launch.checks import MAX_NODES
from hue_desktop.services.scaling.values import SizeLimits

__all__ = ["limits_of"]

_FIXED = (GroupState.TERMINATING, GroupState.TERMINATED, GroupState.ENDED)


def limits_of(snapshot: ClusterSnapshot, group: InstanceGroup) -> SizeLimits:
    """The counts that EMR takes for the group as it is now."""
    if group.role is Role.MASTER:
        text = _("The master group keeps its size; launch a new cluster for another one.")
        return SizeLimits(group.requested, group.requested, text)
    if group.state is GroupState.ARRESTED:
        return SizeLimits(group.requested, group.requested, _arrested_text(group))
    if group.state in _FIXED:
        text = _("The group is {state} and cannot be resized.").format(state=group.state.value)
        return SizeLimits(group.requested, group.requested, text)
    if group.role is Role.TASK:
        text = _("A task group has 0 to {high} nodes.").format(high=count(MAX_NODES))
        return SizeLimits(0, MAX_NODES, text)
    return _core(snapshot)


def _arrested_text(group: InstanceGroup) -> str:
    """What happened to a group that EMR gave up, and what to do now."""
    text = _("EMR has given this group up after errors (ARRESTED): it takes no other size.")
    if group.state_reason:
        text += " " + _("EMR says: {reason}").format(reason=group.state_reason)
    if group.role is Role.TASK:
        return text + " " + _("Add another task group instead.")
    return text + " " + _("Clone the cluster, and copy what only its HDFS holds before.")


def _core(snapshot: ClusterSnapshot) -> SizeLimits:
    replication = replication_of(snapshot)
    factor = max(1, replication.factor)
    if not replication.sure:
        text = _(
            "At least one core node; EMR keeps as many as HDFS has copies of a block, probably {n}."
        )
        return SizeLimits(1, MAX_NODES, text.format(n=factor))
    text = ngettext(
        "At least {n} core node: HDFS keeps {n} copy of each block.",
        "At least {n} core nodes: HDFS keeps {n} copies of each block.",
        factor,
    )
    return SizeLimits(factor, MAX_NODES, text.format(n=factor))
