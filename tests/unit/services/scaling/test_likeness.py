"""Which group more task nodes would be like."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState, ClusterSummary
from hue_desktop.core.instances import GroupState, InstanceGroup, Market, Role
from hue_desktop.services.scaling import model_group


def _group(name: str, role: Role, market: Market, count: int) -> InstanceGroup:
    return InstanceGroup(name, "", role, market, "m5.xlarge", count, count, GroupState.RUNNING)


def _cluster(*groups: InstanceGroup) -> ClusterSnapshot:
    summary = ClusterSummary("j-1", "analytics", ClusterState.WAITING)
    return ClusterSnapshot(ClusterRef("here", "us-east-1", "j-1"), summary, groups=groups)


MASTER = _group("master", Role.MASTER, Market.ON_DEMAND, 1)
CORE = _group("core", Role.CORE, Market.ON_DEMAND, 40)
TASK = _group("task", Role.TASK, Market.ON_DEMAND, 9)
SPOT = _group("spot", Role.TASK, Market.SPOT, 2)


def test_a_task_group_of_the_same_market_comes_first() -> None:
    everything = _cluster(MASTER, CORE, TASK, SPOT)
    assert model_group(everything, Market.SPOT) is SPOT
    assert model_group(everything, Market.ON_DEMAND) is TASK


def test_then_any_task_group_then_core() -> None:
    assert model_group(_cluster(MASTER, CORE, TASK), Market.SPOT) is TASK
    assert model_group(_cluster(MASTER, CORE), Market.SPOT) is CORE
    assert model_group(_cluster(MASTER), Market.SPOT) is None
