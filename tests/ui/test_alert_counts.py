"""Alerts of live health in the catalog and on tabs, and which of them are news."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.clusters import Attention, ClusterRef
from hue_desktop.core.metrics import SeriesKey
from hue_desktop.services.health import Collecting, HealthChange, HealthSnapshot
from hue_desktop.ui.alert_counts import AlertCount, AlertCounts, worse
from hue_desktop.ui.fleet.alerts import with_alerts
from hue_desktop.ui.fleet.rows import fleet_rows
from hue_desktop.ui.health.notifier import DesktopNotifier
from hue_desktop.ui.parts import StateShape
from hue_desktop.ui.shell.catalog_lines import catalog_lines
from hue_desktop.ui.tasks import Poster
from tests.ui.sample_fleet import NOW as LOCAL_NOW
from tests.ui.sample_fleet import fleet

NOW = 1_795_000_000.0
RULE = AlertRule("disk", "node.disk", "A disk is filling up", 90.0, 95.0)
SNAPSHOT = fleet()
REF = next(ref for ref, c in SNAPSHOT.clusters.items() if c.summary.name == "analytics")


def _alert(level: AlertLevel = AlertLevel.WARN, since: float = NOW) -> Alert:
    return Alert(RULE, level, SeriesKey("node.disk"), 92.0, since, text="Disk 92 %.")


class _Announcer:
    """The face of the health service that a feed knows."""

    def __init__(self) -> None:
        self.tell: Callable[[HealthChange], None] = lambda _change: None

    def subscribe(self, listener: Callable[[HealthChange], None]) -> Callable[[], None]:
        self.tell = listener
        return lambda: None

    def say(self, *alerts: Alert, ref: ClusterRef = REF) -> None:
        snapshot = HealthSnapshot(ref, Collecting.LIVE, read_at=NOW, alerts=alerts)
        self.tell(HealthChange(snapshot, alerts=True))


@pytest.fixture
def heard(qapp: QApplication) -> Iterator[tuple[_Announcer, AlertCounts, list[Alert]]]:
    """Counts over an announcer, and the news in order."""
    announcer, poster, news = _Announcer(), Poster(), list[Alert]()
    counts = AlertCounts(cast(Any, announcer), poster)
    counts.raised.connect(lambda _ref, alert: news.append(alert))
    yield announcer, counts, news
    counts.close()
    poster.close()


def test_what_stands_is_counted_and_only_news_is_told(
    heard: tuple[_Announcer, AlertCounts, list[Alert]], qtbot: QtBot
) -> None:
    announcer, counts, news = heard
    old = _alert(since=NOW - 86400)
    with qtbot.waitSignal(counts.changed):
        announcer.say(old)
    assert counts.counts[REF] == AlertCount(1, AlertLevel.WARN, "Disk 92 %.")
    assert news == []
    fresh = replace(_alert(AlertLevel.CRITICAL), rule=replace(RULE, key="other"))
    with qtbot.waitSignal(counts.changed):
        announcer.say(old, fresh)
    assert counts.counts[REF].level is AlertLevel.CRITICAL
    assert news == [fresh]
    announcer.say(old, fresh)
    with qtbot.waitSignal(counts.changed):
        announcer.say(replace(old, cleared=NOW), replace(fresh, muted_until=NOW + 60))
    assert REF not in counts.counts
    assert news == [fresh]


def test_the_catalog_shows_the_count_and_the_worst_shape() -> None:
    count = AlertCount(3, AlertLevel.CRITICAL, "Disk 97 %.")
    for alerts, badge, shape in (
        ({REF: count}, "3", StateShape.FAILED),
        ({}, "1", StateShape.ATTENTION),
    ):
        lines = catalog_lines(SNAPSHOT, ended=(), alerts=alerts)
        line = next(line for line in lines if line.ref == REF)
        if alerts:
            assert (line.badge, line.shape) == (badge, shape)
            assert "Disk 97 %." in line.words
        else:
            assert line.badge in ("", badge)


def test_what_asks_more_wins() -> None:
    warn = AlertCount(1, AlertLevel.WARN, "")
    assert worse(Attention.NONE, None) is Attention.NONE
    assert worse(Attention.IDLE, warn) is Attention.WARN
    assert worse(Attention.CRITICAL, warn) is Attention.CRITICAL


def test_nothing_is_told_on_the_desktop_that_nobody_wants(qapp: QApplication) -> None:
    wanted = ["never"]
    notifier = DesktopNotifier(lambda: wanted[0], lambda _ref: "analytics")
    assert not notifier.tell(REF, _alert(AlertLevel.CRITICAL))
    wanted[0] = "critical"
    assert not notifier.tell(REF, _alert(AlertLevel.WARN))
    notifier.close()


def test_a_row_of_the_fleet_asks_for_attention_and_says_why() -> None:
    rows = fleet_rows(SNAPSHOT, LOCAL_NOW)
    counts = {REF: AlertCount(2, AlertLevel.CRITICAL, "Disk 96 %.")}
    told = {row.name: row for row in with_alerts(rows, counts)}
    before = {row.name: row for row in rows}
    row = told["analytics"]
    assert row.attention is Attention.CRITICAL
    assert "Disk 96 %." in row.sentence
    assert row.shape is not before["analytics"].shape
    assert "attention" in row.facts.marks
    assert [told[name] for name in told if name != "analytics"] == [
        before[name] for name in before if name != "analytics"
    ]
