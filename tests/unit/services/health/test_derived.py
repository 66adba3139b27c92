"""What follows from readings: names of nodes, means by role, sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from hue_desktop.core.alert_rules import Finding
from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.instances import InstanceType, Market, Role
from hue_desktop.core.metrics import NodeReading, Reading, SeriesKey
from hue_desktop.services.health.derived import (
    against_machines,
    cluster_values,
    node_readings,
    series_of,
)
from hue_desktop.services.health.values import Collecting
from hue_desktop.services.health.wording import alert_text, verdict_of
from tests.unit.services.samples import cluster_of, node

FULL = AlertRule("core-disk", "node.disk", "Full", 90.0, 95.0, per_node=True)


def _cluster() -> ClusterSnapshot:
    """A master, two core nodes, a Spot and an on-demand task node."""
    found = cluster_of(2, 1)
    more = replace(node(9, Role.TASK, Market.ON_DEMAND), private_ip="10.0.0.9")
    return replace(found, instances=(*(found.instances or ()), more))


def _name(number: int) -> str:
    return node(number, Role.CORE).private_dns


def test_nodes_go_by_emrs_names() -> None:
    reading = Reading(
        0.0,
        nodes=(
            NodeReading(_name(1).upper(), "RUNNING", values={"node.cpu": 10.0}),
            NodeReading("IP-10-0-0-2", "RUNNING", values={"node.cpu": 20.0}),
            NodeReading("10.0.0.9", "RUNNING", values={"node.cpu": 30.0}),
            NodeReading(f"{_name(1)}.:9866", values={"node.disk": 50.0}),
            NodeReading("elsewhere.example", values={"node.disk": 1.0}),
        ),
    )
    found = node_readings(reading, _cluster())
    assert set(found) == {_name(1), _name(2), _name(9), "elsewhere.example"}
    assert found[_name(1)].values == {"node.cpu": 10.0, "node.disk": 50.0}
    assert found[_name(1)].state == "RUNNING"
    assert node_readings(reading, None), "without the list of nodes they keep their own names"


def test_means_by_role() -> None:
    nodes = {
        _name(1): NodeReading(_name(1), values={"node.cpu": 10.0, "node.disk": 50.0}),
        _name(2): NodeReading(_name(2), values={"node.cpu": 30.0, "node.disk": 92.0}),
        _name(3): NodeReading(_name(3), values={"node.cpu": 80.0, "node.disk": 99.0}),
        _name(9): NodeReading(_name(9), values={"node.cpu": math.nan}),
    }
    values = cluster_values(Reading(0.0, {"x": math.nan, "y": 1.0}), nodes, _cluster(), 3.5)
    assert values["cpu.core"] == 20.0
    assert values["cpu.task_spot"] == 80.0
    assert "cpu.task_on_demand" not in values, "nobody measured one"
    assert values["node.cpu"] == 40.0
    assert values["node.disk.fullest"] == 92.0, "of the core nodes"
    assert values["cost.usd_hour"] == 3.5
    assert "x" not in values


def test_machines_are_larger_than_what_yarn_gives_away() -> None:
    told = {"node.processors": 2.0, "node.cpu": 25.0, "node.memory.used": 4 * 1024**3}
    nodes = {_name(1): NodeReading(_name(1), values={**told, "node.memory": 100.0})}
    sizes = {"m5.xlarge": InstanceType("m5.xlarge", 4, 16.0)}
    found = against_machines(nodes, _cluster(), sizes)[_name(1)].values
    assert (found["node.cpu"], found["node.memory"]) == (50.0, 25.0)
    assert against_machines(nodes, _cluster(), {}) == nodes


def test_series_hold_what_charts_know() -> None:
    nodes = {"n": NodeReading("n", values={"node.cpu": 1.0, "node.processors": 2.0})}
    assert series_of({"hdfs.share": 3.0}, nodes) == {
        SeriesKey("hdfs.share"): 3.0,
        SeriesKey("node.cpu", "n"): 1.0,
    }


def _alert(level: AlertLevel = AlertLevel.WARN, **more: object) -> Alert:
    found = Alert(FULL, level, SeriesKey("node.disk", "a"), 92.0, 0.0, nodes=("a",))
    return replace(found, **more)  # type: ignore[arg-type]


def test_the_sentence_of_an_alert() -> None:
    finding = Finding(FULL, AlertLevel.WARN, 92.0, 0.0, ("a", "b"))
    assert alert_text(finding) == "Disk 92\u00a0% on 2 core nodes; a warning from 90\u00a0%."


def test_one_sentence_says_why() -> None:
    whole = {"hdfs.missing": 0.0, "hdfs.under_replicated": 0.0}
    verdict = verdict_of(Collecting.LIVE, "", whole, [_alert()])
    assert verdict is not None
    assert (verdict.level, verdict.title) == (AlertLevel.WARN, "Attention")
    assert verdict.text == (
        "Disk 92\u00a0% on 1 core node; HDFS is whole: no missing or under-replicated blocks."
    )
    hurt = verdict_of(Collecting.LIVE, "", {**whole, "hdfs.missing": 2.0}, [_alert()])
    assert hurt is not None
    assert "whole" not in hurt.text
    unknown = verdict_of(Collecting.LIVE, "", {"hdfs.missing": 0.0}, [_alert()])
    assert unknown is not None
    assert "whole" not in unknown.text, "what was not measured is not claimed"


@pytest.mark.parametrize(
    ("collecting", "values", "level"),
    [
        (Collecting.BROKEN, {"hdfs.share": 1.0}, AlertLevel.UNKNOWN),
        (Collecting.CONNECTING, {}, AlertLevel.UNKNOWN),
        (Collecting.LIVE, {"hdfs.share": 1.0}, AlertLevel.OK),
        (Collecting.PARTLY, {"hdfs.share": 1.0}, AlertLevel.WARN),
    ],
)
def test_the_verdict_without_alerts(
    collecting: Collecting, values: dict[str, float], level: AlertLevel
) -> None:
    verdict = verdict_of(collecting, "The tunnel is down.", values, [_alert(muted_until=9.0)])
    assert verdict is not None
    assert verdict.level is level
    assert verdict_of(Collecting.OFF, "", {}, []) is None
