"""Dollars so far and the idle finder's words in the fleet's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.services.cost.values import IdleKind
from hue_desktop.ui.fleet.money import RowMoney, dearest_findings
from hue_desktop.ui.fleet.page import FleetPage
from hue_desktop.ui.fleet.rows import fleet_rows
from hue_desktop.ui.fleet.sums import group_cells
from tests.ui.cost.sample_costs import SampleCosts, finding, ref_of, sample_desk
from tests.ui.sample_fleet import NOW, everything, fleet


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[tuple[FleetPage, SampleCosts]]:
    """The fleet's page over the sample's costs."""
    with sample_desk(qapp) as (ctx, _places, costs):
        page = FleetPage(ctx)
        qtbot.addWidget(page)
        page.resize(1160, 784)
        page.show()
        yield page, costs
        page.hidden()


def _texts(page: FleetPage, name: str) -> dict[str, str]:
    row = next(row for row in page.model.rows() if row.name == name)
    return {column.key: column.text(row) for column in page.model.columns}


def test_the_column_comes_with_the_first_bill(
    desk: tuple[FleetPage, SampleCosts], qtbot: QtBot
) -> None:
    page, costs = desk
    page.apply(everything(costs.snapshot))
    assert "sofar" in page.table.hidden_columns
    page.shown()
    qtbot.waitUntil(lambda: not page.ctx.tasks.active())
    assert "sofar" not in page.table.hidden_columns
    bill = costs.bill(ref_of(costs.snapshot, "joins-test"))
    assert _texts(page, "joins-test")["sofar"] == f"${bill.total:.2f}"
    assert "old-one" not in {row.name for row in page.model.rows()}  # ended: nobody asked


def test_a_finding_marks_its_row(desk: tuple[FleetPage, SampleCosts], qtbot: QtBot) -> None:
    page, costs = desk
    ref = ref_of(costs.snapshot, "ml-features")
    spare = replace(finding(ref, 14.2, title="2 core nodes too many"), kind=IdleKind.SPARE_CORE)
    costs.findings = (finding(ref, 2.0), spare)
    page.apply(everything(costs.snapshot))
    page.shown()
    qtbot.waitUntil(lambda: not page.ctx.tasks.active())
    row = next(row for row in page.model.rows() if row.ref == ref)
    assert row.marker == "spare core"
    assert row.marker_tip == "2 core nodes too many. No step for 19 h. $14.20/day paid in vain."
    assert row.idling


def test_of_equal_findings_the_first_counts() -> None:
    snapshot = fleet()
    ref = ref_of(snapshot, "joins-test")
    first, second = finding(ref, 5.0, "terminate"), finding(ref, 5.0, "unprotect")
    assert dearest_findings((finding(ref, None), first, second)) == {ref: first}


def test_a_bill_is_carried_on_and_summed() -> None:
    snapshot = fleet()
    costs = SampleCosts(snapshot)
    dev = [row for row in fleet_rows(snapshot) if row.ref.connection == "dev" and row.active]
    later = replace(
        snapshot,
        connections=tuple(
            replace(each, clock=replace(each.clock, region_time=NOW + timedelta(hours=1)))  # type: ignore[type-var]
            for each in snapshot.connections
        ),
    )
    money = RowMoney()
    rows = money.of(dev, later, costs.overview, {})
    waiting = next(row for row in rows if row.name == "joins-test")
    assert waiting.so_far is not None
    assert waiting.so_far == pytest.approx(costs.bill(waiting.ref).total + 3 * 0.248, abs=0.02)
    total = sum(row.so_far or 0.0 for row in rows)
    assert group_cells(rows)["sofar"] == f"${total:.2f}"
    one = RowMoney().of(
        dev, later, lambda ref: costs.overview(ref) if ref == waiting.ref else None, {}
    )
    assert group_cells(one)["sofar"].startswith("≥")


def test_a_row_of_which_nothing_changed_stays_the_same_one() -> None:
    snapshot = fleet()
    costs, money = SampleCosts(snapshot), RowMoney()
    ended = [row for row in fleet_rows(snapshot) if row.name == "old-one"]
    first = money.of(ended, snapshot, costs.overview, {})
    assert first[0].so_far is not None
    assert money.of(ended, snapshot, costs.overview, {})[0] is first[0]
    found = {ended[0].ref: finding(ended[0].ref, 1.0)}
    assert money.of(ended, snapshot, costs.overview, found)[0] is not first[0]
