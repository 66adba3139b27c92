"""The journal: every change is written down before it is sent, and undone from there."""

from __future__ import annotations

from collections.abc import Callable

from hue_desktop.core.changes import JournalEntry, Plan
from hue_desktop.core.ports import JournalStore
from hue_desktop.services.access import AccessPool
from hue_desktop.services.fleet.service import FleetService

__all__ = ["JournalService"]

Listener = Callable[[JournalEntry], None]


class JournalService:
    """``hold_s`` says for how many seconds a confirmed plan waits and can be cancelled."""

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        store: JournalStore,
        hold_s: Callable[[Plan], float],
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._store = store
        self._hold_s = hold_s

    def submit(self, plan: Plan, *, undoes: int | None = None) -> JournalEntry:
        """Write the plan down, hold it for a moment, then send it; returns at once.

        ReadOnly or Refused at once for a plan that may not or cannot be carried out.
        """
        raise NotImplementedError

    def cancel(self, entry_id: int) -> bool:
        """Cancel a plan that still waits; False when it is too late."""
        raise NotImplementedError

    def sends_in_s(self, entry_id: int) -> float | None:
        """Seconds until a waiting plan is sent; ``None`` when it does not wait."""
        raise NotImplementedError

    def undo_plan(self, entry_id: int) -> Plan:
        """The plan that undoes an entry; submit it with ``undoes=entry_id``."""
        raise NotImplementedError

    def entries(self) -> tuple[JournalEntry, ...]:
        """Newest first."""
        return self._store.entries()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each new state of an entry, on a service thread."""
        raise NotImplementedError

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits or is being sent; False when that took longer."""
        raise NotImplementedError
