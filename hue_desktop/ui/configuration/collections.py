"""Instance groups and fleets as rows of one table."""

from __future__ import annotations

from dataclasses import dataclass

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.format import DASH, money
from hue_desktop.core.instances import (
    GroupState,
    InstanceFleet,
    InstanceGroup,
    Market,
    Role,
)
from hue_desktop.core.text import _
from hue_desktop.ui.configuration.facts import ebs_text
from hue_desktop.ui.parts import StateShape, role_token
from hue_desktop.ui.tables import Column

__all__ = ["CollectionRow", "collection_columns", "collection_rows"]

_ROLES = tuple(Role)
_STARTING = (GroupState.PROVISIONING, GroupState.BOOTSTRAPPING, GroupState.RESIZING,
             GroupState.RECONFIGURING)  # fmt: skip
_TROUBLED = (GroupState.SUSPENDED, GroupState.ARRESTED)


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A group or fleet."""

    id: str
    role: Role
    square: str
    name: str
    types: str
    market: str
    size: str
    state: str
    shape: StateShape
    reason: str
    disks: str
    bid: str


def collection_rows(snapshot: ClusterSnapshot) -> tuple[CollectionRow, ...]:
    """Master first, then core and task; ended ones are left out."""
    ended = (GroupState.TERMINATED, GroupState.ENDED)
    rows = [_group_row(group) for group in snapshot.groups or () if group.state not in ended]
    rows += [_fleet_row(fleet) for fleet in snapshot.fleets or () if fleet.state not in ended]
    return tuple(sorted(rows, key=lambda row: _ROLES.index(row.role)))


def _role_word(role: Role) -> str:
    return {Role.MASTER: _("Master"), Role.CORE: _("Core"), Role.TASK: _("Task")}[role]


def _state_word(state: GroupState) -> str:
    words = {
        GroupState.PROVISIONING: _("Provisioning"),
        GroupState.BOOTSTRAPPING: _("Bootstrapping"),
        GroupState.RUNNING: _("Running"),
        GroupState.RESIZING: _("Resizing"),
        GroupState.RECONFIGURING: _("Reconfiguring"),
        GroupState.SUSPENDED: _("Suspended"),
        GroupState.ARRESTED: _("Arrested"),
        GroupState.SHUTTING_DOWN: _("Shutting down"),
        GroupState.TERMINATING: _("Terminating"),
        GroupState.TERMINATED: _("Terminated"),
        GroupState.ENDED: _("Ended"),
    }
    return words.get(state, _("Unknown"))


def _shape(state: GroupState) -> StateShape:
    if state in _TROUBLED:
        return StateShape.FAILED
    return StateShape.STARTING if state in _STARTING else StateShape.RUNNING


def _group_row(group: InstanceGroup) -> CollectionRow:
    spot = group.market is Market.SPOT
    size = str(group.running)
    if group.running != group.requested:
        size = _("{running} of {asked}").format(running=group.running, asked=group.requested)
    bid = money(group.bid_usd_hour, 3) if group.bid_usd_hour else _("on-demand price")
    return CollectionRow(
        id=group.id,
        role=group.role,
        square=role_token(group.role, group.market),
        name=group.name or _role_word(group.role),
        types=group.instance_type,
        market=_("Spot") if spot else _("On-demand"),
        size=size,
        state=_state_word(group.state),
        shape=_shape(group.state),
        reason=group.state_reason,
        disks=ebs_text(group.ebs_volumes),
        bid=bid if spot else DASH,
    )


def _fleet_row(fleet: InstanceFleet) -> CollectionRow:
    types = ", ".join(
        kind.instance_type if kind.weight == 1 else f"{kind.instance_type} ({kind.weight})"
        for kind in fleet.types
    )
    on_demand, spot = _("{have} of {asked} on-demand"), _("{have} of {asked} Spot")
    sizes = (
        (on_demand, fleet.provisioned_on_demand, fleet.target_on_demand),
        (spot, fleet.provisioned_spot, fleet.target_spot),
    )
    units = [text.format(have=have, asked=asked) for text, have, asked in sizes if have or asked]
    market = Market.SPOT if fleet.target_spot > fleet.target_on_demand else Market.ON_DEMAND
    return CollectionRow(
        id=fleet.id,
        role=fleet.role,
        square=role_token(fleet.role, market),
        name=fleet.name or _role_word(fleet.role),
        types=types or DASH,
        market=fleet.spot_strategy or _("fleet"),
        size=", ".join(units) or "0",
        state=_state_word(fleet.state),
        shape=_shape(fleet.state),
        reason=fleet.state_reason,
        disks=ebs_text(fleet.types[0].ebs_volumes) if fleet.types else DASH,
        bid=DASH,
    )


def collection_columns() -> tuple[Column[CollectionRow], ...]:
    """What was asked for and what is there."""
    return (
        Column(
            "name", _("Group"), lambda row: row.name, kind="square",
            value=lambda row: row.square, width=170, weight=500,
            sort=lambda row: _ROLES.index(row.role), tooltip=lambda row: row.id,
        ),
        Column("role", _("Role"), lambda row: _role_word(row.role), quiet=True, width=72,
               hide_below=980),
        Column("types", _("Types"), lambda row: row.types, stretch=True, width=160,
               tooltip=lambda row: row.types),
        Column("market", _("Market"), lambda row: row.market, quiet=True, width=110,
               tooltip=lambda row: row.market),
        Column("size", _("Nodes"), lambda row: row.size, align="right", width=140,
               tooltip=lambda row: row.size, help=_("Running nodes; units, for a fleet")),
        Column(
            "state", _("State"), lambda row: row.state, kind="state",
            value=lambda row: row.shape, width=112, tooltip=lambda row: row.reason,
        ),
        Column("disks", _("Data volumes"), lambda row: row.disks, quiet=True, width=150,
               hide_below=900),
        Column("bid", _("Most paid"), lambda row: row.bid, align="right", quiet=True, width=120,
               hide_below=980, help=_("The highest Spot price accepted, per node and hour")),
    )  # fmt: skip
