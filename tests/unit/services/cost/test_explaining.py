"""Why Cost Explorer differs, and AWS's months."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.cost_ports import ExplorerCosts
from hue_desktop.core.instances import Market, Role
from hue_desktop.services.cost.explaining import differences, midnight
from hue_desktop.services.cost.months import month_of

CORE = Who(Role.CORE, Market.ON_DEMAND)
LATER = midnight(date(2026, 3, 20))


def a_dollar_of_ebs_a_day(start: float, end: float) -> Bill:
    return Bill(start, end, {(CostPart.EBS, CORE): max(0.0, end - start) / 86_400.0})


def why(usd: dict[tuple[str, str], float], now: float = LATER, **more: bool) -> str:
    costs = ExplorerCosts(date(2026, 2, 1), date(2026, 2, 11), usd, more.get("estimated", False))
    return "\n".join(differences(costs, a_dollar_of_ebs_a_day, now))


@pytest.mark.parametrize(
    ("at", "begin", "end"),
    [
        ((2026, 11, 30, 23, 59), (2026, 11, 1), (2026, 12, 1)),
        ((2026, 12, 1, 0, 0), (2026, 12, 1), (2027, 1, 1)),
        ((2028, 2, 29, 12, 0), (2028, 2, 1), (2028, 3, 1)),
    ],
)
def test_months_are_those_of_the_calendar_in_utc(
    at: tuple[int, ...], begin: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    moment = datetime(*at, tzinfo=UTC)  # type: ignore[arg-type,misc]
    assert month_of(moment.timestamp()) == (midnight(date(*begin)), midnight(date(*end)))


def test_ebs_of_a_short_month_costs_more_than_ours() -> None:
    text = why({("BoxUsage:m5.xlarge", "Usage"): 1.0})
    assert f"+${10 * (730 / 672 - 1):.2f}" in text
    assert "late" not in text


def test_what_is_not_in_our_bill_is_told_with_its_amount() -> None:
    text = why(
        {
            ("EU-BoxUsage:m5.xlarge", "Usage"): 10.0,
            ("USE2-SpotUsage:m5.xlarge", "Usage"): 10.0,
            ("EBS:VolumeUsage.gp3", "Usage"): 10.0,
            ("DataTransfer-Regional-Bytes", "Usage"): 0.75,
            ("EBS:VolumeP-IOPS.gp3", "Usage"): 0.25,
            ("BoxUsage:m5.xlarge", "Credit"): -3.5,
            ("", "Tax"): 1.9,
            ("BoxUsage:m5.xlarge", "NewWord"): 2.0,
        }
    )
    assert "+$1.00 are not in ours" in text
    assert "−$3.50 are credits" in text
    assert "+$1.90 are tax" in text
    assert "+$2.00 are “NewWord”" in text


def test_the_last_day_is_late_and_told_with_ours() -> None:
    text = why({("BoxUsage:m5.xlarge", "Usage"): 1.0}, now=midnight(date(2026, 2, 10)) + 43_200)
    assert "ours of the last 24 hours is $1.00" in text


def test_an_estimate_and_an_answer_without_anything_are_said() -> None:
    assert "estimate" in why({("BoxUsage", "Usage"): 1.0}, estimated=True)
    assert "activated" in why({})
