"""How costs are written, where not everything is known."""

from __future__ import annotations

import io
import json

from hue_desktop.cli.cost_json import as_json
from hue_desktop.cli.cost_text import Report, write_text
from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.pricing import CostRate
from hue_desktop.services.cost.values import CostOverview, CostShare

REF = ClusterRef("here", "us-east-1", "j-1")
CORE = Who(Role.CORE, Market.ON_DEMAND)
BILL = Bill(
    0.0,
    7200.0,
    usd={(CostPart.EMR, CORE): 1.25, (CostPart.EBS, CORE): 0.25},
    by_node={"ci-1": 1.5},
    unknown=frozenset(("ci-1",)),
)


def report(bill: Bill = BILL, shares: tuple[CostShare, ...] = (), by: str = "") -> Report:
    rate = CostRate(emr=0.6, ebs=0.1, unknown=len(bill.unknown))
    return Report(
        REF, "etl", ClusterState.RUNNING, CostOverview(rate, bill), bill, by=by, shares=shares
    )


def written(*reports: Report, single: bool = True) -> str:
    out = io.StringIO()
    write_text(out, reports, (), single=single)
    return out.getvalue()


def test_an_unknown_price_makes_sums_at_least_and_names_the_node() -> None:
    text = written(report())
    assert "≥\u00a0$1.50" in text
    assert "At least: the price of 1 nodes is not fully known (ci-1)." in text
    assert "≥\u00a0$0.70/h" in text
    listed = written(report(), single=False)
    assert listed.count("≥") == 4
    assert as_json([report()], ())["at_least"] is True


def test_shares_of_which_nobody_knows_are_not_a_table_of_dashes() -> None:
    text = written(report(shares=(CostShare("s-1", "load"),), by="step"))
    assert "nobody knows" in text
    known = CostShare("s-1", "load", "hadoop", 0.5, 0.25)
    text = written(report(shares=(known, CostShare("s-2", "sum")), by="step"))
    assert "$0.50" in text
    assert "25" in text


def test_json_is_valid_where_little_is_known_and_has_the_errors() -> None:
    bare = Report(REF, error=Unreachable("No answer."))
    text = json.dumps(as_json([report(), bare], ()), allow_nan=False)
    found = json.loads(text)
    assert len(found["clusters"]) == 1
    assert found["clusters"][0]["month_usd"] is None
    assert found["clusters"][0]["explorer"] is None
    assert found["errors"] == [
        {"connection": "here", "region": "us-east-1", "cluster": "j-1", "error": "No answer."}
    ]


def test_no_cluster_says_so() -> None:
    assert written(single=False) == "No cluster runs.\n"
