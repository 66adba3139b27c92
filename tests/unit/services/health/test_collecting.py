"""Collecting a running cluster: live, through trouble, and back without a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.alerts import AlertLevel, AlertRule
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.instances import Role
from hue_desktop.core.metrics import SeriesKey
from hue_desktop.services.health import Collecting, EventKind
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.health.watching import Ward, open_ward
from tests.unit.services.house import run_cluster

SHARE = SeriesKey("hdfs.share")
FOREVER = 1e12


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region for all tests of this file."""
    with simulated_region() as running:
        yield running


@pytest.fixture
def cluster_id(region: SimulatedRegion) -> Iterator[str]:
    """A cluster that waits."""
    found = run_cluster(region)
    yield found
    region.client("emr").terminate_job_flows(JobFlowIds=[found])


@pytest.fixture
def ward(region: SimulatedRegion, cluster_id: str, tmp_path: Path) -> Iterator[Ward]:
    """The services over the region."""
    with open_ward(region, tmp_path) as opened:
        yield opened


@pytest.fixture
def ref(ward: Ward, cluster_id: str) -> ClusterRef:
    """The cluster, watched."""
    found = ward.house.ref(cluster_id)
    ward.house.cluster(cluster_id, lambda cluster: cluster.instances and cluster.cluster)
    ward.health.watch(found)
    return found


def _live(snapshot: object) -> bool:
    return getattr(snapshot, "collecting", None) is Collecting.LIVE


def test_a_cluster_comes_alive(region: SimulatedRegion, ward: Ward, ref: ClusterRef) -> None:
    snapshot = ward.until(ref, _live)

    assert snapshot.values["yarn.nodes.live"] == 7
    assert snapshot.values["hdfs.nodes.live"] == 4
    assert snapshot.values["cost.usd_hour"] > 0
    cluster = ward.house.fleet.snapshot().clusters[ref]
    workers = {n.private_dns for n in cluster.nodes() if n.role is not Role.MASTER}
    assert set(snapshot.nodes) == workers, "by EMR's names"
    assert snapshot.verdict is not None
    assert snapshot.verdict.level is AlertLevel.OK
    assert snapshot.read_at is not None
    assert abs(snapshot.read_at - region.clock.now().timestamp()) < 3

    ward.readings(ref, 4)
    core = next(n.private_dns for n in cluster.nodes(Role.CORE))
    keys = [SHARE, SeriesKey("node.disk", core), SeriesKey("no.such")]
    found = ward.health.live(ref, keys, 0, FOREVER)
    assert set(found) == set(keys[:2])
    assert len(found[SHARE].times) >= 3
    assert list(found[SHARE].times) == sorted(found[SHARE].times)


def test_a_tunnel_that_drops_leaves_a_gap_and_mends(
    ward: Ward, ref: ClusterRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hue_desktop.services.health.tracked.BACK_OFF_S", (0.2,))
    ward.until(ref, _live)
    ward.tunnel.down()
    broken = ward.until(ref, lambda now: now.collecting is Collecting.BROKEN)
    assert "hdfs.share" in broken.values, "what was read last stays, with its time"
    assert broken.problem
    assert broken.verdict is not None
    assert broken.verdict.level is AlertLevel.UNKNOWN
    last = ward.health.live(ref, [SHARE], 0, FOREVER)[SHARE].times[-1]
    ward.until(
        ref, lambda _now: sum(c.snapshot.collecting is Collecting.BROKEN for c in ward.changes) > 1
    )
    assert ward.health.live(ref, [SHARE], 0, FOREVER)[SHARE].times[-1] == last, "nothing invented"

    ward.tunnel.up()
    ward.until(ref, _live)
    ward.readings(ref, 2)
    data = ward.health.live(ref, [SHARE], 0, FOREVER)[SHARE]
    after = next(at for at in data.times if at > last)
    assert after - last > data.gap_s, "drawn as a gap"


def test_a_namenode_in_safe_mode(region: SimulatedRegion, ward: Ward, ref: ClusterRef) -> None:
    rules = [
        replace(rule, hold_s=0.0) if rule.key == "safe-mode" else rule
        for rule in ward.health.rules()
    ]
    ward.health.set_rules(rules)
    ward.until(ref, _live)
    region.control("hdfs/safe-mode", {"cluster_id": ref.cluster_id, "on": True})
    snapshot = ward.until(ref, lambda now: now.alerts)
    assert snapshot.safe_mode
    [alert] = snapshot.alerts
    assert alert.rule.key == "safe-mode"
    assert alert.level is AlertLevel.CRITICAL
    assert snapshot.verdict is not None
    assert "HDFS is in safe mode" in snapshot.verdict.text

    ward.health.mute(ref, "safe-mode", alert.since + 3600)
    quiet = ward.until(ref, lambda now: now.alerts[0].muted_until)
    assert quiet.verdict is not None
    assert quiet.verdict.level is AlertLevel.OK

    region.control("hdfs/safe-mode", {"cluster_id": ref.cluster_id, "on": False})
    over = ward.until(ref, lambda now: not now.alerts[0].active)
    assert over.alerts[0].cleared is not None
    cluster = ward.house.fleet.snapshot().clusters[ref]
    told = [e for e in ward.health.events(cluster) if e.kind is EventKind.ALERT]
    assert [event.text for event in told] == ["Over: HDFS is in safe mode", "HDFS is in safe mode."]
    assert [each.rule.key for each in ward.health.alerts(ref, 0, FOREVER)] == ["safe-mode"]
    assert any(change.alerts for change in ward.changes)


def test_a_lost_data_node(region: SimulatedRegion, ward: Ward, ref: ClusterRef) -> None:
    ward.until(ref, _live)
    cluster = ward.house.fleet.snapshot().clusters[ref]
    victim = cluster.nodes(Role.CORE)[0]
    body = {"cluster_id": ref.cluster_id, "instance_id": victim.id, "running": False}
    region.control("hdfs/datanode", body)
    region.jump(minutes=15)
    snapshot = ward.until(ref, lambda now: now.values.get("hdfs.nodes.dead") == 1)
    assert snapshot.values["hdfs.nodes.dead_share"] == 25.0
    alerts = ward.until(ref, lambda now: now.alerts, timeout_s=60).alerts
    assert "data-nodes-lost" in {alert.rule.key for alert in alerts}


def test_a_clock_that_jumps(region: SimulatedRegion, ward: Ward, ref: ClusterRef) -> None:
    ward.until(ref, _live)
    region.jump(hours=1)
    now = region.clock.now().timestamp()
    ward.until(ref, lambda told: told.read_at is not None and told.read_at > now - 5)
    data = ward.health.live(ref, [SHARE], 0, FOREVER)[SHARE]
    assert list(data.times) == sorted(data.times)
    assert data.times[-1] < region.clock.now().timestamp() + 5


def test_a_cluster_that_ends(region: SimulatedRegion, ward: Ward, ref: ClusterRef) -> None:
    ward.until(ref, _live)
    ward.readings(ref, 2)
    region.client("emr").terminate_job_flows(JobFlowIds=[ref.cluster_id])
    region.jump(minutes=15)
    ended = ward.until(ref, lambda now: now.collecting is Collecting.ENDED)
    assert ended.values
    now = region.clock.now().timestamp()
    found = ward.health.history(ref, [SHARE], now - 7200, now)
    assert found[SHARE].times, "what was recorded can be seen"


def test_history_is_kept_and_cloudwatch_fills_in(
    region: SimulatedRegion, ward: Ward, ref: ClusterRef
) -> None:
    ward.until(ref, _live)
    region.jump(hours=2)
    ward.readings(ref, 3)
    now = region.clock.now().timestamp()
    memory = SeriesKey("yarn.memory.share")
    found = ward.health.history(ref, [SHARE, SeriesKey("rm.heap"), memory], now - 7200, now)
    assert set(found[memory].values) == {0.0}, "told as what is available"
    share = found[SHARE]
    assert len(share.times) > 15, "five-minute values where nobody collected"
    assert list(share.times) == sorted(share.times)
    assert len(found[SeriesKey("rm.heap")].times) < 15, "CloudWatch has no such series"


def test_clusters_that_nobody_watches_are_judged_by_cloudwatch(
    region: SimulatedRegion, ward: Ward, cluster_id: str
) -> None:
    ref = ward.house.ref(cluster_id)
    many = AlertRule("many", "yarn.nodes.live", "Many nodes", 5.0, None, hold_s=3600.0)
    ward.health.set_rules([*ward.health.rules(), many])
    snapshot = ward.until(ref, lambda now: now.alerts)
    assert snapshot.collecting is Collecting.OFF
    assert [alert.rule.key for alert in snapshot.alerts] == ["many"], "a newest value is held"
    assert snapshot.values["yarn.memory.total"] > 1024**3, "in our units"
    assert snapshot.values["yarn.memory.share"] == 0.0
    ward.until(ref, lambda now: now.values.get("hdfs.nodes.dead_share") == 0.0)
    ward.health.set_rules([*ward.health.default_rules(), replace(many, warn=8.0)])
    over = ward.until(ref, lambda now: not now.alerts[0].active)
    assert over.verdict is not None
    assert over.verdict.level is AlertLevel.OK


def test_an_alert_is_told_once_however_often_we_start(
    region: SimulatedRegion, tmp_path: Path, cluster_id: str
) -> None:
    since = []
    for start in range(2):
        with open_ward(region, tmp_path) as ward:
            ref = ward.house.ref(cluster_id)
            many = AlertRule("many", "yarn.nodes.live", "Many nodes", 5.0, None, hold_s=0.0)
            if not start:
                ward.health.set_rules([*ward.health.default_rules(), many])
            since.append(ward.until(ref, lambda now: now.alerts).alerts[0].since)
            new = sum(change.alerts for change in ward.changes)
            assert new == (0 if start else 1)
            assert len(ward.health.alerts(ref, 0, FOREVER)) == 1
    assert round(since[0]) == round(since[1])


def test_a_fast_region(tmp_path: Path) -> None:
    with simulated_region(speed=60.0) as region:
        cluster_id = run_cluster(region)
        with open_ward(region, tmp_path) as ward:
            ref = ward.house.ref(cluster_id)
            ward.house.cluster(cluster_id, lambda cluster: cluster.cluster)
            ward.health.watch(ref)
            ward.until(ref, _live)
            ward.until(ref, lambda _now: _step(ward, ref) == pytest.approx(12.0, rel=0.2))
            ward.readings(ref, 3)
            read_at = ward.health.snapshot(ref).read_at
            assert read_at is not None
            assert abs(read_at - region.clock.now().timestamp()) < 200


def _step(ward: Ward, ref: ClusterRef) -> float:
    data = ward.health.live(ref, [SHARE], 0, FOREVER).get(SHARE)
    return data.step_s if data is not None else 0.0


def test_who_was_not_confirmed_is_not_asked_about_again(
    region: SimulatedRegion, tmp_path: Path, cluster_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hue_desktop.services.health.tracked.BACK_OFF_S", (0.1,))
    asked: list[str] = []

    def refuse(host: str, _fingerprint: str) -> bool:
        asked.append(host)
        return False

    with open_ward(region, tmp_path, confirm=refuse) as ward:
        ref = ward.house.ref(cluster_id)
        ward.house.cluster(cluster_id, lambda cluster: cluster.cluster)
        ward.health.watch(ref)
        broken = ward.until(ref, lambda now: now.collecting is Collecting.BROKEN)
        assert "not confirmed" in broken.problem
        with pytest.raises(AssertionError, match="never came about"):
            ward.until(ref, lambda _now: len(asked) > 1, timeout_s=1.5)
        ward.health.watch(ref)
        ward.readings(ref, 1)
        assert len(asked) == 2, "once for each time that somebody looked"


def test_a_cluster_that_emr_has_forgotten(ward: Ward) -> None:
    ref = ward.house.ref("j-FORGOTTEN")
    ward.health.watch(ref)
    ward.until(ref, lambda now: now.collecting is Collecting.ENDED)


def test_a_connection_that_goes_and_comes_back(ward: Ward, ref: ClusterRef) -> None:
    ward.until(ref, _live)
    ward.house.fleet._connections, kept = tuple, ward.house.fleet._connections
    ward.house.fleet.reload_connections()
    ward.until(ref, lambda now: now.collecting is Collecting.OFF)
    ward.house.fleet._connections = kept
    ward.house.fleet.reload_connections()
    ward.until(ref, _live)
