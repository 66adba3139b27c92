"""Alerts and verdicts in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hue_desktop.core import format as fmt
from hue_desktop.core.alert_rules import Finding
from hue_desktop.core.alerts import Alert, AlertLevel, AlertRule
from hue_desktop.core.metrics import Unit, metric
from hue_desktop.core.text import _, ngettext
from hue_desktop.services.health.values import Collecting, Verdict

__all__ = ["alert_text", "value_text", "verdict_of"]

_MOST_NAMED = 3  #: alerts in one sentence
_WHOLE = ("hdfs.missing", "hdfs.under_replicated")


def value_text(name: str, value: float) -> str:
    """A metric's value as people read it."""
    unit = metric(name).unit
    if unit is Unit.PERCENT:
        return fmt.percent(value)
    if unit is Unit.BYTES:
        return fmt.size(value)
    if unit is Unit.BYTES_PER_S:
        return _("{size}/s").format(size=fmt.size(value))
    if unit is Unit.SECONDS:
        return _("{n} s").format(n=fmt.decimal(value, 1))
    if unit is Unit.USD_PER_HOUR:
        return fmt.money_rate(value)
    return fmt.count(value)


def alert_text(finding: Finding) -> str:
    """One sentence with the figures: what, how much, where, and from where on it is an alert."""
    rule = finding.rule
    threshold = rule.critical if finding.level is AlertLevel.CRITICAL else rule.warn
    what = _phrase(rule, finding.value, finding.nodes)
    if finding.value is None or threshold is None or rule.metric == "hdfs.safe_mode":
        return f"{what}."
    limit = value_text(rule.metric, threshold)
    if finding.level is AlertLevel.CRITICAL:
        pattern = (
            _("{what}; critical from {limit}.")
            if rule.above
            else _("{what}; critical below {limit}.")
        )
    else:
        pattern = (
            _("{what}; a warning from {limit}.")
            if rule.above
            else _("{what}; a warning below {limit}.")
        )
    return pattern.format(what=what, limit=limit)


def _phrase(rule: AlertRule, value: float | None, nodes: Sequence[str]) -> str:
    """``Disk 92 % on 1 core node``; ``HDFS is in safe mode``."""
    if rule.metric == "hdfs.safe_mode" or value is None:
        return rule.title
    words = _("{metric} {value}").format(
        metric=metric(rule.metric).title, value=value_text(rule.metric, value)
    )
    if rule.mean_s:
        words = _("{words} over {time}").format(words=words, time=fmt.duration(rule.mean_s))
    if nodes:
        if rule.metric == "node.disk":  # told by HDFS, so of core nodes
            on = ngettext("{words} on {n} core node", "{words} on {n} core nodes", len(nodes))
        else:
            on = ngettext("{words} on {n} node", "{words} on {n} nodes", len(nodes))
        words = on.format(words=words, n=fmt.count(len(nodes)))
    return words


def verdict_of(
    collecting: Collecting,
    problem: str,
    values: Mapping[str, float],
    alerts: Sequence[Alert],
) -> Verdict | None:
    """How a cluster is, in one sentence; ``None`` where nothing is known and nothing is asked."""
    if collecting is Collecting.ENDED:
        return None
    standing = [each for each in alerts if each.active and each.muted_until is None]
    standing.sort(key=lambda alert: alert.level.value, reverse=True)
    if standing:
        level = standing[0].level
        title = _("Critical") if level is AlertLevel.CRITICAL else _("Attention")
        return Verdict(level, title, _troubles(standing, values, collecting, problem))
    if collecting is Collecting.BROKEN:
        return Verdict(AlertLevel.UNKNOWN, _("Not known"), problem or _("No server answers."))
    if not values:
        if collecting is Collecting.CONNECTING:
            return Verdict(AlertLevel.UNKNOWN, _("Not known"), _("Connecting to the cluster."))
        return None
    text = _calm(values, alerts, collecting, problem)
    if collecting is Collecting.PARTLY:  # what is not known cannot be called healthy
        return Verdict(AlertLevel.WARN, _("Attention"), text)
    return Verdict(AlertLevel.OK, _("Healthy"), text)


def _troubles(
    standing: Sequence[Alert], values: Mapping[str, float], collecting: Collecting, problem: str
) -> str:
    named = [_phrase(each.rule, each.value, each.nodes) for each in standing[:_MOST_NAMED]]
    more = len(standing) - len(named)
    if more:
        named.append(ngettext("{n} more alert", "{n} more alerts", more).format(n=more))
    text = ", ".join(named)
    if collecting in (Collecting.PARTLY, Collecting.BROKEN) and problem:
        return _("{text}. {problem}").format(text=text, problem=problem)
    if _hdfs_is_whole(values) and not values.get("hdfs.safe_mode"):
        return _("{text}; HDFS is whole: no missing or under-replicated blocks.").format(text=text)
    return f"{text}."


def _calm(
    values: Mapping[str, float], alerts: Sequence[Alert], collecting: Collecting, problem: str
) -> str:
    parts = []
    if "hdfs.share" in values:
        parts.append(_("HDFS {share} used").format(share=fmt.percent(values["hdfs.share"])))
    if "yarn.memory.share" in values:
        share = fmt.percent(values["yarn.memory.share"])
        parts.append(_("YARN memory {share} in use").format(share=share))
    if "yarn.nodes.live" in values:
        n = round(values["yarn.nodes.live"])
        parts.append(ngettext("{n} node in YARN", "{n} nodes in YARN", n).format(n=fmt.count(n)))
    if _hdfs_is_whole(values):
        parts.append(_("no missing or under-replicated blocks"))
    muted = sum(each.active for each in alerts)
    if muted:
        parts.append(ngettext("{n} muted alert", "{n} muted alerts", muted).format(n=muted))
    text = ", ".join(parts) or _("No alert stands")
    if collecting is Collecting.PARTLY and problem:
        return _("{text}. {problem}").format(text=text, problem=problem)
    return f"{text}."


def _hdfs_is_whole(values: Mapping[str, float]) -> bool:
    return all(values.get(name) == 0 for name in _WHOLE)
