"""Core nodes that go: after HDFS has copied what they hold, or at their time-out without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.shrink_clusters import (
    FileShape,
    Shrink,
    ShrinkCluster,
    ShrinkRegion,
    shrink_region,
)

MIB = 1024**2
GIB = 1024 * MIB


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShrinkRegion]:
    """A region whose clock only moves when it is told to."""
    with shrink_region(Path(tmp_path_factory.mktemp("hdfs"))) as made:
        yield made


def cluster_of(
    region: ShrinkRegion, blocks: int, *, nodes: int = 4, timeout_s: int = 3600, kill: bool = False
) -> ShrinkCluster:
    """One file for each block, all on the first node and nowhere else."""
    files = tuple(FileShape(1, ((128 * MIB, (0,)),)) for _ in range(blocks))
    return region.stand_up(Shrink(nodes, 1, files, 200 * GIB, (0,), timeout_s, kill))


def test_a_node_stays_until_its_blocks_are_copied(region: ShrinkRegion) -> None:
    cluster = cluster_of(region, blocks=400)
    (leaving,) = cluster.leaving()
    change = {
        "InstanceGroupId": cluster.group_id,
        "InstanceCount": 3,
        "ShrinkPolicy": {"InstanceResizePolicy": {"InstancesToTerminate": [leaving]}},
    }
    region.call("ModifyInstanceGroups", ClusterId=cluster.cluster_id, InstanceGroups=[change])
    region.pass_time(120)
    assert region.runs(leaving)  # at four copies every three seconds it takes five minutes
    with cluster.hdfs() as hdfs:
        left = sum(hdfs.blocks.bound().values())
    assert 0 < left < 400
    region.pass_time(600)
    assert not region.runs(leaving)
    with cluster.hdfs() as hdfs:
        assert hdfs.blocks.health().missing == 0
        assert len(hdfs.blocks.blocks) == 400


def test_at_its_time_out_a_node_takes_what_is_left_with_it(region: ShrinkRegion) -> None:
    cluster = cluster_of(region, blocks=400, timeout_s=60)
    lost = cluster.carry_out().lost
    # It sends four blocks every three seconds, but each takes a second or so of its disks.
    assert 300 < len(lost) < 400


def test_a_kill_takes_everything_with_it(region: ShrinkRegion) -> None:
    cluster = cluster_of(region, blocks=50, kill=True)
    assert len(cluster.carry_out().lost) == 50


def test_emr_keeps_nodes_that_hdfs_has_no_room_without(region: ShrinkRegion) -> None:
    files = tuple(FileShape(1, ((GIB, (number % 4,)),)) for number in range(40))
    cluster = region.stand_up(Shrink(4, 1, files, 11 * GIB, (0,), 3600, False))
    truth = cluster.carry_out()
    assert truth.gone == 0
    assert not truth.lost


def test_protected_nodes_stay(region: ShrinkRegion) -> None:
    cluster = cluster_of(region, blocks=4)
    kept = cluster.keys[:2]
    change = {
        "InstanceGroupId": cluster.group_id,
        "InstanceCount": 2,
        "ShrinkPolicy": {"InstanceResizePolicy": {"InstancesToProtect": kept}},
    }
    region.call("ModifyInstanceGroups", ClusterId=cluster.cluster_id, InstanceGroups=[change])
    region.pass_time(1800)
    assert [key for key in cluster.keys if region.runs(key)] == kept
