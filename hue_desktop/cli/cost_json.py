"""What ``cost --json`` prints. Keys are stable: new ones may come, none changes its meaning.

Money is USD, times are ISO 8601 in UTC on the region's clock; ``null`` is what nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hue_desktop.core.billing import CostPart

if TYPE_CHECKING:
    from hue_desktop.cli.cost_text import Report
    from hue_desktop.core.billing import Bill
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.core.pricing import PriceSource
    from hue_desktop.services.cost.values import CostShare, ExplorerFigure, IdleFinding

__all__ = ["as_json"]

Json = dict[str, Any]


def as_json(reports: Sequence[Report], findings: Sequence[IdleFinding]) -> Json:
    """The whole answer."""
    told = [report for report in reports if report.error is None]
    return {
        "currency": "USD",
        "usd_hour": sum(report.overview.rate.total for report in told if report.overview),
        "usd": sum(report.bill.total for report in told if report.bill),
        "at_least": any(report.at_least for report in told),
        "clusters": [_cluster(report) for report in told],
        "findings": [_finding(each) for each in findings],
        "errors": [
            {**_ref(report.ref), "error": str(report.error)}
            for report in reports
            if report.error is not None
        ],
    }


def _cluster(report: Report) -> Json:
    overview, bill = report.overview, report.bill
    assert overview is not None
    assert bill is not None
    rate = overview.rate
    return {
        **_ref(report.ref),
        "name": report.name,
        "state": report.state.value if report.state else None,
        "since": _time(bill.start),
        "until": _time(bill.end),
        "usd": bill.total,
        "at_least": report.at_least,
        "unknown_nodes": len(bill.unknown),
        "parts": {part.value: bill.of_part(part) for part in CostPart},
        "lines": _lines(bill),
        "nodes": len(bill.by_node),
        "on_demand_usd": bill.on_demand_usd,
        "saved_by_spot_usd": bill.saved_by_spot,
        "usd_hour": rate.total,
        "usd_hour_parts": {"ec2": rate.ec2, "emr": rate.emr, "ebs": rate.ebs},
        "saved_by_spot_usd_hour": rate.saved_by_spot,
        "month_usd": overview.month_usd,
        "month_end": _time(overview.month_end),
        "idle_usd": overview.idle_usd,
        "idle_hours": _hours(overview.idle_s),
        "idle_known_hours": _hours(overview.idle_known_s),
        "by": report.by or None,
        "shares": [_share(each) for each in report.shares],
        "explorer": _explorer(report.explorer),
        "explorer_problem": report.explorer_problem or None,
        "sources": [_source(each) for each in bill.sources],
    }


def _ref(ref: ClusterRef) -> Json:
    return {"connection": ref.connection, "region": ref.region, "cluster": ref.cluster_id}


def _lines(bill: Bill) -> list[Json]:
    found = [
        {"part": part.value, "role": who.role.value, "market": who.market.value, "usd": usd}
        for (part, who), usd in bill.usd.items()
    ]
    return sorted(found, key=lambda each: (each["role"], each["market"], each["part"]))


def _share(share: CostShare) -> Json:
    return {
        "id": share.key,
        "title": share.title,
        "owner": share.owner or None,
        "usd": share.usd,
        "container_share": share.container_share,
        "started": _time(share.started),
        "ended": _time(share.ended),
    }


def _explorer(figure: ExplorerFigure | None) -> Json | None:
    if figure is None:
        return None
    return {
        "usd": figure.usd,
        "since": _time(figure.start),
        "until": _time(figure.end),
        "estimated": figure.estimated,
        "ours_usd": figure.ours_usd,
        "why": list(figure.why),
    }


def _finding(finding: IdleFinding) -> Json:
    return {
        **_ref(finding.ref),
        "kind": finding.kind.value,
        "title": finding.title,
        "why": finding.why,
        "usd_day": finding.usd_day,
        "action": finding.action,
        "since": _time(finding.since),
    }


def _source(source: PriceSource) -> Json:
    return {"name": source.name, "as_of": source.as_of.isoformat() if source.as_of else None}


def _time(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(round(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 3600.0
