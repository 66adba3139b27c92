"""The bastion, reached with OpenSSH's client and with paramiko."""

from __future__ import annotations

import json
import shutil
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from hue_desktop.simulator.servers import SshAccess
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.processes import simulator_process
from tests.unit.simulator.ssh.clients import (
    host_key_of,
    http_over,
    known_hosts,
    logged_in,
    nodes,
    openssh,
    run_cluster,
)

CONNECT_FAILED = 2  #: reason code of RFC 4254, section 5.1

needs_openssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client here")


@needs_openssh
def test_openssh_logs_in_with_what_it_was_told(region: SimulatedRegion, tmp_path: Path) -> None:
    access = region.ssh
    done = openssh(access, known_hosts(access, tmp_path), "hostname")
    assert (done.returncode, done.stdout, done.stderr) == (0, "bastion\n", "")
    assert stat.S_IMODE(Path(access.key_file).stat().st_mode) == 0o600


@needs_openssh
def test_openssh_jumps_to_a_node(region: SimulatedRegion, tmp_path: Path) -> None:
    (primary,) = nodes(region, "MASTER")
    host = primary["PrivateDnsName"]
    known = known_hosts(region.ssh, tmp_path, host)
    done = openssh(region.ssh, known, "hostname", jump_to=host)
    assert (done.returncode, done.stdout) == (0, f"{host}\n")


@needs_openssh
def test_openssh_forwards_to_a_node_only_where_something_listens(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    (primary,) = nodes(region, "MASTER")
    known = known_hosts(region.ssh, tmp_path)
    done = openssh(region.ssh, known, "-v", "-W", f"{primary['PrivateDnsName']}:9999")
    assert done.returncode == 255
    assert "open failed: connect failed: Connection refused" in done.stderr
    done = openssh(region.ssh, known, "-v", "-W", "no.such.host:22")
    assert "open failed: connect failed: Name or service not known" in done.stderr


@pytest.mark.parametrize("name", ["PrivateDnsName", "PrivateIpAddress", "PublicDnsName"])
def test_webhdfs_is_reached_by_each_name_of_the_primary_node(
    region: SimulatedRegion, name: str
) -> None:
    (primary,) = nodes(region, "MASTER")
    with logged_in(region.ssh) as client:
        path = "/webhdfs/v1/?op=LISTSTATUS&user.name=hadoop"
        status, body = http_over(client, primary[name], 9870, path)
    assert status == 200
    listed = json.loads(body)["FileStatuses"]["FileStatus"]
    assert "user" in [item["pathSuffix"] for item in listed]


def test_many_channels_share_a_connection(region: SimulatedRegion) -> None:
    host = nodes(region, "MASTER")[0]["PrivateDnsName"]
    with logged_in(region.ssh) as client, ThreadPoolExecutor(8) as pool:
        path = "/webhdfs/v1/tmp?op=GETFILESTATUS"
        answers = list(pool.map(lambda _: http_over(client, host, 9870, path)[0], range(40)))
    assert answers == [200] * 40


def test_core_nodes_listen_at_their_own_ports_only(region: SimulatedRegion) -> None:
    core = nodes(region, "CORE")[0]["PrivateDnsName"]
    with logged_in(region.ssh) as client:
        assert http_over(client, core, 9864, "/")[0] < 500
        with pytest.raises(paramiko.ChannelException) as raised:
            http_over(client, core, 9870, "/")
        assert raised.value.code == CONNECT_FAILED
        assert http_over(client, core, 9864, "/")[0] < 500  # the connection goes on


def test_an_address_where_no_machine_is_times_out(region: SimulatedRegion) -> None:
    with logged_in(region.ssh) as client, pytest.raises(paramiko.ChannelException) as raised:
        http_over(client, "10.255.255.255", 80, "/")
    assert raised.value.code == CONNECT_FAILED


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_only_the_users_of_emr_log_in(region: SimulatedRegion, user: str) -> None:
    with pytest.raises(paramiko.AuthenticationException), logged_in(region.ssh, user):
        pass


def test_only_the_told_key_logs_in(region: SimulatedRegion) -> None:
    access = region.ssh
    with paramiko.Transport((access.host, access.port)) as transport:
        transport.start_client(timeout=20)
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_publickey(access.user, paramiko.RSAKey.generate(2048))
    with paramiko.Transport((access.host, access.port)) as transport:
        transport.start_client(timeout=20)
        with pytest.raises(paramiko.BadAuthenticationType):
            transport.auth_password(access.user, "secret")


@needs_openssh
def test_a_key_that_does_not_fit_is_followed_by_one_that_does(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    paramiko.RSAKey.generate(2048).write_private_key_file(str(wrong))
    known = known_hosts(region.ssh, tmp_path)
    first = openssh(replace(region.ssh, key_file=str(wrong)), known, "true")
    assert (first.returncode, "Permission denied (publickey)" in first.stderr) == (255, True)
    both = openssh(
        replace(region.ssh, key_file=str(wrong)), known, "-i", region.ssh.key_file, "true"
    )
    assert both.returncode == 0


def test_a_node_that_ends_is_reached_no_more() -> None:
    with simulated_region(paused=True) as region:
        cluster_id = run_cluster(region)
        host = nodes(region, "MASTER")[0]["PrivateDnsName"]
        with logged_in(region.ssh) as client:
            assert http_over(client, host, 9870, "/webhdfs/v1/?op=LISTSTATUS")[0] == 200
            region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
            region.jump(hours=1)
            with pytest.raises(paramiko.ChannelException) as raised:
                http_over(client, host, 9870, "/")
            assert raised.value.code == CONNECT_FAILED


def test_connections_are_cut_and_refused_on_demand(region: SimulatedRegion) -> None:
    access = region.ssh
    with logged_in(access) as client:
        assert region.control("ssh")["connections"] == 1
        transport = client.get_transport()
        assert transport is not None
        assert region.control("ssh/cut", {}) == {"cut": 1}
        transport.join(20)
        assert not transport.is_active()
    region.control("ssh/refuse", {"for_s": 600})
    with pytest.raises((paramiko.SSHException, OSError, EOFError)), logged_in(access):
        pass
    region.control("ssh/refuse", {"for_s": 0})
    with logged_in(access):
        pass


def test_the_host_key_changes_on_demand() -> None:
    with simulated_region() as region:
        before = region.ssh
        with logged_in(before) as client:
            after = region.control("ssh/host-key", {})
            assert client.exec_command("true")[1].channel.recv_exit_status() == 0
        assert after["host_key"] != before.host_key
        assert region.ssh.host_key == after["host_key"]
        with pytest.raises(paramiko.BadHostKeyException), logged_in(before):
            pass
        with logged_in(region.ssh):
            pass


def test_keys_and_ports_are_the_same_after_a_restart(tmp_path: Path) -> None:
    with simulated_region(state=tmp_path) as region:
        first, endpoint = region.ssh, region.s3_endpoint
        assert host_key_of(first).get_name() == "ssh-ed25519"
    with simulated_region(state=tmp_path) as region:
        assert (region.ssh, region.s3_endpoint) == (first, endpoint)


@needs_openssh
def test_the_command_tells_how_to_log_in(tmp_path: Path) -> None:
    with simulator_process("--ephemeral", "--scenario", "empty") as running:
        access = SshAccess(**running.facts["ssh"])
        done = openssh(access, known_hosts(access, tmp_path), "echo", "it works")
        assert done.stdout == "it works\n"


def test_one_who_says_nothing_does_not_keep_others_waiting(region: SimulatedRegion) -> None:
    with (
        socket.create_connection((region.ssh.host, region.ssh.port), timeout=20) as silent,
        logged_in(region.ssh) as client,
    ):
        assert client.exec_command("true")[1].channel.recv_exit_status() == 0
        assert silent.recv(8) == b"SSH-2.0-"
