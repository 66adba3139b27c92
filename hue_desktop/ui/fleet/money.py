"""What the cost service adds to the fleet's rows: dollars so far, and what the idle finder says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.format import money_day
from hue_desktop.core.text import _
from hue_desktop.services.cost.values import CostOverview, IdleFinding, IdleKind
from hue_desktop.services.fleet import FleetSnapshot
from hue_desktop.ui.bills import carried_on
from hue_desktop.ui.fleet.rows import FleetRow

__all__ = ["RowMoney", "dearest_findings"]


class RowMoney:
    """Adds what is known to rows, and keeps those of which nothing that shows has changed."""

    def __init__(self) -> None:
        self._made: dict[ClusterRef, tuple[FleetRow, FleetRow]] = {}

    def of(
        self,
        rows: Iterable[FleetRow],
        snapshot: FleetSnapshot,
        bill_of: Callable[[ClusterRef], CostOverview | None],
        findings: Mapping[ClusterRef, IdleFinding],
    ) -> tuple[FleetRow, ...]:
        """The rows; bills are carried on to the region's time at the rate of now."""
        local = datetime.now(UTC)
        fresh: dict[ClusterRef, tuple[FleetRow, FleetRow]] = {}
        made = []
        for row in rows:
            costs, found = bill_of(row.ref), findings.get(row.ref)
            if costs is None and found is None:
                made.append(row)
                continue
            now = snapshot.region_now(row.ref, now=local).timestamp()
            so_far = _so_far(row, costs, now) if costs is not None else None
            marker, tip = (_marker(found), _tip(found)) if found is not None else ("", "")
            at_least = costs is not None and bool(costs.bill.unknown)
            bare, known = self._made.get(row.ref, (None, row))
            shown = (known.so_far, known.at_least, known.marker_tip)
            if bare is not row or shown != (so_far, at_least, tip):
                known = replace(
                    row, so_far=so_far, at_least=at_least, marker=marker, marker_tip=tip
                )
            fresh[row.ref] = (row, known)
            made.append(known)
        self._made = fresh
        return tuple(made)


def _so_far(row: FleetRow, costs: CostOverview, now: float) -> float:
    """USD in whole cents; of what is no more, or not read any more, as it was added up."""
    usd_hour = row.usd_hour if row.active and not row.stale else None
    return round(carried_on(costs.bill.total, costs.bill.end, usd_hour, now), 2)


def dearest_findings(findings: Iterable[IdleFinding]) -> dict[ClusterRef, IdleFinding]:
    """One finding of each cluster: the one with the most dollars, the first of equal ones."""
    found: dict[ClusterRef, IdleFinding] = {}
    for each in findings:
        known = found.get(each.ref)
        if known is None or (each.usd_day or 0.0) > (known.usd_day or 0.0):
            found[each.ref] = each
    return found


def _marker(found: IdleFinding) -> str:
    """What stands after the state; that a cluster idles is said in a column of its own."""
    return {
        IdleKind.FORGOTTEN: _("protected"),
        IdleKind.NEVER_ENDS: _("never ends"),
        IdleKind.SPARE_CORE: _("spare core"),
        IdleKind.LARGE_MASTER: _("large master"),
    }.get(found.kind, "")


def _tip(found: IdleFinding) -> str:
    words = [found.title + ".", found.why]
    if found.usd_day:
        words.append(_("{usd} paid in vain.").format(usd=money_day(found.usd_day)))
    return " ".join(words)
