"""Trouble with the status pages, made through the control API."""

from __future__ import annotations

import http.client
import json
import math
import time
import urllib.error
from email.utils import parsedate_to_datetime

import paramiko  # type: ignore[import-untyped]
import pytest

from tests.unit.simulator.ssh.clients import http_over, logged_in
from tests.unit.simulator.yarn.test_resource_manager import submit
from tests.unit.simulator.yarn.yarns import YarnRegion


def trouble(house: YarnRegion, **body: object) -> None:
    """Set some."""
    house.region.control("hadoop/trouble", body)


def test_a_resource_manager_that_is_down(house: YarnRegion) -> None:
    primary = house.region.world.instances_by_ec2_id[house.ids("MASTER")[0]]
    host = house.region.world.private_dns(primary)
    with logged_in(house.region.ssh) as client:
        assert http_over(client, host, 8088, "/jmx")[0] == 200
        trouble(house, cluster_id=house.cluster_id, port=8088, down=True)
        with pytest.raises(paramiko.ChannelException, match="Connect failed"):
            http_over(client, host, 8088, "/jmx")
        with pytest.raises((OSError, http.client.HTTPException)):
            house.metrics()
        assert http_over(client, host, 9870, "/jmx")[0] == 200
        trouble(house, clear=True)
        assert http_over(client, host, 8088, "/jmx")[0] == 200


def test_trouble_ends_by_itself(house: YarnRegion) -> None:
    trouble(house, port=8088, path="/ws/*", status=503, message="standby", count=1)
    answer = house.rm("/metrics")
    assert (answer.status, answer.body) == (503, b"standby")
    assert house.rm("/metrics").status == 200
    trouble(house, port=8088, status=500, for_s=0.05)
    until = time.monotonic() + 10
    while house.rm("/metrics").status != 200:
        assert time.monotonic() < until
    assert house.region.control("hadoop/trouble") == {"trouble": 0}


def test_slow_answers(house: YarnRegion) -> None:
    house.metrics()
    trouble(house, port=8088, path="*/metrics", delay_ms=300, count=1)
    began = time.monotonic()
    house.metrics()
    assert time.monotonic() - began >= 0.3


def test_broken_connections_and_garbage(house: YarnRegion) -> None:
    trouble(house, path="/jmx", down=True, count=1)
    with pytest.raises((OSError, urllib.error.URLError)):
        house.namenode("FSNamesystem")
    trouble(house, path="/jmx", garbage=True, count=1)
    with pytest.raises(json.JSONDecodeError):
        house.namenode("FSNamesystem")
    assert house.namenode("FSNamesystem")["NumLiveDataNodes"] == 3


def test_beans_and_members_that_are_absent(house: YarnRegion) -> None:
    trouble(house, port=9870, without=["FSNamesystem", "LiveNodes"])
    assert "LiveNodes" not in house.namenode("NameNodeInfo")
    assert house.namenode("FSNamesystemState")["NumLiveDataNodes"] == 3
    with pytest.raises(ValueError, match="not enough values"):
        house.namenode("FSNamesystem")
    trouble(house, clear=True)
    trouble(house, port=8088, without=["resourceUtilization"])
    assert all("resourceUtilization" not in node for node in house.nodes())


def test_numbers_that_are_none_and_values_of_another_type(house: YarnRegion) -> None:
    submit(house, containers=4, for_s=600)
    trouble(house, nan=["MemHeap*", "nodeCPUUsage"], values={"BlocksTotal": "17", "totalMB": None})
    assert house.namenode("JvmMetrics")["MemHeapUsedM"] == "NaN"  # as Jackson writes it
    assert house.namenode("FSNamesystem")["BlocksTotal"] == "17"
    assert house.metrics()["totalMB"] is None
    usage = house.nodes()[0]["resourceUtilization"]
    assert math.isnan(usage["nodeCPUUsage"])  # as Jettison writes it
    assert usage["nodePhysicalMemoryMB"] > 0


def test_a_clock_that_is_wrong(house: YarnRegion) -> None:
    submit(house, for_s=600)
    right, (before,) = house.rm("/metrics"), house.apps()
    trouble(house, port=8088, skew_s=-420)
    wrong, (after,) = house.rm("/metrics"), house.apps()
    dates = [parsedate_to_datetime(answer.headers["Date"]) for answer in (right, wrong)]
    assert (dates[0] - dates[1]).total_seconds() == 420
    assert before["startedTime"] - after["startedTime"] == 420_000
    assert after["finishedTime"] == 0
    at = dates[0].timestamp()
    assert at == pytest.approx(house.region.world.at, abs=1)


@pytest.mark.parametrize(
    "body",
    [
        {"prot": 8088},
        {"port": "8088"},
        {"delay_ms": -1},
        {"nan": "MemHeapUsedM"},
        {"values": ["totalMB"]},
    ],
)
def test_trouble_that_makes_no_sense(house: YarnRegion, body: dict[str, object]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        trouble(house, **body)
    with refused.value as answer:
        assert answer.status == 400


def test_applications_that_make_no_sense(house: YarnRegion) -> None:
    for body in ({"cluster_id": "j-NONE"}, {"cluster_id": house.cluster_id, "for_s": "long"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            house.region.control("yarn/application", body)
        with refused.value as answer:
            assert answer.status == 400
