"""The 90-day line of a Spot price: few points, no spike lost, unread stretches left out."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.billing import PriceStep
from hue_desktop.core.candidates.spot_lines import MOST_POINTS, spot_line

steps_of = st.lists(
    st.tuples(st.floats(0, 1000), st.one_of(st.floats(0.01, 10), st.just(math.nan))),
    max_size=400,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: [PriceStep(*pair) for pair in sorted(pairs)])


@given(steps_of)
def test_few_points_in_order_that_keep_the_extremes(steps: list[PriceStep]) -> None:
    line = spot_line(steps, 100.0, 900.0)
    assert len(line) <= MOST_POINTS
    assert [at for at, _usd in line] == sorted(at for at, _usd in line)
    assert all(100.0 <= at <= 900.0 and not math.isnan(usd) for at, usd in line)
    inside = [usd for at, usd in steps if 100.0 <= at <= 900.0 and not math.isnan(usd)]
    if inside:
        shown = [usd for _at, usd in line]
        assert max(shown) >= max(inside)
        assert min(shown) <= min(inside)


def test_the_price_at_the_start_is_the_one_that_held() -> None:
    line = spot_line([PriceStep(10, 1.0), PriceStep(50, 2.0)], 20, 100)
    assert line == ((20, 1.0), (50, 2.0), (100, 2.0))


def test_nothing_read_is_no_line() -> None:
    assert spot_line([], 0, 100) == ()
    assert spot_line([PriceStep(5, math.nan)], 0, 100) == ()


def test_a_line_stops_where_nobody_has_read_on() -> None:
    assert spot_line([PriceStep(10, 1.0), PriceStep(50, math.nan)], 0, 100) == ((10, 1.0),)
