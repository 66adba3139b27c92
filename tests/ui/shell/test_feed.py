"""Changes that arrive while the window is busy reach it as one."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from pytestqt.qtbot import QtBot

from hue_desktop.services.fleet import FleetChange
from hue_desktop.ui.shell.feed import FleetFeed, everything, merged
from hue_desktop.ui.tasks import Poster
from tests.ui.sample_fleet import fleet
from tests.ui.shell.desk import StillFleet


def test_two_changes_become_one_with_all_parts() -> None:
    snapshot = fleet()
    first, second, third = list(snapshot.clusters)[:3]
    older = FleetChange(
        snapshot,
        frozenset({"prod"}),
        frozenset({first, second}),
        frozenset({third}),
        {first: frozenset({"steps"}), second: frozenset({"cost"})},
    )
    newer = FleetChange(
        dataclasses.replace(snapshot, generation=2),
        frozenset({"dev"}),
        frozenset({first, third}),
        frozenset({second}),
        {first: frozenset({"groups"}), third: frozenset({"summary"})},
    )
    both = merged(older, newer)
    assert both.snapshot.generation == 2
    assert both.connections == {"prod", "dev"}
    assert both.clusters == {first, third}
    assert both.removed == {second}
    assert both.parts == {first: {"steps", "groups"}, third: {"summary"}}


def test_the_feed_delivers_once_for_many(qtbot: QtBot) -> None:
    still, poster = StillFleet(fleet()), Poster()
    feed = FleetFeed(cast(Any, still), poster)
    seen: list[FleetChange] = []
    feed.changed.connect(seen.append)
    for generation in range(2, 7):
        still.show(dataclasses.replace(still.now, generation=generation))
    qtbot.waitUntil(lambda: bool(seen))
    assert [change.snapshot.generation for change in seen] == [6]
    assert seen[0].clusters == everything(still.now).clusters
    feed.close()
    still.show(still.now)
    qtbot.wait(0)
    assert len(seen) == 1
    poster.close()
