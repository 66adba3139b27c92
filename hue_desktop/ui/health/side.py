"""The right column of the health page: verdict, alerts, CloudWatch's alarms, rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hue_desktop.core.alerts import AlertLevel, AlertRule, CloudWatchAlarm
from hue_desktop.core.metrics import metric
from hue_desktop.core.text import _
from hue_desktop.services.health.values import HealthSnapshot, Verdict
from hue_desktop.ui.health.alert_list import AlarmRow, AlertList
from hue_desktop.ui.health.words import (
    level_of,
    level_shape,
    threshold_text,
    value_text,
    worst_value,
)
from hue_desktop.ui.parts import Button, Label, Rule, SidePanel, StateMark, StateShape, row
from hue_desktop.ui.tables import Column, DataTable, RowsModel

__all__ = ["HealthSide", "RuleRow"]

_ROW = 28
_WIDE, _NARROW, _SLIM = 352, 264, 900
_SHOWS_LIMITS = 240  #: a narrower table leaves the thresholds to tooltips and to the sheet


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with what it judges now."""

    rule: AlertRule
    level: AlertLevel
    now: str


class HealthSide(SidePanel):
    """``edit`` asks for the sheet of the rules."""

    def __init__(self) -> None:
        super().__init__(_WIDE)
        self._alarms: tuple[CloudWatchAlarm, ...] | None = None
        self.mark = StateMark(StateShape.STOPPED, 18)
        self.title = Label("", size="large", weight=600, wrap=True)
        self.text = Label("", wrap=True, selectable=True)
        for label in (self.title, self.text):
            label.setMinimumWidth(1)  # one long word must not push the panel out of the page
        self.alerts = AlertList()
        self.alarms_head = Label(_("CloudWatch alarms"), weight=600)
        self.alarms = QWidget()
        self._alarm_rows = QVBoxLayout(self.alarms)
        self._alarm_rows.setContentsMargins(0, 0, 0, 8)
        self._alarm_rows.setSpacing(0)
        self.edit = Button(_("Edit…"), kind="link", small=True, name=_("Edit the alert rules"))
        self.model: RowsModel[RuleRow] = RowsModel(_columns(), key=lambda row: row.rule.key)
        self.rules: DataTable[RuleRow] = DataTable(
            self.model, name=_("Alert rules"), row_height=_ROW, padding=0
        )
        bar_off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.rules.setVerticalScrollBarPolicy(bar_off)
        self.rules.setHorizontalScrollBarPolicy(bar_off)
        self._lay_out()
        self.show_alarms((), datetime.now().astimezone())

    def _lay_out(self) -> None:
        head = row(self.mark, self.title, spacing=8)
        head.setStretchFactor(self.title, 1)
        self.body.addLayout(head)
        self.body.addSpacing(6)
        self.body.addWidget(self.text)
        self.body.addSpacing(20)
        self.today = Label(_("today"), tone="text-2", size="small")
        self.body.addLayout(row(Label(_("Alerts"), weight=600), None, self.today))
        self.body.addSpacing(6)
        self.body.addWidget(Rule("h"))
        self.body.addWidget(self.alerts)
        self.body.addWidget(self.alarms_head)
        self.body.addWidget(self.alarms)
        self.rules_head = QWidget()
        line = row(Label(_("Rules"), weight=600), None, self.edit, margins=(0, 12, 0, 0))
        self.rules_head.setLayout(line)
        self.body.addWidget(self.rules_head)
        self.body.addWidget(self.rules)
        self.body.addStretch(1)

    def set_ended(self, ended: bool) -> None:
        """Of a cluster that is no more nothing is judged."""
        for part in (self.rules_head, self.rules, self.today):
            part.setVisible(not ended)

    def fit(self, page_width: int) -> None:
        """Be narrower on a narrow page."""
        self.setFixedWidth(_WIDE if page_width >= _SLIM else _NARROW)

    def show_snapshot(
        self, snapshot: HealthSnapshot, rules: Sequence[AlertRule], today: datetime, empty: str
    ) -> None:
        """Show verdict, alerts and what each rule judges; ``empty``: why there is no alert."""
        verdict = snapshot.verdict or Verdict(
            AlertLevel.UNKNOWN, _("Not known"), _("Nothing was measured yet.")
        )
        self.mark.set_shape(level_shape(verdict.level))
        self.title.setText(verdict.title)
        self.text.setText(verdict.text)
        self.text.setVisible(bool(verdict.text))
        self.alerts.show_alerts(snapshot.alerts, today, empty)
        self.show_rules(snapshot, rules)

    def show_rules(self, snapshot: HealthSnapshot, rules: Sequence[AlertRule]) -> None:
        """The table of rules that are in force."""
        standing = {alert.rule.key: alert for alert in snapshot.alerts if alert.active}
        rows = [
            RuleRow(
                rule,
                level_of(rule, snapshot, standing),
                value_text(rule.metric, worst_value(rule, snapshot)),
            )
            for rule in rules
            if rule.enabled
        ]
        rows.sort(key=lambda row: -row.level.value if row.level.value > 1 else row.level.value)
        self.model.set_rows(rows)
        self.rules.setFixedHeight(_ROW * (len(rows) + 1) + 2)

    def show_alarms(self, alarms: Sequence[CloudWatchAlarm], today: datetime) -> None:
        """CloudWatch's alarms of this cluster; the group is away while there is none."""
        if tuple(alarms) == self._alarms:
            return
        self._alarms = tuple(alarms)
        while self._alarm_rows.count():
            item = self._alarm_rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for place, alarm in enumerate(alarms):
            if place:
                self._alarm_rows.addWidget(Rule("h"))
            self._alarm_rows.addWidget(AlarmRow(alarm, today))
        self.alarms.setVisible(bool(alarms))
        self.alarms_head.setVisible(bool(alarms))
        self.alarms_head.setContentsMargins(0, 16, 0, 0)


def _tip(row: RuleRow) -> str:
    """What the rule says, from which values on, and what to do."""
    rule = row.rule
    limits = _("Warns at {warn}, critical at {critical}.").format(
        warn=value_text(rule.metric, rule.warn), critical=value_text(rule.metric, rule.critical)
    )
    return "\n".join(filter(None, (rule.title, limits, rule.remedy)))


_TONES = {AlertLevel.WARN: "warn", AlertLevel.CRITICAL: "critical", AlertLevel.UNKNOWN: "text-3"}


def _columns() -> tuple[Column[RuleRow], ...]:
    return (
        Column(
            "rule", _("Metric"), lambda row: metric(row.rule.metric).title, kind="state",
            stretch=True, width=120,
            value=lambda row: level_shape(row.level), optional=False,
            tooltip=_tip,
        ),
        Column(
            "now", _("Now"), lambda row: row.now, align="right", width=62,
            color=lambda row: _TONES.get(row.level, ""),
            weight=lambda row: 600 if row.level in (AlertLevel.WARN, AlertLevel.CRITICAL) else 400,
        ),
        Column(
            "warn", _("Warn"), lambda row: threshold_text(row.rule, row.rule.warn),
            align="right", width=42, quiet=True, hide_below=_SHOWS_LIMITS,
        ),
        Column(
            "critical", _("Crit."), lambda row: threshold_text(row.rule, row.rule.critical),
            align="right", width=42, quiet=True, help=_("Critical"), hide_below=_SHOWS_LIMITS,
        ),
    )  # fmt: skip
