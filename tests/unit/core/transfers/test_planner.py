"""Plans: routes, prices, suggestions, ticks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.plan import Forecast, TransferPlan
from hue_desktop.core.transfers.planner import ClusterFacts, PlanFacts, TransferDraft, make_plan
from hue_desktop.core.transfers.selection import select
from hue_desktop.core.transfers.speeds import Speed
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    PlannedFile,
    Route,
    TransferOptions,
    TransferRequest,
    TransferSummary,
)

GIB, MIB = 1024**3, 1024**2
HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-1")
S3 = StoreId(StoreKind.S3, "prod", "us-east-1")
SOURCE, TARGET = Location(HDFS, "/events/d"), Location(S3, "/lake/raw/")


def file(name: str, size: int, comparison: Comparison = Comparison.NEW) -> PlannedFile:
    return PlannedFile(SOURCE.child(name), TARGET.child(f"d/{name}"), f"d/{name}", size, None,
                       comparison)  # fmt: skip


FILES = (
    file("big", 10 * GIB),
    file("small", 1 * MIB),
    file("changed", 2 * GIB, Comparison.DIFFERS),
    file("_SUCCESS", 0, Comparison.SAME),
)
SUMMARY = TransferSummary(4, 12 * GIB + MIB, 2, 10 * GIB + MIB, 1, 0, 1, 2 * GIB)
FACTS = PlanFacts(
    speeds={
        Route.STREAM: Speed(0.2, 0.01, 1 / (100 * MIB), 3, 100.0 * MIB),
        Route.S3DISTCP: Speed(45, 0.01, 1 / GIB, 6, 1.55 * GIB),
        Route.SERVER_SIDE: Speed(0.2, 0.005, 1 / GIB),
    },
    cluster=ClusterFacts("analytics", yarn_free_bytes=36 * GIB, yarn_total_bytes=90 * GIB),
    source_region="us-east-1",
    target_region="us-east-1",
)


def draft(**changes: Any) -> TransferDraft:
    options = TransferOptions(conflict=changes.pop("conflict", Conflict.OVERWRITE))
    request = TransferRequest(changes.pop("sources", (SOURCE,)), changes.pop("target", TARGET),
                              replace(options, route=changes.pop("route", None)))  # fmt: skip
    facts = replace(FACTS, **changes.pop("facts", {}))
    return TransferDraft(request, changes.pop("summary", SUMMARY), FILES, facts, **changes)


def of(plan: TransferPlan, route: Route) -> Forecast:
    return next(one for one in plan.forecasts if one.route is route)


def test_the_step_is_suggested_where_it_saves_egress_and_time() -> None:
    plan = make_plan(draft())
    assert plan.suggested is Route.S3DISTCP
    assert plan.forecasts[0].route is Route.S3DISTCP
    step, stream = of(plan, Route.S3DISTCP), of(plan, Route.STREAM)
    assert stream.usd == pytest.approx(0.09 * (12 * GIB + MIB) / 1e9, rel=0.01)
    assert step.usd is not None
    assert step.usd < 0.01
    assert "leaves AWS" in step.why
    assert "1.6\N{NO-BREAK SPACE}GiB/s in 6 runs" in step.why
    assert step.load.startswith("3 vCPU")  # one mapper a file, three files
    assert "s3-dist-cp" in step.command
    assert "_SUCCESS" in step.command
    assert "egress" in dict(stream.usd_parts)
    assert not plan.blocked


def test_server_side_is_refused_with_its_reason() -> None:
    refused = of(make_plan(draft()), Route.SERVER_SIDE)
    assert not refused.possible
    assert refused.why == "The source is HDFS, and S3 copies only from S3."
    assert refused.time_s is None
    assert refused.usd is None


def test_s3_copies_within_itself_when_it_can() -> None:
    sources = (Location(S3, "/lake/a/"),)
    plan = make_plan(draft(sources=sources))
    assert plan.suggested is Route.SERVER_SIDE
    assert of(plan, Route.SERVER_SIDE).load == "none"
    other = make_plan(draft(sources=sources, facts={"same_identity": False}))
    assert other.suggested is Route.STREAM
    assert "identity" in of(other, Route.SERVER_SIDE).why


def test_regions_apart_cost() -> None:
    plan = make_plan(draft(sources=(Location(S3, "/x/"),), facts={"target_region": "eu-west-1"}))
    assert dict(of(plan, Route.SERVER_SIDE).usd_parts)["egress"] == pytest.approx(0.258, abs=0.01)


def test_a_region_without_a_price_list_makes_the_cost_unknown() -> None:
    plan = make_plan(draft(facts={"target_region": "mars-1"}))
    assert of(plan, Route.STREAM).usd is None


def test_uploading_from_this_machine_pays_requests_only() -> None:
    plan = make_plan(draft(sources=(Location(LOCAL, "/d"),), facts={"source_region": ""}))
    stream = of(plan, Route.STREAM)
    assert plan.suggested is Route.STREAM
    assert [name for name, _usd in stream.usd_parts] == ["requests"]
    parts = 10 * 64 + 2 * 64 + 2 * 2 + 1  # 16 MiB parts, begin and end of two, and one PUT
    assert stream.usd == pytest.approx(0.005 * parts / 1000, rel=0.01)


def test_a_cluster_that_takes_no_step_says_why() -> None:
    cluster = replace(FACTS.cluster or ClusterFacts(""), problem="analytics is terminated.")
    plan = make_plan(draft(facts={"cluster": cluster}))
    assert of(plan, Route.S3DISTCP).why == "analytics is terminated."
    assert plan.suggested is Route.STREAM


def test_a_cluster_that_would_end_costs_its_minutes() -> None:
    cluster = replace(FACTS.cluster or ClusterFacts(""), keep_alive=False, usd_hour=14.0)
    step = of(make_plan(draft(facts={"cluster": cluster})), Route.S3DISTCP)
    assert dict(step.usd_parts)["cluster minutes"] == pytest.approx(
        14.0 * (step.time_s or 0) / 3600
    )


def test_the_persons_route_stands_and_an_impossible_one_blocks() -> None:
    assert make_plan(draft(route=Route.STREAM)).suggested is Route.STREAM
    plan = make_plan(draft(route=Route.SERVER_SIDE))
    assert plan.blocked == of(plan, Route.SERVER_SIDE).why


def test_unticking_and_the_rule_change_what_is_copied() -> None:
    base = draft()
    assert select(SUMMARY, FILES, base.request).files == 3
    unticked = replace(base.request, unticked=frozenset({"d/big"}))
    assert select(SUMMARY, FILES, unticked).bytes == 2 * GIB + MIB
    skip = replace(base.request, options=TransferOptions(conflict=Conflict.SKIP))
    chosen = select(SUMMARY, FILES, skip)
    assert (chosen.files, chosen.replaced) == (2, 0)
    plan = make_plan(base, unticked)
    assert (of(plan, Route.STREAM).time_s or 0) < (of(make_plan(base), Route.STREAM).time_s or 0)


def test_everything_taken_out_leaves_nothing_to_do() -> None:
    base = draft()
    names = frozenset({"d/big", "d/small", "d/changed"})
    assert "Nothing is left" in make_plan(base, replace(base.request, unticked=names)).blocked
    assert "nothing to copy" in make_plan(draft(summary=TransferSummary())).blocked


def test_a_full_target_blocks() -> None:
    assert "room for 1\N{NO-BREAK SPACE}GiB" in make_plan(draft(facts={"free_bytes": GIB})).blocked


@pytest.mark.parametrize(
    ("versioned", "words"),
    [(True, "S3 keeps the old version."), (False, "1 file is replaced for good.")],
)
def test_what_happens_to_replaced_files_is_said(versioned: bool, words: str) -> None:
    assert words in make_plan(draft(facts={"versioned": versioned})).warnings


def test_nothing_is_claimed_of_a_bucket_that_nobody_asked() -> None:
    assert make_plan(draft()).warnings == ()
