"""Tells new alerts on the desktop, as far as the setting ``health.notify`` and the system allow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from hue_desktop.core.alerts import Alert, AlertLevel
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.text import _
from hue_desktop.ui.theme import icon

__all__ = ["DesktopNotifier"]

_SHOWN_MS = 12_000


class DesktopNotifier(QObject):
    """``clicked`` names the cluster whose message was clicked.

    ``wanted`` is asked each time: never, critical or all. The tray icon is made with the first
    message, because an icon that says nothing is only in the way.
    """

    clicked = Signal(object)

    def __init__(self, wanted: Callable[[], str], name_of: Callable[[ClusterRef], str]) -> None:
        super().__init__()
        self._wanted = wanted
        self._name_of = name_of
        self._tray: QSystemTrayIcon | None = None
        self._last: ClusterRef | None = None

    def tell(self, ref: ClusterRef, alert: Alert) -> bool:
        """Show a message of an alert; whether it was shown."""
        wanted = self._wanted()
        critical = alert.level is AlertLevel.CRITICAL
        if wanted == "never" or (wanted == "critical" and not critical):
            return False
        title = _("{cluster}: {alert}").format(cluster=self._name_of(ref), alert=alert.rule.title)
        return self._show(ref, title, alert.text, critical=critical)

    def say(self, ref: ClusterRef, text: str, *, critical: bool) -> bool:
        """Show a message that is no alert, under the same setting; whether it was shown."""
        wanted = self._wanted()
        if wanted == "never" or (wanted == "critical" and not critical):
            return False
        return self._show(ref, self._name_of(ref), text, critical=critical)

    def _show(self, ref: ClusterRef, title: str, text: str, *, critical: bool) -> bool:
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return False
        kinds = QSystemTrayIcon.MessageIcon
        self._last = ref
        kind = kinds.Critical if critical else kinds.Warning
        self._icon().showMessage(title, text, kind, _SHOWN_MS)
        return True

    def close(self) -> None:
        """Take the icon away."""
        if self._tray is not None:
            self._tray.hide()
            self._tray.deleteLater()
            self._tray = None

    def _icon(self) -> QSystemTrayIcon:
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("warning", "warn-shape", 20), self)
            self._tray.setToolTip("Hue Desktop")
            self._tray.messageClicked.connect(self._clicked)
            self._tray.activated.connect(lambda _reason: self._clicked())
        self._tray.show()
        return self._tray

    def _clicked(self) -> None:
        if self._last is not None:
            self.clicked.emit(self._last)
