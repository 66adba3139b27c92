"""Stacked layers as values: bounds, axis, and where names have room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.ui.charts.stack import Layer, Stack, axis_step, label_places


def _stack(*values: tuple[float, ...]) -> Stack:
    layers = tuple(
        Layer(str(i), f"Part {i}", f"p{i}", "other", each) for i, each in enumerate(values)
    )
    return Stack(tuple(float(10 * i) for i in range(len(values[0]) + 1)), layers)


def test_layers_stand_on_each_other() -> None:
    stack = _stack((1.0, 2.0), (3.0, 0.0))
    assert stack.bounds == ((0.0, 0.0), (1.0, 2.0), (4.0, 2.0))
    assert stack.highest == 4.0


def test_a_value_holds_over_its_stretch() -> None:
    stack = _stack((1.0, 2.0))
    assert [stack.values_at(at) for at in (0.0, 9.9, 10.0, 20.0)] == [
        (1.0,),
        (1.0,),
        (2.0,),
        (2.0,),
    ]
    assert stack.values_at(-0.1) is None
    assert stack.values_at(20.1) is None


@pytest.mark.parametrize(
    ("highest", "step"),
    [(14.11, 4.0), (16.0, 4.0), (0.75, 0.2), (9.9, 2.5), (1200.0, 400.0), (0.0, 0.25)],
)
def test_an_axis_has_few_round_rules(highest: float, step: float) -> None:
    assert axis_step(highest) == pytest.approx(step)


@given(st.floats(1e-6, 1e7))
def test_four_rules_are_enough_and_not_far_too_many(highest: float) -> None:
    step = axis_step(highest)
    assert 4 * step >= highest * (1 - 1e-6)
    assert step <= highest


def test_names_stand_in_their_areas_at_one_place_if_they_fit() -> None:
    stack = _stack((4.0, 4.0, 4.0), (0.1, 4.0, 4.0), (0.1, 0.1, 0.1))
    places = label_places(stack, (30.0, 30.0, 30.0), 1.5, 0.0, 300.0)
    assert places[2] is None
    assert places[0] is not None
    assert places[1] is not None
    assert places[0].x == places[1].x >= 100
    assert (places[0].value, places[1].value) == (2.0, 6.0)


def test_names_keep_clear_of_upright_lines() -> None:
    stack = _stack((4.0,))
    free = label_places(stack, (30.0,), 1.5, 0.0, 300.0)[0]
    assert free is not None
    pushed = label_places(stack, (30.0,), 1.5, 0.0, 300.0, [free.x + 3])[0]
    assert pushed is not None
    assert abs(pushed.x - free.x - 3) > 15
    assert label_places(stack, (30.0,), 1.5, 0.0, 60.0, [20.0, 40.0]) == (None,)


def test_nothing_has_no_names() -> None:
    assert label_places(Stack((), ()), (), 15, 0.0, 100.0) == ()
