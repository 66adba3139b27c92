"""A cluster in trouble between HDFS and S3: DataNodes end, disks fill up, the tunnel is cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import S3, Hdfs, Place
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

FILES = tree(30, 16 * MIB)


@pytest.fixture
def healing(house: HdfsRegion) -> Iterator[None]:
    """All DataNodes run, with room, when the test has ended."""
    yield
    house.control("hdfs/disk", full=False)
    for node in house.state()["datanodes"]:
        house.control("hdfs/datanode", instance_id=node["instance_id"], running=True)


@pytest.mark.usefixtures("healing")
@pytest.mark.parametrize("direction", ["read", "write"])
def test_a_data_node_dies_in_the_midst(
    house: HdfsRegion, tmp_path: Path, s3: S3, hdfs: Hdfs, direction: str
) -> None:
    source: Place = hdfs if direction == "read" else s3
    target: Place = s3 if direction == "read" else hdfs
    source.fill("lake", FILES)
    copier = Copier(tmp_path / "user", house.region.s3_endpoint,
                    part=5 * MIB if direction == "read" else MIB)  # fmt: skip
    process = copier.start("--bandwidth", "8M", source.uri("lake"), target.uri("there"))
    until(lambda: copier.bytes_done() >= MIB, process)
    node = house.state()["datanodes"][0]["instance_id"]
    house.control("hdfs/datanode", instance_id=node, running=False)
    house.control("hdfs/cut")
    done = copier.end(process)
    house.control("hdfs/datanode", instance_id=node, running=True)  # for the reader below
    assert (done.code, done.said["state"]) == (0, "done"), done
    assert target.files("there") == FILES
    assert target.litter() == []


@pytest.mark.usefixtures("healing")
def test_the_cluster_fills_up_in_the_midst(
    house: HdfsRegion, tmp_path: Path, s3: S3, hdfs: Hdfs
) -> None:
    s3.fill("lake", FILES)
    copier = Copier(tmp_path / "user", house.region.s3_endpoint, part=MIB)
    process = copier.start("--bandwidth", "8M", s3.uri("lake"), hdfs.uri("there"))
    until(lambda: copier.bytes_done() >= MIB, process)
    house.control("hdfs/disk", full=True)
    done = copier.end(process)
    assert (done.code, done.said["state"]) == (1, "failed"), done
    assert "large.bin" in done.failed
    found = hdfs.files("there")
    assert found == {name: data for name, data in FILES.items() if name not in done.failed}
    assert hdfs.litter() == []
    house.control("hdfs/disk", full=False)
    again = copier.run("--resume", str(done.said["id"]))
    assert (again.code, again.said["state"]) == (0, "done"), again
    assert hdfs.files("there") == FILES
    assert hdfs.litter() == []
