"""What pages remember between starts: a chosen view, hidden columns, saved filters.

It stands in the same file as the window's own session, apart from the settings: losing it costs
a few clicks and nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from pathlib import Path

    from hue_desktop.ui.context import UiContext

__all__ = ["Memory", "memory_of"]


class Memory:
    """Texts and lists of texts by key. Without a file they last as long as the page."""

    def __init__(self, file: Path | None) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat) if file else None
        self._kept: dict[str, str] = {}

    def text(self, key: str, default: str = "") -> str:
        """What was remembered, or ``default``."""
        if self._settings is None:
            return self._kept.get(key, default)
        return str(self._settings.value(f"pages/{key}", default))

    def set_text(self, key: str, value: str) -> None:
        """Remember a text; a value that is already known is not written again."""
        if value == self.text(key):
            return
        if self._settings is None:
            self._kept[key] = value
        else:
            self._settings.setValue(f"pages/{key}", value)

    def choice(self, key: str, *choices: str) -> str:
        """Which of ``choices`` was remembered; the first one when it was none of them."""
        known = self.text(key)
        return known if known in choices else choices[0]

    def texts(self, key: str) -> list[str]:
        """A list of texts; damage gives none."""
        try:
            data = json.loads(self.text(key, "[]"))
        except ValueError:
            return []
        return [str(value) for value in data] if isinstance(data, list) else []

    def set_texts(self, key: str, values: list[str]) -> None:
        """Remember a list of texts."""
        self.set_text(key, json.dumps(values))


def memory_of(ctx: UiContext) -> Memory:
    """The memory of the window that a page stands in."""
    paths = getattr(ctx.app, "paths", None)
    return Memory(paths.data_dir / "window.ini" if paths is not None else None)
