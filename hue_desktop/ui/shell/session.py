"""What the window remembers between starts: geometry, tabs, folds. Apart from the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QWidget

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.ui.shell.workspace import Tab

__all__ = ["SavedTab", "Session"]


class SavedTab:
    """A tab as it was written down; anything that is not one raises ValueError."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, dict) or not isinstance(data.get("page"), str):
            raise ValueError("not a tab")
        self.page: str = data["page"]
        self.name = str(data.get("name", ""))
        self.place = str(data.get("place", ""))
        self.start = str(data.get("start", ""))
        parts = data.get("cluster")
        self.ref: ClusterRef | None = None
        if parts is not None:
            if not (isinstance(parts, list) and len(parts) == 3):
                raise ValueError("not a cluster")
            self.ref = ClusterRef(*map(str, parts))


class Session:
    """Kept in an INI file that Qt replaces as a whole, so that a crash leaves the old one."""

    def __init__(self, file: Path) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    def save_geometry(self, window: QWidget) -> None:
        """Remember size and place."""
        self._settings.setValue("window/geometry", window.saveGeometry())

    def restore_geometry(self, window: QWidget) -> bool:
        """Size and place of the last session; whether there was one."""
        saved = self._settings.value("window/geometry")
        return isinstance(saved, QByteArray) and window.restoreGeometry(saved)

    def save_tabs(self, tabs: tuple[Tab, ...], current: str) -> None:
        """Remember the tabs from left to right and the one in front."""
        data = [
            {
                "page": tab.page,
                "name": tab.name,
                "place": tab.place,
                "start": tab.start,
                "cluster": [tab.ref.connection, tab.ref.region, tab.ref.cluster_id]
                if tab.ref
                else None,
            }
            for tab in tabs
        ]
        self._settings.setValue("window/tabs", json.dumps(data))
        self._settings.setValue("window/current", current)

    def tabs(self) -> tuple[tuple[SavedTab, ...], str]:
        """The tabs of the last session and the key of the one in front; damage gives none."""
        try:
            data = json.loads(str(self._settings.value("window/tabs", "[]")))
            saved = tuple(SavedTab(item) for item in data)
        except (ValueError, TypeError):
            return (), ""
        return saved, str(self._settings.value("window/current", ""))

    def save_list(self, key: str, values: list[str]) -> None:
        """Remember a list of texts."""
        self._settings.setValue(f"lists/{key}", json.dumps(values))

    def list(self, key: str) -> list[str]:
        """A list of texts; damage gives none."""
        try:
            data = json.loads(str(self._settings.value(f"lists/{key}", "[]")))
        except ValueError:
            return []
        return [str(value) for value in data] if isinstance(data, list) else []

    def sync(self) -> None:
        """Write to disk now."""
        self._settings.sync()
