"""``hue-desktop cost``: what clusters cost, by what and for whom, and what is paid for little."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.cli.cost_json import as_json
from hue_desktop.cli.cost_text import Report, write_text
from hue_desktop.core.errors import Cancelled, HueError, NotFound, UsageError
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef, ClusterSummary
    from hue_desktop.core.ports import RegionAccess
    from hue_desktop.services.cost.values import CostShare, IdleFinding
    from hue_desktop.wiring import Application

__all__ = ["CostOptions", "named_cluster", "parse_since", "tell_cost"]

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*(m|min|h|d|w)", re.IGNORECASE)
_UNITS_S = {"m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_CLUSTER_ID = re.compile(r"j-[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class CostOptions:
    """What was asked for on the command line."""

    cluster: str = ""
    since: str = ""
    by: str = ""  #: ``step``, ``application``, ``user``
    explorer: bool = False
    as_json: bool = False


def tell_cost(application: Application, options: CostOptions) -> int:
    """Print what was asked for; 1 when a cluster could not be read, else 0."""
    if options.since:
        parse_since(options.since, datetime.now(UTC))  # before anything is contacted
    refs = _wanted(application, options)
    reports = _reports(application, refs, options)
    findings: tuple[IdleFinding, ...] = ()
    if not options.cluster:
        surveyed = application.cost.survey(each.ref for each in reports if each.active)
        findings = surveyed.findings
    if options.as_json:
        json.dump(as_json(reports, findings), sys.stdout, indent=2, allow_nan=False)
        sys.stdout.write("\n")
    else:
        write_text(sys.stdout, reports, findings, single=bool(options.cluster))
    sys.stdout.flush()
    failed = [report for report in reports if report.error is not None]
    for report in failed:
        print(f"hue-desktop: {report.ref.cluster_id}: {report.error}", file=sys.stderr)
    return 1 if failed else 0


def parse_since(text: str, now: datetime) -> float:
    """The epoch seconds that ``7d``, ``12h``, ``month`` or ``2026-11-01[T08:00]`` means (UTC)."""
    if text == "month":
        return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
    found = _AGO.fullmatch(text.strip())
    if found:
        back = timedelta(seconds=float(found[1]) * _UNITS_S[found[2].lower()])
        return (now - back).timestamp()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            _("“{text}” is no time.").format(text=text),
            remedy=_("Write it like 7d, 12h, month, 2026-11-01 or 2026-11-01T08:00."),
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _wanted(application: Application, options: CostOptions) -> tuple[ClusterRef, ...]:
    """The cluster that was named, or all that run, and with ``since`` those that ended since."""
    if options.cluster:
        return (named_cluster(application, options.cluster),)
    refs = [each.ref for each in application.running_clusters.all()]
    if options.since:
        refs += _ended(application, options.since)
    return tuple(dict.fromkeys(refs))


def named_cluster(application: Application, wanted: str) -> ClusterRef:
    """The cluster of that id or name, also one that has ended. ``UsageError`` unless it is one."""
    failure: HueError | None = None
    try:
        found = application.running_clusters.find(wanted)
    except Cancelled:
        raise
    except HueError as error:
        found, failure = (), error
    refs = [each.ref for each in found] or _endednamed_cluster(application, wanted)
    if len(refs) == 1:
        return refs[0]
    if refs:
        raise UsageError(
            _("Several clusters are called “{name}”.").format(name=wanted),
            remedy=_("Name one by its id: {ids}.").format(
                ids=", ".join(ref.cluster_id for ref in refs)
            ),
        )
    if failure is not None:
        raise failure
    raise UsageError(
        _("No cluster has the id or name “{name}”.").format(name=wanted),
        remedy=_("`hue-desktop cost` lists those that run; one that ended is named by its id."),
    )


def _endednamed_cluster(application: Application, wanted: str) -> list[ClusterRef]:
    """A cluster that does not run any more: EMR keeps it for two months, we what was recorded."""
    refs = []
    if _CLUSTER_ID.fullmatch(wanted):
        refs = [ref for ref, doors in _places(application, wanted) if _knows(doors, wanted)]
    return refs or [
        snapshot.ref
        for snapshot in application.cost.recorded()
        if wanted in (snapshot.ref.cluster_id, snapshot.summary.name)
    ]


def _knows(doors: RegionAccess, cluster_id: str) -> bool:
    try:
        doors.emr.describe_cluster(cluster_id)
    except Cancelled:
        raise
    except HueError:
        return False
    return True


def _places(
    application: Application, cluster_id: str = ""
) -> Iterable[tuple[ClusterRef, RegionAccess]]:
    from hue_desktop.core.clusters import ClusterRef

    for connection in application.connections.connections():
        for region in connection.regions:
            try:
                doors = application.doors(connection.name, region)
            except Cancelled:
                raise
            except HueError:
                continue
            yield ClusterRef(connection.name, region, cluster_id), doors


def _ended(application: Application, since: str) -> list[ClusterRef]:
    """Clusters that ended after that time, as far as EMR can be asked."""
    from hue_desktop.core.clusters import ClusterRef

    found = []
    for place, doors in _places(application):
        try:
            listed: Sequence[ClusterSummary] = doors.emr.list_clusters()
        except Cancelled:
            raise
        except HueError:
            continue
        start = parse_since(since, application.cost.region_now(place))
        found += [
            ClusterRef(place.connection, place.region, each.id)
            for each in listed
            if each.ended is not None and each.ended.timestamp() >= start
        ]
    return found


def _reports(
    application: Application, refs: Sequence[ClusterRef], options: CostOptions
) -> list[Report]:
    """All of them, several at a time, in the order of ``refs``."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4, "cost") as pool:
        futures = [pool.submit(_report, application, ref, options) for ref in refs]
        return [future.result() for future in futures]


def _report(application: Application, ref: ClusterRef, options: CostOptions) -> Report:
    cost = application.cost
    try:
        snapshot = cost.snapshot(ref)
        overview = cost.overview(ref)
        bill = overview.bill
        if options.since:
            start = parse_since(options.since, cost.region_now(ref))
            bill = cost.bill(ref, max(start, bill.start))
        shares = _shares(application, ref, options.by)
        figure = cost.explorer(ref) if options.explorer else None
        problem = cost.explorer_problem(ref) if options.explorer else ""
    except Cancelled:
        raise
    except NotFound as error:
        raise UsageError(error.message, remedy=error.remedy) from error
    except HueError as error:
        return Report(ref, error=error)
    return Report(
        ref,
        name=snapshot.summary.name,
        state=snapshot.summary.state,
        overview=overview,
        bill=bill,
        by=options.by,
        shares=shares,
        explorer=figure,
        explorer_problem=problem,
    )


def _shares(application: Application, ref: ClusterRef, by: str) -> tuple[CostShare, ...]:
    if by == "step":
        return application.cost.by_step(ref)
    if by == "application":
        return application.cost.by_application(ref)
    return application.cost.by_user(ref) if by == "user" else ()
