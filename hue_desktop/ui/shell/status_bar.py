"""The status bar: who we are, where, what it asks of the API, how fresh it is, may we change."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.format import ago, clock_time, date_time, decimal, utc_time
from hue_desktop.core.pricing import PriceSource
from hue_desktop.core.text import _
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus
from hue_desktop.ui.parts import Button, Label, Rule, set_look
from hue_desktop.ui.theme import active_theme, icon, pixmap
from hue_desktop.ui.theme.tokens import SIZES

__all__ = ["StatusBar", "price_age", "rate_text"]

_NOTICE_MS = 8_000


def rate_text(rate: float | None) -> str:
    """How fast the region's clock runs, empty when it runs like ours."""
    if rate is None or abs(rate - 1) < 0.02:
        return ""
    if rate < 0.02:
        return _("clock stands still")
    # Measured, therefore a little off: two digits are what can be said.
    shown = round(rate, 1) if rate < 10 else round(rate, 1 - int(math.log10(rate)))
    return _("clock ×{rate}").format(rate=decimal(shown, int(shown != int(shown))))


def price_age(sources: tuple[PriceSource, ...]) -> str:
    """How old the oldest list price is, and the newest Spot price."""
    listed = [_as_date(s.as_of) for s in sources if s.as_of and "spot" not in s.name.lower()]
    spot = [s.as_of for s in sources if isinstance(s.as_of, datetime) and "spot" in s.name.lower()]
    parts = []
    if listed:
        parts.append(_("prices {date}").format(date=min(listed).strftime("%d %b %Y").lstrip("0")))
    if spot:
        parts.append(_("Spot {time}").format(time=date_time(max(spot))))
    return " · ".join(parts)


def _as_date(when: date | datetime) -> date:
    return when.date() if isinstance(when, datetime) else when


class StatusBar(QWidget):
    """Shows one connection; ``lock_toggled`` asks for read-only mode to be turned."""

    lock_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "chrome")
        self.setProperty("bar", "status")
        self.setFixedHeight(SIZES["status"])
        self.setAccessibleName(_("Status"))
        self._status: ConnectionStatus | None = None
        self._key = Label("", tone="text-2", size="small")
        self._fields: list[tuple[Rule | None, Label]] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(14, 1, 24, 0)
        self._layout.setSpacing(10)
        self._layout.addWidget(self._key)
        self.arn = self._field(elide=True)
        self.region = self._field()
        self.api = self._field()
        self.polled = self._field()
        rule = Rule("v")
        self.lock = Button("", kind="link", clicked=self._lock_clicked)
        self.lock.setProperty("statuslock", True)
        self._layout.addWidget(rule)
        self._layout.addWidget(self.lock)
        self.clock = self._field()
        self.notice = self._field(elide=True)
        self._layout.addStretch(1)
        self.prices = Label("", tone="text-2", size="small")
        self._layout.addWidget(self.prices)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_NOTICE_MS)
        self._forget.timeout.connect(self._forget_notice)
        self._message = ("", "text-2")
        active_theme().changed.connect(self._tint)
        self.show_status(None)

    def _field(self, *, elide: bool = False) -> Label:
        rule = Rule("v") if self._fields else None
        label = Label("", tone="text-2", size="small", elide=elide)
        if rule is not None:
            self._layout.addWidget(rule)
        if elide:
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._layout.addWidget(label)
        self._fields.append((rule, label))
        return label

    def show_status(self, status: ConnectionStatus | None, sources: str = "") -> None:
        """Show a connection as it is now; called when it changed and once a second."""
        if _worse(self._status, status) and self._message[1] == "text":
            self._message = ("", "text-2")  # “Reading again…” may not hide that nobody answers
        self._status = status
        self.prices.setText(sources)
        if status is None:
            for _rule, label in self._fields:
                label.setText("")
            self.lock.hide()
        else:
            self._show_facts(status)
            self._show_lock(status)
        self._show_notice(status)
        for rule, label in self._fields:
            if rule is not None:
                rule.setVisible(bool(label.text()))
            label.setVisible(bool(label.text()))
        self._key.setVisible(bool(self.arn.text()))
        self._tint()

    def say(self, text: str, kind: str = "note") -> None:
        """One line for a few seconds; ``kind`` is note, warn or critical."""
        tone = {"warn": "warn", "critical": "critical"}.get(kind, "text")
        self._message = (text, tone)
        self._forget.start()
        self.show_status(self._status, self.prices.text())

    def _show_facts(self, status: ConnectionStatus) -> None:
        self.arn.setText(status.caller_arn)
        self.region.setText(status.region)
        usage = status.usage
        self.api.setText(
            ""
            if usage is None
            else _("API {used} of {limit} req/s").format(
                used=decimal(usage.per_second, 1), limit=decimal(usage.limit_per_second, 1)
            )
        )
        since = status.last_read
        seconds = (datetime.now(UTC) - since).total_seconds() if since else None
        self.polled.setText("" if since is None else _("polled {ago}").format(ago=ago(seconds)))
        self.polled.setToolTip(utc_time(since))
        self.clock.setText(rate_text(status.clock.rate if status.clock else None))

    def _show_lock(self, status: ConnectionStatus) -> None:
        name = status.connection.name
        production = status.connection.connection_class is ConnectionClass.PRODUCTION
        text = _("read-only on {name}") if status.read_only else _("changes allowed on {name}")
        self.lock.setText(text.format(name=name))
        self.lock.setAccessibleName(text.format(name=name))
        self.lock.setToolTip(
            _("Allow changes") if status.read_only else _("Turn read-only mode on")
        )
        tone = "production" if production and not status.read_only else "text-2"
        set_look(self.lock, tone=tone)
        image = "lock" if status.read_only else "unlock"
        self.lock.setIcon(icon(image, tone, 12))
        self.lock.show()

    def _show_notice(self, status: ConnectionStatus | None) -> None:
        text, tone = self._message
        if not text and status is not None:
            text, tone = _standing_notice(status)
        self.notice.setText(text)
        self.notice.set_tone(tone)

    def _forget_notice(self) -> None:
        self._message = ("", "text-2")
        self.show_status(self._status, self.prices.text())

    def _lock_clicked(self) -> None:
        self.lock_toggled.emit()

    def _tint(self) -> None:
        self._key.setPixmap(pixmap("key", "text-2", 12))


def _worse(before: ConnectionStatus | None, after: ConnectionStatus | None) -> bool:
    """Whether there is something new to be told of the connection."""
    if after is None or after.error is None:
        return False
    return before is None or before.state is not after.state


def _standing_notice(status: ConnectionStatus) -> tuple[str, str]:
    """What holds until it changes: expired, failed, stale, throttled."""
    message = status.error.message if status.error is not None else ""
    if status.state is ConnectionState.EXPIRED:
        return message or _("Credentials expired; reading stopped until they are renewed."), (
            "critical"
        )
    if status.state is ConnectionState.FAILED:
        return message or _("No answer."), "critical"
    if status.state is ConnectionState.STALE:
        return message or _("No answer; what is shown is the last known state."), "warn"
    until = status.usage.throttled_until if status.usage is not None else None
    if until is not None and until > datetime.now(UTC):
        return _("AWS asks for fewer requests; reading slower until {time}.").format(
            time=clock_time(until, seconds=True)
        ), "warn"
    return "", "text-2"
