"""The ways to the servers: by private name through the bastion, and directly on loopback."""

from __future__ import annotations

import http.client
import json

import paramiko  # type: ignore[import-untyped]
import pytest

from tests.unit.simulator.ssh.clients import http_over, logged_in
from tests.unit.simulator.yarn.yarns import YarnRegion, ask


def test_ports_of_machines_through_the_bastion(house: YarnRegion) -> None:
    world = house.region.world

    def host(role: str) -> str:
        return world.private_dns(world.instances_by_ec2_id[house.ids(role)[0]])

    with logged_in(house.region.ssh) as client:
        for role, port, path in (
            ("MASTER", 8088, "/ws/v1/cluster/metrics"),
            ("MASTER", 9870, "/jmx"),
            ("CORE", 8042, "/ws/v1/node/info"),
            ("TASK", 8042, "/jmx"),
            ("CORE", 9864, "/jmx"),
        ):
            status, body = http_over(client, host(role), port, path)
            assert status == 200, (role, port)
            assert json.loads(body)
        for role, port in (("CORE", 8088), ("MASTER", 8042), ("TASK", 9864), ("MASTER", 8089)):
            with pytest.raises(paramiko.ChannelException, match="Connect failed"):
                http_over(client, host(role), port, "/jmx")


def test_foreign_hosts_are_not_served(house: YarnRegion) -> None:
    url = house.region.front.servers.hadoop.resource_manager_url(house.cluster_id)
    assert url.startswith("http://127.0.0.1:")
    assert ask(f"{url}/jmx", host="evil.example").status == 403
    primary = house.region.world.instances_by_ec2_id[house.ids("MASTER")[0]]
    name = house.region.world.private_dns(primary)
    assert ask(f"{url}/jmx", host=f"{name}:8088").status == 200


def test_the_control_api_tells_the_addresses(house: YarnRegion) -> None:
    listed = house.region.control("yarn")
    url = listed[house.cluster_id]["resource_manager"]
    assert ask(f"{url}/ws/v1/cluster/info").status == 200
    core = house.region.control("yarn", {"instance_id": house.ids("CORE")[0]})
    assert ask(f"{core['node_manager']}/ws/v1/node").status == 200
    assert ask(f"{core['datanode']}/jmx").status == 200
    task = house.region.control("yarn", {"instance_id": house.ids("TASK")[0]})
    assert list(task) == ["node_manager"]


def test_nothing_is_opened_for_those_who_do_not_ask(house: YarnRegion) -> None:
    directory = house.region.front.servers.directory / "hdfs"
    house.metrics()
    house.nodes()
    assert not list(directory.glob("*"))  # YARN's figures need no HDFS


def test_servers_end_with_their_cluster(house: YarnRegion) -> None:
    servers = house.region.front.servers.hadoop
    url = servers.resource_manager_url(house.cluster_id)
    assert ask(f"{url}/jmx").status == 200
    emr = house.region.client("emr")
    emr.terminate_job_flows(JobFlowIds=[house.cluster_id])
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(f"{url}/jmx")
    with pytest.raises(KeyError):
        servers.resource_manager_url(house.cluster_id)
