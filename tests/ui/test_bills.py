"""Bills for screens: one after the other, not too often, carried on at the rate of now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import Throttled
from hue_desktop.ui.bills import Bills, carried_on
from hue_desktop.ui.tasks import TaskRunner

A, B, C = (ClusterRef("prod", "us-east-1", name) for name in "abc")


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


def test_a_bill_goes_on_at_the_rate_of_now() -> None:
    assert carried_on(10.0, 1000.0, 3.6, 1100.0) == pytest.approx(10.1)
    assert carried_on(10.0, 1000.0, None, 1100.0) == 10.0
    assert carried_on(10.0, 1000.0, 3.6, 900.0) == 10.0  # the clock was put back


def test_each_cluster_is_read_in_turn_and_not_again_at_once(
    tasks: TaskRunner, qtbot: QtBot
) -> None:
    read: list[ClusterRef] = []

    def reading(ref: ClusterRef) -> str:
        read.append(ref)
        return ref.cluster_id.upper()

    owner = QObject()
    bills: Bills[str] = Bills(tasks, reading, owner, every_s=3600)
    changed: list[ClusterRef] = []
    bills.changed.connect(changed.append)
    bills.ask([A, B])
    bills.ask([A, B, C])
    qtbot.waitUntil(lambda: len(changed) == 3)
    assert read == [A, B, C]
    assert [bills.of(ref) for ref in (A, B, C)] == ["A", "B", "C"]
    bills.ask([A, B])
    assert not tasks.active()
    bills.ask([B], again=True)
    qtbot.waitUntil(lambda: len(changed) == 4)
    assert read[-1] == B


def test_one_that_fails_does_not_hold_up_the_next(tasks: TaskRunner, qtbot: QtBot) -> None:
    def reading(ref: ClusterRef) -> str:
        if ref == A:
            raise Throttled("Too many requests.")
        return "read"

    owner = QObject()
    bills: Bills[str] = Bills(tasks, reading, owner)
    bills.ask([A, B])
    qtbot.waitUntil(lambda: bills.of(B) is not None)
    assert isinstance(bills.error(A), Throttled)
    assert bills.of(A) is None
    assert bills.error(B) is None


def test_who_stops_begins_nothing_more(tasks: TaskRunner, qtbot: QtBot) -> None:
    read: list[ClusterRef] = []
    owner = QObject()
    bills: Bills[None] = Bills(tasks, read.append, owner)
    bills.ask([A, B, C])
    bills.stop()
    qtbot.waitUntil(lambda: not tasks.active())
    assert read == [A]
