"""The cost tile of the overview: the rate now, and the newest bill carried on."""

from __future__ import annotations

from dataclasses import replace

from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.instances import Market, Role
from hue_desktop.services.cost.values import CostOverview
from hue_desktop.ui.overview.tiles import overview_tiles
from tests.ui.sample_fleet import NOW, fleet


def test_the_cost_tile_carries_the_bill_on() -> None:
    snapshot = fleet()
    ref = next(ref for ref, c in snapshot.clusters.items() if c.summary.name == "analytics")
    cluster, cost = snapshot.clusters[ref], snapshot.costs[ref]
    who = Who(Role.CORE, Market.ON_DEMAND)
    until = NOW.timestamp() - 1800
    bill = Bill(until - 3600, until, {(CostPart.EC2, who): 982.31}, on_demand_usd=982.31)
    costs = CostOverview(cost.rate, bill)
    tile = next(t for t in overview_tiles(cluster, cost, {}, NOW, costs=costs) if t.key == "cost")
    assert tile.caption == "$989.36 so far · $2.35/h saved by Spot"
    ended = replace(cluster, summary=replace(cluster.summary, state=ClusterState.TERMINATED))
    costs = replace(costs, bill=replace(bill, unknown=frozenset({"ci-1"})))
    final = next(t for t in overview_tiles(ended, None, {}, NOW, costs=costs) if t.key == "cost")
    assert (final.label, final.figure) == ("Final bill", "≥\N{NO-BREAK SPACE}$982.31")
