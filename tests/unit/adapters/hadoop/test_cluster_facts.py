"""DataNodes from JMX and containers from YARN, as servers of several versions tell them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.hdfs_facts import facts_of_beans, facts_of_report
from hue_desktop.adapters.hadoop.protobuf import pack, unpack
from hue_desktop.adapters.hadoop.yarn_work import YarnWork
from hue_desktop.core.errors import HueError, ProtocolError
from hue_desktop.core.shrink import AdminState
from hue_desktop.core.shrink.ports import WorkFacts
from tests.unit.adapters.hadoop.scripted import metrics, scripted_server


def live(**more: Any) -> dict[str, Any]:
    told = {
        "xferaddr": "10.0.0.1:9866", "lastContact": 1, "usedSpace": 500, "adminState": "In Service",
        "nonDfsUsedSpace": 100, "capacity": 1000, "numBlocks": 3, "remaining": 400,
    }  # fmt: skip
    return {**told, **more}


def beans(nodes: object, dead: object = "{}", **more: Any) -> dict[str, dict[str, Any]]:
    info = {"LiveNodes": nodes, "DeadNodes": dead, "Safemode": "", **more}
    return {"NameNodeInfo": info, "FSNamesystem": {"BlocksTotal": 12, "FilesTotal": 5}}


def test_datanodes_by_jmx() -> None:
    nodes = {
        "IP-10-0-0-1.ec2.internal:9866": live(),
        "ip-10-0-0-2.ec2.internal:9866": live(
            xferaddr="10.0.0.2:9866", adminState="Decommission In Progress", remaining="NaN"
        ),
    }
    dead = {"ip-10-0-0-3.ec2.internal:9866": {"lastContact": 900, "xferaddr": "10.0.0.3:9866"}}
    facts = facts_of_beans(beans(json.dumps(nodes), json.dumps(dead), Safemode="Safe mode is ON."))
    first, second, third = facts.nodes
    assert first.name == "ip-10-0-0-1.ec2.internal"
    assert (first.ip, first.port, first.capacity, first.remaining) == ("10.0.0.1", 9866, 1000, 400)
    assert second.state is AdminState.DECOMMISSIONING
    assert second.remaining is None
    assert third.state is AdminState.DEAD
    assert third.last_contact_s == 900
    assert (facts.files, facts.blocks, facts.safe_mode) == (5, 12, "Safe mode is ON.")


def test_datanodes_of_one_host_are_told_apart() -> None:
    nodes = {"h:1": live(xferaddr="127.0.0.1:1"), "h:2": live(xferaddr="127.0.0.1:2")}
    assert [each.name for each in facts_of_beans(beans(nodes)).nodes] == ["h:1", "h:2"]


def test_a_namenode_without_datanodes_in_its_beans_is_odd() -> None:
    with pytest.raises(ProtocolError):
        facts_of_beans(beans("no JSON"))


def test_the_report_of_rpc_with_jmx_beside() -> None:
    def info(number: int, state: int = 0) -> bytes:
        one = pack(((1, f"10.0.0.{number}"), (2, f"IP-{number}"), (3, "u"), (4, 9866)))
        return pack(((1, one), (2, 1000), (3, 500), (4, 400), (9, 100), (10, state)))

    report = unpack(pack(((1, info(1)), (1, info(2, 1)), (1, info(3)))))
    dead = unpack(pack(((1, info(3)),)))
    told = facts_of_beans(beans({"ip-1:9866": live(lastContact=7)}))
    facts = facts_of_report(report, dead, told, 2)
    assert [node.state for node in facts.nodes] == [
        AdminState.IN_SERVICE,
        AdminState.DECOMMISSIONING,
        AdminState.DEAD,
    ]
    assert facts.nodes[0].last_contact_s == 7
    assert facts.nodes[0].other == 100
    assert (facts.replication, facts.blocks) == (2, 12)


def app(number: int, elapsed_s: int) -> dict[str, Any]:
    return {
        "id": f"application_1_000{number}",
        "elapsedTime": elapsed_s * 1000,
        "amHostHttpAddress": "ip-1.ec2.internal:8042",
    }


def resource_manager() -> dict[str, Any]:
    nodes = [
        {"nodeHostName": "IP-1.ec2.internal", "numContainers": 3},
        {"nodeHostName": "ip-2.ec2.internal", "numContainers": 0},
    ]
    return {
        "/ws/v1/cluster/metrics": metrics(),
        "/ws/v1/cluster/nodes": {"nodes": {"node": nodes}},
        "/ws/v1/cluster/apps": {"apps": {"app": [app(1, 840), app(2, 60)]}},
    }


def work_of(answers: dict[str, Any]) -> WorkFacts:
    with scripted_server(answers) as server:
        yarn = YarnWork(DirectConnector(), ["127.0.0.1"], [server.port], timeout_s=5)
        try:
            return yarn.read()
        finally:
            yarn.close()


def test_ages_of_containers_where_yarn_tells_them() -> None:
    answers = resource_manager()
    for number, elapsed in ((1, 600), (2, 30)):
        base = f"/ws/v1/cluster/apps/application_1_000{number}/appattempts"
        attempt = f"appattempt_1_000{number}_000001"
        answers[base] = {"appAttempts": {"appAttempt": [{"id": 1, "appAttemptId": attempt}]}}
        container = {
            "elapsedTime": elapsed * 1000,
            "nodeHttpAddress": "http://ip-1.ec2.internal:8042",
        }
        answers[f"{base}/{attempt}/containers"] = {"container": [container]}
    work = work_of(answers)
    assert work.containers == {"ip-1.ec2.internal": 3, "ip-2.ec2.internal": 0}
    assert work.longest_s == {"ip-1.ec2.internal": 600}
    assert work.application_masters == {"ip-1.ec2.internal": 2}
    assert not work.estimated


def test_else_the_oldest_application_bounds_them() -> None:
    work = work_of(resource_manager())
    assert work.longest_s == {"ip-1.ec2.internal": 840}
    assert work.estimated


def test_a_resource_manager_that_is_none() -> None:
    with pytest.raises(HueError):
        work_of({"/ws/v1/cluster/metrics": {"other": 1}})
