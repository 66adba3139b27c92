"""The window's process: builds the window, shows it, then begins to read.

Nothing heavy is imported before the window is on screen: no boto3, no pyqtgraph, no keyring.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from hue_desktop.core.text import _
from hue_desktop.ui.actions import ActionRegistry
from hue_desktop.ui.collector import MainThreadCollector
from hue_desktop.ui.context import Asker, UiContext
from hue_desktop.ui.shell import FleetFeed, MainWindow, Session, WindowNavigator, shell_actions
from hue_desktop.ui.shell.host_keys import HostKeyQuestions
from hue_desktop.ui.tasks import TaskRunner
from hue_desktop.ui.theme import Theme, ThemeChoice

if TYPE_CHECKING:
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.ui.alert_counts import AlertCounts
    from hue_desktop.ui.health.notifier import DesktopNotifier
    from hue_desktop.ui.policies.spot_teller import SpotTeller
    from hue_desktop.wiring import Application

__all__ = ["Desk", "has_screen", "run_window"]

log = logging.getLogger(__name__)

_SWITCH_S = 0.001


def has_screen() -> bool:
    """Whether a window can be shown here at all (or a platform was chosen that needs no screen)."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return True
    if sys.platform.startswith(("linux", "freebsd")):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


class Desk(QObject):
    """A window with all that it stands on, without an event loop: what runs, tests and tour use.

    ``open`` shows it, ``start`` begins to read, ``close`` ends everything within two seconds.
    """

    def __init__(self, app: Application, *, asker: Asker | None = None) -> None:
        super().__init__()
        self.app = app
        self.theme = Theme(ThemeChoice(app.settings.text("appearance.theme")))
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.theme.apply(application)
        self.tasks = TaskRunner()
        self.actions = ActionRegistry()
        self.navigator = WindowNavigator()
        self.feed = FleetFeed(app.fleet, self.tasks.poster)
        self._asker = asker
        self.ctx = UiContext(
            app=app,
            tasks=self.tasks,
            theme=self.theme,
            actions=self.actions,
            ask=asker or self._dialogs(),
            navigate=self.navigator,
        )
        self._host_keys = HostKeyQuestions(self.ctx.ask, self.tasks.poster.post)
        self.window = self._build()
        self._unsubscribe = app.settings.subscribe(self._setting_changed)
        self.collector = MainThreadCollector(self)
        self._alerts: AlertCounts | None = None
        self._notifier: DesktopNotifier | None = None
        self._spot: SpotTeller | None = None
        self._started = False
        self._closed = False

    def _dialogs(self) -> Asker:
        from hue_desktop.ui.shell.asker import DialogAsker

        self._dialog_asker = DialogAsker(self.feed)
        return self._dialog_asker

    def _build(self) -> MainWindow:
        from hue_desktop.ui.rooms import page_kinds

        session = Session(self.app.paths.data_dir / "window.ini")
        window = MainWindow(self.ctx, self.feed, session)
        window.add_page_kind(*page_kinds())
        self.navigator.window = window
        if self._asker is None:
            self._dialog_asker.window = window
        window.restore_tabs(self.app.settings.text("appearance.start_page"))
        return window

    def start(self) -> None:
        """Once the window is on screen: actions, panels, and reading."""
        if self._started or self._closed:
            return
        self._started = True
        # Reading threads hand the interpreter back after a millisecond instead of five: a click
        # or a repaint that comes while answers are parsed does not wait for them.
        sys.setswitchinterval(_SWITCH_S)
        from hue_desktop.ui.rooms import panel_kinds, room_actions

        self.actions.add(*shell_actions(self.window), *room_actions())
        self.window.add_panels(panel_kinds())
        self.window.start()
        self._follow_alerts()
        self._follow_spot()
        self.collector.start()
        self.app.reach.ask_with(self._host_keys.confirm)
        self.app.start()

    def _follow_alerts(self) -> None:
        """Alerts of live health: counted in the window, told on the desktop."""
        from hue_desktop.ui.alert_counts import AlertCounts
        from hue_desktop.ui.health.notifier import DesktopNotifier

        self._alerts = AlertCounts(self.app.health, self.tasks.poster)
        self._notifier = DesktopNotifier(
            lambda: self.app.settings.text("health.notify"), self._cluster_name
        )
        self._alerts.raised.connect(self._notifier.tell)
        self._notifier.clicked.connect(self._show_health)
        self.window.show_alerts(self._alerts)

    def _follow_spot(self) -> None:
        """Spot nodes that EC2 takes back: told in the window and on the desktop."""
        from hue_desktop.ui.policies.spot_teller import SpotTeller

        def say(ref: ClusterRef, text: str, critical: bool) -> None:
            self.navigator.notify(text, kind="critical" if critical else "warn")
            if self._notifier is not None:
                self._notifier.say(ref, text, critical=critical)

        self._spot = SpotTeller(self.app.health, self.tasks.poster, say)
        self.feed.changed.connect(self._spot.hear_fleet)

    def _cluster_name(self, ref: ClusterRef) -> str:
        cluster = self.feed.snapshot.clusters.get(ref)
        return cluster.summary.name if cluster is not None else ref.cluster_id

    def _show_health(self, ref: ClusterRef) -> None:
        self.window.showNormal()
        self.window.activateWindow()
        self.navigator.open_cluster(ref, "health")

    def close(self) -> None:
        """End everything; what still blocks in a call is left to its daemon thread."""
        if self._closed:
            return
        self._closed = True
        self._host_keys.close()
        self._unsubscribe()
        if self._alerts is not None and self._notifier is not None:
            self._alerts.close()
            self._notifier.close()
        if self._spot is not None:
            self._spot.close()
        self.feed.close()
        self.window.close()
        self.tasks.close()
        self.app.close()
        self.collector.stop()
        self.navigator.window = None
        self.window.deleteLater()

    def _setting_changed(self, key: str, value: object) -> None:
        if key == "appearance.theme":
            self.tasks.poster.post(lambda: self.theme.choose(ThemeChoice(str(value))))


def run_window(app_factory: Callable[[], Application], argv: Sequence[str]) -> int:
    """Show the window until it is closed; the process's exit code."""
    if not has_screen():
        sys.stderr.write(
            _(
                "There is no screen here. Take `hue-desktop tour OUT_DIR` for pictures of every "
                "page, or give the window a screen: `xvfb-run hue-desktop`.\n"
            )
        )
        return 1
    with _told_if_fatal():
        application = QApplication([*argv] or ["hue-desktop"])
    application.setApplicationName("hue-desktop")
    application.setApplicationDisplayName("Hue Desktop")
    application.setDesktopFileName("hue-desktop")
    translator = _qt_texts(application)
    desk = Desk(app_factory())
    desk.window.show()
    stop = _quit_on_signals(application)
    _report_bugs(desk)
    # After the first paint, so that an empty window is never what a person waits for.
    QTimer.singleShot(0, desk.start)
    desk.window.closing.connect(application.quit)
    try:
        return application.exec()
    finally:
        desk.window.hide()
        desk.close()
        stop()
        # Widgets go before the application does; the other way round Qt crashes at the exit.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        del desk, translator


@contextmanager
def _told_if_fatal() -> Iterator[None]:
    """Qt ends the process when it cannot reach the screen: say why in one line, without a dump."""

    said: list[str] = []

    def tell(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            said.append(" ".join(text.split()))
            return
        # what it warned of is the cause; the last words list every plugin there is
        reason = ". ".join(text.rstrip(".") for text in said or [text.partition("\n")[0]]) + "."
        sys.stderr.write(
            _(
                "hue-desktop: the window cannot open. {reason} `hue-desktop doctor` looks for the "
                "cause, `hue-desktop tour OUT_DIR` takes pictures without a screen, and "
                "`xvfb-run hue-desktop` fakes one.\n"
            ).format(reason=reason)
        )
        sys.stderr.flush()
        os._exit(1)

    before = qInstallMessageHandler(tell)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
        sys.stderr.writelines(f"{text}\n" for text in said)


def _qt_texts(application: QApplication) -> QTranslator:
    """Qt's own texts (Cut, Copy, Paste …) in the system's language."""
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if QLocale().language() is not QLocale.Language.English and translator.load(
        QLocale(), "qtbase", "_", folder
    ):
        application.installTranslator(translator)
    return translator


def _quit_on_signals(application: QApplication) -> Callable[[], None]:
    """Ctrl-C and SIGTERM close the window in order; the answer restores what was before.

    Python runs signal handlers between bytecodes only, and Qt's loop runs none: the wake-up
    descriptor makes the loop turn.
    """
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        return lambda: None
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_args: ours.recv(64))

    def leave(_number: int, _frame: FrameType | None) -> None:
        application.quit()

    previous = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for number, handler in previous.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()

    return restore


def _report_bugs(desk: Desk) -> None:
    """A bug in a slot is logged and said in the window; it does not end it."""

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            desk.window.close()
            return
        log.error("unhandled error", exc_info=(kind, error, trace))
        desk.tasks.crashed.emit(f"{kind.__name__}: {error}")

    sys.excepthook = report
