"""Alerts one below the other: what, since when, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from hue_desktop.core.alerts import Alert, CloudWatchAlarm
from hue_desktop.core.format import date_time
from hue_desktop.core.text import _
from hue_desktop.ui.health.words import alert_when, level_shape, moment
from hue_desktop.ui.parts import Button, Label, Rule, StateMark, StateShape, row

__all__ = ["MUTES", "AlarmRow", "AlertList", "AlertRow"]

_FOR_GOOD_S = 10 * 365 * 86400.0
#: (title, seconds of region time).
MUTES = (
    (_("for 1 hour"), 3600.0),
    (_("for 1 day"), 86400.0),
    (_("until I turn it on"), _FOR_GOOD_S),
)
_MOST_CLEARED = 4


class AlertRow(QWidget):
    """One alert; what is offered for it really acts."""

    def __init__(self, alert: Alert, today: datetime) -> None:
        super().__init__()
        self.alert = alert
        self._mark = StateMark(level_shape(alert.level), 10)
        self.title = Label("", weight=500, elide=True)
        self.when = Label("", tone="text-2", size="small")
        self.text = Label("", tone="text-2", wrap=True, selectable=True)
        self.text.setMinimumWidth(1)
        self.node = Button(_("Show node"), small=True)
        self.mute = Button(_("Mute"), small=True)
        head = row(self._mark, self.title, self.when, spacing=8)
        head.setStretchFactor(self.title, 1)
        self._buttons = QWidget()
        self._buttons.setLayout(row(self.node, self.mute, None, spacing=8, margins=(0, 4, 0, 0)))
        body = QVBoxLayout()
        body.setContentsMargins(20, 2, 0, 0)
        body.setSpacing(2)
        body.addWidget(self.text)
        body.addWidget(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(body)
        self.show_alert(alert, today)

    def show_alert(self, alert: Alert, today: datetime) -> None:
        """The same alert as it is now."""
        self.alert = alert
        muted = alert.muted_until is not None
        over = alert.cleared is not None
        self._mark.set_shape(StateShape.RUNNING if over else level_shape(alert.level))
        self.title.setText(alert.rule.title)
        self.title.set_tone("text-2" if over or muted else "")
        self.when.setText(alert_when(alert, today))
        words = [alert.text]
        if not over and alert.rule.remedy:
            words.append(alert.rule.remedy)
        if muted and not over:
            words.append(_muted_text(alert, today))
        self.text.setText(" ".join(filter(None, words)))
        self.text.setVisible(bool(self.text.text()))
        self.node.setVisible(bool(alert.nodes) and not over)
        self.mute.set_text(_("Unmute") if muted else _("Mute"))
        self.mute.setVisible(not over)
        self._buttons.setVisible(not over)
        self.setAccessibleName(f"{self.title.text()}, {self.when.text()}, {self.text.text()}")


def _muted_text(alert: Alert, today: datetime) -> str:
    until = alert.muted_until
    if until is None or until > alert.since + _FOR_GOOD_S / 2:
        return _("Muted.")
    return _("Muted until {time}.").format(time=date_time(moment(until), today=today))


class AlarmRow(QWidget):
    """An alarm that somebody set in CloudWatch."""

    def __init__(self, alarm: CloudWatchAlarm, today: datetime) -> None:
        super().__init__()
        shapes = {"ALARM": StateShape.FAILED, "OK": StateShape.RUNNING}
        mark = StateMark(shapes.get(alarm.state, StateShape.STOPPED), 10)
        title = Label(alarm.name, weight=500, wrap=True)
        title.setMinimumWidth(1)
        words = {"ALARM": _("in alarm"), "OK": _("OK"), "INSUFFICIENT_DATA": _("no data")}
        state = words.get(alarm.state, alarm.state)
        if alarm.changed is not None:
            state += " · " + date_time(moment(alarm.changed), today=today)
        when = Label(state, tone="text-2", size="small")
        head = row(mark, title, spacing=8)
        head.setStretchFactor(title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addLayout(row(when, None, margins=(20, 0, 0, 0)))
        if alarm.state == "ALARM" and alarm.reason:
            reason = Label(alarm.reason, tone="text-2", wrap=True, selectable=True)
            reason.setMinimumWidth(1)
            layout.addLayout(row(reason, margins=(20, 0, 0, 0)))
        self.setToolTip(alarm.reason)
        self.setAccessibleName(f"{alarm.name}, {state}, {alarm.reason}")


class AlertList(QWidget):
    """Those that stand, then those that were cleared; rows are kept while their alert is there."""

    node_requested = Signal(str)
    mute_requested = Signal(str, object)  #: rule key, seconds (None: no longer)

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[tuple[str, float], AlertRow] = {}
        self._shown: tuple[Alert, ...] | None = None
        self._empty = Label("", tone="text-2", wrap=True)
        self._empty.setContentsMargins(0, 12, 0, 12)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._empty)

    @property
    def rows(self) -> tuple[AlertRow, ...]:
        """The rows from top to bottom."""
        return tuple(self._rows.values())

    def show_alerts(self, alerts: Sequence[Alert], today: datetime, empty: str) -> None:
        """Show these, or the sentence that there are none."""
        standing = [alert for alert in alerts if alert.cleared is None]
        cleared = [alert for alert in alerts if alert.cleared is not None][:_MOST_CLEARED]
        shown = (*standing, *cleared)
        self._empty.setText(empty)
        self._empty.setVisible(not shown)
        if shown == self._shown:
            return
        self._shown = shown
        keys = [(alert.rule.key, alert.since) for alert in shown]
        if keys == list(self._rows):
            for alert_row, alert in zip(self._rows.values(), shown, strict=True):
                alert_row.show_alert(alert, today)
            return
        self._rebuild(dict(zip(keys, shown, strict=True)), today)

    def _rebuild(self, alerts: dict[tuple[str, float], Alert], today: datetime) -> None:
        """Rows come or go: lay them out anew, and give the focus back to the same button."""
        kept, self._rows = self._rows, {}
        while self._layout.count() > 1:
            item = self._layout.takeAt(1)
            widget = item.widget() if item is not None else None
            if isinstance(widget, Rule):
                widget.deleteLater()
        for key, alert in alerts.items():
            alert_row = kept.pop(key, None)
            if alert_row is None:
                alert_row = self._made(alert, today)
            else:
                alert_row.show_alert(alert, today)
            self._rows[key] = alert_row
            self._layout.addWidget(alert_row)
            self._layout.addWidget(Rule("h"))
        for gone in kept.values():
            gone.hide()
            gone.deleteLater()

    def _made(self, alert: Alert, today: datetime) -> AlertRow:
        made = AlertRow(alert, today)
        made.node.clicked.connect(partial(self._node, made))
        made.mute.clicked.connect(partial(self._mute, made))
        return made

    def _node(self, alert_row: AlertRow, _on: bool = False) -> None:
        if alert_row.alert.nodes:
            self.node_requested.emit(alert_row.alert.nodes[0])

    def _mute(self, alert_row: AlertRow, _on: bool = False) -> None:
        if alert_row.alert.muted_until is not None:
            self.mute_requested.emit(alert_row.alert.rule.key, None)
            return
        menu = self.mute_menu(alert_row)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(alert_row.mute.mapToGlobal(alert_row.mute.rect().bottomLeft()))

    def mute_menu(self, alert_row: AlertRow) -> QMenu:
        """How long an alert may be silent."""
        menu = QMenu(self)
        for title, seconds in MUTES:
            entry = QAction(title, menu)
            entry.triggered.connect(
                partial(_emit, self.mute_requested.emit, alert_row.alert.rule.key, seconds)
            )
            menu.addAction(entry)
        return menu


def _emit(
    emit: Callable[[str, object], object], key: str, seconds: float, _on: bool = False
) -> None:
    emit(key, seconds)
