"""Splitting bills among applications, users and steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hue_desktop.core.billing import Bill, BillSlice, CostPart, Who
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.metrics import YarnApplication
from hue_desktop.core.steps import Step, StepSpec, StepState
from hue_desktop.services.cost.idle_waste import idle_stretches
from hue_desktop.services.cost.shares import application_shares, step_shares, user_shares

NOW = 10_000.0
USD_S = 0.01
CORE = (CostPart.EC2, Who(Role.CORE, Market.ON_DEMAND))


def at_a_cent_a_second(edges: Sequence[float]) -> Bill:
    slices = [
        BillSlice(start, end, {CORE: USD_S * (end - start)}) for start, end in pairwise(edges)
    ]
    return Bill(edges[0], edges[-1], slices=tuple(slices))


def app(
    key: str,
    start: float | None,
    end: float | None,
    byte_s: float,
    user: str = "hadoop",
    name: str = "",
    tags: tuple[str, ...] = (),
) -> YarnApplication:
    return YarnApplication(
        key, name or key, user, "default", "SPARK", "FINISHED",
        started=start, ended=end, memory_byte_s=byte_s, tags=tags,
    )  # fmt: skip


def step(key: str, start: float | None, end: float | None, name: str = "") -> Step:
    def when(at: float | None) -> datetime | None:
        return None if at is None else datetime.fromtimestamp(at, UTC)

    return Step(
        key, StepSpec(name or key, "x.jar"), StepState.COMPLETED, "", None, when(start), when(end)
    )


def test_an_application_alone_pays_for_all_of_its_time() -> None:
    (share,) = application_shares([app("a", 100, 200, 5e9)], at_a_cent_a_second, NOW)
    assert share.usd == pytest.approx(1.0)
    assert share.container_share == 1.0


def test_two_at_once_pay_by_the_memory_that_they_hold() -> None:
    apps = [app("a", 100, 200, 3e9), app("b", 100, 200, 1e9)]
    shares = {each.key: each for each in application_shares(apps, at_a_cent_a_second, NOW)}
    assert shares["a"].usd == pytest.approx(0.75)
    assert shares["b"].usd == pytest.approx(0.25)
    assert shares["b"].container_share == pytest.approx(0.25)


def test_an_application_that_waits_for_its_first_container_costs_nothing() -> None:
    apps = [app("a", 100, 200, 0), app("b", None, None, 0)]
    assert [each.usd for each in application_shares(apps, at_a_cent_a_second, NOW)] == [0, 0]


_APPS = st.lists(
    st.builds(
        app,
        key=st.uuids().map(str),
        start=st.integers(0, 5000).map(float),
        end=st.none() | st.integers(0, 9000).map(float),
        byte_s=st.just(0.0) | st.floats(1e9, 1e15),
        user=st.sampled_from(["ana", "bob", ""]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(_APPS)
def test_shares_add_up_to_the_time_in_which_something_ran(apps: list[YarnApplication]) -> None:
    shares = application_shares(apps, at_a_cent_a_second, NOW)
    spans = sorted(
        (each.started, end)
        for each in apps
        if each.started is not None
        and (end := NOW if each.ended is None else each.ended) > each.started
        and each.memory_byte_s > 0
    )
    covered, reached = 0.0, -1.0
    for start, end in spans:
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    assert sum(each.usd or 0 for each in shares) == pytest.approx(
        covered * USD_S, rel=1e-6, abs=1e-9
    )
    users = user_shares(apps, shares)
    assert sum(each.usd or 0 for each in users) == pytest.approx(
        sum(each.usd or 0 for each in shares)
    )


def test_an_application_belongs_to_the_step_that_ran_when_it_started() -> None:
    apps = [app("a", 110, 150, 1e9), app("b", 160, 190, 1e9), app("c", 500, 600, 1e9)]
    steps = [step("s-2", 160.4, 200), step("s-1", 100, 152)]
    shares = application_shares(apps, at_a_cent_a_second, NOW)
    second, first = step_shares(steps, apps, shares, 0.0)
    assert first.key == "s-1"
    assert first.usd == pytest.approx(0.4)
    assert second.usd == pytest.approx(0.3)
    assert second.container_share == pytest.approx(1 / 3)


def test_tags_and_names_decide_between_steps_that_ran_side_by_side() -> None:
    steps = [step("s-1", 100, 300, "load"), step("s-2X", 100, 300, "sum")]
    apps = [app("a", 110, 150, 1e9, tags=("s-2x", "nightly")), app("b", 160, 200, 1e9, name="load")]
    shares = application_shares(apps, at_a_cent_a_second, NOW)
    first, second = step_shares(steps, apps, shares, 0.0)
    assert first.usd == pytest.approx(0.4)
    assert second.usd == pytest.approx(0.4)


def test_a_doubt_between_two_steps_leaves_both_without_a_figure() -> None:
    steps = [step("s-1", 100, 300), step("s-2", 100, 300), step("s-3", 400, 500)]
    apps = [app("a", 110, 150, 1e9), app("b", 410, 450, 1e9)]
    shares = application_shares(apps, at_a_cent_a_second, NOW)
    assert [each.usd for each in step_shares(steps, apps, shares, 0.0)] == [
        None,
        None,
        pytest.approx(0.4),
    ]


def test_what_other_users_start_meanwhile_belongs_to_no_step() -> None:
    apps = [app("a", 110, 150, 1e9), app("b", 110, 150, 1e9, user="ana")]
    shares = application_shares(apps, at_a_cent_a_second, NOW)
    (share,) = step_shares([step("s-1", 100, 300)], apps, shares, 0.0)
    assert share.usd == pytest.approx(0.2)


def test_a_step_from_before_yarns_memory_has_no_figure() -> None:
    (share,) = step_shares([step("s-1", 100, 300)], [], [], 200.0)
    assert share.usd is None


def test_a_step_without_applications_cost_no_containers() -> None:
    (share,) = step_shares([step("s-1", 300, 400)], [], [], 200.0)
    assert share.usd == 0


def test_idle_time_is_only_where_a_sample_says_so() -> None:
    stretches = idle_stretches([0, 300, 600, 2000], [0, 0, 2, 0], 300, 0, 2100)
    assert [(each.start, each.end, each.idle) for each in stretches] == [
        (0, 600, True),
        (600, 1050, False),
        (2000, 2100, True),
    ]


def test_samples_outside_of_the_life_do_not_count() -> None:
    assert idle_stretches([0, 300], [0, 0], 300, 400, 500) == ((400, 500, True),)
    assert idle_stretches([600], [0], 300, 400, 500) == ()
