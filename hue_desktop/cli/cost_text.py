"""What ``cost`` prints for people: a line for each cluster, or one cluster in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from hue_desktop.core import format as fmt
from hue_desktop.core.billing import Bill, CostPart, Who
from hue_desktop.core.clusters import ClusterRef, ClusterState
from hue_desktop.core.instances import Market, Role
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.errors import HueError
    from hue_desktop.core.pricing import PriceSource
    from hue_desktop.services.cost.values import (
        CostOverview,
        CostShare,
        ExplorerFigure,
        IdleFinding,
    )

__all__ = ["Report", "write_text"]

_PARTS = {CostPart.EC2: "EC2", CostPart.EMR: _("EMR fee"), CostPart.EBS: "EBS"}
_ROLES = {Role.MASTER: _("master"), Role.CORE: _("core"), Role.TASK: _("task")}
_NODES_NAMED = 5


@dataclass(frozen=True)
class Report:
    """What was found out of one cluster, or why nothing was."""

    ref: ClusterRef
    name: str = ""
    state: ClusterState | None = None
    overview: CostOverview | None = None
    bill: Bill | None = None
    by: str = ""
    shares: tuple[CostShare, ...] = ()
    explorer: ExplorerFigure | None = None
    explorer_problem: str = ""
    error: HueError | None = None

    @property
    def active(self) -> bool:
        """Whether it can still waste money."""
        return self.state is not None and self.state.active

    @property
    def at_least(self) -> bool:
        """Whether a price in it is unknown."""
        rate = self.overview.rate.unknown if self.overview else 0
        return bool(rate or (self.bill and self.bill.unknown))


def write_text(
    out: TextIO, reports: Sequence[Report], findings: Sequence[IdleFinding], *, single: bool
) -> None:
    """All of it."""
    told = [report for report in reports if report.error is None]
    if single:
        for report in told:
            out.writelines(f"{line}\n" for line in _full(report))
        return
    if not told:
        out.write(_("No cluster runs.") + "\n")
        return
    out.writelines(f"{line}\n" for line in _table(_list_rows(told)))
    bills = [report.bill for report in told if report.bill]
    out.write("\n" + "\n".join(_sources(each for bill in bills for each in bill.sources)) + "\n")
    if findings:
        out.write("\n" + _("Paid for little:") + "\n")
        for finding in findings:
            out.write(f"  {fmt.money_day(finding.usd_day)}  {finding.title}\n")
            out.write(f"      {finding.why}\n")


def _list_rows(reports: Sequence[Report]) -> Iterable[Sequence[str]]:
    yield (_("cluster"), _("name"), _("state"), "$/h", _("so far"), _("month"), _("Spot saved"))
    rate = so_far = month = saved = 0.0
    for report in reports:
        overview, bill = report.overview, report.bill
        assert overview is not None
        assert bill is not None
        rate += overview.rate.total
        so_far += bill.total
        month += overview.month_usd or 0.0
        saved += bill.saved_by_spot
        yield (
            report.ref.cluster_id,
            report.name,
            report.state.value if report.state else "",
            fmt.money_rate(overview.rate.total, at_least=bool(overview.rate.unknown)),
            fmt.money(bill.total, at_least=bool(bill.unknown)),
            fmt.DASH if overview.month_usd is None else fmt.money(overview.month_usd, 0),
            fmt.money(bill.saved_by_spot),
        )
    at_least = any(report.at_least for report in reports)
    yield (
        _("all"),
        "",
        "",
        fmt.money_rate(rate, at_least=at_least),
        fmt.money(so_far, at_least=at_least),
        fmt.money(month, 0),
        fmt.money(saved),
    )


def _full(report: Report) -> Iterable[str]:
    overview, bill = report.overview, report.bill
    assert overview is not None
    assert bill is not None
    state = report.state.value if report.state else ""
    yield f"{report.name}  {report.ref.cluster_id}  {state}"
    yield _("{start} to {end}, {time}").format(
        start=_utc(bill.start), end=_utc(bill.end), time=fmt.duration(bill.end - bill.start)
    )
    yield ""
    yield from _table(_bill_rows(bill))
    yield ""
    yield from _said(overview, bill)
    if report.by:
        yield ""
        yield from _share_lines(report)
    if report.explorer or report.explorer_problem:
        yield ""
        yield from _explorer_lines(report)
    yield ""
    yield from _sources(bill.sources)


def _bill_rows(bill: Bill) -> Iterable[Sequence[str]]:
    """One row for each role and market, one column for each part."""
    yield ("", *_PARTS.values(), _("all"))
    kinds = {who for _part, who in bill.usd}
    for role in Role:
        for market in Market:
            who = Who(role, market)
            if who in kinds:
                usd = [bill.usd.get((part, who), 0.0) for part in _PARTS]
                name = _ROLES[role] + (" Spot" if market is Market.SPOT else "")
                yield (name, *(fmt.money(each) for each in (*usd, sum(usd))))
    sums = [bill.of_part(part) for part in _PARTS]
    total = fmt.money(bill.total, at_least=bool(bill.unknown))
    yield (_("all"), *(fmt.money(each) for each in sums), total)


def _said(overview: CostOverview, bill: Bill) -> Iterable[str]:
    rate = overview.rate
    hours = (bill.end - bill.start) / 3600.0
    yield _("Now {rate}, {mean} on average.").format(
        rate=fmt.money_rate(rate.total, at_least=bool(rate.unknown)),
        mean=fmt.money_rate(bill.total / hours if hours > 0 else None),
    )
    if overview.month_usd is not None and overview.month_end is not None:
        month = datetime.fromtimestamp(overview.month_end - 1, UTC)
        yield _("{month} comes to {usd} if it runs on like this.").format(
            month=fmt.month_name(month), usd=fmt.money(overview.month_usd, 0)
        )
    if bill.saved_by_spot or rate.saved_by_spot:
        yield _("Spot saved {usd} so far, {rate} now.").format(
            usd=fmt.money(bill.saved_by_spot), rate=fmt.money_rate(rate.saved_by_spot)
        )
    if overview.idle_usd is not None and overview.idle_s is not None:
        yield _("{usd} were paid in {time} without a YARN application ({known} are known).").format(
            usd=fmt.money(overview.idle_usd),
            time=fmt.duration(overview.idle_s),
            known=fmt.duration(overview.idle_known_s),
        )
    if bill.unknown:
        named = ", ".join(sorted(bill.unknown)[:_NODES_NAMED])
        yield _("At least: the price of {count} nodes is not fully known ({named}).").format(
            count=fmt.count(len(bill.unknown)), named=named
        )


def _share_lines(report: Report) -> Iterable[str]:
    if all(share.usd is None for share in report.shares):
        yield _("YARN cannot be asked or knows of nothing, so nobody knows whom it was for.")
        return
    yield from _table(_share_rows(report))


def _share_rows(report: Report) -> Iterable[Sequence[str]]:
    yield (report.by, "", _("user"), "$", _("containers"))
    for share in report.shares:
        yield (
            share.key,
            share.title if share.title != share.key else "",
            share.owner,
            fmt.DASH if share.usd is None else fmt.money(share.usd),
            fmt.percent(None if share.container_share is None else 100 * share.container_share),
        )


def _explorer_lines(report: Report) -> Iterable[str]:
    figure = report.explorer
    if figure is None:
        yield _("Cost Explorer: {problem}").format(problem=report.explorer_problem)
        return
    yield _("Cost Explorer says {usd} from {start} to {end}; ours is {ours}.").format(
        usd=fmt.money(figure.usd),
        start=_utc(figure.start),
        end=_utc(figure.end),
        ours=fmt.DASH if figure.ours_usd is None else fmt.money(figure.ours_usd),
    )
    for why in figure.why:
        yield f"  {why}"


def _sources(sources: Iterable[PriceSource]) -> list[str]:
    found = []
    for source in dict.fromkeys(sources):
        dated = source.as_of
        if dated is None:
            found.append(source.name)
        elif isinstance(dated, datetime):
            found.append(f"{source.name} {dated.astimezone(UTC).strftime('%Y-%m-%d %H:%M UTC')}")
        else:
            found.append(f"{source.name} {dated.isoformat()}")
    return [_("Prices: {sources}.").format(sources="; ".join(found))] if found else []


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns as wide as they need; those with figures stand at the right."""
    lines = [list(row) for row in rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    figures = [all(_is_figure(line[place]) for line in lines[1:]) for place in range(len(lines[0]))]
    return [
        "  ".join(
            cell.rjust(width) if figure else cell.ljust(width)
            for cell, width, figure in zip(line, widths, figures, strict=True)
        ).rstrip()
        for line in lines
    ]


def _is_figure(cell: str) -> bool:
    return cell == fmt.DASH or "$" in cell or cell.endswith("%")


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
