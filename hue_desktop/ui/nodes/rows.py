"""Nodes as rows of a table, grouped by role and market with subtotals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core.format import (
    DASH,
    count,
    money,
    node_rate,
    percent,
    short_duration,
    utc_time,
)
from hue_desktop.core.instances import Instance
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.nodes import NodeGroup, node_problem
from hue_desktop.ui.charts.node_blocks import market_word, state_word, subtotals
from hue_desktop.ui.charts.node_loads import LOADS, NodeLoads
from hue_desktop.ui.parts import StateShape, instance_shape, role_token
from hue_desktop.ui.tables import Column, RowGroup

__all__ = [
    "Ages",
    "NodeRow",
    "NodeRows",
    "load_cells",
    "load_columns",
    "matches",
    "node_columns",
    "row_groups",
    "zones_text",
]


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as one row; what follows the clock is not in it, so that an idle table stays idle."""

    node: Instance
    usd_hour: float | None
    shape: StateShape
    state: str
    problem: str
    haystack: str
    live: str = ""  #: what live health says is wrong; part of ``problem``


class NodeRows:
    """Makes rows, and keeps those of nodes that did not change."""

    def __init__(self) -> None:
        self._rows: dict[str, NodeRow] = {}
        self._by_node: Mapping[str, float] = {}
        self._problems: Mapping[str, str] = {}

    def of(
        self,
        nodes: Sequence[Instance],
        by_node: Mapping[str, float],
        problems: Mapping[str, str] | None = None,
    ) -> list[NodeRow]:
        """A row for each node, in the same order; ``problems`` by EMR's instance id."""
        problems = problems or {}
        same, self._problems = problems == self._problems, problems
        if same and by_node is self._by_node and len(nodes) == len(self._rows):
            rows = self._same_places(nodes)
            if rows is not None:
                return rows
        self._by_node = by_node
        kept = self._rows
        fresh: dict[str, NodeRow] = {}
        for node in nodes:
            row, usd, live = kept.get(node.id), by_node.get(node.id), problems.get(node.id, "")
            if row is None or row.usd_hour != usd or row.live != live or row.node != node:
                row = _row(node, usd, live)
            fresh[node.id] = row
        self._rows = fresh
        return list(fresh.values())

    def _same_places(self, nodes: Sequence[Instance]) -> list[NodeRow] | None:
        """The quick way when the same nodes stand in the same order at the same prices."""
        rows = list(self._rows.values())
        for place, (row, node) in enumerate(zip(rows, nodes, strict=True)):
            if row.node is node:
                continue
            if row.node.id != node.id:
                return None
            if row.node != node:
                rows[place] = self._rows[node.id] = _row(node, row.usd_hour, row.live)
        return rows


def _row(node: Instance, usd_hour: float | None, live: str = "") -> NodeRow:
    problem, state = live or node_problem(node), live or state_word(node)
    texts = (
        node.ec2_id, node.id, node.private_dns, node.private_ip, node.instance_type,
        market_word(node), state, node.az, node.role.value if node.role else "",
    )  # fmt: skip
    return NodeRow(
        node, usd_hour, instance_shape(node, problem), state, problem, " ".join(texts).lower(),
        live,
    )  # fmt: skip


def matches(row: NodeRow, words: Sequence[str]) -> bool:
    """Whether every word is found in the row; ``is:attention`` finds problems."""
    return all(
        bool(row.problem) if word == "is:attention" else word in row.haystack for word in words
    )


@dataclass(slots=True)
class Ages:
    """The region's time that ages are counted to; columns look at it when a cell is drawn."""

    now: datetime

    def text(self, row: NodeRow) -> str:
        """How old the node is."""
        born = row.node.ready or row.node.created
        return short_duration((row.node.ended or self.now) - born) if born else DASH


_WARM, _HOT = 80.0, 90.0  #: percent of a node's disk that ask for a look, and for a hand


def load_columns(loads: NodeLoads) -> tuple[Column[NodeRow], ...]:
    """What live health measures of a node, read when a cell is drawn."""

    def column(key: str, width: int, hide_below: int) -> Column[NodeRow]:
        load = LOADS[key]
        return Column(
            key, load.short, lambda row: loads.text(row.node, key), align="right", width=width,
            kind="bar" if load.share else "text", hide_below=hide_below,
            value=lambda row: loads.share(row.node, key), help=load.title,
            sort=lambda row: loads.value(row.node, key), descending_first=True,
            bar_color=lambda row: _bar_color(key, row.node, loads.value(row.node, key)),
            color=lambda row: _load_color(key, loads.value(row.node, key)),
        )  # fmt: skip

    return (
        column("cpu", 106, 0), column("memory", 106, 860), column("disk", 106, 700),
        column("containers", 58, 980), column("blocks", 66, 980),
    )  # fmt: skip


def _bar_color(key: str, node: Instance, value: float | None) -> str:
    """The colour of the role; a full disk is a state, a busy processor is what one pays for."""
    if key == "disk" and value is not None and value >= _WARM:
        return "critical-shape" if value >= _HOT else "warn-shape"
    return role_token(node.role, node.market)


def _load_color(key: str, value: float | None) -> str:
    if key != "disk" or value is None or value < _WARM:
        return ""
    return "critical" if value >= _HOT else "warn"


def load_cells(rows: Sequence[NodeRow], loads: NodeLoads) -> dict[str, str]:
    """What a group's row shows of them: means of shares, sums of what is counted."""
    cells = {}
    for key in ("cpu", "memory", "disk", "containers", "blocks"):
        known = [value for row in rows if (value := loads.value(row.node, key)) is not None]
        if known:
            share = LOADS[key].share
            cells[key] = percent(sum(known) / len(known)) if share else count(sum(known))
    return cells


def node_columns(ages: Ages, loads: NodeLoads) -> tuple[Column[NodeRow], ...]:
    """What EMR, the price list and live health know of a node."""
    return (
        Column(
            "instance", _("Instance"), lambda row: row.node.ec2_id or row.node.id,
            kind="state", value=lambda row: row.shape, width=190, optional=False,
            tooltip=lambda row: f"{row.node.ec2_id} · {row.node.id}",
        ),
        Column(
            "dns", _("Private DNS"), lambda row: row.node.private_dns.partition(".")[0] or DASH,
            sort=_address, quiet=True, width=138, tooltip=lambda row: row.node.private_dns,
            hide_below=800,
        ),
        Column("type", _("Type"), lambda row: row.node.instance_type, width=98),
        Column(
            "market", _("Market"), lambda row: market_word(row.node), width=96, hide_below=1180,
            color=lambda row: "" if market_word(row.node) == _("Spot") else "text-2",
        ),
        Column(
            "state", _("State"), lambda row: row.state, stretch=True, width=120,
            sort=lambda row: (not row.problem, row.state),
            color=lambda row: "warn" if row.problem else "text-2",
            tooltip=lambda row: row.problem or row.node.state_reason,
        ),
        Column(
            "zone", _("AZ"), lambda row: row.node.az or DASH, quiet=True, width=104,
            hide_below=1300, help=_("Availability zone"),
        ),
        Column(
            "group", _("Group"), lambda row: row.node.group_id, quiet=True, width=150,
            hide_below=1460, help=_("Instance group or fleet"),
        ),
        *load_columns(loads),
        Column(
            "cost", _("$/h"), lambda row: node_rate(row.usd_hour), align="right", width=72,
            sort=lambda row: row.usd_hour, descending_first=True,
            help=_("EC2, EMR fee and EBS of this node now"),
        ),
        Column(
            "age", _("Age"), ages.text, align="right", width=78, quiet=True,
            sort=lambda row: row.node.ready or row.node.created, hide_below=560,
            tooltip=lambda row: utc_time(row.node.ready or row.node.created),
            help=_("Since the node was ready, by the region’s own clock"),
        ),
    )  # fmt: skip


def _address(row: NodeRow) -> tuple[int, ...]:
    """Addresses order by their numbers, so that .9 stands before .10."""
    return tuple(int(part) for part in row.node.private_ip.split(".") if part.isdigit())


def row_groups(
    groups: Sequence[NodeGroup],
    rows: Mapping[str, NodeRow],
    cost: ClusterCost | None,
    words: Sequence[str],
    loads: NodeLoads | None = None,
) -> tuple[RowGroup[NodeRow], ...]:
    """The groups with their rows; with a filter only what matches, and its own subtotals."""
    kept = []
    for group in groups:
        mine = [rows[node.id] for node in group.nodes]
        shown = [row for row in mine if matches(row, words)] if words else mine
        if shown or not words:
            kept.append((group, shown))
    sums = [_sum(group, shown, whole=not words) for group, shown in kept]
    cents = subtotals([usd for usd, _unknown in sums])
    return tuple(
        RowGroup(
            key=group.key,
            title=group.title,
            rows=tuple(shown),
            count=_count(len(shown), len(group.nodes)),
            note=group.note,
            square=role_token(group.role, group.market),
            cells=_cells(usd, unknown, shown, loads) if cost else load_cells(shown, loads or _NONE),
            payload=group,
        )
        for (group, shown), usd, (_exact, unknown) in zip(kept, cents, sums, strict=True)
    )


_NONE = NodeLoads()


def _cells(
    usd: float, unknown: bool, rows: Sequence[NodeRow], loads: NodeLoads | None
) -> dict[str, str]:
    cost = ("≥ " if unknown else "") + money(usd)
    return {**load_cells(rows, loads or _NONE), "cost": cost}


def _count(shown: int, of: int) -> str:
    return str(of) if shown == of else _("{shown} of {of}").format(shown=shown, of=of)


def _sum(group: NodeGroup, rows: Sequence[NodeRow], *, whole: bool) -> tuple[float, bool]:
    """Dollars per hour of these rows, and whether a price in them is unknown."""
    if whole:
        return group.rate.total, group.rate.unknown > 0
    known = [row.usd_hour for row in rows if row.usd_hour is not None]
    return sum(known), len(known) < len(rows)


def zones_text(nodes: Sequence[Instance], az: str) -> str:
    """How many nodes there are and where; ``az`` is the cluster's zone, if nodes tell none."""
    zones = Counter(node.az or az for node in nodes if node.az or az)
    number = ngettext("{n} node", "{n} nodes", len(nodes)).format(n=len(nodes))
    if not zones:
        return number
    if len(zones) == 1:
        return _("{nodes}, all in {zone}").format(nodes=number, zone=next(iter(zones)))
    return _("{nodes} in {n} zones").format(nodes=number, n=len(zones))
