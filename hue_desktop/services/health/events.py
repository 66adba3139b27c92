"""What happened to a cluster, read off the times that EMR reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from hue_desktop.core.alerts import Alert, AlertLevel
from hue_desktop.core.changes import ChangeState, JournalEntry
from hue_desktop.core.clusters import Attention, ClusterSnapshot, ClusterState
from hue_desktop.core.format import MINUS
from hue_desktop.core.instances import Instance, Market, Role
from hue_desktop.core.spot_notices import SpotNotice, notice_text, taken_by_ec2
from hue_desktop.core.steps import Step, StepState
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.nodes.attention import was_lost

__all__ = ["Event", "EventKeeper", "EventKind", "alert_events", "events_of", "notice_events"]

_TOGETHER = timedelta(
    minutes=2
)  #: nodes of one group that come or go within this time are one event


class EventKind(Enum):
    """What an event is about."""

    CLUSTER = "cluster"
    NODES = "nodes"
    STEP = "step"
    CHANGE = "change"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at ``at`` (region UTC).

    ``label`` says it in a word or two for a chart; ``step`` is the state that a step came into.
    """

    at: datetime
    kind: EventKind
    text: str
    attention: Attention = Attention.NONE
    label: str = ""
    step: StepState | None = None


def events_of(snapshot: ClusterSnapshot, journal: Iterable[JournalEntry] = ()) -> tuple[Event, ...]:
    """All that is known to have happened, newest first."""
    return EventKeeper().of(snapshot, journal)


def alert_events(alerts: Iterable[Alert]) -> tuple[Event, ...]:
    """The beginning of each alert, and its end where it is over; newest first."""
    found = []
    for alert in alerts:
        critical = alert.level is AlertLevel.CRITICAL
        level = Attention.CRITICAL if critical else Attention.WARN
        title = alert.rule.title
        began = datetime.fromtimestamp(alert.since, UTC)
        found.append(Event(began, EventKind.ALERT, alert.text or title, level, title))
        if alert.cleared is not None:
            over = datetime.fromtimestamp(alert.cleared, UTC)
            text = _("Over: {title}").format(title=title)
            found.append(Event(over, EventKind.ALERT, text, label=_("Over")))
    return tuple(sorted(found, key=lambda event: event.at, reverse=True))


def notice_events(notices: Iterable[SpotNotice]) -> tuple[Event, ...]:
    """Spot nodes that EC2 wants back; that they went is told by EMR. Newest first."""
    return tuple(
        Event(
            notice.seen,
            EventKind.NODES,
            _("Two minutes’ notice: {node}").format(node=notice.ec2_id or notice.host)
            if notice.sure or notice.gone
            else notice_text(notice),
            Attention.WARN,
            _("Notice"),
        )
        for notice in notices
    )


class EventKeeper:
    """Works out a cluster's events again only where something that makes them differs."""

    def __init__(self) -> None:
        self._stamp: object = None
        self._events: tuple[Event, ...] = ()

    def of(
        self, snapshot: ClusterSnapshot, journal: Iterable[JournalEntry] = ()
    ) -> tuple[Event, ...]:
        """All that is known to have happened, newest first."""
        mine = tuple(journal)
        times = [  # what else a node does makes no event
            (node.ready, node.ended, node.role, node.state_code)
            for node in snapshot.instances or ()
        ]
        stamp = (times, snapshot.summary, snapshot.steps, mine, snapshot.ref)
        if stamp != self._stamp:
            self._stamp = stamp
            found = [
                *_of_cluster(snapshot),
                *_of_nodes(snapshot),
                *_of_steps(snapshot.steps or ()),
                *_of_journal(snapshot, mine),
            ]
            self._events = tuple(sorted(found, key=lambda event: event.at, reverse=True))
        return self._events


def _of_cluster(snapshot: ClusterSnapshot) -> Iterator[Event]:
    summary = snapshot.summary
    if summary.created:
        text = _("Cluster created")
        yield Event(summary.created, EventKind.CLUSTER, text, Attention.STARTING, _("Created"))
    if summary.ready:
        yield Event(summary.ready, EventKind.CLUSTER, _("Cluster ready"), label=_("Ready"))
    if summary.ended:
        failed = summary.state is ClusterState.TERMINATED_WITH_ERRORS
        reason = summary.reason or summary.reason_code
        text = _("Cluster ended: {reason}").format(reason=reason) if reason else _("Cluster ended")
        level = Attention.CRITICAL if failed else Attention.NONE
        yield Event(summary.ended, EventKind.CLUSTER, text, level, _("Ended"))


def _of_nodes(snapshot: ClusterSnapshot) -> Iterator[Event]:
    """Nodes that came after the cluster was ready, and nodes that ended, in bunches."""
    ready = snapshot.summary.ready
    came: dict[str, list[tuple[datetime, Instance]]] = defaultdict(list)
    went: dict[str, list[tuple[datetime, Instance]]] = defaultdict(list)
    for node in snapshot.instances or ():
        if node.ready and ready and node.ready > ready:
            came[node.group_id].append((node.ready, node))
        if node.ended and (snapshot.summary.ended is None or node.ended < snapshot.summary.ended):
            went[node.group_id].append((node.ended, node))
    for bunch in _bunches(came):
        yield _came(bunch)
    for bunch in _bunches(went):
        yield _went(bunch)


def _bunches(
    by_group: dict[str, list[tuple[datetime, Instance]]],
) -> Iterator[list[tuple[datetime, Instance]]]:
    for moments in by_group.values():
        moments.sort(key=lambda moment: moment[0])
        bunch = [moments[0]]
        for moment in moments[1:]:
            if moment[0] - bunch[-1][0] > _TOGETHER:
                yield bunch
                bunch = []
            bunch.append(moment)
        yield bunch


def _came(bunch: list[tuple[datetime, Instance]]) -> Event:
    n = len(bunch)
    text = ngettext("{n} {kind} node joined", "{n} {kind} nodes joined", n)
    text, label = text.format(n=n, kind=_kind(bunch[0][1])), _label(bunch[0][1], f"+{n}")
    return Event(bunch[-1][0], EventKind.NODES, text, label=label)


def _went(bunch: list[tuple[datetime, Instance]]) -> Event:
    n, node = len(bunch), bunch[0][1]
    lost = any(was_lost(each) for _at, each in bunch)
    if all(taken_by_ec2(each) for _at, each in bunch):
        text = ngettext("EC2 took {n} {kind} node back", "EC2 took {n} {kind} nodes back", n)
        level = Attention.CRITICAL if node.role is Role.CORE else Attention.WARN
    elif lost:
        text = ngettext("{n} {kind} node lost", "{n} {kind} nodes lost", n)
        level = Attention.CRITICAL if node.role is Role.CORE else Attention.WARN
    else:
        text = ngettext("{n} {kind} node left", "{n} {kind} nodes left", n)
        level = Attention.NONE
    text, label = text.format(n=n, kind=_kind(node)), _label(node, f"{MINUS}{n}")
    return Event(bunch[-1][0], EventKind.NODES, text, level, label)


def _label(node: Instance, change: str) -> str:
    """``Spot +6``, ``Core −1``."""
    if node.role is Role.TASK:
        name = _("Spot") if node.market is Market.SPOT else _("Task")
    else:
        name = _("Core") if node.role is Role.CORE else _("Master")
    return f"{name} {change}"


def _kind(node: Instance) -> str:
    roles = {Role.MASTER: _("master"), Role.CORE: _("core"), Role.TASK: _("task")}
    role = roles[node.role] if node.role else ""
    return f"{role} {_('Spot')}".strip() if node.market is Market.SPOT else role


def _of_steps(steps: Iterable[Step]) -> Iterator[Event]:
    for step in steps:
        if step.started:
            text = _("Step started: {name}").format(name=step.spec.name)
            name = step.spec.name
            yield Event(step.started, EventKind.STEP, text, label=name, step=StepState.RUNNING)
        if step.ended:
            text, level = _end_of(step)
            yield Event(step.ended, EventKind.STEP, text, level, step.spec.name, step.state)


def _end_of(step: Step) -> tuple[str, Attention]:
    name = step.spec.name
    if step.state is StepState.FAILED:
        return _("Step failed: {name}").format(name=name), Attention.WARN
    if step.state in (StepState.CANCELLED, StepState.INTERRUPTED):
        return _("Step cancelled: {name}").format(name=name), Attention.NONE
    if step.state is not StepState.COMPLETED:
        return _("Step seen last: {name}").format(name=name), Attention.NONE
    return _("Step completed: {name}").format(name=name), Attention.NONE


def _of_journal(snapshot: ClusterSnapshot, journal: Iterable[JournalEntry]) -> Iterator[Event]:
    """Our own changes, at the region's time of them."""
    for entry in journal:
        mine = entry.plan.target == snapshot.ref or (
            entry.outcome.get("cluster_id") == snapshot.ref.cluster_id
        )
        if mine and entry.state in (ChangeState.DONE, ChangeState.UNDONE):
            title = entry.plan.title
            yield Event(entry.region_at or entry.at, EventKind.CHANGE, title, label=title)
