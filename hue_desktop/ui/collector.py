"""Collects cyclic garbage on the main thread, where Qt objects may be destroyed, in short slices.

Python collects on whatever thread happens to allocate. A worker that parses an answer could so
destroy a widget that is part of a cycle, behind the back of the event loop. While a window runs,
the automatic collection is therefore off, and a timer does its work between two events.

A collection looks at every object it knows of, about a millisecond for each thousand, and while
answers of a thousand nodes are parsed there are very many, hardly any of them garbage. So what
survived one collection is frozen, that is, not looked at again, and a crowd of new objects is put
aside unseen, until nobody is at the window or until very much has been frozen; then everything is
looked at. Only cycles wait for that: what nobody refers to is freed at once, frozen or not.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

__all__ = ["MainThreadCollector"]

_INTERVAL_MS = 100
_YOUNG = 1_500  #: new objects that are worth a look
_CROWD = 6_000  #: so many that the look would be felt
_PATIENCE = 10  #: how often in a row a crowd is given the time to go by itself
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
        self._crowded = 0
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
        young = gc.get_count()[0]
        if young < _YOUNG:
            self._crowded = 0
            if time.monotonic() - self._thawed < _THAW_EVERY_S:
                return
            self._look_at_all()
        elif young <= _CROWD:
            self._crowded = 0
            gc.collect(0)
            gc.freeze()
        else:
            self._crowded += 1
            if self._crowded < _PATIENCE:
                return
            self._crowded = 0
            gc.freeze()
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
