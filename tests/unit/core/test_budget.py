"""The budget line of a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hue_desktop.core.budget import budget_use
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
