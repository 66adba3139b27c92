"""The Cost page of a cluster, shown values: tiles, split, chart, shares, Cost Explorer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import Throttled, Unreachable
from hue_desktop.core.instances import Market
from hue_desktop.core.recorded import as_recorded
from hue_desktop.services.cost.values import CostShare, ExplorerFigure
from hue_desktop.services.fleet import ConnectionState, FleetSnapshot
from hue_desktop.ui.context import UiContext
from hue_desktop.ui.cost.page import CostPage
from hue_desktop.ui.cost.split import sources_text
from hue_desktop.ui.parts import StateMark
from tests.ui.cost.sample_costs import SampleCosts, ref_of, sample_desk
from tests.ui.doing_desk import Answers, unnamed
from tests.ui.sample_fleet import LIST, NOW, everything, fleet


class Desk:
    """A page over the sample's costs, and how a test shows it something."""

    def __init__(self, ctx: UiContext, costs: SampleCosts, qtbot: QtBot, name: str) -> None:
        self.costs, self.qtbot = costs, qtbot
        self.ctx = replace(ctx, ask=Answers())
        self.page = CostPage(self.ctx, ref_of(costs.snapshot, name))
        qtbot.addWidget(self.page)
        self.page.resize(1160, 764)
        self.page.show()

    @property
    def answers(self) -> Answers:
        assert isinstance(self.ctx.ask, Answers)
        return self.ctx.ask

    def show(self, snapshot: FleetSnapshot | None = None) -> None:
        """As the shell does, until all answers came."""
        self.page.apply(everything(snapshot or self.costs.snapshot))
        self.page.shown()
        self.page.hidden()  # no ticking: the test says when
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.ctx.tasks.active())

    def tile(self, key: str) -> str:
        return self.page.tiles[key].accessibleName().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    with sample_desk(qapp) as (ctx, _places, costs):
        yield Desk(ctx, costs, qtbot, "analytics")


def _cents(text: str) -> int:
    return round(
        float(
            text.replace("/h", "")
            .strip("≥ \N{NO-BREAK SPACE}$")
            .replace("\N{NARROW NO-BREAK SPACE}", "")
        )
        * 100
    )


def test_before_the_bill_the_rate_is_there_already(desk: Desk) -> None:
    assert desk.page.states.state == "loading"
    desk.page.apply(everything(desk.costs.snapshot))
    assert desk.page.states.state == "shown"
    assert desk.page.chart.states.state == "loading"
    assert desk.tile("now") == "Cost now, $14.10/h, EC2 100 %"
    assert desk.tile("sofar") == "So far, –, not added up yet"


def test_the_tiles_of_a_cluster_that_runs(desk: Desk) -> None:
    desk.show()
    assert desk.tile("month") == "November at this rhythm, $3\u202f733, if it runs to 30 Nov, 24:00"
    assert desk.tile("idle") == "Idle waste, $57.03, 5 h 12 m with no YARN application"
    # 18 Spot nodes at half of $0.384 for 78 hours, as seen and some milliseconds
    assert desk.tile("saved").startswith("Saved by Spot, $269.5")
    assert "$2.35/h now, against on-demand" in desk.tile("saved")
    assert ", 3 d 6 h, mean $" in desk.tile("sofar")


def test_the_split_adds_up_as_it_is_shown(desk: Desk) -> None:
    desk.show()
    model = desk.page.split.model
    texts = {column.key: [column.text(row) for row in model.rows()] for column in model.columns}
    assert texts["part"] == [
        "EBS", "EMR fee", "EC2 task, Spot", "EC2 task, on-demand", "EC2 master", "EC2 core",
    ]  # fmt: skip
    spoken = desk.page.split.total.accessibleDescription().split(", ")
    assert spoken[0] == "Total"
    assert sum(map(_cents, texts["now"])) == _cents(spoken[1])
    assert sum(map(_cents, texts["sofar"])) == _cents(spoken[3])
    assert desk.tile("sofar").split(", ")[1] == spoken[3]
    assert desk.tile("now").split(", ")[1] == f"{spoken[1]}/h"
    assert "Pricing API of 20 Nov 2026 · Spot history of" in desk.page.split.sources.text()


def test_money_runs_on_between_two_bills(desk: Desk) -> None:
    """The region's clock goes on; what is shown is the bill and the rate since."""
    desk.show()
    before = _cents(desk.tile("sofar").split(", ")[1])
    status = desk.costs.snapshot.connections[0]
    assert status.clock is not None
    later = replace(status, clock=replace(status.clock, region_time=NOW + timedelta(minutes=30)))
    snapshot = replace(
        desk.costs.snapshot, connections=(later, *desk.costs.snapshot.connections[1:])
    )
    desk.page.apply(everything(snapshot))
    after = _cents(desk.tile("sofar").split(", ")[1])
    assert after - before == pytest.approx(705, abs=3)  # half an hour of $14.10


def test_while_nobody_answers_nothing_runs_on(desk: Desk) -> None:
    desk.show()
    old = tuple(
        replace(
            each,
            state=ConnectionState.STALE,
            error=Unreachable("Nobody answers."),
            clock=replace(each.clock, region_time=NOW + timedelta(hours=9)),  # type: ignore[type-var]
        )
        for each in desk.costs.snapshot.connections
    )
    bill = desk.costs.bill(ref_of(desk.costs.snapshot, "analytics"))
    desk.page.apply(everything(replace(desk.costs.snapshot, connections=old)))
    assert _cents(desk.tile("sofar").split(", ")[1]) == round(100 * bill.total)
    assert desk.page.notice.isVisible()


def test_an_unknown_price_makes_every_sum_at_least(qapp: QApplication, qtbot: QtBot) -> None:
    snapshot = fleet()
    ref = ref_of(snapshot, "analytics")
    cost = snapshot.costs[ref]
    unknown = replace(cost, rate=replace(cost.rate, unknown=8))
    snapshot = replace(snapshot, costs={**snapshot.costs, ref: unknown})
    with sample_desk(qapp, SampleCosts(snapshot, unpriced=("r5.2xlarge",))) as (
        ctx,
        _places,
        costs,
    ):
        desk = Desk(ctx, costs, qtbot, "analytics")
        desk.show()
        for key in ("now", "sofar", "month", "saved", "idle"):
            assert "≥" in desk.tile(key), key
        assert "price of 8 nodes unknown" in desk.tile("now")
        assert desk.page.split.problem.text().startswith("The prices of 8 nodes are not known")
        assert "≥" in desk.page.split.total.accessibleDescription()
        core = desk.page.split.model.rows()[-1]
        assert core.title == "EC2 core"
        assert core.so_far is None  # never nothing
        assert desk.page.split.model.columns[3].text(core) == "not known"


def test_what_yarn_did_may_not_be_known(desk: Desk) -> None:
    desk.costs.idle = None
    desk.show()
    assert desk.tile("idle") == "Idle waste, –, not known what YARN ran"
    desk.costs.idle = (1.5, 3600.0, 7200.0)
    desk.page.refresh()
    desk.settle()
    assert desk.tile("idle") == "Idle waste, $1.50, 1 h of the 2 h that are known"


def test_an_ended_cluster_shows_its_final_bill(qapp: QApplication, qtbot: QtBot) -> None:
    snapshot = fleet()
    ref = ref_of(snapshot, "analytics")
    cluster = snapshot.clusters[ref]
    summary = replace(
        cluster.summary, state=ClusterState.TERMINATED, ended=NOW - timedelta(hours=3)
    )
    nodes = tuple(replace(node, ended=summary.ended) for node in cluster.instances or ())
    ended = replace(cluster, summary=summary, instances=nodes)
    snapshot = replace(snapshot, clusters={ref: ended})
    with sample_desk(qapp, SampleCosts(snapshot)) as (ctx, _places, costs):
        desk = Desk(ctx, costs, qtbot, "analytics")
        desk.show()
        assert desk.tile("sofar").startswith("Final bill, $")
        assert "3 d 3 h, mean $" in desk.tile("sofar")
        assert not desk.page.tiles["now"].isVisible()
        assert not desk.page.tiles["month"].isVisible()
        assert desk.page.split.table.isColumnHidden(1)
        asked = list(costs.asked)
        desk.show()
        assert costs.asked == asked  # it is over: nothing is added up again


def test_the_chart_shows_each_part_per_hour(desk: Desk) -> None:
    desk.show()
    chart = desk.page.chart.chart
    assert desk.page.chart.states.state == "shown"
    assert chart is not None
    assert chart.readings()["core"] == pytest.approx(8 * 0.504)
    assert chart.readings()["spot"] == pytest.approx(18 * 0.192)
    assert desk.page.chart.caption.text().startswith("since the cluster was created, ")
    desk.page.chart.ranges.choose("6h")
    desk.settle()
    assert chart.frame.end - chart.frame.start == timedelta(hours=6)
    assert desk.page.chart.caption.text().startswith("since ")


def test_a_bill_that_cannot_be_read(desk: Desk) -> None:
    desk.costs.fails = Throttled("Too many requests.", remedy="Wait a moment.")
    desk.show()
    assert desk.page.chart.states.state == "failed"
    assert desk.page.shares.states.state == "failed"
    desk.costs.fails = None
    desk.page.refresh()
    desk.settle()
    assert desk.page.chart.states.state == "shown"
    desk.costs.fails = Throttled("Too many requests.")
    desk.page.refresh()
    desk.settle()
    assert desk.page.chart.states.state == "shown"  # what was read stays, with a word
    assert "Too many requests." in desk.page.chart.caption.text()


def test_an_unknown_cluster_has_a_word_for_it(desk: Desk) -> None:
    desk.page.apply(everything(replace(desk.costs.snapshot, clusters={})))
    assert desk.page.states.state == "empty"


def _shares() -> tuple[CostShare, ...]:
    at = NOW.timestamp()
    return (
        CostShare("application_1", 'etl, "daily"', "marta", 12.5, 0.4, at - 7200, at - 3600),
        CostShare("application_2", "notebook", "jan", None, None, at - 600, None),
    )


def test_whom_it_was_for(desk: Desk) -> None:
    desk.show()
    assert desk.page.shares.states.state == "empty"
    desk.costs.shares["application"] = _shares()
    desk.page.shares.kinds.choose("application")
    desk.settle()
    shares = desk.page.shares
    assert shares.states.state == "shown"
    assert [row.key for row in shares.model.rows()] == ["application_1", "application_2"]
    texts = [[c.text(row) for c in shares.model.columns] for row in shares.model.rows()]
    assert texts[0][-2:] == ["40\N{NO-BREAK SPACE}%", "$12.50"]
    assert texts[1][3:] == ["still runs", "–", "not known"]
    spoken = shares.total.accessibleDescription()
    whole = desk.tile("sofar").split(", ")[1]
    assert spoken == f"2 applications, of {whole} in all, ≥\N{NO-BREAK SPACE}$12.50"


def test_the_table_is_copied_as_csv(desk: Desk) -> None:
    desk.costs.shares["step"] = _shares()
    desk.show()
    desk.page.shares.copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "id,name,user,started_utc,ended_utc,container_share,usd"
    assert lines[1] == (
        'application_1,"etl, ""daily""",marta,2026-11-20T11:32:00Z,2026-11-20T12:32:00Z,'
        "0.400000,12.500000"
    )
    assert lines[2] == "application_2,notebook,jan,2026-11-20T13:22:00Z,,,"


def test_cost_explorer_is_asked_after_a_question_only(desk: Desk) -> None:
    desk.show()
    desk.answers.yes = False
    desk.page.explorer.ask.click()
    desk.settle()
    assert "explorer" not in desk.costs.asked
    assert "$0.01" in desk.answers.asked[0][1]
    desk.answers.yes = True
    day = 86400.0
    start = NOW.timestamp() - 3 * day
    desk.costs.figure = ExplorerFigure(
        980.1, start, start + 2 * day, True, 989.36, ("No credits are in ours.",)
    )
    desk.page.explorer.ask.click()
    desk.settle()
    explorer = desk.page.explorer
    assert explorer.figure.text() == "$980.10"
    assert explorer.days.text() == "17 Nov – 19 Nov (UTC), estimated"
    assert explorer.text.text().endswith("AWS says \N{MINUS SIGN}\N{WORD JOINER}$9.26.")
    assert explorer.why.text() == "· No credits are in ours."


def test_cost_explorer_may_not_be_allowed(desk: Desk) -> None:
    desk.show()
    desk.costs.problem = "ce:GetCostAndUsage is not allowed."
    desk.page.explorer.ask.click()
    desk.settle()
    assert desk.page.explorer.text.text() == "ce:GetCostAndUsage is not allowed."
    assert desk.page.explorer.ask.isEnabled()


def test_every_control_has_a_name_and_fits_a_small_window(desk: Desk) -> None:
    desk.costs.shares["step"] = _shares()
    desk.page.resize(818, 560)
    desk.show()
    assert unnamed(desk.page) == []
    assert desk.page.minimumSizeHint().width() <= 818


def test_sources_of_one_name_are_one(desk: Desk) -> None:
    older = replace(LIST, as_of=(NOW - timedelta(days=400)).date())
    assert sources_text((LIST, older, replace(LIST, name="packed", as_of=None))) == (
        "Pricing API of 16 Oct 2025 to 20 Nov 2026 · packed"
    )


def test_a_cluster_without_spot_saves_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    with sample_desk(qapp) as (ctx, _places, costs):
        desk = Desk(ctx, costs, qtbot, "joins-test")
        desk.show()
        cluster = desk.page.cluster
        assert cluster is not None
        assert not cluster.nodes(market=Market.SPOT)
        assert desk.tile("saved") == "Saved by Spot, –, it has had no Spot node"


def test_a_recorded_cluster_shows_what_was_known_last(qapp: QApplication, qtbot: QtBot) -> None:
    snapshot = fleet()
    ref = ref_of(snapshot, "analytics")
    kept = as_recorded(snapshot.clusters[ref], NOW)
    snapshot = replace(snapshot, clusters={ref: kept})
    with sample_desk(qapp, SampleCosts(snapshot)) as (ctx, _places, costs):
        desk = Desk(ctx, costs, qtbot, "analytics")
        desk.show()
        assert desk.tile("sofar").startswith("Until it was seen last, $")
        assert "was recorded of it until 20 Nov" in desk.page.split.problem.text()
        assert desk.page.chart.states.state == "shown"


def test_the_month_is_held_against_the_budget(desk: Desk) -> None:
    """prod has 54 dollars an hour: 38 880 for the 720 hours of November."""
    desk.show()
    part = desk.page.budget
    assert not part.isHidden()
    usd = desk.costs.snapshot.usd_hour("prod")
    assert usd is not None
    said = part.accessibleName().replace("\N{NARROW NO-BREAK SPACE}", "")
    assert said.startswith(f"Budget of prod, November: ${720 * usd:.0f} of $38880.")
    assert "$3733 of it this cluster" in said
    assert f"now ${usd:.2f} of $54.00/h" in said


def test_a_month_over_the_budget_stands_out(desk: Desk) -> None:
    snapshot = desk.costs.snapshot
    connections = tuple(
        replace(status, connection=replace(status.connection, hourly_budget_usd=20.0))
        for status in snapshot.connections
    )
    desk.show(replace(snapshot, connections=connections))
    assert "of $14400" in desk.page.budget.accessibleName().replace("\N{NARROW NO-BREAK SPACE}", "")
    mark = desk.page.budget.findChild(StateMark)
    assert isinstance(mark, StateMark)
    assert mark.isVisibleTo(desk.page.budget)


def test_without_a_budget_there_is_no_forecast_of_it(desk: Desk) -> None:
    snapshot = desk.costs.snapshot
    connections = tuple(
        replace(status, connection=replace(status.connection, hourly_budget_usd=None))
        for status in snapshot.connections
    )
    desk.show(replace(snapshot, connections=connections))
    assert desk.page.budget.isHidden()


def test_the_bench_begins_with_the_cluster_as_it_is(desk: Desk) -> None:
    desk.show()
    bench = desk.page.bench
    desk.qtbot.waitUntil(lambda: bench.bench is not None)
    assert [row.now.text() for row in bench.table.rows.values()] == [
        "1 × m5.2xlarge", "8 × r5.2xlarge", "6 × m5.2xlarge", "18 × m5.2xlarge",
    ]  # fmt: skip
    assert bench.table.total.text() == bench.table.total_now.text()
    desk.page.select("what-if")


@pytest.mark.parametrize(("width", "beside"), [(1160, True), (860, False)])
def test_the_outcome_goes_below_the_bench_in_a_narrow_window(
    desk: Desk, width: int, beside: bool
) -> None:
    desk.show()
    desk.qtbot.waitUntil(lambda: desk.page.bench.bench is not None)
    desk.page.resize(width, 764)
    side, main = desk.page.bench.side, desk.page.bench.main
    desk.qtbot.waitUntil(lambda: (side.x() > main.x()) is beside)
    assert (side.y() > main.y()) is not beside


def test_an_ended_cluster_has_no_bench(qapp: QApplication, qtbot: QtBot) -> None:
    with sample_desk(qapp) as (ctx, _places, costs):
        ended = next(c for c in costs.snapshot.clusters.values() if not c.summary.state.active)
        desk = Desk(ctx, costs, qtbot, ended.summary.name)
        desk.show()
        assert not desk.page.bench.main.isVisibleTo(desk.page)
        assert desk.page.bench.bench is None
