"""Rehearsals over real child regions: what happens to a copy, and that nothing else is touched."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hue_desktop.core.changes import Change, KillInstances, ResizeGroup, Terminate
from hue_desktop.core.errors import Cancelled, ConfigurationError, NotFound, Refused
from hue_desktop.core.instances import Role
from hue_desktop.core.rehearsal import (
    HdfsSource,
    RehearsalLevel,
    RehearsalRequest,
    RehearsalStage,
)
from hue_desktop.core.shrink import BlockTableBuilder, CoreNode, ShrinkLimits
from hue_desktop.services.rehearsal import reading
from hue_desktop.services.shrink.values import Inspection
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import run_cluster
from tests.unit.services.rehearsal.desk import Desk, desk_over

MIB = 1024**2


class Token:
    """Cancels at a stage."""

    def __init__(self, at: RehearsalStage) -> None:
        self._at = at
        self._cancelled = False
        self._hooks: list[Callable[[], None]] = []

    def hear(self, stage: RehearsalStage, _share: float) -> None:
        if stage is self._at and not self._cancelled:
            self._cancelled = True
            for hook in self._hooks:
                hook()

    def on_cancel(self, hook: Callable[[], None]) -> None:
        self._hooks.append(hook)
        if self._cancelled:
            hook()

    def raise_if_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled("Cancelled.")


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """The region that stands for the real one; its clock stands still."""
    with simulated_region(paused=True) as running:
        yield running


@pytest.fixture(scope="module")
def cluster_id(region: SimulatedRegion) -> str:
    """Four core nodes, a dozen task nodes, and an application for two hours that fills them."""
    groups = (("MASTER", "m5.xlarge", 1), ("CORE", "r5.xlarge", 4), ("TASK", "m5.2xlarge", 12))
    started = run_cluster(region, groups=groups)
    emr = region.client("emr")
    told = emr.list_instance_groups(ClusterId=started)["InstanceGroups"]
    task = next(each["Id"] for each in told if each["InstanceGroupType"] == "TASK")
    with region.region.lock:
        for member in region.world.clusters[started].groups[task].members:
            member.market = "SPOT"
        region.world.clusters[started].groups[task].market = "SPOT"
    region.control(
        "yarn/application",
        {"cluster_id": started, "name": "features", "containers": 140, "for_s": 7200},
    )
    region.jump(minutes=10)
    return started


@pytest.fixture
def desk(region: SimulatedRegion, tmp_path: Path) -> Iterator[Desk]:
    """A service of one's own."""
    with desk_over(region, tmp_path) as opened:
        yield opened


def core_group(region: SimulatedRegion, cluster_id: str) -> tuple[str, list[str]]:
    """The id of the core group, and EC2 ids of its nodes."""
    group = region.world.clusters[cluster_id].of_role("CORE")[0]
    return group.id, [member.ec2_id for member in group.alive()]


def gone(pid: int) -> bool:
    """Whether a child of ours has ended and was waited for."""
    return not Path(f"/proc/{pid}").exists()


def read_blocks(desk: Desk, cluster_id: str, factor: int, files: int) -> Inspection:
    """What a pre-flight would have read: files of ten blocks on the first ``factor`` nodes."""
    world = desk.region.world
    group_id, ec2_ids = core_group(desk.region, cluster_id)
    hosts = [world.private_dns(world.instances_by_ec2_id[each]) for each in ec2_ids]
    builder = BlockTableBuilder(hosts)
    for number in range(files):
        blocks = [(128 * MIB, hosts[:factor])] * 10
        builder.add_path(f"/warehouse/part-{number:03d}", factor, blocks)
    nodes = tuple(
        CoreNode(
            host,
            ec2_id,
            group_id,
            capacity=200 * 1024 * MIB,
            used=files * 1280 * MIB if place < factor else 0,
        )
        for place, (host, ec2_id) in enumerate(zip(hosts, ec2_ids, strict=True))
    )
    limits = ShrinkLimits(replication=factor)
    return Inspection(desk.ref(cluster_id), builder.table(), nodes, limits, 0.0, 0.0)


def test_a_loss_of_spot_nodes_delays_work_and_is_made_good(desk: Desk, cluster_id: str) -> None:
    stages: list[RehearsalStage] = []

    def hear(stage: RehearsalStage, share: float) -> None:
        assert 0.0 <= share <= 1.0
        if stage not in stages:
            stages.append(stage)

    before = desk.region.client("emr").list_instances(ClusterId=cluster_id)["Instances"]
    request = RehearsalRequest(desk.ref(cluster_id), spot_loss=0.5, hours=6)
    outcome = desk.service.run(request, progress=hear)
    assert stages == list(RehearsalStage)
    assert outcome.hours == pytest.approx(6)
    taken = [event for event in outcome.events if event.key == "lost"]
    assert [round(event.after_s) for event in taken] == [120]
    assert "6 Spot task nodes (m5.2xlarge)" in taken[0].text
    assert any(event.key == "joined" and event.after_s < 900 for event in outcome.events)
    tasks = [each.task for each in outcome.nodes]
    assert (tasks[0], min(tasks), tasks[-1]) == (12, 6, 12)
    work = outcome.applications
    assert (work.began, work.finished, work.failed) == (1, 1, 0)
    assert work.lost_containers > 0
    assert work.delayed_s is not None
    assert 30 < work.delayed_s < 7200
    assert outcome.hdfs is not None
    assert outcome.hdfs.lost_count == 0
    assert outcome.cost_usd is not None
    assert outcome.cost_before_usd is not None
    assert 0 < outcome.cost_usd < outcome.cost_before_usd
    assert "No file is lost." in outcome.sentence
    # Of the real cluster nothing has changed.
    after = desk.region.client("emr").list_instances(ClusterId=cluster_id)["Instances"]
    assert [each["Id"] for each in after] == [each["Id"] for each in before]
    assert all(each["Status"]["State"] == "RUNNING" for each in after)


def test_a_hurried_shrink_loses_the_files_that_have_one_replica(
    desk: Desk, cluster_id: str
) -> None:
    desk.inspection = read_blocks(desk, cluster_id, factor=1, files=40)
    group_id, ec2_ids = core_group(desk.region, cluster_id)
    change = ResizeGroup(cluster_id, group_id, 3, leaving=(ec2_ids[0],), timeout_s=60)
    outcome = desk.service.run(RehearsalRequest(desk.ref(cluster_id), (change,), hours=2))
    hdfs = outcome.hdfs
    assert hdfs is not None
    assert (hdfs.source, hdfs.files) == (HdfsSource.BLOCKS, 40)
    assert 0 < hdfs.lost_count <= 40
    assert hdfs.lost_files[0].startswith("/warehouse/part-")
    assert outcome.level is RehearsalLevel.BAD
    assert any(event.key == "blocks" and event.level.value == 2 for event in outcome.events)
    ends = (outcome.nodes[0].core, outcome.nodes[-1].core)
    assert ends == (4, 3)


def test_with_time_the_same_shrink_loses_nothing_and_a_kill_loses_all(
    desk: Desk, cluster_id: str
) -> None:
    desk.inspection = read_blocks(desk, cluster_id, factor=1, files=40)
    group_id, ec2_ids = core_group(desk.region, cluster_id)
    leaving = (ec2_ids[0],)
    slowly: Change = ResizeGroup(cluster_id, group_id, 3, leaving=leaving, timeout_s=3600)
    at_once: Change = KillInstances(cluster_id, group_id, leaving)
    lost = []
    for change in (slowly, at_once):
        outcome = desk.service.run(RehearsalRequest(desk.ref(cluster_id), (change,), hours=2))
        assert outcome.hdfs is not None
        lost.append(outcome.hdfs.lost_count)
    assert lost == [0, 40]


def test_of_a_very_large_hdfs_totals_stand_in_and_it_is_said(
    desk: Desk, cluster_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BLOCKS", 30)
    desk.inspection = read_blocks(desk, cluster_id, factor=1, files=40)
    request = RehearsalRequest(desk.ref(cluster_id), spot_loss=0.5, hours=1)
    outcome = desk.service.run(request)
    assert outcome.hdfs is not None
    assert outcome.hdfs.source is HdfsSource.TOTALS
    assert any("blocks; files of equal size" in sentence for sentence in outcome.missing)


def test_without_a_preflight_totals_stand_in_and_it_is_said(desk: Desk, cluster_id: str) -> None:
    request = RehearsalRequest(desk.ref(cluster_id), (Terminate(cluster_id),), hours=1)
    outcome = desk.service.run(request)
    assert outcome.hdfs is not None
    assert outcome.hdfs.source is HdfsSource.TOTALS
    assert any("stand in" in sentence for sentence in outcome.missing)
    assert outcome.hdfs.lost_count == outcome.hdfs.files
    assert outcome.nodes[-1].core == 0
    assert outcome.level is RehearsalLevel.BAD


def test_what_emr_refuses_is_an_event_and_nothing_more_is_tried(
    desk: Desk, cluster_id: str
) -> None:
    master = desk.region.world.clusters[cluster_id].of_role("MASTER")[0]
    changes = (ResizeGroup(cluster_id, master.id, 3), Terminate(cluster_id))
    outcome = desk.service.run(RehearsalRequest(desk.ref(cluster_id), changes, hours=1))
    assert [event.key for event in outcome.events if event.after_s == 0.0] == ["refused"]
    assert outcome.nodes[-1].core == 4
    assert "refuse" in outcome.sentence


@pytest.mark.parametrize("stage", [RehearsalStage.READING, RehearsalStage.RUNNING])
def test_a_cancel_ends_the_region(desk: Desk, cluster_id: str, stage: RehearsalStage) -> None:
    token = Token(stage)
    request = RehearsalRequest(desk.ref(cluster_id), spot_loss=0.5, hours=24)
    with pytest.raises(Cancelled):
        desk.service.run(request, progress=token.hear, token=token)
    for opened in desk.regions.opened:
        assert gone(opened.pid)
        assert not opened.directory.exists()


def test_a_region_is_there_until_it_is_discarded(desk: Desk, cluster_id: str) -> None:
    request = RehearsalRequest(desk.ref(cluster_id), spot_loss=0.1, hours=1)
    first = desk.service.run(request)
    child, directory = desk.child, desk.child.directory
    assert directory.exists()
    desk.service.discard(first)
    desk.service.discard(first)
    assert gone(child.pid)
    assert not directory.exists()
    with pytest.raises(NotFound):
        desk.service.keep(first)


def test_a_kept_region_is_a_connection_until_the_end(desk: Desk, cluster_id: str) -> None:
    request = RehearsalRequest(desk.ref(cluster_id), spot_loss=0.1, hours=1)
    outcome = desk.service.run(request)
    name = desk.service.keep(outcome)
    assert desk.service.keep(outcome) == name
    desk.service.discard(outcome)  # a sheet that closes must not take it away
    connection = desk.lent[name]
    from tests.unit.services.house import open_doors

    doors = open_doors(connection, desk.region.name)
    try:
        roles = [group.role for group in doors.emr.list_groups(cluster_id)]
    finally:
        doors.close()
    assert Role.CORE in roles
    child, directory = desk.child, desk.child.directory
    desk.service.close()
    assert desk.lent == {}
    assert gone(child.pid)
    assert not directory.exists()


def test_requests_that_make_no_sense_are_refused_before_anything_starts(
    desk: Desk, cluster_id: str
) -> None:
    ref = desk.ref(cluster_id)
    for request in (
        RehearsalRequest(ref),
        RehearsalRequest(ref, spot_loss=1.5),
        RehearsalRequest(ref, spot_loss=0.5, hours=0),
        RehearsalRequest(ref, spot_loss=0.5, hours=10_000),
        RehearsalRequest(ref, (Terminate("j-ANOTHERONE01"),)),
    ):
        with pytest.raises(Refused):
            desk.service.run(request)
    assert desk.regions.opened == []


def test_a_cluster_that_has_ended_cannot_be_rehearsed(desk: Desk) -> None:
    ended = run_cluster(desk.region, up=False)
    desk.region.client("emr").terminate_job_flows(JobFlowIds=[ended])
    with pytest.raises(Refused, match="only a cluster that runs"):
        desk.service.run(RehearsalRequest(desk.ref(ended), spot_loss=0.5))
    assert all(gone(opened.pid) for opened in desk.regions.opened)


def test_yarn_that_does_not_answer_is_said(desk: Desk, cluster_id: str) -> None:
    trouble = {"cluster_id": cluster_id, "down": True}
    desk.region.control("hadoop/trouble", trouble)
    try:
        outcome = desk.service.run(RehearsalRequest(desk.ref(cluster_id), spot_loss=0.5, hours=1))
    finally:
        desk.region.control("hadoop/trouble", {"clear": True})
    assert any("could not be asked" in sentence for sentence in outcome.missing)
    assert any("unknown" in sentence for sentence in outcome.missing)


def test_a_region_that_cannot_be_started_says_why(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="nowhere-1"):
        desk.regions.open("nowhere-1")


def test_a_region_ends_with_the_process_that_started_it() -> None:
    code = (
        "import sys, time\n"
        "from hue_desktop.adapters.local.rehearsal_regions import LocalRehearsalRegions\n"
        "region = LocalRehearsalRegions().open('us-east-1')\n"
        "print(region.pid, region.directory, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid, directory = parent.stdout.readline().split()
        parent.kill()
        deadline = time.monotonic() + 20
        while (Path(directory).exists() or _runs(int(pid))) and time.monotonic() < deadline:
            parent.poll()
        assert not Path(directory).exists()
        assert not _runs(int(pid))
    finally:
        parent.kill()
        parent.communicate()


def _runs(pid: int) -> bool:
    """Whether a process runs that is no child of ours; one that nobody waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z" and os.getpid() != pid
