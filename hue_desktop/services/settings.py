"""The user's settings: defaults, the file's values, and who wants to know of a change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hue_desktop.core.errors import HueError
from hue_desktop.core.settings import SettingValue, checked, setting
from hue_desktop.services.listeners import Listeners

if TYPE_CHECKING:
    from hue_desktop.core.ports import SettingsStore

__all__ = ["SettingsService"]

Listener = Callable[[str, SettingValue], None]


class SettingsService:
    """Values by key; only those that differ from their defaults are kept in the file.

    ``problems`` are sentences about lines of the file that cannot be used.
    """

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._listeners: Listeners[[str, SettingValue]] = Listeners("the settings")
        self._lock = threading.Lock()
        self.problems: tuple[HueError, ...] = ()
        try:
            self._values, self.problems = checked(store.load())
        except HueError as error:
            self._values, self.problems = {}, (error,)

    def get(self, key: str) -> SettingValue:
        """The value, or its default."""
        with self._lock:
            return self._values.get(key, setting(key).default)

    def text(self, key: str) -> str:
        """The value of a text or choice."""
        return str(self.get(key))

    def number(self, key: str) -> float:
        """The value of a number."""
        return float(self.get(key))

    def flag(self, key: str) -> bool:
        """The value of a switch."""
        return bool(self.get(key))

    def set(self, key: str, value: SettingValue) -> None:
        """Check, keep and announce a value. ConfigurationError for a wrong one."""
        wanted = setting(key).check(value)
        with self._lock:
            if self._values.get(key, setting(key).default) == wanted:
                return
            values = {**self._values, key: wanted}
            if wanted == setting(key).default:
                del values[key]
            self._store.save(values)
            self._values = values
        self._listeners.tell(key, wanted)

    def reset(self, key: str) -> None:
        """Back to the default."""
        self.set(key, setting(key).default)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(key, value)`` after each change; the answer ends it."""
        return self._listeners.add(listener)
