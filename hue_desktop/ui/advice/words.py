"""How advice is written: its dollars, its risk, how sure it is."""

from __future__ import annotations

from hue_desktop.core import format as fmt
from hue_desktop.core.advice.values import Advice, Confidence
from hue_desktop.core.text import _

__all__ = ["confidence_text", "risk_line", "spoken", "usd_text", "usd_tone"]


def usd_text(advice: Advice, *, unit: bool = True) -> str:
    """``−$841/month``, ``no cost``, or that no price is known; without ``unit`` just ``−$841``."""
    usd = advice.usd_month
    if usd is None:
        return _("no price")
    if round(usd) == 0:
        return _("no cost")
    if unit:
        return fmt.money_month(usd)
    return fmt.money(usd, 0) if usd < 0 else f"+{fmt.money(usd, 0)}"


def usd_tone(advice: Advice) -> str:
    """Green for what saves; quiet for what costs nothing or has no price."""
    if advice.saves:
        return "good"
    return "" if advice.usd_month is not None and round(advice.usd_month) > 0 else "text-2"


def risk_line(advice: Advice) -> str:
    """``Risk low: task nodes hold no HDFS``."""
    text = advice.risk
    return _("Risk {text}").format(text=text[:1].lower() + text[1:])


def confidence_text(confidence: Confidence) -> str:
    """How sure it is, in words."""
    return {
        Confidence.LOW: _("Confidence low: a rule of thumb, or little was measured"),
        Confidence.MEDIUM: _("Confidence medium"),
        Confidence.HIGH: _("Confidence high"),
    }[confidence]


def spoken(advice: Advice) -> str:
    """The line as assistive tools read it."""
    return f"{advice.title}, {usd_text(advice)}. {risk_line(advice)}"
