"""From the nodes of a cluster to the blocks of a node map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hue_desktop.core.format import age, money_rate, node_rate, round_parts
from hue_desktop.core.instances import Instance, InstanceState, Market, Role
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.nodes import NodeGroup, node_problem
from hue_desktop.ui.charts.node_colours import Coloured, NodeProperty, colour_nodes
from hue_desktop.ui.charts.node_map import MapBlock, MapCell
from hue_desktop.ui.parts import StateShape, role_token

__all__ = ["blocks_of", "market_word", "node_tip", "state_word", "subtotals", "types_text"]


def blocks_of(
    groups: Sequence[NodeGroup],
    what: NodeProperty,
    by_node: Mapping[str, float],
    now: datetime,
) -> tuple[tuple[MapBlock, ...], Coloured]:
    """One block for each group, coloured by ``what``; and the colours, for the legend."""
    nodes = [node for group in groups for node in group.nodes]
    coloured = colour_nodes(what, nodes, by_node, now)
    shown = subtotals([group.rate.total for group in groups])
    pairs = zip(groups, shown, strict=True)
    return tuple(_block(group, coloured, usd) for group, usd in pairs), coloured


def subtotals(rates: Sequence[float]) -> tuple[float, ...]:
    """What is shown of each part, in whole cents that add up to the shown sum."""
    return round_parts(rates)


def _block(group: NodeGroup, coloured: Coloured, usd_hour: float) -> MapBlock:
    cells = tuple(
        MapCell(
            node.id,
            coloured.fills[node.id],
            coloured.texts[node.id],
            _shape(node),
            coloured.short(coloured.texts[node.id]),
        )
        for node in group.nodes
    )
    square = role_token(group.role, group.market)
    return MapBlock(group.key, group.title, _note(group, usd_hour), square, cells)


def _shape(node: Instance) -> StateShape | None:
    if node_problem(node):
        return StateShape.ATTENTION
    return None if node.state is InstanceState.RUNNING else StateShape.STARTING


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


def node_tip(node: Instance, usd_hour: float | None, now: datetime) -> str:
    """Everything about a node in a few short lines."""
    born = node.ready or node.created
    lines = [
        node.private_dns or node.ec2_id or node.id,
        " · ".join(filter(None, (node.ec2_id, node.instance_type, market_word(node), node.az))),
        state_word(node),
    ]
    figures = []
    if usd_hour is not None:
        figures.append(_("{money}/h").format(money=node_rate(usd_hour)))
    if born is not None:
        figures.append(_("age {age}").format(age=age(now - born)))
    return "\n".join([*lines, " · ".join(figures)]).strip()
