"""Finding a row by typing the beginning of its name."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["TypeAhead"]

_PAUSE_MS = 900  #: after such a pause a letter begins a new word


class TypeAhead(QObject):
    """Letters typed in quick succession. ``wanted`` asks for the row of a word, and whether the
    present row may be it; looking for it is somebody else's work, off the main thread."""

    wanted = Signal(str, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._word = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.stop)

    @property
    def active(self) -> bool:
        """Whether a word is being typed, so that a space belongs to it."""
        return bool(self._word)

    def type(self, letters: str) -> None:
        """One more letter; the same one again and again steps through the names with it."""
        again = self._word == letters and len(letters) == 1
        self._word = letters if again else self._word + letters
        self._pause.start()
        self.wanted.emit(self._word, len(self._word) > 1)

    def stop(self) -> None:
        """Forget the word."""
        self._pause.stop()
        self._word = ""
