"""What a shrink would do to the data, the disks and the work. Pure.

BAD means: as planned, data would be lost, or EMR would not do it. Where blocks have no other copy
but on nodes that leave, but there is time and room to copy them, it is WARN: a node that fails
before its turn takes them with it. OK needs twice the estimated time, and room to spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.findings import findings_of
from hue_desktop.core.shrink.fixes import fixes_of
from hue_desktop.core.shrink.losses import Losses, all_files, losses_of
from hue_desktop.core.shrink.options import options_of
from hue_desktop.core.shrink.situation import Situation, situation_of
from hue_desktop.core.shrink.supposing import suppose
from hue_desktop.core.shrink.values import (
    CoreNode,
    Finding,
    Fix,
    Level,
    ShrinkLimits,
    ShrinkRequest,
    Verdict,
)
from hue_desktop.core.shrink.wording import headline_of, sentence_of

__all__ = ["judge", "with_fixes"]


def judge(
    blocks: BlockTable,
    nodes: Sequence[CoreNode],
    request: ShrinkRequest,
    limits: ShrinkLimits | None = None,
) -> Verdict:
    """The verdict on a request.

    ``nodes`` are the core nodes; replicas on hosts that are not among them count as lost already.
    """
    limits = limits or ShrinkLimits()
    situation = situation_of(blocks, nodes, request, limits)
    verdict, findings, losses = _judged(situation)
    cheapest = situation.field.cheapest(situation.size)
    return replace(
        verdict,
        options=() if request.whole_cluster else options_of(situation, cheapest, verdict),
        fixes=fixes_of(situation, findings, losses, cheapest),
    )


def with_fixes(
    blocks: BlockTable,
    nodes: Sequence[CoreNode],
    request: ShrinkRequest,
    limits: ShrinkLimits | None,
    keys: Sequence[str],
) -> Verdict:
    """The verdict as it becomes with those fixes applied first (keys of ``Fix``).

    ``seconds`` includes what the fixes take; options and fixes are those of the request as it was.
    """
    limits = limits or ShrinkLimits()
    before = judge(blocks, nodes, request, limits)
    chosen = [fix for fix in before.fixes if fix.key in keys]
    situation = suppose(situation_of(blocks, nodes, request, limits), chosen)
    verdict, _findings, _losses = _judged(situation)
    return replace(
        verdict,
        seconds=_with_fixes_s(verdict.seconds, chosen),
        options=before.options,
        fixes=before.fixes,
        applied=tuple(fix.key for fix in chosen),
    )


def _judged(it: Situation) -> tuple[Verdict, tuple[Finding, ...], Losses]:
    findings = findings_of(it)
    if it.request.whole_cluster:
        losses = all_files(it)
        level = Level.BAD if losses.count else Level.OK
        if not it.table.complete and not losses.count:
            level = Level.UNKNOWN
    else:
        losses = losses_of(it)
        level = max((each.level for each in findings), default=Level.OK)
        if not it.leaving and level is not Level.BAD:
            level = Level.OK
    prices = [node.usd_hour for node in it.leaving]
    saves = None if any(each is None for each in prices) else sum(each or 0 for each in prices)
    missing = list(it.limits.missing)
    verdict = Verdict(
        level=level,
        headline=headline_of(it, level),
        sentence=sentence_of(it, level, losses, findings),
        request=it.request,
        findings=findings,
        lost_files=losses.files,
        lost_count=losses.count,
        lost_bytes=losses.size,
        loses=it.loses or (it.request.whole_cluster and losses.count > 0),
        rooms=it.filling.rooms,
        bytes_to_move=it.tally.move_bytes,
        blocks_to_move=it.tally.move_blocks,
        seconds=None if it.request.kill or it.request.whole_cluster else it.seconds,
        rate_bytes_s=it.rate.bytes_s,
        rate_source=it.rate.source,
        rate_text=it.rate.text,
        saves_usd_hour=saves if it.leaving else 0.0,
        leaving=tuple(node.ec2_id or node.host for node in it.leaving),
        assumes_worst=it.assumes_worst,
        checked_at=it.limits.checked_at,
        files=it.table.files,
        blocks=it.table.blocks,
        missing=tuple(missing),
        by_key={each.key: each for each in findings},
    )
    return verdict, findings, losses


def _with_fixes_s(seconds: float | None, fixes: Sequence[Fix]) -> float | None:
    if seconds is None:
        return None
    return seconds + sum(fix.seconds or 0.0 for fix in fixes)
