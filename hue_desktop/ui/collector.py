"""Collects cyclic garbage on the main thread, where Qt objects may be destroyed, in short slices.

Python collects on whatever thread happens to allocate. A worker that parses an answer could so
destroy a widget that is part of a cycle, behind the back of the event loop. While a window runs,
the automatic collection is therefore off, and a timer does its work between two events.

A full collection looks at every object that lives, which with a thousand nodes is a pause one
sees. So whatever survives two collections is frozen, that is, not looked at any more, until nobody
is at the window, or until very much has been frozen.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

__all__ = ["MainThreadCollector"]

_INTERVAL_MS = 100
_YOUNG = 2_000  #: new objects that make a look at the new ones worth it
_MIDDLE = 10  #: looks at the new ones before one at those that survived them; as in Python
_THAW_EVERY_S = 60.0
_GROWTH = 1.25  #: as Python: look at everything again when there is a quarter more of it
_FAR_GROWTH = 4.0  #: so much more that a pause is better than the memory


class MainThreadCollector(QObject):
    """Between ``start`` and ``stop`` no other thread collects; ``stop`` restores what was before.

    ``longest_ms`` is the longest pause it made so far.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest_ms = 0.0
        self._automatic: bool | None = None
        self._thawed = 0.0
        self._lived = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_some)

    def start(self) -> None:
        """Take over from Python; what lives now is frozen, since most of it lives to the end."""
        if self._automatic is not None:
            return
        self._automatic = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._thawed, self._lived = time.monotonic(), gc.get_freeze_count()
        self._timer.start()

    def stop(self) -> None:
        """Give everything back to Python. Nothing is collected here: a window closes at once."""
        if self._automatic is None:
            return
        self._timer.stop()
        gc.unfreeze()
        if self._automatic:
            gc.enable()
        self._automatic = None

    def collect_some(self) -> None:
        """Do what is due; most of the time that is nothing."""
        began = time.perf_counter()
        young, middle, _old = gc.get_count()
        if middle >= _MIDDLE:
            gc.collect(1)
            gc.freeze()
        elif young >= _YOUNG:
            gc.collect(0)
        elif time.monotonic() - self._thawed >= _THAW_EVERY_S:
            self._look_at_all()
        else:
            return
        self.longest_ms = max(self.longest_ms, (time.perf_counter() - began) * 1000)

    def _look_at_all(self) -> None:
        """A full collection when enough came together and nobody waits for the window."""
        self._thawed = time.monotonic()
        growth = gc.get_freeze_count() / max(1, self._lived)
        away = QGuiApplication.applicationState() != Qt.ApplicationState.ApplicationActive
        if growth < (_GROWTH if away else _FAR_GROWTH):
            return
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._lived = gc.get_freeze_count()
