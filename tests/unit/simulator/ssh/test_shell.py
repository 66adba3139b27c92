"""The commands of simulated machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import paramiko
import pytest

from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.simulator.ssh.clients import host_key_of, logged_in


class Said(NamedTuple):
    status: int
    out: str
    err: str


class Machine:
    """Runs commands on the primary node of a cluster of the demo, reached through the bastion."""

    def __init__(self, client: paramiko.SSHClient) -> None:
        self._client = client

    def run(self, command: str) -> Said:
        _, out, err = self._client.exec_command(command, timeout=20)
        said, errors = out.read().decode(), err.read().decode()
        return Said(out.channel.recv_exit_status(), said, errors)


@pytest.fixture(scope="module")
def demo() -> Iterator[SimulatedRegion]:
    with simulated_region("demo", paused=True) as region:
        yield region


@pytest.fixture(scope="module")
def primary(demo: SimulatedRegion) -> Iterator[Machine]:
    world = demo.world
    (cluster,) = [item for item in world.clusters.values() if item.name == "analytics-prod"]
    (machine,) = cluster.of_role("MASTER")[0].alive()
    host = world.private_dns(machine)
    with logged_in(demo.ssh) as bastion:
        transport = bastion.get_transport()
        assert transport is not None
        channel = transport.open_channel("direct-tcpip", (host, 22), ("127.0.0.1", 0), timeout=20)
        client = paramiko.SSHClient()
        key = host_key_of(demo.ssh)
        client.get_host_keys().add(host, key.get_name(), key)
        client.connect(
            host,
            username="hadoop",
            key_filename=demo.ssh.key_file,
            sock=channel,
            allow_agent=False,
            look_for_keys=False,
        )
        yield Machine(client)
        client.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("true", (0, "", "")),
        ("false", (1, "", "")),
        ("echo 'a  b' c", (0, "a  b c\n", "")),
        ("whoami; false", (1, "hadoop\n", "")),
        ("false && echo no", (1, "", "")),
        ("false || echo yes", (0, "yes\n", "")),
        ("rm -rf /", (127, "", "bash: line 1: rm: command not found\n")),
        ("echo 'open", (2, "", "bash: syntax error: No closing quotation\n")),
        ("echo a | cat", (2, "", "bash: pipes and redirections are not simulated\n")),
        ("", (0, "", "")),
    ],
)
def test_the_shell(primary: Machine, command: str, said: tuple[int, str, str]) -> None:
    assert primary.run(command) == said


def test_uptime_and_df(primary: Machine) -> None:
    assert re.fullmatch(
        r" \d\d:\d\d:\d\d up \d days?, +\d+:\d\d,  1 user,  load average: [\d., ]+\n",
        primary.run("uptime").out,
    )
    lines = primary.run("df -h").out.splitlines()
    assert lines[0].split()[:2] == ["Filesystem", "Size"]
    assert [line.split()[-1] for line in lines[1:]][:2] == ["/", "/mnt"]
    total, used, free = (int(word) for word in primary.run("df").out.splitlines()[1].split()[1:4])
    assert abs(total - used - free) <= 1


def test_yarn_lists_the_steps_that_run(primary: Machine, demo: SimulatedRegion) -> None:
    out = primary.run("yarn application -list").out
    emr = demo.client("emr")
    (cluster,) = [
        item for item in emr.list_clusters()["Clusters"] if item["Name"] == "analytics-prod"
    ]
    running = emr.list_steps(ClusterId=cluster["Id"], StepStates=["RUNNING"])["Steps"]
    others = [
        item
        for item in demo.world.clusters[cluster["Id"]].yarn_applications.values()
        if item.state == "RUNNING"
    ]
    assert f"tags: []):{len(running) + len(others)}\n" in out
    assert all(item.id in out for item in others)
    for step in running:
        assert step["Name"] in out


def test_a_listing_looks_like_hadoop_s(primary: Machine) -> None:
    said = primary.run("hdfs dfs -ls /")
    assert said.out.startswith("Found ")
    line = next(line for line in said.out.splitlines() if line.endswith(" /tmp"))
    assert re.fullmatch(
        r"drwxrwxrwt   - hdfs +hdfsadmingroup +0 \d{4}-\d\d-\d\d \d\d:\d\d /tmp", line
    )
    recursive = primary.run("hdfs dfs -ls -R hdfs:///user/hadoop/reports").out.splitlines()
    assert len(recursive) == 3
    assert all(line.startswith("-rw-r--r--   2 hadoop") for line in recursive)


def test_sizes_and_counts(primary: Machine) -> None:
    said = primary.run("hdfs dfs -du -s -h /user/hive/warehouse/web.db/sessions")
    assert re.fullmatch(r"6\.\d G  12\.\d G  /user/hive/warehouse/web.db/sessions\n", said.out)
    counted = primary.run("hdfs dfs -count /user/hive/warehouse/web.db/clicks_stream").out.split()
    assert counted[1] == str(24 * 12)
    assert " /user/hive\n" in primary.run("hadoop fs -du /user").out


def test_files_are_printed(primary: Machine) -> None:
    assert primary.run("hdfs dfs -cat README.md").out.startswith("# Revenue model")
    tail = primary.run("hdfs dfs -tail /user/hadoop/jobs/sessionize.py").out
    assert tail.endswith("spark.stop()\n")
    big = primary.run("hdfs dfs -cat /user/hadoop/lib/analytics-udf-1.4.2.jar")
    assert len(big.out) == 18 * 1024 * 1024


def test_tests_and_errors_have_hadoop_s_status(primary: Machine) -> None:
    assert primary.run("hdfs dfs -test -d /user/hadoop").status == 0
    assert primary.run("hdfs dfs -test -e /nothing").status == 1
    assert primary.run("hdfs dfs -test -f /user/hadoop").status == 1
    assert primary.run("hdfs dfs -ls /nothing /tmp").status == 1
    assert primary.run("hdfs dfs -ls /nothing") == (
        1,
        "",
        "ls: `/nothing': No such file or directory\n",
    )
    assert primary.run("hdfs dfs -format").status == 255
    assert primary.run("hdfs dfsadmin -report").status == 1
    assert primary.run("hdfs dfs -cat /data/finance/ledger.csv").out.startswith("order_id")


def test_a_directory_is_made(primary: Machine) -> None:
    assert primary.run("hdfs dfs -mkdir -p /tmp/made/here").status == 0
    assert primary.run("hdfs dfs -test -d /tmp/made/here").status == 0


def test_the_bastion_has_no_hadoop(demo: SimulatedRegion) -> None:
    with logged_in(demo.ssh) as client:
        machine = Machine(client)
        assert machine.run("hostname").out == "bastion\n"
        assert machine.run("hdfs dfs -ls /").status == 127
        channel = client.invoke_shell()
        assert channel.recv_exit_status() == 1
