"""SSH clients as people and programs use them: OpenSSH's, and paramiko."""

from __future__ import annotations

import base64
import http.client
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko

from hue_desktop.simulator.servers import SshAccess
from tests.simulated import SimulatedRegion

__all__ = [
    "host_key_of",
    "http_over",
    "known_hosts",
    "logged_in",
    "nodes",
    "openssh",
    "run_cluster",
]


def run_cluster(region: SimulatedRegion) -> str:
    """A cluster with a primary and two core nodes, running; its id."""
    groups = [
        {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
        for role, count in (("MASTER", 1), ("CORE", 2))
    ]
    answer = region.client("emr").run_job_flow(
        Name="ssh",
        ReleaseLabel="emr-7.1.0",
        Applications=[{"Name": "Hadoop"}],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
    )
    region.jump(minutes=30)
    cluster_id: str = answer["JobFlowId"]
    return cluster_id


def nodes(region: SimulatedRegion, role: str) -> list[dict[str, Any]]:
    """The instances of a role, of the only cluster there is."""
    emr = region.client("emr")
    (cluster,) = emr.list_clusters(ClusterStates=["WAITING"])["Clusters"]
    found: list[dict[str, Any]] = emr.list_instances(
        ClusterId=cluster["Id"], InstanceGroupTypes=[role], InstanceStates=["RUNNING"]
    )["Instances"]
    return found


def host_key_of(access: SshAccess) -> paramiko.PKey:
    """The host key that the region told."""
    return paramiko.Ed25519Key(data=base64.b64decode(access.host_key.split()[1]))


@contextmanager
def logged_in(access: SshAccess, user: str = "") -> Iterator[paramiko.SSHClient]:
    """A client that trusts the told host key only."""
    client = paramiko.SSHClient()
    key = host_key_of(access)
    client.get_host_keys().add(f"[{access.host}]:{access.port}", key.get_name(), key)
    try:
        client.connect(
            access.host,
            access.port,
            user or access.user,
            key_filename=access.key_file,
            allow_agent=False,
            look_for_keys=False,
            timeout=20,
        )
        yield client
    finally:
        client.close()


def http_over(client: paramiko.SSHClient, host: str, port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET through a forwarded channel."""
    transport = client.get_transport()
    assert transport is not None
    channel = transport.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=20)
    channel.settimeout(20)
    connection = http.client.HTTPConnection(host, port)
    connection.sock = channel
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def known_hosts(access: SshAccess, directory: Path, *hosts: str) -> Path:
    """A file that pins the told key for the bastion and for ``hosts``."""
    file = directory / "known_hosts"
    names = ",".join((f"[{access.host}]:{access.port}", *hosts))
    file.write_text(f"{names} {access.host_key}\n")
    return file


def openssh(
    access: SshAccess, known: Path, *arguments: str, jump_to: str = ""
) -> subprocess.CompletedProcess[str]:
    """OpenSSH's client with nothing but the told facts; ``jump_to``: on to that host."""
    common = ["-F", "none", "-i", access.key_file, "-o", f"UserKnownHostsFile={known}"]
    common += ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    target = [f"{access.user}@{access.host}", "-p", str(access.port)]
    if jump_to:
        proxy = " ".join(["ssh", *common, *target, "-W", "%h:%p"])
        target = ["-o", f"ProxyCommand={proxy}", f"{access.user}@{jump_to}"]
    return subprocess.run(
        ["ssh", *common, *target, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
