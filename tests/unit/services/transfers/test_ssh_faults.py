"""The tunnel is cut in the midst of a transfer: it is dug again, and the copy is whole."""

from __future__ import annotations

import gc
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.hadoop.opening import open_cluster_hdfs
from hue_desktop.adapters.ssh.host_keys import HostKeyFile
from hue_desktop.adapters.ssh.pool import SshPool
from hue_desktop.core.connections import SshSettings
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import TransferState
from hue_desktop.services.transfers import widths
from tests.unit.services.transfers.bench import (
    HDFS,
    MIB,
    WAIT_S,
    Stores,
    contents,
    copy,
    leftovers,
    make_tree,
    request,
    transfer_service,
)
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, hdfs_region

pytestmark = pytest.mark.slow

CUTS = 3


@pytest.fixture(scope="module")
def house() -> Iterator[HdfsRegion]:
    with hdfs_region() as running:
        yield running
    with warnings.catch_warnings():
        # what the simulated bastion had forwarded when it was cut is left to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def hdfs(house: HdfsRegion, tmp_path: Path) -> Iterator[FileSystem]:
    """The cluster's HDFS through the bastion, nodes by their private names."""
    access = house.region.ssh
    settings = SshSettings(
        user=access.user, key_file=str(access.key_file), bastion=f"{access.host}:{access.port}"
    )
    pool = SshPool(HostKeyFile(tmp_path / "known_hosts"), confirm=lambda *_host: True)
    primary = house.region.client("emr").list_instances(
        ClusterId=house.cluster_id, InstanceGroupTypes=["MASTER"]
    )["Instances"][0]["PrivateDnsName"]
    opened = open_cluster_hdfs(HDFS, pool.connector(settings), [primary], access.user)
    yield opened
    opened.close()
    pool.close()


@pytest.mark.parametrize("direction", ["down", "up"])
def test_ssh_is_cut(
    house: HdfsRegion, hdfs: FileSystem, tmp_path: Path, direction: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(widths, "PART_BYTES", MIB)
    tree = make_tree(tmp_path / "lake", 40, large=8 * MIB)
    there = Location(HDFS, f"/user/hadoop/ssh-{direction}/")
    back = tmp_path / "back"
    with transfer_service(tmp_path / "state", Stores(hdfs)) as service:
        wanted = request(tree, target=there)
        if direction == "down":
            assert copy(service, wanted).state is TransferState.DONE
            wanted = request(there.child("lake"), target=back)
        service.set_limits(bandwidth=6 * MIB)
        number = service.submit(wanted).id
        waiting = threading.Event()
        for cut in range(1, CUTS + 1):
            while (now := service.transfer(number)).progress.bytes_done < cut * MIB:
                assert not now.state.ended, now.error
                waiting.wait(0.01)
            house.region.control("ssh/cut", {})
        service.set_limits(bandwidth=0)
        done = service.wait(number, WAIT_S)
        assert done.state is TransferState.DONE, done.error
        if direction == "up":
            assert copy(service, request(there.child("lake"), target=back)).state.ended
    assert contents(back / "lake") == contents(tree)
    assert leftovers(back) == []
