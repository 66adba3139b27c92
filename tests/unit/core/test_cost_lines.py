"""The lines of a change add up as a person reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.core.cost_lines import cost_lines, count_line, total_line
from hue_desktop.core.pricing import CostChange, CostRate

CENTS = st.floats(0, 500, allow_nan=False)
RATES = st.builds(CostRate, ec2=CENTS, emr=CENTS, ebs=CENTS)


def _value(text: str) -> float:
    digits = "".join(sign for sign in text if sign.isdigit() or sign == ".")
    return float(digits or 0) * (-1 if "−" in text else 1)


@given(RATES, RATES)
def test_parts_add_up_to_the_total_and_differences_are_of_the_shown(
    before: CostRate, after: CostRate
) -> None:
    change = CostChange(before, after)
    lines, total = cost_lines(change), total_line(change)
    assert round(sum(_value(line.before) for line in lines), 2) == _value(total.before)
    assert round(sum(_value(line.after) for line in lines), 2) == _value(total.after)
    for line in lines:
        assert round(_value(line.after) - _value(line.before), 2) == _value(line.delta)


def test_the_words_of_a_growing_cluster() -> None:
    change = CostChange(CostRate(9.42, 3.41, 1.28), CostRate(12.10, 5.00, 1.47))
    total = total_line(change)
    assert (total.before, total.after, total.delta) == ("$14.11/h", "$18.57/h", "+$4.46/h")
    assert [line.delta for line in cost_lines(change)] == ["+$2.68", "+$1.59", "+$0.19"]
    assert not total.saves


def test_an_unknown_price_makes_the_total_a_lower_bound() -> None:
    total = total_line(CostChange(CostRate(1.0), CostRate(2.0, unknown=3)))
    assert total.after.startswith("≥")
    assert not total.before.startswith("≥")


def test_saving_is_marked_and_nothing_is_a_dash() -> None:
    change = CostChange(CostRate(2.0, 1.0), CostRate(1.0, 1.0))
    ec2, emr, _ebs = cost_lines(change)
    assert (ec2.delta, ec2.saves, emr.delta) == ("−$1.00", True, "–")
    assert total_line(CostChange(CostRate(1.0), CostRate(1.0))).delta == "no change"


def test_counts_with_their_unit() -> None:
    line = count_line("Memory", 1312, 2044, "GiB")
    assert (line.before, line.after, line.delta) == ("1\u202f312 GiB", "2\u202f044 GiB", "+732")
    assert count_line("Nodes", 5, 3).delta == "−2"
