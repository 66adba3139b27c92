"""From the nodes of a cluster to the blocks of a node map."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

from hue_desktop.core.format import age, money_rate, node_rate, round_parts
from hue_desktop.core.instances import Instance, InstanceState, Market, Role
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.nodes import NodeGroup, node_problem
from hue_desktop.ui.charts.node_colours import (
    Colouring,
    LegendEntry,
    NodeProperty,
    colouring_of,
)
from hue_desktop.ui.charts.node_loads import NodeLoads
from hue_desktop.ui.charts.node_map import MapBlock, MapCell
from hue_desktop.ui.parts import StateShape, role_token

__all__ = ["NodeBlocks", "market_word", "node_tip", "state_word", "subtotals", "types_text"]


class NodeBlocks:
    """Makes the blocks of a map, and keeps the cells of nodes that did not change."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._by_node: Mapping[str, float] = {}
        self._cells: dict[str, tuple[tuple[Instance, ...], tuple[MapCell, ...]]] = {}

    def of(
        self,
        groups: Sequence[NodeGroup],
        what: NodeProperty,
        by_node: Mapping[str, float],
        now: datetime,
        loads: NodeLoads | None = None,
    ) -> tuple[tuple[MapBlock, ...], tuple[LegendEntry, ...]]:
        """One block for each group, coloured by ``what``; and what the colours mean."""
        nodes = [node for group in groups for node in group.nodes]
        colouring = colouring_of(what, nodes, by_node, now, loads)
        problems = loads.problems if loads is not None else {}
        key = (colouring.key, tuple(problems.items()))
        known = self._cells if key == self._key else {}
        # The mapping is held, so that its identity in the key is not given to another one.
        self._key, self._by_node, self._cells = key, by_node, {}
        shown = subtotals([group.rate.total for group in groups])
        blocks = []
        for group, usd in zip(groups, shown, strict=True):
            before, made = known.get(group.key, ((), ()))
            cells = _cells(group.nodes, colouring, problems, before, made)
            self._cells[group.key] = group.nodes, cells
            square = role_token(group.role, group.market)
            blocks.append(MapBlock(group.key, group.title, _note(group, usd), square, cells))
        return tuple(blocks), colouring.legend


def _cells(
    nodes: tuple[Instance, ...],
    colouring: Colouring,
    problems: Mapping[str, str],
    before: tuple[Instance, ...],
    cells: tuple[MapCell, ...],
) -> tuple[MapCell, ...]:
    """The cells of ``nodes``: those made ``before`` for the same nodes, else new ones."""
    if len(nodes) == len(before):
        return tuple([
            cell if node is was else _cell(node, colouring, problems)
            for node, was, cell in zip(nodes, before, cells, strict=True)
        ])  # fmt: skip
    known = {cell.id: (was, cell) for was, cell in zip(before, cells, strict=True)}
    made = []
    for node in nodes:
        was, cell = known.get(node.id, (None, None))
        kept = cell is not None and was is node
        made.append(cell if cell is not None and kept else _cell(node, colouring, problems))
    return tuple(made)


def _cell(node: Instance, colouring: Colouring, problems: Mapping[str, str]) -> MapCell:
    fill, text = colouring.paint(node)
    shape = StateShape.ATTENTION if node.id in problems else _shape(node)
    return MapCell(node.id, fill, text, shape, colouring.short(text))


def subtotals(rates: Sequence[float]) -> tuple[float, ...]:
    """What is shown of each part, in whole cents that add up to the shown sum."""
    return round_parts(rates)


def _shape(node: Instance) -> StateShape | None:
    if node_problem(node):
        return StateShape.ATTENTION
    coming = node.active and node.state is not InstanceState.RUNNING
    return StateShape.STARTING if coming else None


def _note(group: NodeGroup, usd_hour: float) -> str:
    if group.role is Role.MASTER:
        return ""  # one cell: its tooltip says the rest, and the next group stands beside it
    facts = [types_text(group.nodes)]
    if group.rate.total:
        facts.append(money_rate(usd_hour, at_least=group.rate.unknown > 0))
    holds = {Role.CORE: _("hold HDFS"), Role.TASK: _("no HDFS")}.get(group.role)
    return "  ·  ".join(filter(None, ["  ".join(facts), holds]))


def types_text(nodes: Sequence[Instance]) -> str:
    """``8 × r5.2xlarge``, or how many types there are."""
    types = {node.instance_type for node in nodes}
    if len(types) == 1:
        return f"{len(nodes)} × {next(iter(types))}"
    text = ngettext("{n} node of {t} types", "{n} nodes of {t} types", len(nodes))
    return text.format(n=len(nodes), t=len(types))


def market_word(node: Instance) -> str:
    """``Spot`` or ``On-demand``."""
    return _("Spot") if node.market is Market.SPOT else _("On-demand")


def state_word(node: Instance) -> str:
    """What a node does now, or what is wrong with it."""
    if problem := node_problem(node):
        return problem
    if node.state is InstanceState.RUNNING:
        return _("Running")
    return {
        InstanceState.AWAITING_FULFILLMENT: _("Waiting for capacity"),
        InstanceState.PROVISIONING: _("Provisioning"),
        InstanceState.BOOTSTRAPPING: _("Bootstrapping"),
        InstanceState.TERMINATED: _("Terminated"),
    }.get(node.state, str(node.state.value))


def node_tip(
    node: Instance, usd_hour: float | None, now: datetime, loads: NodeLoads | None = None
) -> str:
    """Everything about a node in a few short lines."""
    born = node.ready or node.created
    lines = [
        node.private_dns or node.ec2_id or node.id,
        " · ".join(filter(None, (node.ec2_id, node.instance_type, market_word(node), node.az))),
        (loads.problems.get(node.id) if loads is not None else "") or state_word(node),
    ]
    figures = []
    if usd_hour is not None:
        figures.append(_("{money}/h").format(money=node_rate(usd_hour)))
    if born is not None:
        figures.append(_("age {age}").format(age=age((node.ended or now) - born)))
    lines.append(" · ".join(figures))
    if loads is not None:
        lines.append(loads.tip(node))
    return "\n".join(lines).strip()
