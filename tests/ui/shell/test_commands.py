"""The command line's words, and which cluster they mean."""

from __future__ import annotations

import pytest

from hue_desktop.ui.shell.commands import Command, find_cluster, parse_command
from tests.ui.sample_fleet import fleet


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (":nodes", Command("nodes")),
        ("nodes", Command("nodes")),
        (": Fleet  @dev idle>2h", Command("fleet", "idle>2h", "dev")),
        (":core analytics", Command("core", "analytics")),
        (":", Command("")),
        ("", Command("")),
        (":fleet @", Command("fleet")),
    ],
)
def test_words(text: str, command: Command) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (":nodes etl", "etl-nightly"),
        (":nodes ANALYTICS", "analytics"),
        (":nodes @dev", "joins-test"),
        (":nodes @sim", "demo"),
        (":nodes nobody", None),
        (":nodes", None),
        (":nodes analytics @dev", None),
    ],
)
def test_clusters(text: str, name: str | None) -> None:
    snapshot = fleet()
    ref = find_cluster(snapshot, parse_command(text))
    assert (snapshot.clusters[ref].summary.name if ref else None) == name


def test_active_clusters_come_before_ended_ones() -> None:
    snapshot = fleet()
    ended = next(c for c in snapshot.clusters.values() if not c.summary.state.active)
    by_id = find_cluster(snapshot, Command("nodes", ended.ref.cluster_id.lower()))
    assert by_id == ended.ref
