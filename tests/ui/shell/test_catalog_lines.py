"""The lines of the catalog: order, sums, folds, filter, and what a connection in trouble says."""

from __future__ import annotations

import dataclasses

from hue_desktop.core.errors import Unreachable
from hue_desktop.core.pricing import CostRate
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.ui.parts import StateShape
from hue_desktop.ui.shell.catalog_lines import CatalogLine, catalog_lines
from tests.ui.sample_fleet import fleet


def texts(lines: tuple[CatalogLine, ...]) -> list[str]:
    return [line.text for line in lines if line.kind != "gap"]


def with_state(name: str, state: ConnectionState, message: str = "") -> FleetSnapshot:
    snapshot = fleet()
    error = Unreachable(message) if message else None
    changed = tuple(
        dataclasses.replace(status, state=state, error=error)
        if status.connection.name == name
        else status
        for status in snapshot.connections
    )
    return dataclasses.replace(snapshot, connections=changed)


def test_connections_in_order_with_their_clusters_by_name() -> None:
    assert texts(catalog_lines(fleet(), ended=())) == [
        "prod", "analytics", "etl-nightly", "ml-features",
        "dev", "joins-test", "spark-upgrade", "1 terminated",
        "simulator", "demo",
    ]  # fmt: skip


def test_a_connection_shows_the_sum_of_its_clusters() -> None:
    snapshot = fleet()
    lines = {line.text: line for line in catalog_lines(snapshot, ended=())}
    total = sum(cost.rate.total for ref, cost in snapshot.costs.items() if ref.connection == "prod")
    assert lines["prod"].money == f"${total:.2f}/h"
    assert lines["prod"].tag == "production"
    assert lines["ml-features"].idle
    assert lines["etl-nightly"].badge == "1"
    assert lines["etl-nightly"].shape is StateShape.ATTENTION
    assert "failed" in lines["etl-nightly"].words


def test_nothing_known_is_no_zero() -> None:
    snapshot = fleet()
    bare = {ref: dataclasses.replace(c, instances=None) for ref, c in snapshot.clusters.items()}
    costs = {
        ref: dataclasses.replace(cost, rate=CostRate()) for ref, cost in snapshot.costs.items()
    }
    unread = dataclasses.replace(snapshot, clusters=bare, costs=costs)
    assert {line.money for line in catalog_lines(unread, ended=())} == {""}
    partly = dataclasses.replace(snapshot, clusters=bare)
    lines = {line.text: line for line in catalog_lines(partly, ended=())}
    assert lines["prod"].money.startswith("≥")


def test_folds_and_ended_clusters() -> None:
    shown = texts(catalog_lines(fleet(), folded={"prod"}, ended={"dev"}))
    assert "analytics" not in shown
    assert shown[shown.index("1 terminated") + 1] == "old-one"


def test_a_filter_looks_into_folds() -> None:
    found = texts(catalog_lines(fleet(), text="OLD", folded={"dev"}, ended=()))
    assert found == ["dev", "1 terminated", "old-one"]
    assert texts(catalog_lines(fleet(), text="zzz", ended=())) == []


def test_keys_are_unique() -> None:
    lines = catalog_lines(fleet(), ended={"dev", "prod", "simulator"})
    assert len({line.key for line in lines}) == len(lines)


def test_a_connection_in_trouble_says_so() -> None:
    failed = catalog_lines(with_state("dev", ConnectionState.FAILED, "Nobody answers."), ended=())
    assert "Nobody answers." in texts(failed)
    assert "credentials expired" in texts(
        catalog_lines(with_state("dev", ConnectionState.EXPIRED), ended=())
    )
    stale = catalog_lines(with_state("dev", ConnectionState.STALE), ended=())
    assert all(line.quiet for line in stale if line.ref and line.connection == "dev")
    connecting = catalog_lines(with_state("dev", ConnectionState.CONNECTING), ended=())
    assert "connecting…" in texts(connecting)
