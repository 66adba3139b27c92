"""Interruption rates read anew from the palette."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.capacity_ports import SpotAdvisorData
from hue_desktop.core.errors import Unreachable
from hue_desktop.ui.scaling.interruptions import refresh_action
from tests.ui.doing_desk import DoingDesk, open_doing_desk


class Published:
    """What AWS would publish, or why it cannot be read."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    def read(self) -> SpotAdvisorData:
        if self.problem:
            raise Unreachable(self.problem, remedy="Try again later.")
        return SpotAdvisorData(
            date(2026, 11, 20), ((0.0, 0.05), (0.2, None)), {"us-east-1": {"m5.xlarge": (1, 40)}}
        )


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[DoingDesk]:
    with open_doing_desk(qapp, qtbot, tmp_path, scenario="empty") as opened:
        opened.ctx.actions.add(refresh_action())
        yield opened


def test_new_rates_are_kept_and_said(desk: DoingDesk) -> None:
    store = desk.app.state.spot_advice
    before = store.source
    desk.app.scaling._advisor = lambda: (Published(), store)
    assert desk.trigger("scaling.read_interruptions")
    desk.until(lambda: any("20 Nov 2026" in text for text in desk.places.notes))
    assert store.source != before
    assert store.of("us-east-1")["m5.xlarge"].low == 0.2


def test_what_cannot_be_read_is_said_and_what_was_known_stays(desk: DoingDesk) -> None:
    store = desk.app.state.spot_advice
    before = store.source
    desk.app.scaling._advisor = lambda: (Published("Nobody answers."), store)
    assert desk.trigger("scaling.read_interruptions")
    desk.until(
        lambda: any("Nobody answers. Try again later." in text for text in desk.places.notes)
    )
    assert store.source == before
