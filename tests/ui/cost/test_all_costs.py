"""The Cost page of all connections: rows, sums, the idle finder and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import Throttled
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.ui.actions import Action, ActionContext
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.cost.finder import usd_day_of
from hue_desktop.ui.cost.fleet_page import AllCostsPage
from tests.ui.cost.sample_costs import SampleCosts, finding, ref_of, sample_desk
from tests.ui.doing_desk import unnamed
from tests.ui.sample_fleet import NOW, everything, fleet, status
from tests.ui.seeing_desk import Places


class Desk:
    """The page over the sample's costs; ``done`` keeps which actions were done to what."""

    def __init__(self, ctx: UiContext, places: Places, costs: SampleCosts, qtbot: QtBot) -> None:
        self.ctx, self.places, self.costs, self.qtbot = ctx, places, costs, qtbot
        self.done: list[tuple[str, ClusterRef | None]] = []
        for action_id in ("launch.terminate", "launch.unprotect"):
            ctx.actions.add(self._action(action_id))
        self.page = AllCostsPage(ctx)
        qtbot.addWidget(self.page)
        self.page.resize(1160, 784)
        self.page.show()

    def _action(self, action_id: str) -> Action:
        def note(_ctx: UiContext, where: ActionContext) -> None:
            self.done.append((action_id, where.ref))

        return Action(action_id, action_id, note, changes=True)

    def show(self, snapshot: FleetSnapshot | None = None) -> None:
        """As the shell does, until every cluster is added up."""
        self.page.apply(everything(snapshot or self.costs.snapshot))
        self.page.shown()
        self.qtbot.waitUntil(lambda: not self.ctx.tasks.active())
        self.page.hidden()

    def tile(self, key: str) -> str:
        return self.page.tiles[key].accessibleName().replace("\N{NO-BREAK SPACE}", " ")

    def texts(self, name: str) -> list[str]:
        """What stands in a cluster's row."""
        row = next(row for row in self.page.model.rows() if row.name == name)
        return [
            column.text(row).replace("\N{NO-BREAK SPACE}", " ")
            for column in self.page.model.columns
        ]


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    with sample_desk(qapp) as (ctx, places, costs):
        yield Desk(ctx, places, costs, qtbot)


def test_every_cluster_is_a_row_the_dearest_first(desk: Desk) -> None:
    assert desk.page.states.state == "loading"
    desk.show()
    assert desk.page.states.state == "shown"
    rows = desk.page.model.rows()
    assert {row.ref.connection for row in rows} == {"prod", "dev", "simulator"}
    prod = [row.month for row in rows if row.ref.connection == "prod"]
    assert prod == sorted(prod, key=lambda usd: -(usd or 0.0))
    assert desk.texts("joins-test")[1] == "$0.74"
    assert desk.texts("old-one")[1] == "ended"


def test_before_they_are_added_up_rows_say_so(desk: Desk) -> None:
    desk.page.apply(everything(desk.costs.snapshot))
    assert desk.texts("joins-test")[2:] == ["not yet"] * 4
    assert desk.tile("month") == "November so far, –, 6 of 6 clusters not added up yet"
    desk.page.bills.stop()
    desk.qtbot.waitUntil(lambda: not desk.ctx.tasks.active())


def test_what_is_simulated_never_enters_a_sum(desk: Desk) -> None:
    desk.show()
    rows = [row for row in desk.page.model.rows() if not row.simulated]
    total = sum(row.month or 0.0 for row in rows)
    assert _cents(desk.tile("month").split(", ")[1]) == round(100 * total)
    assert "sums without the simulator" in desk.page.heading.subtitle.text()
    assert desk.page.total.accessibleDescription().startswith("6 clusters, ")


def _cents(text: str) -> int:
    return round(100 * float(text.lstrip("≥ $").replace("\u202f", "")))


def test_a_month_begins_on_its_first(qapp: QApplication, qtbot: QtBot) -> None:
    """A cluster from last month: so far is more than this month."""
    sample = SampleCosts(_born_earlier("analytics", timedelta(days=30)))
    with sample_desk(qapp, sample) as (ctx, places, costs):
        desk = Desk(ctx, places, costs, qtbot)
        desk.show()
        row = next(row for row in desk.page.model.rows() if row.name == "analytics")
        assert row.so_far is not None
        assert row.month is not None
        assert row.month / row.so_far == pytest.approx(19.5639 / 30, rel=0.01)


def _born_earlier(name: str, age: timedelta) -> FleetSnapshot:
    snapshot = fleet()
    ref = ref_of(snapshot, name)
    cluster = snapshot.clusters[ref]
    born = NOW - age
    nodes = tuple(replace(node, created=born) for node in cluster.instances or ())
    older = replace(cluster, summary=replace(cluster.summary, created=born), instances=nodes)
    return replace(snapshot, clusters={ref: older})


def test_of_each_cluster_the_dearest_finding_counts(desk: Desk) -> None:
    snapshot = desk.costs.snapshot
    idle, core = ref_of(snapshot, "joins-test"), ref_of(snapshot, "ml-features")
    found = (finding(core, 40.0), finding(idle, 18.0), finding(core, 6.5), finding(idle, None))
    assert usd_day_of(found) == 58.0
    desk.costs.findings = found
    desk.show()
    assert desk.page.finder.sum.text() == "$58.00/day"
    assert desk.page.finder.badge.text() == "4"
    assert desk.tile("spare") == "Paid in vain, $58.00/day, idle finder, 2 clusters"


def test_a_button_opens_what_exists(desk: Desk) -> None:
    ref = ref_of(desk.costs.snapshot, "joins-test")
    desk.costs.findings = (
        finding(ref, 18.0, "terminate"),
        finding(ref, 17.0, "unprotect", "It is idle and protected"),
        finding(ref, 3.0, "clone", "Large master"),
    )
    desk.show()
    rows = desk.page.finder.rows
    assert [row.button.text() for row in rows] == ["Terminate…", "Unprotect…", "Open"]
    rows[0].button.click()
    rows[1].button.click()
    assert desk.done == [("launch.terminate", ref), ("launch.unprotect", ref)]
    assert "Choose a smaller type" in rows[2].accessibleName()
    rows[2].button.click()
    assert desk.places.asked[-1] == ("cluster", ref, "cost", "")


def test_read_only_mode_hides_what_changes(desk: Desk) -> None:
    ref = ref_of(desk.costs.snapshot, "joins-test")
    desk.costs.findings = (finding(ref, 18.0),)
    closed = tuple(replace(each, read_only=True) for each in desk.costs.snapshot.connections)
    desk.show(replace(desk.costs.snapshot, connections=closed))
    row = desk.page.finder.rows[0]
    assert row.button.text() == "Open"
    assert "dev is read-only" in row.accessibleName()


def test_nothing_found_is_said(desk: Desk) -> None:
    desk.show()
    finder = desk.page.finder
    assert finder.states.state == "empty"
    assert "6 clusters were looked at" in finder.states.placeholder.accessibleName()
    assert desk.tile("spare") == "Paid in vain, $0.00/day, nothing was found"


def test_one_that_cannot_be_added_up_says_why(desk: Desk) -> None:
    desk.costs.fails = Throttled("Too many requests.")
    desk.show()
    assert desk.texts("joins-test")[2:] == ["not known"] * 4
    row = next(row for row in desk.page.model.rows() if row.name == "joins-test")
    assert row.problem == "Too many requests."


def test_a_row_leads_to_its_cluster(desk: Desk) -> None:
    desk.show()
    ref = ref_of(desk.costs.snapshot, "etl-nightly")
    desk.page.select(ref.cluster_id)
    row = desk.page.table.current_row()
    assert row is not None
    desk.page.table.row_activated.emit(row)
    assert desk.places.asked == [("cluster", ref, "cost", "")]


def test_without_connections_or_clusters(desk: Desk) -> None:
    desk.page.apply(everything(FleetSnapshot()))
    assert desk.page.states.state == "empty"
    reading = status("prod", ConnectionClass.PRODUCTION, state=ConnectionState.CONNECTING)
    desk.page.apply(everything(FleetSnapshot(connections=(reading,))))
    assert desk.page.states.state == "loading"
    failed = replace(reading, state=ConnectionState.FAILED, error=Throttled("Too many requests."))
    desk.page.apply(everything(FleetSnapshot(connections=(failed,))))
    assert desk.page.states.state == "failed"
    quiet = status("prod", ConnectionClass.PRODUCTION)
    desk.page.apply(everything(FleetSnapshot(connections=(quiet,))))
    assert desk.page.states.state == "empty"


def test_every_control_has_a_name_in_a_narrow_window_too(desk: Desk) -> None:
    ref = ref_of(desk.costs.snapshot, "joins-test")
    desk.costs.findings = (finding(ref, 18.0), finding(ref, 3.0, "clone", "Large master"))
    desk.show()
    assert unnamed(desk.page) == []
    desk.page.resize(818, 560)
    assert unnamed(desk.page) == []
    desk.qtbot.waitUntil(lambda: desk.page.finder.width() > 700)  # below the clusters
    desk.page.resize(1160, 784)
    desk.qtbot.waitUntil(lambda: desk.page.finder.width() == 420)
