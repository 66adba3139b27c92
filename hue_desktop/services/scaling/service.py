"""Planning resizes and task groups. Nothing here changes anything: plans go to the journal."""

from __future__ import annotations

from dataclasses import replace

from hue_desktop.core.candidates.strategies import group_shortage_text, timeout_problem
from hue_desktop.core.changes import (
    AddTaskFleet,
    AddTaskGroup,
    FleetSpec,
    GroupSpec,
    Plan,
    ResizeFleet,
    ResizeGroup,
    Risk,
    RiskLevel,
    Undoability,
)
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.cost import PriceBook, fleet_rate, group_rate, times
from hue_desktop.core.errors import NotFound
from hue_desktop.core.format import count
from hue_desktop.core.instances import (
    FleetType,
    GroupState,
    InstanceFleet,
    InstanceGroup,
    Market,
    Role,
)
from hue_desktop.core.pricing import CostRate
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.cost.reckoning import billed
from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.launch.checks import check_group
from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.planning import Draft, PlanMaker
from hue_desktop.services.scaling.candidates import CandidateReader, Nodes
from hue_desktop.services.scaling.capacity import CapacityRisks, bid_risks
from hue_desktop.services.scaling.choices import Advisor, Choices
from hue_desktop.services.scaling.fleets import fleet_blocked, fleet_risks, new_fleet_risks
from hue_desktop.services.scaling.limits import limits_of
from hue_desktop.services.scaling.quotas import VcpuLimits
from hue_desktop.services.scaling.risks import resize_risks, scaling_risks, spot_risks
from hue_desktop.services.scaling.values import SizeLimits

__all__ = ["ScalingService"]

_MAX_TASK_GROUPS = 48


class ScalingService(Choices):
    """What says so blocks and raises a HueError; limits and plans answer at once.

    Clusters, groups and fleets that are not known raise NotFound. ``nodes`` gives the newest live
    readings of a cluster's nodes by private DNS name.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        books: PriceBooks,
        plans: PlanMaker,
        launching: LaunchService,
        nodes: Nodes = lambda _ref: {},
        advisor: Advisor | None = None,
    ) -> None:
        reader = CandidateReader(access, fleet, books, launching, nodes)
        vcpu = VcpuLimits(access, fleet)
        super().__init__(fleet, plans, reader, vcpu, advisor)
        self._books = books
        self._capacity = CapacityRisks(fleet, books, reader, vcpu)

    # -- groups -------------------------------------------------------------------------------

    def limits(self, ref: ClusterRef, group_id: str) -> SizeLimits:
        """How far the group can be resized, and why."""
        snapshot = self._plans.cluster(ref)
        return limits_of(snapshot, _group(snapshot, group_id))

    def plan_resize_group(self, ref: ClusterRef, group_id: str, wanted: int) -> Plan:
        """Set an instance group to ``wanted`` nodes."""
        snapshot = self._plans.cluster(ref)
        group = _group(snapshot, group_id)
        limits = limits_of(snapshot, group)
        blocked = "" if limits.low <= wanted <= limits.high else limits.sentence
        if wanted == group.requested and group.state is not GroupState.SUSPENDED and not blocked:
            blocked = _("The group is set to {n} nodes already.").format(n=count(wanted))
        final = group.role is Role.CORE and wanted < group.requested
        metrics = self._fleet.snapshot().metrics.get(ref, {})
        draft = Draft(
            title=_("Resize {group} from {before} to {after} nodes").format(
                group=_name(group), before=count(group.requested), after=count(wanted)
            ),
            changes=(ResizeGroup(ref.cluster_id, group_id, wanted),),
            inverse=(ResizeGroup(ref.cluster_id, group_id, group.requested),),
            undo=Undoability.UNTIL_STARTED if final else Undoability.UNDOABLE,
            undo_text=_undo_text(group, wanted),
            after=self._rate_after(snapshot, group, wanted),
            risks=(
                *resize_risks(snapshot, group, wanted, metrics),
                *self._capacity.growing(snapshot, group, wanted),
                *self._capacity.over_quota(
                    snapshot, group.market, group.instance_type, wanted - group.requested
                ),
            ),
            blocked=blocked,
        )
        return self._plans.for_cluster(snapshot, draft)

    def plan_add_task_group(self, ref: ClusterRef, group: GroupSpec) -> Plan:
        """Add a task group. Blocks where the price of its type was not read yet."""
        snapshot = self._plans.cluster(ref)
        book = self._plans.book(
            ref.connection, ref.region, [group.instance_type], group.ebs_volumes
        )
        release, root_gib, az = _image(snapshot)
        added = group_rate(book, group, release=release, root_gib=root_gib, az=az)
        spot = spot_risks(Role.TASK) if group.market is Market.SPOT else ()
        shortage_note = Risk(RiskLevel.NOTE, group_shortage_text(Role.TASK, group.market))
        draft = Draft(
            title=_("Add a task group of {n} × {type}{market}").format(
                n=count(group.count),
                type=group.instance_type,
                market=_(" on Spot") if group.market is Market.SPOT else "",
            ),
            changes=(AddTaskGroup(ref.cluster_id, group),),
            # which group it is, AWS says when it is added
            inverse=(ResizeGroup(ref.cluster_id, "", 0),),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo sets the group to 0 nodes; EMR never removes the empty group."),
            after=self._plans.rate(ref) + added,
            risks=(
                *spot,
                *bid_risks(book, group, az),
                shortage_note,
                *self._capacity.over_quota(
                    snapshot, group.market, group.instance_type, group.count
                ),
                *scaling_risks(snapshot),
            ),
            blocked=_add_blocked(snapshot, group),
        )
        return self._plans.for_cluster(snapshot, draft)

    # -- fleets -------------------------------------------------------------------------------

    def plan_resize_fleet(
        self,
        ref: ClusterRef,
        fleet_id: str,
        on_demand: int,
        spot: int,
        *,
        timeout_minutes: int | None = None,
        types: tuple[FleetType, ...] = (),
    ) -> Plan:
        """Set a fleet's targets, in units; ``types`` take the place of those that it has.

        ``timeout_minutes`` is how long EC2 is asked (EMR's own hour without it). Blocks where the
        price of a new type was not read yet.
        """
        snapshot = self._plans.cluster(ref)
        fleet = _fleet(snapshot, fleet_id)
        wanted = replace(fleet, types=types) if types else fleet
        if types:
            self._plans.book(ref.connection, ref.region, [each.instance_type for each in types])
        before = (fleet.target_on_demand, fleet.target_spot)
        shrinks = on_demand + spot < sum(before)
        core = fleet.role is Role.CORE
        draft = Draft(
            title=_("Resize {fleet} from {a} + {b} to {c} + {d} units").format(
                fleet=_name(fleet),
                a=count(before[0]),
                b=count(before[1]),
                c=count(on_demand),
                d=count(spot),
            ),
            changes=(
                ResizeFleet(
                    ref.cluster_id,
                    fleet_id,
                    on_demand,
                    spot,
                    timeout_minutes=timeout_minutes,
                    types=types,
                ),
            ),
            inverse=(
                ResizeFleet(ref.cluster_id, fleet_id, *before, types=fleet.types if types else ()),
            ),
            undo=Undoability.UNTIL_STARTED if core and shrinks else Undoability.UNDOABLE,
            undo_text=_("Undo sets the targets back to {a} on-demand and {b} Spot units.").format(
                a=count(before[0]), b=count(before[1])
            ),
            after=self._fleet_rate_after(snapshot, wanted, on_demand, spot),
            risks=(
                *fleet_risks(fleet, on_demand, spot, timeout_minutes),
                *self._capacity.units_over_quota(
                    snapshot,
                    wanted.types,
                    on_demand - fleet.target_on_demand,
                    spot - fleet.target_spot,
                ),
                *scaling_risks(snapshot),
            ),
            blocked=fleet_blocked(fleet, on_demand, spot, types)
            or timeout_problem(timeout_minutes, first=False),
        )
        return self._plans.for_cluster(snapshot, draft)

    def plan_add_task_fleet(self, ref: ClusterRef, fleet: FleetSpec) -> Plan:
        """Add the task fleet. Blocks where the price of a type was not read yet."""
        snapshot = self._plans.cluster(ref)
        types = [choice.instance_type for choice in fleet.types]
        volumes = [volume for choice in fleet.types for volume in choice.ebs_volumes]
        book = self._plans.book(ref.connection, ref.region, types, volumes)
        release, root_gib, az = _image(snapshot)
        added = fleet_rate(book, fleet, release=release, root_gib=root_gib, az=az)
        has_one = any(each.role is Role.TASK for each in snapshot.fleets or ())
        blocked = _("The cluster has its task fleet already; resize it.") if has_one else ""
        if snapshot.cluster is not None and not snapshot.cluster.uses_fleets:
            blocked = _("The cluster is made of instance groups; add a task group.")
        draft = Draft(
            title=_("Add a task fleet of {a} on-demand and {b} Spot units").format(
                a=count(fleet.target_on_demand), b=count(fleet.target_spot)
            ),
            changes=(AddTaskFleet(ref.cluster_id, fleet),),
            inverse=(ResizeFleet(ref.cluster_id, "", 0, 0),),
            undo=Undoability.UNDOABLE,
            undo_text=_("Undo sets the fleet to 0 units; EMR never removes the empty fleet."),
            after=self._plans.rate(ref) + added,
            risks=(
                *new_fleet_risks(fleet),
                *self._capacity.units_over_quota(
                    snapshot, fleet.types, fleet.target_on_demand, fleet.target_spot
                ),
            ),
            blocked=blocked or timeout_problem(fleet.timeout_minutes, first=True),
        )
        return self._plans.for_cluster(snapshot, draft)

    # -- cost ---------------------------------------------------------------------------------

    def _rate_after(self, snapshot: ClusterSnapshot, group: InstanceGroup, wanted: int) -> CostRate:
        """The cluster's rate with the group at its new size."""
        ref = snapshot.ref
        book = self._plans.book(ref.connection, ref.region, [group.instance_type])
        release, root_gib, az = _image(snapshot)
        one = GroupSpec(
            role=group.role,
            instance_type=group.instance_type,
            count=1,
            market=group.market,
            ebs_volumes=group.ebs_volumes,
        )
        rate = group_rate(book, one, release=release, root_gib=root_gib, az=az)
        return self._plans.rate(ref) + times(rate, wanted - _billed(snapshot, group))

    def _fleet_rate_after(
        self, snapshot: ClusterSnapshot, fleet: InstanceFleet, on_demand: int, spot: int
    ) -> CostRate:
        """The cluster's rate with other targets.

        Units that go cost what the fleet's nodes cost on average; units that come, what the
        cheapest type of the fleet costs.
        """
        ref = snapshot.ref
        book = self._books.now(ref.connection, ref.region)
        cost = self._fleet.snapshot().costs.get(ref)
        more_on_demand = max(0, on_demand - fleet.provisioned_on_demand)
        more_spot = max(0, spot - fleet.provisioned_spot)
        more = _fleet_spec(fleet, more_on_demand, more_spot)
        rate = self._plans.rate(ref) + _priced_fleet(book, more, snapshot)
        for market, units, wanted in (
            (Market.ON_DEMAND, fleet.provisioned_on_demand, on_demand),
            (Market.SPOT, fleet.provisioned_spot, spot),
        ):
            billed_now = cost.by_role.get((fleet.role, market)) if cost else None
            if billed_now is not None and wanted < units:
                rate += times(billed_now, (wanted - units) / units)
        return rate


def _group(snapshot: ClusterSnapshot, group_id: str) -> InstanceGroup:
    for group in snapshot.groups or ():
        if group.id == group_id:
            return group
    fleets = snapshot.cluster is not None and snapshot.cluster.uses_fleets
    raise NotFound(
        _("The cluster has no instance group {id}.").format(id=group_id),
        remedy=_("It is made of instance fleets: resize one of these.") if fleets else _reread(),
    )


def _fleet(snapshot: ClusterSnapshot, fleet_id: str) -> InstanceFleet:
    for fleet in snapshot.fleets or ():
        if fleet.id == fleet_id:
            return fleet
    groups = snapshot.cluster is not None and not snapshot.cluster.uses_fleets
    raise NotFound(
        _("The cluster has no instance fleet {id}.").format(id=fleet_id),
        remedy=_("It is made of instance groups: resize one of these.") if groups else _reread(),
    )


def _reread() -> str:
    return _("Refresh: the cluster may have changed since it was read.")


def _name(group: InstanceGroup | InstanceFleet) -> str:
    roles = {Role.MASTER: _("master"), Role.CORE: _("core"), Role.TASK: _("task")}
    return group.name or roles[group.role]


def _billed(snapshot: ClusterSnapshot, group: InstanceGroup) -> int:
    """How many of the group's nodes are in the cluster's rate now."""
    if snapshot.instances is None:
        return group.running
    return sum(node.group_id == group.id and billed(node) for node in snapshot.instances)


def _image(snapshot: ClusterSnapshot) -> tuple[str, int | None, str]:
    """Release, root volume and AZ: what decides about volumes and Spot prices."""
    cluster = snapshot.cluster
    return (cluster.release, cluster.root_volume_gib, cluster.az) if cluster else ("", None, "")


def _undo_text(group: InstanceGroup, wanted: int) -> str:
    text = ngettext(
        "Undo sets the group back to {n} node.",
        "Undo sets the group back to {n} nodes.",
        group.requested,
    ).format(n=count(group.requested))
    if group.role is Role.CORE and wanted < group.requested:
        text += " " + _("Nodes that left by then are replaced by new, empty ones.")
    return text


def _add_blocked(snapshot: ClusterSnapshot, group: GroupSpec) -> str:
    if snapshot.cluster is not None and snapshot.cluster.uses_fleets:
        return _("The cluster is made of fleets; add a task fleet.")
    if group.role is not Role.TASK:
        return _("Only task groups can be added to a running cluster.")
    tasks = sum(each.role is Role.TASK for each in snapshot.groups or ())
    if tasks >= _MAX_TASK_GROUPS:
        return _("The cluster has {n} task groups already; EMR takes no more.").format(n=tasks)
    problems = tuple(check_group(group, "group"))
    return problems[0].sentence if problems else ""


def _fleet_spec(fleet: InstanceFleet, on_demand: int, spot: int) -> FleetSpec:
    return FleetSpec(fleet.role, fleet.types, on_demand, spot)


def _priced_fleet(book: PriceBook, spec: FleetSpec, snapshot: ClusterSnapshot) -> CostRate:
    release, root_gib, az = _image(snapshot)
    return fleet_rate(book, spec, release=release, root_gib=root_gib, az=az)
