"""How cells of a node map are coloured: by one property that is known of every node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hue_desktop.core.format import DASH, age, count, node_rate
from hue_desktop.core.instances import Instance, InstanceState, Market
from hue_desktop.core.text import _
from hue_desktop.ui.charts.node_loads import LOADS, NodeLoads

__all__ = [
    "Colouring",
    "LegendEntry",
    "NodeProperty",
    "choices_for",
    "colouring_of",
    "property_title",
]

_AGES_S = (3600, 6 * 3600, 86400, 7 * 86400)
_CATEGORIES = ("emr-fee", "role-spot", "role-task", "role-master", "role-core", "other")
_MARKET_COLORS = {Market.ON_DEMAND: "role-task", Market.SPOT: "role-spot"}


class NodeProperty(Enum):
    """What the colour of a cell can mean."""

    STATE = "state"
    AGE = "age"
    COST = "cost"
    TYPE = "type"
    MARKET = "market"
    ZONE = "zone"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    YARN = "yarn"
    CONTAINERS = "containers"
    HDFS = "hdfs"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A colour (token) and what it means."""

    color: str
    text: str


def _nothing(_text: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Colouring:
    """How cells are coloured, and what that means.

    ``paint`` gives a node's colour token and text, ``short`` what stands in a cell that is too
    narrow for its text (empty when nothing does). Two colourings with the same ``key`` colour
    a node the same way, so a cell of a node that did not change may be kept.
    """

    key: Hashable
    paint: Callable[[Instance], tuple[str, str]]
    legend: tuple[LegendEntry, ...]
    short: Callable[[str], str] = _nothing


def property_title(what: NodeProperty) -> str:
    """The property's name in the choice above the map."""
    if what.value in LOADS:
        return LOADS[what.value].title
    return {
        NodeProperty.STATE: _("State"),
        NodeProperty.AGE: _("Age"),
        NodeProperty.COST: _("$/h"),
        NodeProperty.TYPE: _("Instance type"),
        NodeProperty.MARKET: _("Market"),
        NodeProperty.ZONE: _("Availability zone"),
    }[what]


def choices_for(nodes: Iterable[Instance], loads: NodeLoads | None = None) -> list[tuple[str, str]]:
    """(key, title) of the properties that are known: what is measured first, then what EMR tells.

    EMR itself does not tell a node's zone; without ``loads`` nothing is measured.
    """
    zones = any(node.az for node in nodes)
    measured = loads.known() if loads is not None else frozenset()
    told = [
        (what.value, property_title(what))
        for what in NodeProperty
        if what.value not in LOADS and (zones or what is not NodeProperty.ZONE)
    ]
    return [(key, load.title) for key, load in LOADS.items() if key in measured] + told


def colouring_of(
    what: NodeProperty,
    nodes: Sequence[Instance],
    by_node: Mapping[str, float],
    now: datetime,
    loads: NodeLoads | None = None,
) -> Colouring:
    """Colours of the nodes; ``by_node`` is USD per hour by id, ``now`` the region's time."""
    if what.value in LOADS:
        return _by_load(what.value, nodes, loads or NodeLoads())
    if what is NodeProperty.STATE:
        return _by_state(nodes)
    if what is NodeProperty.AGE:
        return _by_age(now)
    if what is NodeProperty.COST:
        return _by_cost(nodes, by_node)
    if what is NodeProperty.TYPE:
        return _by_category("type", nodes, lambda node: node.instance_type, _short_type)
    if what is NodeProperty.MARKET:
        return _by_market(nodes)
    return _by_category("zone", nodes, lambda node: node.az or "–", _short_zone)


def _by_state(nodes: Sequence[Instance]) -> Colouring:
    running, ended = InstanceState.RUNNING, InstanceState.TERMINATED
    present = {node.state if node.state in (running, ended) else None for node in nodes}
    entries = ((running, LegendEntry("heat-1", _("running"))),
               (None, LegendEntry("sunken", _("starting"))),
               (ended, LegendEntry("sunken", _("ended"))))  # fmt: skip
    legend = tuple(entry for state, entry in entries if state in present)

    def paint(node: Instance) -> tuple[str, str]:
        return "heat-1" if node.state is running else "sunken", _address(node)

    return Colouring("state", paint, legend, _last_number)


def _by_age(now: datetime) -> Colouring:
    """Ages in whole minutes: nobody sees more, and cells are not made anew each second."""
    minute = now.replace(second=0, microsecond=0)

    def paint(node: Instance) -> tuple[str, str]:
        born = node.ready or node.created
        until = node.ended or minute
        seconds = max(0.0, (until - born).total_seconds()) if born else 0.0
        step = sum(seconds >= limit for limit in _AGES_S)
        return f"heat-{step}", age(max(60.0, seconds)) if born else "–"

    names = (_("< 1 h"), _("< 6 h"), _("< 1 d"), _("< 7 d"), _("≥ 7 d"))
    legend = tuple(LegendEntry(f"heat-{step}", text) for step, text in enumerate(names))
    return Colouring(("age", minute), paint, legend)


def _by_cost(nodes: Sequence[Instance], by_node: Mapping[str, float]) -> Colouring:
    known = [by_node[node.id] for node in nodes if node.id in by_node]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = high - low

    def paint(node: Instance) -> tuple[str, str]:
        rate = by_node.get(node.id)
        step = 2 if span < 1e-9 else min(4, int(((rate or low) - low) / span * 5))
        return "sunken" if rate is None else f"heat-{step}", node_rate(rate)

    key = ("cost", low, high, id(by_node))
    if span < 1e-9:
        one = (LegendEntry("heat-2", node_rate(high)),)
        return Colouring(key, paint, one if known else ())
    ends = {0: node_rate(low), 4: node_rate(high)}
    legend = tuple(LegendEntry(f"heat-{step}", ends.get(step, "")) for step in range(5))
    return Colouring(key, paint, legend)


def _by_load(key: str, nodes: Sequence[Instance], loads: NodeLoads) -> Colouring:
    """By what was measured: shares from 0 to 100, counts up to the highest one."""
    load = LOADS[key]
    values = {node.id: loads.value(node, key) for node in nodes}
    known = [value for value in values.values() if value is not None]
    top = 100.0 if load.share else max(known, default=0.0) or 1.0

    def paint(node: Instance) -> tuple[str, str]:
        value = values.get(node.id)
        if value is None:
            return "sunken", DASH
        return f"heat-{max(0, min(4, int(5 * value / top)))}", count(value)

    legend = [LegendEntry(f"heat-{step}", "") for step in range(5)]
    legend[0], legend[4] = LegendEntry("heat-0", "0"), LegendEntry("heat-4", count(top))
    legend = legend if known else []
    if len(known) < len(values):
        legend.append(LegendEntry("sunken", _("no value")))
    shown = tuple(None if value is None else round(value) for value in values.values())
    return Colouring((key, top, hash(shown)), paint, tuple(legend))


def _by_market(nodes: Sequence[Instance]) -> Colouring:
    names = {Market.ON_DEMAND: _("on-demand"), Market.SPOT: _("Spot")}
    present = {node.market.value for node in nodes}
    legend = tuple(
        LegendEntry(_MARKET_COLORS[market], name)
        for market, name in names.items()
        if market.value in present
    )

    def paint(node: Instance) -> tuple[str, str]:
        return _MARKET_COLORS[node.market], _address(node)

    return Colouring("market", paint, legend, _last_number)


def _by_category(
    name: str,
    nodes: Sequence[Instance],
    word_of: Callable[[Instance], str],
    short: Callable[[str], str],
) -> Colouring:
    """The commonest word takes the first colour; from the sixth on they share the last."""
    words = Counter([word_of(node) for node in nodes])
    order = tuple(word for word, _n in sorted(words.items(), key=_commonest))
    color = {
        word: _CATEGORIES[min(index, len(_CATEGORIES) - 1)] for index, word in enumerate(order)
    }
    named = order if len(order) <= len(_CATEGORIES) else order[: len(_CATEGORIES) - 1]
    legend = [LegendEntry(color[word], word) for word in named]
    if len(order) > len(named):
        rest = len(order) - len(named)
        legend.append(LegendEntry(_CATEGORIES[-1], _("{n} others").format(n=rest)))

    def paint(node: Instance) -> tuple[str, str]:
        word = word_of(node)
        return color[word], short(word)

    return Colouring((name, order), paint, tuple(legend))


def _commonest(item: tuple[str, int]) -> tuple[int, str]:
    word, times = item
    return -times, word


def _short_type(name: str) -> str:
    """``m5.2xlarge`` as ``2xl``: the family is in the legend and the tooltip."""
    size = name.partition(".")[2] or name
    return size.replace("xlarge", "xl")


def _short_zone(zone: str) -> str:
    """``us-east-1b`` as ``1b``."""
    return zone.rpartition("-")[2]


def _last_number(address: str) -> str:
    """``187.120`` as ``.120``."""
    return "." + address.rpartition(".")[2]


def _address(node: Instance) -> str:
    """The last two numbers of the private address, which tell the nodes of a subnet apart."""
    return ".".join(node.private_ip.split(".")[2:])
