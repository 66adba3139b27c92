"""``hue-desktop advise``: what to change about a cluster's instances, and why."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from hue_desktop.core import format as fmt
from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.core.advice.values import Advice, Evidence
    from hue_desktop.services.advice.values import AdviceReport
    from hue_desktop.wiring import Application

__all__ = ["AdviseOptions", "advise"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdviseOptions:
    """What was asked for on the command line."""

    cluster: str
    as_json: bool = False


def advise(application: Application, options: AdviseOptions) -> int:
    """Print the advice of one cluster; 0 also when there is none."""
    from hue_desktop.cli.cost import named_cluster

    ref = named_cluster(application, options.cluster)
    report = application.advice.report(ref)
    if options.as_json:
        json.dump(as_json(report), sys.stdout, indent=2, allow_nan=False)
        sys.stdout.write("\n")
    else:
        write_text(sys.stdout, report)
    sys.stdout.flush()
    return 0


def as_json(report: AdviceReport) -> Json:
    """The whole answer; keys are stable, new ones may come. Money is USD, ``null`` is unknown."""
    return {
        "connection": report.ref.connection,
        "region": report.ref.region,
        "cluster": report.ref.cluster_id,
        "at": report.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "currency": "USD",
        "additive": False,
        "advice": [_advice(each) for each in report.advice],
        "missing": list(report.missing),
    }


def write_text(out: TextIO, report: AdviceReport) -> None:
    """The advice as paragraphs; what was not known stands at the end."""
    if not report.advice:
        out.write(_("No advice: nothing that is known asks for a change.") + "\n")
    for each in report.advice:
        mark = "▲ " if each.attention else ""
        out.write(f"{mark}{each.title}  {_usd(each)}\n")
        out.write(f"    {each.why}\n")
        for seen in each.evidence:
            out.write(f"    · {seen.text}\n")
        out.write(
            "    "
            + _("Risk: {risk}. Confidence: {sure}. Rule: {rule}.").format(
                risk=each.risk, sure=each.confidence.value, rule=each.rule
            )
            + "\n"
        )
        if each.apply is not None:
            out.write("    " + _("To follow it: {text}.").format(text=each.apply.text) + "\n")
        out.write("\n")
    if len(report.advice) > 1:
        out.write(_("Dollars are of a month of 730 hours and do not add up.") + "\n")
    for sentence in report.missing:
        out.write(_("Not known: {text}").format(text=sentence) + "\n")


def _usd(advice: Advice) -> str:
    if advice.usd_month is None:
        return f"({advice.usd_note or _('no price')})"
    if advice.usd_month == 0:
        return _("no cost")
    note = f" ({advice.usd_note})" if advice.usd_note else ""
    return fmt.money_month(advice.usd_month) + note


def _advice(each: Advice) -> Json:
    action = each.apply
    return {
        "rule": each.rule,
        "title": each.title,
        "why": each.why,
        "attention": each.attention,
        "role": each.role.value if each.role is not None else None,
        "usd_month": each.usd_month,
        "usd_note": each.usd_note or None,
        "risk": each.risk_level.value,
        "risk_text": each.risk,
        "confidence": each.confidence.value,
        "evidence": [_evidence(seen) for seen in each.evidence],
        "action": None
        if action is None
        else {
            "kind": action.kind.value,
            "text": action.text,
            "group": action.group_id or None,
            "types": [
                {
                    "role": change.role.value,
                    "before": change.before,
                    "after": change.after,
                    "market": change.market.value if change.market is not None else None,
                }
                for change in action.types
            ],
        },
    }


def _evidence(seen: Evidence) -> Json:
    return {
        "metric": seen.metric or None,
        "text": seen.text,
        "since": _time(seen.start),
        "until": _time(seen.end),
        "value": seen.value,
    }


def _time(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(round(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
