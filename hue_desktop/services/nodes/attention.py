"""What asks to be looked at: a cluster as a whole, and single nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hue_desktop.core.clusters import Attention, ClusterSnapshot, ClusterState
from hue_desktop.core.format import count, date_time, percent
from hue_desktop.core.instances import (
    GroupState,
    Instance,
    InstanceFleet,
    InstanceGroup,
    InstanceState,
    Role,
)
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.spot_notices import SpotNotice, notice_text, taken_by_ec2
from hue_desktop.core.steps import Step, StepState
from hue_desktop.core.text import _, ngettext

__all__ = ["attention_of", "live_problems", "node_problem", "recorded_text", "was_lost"]

_TROUBLED = (GroupState.SUSPENDED, GroupState.ARRESTED)
_ORDERLY = ("", "USER_REQUEST", "CLUSTER_TERMINATED")
_FULL = 90.0  #: per cent; from here on nodes turn unhealthy and HDFS takes no more
_MOVING = (GroupState.PROVISIONING, GroupState.BOOTSTRAPPING, GroupState.RESIZING)


def attention_of(
    snapshot: ClusterSnapshot,
    metrics: Mapping[str, float] | None = None,
    notices: Iterable[SpotNotice] = (),
) -> tuple[Attention, str]:
    """How much a cluster asks to be looked at, and the sentence that says why (may be empty).

    With ``metrics``, CloudWatch's newest values, what HDFS and YARN suffer from counts too; with
    ``notices``, the Spot nodes that EC2 takes back.
    """
    state = snapshot.summary.state
    if snapshot.recorded_at is not None:
        return Attention.NONE, recorded_text(snapshot)
    if state is ClusterState.TERMINATED_WITH_ERRORS:
        return Attention.CRITICAL, _ended_text(snapshot)
    if not state.active:
        return Attention.NONE, ""
    for level, sentence in (
        _group_trouble(snapshot),
        _blocks_trouble(metrics or {}),
        _spot_notices(notices),
        _lost_nodes(snapshot),
        _yarn_trouble(metrics or {}),
        _step_trouble(snapshot),
    ):
        if sentence:
            return level, sentence
    if state in (ClusterState.STARTING, ClusterState.BOOTSTRAPPING):
        return Attention.STARTING, _starting_text(snapshot)
    if state is ClusterState.WAITING:
        return Attention.IDLE, _("Waits for steps; its nodes cost money.")
    if moving := [group for group in _collections(snapshot) if group.state in _MOVING]:
        return Attention.STARTING, _resizing_text(moving[0])
    return Attention.NONE, ""


def recorded_text(snapshot: ClusterSnapshot) -> str:
    """What a person must know of a cluster that is not among those read; empty for others."""
    if snapshot.recorded_at is None:
        return ""
    text = _("Recorded: shown as it was seen last, {when}. It is not read from EMR any more.")
    return text.format(when=date_time(snapshot.recorded_at, always_date=True))


def was_lost(instance: Instance) -> bool:
    """Whether the node ended although nobody asked for it: a failure, or Spot took it back."""
    return instance.state is InstanceState.TERMINATED and instance.state_code not in _ORDERLY


def node_problem(instance: Instance) -> str:
    """What is wrong with a node, as a sentence; empty when nothing is known to be."""
    if taken_by_ec2(instance):
        return _("EC2 took this Spot node back.")
    if was_lost(instance):
        return instance.state_reason or _("The node ended: {code}.").format(
            code=instance.state_code
        )
    if instance.state is InstanceState.RUNNING and instance.state_reason:
        return instance.state_reason
    return ""


def live_problems(
    nodes: Iterable[Instance],
    readings: Mapping[str, NodeReading],
    notices: Iterable[SpotNotice] = (),
) -> dict[str, str]:
    """What live health says is wrong with nodes, by EMR's instance id; EMR itself is slower."""
    found = {each.node_id: notice_text(each) for each in notices if each.standing}
    for node in nodes:
        reading = readings.get(node.private_dns)
        if reading is None or node.id in found or not node.active:
            continue
        if reading.state == "UNHEALTHY":
            text = _("YARN gives this node no work: {reason}")
            reason = reading.health.strip() or _("it says nothing more.")
            found[node.id] = text.format(reason=reason)
        elif reading.state == "LOST":
            found[node.id] = _("YARN has not heard from this node for a while.")
    return found


def _spot_notices(notices: Iterable[SpotNotice]) -> tuple[Attention, str]:
    """Nodes that will be gone within two minutes."""
    standing = [each for each in notices if each.standing and each.sure]
    if not standing:
        return Attention.NONE, ""
    core = any(each.role is Role.CORE for each in standing)
    text = ngettext(
        "EC2 takes {n} Spot node back within two minutes.",
        "EC2 takes {n} Spot nodes back within two minutes.",
        len(standing),
    )
    level = Attention.CRITICAL if core else Attention.WARN
    return level, text.format(n=count(len(standing)))


def _collections(snapshot: ClusterSnapshot) -> tuple[InstanceGroup | InstanceFleet, ...]:
    return (*(snapshot.groups or ()), *(snapshot.fleets or ()))


def _group_trouble(snapshot: ClusterSnapshot) -> tuple[Attention, str]:
    for group in _collections(snapshot):
        if group.state in _TROUBLED:
            text = _("{name} is {state}: {reason}").format(
                name=group.name or group.id,
                state=group.state.value,
                reason=group.state_reason or _("EMR gives no reason."),
            )
            return Attention.CRITICAL, text
    return Attention.NONE, ""


def _blocks_trouble(metrics: Mapping[str, float]) -> tuple[Attention, str]:
    """Blocks that HDFS lost, or is about to."""
    missing = int(metrics.get("MissingBlocks", 0))
    if missing:
        text = ngettext("HDFS misses {n} block.", "HDFS misses {n} blocks.", missing)
        return Attention.CRITICAL, text.format(n=count(missing))
    used = metrics.get("HDFSUtilization", 0.0)
    if used > _FULL:
        return Attention.WARN, _("HDFS is {used} full.").format(used=percent(used))
    thin = int(metrics.get("UnderReplicatedBlocks", 0))
    if thin:
        text = ngettext(
            "{n} HDFS block has too few copies.", "{n} HDFS blocks have too few copies.", thin
        )
        return Attention.WARN, text.format(n=count(thin))
    return Attention.NONE, ""


def _yarn_trouble(metrics: Mapping[str, float]) -> tuple[Attention, str]:
    """Nodes that YARN does not use, most often for a full disk."""
    sick = int(metrics.get("MRUnhealthyNodes", 0))
    if not sick:
        return Attention.NONE, ""
    text = ngettext(
        "YARN counts {n} node as unhealthy.", "YARN counts {n} nodes as unhealthy.", sick
    )
    return Attention.WARN, text.format(n=count(sick))


def _lost_nodes(snapshot: ClusterSnapshot) -> tuple[Attention, str]:
    """Core nodes fewer than asked for while the group is not being resized."""
    for group in snapshot.groups or ():
        short = group.requested - group.running
        if short > 0 and group.state is GroupState.RUNNING:
            level = Attention.WARN if group.role is not Role.MASTER else Attention.CRITICAL
            text = ngettext(
                "{name} misses {n} node of {asked}.", "{name} misses {n} nodes of {asked}.", short
            )
            return level, text.format(name=group.name or group.id, n=short, asked=group.requested)
    return Attention.NONE, ""


def _step_trouble(snapshot: ClusterSnapshot) -> tuple[Attention, str]:
    """The newest finished step failed."""
    newest: Step | None = next(
        (step for step in snapshot.steps or () if not step.state.active), None
    )
    if newest is not None and newest.state is StepState.FAILED:
        text = _("The last step failed: {name}.").format(name=newest.spec.name)
        return Attention.WARN, text
    return Attention.NONE, ""


def _starting_text(snapshot: ClusterSnapshot) -> str:
    running = sum(node.state is InstanceState.RUNNING for node in snapshot.instances or ())
    asked = sum(group.requested for group in snapshot.groups or ())
    if not asked:
        return _("EMR is starting the nodes.")
    return _("{running} of {asked} nodes run.").format(running=running, asked=asked)


def _resizing_text(group: InstanceGroup | InstanceFleet) -> str:
    name = group.name or group.id
    if isinstance(group, InstanceFleet):
        return _("{name} is being resized.").format(name=name)
    return _("{name} goes from {running} to {asked} nodes.").format(
        name=name, running=group.running, asked=group.requested
    )


def _ended_text(snapshot: ClusterSnapshot) -> str:
    reason = snapshot.summary.reason or snapshot.summary.reason_code
    return _("Ended with an error: {reason}").format(reason=reason or _("EMR gives no reason."))
