"""The settings that differ from their defaults: ``settings.toml`` in the configuration directory.

A key ``appearance.theme`` stands as ``theme`` in the table ``[appearance]``. What the values may be
is for ``core.settings`` to say.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hue_desktop.adapters.local.files import read_text, replace_text
from hue_desktop.adapters.local.toml_text import toml_key, toml_value
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.text import _

__all__ = ["SettingsFile"]

HEAD = "# Written by Hue Desktop: only what differs from the defaults.\n"


class SettingsFile:
    """The ``SettingsStore`` port over a TOML file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()

    def load(self) -> Mapping[str, object]:
        """Values by key, unchecked. ``ConfigurationError`` when the file is not TOML."""
        text = read_text(self._path)
        if text is None:
            return {}
        try:
            return _flat(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(
                _("{path} cannot be read: {error}.").format(path=self._path, error=error),
                remedy=_("Correct the line; until then the defaults are used."),
            ) from error

    def save(self, values: Mapping[str, object]) -> None:
        """Replace the file. A file that cannot be read is kept beside it as ``.bak``."""
        with self._writing:
            try:
                self.load()
            except ConfigurationError:
                text = read_text(self._path)
                replace_text(self._path.with_name(self._path.name + ".bak"), text or "")
            replace_text(self._path, _render(values))


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            values.update(_flat(value, f"{prefix}{key}."))
        else:
            values[prefix + key] = value
    return values


def _render(values: Mapping[str, object]) -> str:
    tables: dict[str, list[str]] = {}
    for key, value in sorted(values.items()):
        table, _dot, name = key.rpartition(".")
        tables.setdefault(table, []).append(f"{toml_key(name)} = {toml_value(value)}")
    lines = [HEAD]
    for table, settings in sorted(tables.items()):  # keys without a table come first
        if table:
            path = ".".join(toml_key(part) for part in table.split("."))
            lines.append(f"[{path}]")
        lines += [*settings, ""]
    return "\n".join(lines)
