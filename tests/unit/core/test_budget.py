"""The budget line of a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.budget import (
    acknowledgement,
    budget_forecast,
    budget_question,
    budget_use,
)
from hue_desktop.core.changes import Plan
from hue_desktop.core.pricing import CostChange, CostRate

PLAN = Plan(
    "Scale",
    "prod",
    "us-east-1",
    (),
    cost=CostChange(CostRate(ec2=14.11), CostRate(ec2=18.57)),
    budget_usd_hour=54.0,
    connection_usd_hour=47.60,
)


def test_a_change_that_leaves_little_is_tight() -> None:
    use = budget_use(PLAN)
    assert use is not None
    assert use.after == pytest.approx(52.06)
    assert use.left == pytest.approx(1.94)
    assert (use.tight, use.exceeded) == (True, False)
    assert round(use.share(use.now), 2) == 0.88


def test_over_budget() -> None:
    use = budget_use(replace(PLAN, budget_usd_hour=50.0))
    assert use is not None
    assert use.exceeded


def test_saving_never_goes_below_nothing() -> None:
    cost = CostChange(CostRate(ec2=60.0), CostRate())
    use = budget_use(replace(PLAN, cost=cost))
    assert use is not None
    assert use.after == 0.0
    assert not use.tight


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, budget_usd_hour=None),
        replace(PLAN, cost=None),
        replace(PLAN, connection_usd_hour=None),
    ],
)
def test_no_line_without_its_figures(plan: Plan) -> None:
    assert budget_use(plan) is None


def test_a_plan_within_the_budget_asks_nothing() -> None:
    assert budget_question(PLAN) == ""


def test_a_plan_over_the_budget_says_by_how_much() -> None:
    over = replace(PLAN, budget_usd_hour=50.0)
    assert budget_question(over) == (
        "prod then costs $52.06/h, $2.06/h more than its budget of $50.00/h."
    )
    assert acknowledgement(over) == "Go over the budget of prod"


def test_who_saves_is_never_asked_even_over_the_budget() -> None:
    saves = replace(PLAN, budget_usd_hour=20.0, cost=CostChange(CostRate(9.0), CostRate(3.0)))
    assert budget_question(saves) == ""
    same = replace(saves, cost=CostChange(CostRate(9.0), CostRate(9.0)))
    assert budget_question(same) == ""


def test_a_price_that_nobody_knows_is_not_let_through_as_free() -> None:
    unpriced = replace(PLAN, cost=CostChange(CostRate(ec2=14.11), CostRate(ec2=14.11, unknown=3)))
    assert "prices of 3 new nodes are not known" in budget_question(unpriced)
    assert "without knowing" in acknowledgement(unpriced)
    use = budget_use(unpriced)
    assert use is not None
    assert use.adds
    # nodes that had no price before add nothing that could be checked
    known = replace(PLAN, cost=CostChange(CostRate(14.11, unknown=3), CostRate(14.11, unknown=3)))
    assert budget_question(known) == ""


def test_a_connection_of_unknown_cost_cannot_be_checked() -> None:
    assert "is not known" in budget_question(replace(PLAN, connection_usd_hour=None))


@pytest.mark.parametrize(
    "plan", [replace(PLAN, budget_usd_hour=None), replace(PLAN, cost=None, budget_usd_hour=1.0)]
)
def test_without_a_budget_or_a_cost_nothing_is_asked(plan: Plan) -> None:
    assert budget_question(plan) == ""


def test_what_is_blocked_is_not_asked_about() -> None:
    assert budget_question(replace(PLAN, budget_usd_hour=1.0, blocked="It has ended.")) == ""


def test_a_month_at_this_rhythm_against_its_budget() -> None:
    forecast = budget_forecast(47.6, 54.0, 720, 3733.0)
    assert forecast is not None
    assert forecast.month_usd == pytest.approx(34_272)
    assert forecast.budget_usd == pytest.approx(38_880)
    assert not forecast.exceeded
    over = budget_forecast(60.0, 54.0, 720)
    assert over is not None
    assert over.exceeded
    assert round(over.share, 2) == 1.11


def test_no_forecast_without_a_budget_or_a_sum() -> None:
    assert budget_forecast(47.6, None, 720) is None
    assert budget_forecast(None, 54.0, 720) is None
