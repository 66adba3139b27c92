"""The way from a connection to a cluster's files, through the bastion of a simulated region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.connections import Connection, SshSettings
from hue_desktop.core.errors import AccessDenied, ProtocolError, Unreachable
from hue_desktop.core.ports import RegionAccess
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.services.connections import Check, CheckState
from hue_desktop.services.connections.primary import primary_of
from hue_desktop.services.connections.reach_checks import check_reach
from hue_desktop.wiring.reach import Reach
from tests.contract.file_systems.place import BytesSource
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import connection_to, open_doors, run_cluster


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region with a cluster that waits."""
    with simulated_region(paused=True) as running:
        run_cluster(running)
        yield running


@pytest.fixture
def connection(region: SimulatedRegion, tmp_path: Path) -> Connection:
    """To the region, through its bastion."""
    access = region.ssh
    ssh = SshSettings(
        user=access.user,
        key_file=str(access.key_file),
        bastion=f"{access.host}:{access.port}",
        host_keys=(access.host_key,),
    )
    return replace(connection_to(region, tmp_path), ssh=ssh)


@pytest.fixture
def doors(connection: Connection) -> Iterator[RegionAccess]:
    """To the region's EMR."""
    opened = open_doors(connection, connection.regions[0])
    yield opened
    opened.close()


@pytest.fixture
def reach(connection: Connection, doors: RegionAccess, tmp_path: Path) -> Iterator[Reach]:
    """The ways of that connection."""
    opened = Reach(
        lambda _name: connection, lambda _name, _region: doors.emr, tmp_path / "known_hosts"
    )
    yield opened
    opened.close()


def _store(region: SimulatedRegion, doors: RegionAccess) -> StoreId:
    [cluster] = doors.emr.list_clusters(active_only=True)
    return StoreId(StoreKind.HDFS, "test", region.name, cluster.id)


def test_a_clusters_files_are_read_and_written(
    region: SimulatedRegion, doors: RegionAccess, reach: Reach
) -> None:
    store = _store(region, doors)
    fs = reach.hdfs(store)
    location = Location(store, "/tmp/from here/ü")
    fs.put(location, BytesSource(b"through the tunnel"), overwrite=False)
    source = fs.open(location)
    room = memoryview(bytearray(100))
    assert bytes(room[: source.readinto(room)]) == b"through the tunnel"
    names = [name for page in fs.list(location.parent()) for name in page.names]
    assert names == ["ü"]
    assert fs.stat(location).details["owner"] == "hadoop", "as the connection's SSH user"
    fs.close()


def test_a_cluster_without_nodes_says_so(region: SimulatedRegion, doors: RegionAccess) -> None:
    cluster_id = run_cluster(region, name="starting", up=False)
    try:
        with pytest.raises(Unreachable, match="starting has no primary node that is up"):
            primary_of(doors.emr, cluster_id)
    finally:
        region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
        region.jump(minutes=30)


def test_hosts_that_nobody_confirms_are_not_reached(
    region: SimulatedRegion, connection: Connection, doors: RegionAccess, reach: Reach
) -> None:
    open_to_all = replace(connection, ssh=replace(connection.ssh, host_keys=()))
    primary = primary_of(doors.emr, _store(region, doors).cluster_id)
    with pytest.raises(AccessDenied, match="not known yet"):
        reach.log_in(open_to_all, primary)
    asked: list[str] = []

    def confirm(host: str, fingerprint: str) -> bool:
        asked.append(host)
        return fingerprint.startswith("SHA256:")

    reach.ask_with(confirm)
    assert "lets hadoop in" in reach.log_in(open_to_all, primary)
    assert asked == [connection.ssh.bastion]


def _checks(connection: Connection, doors: RegionAccess, reach: Reach) -> list[Check]:
    return list(check_reach(lambda: connection, lambda _region: doors, reach))


def test_the_check_up_dials_each_port(
    connection: Connection, doors: RegionAccess, reach: Reach
) -> None:
    checks = _checks(connection, doors, reach)
    assert "lets hadoop in" in checks[0].text
    found = {check.name: check.state for check in checks[1:]}
    assert found["HDFS (WebHDFS at the NameNode)"] is CheckState.OK
    assert CheckState.FAILED not in found.values(), "a cluster may do without the others"


def test_the_check_up_stops_where_the_way_ends(
    connection: Connection, doors: RegionAccess, reach: Reach
) -> None:
    wrong = replace(connection.ssh, user="nobody-here")
    [failed] = _checks(replace(connection, ssh=wrong), doors, reach)
    assert failed.state is CheckState.FAILED
    assert "accepts none of the keys" in failed.text
    assert failed.remedy


def test_without_any_ssh_settings_the_check_up_has_no_complaint(
    connection: Connection,
    doors: RegionAccess,
    reach: Reach,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever only looks at S3 needs no key; what is missing is said."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    bare = replace(connection, ssh=replace(connection.ssh, key_file=""))
    [found] = _checks(bare, doors, reach)
    assert "no key file for this connection" in found.text
    assert "EC2 key pair" in found.remedy


def test_a_namenode_may_be_named_directly(
    region: SimulatedRegion, doors: RegionAccess, reach: Reach
) -> None:
    cluster_id = _store(region, doors).cluster_id
    url = region.control("hdfs")[cluster_id]["webhdfs"]
    authority = url.removeprefix("http://").rstrip("/")
    fs = reach.hdfs(StoreId(StoreKind.HDFS, authority=authority, protocol="webhdfs"))
    assert fs.stat(Location(fs.store, "/tmp/")).is_folder
    fs.close()
    wrong = reach.hdfs(StoreId(StoreKind.HDFS, authority=authority, protocol="hdfs"))
    with pytest.raises(ProtocolError, match="does not speak Hadoop’s RPC"):
        wrong.stat(Location(wrong.store, "/"))
    wrong.close()
