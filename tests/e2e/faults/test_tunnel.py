"""A cluster that only SSH leads to; the tunnel is cut again and again while files go through it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.faults.conftest import tree
from tests.e2e.faults.copier import MIB, Copier, until
from tests.e2e.faults.places import S3, Hdfs, Place
from tests.simulated import ACCESS_KEY, SECRET_KEY
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion

FILES = tree(60, 12 * MIB)

_CONNECTIONS = """
[connections.region]
profile = "region"
regions = ["us-east-1"]
aws_config_file = "{aws_config}"

[connections.region.ssh]
user = "{user}"
key_file = "{key_file}"
bastion = "{host}:{port}"
host_keys = ["[{host}]:{port} {host_key}"]
"""

_AWS_CONFIG = """
[profile region]
region = us-east-1
aws_access_key_id = {key}
aws_secret_access_key = {secret}
endpoint_url = {endpoint}
services = region

[services region]
s3 =
  endpoint_url = {s3}
"""


@pytest.fixture(autouse=True)
def cut_forwardings() -> Iterator[None]:
    """What the simulated bastion had forwarded when it was cut is left to the collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def user(house: HdfsRegion, tmp_path: Path) -> Copier:
    """Somebody who has a connection to the region, with its bastion."""
    access = house.region.ssh
    config = tmp_path / "aws_config"
    config.write_text(
        _AWS_CONFIG.format(
            key=ACCESS_KEY, secret=SECRET_KEY, endpoint=house.region.endpoint_url,
            s3=house.region.s3_endpoint,
        )
    )  # fmt: skip
    connections = _CONNECTIONS.format(aws_config=config, **access.as_json())
    return Copier(tmp_path / "user", part=5 * MIB, connections=connections)


@pytest.mark.parametrize("direction", ["from the cluster", "to the cluster"])
def test_the_tunnel_is_cut(
    house: HdfsRegion, user: Copier, s3: S3, hdfs: Hdfs, direction: str
) -> None:
    source: Place = hdfs if direction == "from the cluster" else s3
    target: Place = s3 if direction == "from the cluster" else hdfs
    source.fill("lake", FILES)
    words = [
        f"hdfs://{hdfs.root}/{name}/" if place is hdfs else place.uri(name)
        for place, name in ((source, "lake"), (target, "there"))
    ]
    process = user.start(
        "--cluster", house.cluster_id, "--route", "stream", "--bandwidth", "4M", *words
    )
    for cut in range(3):
        until(lambda least=cut * 2 * MIB: user.bytes_done() > least, process)  # type: ignore[misc]
        if cut == 1:
            house.region.control("ssh/refuse", {"for_s": 2})
        house.region.control("ssh/cut", {})
    done = user.end(process)
    assert (done.code, done.said["state"]) == (0, "done"), done
    assert target.files("there") == FILES
    assert [*source.litter(), *target.litter()] == []
