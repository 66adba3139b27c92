"""One cluster's readings, from value to series, alert and sentence."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hue_desktop.adapters.local.alert_rules import AlertRulesFile
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.core.alerts import Alert, AlertLevel
from hue_desktop.core.errors import AccessDenied, NotConfirmed, Unreachable
from hue_desktop.core.instances import Role
from hue_desktop.core.metrics import NodeReading, Reading, SeriesKey
from hue_desktop.core.ports import RegionClock
from hue_desktop.services.health.clocks import steady
from hue_desktop.services.health.rule_book import RuleBook
from hue_desktop.services.health.tracked import Tracked
from hue_desktop.services.health.values import Collecting
from tests.unit.services.samples import REF, cluster_of, node

BEGAN = 1_800_000_000.0
FOREVER = 1e12


class Ward:
    """A tracked cluster and a clock of five-second rounds."""

    def __init__(self, folder: Path) -> None:
        rules = resources_dir() / "alerts" / "rules.toml"
        self.book = RuleBook(AlertRulesFile(rules, folder / "alerts.toml"), lambda: None)
        self.tracked = Tracked(REF, self.book)
        self.tracked.resume(())
        self.cluster = cluster_of(2, 1)
        self.origin = steady()
        local = datetime.now(UTC)
        self.clock = RegionClock(local, datetime.fromtimestamp(BEGAN, UTC), 1.0)
        self.passed = 0.0

    def read(
        self, nodes: dict[int, dict[str, float]] | None = None, /, rounds: int = 1, **values: float
    ) -> tuple[Alert, ...]:
        """Rounds with values by metric (the first ``_`` is a dot) and of nodes by number."""
        changed: tuple[Alert, ...] = ()
        for _round in range(rounds):
            self.passed += 5.0
            reading = Reading(
                0.0,
                {name.replace("_", ".", 1): value for name, value in values.items()},
                tuple(
                    NodeReading(node(number, Role.CORE).private_dns, values=told)
                    for number, told in (nodes or {}).items()
                ),
            )
            at = self.origin + self.passed
            changed += self.tracked.take(reading, at, self.clock, self.cluster, None, 5.0, {})
        return changed

    def times(self, name: str, host: str = "") -> list[float]:
        """When a series has values, from the beginning on."""
        key = SeriesKey(name, host)
        data = self.tracked.live([key], 0, FOREVER).get(key)
        return [round(at - BEGAN) for at in data.times] if data else []


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """A cluster of a master, two core nodes and a Spot node."""
    return Ward(tmp_path)


def test_what_was_not_measured_is_not_there(ward: Ward) -> None:
    ward.read(hdfs_share=10.0, rm_heap=20.0)
    ward.read(hdfs_share=math.nan)
    ward.read(hdfs_share=30.0)
    assert ward.times("hdfs.share") == [5, 15]
    assert ward.times("rm.heap") == [5]
    assert "rm.heap" not in ward.tracked.snapshot.values, "a value of before is not one of now"
    pending = ward.tracked.pending[SeriesKey("hdfs.share")]
    assert [each.value for each in pending] == [10.0, 30.0]


def test_waiting_grows_and_starts_anew(ward: Ward) -> None:
    silent = Unreachable("Nobody answers.")
    assert [ward.tracked.fail(silent, 5.0) for _n in range(6)] == [5, 10, 20, 40, 60, 60]
    assert "tried again in 60 s" in ward.tracked.snapshot.problem
    ward.read(hdfs_share=1.0)
    assert ward.tracked.snapshot.collecting is Collecting.LIVE
    assert not ward.tracked.snapshot.problem
    assert ward.tracked.fail(silent, 5.0) == 5
    assert ward.tracked.fail(silent, 30.0) == 30, "never sooner than its turn"
    assert ward.tracked.snapshot.values == {"hdfs.share": 1.0}, "what was read last stays"


def test_refusals_wait_for_a_person(ward: Ward) -> None:
    assert ward.tracked.fail(AccessDenied("No key fits."), 5.0) == 300
    assert math.isinf(ward.tracked.fail(NotConfirmed("Not confirmed."), 5.0))
    assert "opened anew" in ward.tracked.snapshot.problem


def test_a_mean_is_judged_once_there_is_one(ward: Ward) -> None:
    assert not ward.read(rounds=29, namenode_heap=95.0), "two minutes are no mean of five"
    [alert] = ward.read(rounds=12, namenode_heap=95.0)
    assert alert.level is AlertLevel.CRITICAL
    [over] = ward.read(rounds=60, namenode_heap=50.0)[-1:]
    assert over.cleared is not None


def test_a_full_disk_is_named_and_replaced(ward: Ward) -> None:
    full = {1: {"node.disk": 91.0}, 2: {"node.disk": 40.0}}
    [alert] = ward.read(full, rounds=7, hdfs_missing=0.0, hdfs_under_replicated=0.0)
    assert alert.series.node == node(1, Role.CORE).private_dns
    verdict = ward.tracked.snapshot.verdict
    assert verdict is not None
    assert verdict.text.startswith("Disk 91\u00a0% on 1 core node; HDFS is whole")
    [worse] = ward.read({**full, 1: {"node.disk": 96.0}}, rounds=7)
    assert (worse.level, worse.since) == (AlertLevel.CRITICAL, alert.since)
    [over] = ward.read({2: {"node.disk": 40.0}})
    assert over.cleared is not None, "the node is gone, and its disk with it"


def test_an_alert_survives_what_nobody_measured(ward: Ward) -> None:
    [alert] = ward.read(hdfs_missing=2.0)
    ward.tracked.fail(Unreachable("The tunnel is down."), 5.0)
    ward.passed += 600
    assert not ward.read(rm_heap=10.0), "HDFS says nothing"
    assert ward.tracked.snapshot.alerts[0].active
    [over] = ward.read(hdfs_missing=0.0)
    assert over.since == alert.since


def test_alerts_of_an_earlier_session_go_on(ward: Ward, tmp_path: Path) -> None:
    [alert] = ward.read(hdfs_missing=2.0)
    later = Ward(tmp_path)
    later.tracked.resumed = False
    assert not later.read(hdfs_missing=2.0), "before one knows whether it is new, none is raised"
    later.passed = 3600.0
    later.tracked.resume([alert])
    assert not later.read(hdfs_missing=2.0), "it is not new"
    assert later.tracked.snapshot.alerts[0].since == alert.since
    unheard = Ward(tmp_path)
    unheard.tracked.resume([alert])
    assert not unheard.read(rm_heap=10.0), "what nobody says anything of is not over"
    assert unheard.tracked.snapshot.alerts[0].active
    again = Ward(tmp_path)
    again.tracked.resume([alert])
    assert again.read(hdfs_missing=0.0)[0].cleared is not None


def test_nodes_are_kept_more_seldom_than_shown(ward: Ward) -> None:
    host = node(1, Role.CORE).private_dns
    ward.read({1: {"node.cpu": 50.0, "hdfs.blocks": 3.0}}, rounds=25)
    assert len(ward.times("node.cpu", host)) == 25
    assert 2 <= len(ward.tracked.pending[SeriesKey("node.cpu", host)]) <= 3
    assert SeriesKey("hdfs.blocks", host) not in ward.tracked.pending


def test_a_large_cluster_keeps_no_series_of_nodes(ward: Ward) -> None:
    ward.cluster = cluster_of(201, 0)
    ward.read({number: {"node.cpu": 50.0} for number in range(1, 202)})
    assert not ward.times("node.cpu", node(1, Role.CORE).private_dns)
    assert ward.times("cpu.core") == [5]
    assert len(ward.tracked.snapshot.nodes) == 201


def test_a_clock_set_back_draws_nothing_twice(ward: Ward) -> None:
    ward.read(rounds=10, hdfs_share=1.0)
    ward.clock = RegionClock(datetime.now(UTC), datetime.fromtimestamp(BEGAN - 1800 + 20, UTC), 1.0)
    ward.read(rounds=2, hdfs_share=2.0)
    assert ward.times("hdfs.share") == sorted(set(ward.times("hdfs.share")))
    assert len(ward.times("hdfs.share")) == 2
