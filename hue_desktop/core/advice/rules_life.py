"""Rules about a cluster's life: idle, without an end, or with nodes that do not come."""

from __future__ import annotations

from collections.abc import Iterator

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.drafting import nodes_text, price_note, role_word
from hue_desktop.core.advice.facts import ClusterFacts, month_usd
from hue_desktop.core.advice.values import (
    ActionKind,
    Advice,
    AdviceAction,
    Confidence,
    Evidence,
    Risk,
)
from hue_desktop.core.changes import ResizeGroup, SetAutoTermination, Terminate
from hue_desktop.core.ebs import release_number
from hue_desktop.core.instances import GroupState, InstanceFleet, InstanceGroup, InstanceState, Role
from hue_desktop.core.text import _

__all__ = ["idle", "missing_capacity", "stuck"]

IDLE_S = 3600.0  #: EMR's own default of an auto-termination policy
LATE_S = 900.0  #: nodes usually come within five minutes
HDFS_BUSY = 10.0  #: percent from which on EMR does not call a cluster idle (5.34, 6.4)
_NEVER_IDLE = frozenset(("presto", "trino", "prestosql", "hbase"))
_TRYING = (InstanceState.AWAITING_FULFILLMENT, InstanceState.PROVISIONING)


def idle(facts: ClusterFacts) -> Iterator[Advice]:
    """A cluster that has not worked for an hour: an end after idle time, or the end now."""
    cluster, since = facts.snapshot.cluster, facts.idle_since
    if cluster is None or since is None:
        return
    idle_s = facts.now - since.timestamp()
    if idle_s < IDLE_S or (cluster.idle_timeout_s is not None and not _never_idle(facts)):
        return
    each = [month_usd(facts, part) for part in facts.parts]
    known = [usd for usd in each if usd is not None]
    usd = -sum(known) if each and len(known) == len(each) else None
    ref = facts.snapshot.ref
    name = facts.snapshot.summary.name or ref.cluster_id
    unseen = _never_idle(facts)
    why = [
        _("No step and no YARN application for {time}, and it is paid for.").format(
            time=fmt.duration(idle_s)
        )
    ]
    if unseen:
        why.append(_("What {names} does is not seen there.").format(names=", ".join(unseen)))
    if cluster.termination_protected:
        why.append(_("It is protected against termination."))
    if _has_policy(facts) and not unseen and not _hdfs_keeps_it(facts):
        title = _("End {name} after an hour without work").format(name=name)
        change = SetAutoTermination(ref.cluster_id, int(IDLE_S))
        action = AdviceAction(ActionKind.AUTO_TERMINATION, title, changes=(change,))
    else:
        title = _("Terminate {name}, or give it work").format(name=name)
        action = AdviceAction(ActionKind.TERMINATE, title, changes=(Terminate(ref.cluster_id),))
    yield Advice(
        "idle",
        title,
        " ".join(why),
        (Evidence("yarn.apps.running", _("Idle for {time}").format(time=fmt.duration(idle_s)),
                  since.timestamp(), facts.now, 0.0),),
        usd,
        _("High: what only HDFS holds is lost when the cluster ends"),
        Confidence.LOW
        if unseen
        else Confidence.HIGH
        if facts.idle_known
        else Confidence.MEDIUM,
        action,
        None,
        Risk.HIGH,
        _("while it stays idle")
        if usd is not None
        else next(filter(None, (price_note(facts, p.type_name) for p in facts.parts)), ""),
    )  # fmt: skip


def stuck(facts: ClusterFacts) -> Iterator[Advice]:
    """A group that EMR gave up on: it does not grow until its count is set again."""
    owners: list[InstanceGroup | InstanceFleet] = [*(facts.snapshot.groups or ())]
    owners += facts.snapshot.fleets or ()
    for owner in owners:
        if owner.state not in (GroupState.SUSPENDED, GroupState.ARRESTED):
            continue
        role = role_word(owner.role)
        count = owner.requested if isinstance(owner, InstanceGroup) else None
        suspended = owner.state is GroupState.SUSPENDED
        change = (
            (ResizeGroup(facts.snapshot.ref.cluster_id, owner.id, count),)
            if suspended and count is not None
            else ()
        )
        yield Advice(
            "stuck-group",
            _("The {role} group is suspended: set its count again").format(role=role)
            if suspended
            else _("The {role} group is arrested: replace it").format(role=role),
            _("EMR had too many errors starting its nodes, and starts no more until then.")
            if suspended
            else _("EMR could not bring it up with the cluster; a clone may use another type."),
            (Evidence("", owner.state_reason or _("EMR gives no reason")),),
            0.0,
            _("None: it asks for the nodes that were wanted anyway"),
            Confidence.HIGH,
            AdviceAction(
                ActionKind.RESIZE if suspended else ActionKind.CLONE,
                _("Set the count of the {role} group again").format(role=role)
                if suspended
                else _("Clone the cluster with another type"),
                owner.id,
                change,
            ),
            owner.role,
            Risk.NONE,
            attention=True,
        )


def missing_capacity(facts: ClusterFacts) -> Iterator[Advice]:
    """Nodes that were asked for a while ago and do not come."""
    for part in facts.parts:
        if part.role is Role.MASTER or part.state is GroupState.SUSPENDED:
            continue
        waiting = [
            node
            for node in facts.snapshot.nodes()
            if node.group_id == part.owner_id
            and node.instance_type == part.type_name
            and node.state in _TRYING
            and node.created is not None
            and facts.now - node.created.timestamp() >= LATE_S
        ]
        if not waiting:
            continue
        oldest = min(node.created.timestamp() for node in waiting if node.created is not None)
        yield Advice(
            "missing-capacity",
            _("{n} of the {nodes} do not come: ask for another type").format(
                n=fmt.count(len(waiting)), nodes=nodes_text(part)
            ),
            _(
                "EC2 has had no room for them for {time}. A task group of another type, or a "
                "fleet of many types, finds room more easily; or wait."
            ).format(time=fmt.duration(facts.now - oldest)),
            (Evidence("", _("Asked for since {time}").format(
                time=fmt.duration(facts.now - oldest)), oldest, facts.now),),
            0.0,
            _("None: nodes that do not come cost nothing"),
            Confidence.HIGH,
            AdviceAction(
                ActionKind.RESIZE if part.in_fleet else ActionKind.ADD_TASK,
                _("Add task nodes of another type"),
                part.owner_id,
            ),
            part.role,
            Risk.NONE,
            attention=True,
        )  # fmt: skip


def _has_policy(facts: ClusterFacts) -> bool:
    release = release_number(facts.release)
    return release >= (6, 1) or (5, 30) <= release < (6,)


def _never_idle(facts: ClusterFacts) -> tuple[str, ...]:
    """What is installed for which EMR never calls a cluster idle; YARN does not see its work."""
    apps = facts.snapshot.cluster.applications if facts.snapshot.cluster else ()
    return tuple(each.name for each in apps if each.name.lower() in _NEVER_IDLE)


def _hdfs_keeps_it(facts: ClusterFacts) -> bool:
    """Whether HDFS is so full that newer releases do not call the cluster idle."""
    share, release = facts.measured("hdfs.share"), release_number(facts.release)
    looks = release >= (6, 4) or (5, 34) <= release < (6,)
    return looks and share is not None and share.median >= HDFS_BUSY
