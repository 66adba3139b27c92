"""The servers of all clusters: nothing before the first use, everything after a restart."""

from __future__ import annotations

from pathlib import Path

from hue_desktop.simulator.hadoop.seeds import Seed, load
from tests.simulated import simulated_region
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, WebHdfs, hdfs_region, run_cluster


def test_clusters_that_nobody_looks_into_have_nothing_on_disk(tmp_path: Path) -> None:
    with simulated_region("demo", state=tmp_path) as region:
        urls = region.control("hdfs")
        assert len(urls) == 5
        assert not list(tmp_path.glob("hdfs/*"))
        first = next(iter(urls))
        assert WebHdfs(urls[first]["webhdfs"]).names("/")
        assert [item.name for item in tmp_path.glob("hdfs/*")] == [first]


def test_files_are_there_after_a_restart_and_gone_with_the_cluster(tmp_path: Path) -> None:
    with hdfs_region(state=tmp_path) as before:
        cluster_id = before.cluster_id
        before.web().put("/user/hadoop/kept", b"kept")
        before.control("hdfs/disk", full=True)
    with simulated_region(state=tmp_path, paused=True) as region:
        after = HdfsRegion(region, cluster_id)
        assert after.web().get("/user/hadoop/kept") == b"kept"
        assert all(node["full"] for node in after.state()["datanodes"])
        emr = region.client("emr")
        emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=False)
        emr.terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(minutes=30)
    with simulated_region(state=tmp_path, paused=True):
        assert not list(tmp_path.glob("hdfs/*"))


def test_a_reset_empties_hdfs_too() -> None:
    with hdfs_region() as house:
        house.web().put("/user/hadoop/f", b"x")
        directory = house.hdfs.directory
        house.region.control("reset", {})
        assert house.region.control("hdfs") == {}
        assert not directory.exists()
        again = HdfsRegion(house.region, run_cluster(house.region))
        assert again.web().names("/user/hadoop") == []


def test_seeds_make_what_they_say(house: HdfsRegion, web: WebHdfs, place: str) -> None:
    seeds = [
        Seed(f"{place}/deep/er", mode=0o1777, owner="ana", mtime=5000, acl=("user:bob:r-x",)),
        Seed(f"{place}/deep/file", data=b"bytes", mtime=1000, group="staff"),
        Seed(f"{place}/hole", size=5 << 30, replication=3),
        Seed(f"{place}/wide", data=b"x" * 10, replication=9),
    ]
    with house.hdfs.session() as hdfs:
        load(hdfs, seeds)
        load(hdfs, seeds)  # what is there is left alone
        assert hdfs.blocks.health().lacking == 1
    assert web.get(f"{place}/deep/file") == b"bytes"
    status = web.status(f"{place}/deep/file")
    assert (status["modificationTime"], status["group"]) == (1000, "staff")
    assert web.status(f"{place}/deep/er")["permission"] == "1777"
    assert web.status(f"{place}/hole")["length"] == 5 << 30
    assert web.get(f"{place}/hole", offset=(5 << 30) - 3) == bytes(3)
    with house.hdfs.session() as hdfs:
        hole = hdfs.tree.locate(f"{place}/hole").file()
        taken = sum(hdfs.files.path(block.id).stat().st_blocks for block in hole.blocks)
    assert len(hole.blocks) == 40
    assert taken * 512 < 1 << 20
