"""Replicas over time: lost with their machines, made again by the clock, moved before a shrink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.simulator.hadoop.datanodes import HEARTBEAT_EXPIRY_MS, NodeFacts
from hue_desktop.simulator.hadoop.hdfs import Hdfs, HdfsOptions
from hue_desktop.simulator.hadoop.identity import caller_of
from hue_desktop.simulator.hadoop.seeds import Seed, load
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, hdfs_region

GIB = 1024**3
MEBI = 1 << 20
START = 1_800_000_000.0


class Cluster:
    """An HDFS whose time and nodes a test decides."""

    def __init__(self, directory: Path, nodes: int, replication: int) -> None:
        self.at = START
        self.nodes = {
            f"i-{number}": NodeFacts(
                f"i-{number}", f"host-{number}", f"10.0.0.{number}", 100 * GIB, int(START * 1000)
            )
            for number in range(nodes)
        }
        options = HdfsOptions(replication=replication, block_size=MEBI)
        self.hdfs = Hdfs(directory, lambda: self.at, options)
        with self.hdfs.session(self.nodes):
            pass

    def lose(self, key: str) -> None:
        gone = replace(self.nodes[key], gone=int(self.at * 1000))
        self.nodes = {**self.nodes, key: gone}

    def drain(self, key: str) -> None:
        leaving = replace(self.nodes[key], leaving=int(self.at * 1000))
        self.nodes = {**self.nodes, key: leaving}

    def copying(self, key: str) -> int:
        """Blocks that decommissioning still has to copy."""
        numbers = [number for number, node in self.hdfs.blocks.datanodes.items() if node.key == key]
        return self.hdfs.blocks.bound()[numbers[0]]

    def look(self) -> tuple[int, int]:
        """Blocks that lack replicas, and blocks that have none."""
        with self.hdfs.session(self.nodes) as hdfs:
            health = hdfs.blocks.health()
            return health.lacking, health.missing

    def replicas(self) -> dict[int, list[int]]:
        return {block.id: sorted(block.replicas) for block in self.hdfs.blocks.blocks.values()}


def made(directory: Path, nodes: int, replication: int, files: int) -> Cluster:
    cluster = Cluster(directory, nodes, replication)
    with cluster.hdfs.session(cluster.nodes) as hdfs:
        load(hdfs, [Seed(f"/f{number}", size=MEBI) for number in range(files)])
    return cluster


def test_replicas_are_made_again_after_a_death_is_noticed_and_not_at_once(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=4, replication=2, files=400)
    assert cluster.look() == (0, 0)
    cluster.lose("i-0")
    assert cluster.look() == (0, 0)  # the NameNode does not know yet
    cluster.at += HEARTBEAT_EXPIRY_MS / 1000
    lacking, missing = cluster.look()
    assert (lacking > 100, missing) == (True, 0)
    cluster.at += 30
    halfway, _ = cluster.look()
    assert lacking - halfway == 10 * 2 * 3  # ten rounds, two blocks for each of three nodes
    cluster.at += 600
    assert cluster.look() == (0, 0)


def test_without_another_place_a_block_stays_under_replicated(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=2, replication=3, files=5)
    cluster.at += 3600
    assert cluster.look() == (5, 0)


def test_a_single_replica_goes_with_its_machine(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=3, replication=1, files=30)
    with cluster.hdfs.session(cluster.nodes) as hdfs:
        lost = hdfs.blocks.count_on(hdfs.blocks.datanodes[1])
    cluster.lose("i-0")
    cluster.at += 3600
    assert cluster.look() == (0, lost)


def test_a_node_that_is_decommissioned_first_takes_nothing_with_it(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=3, replication=1, files=30)
    cluster.drain("i-0")
    assert cluster.look() == (cluster.copying("i-0"), 0)
    cluster.at += 60
    assert cluster.look() == (0, 0)
    assert cluster.copying("i-0") == 0
    cluster.lose("i-0")
    assert cluster.look() == (0, 0)
    assert all(1 not in replicas for replicas in cluster.replicas().values())


def test_a_node_that_goes_before_its_blocks_are_copied_takes_the_rest_with_it(
    tmp_path: Path,
) -> None:
    cluster = made(tmp_path, nodes=3, replication=1, files=300)
    cluster.drain("i-0")
    cluster.look()
    held = cluster.copying("i-0")
    cluster.at += 30  # ten rounds, two blocks for each of the two nodes that stay
    cluster.lose("i-0")
    cluster.at += 3600
    assert cluster.look() == (0, held - 10 * 2 * 2)


def test_a_look_long_after_sees_what_happened_in_order(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=3, replication=1, files=300)
    cluster.drain("i-0")
    cluster.at += 30
    cluster.lose("i-0")
    cluster.at += 3600
    _, missing = cluster.look()
    assert 0 < missing < 300 / 3 * 2


def test_the_default_replication_elsewhere_is_enough_to_let_a_node_go(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, 3, 2)
    with cluster.hdfs.session(cluster.nodes) as hdfs:
        load(hdfs, [Seed("/wanted-by-many", size=MEBI, replication=3)])
    cluster.drain("i-0")
    cluster.look()
    assert cluster.copying("i-0") == 0


def test_fewer_replicas_are_dropped_and_more_are_made(tmp_path: Path) -> None:
    cluster = made(tmp_path, nodes=4, replication=2, files=1)
    file = cluster.hdfs.tree.root.children["f0"]
    for wanted in (3, 1, 4):
        with cluster.hdfs.session(cluster.nodes) as hdfs:
            hdfs.set_replication(caller_of("hdfs"), file.path, wanted)
        cluster.at += 60
        cluster.look()
        (replicas,) = cluster.replicas().values()
        assert len(replicas) == wanted


@given(
    steps=st.lists(st.floats(min_value=0.0, max_value=400.0), min_size=1, max_size=8),
    deaths=st.sets(st.integers(0, 4), max_size=3),
)
@settings(max_examples=12, deadline=None)
def test_many_looks_see_what_one_look_sees(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float], deaths: set[int]
) -> None:
    ends = []
    for often in (False, True):
        cluster = made(tmp_path_factory.mktemp("hdfs"), nodes=5, replication=2, files=40)
        for number in sorted(deaths):
            cluster.lose(f"i-{number}")
        cluster.look()
        for step in steps:
            cluster.at += step
            if often:
                cluster.look()
        cluster.look()
        ends.append(cluster.replicas())
        cluster.hdfs.close()
    assert ends[0] == ends[1]


# The nodes of a simulated cluster


@pytest.fixture(scope="module")
def spare() -> Iterator[HdfsRegion]:
    """A cluster whose nodes come and go."""
    with hdfs_region(core=4, replication=2) as running:
        yield running


def test_a_core_node_that_ec2_takes_away_is_replaced_and_its_blocks_are_made_again(
    spare: HdfsRegion,
) -> None:
    web = spare.web()
    for number in range(20):
        web.put(f"/tmp/{number}", b"x" * 1000)
    victim = spare.state()["datanodes"][0]
    spare.region.client("ec2").terminate_instances(InstanceIds=[victim["instance_id"]])
    spare.region.jump(minutes=1)
    stopped = [node for node in spare.state()["datanodes"] if not node["running"]]
    assert [node["instance_id"] for node in stopped] == [victim["instance_id"]]
    hadoop = spare.region.front.servers.hadoop
    assert hadoop.address_of(victim["host"], 9864) is None
    spare.region.jump(hours=1)
    state = spare.state()
    assert (state["under_replicated"], state["missing"]) == (0, 0)
    assert sum(node["running"] for node in state["datanodes"]) == 4
    assert [web.get(f"/tmp/{number}") for number in range(20)] == [b"x" * 1000] * 20


def test_a_shrink_moves_the_blocks_first(spare: HdfsRegion) -> None:
    web = spare.web()
    web.put("/tmp/single", b"only one", replication=1)
    emr = spare.region.client("emr")
    groups = emr.list_instance_groups(ClusterId=spare.cluster_id)["InstanceGroups"]
    (core,) = (group["Id"] for group in groups if group["InstanceGroupType"] == "CORE")
    before = {node["instance_id"] for node in spare.state()["datanodes"] if node["running"]}
    emr.modify_instance_groups(InstanceGroups=[{"InstanceGroupId": core, "InstanceCount": 2}])
    assert sum(node["decommissioning"] for node in spare.state()["datanodes"]) == 2
    spare.region.jump(hours=2)
    state = spare.state()
    after = {node["instance_id"] for node in state["datanodes"] if node["running"]}
    assert len(after) == 2
    assert after < before
    assert (state["under_replicated"], state["missing"]) == (0, 0)
    assert web.get("/tmp/single") == b"only one"


def test_a_cluster_that_ends_takes_its_files_with_it(spare: HdfsRegion) -> None:
    directory = spare.hdfs.directory
    assert any(directory.rglob("blk_*"))
    emr = spare.region.client("emr")
    emr.set_termination_protection(JobFlowIds=[spare.cluster_id], TerminationProtected=False)
    emr.terminate_job_flows(JobFlowIds=[spare.cluster_id])
    spare.region.jump(minutes=20)
    assert spare.region.control("hdfs") == {}
    assert not directory.exists()


def test_a_cluster_of_one_node_has_its_datanode_there() -> None:
    with hdfs_region(core=0, replication=1) as alone:
        alone.web().put("/tmp/f", b"alone")
        assert alone.web().get("/tmp/f") == b"alone"
        (node,) = alone.state()["datanodes"]
        assert node["host"] == alone.hdfs.namenode_host()
