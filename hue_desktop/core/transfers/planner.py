"""Predicting a transfer: which routes there are, what each takes, and which one to suggest.

Pure: whoever plans has compared the two sides and read the facts before. A person may then change
ticks, rule and bandwidth, and the plan is made anew without asking any store again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hue_desktop.core.format import DASH, count, duration, money, size
from hue_desktop.core.storage import StoreKind
from hue_desktop.core.text import _, ngettext
from hue_desktop.core.transfers.distcp import DistCpStep, command_line, distcp_step
from hue_desktop.core.transfers.expenses import expenses
from hue_desktop.core.transfers.plan import Forecast, TransferPlan
from hue_desktop.core.transfers.selection import Selection, select
from hue_desktop.core.transfers.speeds import Speed
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    PlannedFile,
    Route,
    TransferRequest,
    TransferSummary,
)

__all__ = [
    "MAP_BYTES",
    "ClusterFacts",
    "PlanFacts",
    "TransferDraft",
    "make_plan",
    "money_text",
    "time_text",
]

MAP_BYTES = 1536 * 1024 * 1024  #: YARN memory of one mapper of S3DistCp, as EMR sets it
_USD_HOUR_OF_WAITING = 20.0  #: an hour less of waiting is worth about as much
_USD_STEP = 0.25  #: a step takes room from the cluster's own work: for little it is not worth it
_ORDER = (Route.SERVER_SIDE, Route.S3DISTCP, Route.STREAM)


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The cluster that would run a step. ``problem`` says why it takes none now."""

    name: str
    problem: str = ""
    yarn_free_bytes: int | None = None
    yarn_total_bytes: int | None = None
    usd_hour: float | None = None
    keep_alive: bool = True  #: it runs on anyway, so its hours cost nothing more

    @property
    def containers(self) -> int:
        """Mappers that there is room for now, or at all when nothing is free; 0: not known."""
        room = self.yarn_free_bytes or self.yarn_total_bytes
        return max(1, room // MAP_BYTES) if room else 0

    @property
    def full(self) -> bool:
        """Whether YARN has no room for a mapper now."""
        return self.yarn_free_bytes is not None and self.yarn_free_bytes < MAP_BYTES


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What is known beside the files. ``None`` is not known."""

    speeds: Mapping[Route, Speed] = field(default_factory=dict)
    cluster: ClusterFacts | None = None
    source_region: str = ""  #: of S3, or of the cluster; empty for this machine
    target_region: str = ""
    same_identity: bool = True  #: both S3 stores are reached with one identity
    versioned: bool | None = None  #: the target's bucket keeps old versions
    free_bytes: int | None = None  #: room at the target
    folder: bool = True  #: a single source is a folder
    warnings: tuple[str, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class TransferDraft:
    """A comparison of both sides with the facts: enough to make plans of."""

    request: TransferRequest
    summary: TransferSummary
    files: tuple[PlannedFile, ...]
    facts: PlanFacts = field(default_factory=PlanFacts)
    files_left_out: int = 0


def make_plan(draft: TransferDraft, request: TransferRequest | None = None) -> TransferPlan:
    """The plan of a draft, with the ticks and options of ``request`` if they have changed."""
    draft = draft if request is None else replace(draft, request=request)
    chosen = select(draft.summary, draft.files, draft.request)
    step = _step(draft)
    forecasts = tuple(_forecast(route, draft, chosen, step) for route in _ORDER)
    suggested = _suggested(draft.request, forecasts)
    ordered = sorted(forecasts, key=lambda one: (one.route is not suggested, not one.possible))
    explained = tuple(_explained(one, suggested, forecasts, draft, step) for one in ordered)
    return TransferPlan(
        request=draft.request,
        summary=draft.summary,
        files=draft.files,
        forecasts=explained,
        suggested=suggested,
        files_left_out=draft.files_left_out,
        warnings=(*draft.facts.warnings, *_warnings(draft, chosen)),
        blocked=draft.facts.blocked or _blocked(draft, chosen, forecasts),
    )


def _step(draft: TransferDraft) -> DistCpStep:
    same = [one.relative for one in draft.files if one.comparison is Comparison.SAME]
    return distcp_step(
        draft.request,
        same=same,
        differing=draft.summary.differing,
        complete=draft.files_left_out == 0,
        folder=draft.facts.folder,
    )


def _forecast(route: Route, draft: TransferDraft, chosen: Selection, step: DistCpStep) -> Forecast:
    problem = _problem(route, draft, step)
    speed = draft.facts.speeds.get(route)
    if problem or speed is None:
        return Forecast(route, possible=not problem, why=problem)
    limit = draft.request.options.bandwidth_limit if route is Route.STREAM else None
    seconds = speed.seconds(chosen.files, chosen.bytes, limit)
    parts = expenses(route, draft.request, chosen, draft.facts, seconds)
    return Forecast(
        route,
        possible=True,
        why="",
        time_s=seconds,
        usd=sum(usd for _name, usd in parts) if parts is not None else None,
        usd_parts=parts or (),
        load=_load(route, draft, chosen, seconds),
        command=command_line(step.args) if route is Route.S3DISTCP else "",
        measured=speed.measured,
    )


def _problem(route: Route, draft: TransferDraft, step: DistCpStep) -> str:
    if route is Route.SERVER_SIDE:
        return _server_side_problem(draft)
    if route is Route.S3DISTCP:
        if step.problem:
            return step.problem
        cluster = draft.facts.cluster
        return cluster.problem if cluster is not None else _("The cluster is not known.")
    return ""


def _server_side_problem(draft: TransferDraft) -> str:
    target = draft.request.target.store
    for source in draft.request.sources:
        if source.store.kind is not StoreKind.S3:
            what = _("HDFS") if source.store.kind is StoreKind.HDFS else _("this machine")
            return _("The source is {what}, and S3 copies only from S3.").format(what=what)
    if target.kind is not StoreKind.S3:
        return _("The target is not S3, and S3 copies only within itself.")
    if not draft.facts.same_identity:
        return _("The buckets belong to different connections; S3 copies with one identity only.")
    return ""


def _load(route: Route, draft: TransferDraft, chosen: Selection, seconds: float) -> str:
    if route is Route.SERVER_SIDE:
        return _("none")
    if route is Route.S3DISTCP:
        cluster = draft.facts.cluster
        maps = min(cluster.containers, max(1, chosen.files)) if cluster is not None else 0
        if not maps:
            return _("YARN of the cluster")
        return _("{n} vCPU, {memory} YARN").format(n=maps, memory=size(maps * MAP_BYTES))
    kinds = {source.store.kind for source in draft.request.sources}
    if kinds == {StoreKind.LOCAL} and draft.request.target.store.kind is StoreKind.LOCAL:
        return _("this machine’s disk")
    setup = draft.facts.speeds[route].setup_s
    rate = chosen.bytes / max(seconds - setup, 0.001)
    return _("{rate}/s of your line").format(rate=size(rate))


def _suggested(request: TransferRequest, forecasts: tuple[Forecast, ...]) -> Route:
    """The person's choice, else the possible route that is the least of waiting and paying."""
    wanted = request.options.route
    if wanted is not None:
        return wanted
    possible = [one for one in forecasts if one.possible]
    return min(possible, key=_burden).route if possible else Route.STREAM


def _burden(forecast: Forecast) -> float:
    hours = (forecast.time_s or 0.0) / 3600
    trouble = _USD_STEP if forecast.route is Route.S3DISTCP else 0.0
    return (forecast.usd or 0.0) + hours * _USD_HOUR_OF_WAITING + trouble


def _explained(
    forecast: Forecast,
    suggested: Route,
    forecasts: tuple[Forecast, ...],
    draft: TransferDraft,
    step: DistCpStep,
) -> Forecast:
    if not forecast.possible:
        return forecast
    said = []
    if forecast.route is suggested:
        said += _advantages(forecast, forecasts, draft)
    else:
        said += _drawbacks(forecast, draft)
    if forecast.route is Route.S3DISTCP:
        said += _step_notes(draft, step)
    said.append(_experience(forecast, draft))
    return replace(forecast, why=" ".join(sentence for sentence in said if sentence))


def _advantages(
    forecast: Forecast, forecasts: tuple[Forecast, ...], draft: TransferDraft
) -> list[str]:
    others = [one for one in forecasts if one.possible and one.route is not forecast.route]
    if not others:
        return [_("The only route from there to here."), _egress(forecast)]
    rival = min(others, key=_burden)
    said = []
    if forecast.time_s and rival.time_s and rival.time_s >= 1.15 * forecast.time_s:
        ratio = rival.time_s / forecast.time_s
        text = _("{n}× faster").format(n=f"{ratio:.0f}" if ratio >= 3 else f"{ratio:.1f}")
        said.append(text)
    saved = (rival.usd or 0.0) - (forecast.usd or 0.0)
    if not said and forecast.usd is not None and rival.usd is not None and saved >= 0.01:
        said.append(_("{usd} cheaper").format(usd=money(saved)))
    if forecast.route is not Route.STREAM:
        said.append(_("the data never leaves AWS"))
    elif not said:
        said.append(_("needs no step on the cluster"))
    text = _("{first}, and {last}").format(first=", ".join(said[:-1]), last=said[-1])
    text = text if len(said) > 1 else said[0]
    paid = _egress(forecast) if forecast.route is Route.STREAM else ""
    return [text[:1].upper() + text[1:] + ".", paid]


def _drawbacks(forecast: Forecast, draft: TransferDraft) -> list[str]:
    if forecast.route is not Route.STREAM:
        return [_("The data never leaves AWS.")]
    said = [_egress(forecast)]
    cluster = draft.facts.cluster
    if cluster is not None:
        said.append(_("Works when YARN is full."))
    return said


def _egress(forecast: Forecast) -> str:
    for name, usd in forecast.usd_parts:
        if name == "egress" and usd >= 0.005:
            return _("Pays {usd} for bytes that leave AWS.").format(usd=money(usd))
    return ""


def _step_notes(draft: TransferDraft, step: DistCpStep) -> list[str]:
    said = []
    cluster = draft.facts.cluster
    if cluster is not None and cluster.full:
        said.append(_("YARN is full now: the step waits."))
    if step.recopied and draft.summary.same:
        said.append(_("Files that are the same are copied again."))
    return said


def _experience(forecast: Forecast, draft: TransferDraft) -> str:
    speed = draft.facts.speeds.get(forecast.route)
    if speed is None or not speed.measured:
        return _("Assumed, not measured yet.")
    if not speed.mean_bytes_per_s:
        return _("Only small copies were measured here so far.")
    one, many = "Measured here: {rate}/s in {n} run.", "Measured here: {rate}/s in {n} runs."
    text = ngettext(one, many, speed.measured)
    return text.format(rate=size(speed.mean_bytes_per_s), n=speed.measured)


def _warnings(draft: TransferDraft, chosen: Selection) -> list[str]:
    said = []
    target = draft.request.target.store
    if chosen.replaced and draft.request.options.conflict is Conflict.OVERWRITE:
        if target.kind is not StoreKind.S3 or draft.facts.versioned is False:
            said.append(
                ngettext(
                    "{n} file is replaced for good.",
                    "{n} files are replaced for good.",
                    chosen.replaced,
                ).format(n=count(chosen.replaced))
            )
        elif draft.facts.versioned:
            said.append(
                ngettext(
                    "S3 keeps the old version.", "S3 keeps the {n} old versions.", chosen.replaced
                ).format(n=count(chosen.replaced))
            )
    if draft.request.options.move:
        said.append(_("Each source file is removed once its copy is verified."))
    return said


def _blocked(draft: TransferDraft, chosen: Selection, forecasts: tuple[Forecast, ...]) -> str:
    if not draft.summary.files:
        return _("There is nothing to copy.")
    wanted = draft.request.options.route
    for one in forecasts:
        if one.route is wanted and not one.possible:
            return one.why
    free = draft.facts.free_bytes
    if free is not None and chosen.bytes > free:
        return _("The target has room for {free}, and {need} are to come.").format(
            free=size(free), need=size(chosen.bytes)
        )
    if not chosen.files:
        return _("Nothing is left to copy: everything is the same or was taken out.")
    return ""


def time_text(forecast: Forecast) -> str:
    """The predicted time as the sheet and the command line say it."""
    if forecast.time_s is None:
        return DASH
    return _("< 1 s") if forecast.time_s < 1 else duration(forecast.time_s)


def money_text(forecast: Forecast) -> str:
    """The cost in dollars; what is less than a cent says so."""
    if forecast.usd is None:
        return DASH
    if 0 < forecast.usd < 0.005:
        return _("< {cent}").format(cent=money(0.01))
    return money(forecast.usd)
