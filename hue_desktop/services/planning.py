"""Making plans: what launch and scaling have in common.

A plan says what is called, what it costs, what it risks and how it is undone; nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.budget import budget_question
from hue_desktop.core.changes import (
    AddTags,
    AddTaskFleet,
    AddTaskGroup,
    Change,
    CreateCluster,
    KillInstances,
    Plan,
    RemoveTags,
    ResizeFleet,
    ResizeGroup,
    Risk,
    SetAutoTermination,
    SetManagedScaling,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import HueError, NotFound
from hue_desktop.core.instances import EbsVolume
from hue_desktop.core.pricing import CostChange, CostRate
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.fleet.service import FleetService

__all__ = ["Draft", "PlanMaker", "operation_of"]

_OPERATIONS: dict[type[Change], str] = {
    CreateCluster: "RunJobFlow",
    Terminate: "TerminateJobFlows",
    SetProtection: "SetTerminationProtection",
    ResizeGroup: "ModifyInstanceGroups",
    KillInstances: "ModifyInstanceGroups",
    ResizeFleet: "ModifyInstanceFleet",
    AddTaskGroup: "AddInstanceGroups",
    AddTaskFleet: "AddInstanceFleet",
    AddTags: "AddTags",
    RemoveTags: "RemoveTags",
}


@dataclass(frozen=True)
class Draft:
    """What differs from plan to plan; :meth:`PlanMaker.plan` adds the rest."""

    title: str
    changes: tuple[Change, ...]
    inverse: tuple[Change, ...] = ()
    undo: Undoability = Undoability.FINAL
    undo_text: str = ""
    after: CostRate | None = None  #: the cluster's cost afterwards; ``None``: it stays
    risks: Sequence[Risk] = ()
    blocked: str = ""
    remedy: Change | None = None  #: what would unblock it


class PlanMaker:
    """``setting`` gives the text of a setting by key."""

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        books: PriceBooks,
        find: Callable[[str], Connection],
        setting: Callable[[str], str],
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._books = books
        self._find = find
        self._setting = setting

    def cluster(self, ref: ClusterRef) -> ClusterSnapshot:
        """What is known of the cluster. NotFound when nothing is."""
        snapshot = self._fleet.snapshot().clusters.get(ref)
        if snapshot is None:
            raise NotFound(
                _("The cluster {id} is not known in {region}.").format(
                    id=ref.cluster_id, region=ref.region
                ),
                remedy=_("Refresh the list of clusters; it may have ended long ago."),
            )
        return snapshot

    def rate(self, ref: ClusterRef) -> CostRate:
        """What the cluster costs now."""
        cost = self._fleet.snapshot().costs.get(ref)
        return cost.rate if cost else CostRate()

    def book(
        self,
        connection: str,
        region: str,
        types: Iterable[str] = (),
        volumes: Iterable[EbsVolume] = (),
    ) -> PriceBook:
        """The prices, read where one of ``types`` or of a volume's type is missing.

        What is known, if that fails.
        """
        book = self._books.now(connection, region)
        types, kinds = tuple(types), {volume.volume_type for volume in volumes}
        if all(name in book.types for name in types) and kinds <= book.ebs_gib_month.keys():
            return book
        try:
            return self._books.read(connection, region, types, volume_types=kinds)
        except HueError:
            return self._books.now(connection, region)

    def for_cluster(self, snapshot: ClusterSnapshot, draft: Draft) -> Plan:
        """A plan for a cluster that exists; blocked when it has ended."""
        if not snapshot.summary.state.active and not draft.blocked:
            draft = _blocked(draft, _("The cluster has ended."))
        before = self.rate(snapshot.ref)
        cost = CostChange(before, draft.after) if draft.after is not None else None
        ref, name = snapshot.ref, snapshot.summary.name
        return self._plan(ref.connection, ref.region, draft, ref, name, cost)

    def for_connection(self, connection: str, region: str, name: str, draft: Draft) -> Plan:
        """A plan for a cluster that does not exist yet."""
        cost = CostChange(CostRate(), draft.after) if draft.after is not None else None
        return self._plan(connection, region, draft, None, name, cost)

    def call_text(self, connection: str, region: str, changes: Sequence[Change]) -> str:
        """The calls as AWS names them, with their parameters once the doors are open."""
        doors = self._access.peek(connection, region)
        if doors is None:
            return "\n".join(operation_of(change) for change in changes)
        return "\n".join(doors.emr.call_text(change) for change in changes)

    def _plan(
        self,
        connection: str,
        region: str,
        draft: Draft,
        target: ClusterRef | None,
        name: str,
        cost: CostChange | None,
    ) -> Plan:
        settings = self._find(connection)
        blocked = draft.blocked
        if not blocked and self._fleet.is_read_only(connection):
            blocked = _("Read-only mode is on for this connection.")
        plan = Plan(
            title=draft.title,
            connection=connection,
            region=region,
            changes=draft.changes,
            target=target,
            target_name=name,
            cost=cost,
            budget_usd_hour=settings.hourly_budget_usd,
            connection_usd_hour=self._fleet.snapshot().usd_hour(connection),
            risks=tuple(draft.risks),
            inverse=draft.inverse,
            undo=draft.undo,
            undo_text=draft.undo_text,
            call_text=self.call_text(connection, region, draft.changes),
            blocked=blocked,
            remedy=draft.remedy if blocked == draft.blocked else None,
        )
        asks = self.asks_name(settings, draft.undo) or self.asks_over_budget(settings, plan)
        return replace(plan, typed_name=name) if asks else plan

    def asks_name(self, connection: Connection, undo: Undoability) -> bool:
        """Whether a change that cannot be undone wants the cluster's name typed here."""
        return undo is Undoability.FINAL and self._types_names(connection)

    def asks_over_budget(self, connection: Connection, plan: Plan) -> bool:
        """Whether a change that breaks the budget wants the cluster's name typed here."""
        return bool(budget_question(plan)) and self._types_names(connection)

    def _types_names(self, connection: Connection) -> bool:
        """Whether names are typed on this connection at all: the setting says where."""
        where = self._setting("changes.typed_name")
        if where == "always":
            return True
        if where == "real":
            return connection.connection_class is not ConnectionClass.SIMULATED
        return connection.connection_class is ConnectionClass.PRODUCTION


def operation_of(change: Change) -> str:
    """The name of the API operation that carries the change out."""
    if isinstance(change, SetAutoTermination):
        removes = change.idle_timeout_s is None
        return "RemoveAutoTerminationPolicy" if removes else "PutAutoTerminationPolicy"
    if isinstance(change, SetManagedScaling):
        removes = change.policy is None
        return "RemoveManagedScalingPolicy" if removes else "PutManagedScalingPolicy"
    return _OPERATIONS[type(change)]


def _blocked(draft: Draft, reason: str) -> Draft:
    return replace(draft, blocked=reason)
