"""The two minutes' notice, told from YARN's states and EMR's reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import (
    FleetType,
    GroupState,
    Instance,
    InstanceFleet,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.spot_notices import SpotNotice, notice_text, spot_notices, taken_by_ec2
from tests.unit.services.samples import NOW, cluster_of

HERE = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = NOW.timestamp()


def _cluster(**changes: object) -> ClusterSnapshot:
    snapshot = cluster_of(4, 3)
    return replace(snapshot, read_at={"groups": HERE - timedelta(seconds=5)}, **changes)  # type: ignore[arg-type]


def _spot(cluster: ClusterSnapshot) -> Instance:
    return cluster.nodes(Role.TASK, Market.SPOT)[0]


def _reads(node: Instance, state: str) -> dict[str, NodeReading]:
    return {node.private_dns: NodeReading(node.private_dns, state, "", {"yarn.containers": 7.0})}


def _see(
    cluster: ClusterSnapshot, state: str, before: tuple[SpotNotice, ...] = (), later: float = 0.0
) -> tuple[SpotNotice, ...]:
    node = _spot(cluster)
    here = HERE + timedelta(seconds=later)
    return spot_notices(before, _reads(node, state), cluster, AT + later, here)


def test_a_spot_node_that_yarn_lets_go_although_nobody_asked_has_notice() -> None:
    cluster = _cluster()
    (notice,) = _see(cluster, "DECOMMISSIONING")
    node = _spot(cluster)
    assert (notice.ec2_id, notice.seen, notice.gone_by) == (
        node.ec2_id, NOW, NOW + timedelta(minutes=2),
    )  # fmt: skip
    assert notice.containers == 7
    assert not notice.sure
    assert "may be" in notice_text(notice)


def test_it_is_sure_once_emr_was_asked_after_it_was_seen() -> None:
    first = _see(_cluster(), "DECOMMISSIONING")
    later = replace(_cluster(), read_at={"groups": HERE + timedelta(seconds=2)})
    (notice,) = _see(later, "DECOMMISSIONING", first, 5.0)
    assert notice.sure
    assert notice.seen == NOW
    assert "two minutes" in notice_text(notice)


@pytest.mark.parametrize("state", ["RUNNING", "UNHEALTHY", "LOST", ""])
def test_other_states_are_no_notice(state: str) -> None:
    assert _see(_cluster(), state) == ()


def test_on_demand_nodes_leave_for_other_reasons() -> None:
    cluster = _cluster()
    core = cluster.nodes(Role.CORE)[0]
    assert spot_notices((), _reads(core, "DECOMMISSIONING"), cluster, AT, HERE) == ()


def test_a_node_that_leaves_in_a_resize_has_no_notice() -> None:
    cluster = _cluster()
    groups = tuple(
        replace(each, requested=2, state=GroupState.RESIZING) if each.role is Role.TASK else each
        for each in cluster.groups or ()
    )
    assert _see(replace(cluster, groups=groups), "DECOMMISSIONING") == ()
    # it looked like a notice until EMR told of the resize
    seen = _see(cluster, "DECOMMISSIONING")
    assert _see(replace(cluster, groups=groups), "DECOMMISSIONING", seen, 5.0) == ()


def test_a_fleet_above_its_target_shrinks() -> None:
    cluster = _cluster()
    group_id = _spot(cluster).group_id
    fleet = InstanceFleet(
        group_id, "task", Role.TASK, 0, 3, 0, 3, GroupState.RUNNING, types=(FleetType("m5.xlarge"),)
    )
    fleets = replace(cluster, groups=None, fleets=(fleet,))
    assert len(_see(fleets, "DECOMMISSIONING")) == 1
    shrinking = replace(fleets, fleets=(replace(fleet, target_spot=2),))
    assert _see(shrinking, "DECOMMISSIONING") == ()


def test_a_node_that_comes_back_had_none() -> None:
    seen = _see(_cluster(), "DECOMMISSIONING")
    assert _see(_cluster(), "RUNNING", seen, 5.0) == ()


def test_a_node_that_has_gone_is_told_for_an_hour() -> None:
    cluster = _cluster()
    node = _spot(cluster)
    seen = _see(cluster, "DECOMMISSIONING")
    ended = replace(node, state=InstanceState.TERMINATED, ended=NOW + timedelta(minutes=2))
    nodes = tuple(ended if each.id == node.id else each for each in cluster.instances or ())
    gone = replace(cluster, instances=nodes)
    (notice,) = spot_notices(seen, {}, gone, AT + 180, HERE)
    assert (notice.gone, notice.standing) == (ended.ended, False)
    assert notice_text(notice) == "EC2 took this Spot node back."
    assert spot_notices((notice,), {}, gone, AT + 1800, HERE) == (notice,)
    assert spot_notices((notice,), {}, gone, AT + 4000, HERE) == ()


def test_a_node_without_a_reading_keeps_its_notice() -> None:
    seen = _see(_cluster(), "DECOMMISSIONING")
    assert spot_notices(seen, {}, _cluster(), AT + 30, HERE) == seen
    assert spot_notices(seen, {}, None, AT + 30, HERE) == seen


def test_what_emr_says_of_nodes_that_ec2_took() -> None:
    node = _spot(_cluster())
    told = replace(
        node,
        state=InstanceState.TERMINATED,
        state_code="INSTANCE_FAILURE",
        state_reason="Instance i-1 was terminated by Amazon EC2 (Server.SpotInstanceTermination)",
    )
    assert taken_by_ec2(told)
    assert not taken_by_ec2(replace(told, state_reason="Instance was unhealthy for 45 minutes"))
    assert not taken_by_ec2(replace(told, market=Market.ON_DEMAND))


def test_a_node_that_emr_does_not_list_any_more_has_gone() -> None:
    cluster = _cluster()
    seen = _see(cluster, "DECOMMISSIONING")
    others = tuple(each for each in cluster.instances or () if each.id != seen[0].node_id)
    (notice,) = spot_notices(seen, {}, replace(cluster, instances=others), AT + 120, HERE)
    assert notice.gone == NOW + timedelta(minutes=2)
