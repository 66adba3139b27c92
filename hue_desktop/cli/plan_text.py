"""What ``hue-desktop copy --dry-run`` says, for people and as JSON."""

from __future__ import annotations

from typing import Any

from hue_desktop.core.format import count, size
from hue_desktop.core.text import _
from hue_desktop.core.transfers.plan import Forecast, TransferPlan
from hue_desktop.core.transfers.planner import money_text, time_text
from hue_desktop.core.transfers.values import Comparison

__all__ = ["plan_json", "print_plan"]

_SIGNS = {Comparison.NEW: "+", Comparison.SAME: "=", Comparison.DIFFERS: "!"}
_SHOWN = 50


def print_plan(plan: TransferPlan) -> None:
    """Routes and files of a plan, as the window's sheet has them."""
    summary = plan.summary
    print(
        _("{n} files, {size}: {new} new, {same} same, {differ} differ").format(
            n=count(summary.files), size=size(summary.bytes), new=count(summary.new),
            same=count(summary.same), differ=count(summary.differing),
        )
    )  # fmt: skip
    for forecast in plan.forecasts:
        mark = "*" if forecast.route is plan.suggested and forecast.possible else " "
        if forecast.possible:
            usd = money_text(forecast)
            print(f"{mark} {forecast.route.value:<12} {time_text(forecast):>12} {usd:>9}"
                  f"  {forecast.load}")  # fmt: skip
        else:
            print(f"{mark} {forecast.route.value:<12} {_('not possible'):>12}")
        print(f"    {forecast.why}")
    command = next((one.command for one in plan.forecasts if one.route is plan.suggested), "")
    if command:
        print(f"    {command}")
    for file in plan.files[:_SHOWN]:
        print(f"{_SIGNS[file.comparison]} {file.relative}  {size(file.size)}  {file.reason}")
    more = summary.files - min(len(plan.files), _SHOWN)
    if more > 0:
        print(_("… and {n} more files").format(n=count(more)))
    for warning in plan.warnings:
        print(warning)
    if plan.blocked:
        print(plan.blocked)


def plan_json(plan: TransferPlan) -> dict[str, Any]:
    """The plan for machines."""
    summary = plan.summary
    return {
        "suggested": plan.suggested.value,
        "blocked": plan.blocked,
        "warnings": list(plan.warnings),
        "summary": {
            "files": summary.files, "bytes": summary.bytes,
            "new": summary.new, "new_bytes": summary.new_bytes,
            "same": summary.same, "same_bytes": summary.same_bytes,
            "differing": summary.differing, "differing_bytes": summary.differing_bytes,
        },
        "routes": [_forecast_json(one) for one in plan.forecasts],
        "files": [
            {
                "path": one.relative, "source": str(one.source), "target": str(one.target),
                "size": one.size, "comparison": one.comparison.value, "reason": one.reason,
            }
            for one in plan.files
        ],
        "files_left_out": plan.files_left_out,
    }  # fmt: skip


def _forecast_json(one: Forecast) -> dict[str, Any]:
    return {
        "route": one.route.value,
        "possible": one.possible,
        "why": one.why,
        "seconds": one.time_s,
        "usd": one.usd,
        "usd_parts": dict(one.usd_parts),
        "load": one.load,
        "command": one.command,
        "measured_runs": one.measured,
    }
