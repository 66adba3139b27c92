"""From what the person asks to a verdict, off the main thread; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hue_desktop.core.changes import Plan, Risk, RiskLevel
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.errors import HueError
from hue_desktop.core.shrink.values import Level, ShrinkRequest, TargetOption, Verdict
from hue_desktop.core.text import _
from hue_desktop.services.shrink import Inspection, ShrinkService
from hue_desktop.ui.shrink.fix_list import first_choice
from hue_desktop.ui.shrink.wish import Wish

__all__ = [
    "Judged",
    "blind_options",
    "blind_risk",
    "blind_verdict",
    "judge_wish",
    "order_of",
    "request_of",
]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the fixes that are ticked, and what the verdict becomes with them."""

    verdict: Verdict
    ticked: tuple[str, ...] = ()
    becomes: Verdict | None = None


def request_of(ref: ClusterRef, group_id: str, wish: Wish) -> ShrinkRequest:
    """What is asked of EMR."""
    return ShrinkRequest(
        ref,
        group_id,
        wish.leaving if wish.named else (),
        wish.count,
        wish.timeout_s,
        wish.kill and wish.named,
    )


def judge_wish(
    service: ShrinkService,
    inspection: Inspection,
    request: ShrinkRequest,
    ticked: Sequence[str] | None,
) -> Judged:
    """Judge, and judge again with the ticked fixes; ``None`` ticks those that suffice."""
    verdict = service.judge(inspection, request)
    keys = first_choice(verdict) if ticked is None else tuple(ticked)
    offered = {fix.key for fix in verdict.fixes}
    keys = tuple(key for key in keys if key in offered)
    becomes = service.with_fixes(inspection, request, keys) if keys else None
    return Judged(verdict, keys, becomes)


def order_of(inspection: Inspection, group_id: str, option: TargetOption | None) -> tuple[str, ...]:
    """EC2 ids of a group in the order in which naming them costs least."""
    nodes = [node for node in inspection.nodes if node.group_id in (group_id, "")]
    best = option.leaving if option is not None else ()
    known = {node.ec2_id for node in nodes}
    rest = sorted(nodes, key=lambda node: (node.used or 0, node.host))
    first = [one for one in best if one in known]
    return (*first, *(node.ec2_id for node in rest if node.ec2_id and node.ec2_id not in best))


def blind_risk(plan: Plan) -> Plan:
    """A plan that was made without knowing what is lost says so first."""
    text = _("HDFS could not be read: files may lose their only copies, nobody can say which.")
    return replace(plan, risks=(Risk(RiskLevel.LOSS, text), *plan.risks))


def blind_options(now: int) -> tuple[TargetOption, ...]:
    """The targets while nothing is known of them."""
    return tuple(
        TargetOption(count, Level.OK if count == now else Level.UNKNOWN, None, "")
        for count in range(now, 0, -1)
    )


def blind_verdict(request: ShrinkRequest, error: HueError | str) -> Verdict:
    """What is known of a shrink when HDFS could not be read: nothing, and why."""
    why = error if isinstance(error, str) else error.message
    sentence = _("HDFS could not be read, so nobody can say which files would be lost. {why}")
    return Verdict(
        level=Level.UNKNOWN,
        headline=_("Not known"),
        sentence=sentence.format(why=why).strip(),
        request=request,
        leaving=request.leaving,
        assumes_worst=not request.leaving,
        loses=True,  # as long as nobody knows better
    )
