"""Reading a simulated cluster through SSH, judging, planning, mending, and carrying it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.changes import KillInstances, ResizeFleet, ResizeGroup, RiskLevel, Undoability
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import Cancelled, NotFound, Refused, Unreachable, UsageError
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.shrink import AdminState, Level, RateSource, Verdict
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.transfers.values import Route
from hue_desktop.services.shrink import InspectionProgress
from hue_desktop.services.shrink.fixing import s3_folder, snapshot_request
from hue_desktop.ui.cancel import CancelToken
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import run_cluster
from tests.unit.services.shrink.desk import Desk, open_desk

FLEETS = {
    "Instances": {
        "KeepJobFlowAliveWhenNoSteps": True,
        "InstanceFleets": [
            {
                "InstanceFleetType": role,
                "TargetOnDemandCapacity": count,
                "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge", "WeightedCapacity": 1}],
            }
            for role, count in (("MASTER", 1), ("CORE", 3))
        ],
    }
}


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region whose clock stands still."""
    with simulated_region(paused=True) as running:
        yield running


@pytest.fixture
def desk(region: SimulatedRegion, tmp_path: Path) -> Iterator[Desk]:
    """The service."""
    with open_desk(region, tmp_path) as opened:
        yield opened


@pytest.fixture
def ref(region: SimulatedRegion, desk: Desk) -> Iterator[ClusterRef]:
    """A cluster of four core nodes with three files, one of them with a single copy."""
    found = desk.house.ref(run_cluster(region))
    desk.put(found, "/data/lone.orc", 3000, 1)
    desk.put(found, "/data/pair.orc", 2000)
    desk.put(found, "/data/empty", 0)
    yield found
    end(region, found)


def end(region: SimulatedRegion, ref: ClusterRef) -> None:
    """The fleet need not read it any more."""
    region.client("emr").terminate_job_flows(JobFlowIds=[ref.cluster_id])
    region.jump(minutes=5)


def holder(desk: Desk, ref: ClusterRef, path: str) -> str:
    """The EC2 id of a node that has a file's first block."""
    found = desk.shrink.inspect(ref)
    table = found.blocks
    for row in range(table.blocks):
        if table.path(int(table.file[row])) == path:
            host = table.hosts[int(table.replicas[int(table.starts[row])])]
            return next(node.ec2_id for node in found.nodes if node.host == host)
    raise AssertionError(path)


def test_a_cluster_is_read_once_and_kept(desk: Desk, ref: ClusterRef) -> None:
    heard: list[InspectionProgress] = []
    assert desk.shrink.last(ref) is None
    found = desk.shrink.inspect(ref, progress=heard.append)
    assert desk.shrink.last(ref) is found
    paths = {found.blocks.path(number) for number in range(found.blocks.files)}
    assert {"/data/lone.orc", "/data/pair.orc", "/data/empty"} <= paths
    assert len(found.nodes) == 4
    for node in found.nodes:
        assert node.ec2_id.startswith("i-")
        assert node.group_id == found.group_ids[0]
        assert node.state is AdminState.IN_SERVICE
        assert node.capacity
        assert node.containers == 0
        assert node.usd_hour is not None
        assert node.usd_hour > 0
    assert found.limits.replication == 2
    assert found.missing == ()
    assert [each.stage for each in heard][:2] == ["Asking EMR", "Reaching the NameNode"]
    assert any(each.files for each in heard)
    desk.shrink.forget(ref)
    assert desk.shrink.last(ref) is None


def test_the_nodes_are_named_whose_leaving_costs_least(desk: Desk, ref: ClusterRef) -> None:
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    request = desk.shrink.request(found)
    assert request.count == 3
    assert len(request.leaving) == 1
    assert lone not in request.leaving
    verdict = desk.shrink.judge(found, request)
    assert verdict.level is Level.OK, verdict.sentence
    assert [each.count for each in verdict.options] == [4, 3, 2, 1]
    two = desk.shrink.request(found, count=2)
    assert set(request.leaving) < set(two.leaving)
    given = desk.shrink.request(found, leaving=[lone], timeout_s=60)
    assert (given.leaving, given.count, given.timeout_s) == ((lone,), 3, 60)


def test_a_plan_names_the_nodes_and_the_time_out(desk: Desk, ref: ClusterRef) -> None:
    desk.knows(ref)
    found = desk.shrink.inspect(ref)
    request = desk.shrink.request(found, timeout_s=1800)
    plan = desk.shrink.plan(request, desk.shrink.judge(found, request))
    (change,) = plan.changes
    assert change == ResizeGroup(
        ref.cluster_id, request.group_id, 3, leaving=request.leaving, timeout_s=1800
    )
    assert "InstancesToTerminate" in plan.call_text
    assert request.leaving[0] in plan.call_text
    assert plan.undo is Undoability.UNTIL_STARTED
    assert not plan.blocked
    assert plan.cost is not None
    assert plan.cost.after.total < plan.cost.before.total
    assert all(risk.level is not RiskLevel.LOSS for risk in plan.risks)


def test_killing_is_final_and_wants_the_name_on_production(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    with open_desk(region, tmp_path, ConnectionClass.PRODUCTION) as desk:
        ref = desk.house.ref(run_cluster(region, name="precious"))
        desk.knows(ref)
        desk.put(ref, "/data/lone.orc", 3000, 1)
        lone = holder(desk, ref, "/data/lone.orc")
        found = desk.shrink.last(ref)
        assert found is not None
        request = desk.shrink.request(found, leaving=[lone], kill=True)
        verdict = desk.shrink.judge(found, request)
        assert verdict.loses
        plan = desk.shrink.plan(request, verdict)
        assert plan.changes == (KillInstances(ref.cluster_id, request.group_id, (lone,)),)
        assert plan.undo is Undoability.FINAL
        assert plan.typed_name == "precious"
        assert any(risk.level is RiskLevel.LOSS for risk in plan.risks)
        blind = Verdict(Level.UNKNOWN, "", "", request, missing=("HDFS did not answer.",))
        unseen = desk.shrink.plan(replace(request, kill=False), blind)
        assert unseen.typed_name == "precious"
        assert unseen.undo is Undoability.FINAL
        nobody = desk.shrink.plan(replace(request, leaving=()), verdict)
        assert "Name the nodes" in nobody.blocked
        end(region, ref)


def test_what_is_carried_out_takes_the_named_node_and_no_data(
    region: SimulatedRegion, desk: Desk, ref: ClusterRef
) -> None:
    desk.knows(ref)
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    request = desk.shrink.request(found, leaving=[lone])
    verdict = desk.shrink.judge(found, request)
    assert verdict.level is Level.WARN
    assert verdict.lost_count == 1
    desk.house.carry_out(desk.shrink.plan(request, verdict))
    region.jump(hours=2)
    after = desk.shrink.inspect(ref)
    assert lone not in {node.ec2_id for node in after.nodes}
    assert len(after.nodes) == 3
    assert desk.shrink.whole_cluster(after).lost_count == after.blocks.files
    table = after.blocks
    assert int((table.starts[1:] - table.starts[:-1]).min()) >= 1, "every block has a copy"


def test_more_replicas(desk: Desk, ref: ClusterRef) -> None:
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    request = desk.shrink.request(found, leaving=[lone])
    outcome = desk.shrink.apply_fix(found, request, "set_replication")
    assert (outcome.done, outcome.failed) == (1, 0)
    assert desk.replication(ref, "/data/lone.orc") == 2
    assert desk.replication(ref, "/data/pair.orc") == 2
    desk.region.jump(minutes=5)
    again = desk.shrink.inspect(ref)
    assert desk.shrink.judge(again, request).lost_count == 0
    with pytest.raises(Refused):
        desk.shrink.apply_fix(again, request, "set_replication")


def test_a_file_that_is_gone_meanwhile_is_counted_and_said(desk: Desk, ref: ClusterRef) -> None:
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    request = desk.shrink.request(found, leaving=[lone])
    store = StoreId(StoreKind.HDFS, ref.connection, ref.region, ref.cluster_id)
    desk.file_systems.of(store).delete(Location(store, "/data/lone.orc"))
    outcome = desk.shrink.apply_fix(found, request, "set_replication")
    assert (outcome.done, outcome.failed) == (0, 1)
    assert "/data/lone.orc" in outcome.problems[0]


def test_a_snapshot_is_a_transfer_by_s3distcp(desk: Desk, ref: ClusterRef) -> None:
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    request = desk.shrink.request(found, leaving=[lone])
    outcome = desk.shrink.apply_fix(found, request, "snapshot_to_s3", target="s3://safe/before/")
    assert outcome.transfer_id is not None
    transfer = desk.transfers.transfer(outcome.transfer_id)
    assert transfer.route is Route.S3DISTCP
    assert str(transfer.request.target) == "s3://safe/before/data/"
    assert transfer.request.sources[0].path == "/data/"
    assert transfer.request.options.filter.include == ("/lone.orc",)
    with pytest.raises(UsageError):
        desk.shrink.apply_fix(found, request, "snapshot_to_s3", target="/tmp")
    whole = desk.shrink.whole_request(found)
    outcome = desk.shrink.apply_fix(found, whole, "snapshot_to_s3", target="s3://safe/all")
    assert outcome.transfer_id is not None


def test_files_that_are_too_many_to_be_named_are_copied_with_their_folder() -> None:
    ref = ClusterRef("here", "us-east-1", "j-1")
    target = s3_folder(ref, "s3://safe/x")
    many = [f"/a/b/part-{number:05d}" for number in range(2000)]
    request, whole = snapshot_request(ref, many, target)
    assert whole
    assert request.sources[0].path == "/a/b/"
    assert request.options.filter.include == ()
    odd, whole = snapshot_request(ref, ["/a/[1]", "/a/2"], target)
    assert whole
    assert str(odd.target) == "s3://safe/x/a/"
    apart, whole = snapshot_request(ref, ["/a/1", "/b/2"], target)
    assert not whole
    assert apart.sources[0].path == "/"
    assert apart.options.filter.include == ("/a/1", "/b/2")


def test_rebalancing_is_a_step(desk: Desk, region: SimulatedRegion, ref: ClusterRef) -> None:
    found = desk.shrink.inspect(ref)
    full = [replace(node, used=95 * (node.capacity or 0) // 100,
                    remaining=5 * (node.capacity or 0) // 100) if at == 0 else node
            for at, node in enumerate(found.nodes)]  # fmt: skip
    found = replace(found, nodes=tuple(full))
    request = desk.shrink.request(found, leaving=[found.nodes[1].ec2_id])
    desk.shrink.apply_fix(found, request, "rebalance")
    steps = region.client("emr").list_steps(ClusterId=ref.cluster_id)["Steps"]
    assert steps[0]["Config"]["Args"][:2] == ["hdfs", "balancer"]


def test_the_speed_that_was_measured_is_used(desk: Desk, ref: ClusterRef) -> None:
    times = [1000.0 + 30 * at for at in range(5)]
    lacking, cause = "hdfs.under_replicated", "yarn.nodes.decommissioning"
    desk.measured[lacking] = SeriesData(SeriesKey(lacking), times, [4000, 3000, 2000, 1000, 0], 30)
    desk.measured[cause] = SeriesData(SeriesKey(cause), times, [1] * 5, 30)
    found = desk.shrink.inspect(ref)
    assert found.limits.rate is not None
    assert found.limits.rate.source is RateSource.MEASURED


def test_safe_mode_is_read_in_and_judged_red(
    desk: Desk, region: SimulatedRegion, ref: ClusterRef
) -> None:
    region.control("hdfs/safe-mode", {"cluster_id": ref.cluster_id, "on": True})
    found = desk.shrink.inspect(ref)
    verdict = desk.shrink.judge(found, desk.shrink.request(found))
    assert verdict.level is Level.BAD
    assert "safe mode" in verdict.sentence


def test_a_datanode_that_is_silent_counts_as_lost(
    desk: Desk, region: SimulatedRegion, ref: ClusterRef
) -> None:
    lone = holder(desk, ref, "/data/lone.orc")
    found = desk.shrink.last(ref)
    assert found is not None
    assert found.snapshot is not None
    victim = next(one.id for one in found.snapshot.nodes() if one.ec2_id == lone)
    body = {"cluster_id": ref.cluster_id, "instance_id": victim, "running": False}
    region.control("hdfs/datanode", body)
    region.jump(minutes=2)  # the NameNode takes it for alive for eight minutes more
    found = desk.shrink.inspect(ref)
    node = next(each for each in found.nodes if each.ec2_id == lone)
    assert node.state is AdminState.DEAD
    assert any("heartbeats" in sentence for sentence in found.missing)
    verdict = desk.shrink.judge(found, desk.shrink.request(found, leaving=[lone]))
    assert verdict.level >= Level.WARN


def test_a_fleet_cannot_be_told_which_nodes(desk: Desk, region: SimulatedRegion) -> None:
    ref = desk.house.ref(run_cluster(region, groups=(), name="fleets", **FLEETS))
    desk.knows(ref)
    desk.put(ref, "/data/one", 100)
    found = desk.shrink.inspect(ref)
    request = desk.shrink.request(found, count=2)
    assert request.leaving == ()
    named = replace(request, leaving=(found.nodes[0].ec2_id,))
    verdict = desk.shrink.judge(found, named)
    assert verdict.assumes_worst
    assert "EMR chooses the nodes" in verdict.sentence
    plan = desk.shrink.plan(request, verdict)
    (change,) = plan.changes
    assert isinstance(change, ResizeFleet)
    assert change.target_on_demand == 2
    assert any("EMR chooses" in risk.text for risk in plan.risks)
    end(region, ref)


@pytest.mark.parametrize(
    ("ends", "error", "says"),
    [
        (True, Refused, "cannot be read"),
        (False, Refused, "no core nodes"),
    ],
)
def test_what_cannot_be_read_says_why(
    desk: Desk,
    region: SimulatedRegion,
    ends: bool,
    error: type[Exception],
    says: str,
) -> None:
    groups = (("MASTER", "m5.xlarge", 1), *([("CORE", "m5.xlarge", 2)] if ends else []))
    cluster_id = run_cluster(region, groups=groups, name="odd")
    if ends:
        end(region, desk.house.ref(cluster_id))
    with pytest.raises(error, match=says):
        desk.shrink.inspect(desk.house.ref(cluster_id))
    if not ends:
        end(region, desk.house.ref(cluster_id))


def test_a_namenode_that_nobody_reaches(region: SimulatedRegion, tmp_path: Path) -> None:
    with open_desk(region, tmp_path, bastion="127.0.0.1:1") as desk:
        ref = desk.house.ref(run_cluster(region, name="far"))
        with pytest.raises(Unreachable) as caught:
            desk.shrink.inspect(ref)
        assert caught.value.remedy
        end(region, ref)


def test_cancelling_ends_it(desk: Desk, ref: ClusterRef) -> None:
    token = CancelToken()

    def hear(progress: InspectionProgress) -> None:
        if "NameNode" in progress.stage:
            token.cancel()

    with pytest.raises(Cancelled):
        desk.shrink.inspect(ref, progress=hear, token=token)
    assert desk.shrink.last(ref) is None


def test_a_group_that_is_none(desk: Desk, ref: ClusterRef) -> None:
    found = desk.shrink.inspect(ref)
    request = replace(desk.shrink.request(found), group_id="ig-NOBODY")
    with pytest.raises(NotFound):
        desk.shrink.plan(request, desk.shrink.judge(found, request))
