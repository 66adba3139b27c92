"""The fleet service: reads all connections in turn and announces what changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from hue_desktop.core.clusters import BootstrapAction, ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.services.access import AccessPool
from hue_desktop.services.fleet.values import FleetChange, FleetSnapshot

__all__ = ["FleetService", "Polling"]

Listener = Callable[[FleetChange], None]
Polling = Callable[[str], float]


class FleetService:
    """Reads in the background from ``start`` to ``stop``; every method may be called anywhere."""

    def __init__(
        self,
        access: AccessPool,
        executor: Executor,
        connections: Callable[[], tuple[Connection, ...]],
        polling: Polling,
    ) -> None:
        self._access = access
        self._executor = executor
        self._connections = connections
        self._polling = polling
        self._snapshot = FleetSnapshot()
        self._listeners: list[Listener] = []

    def start(self) -> None:
        """Begin to read; returns at once."""

    def stop(self) -> None:
        """Stop reading; answers that come later are dropped."""

    def snapshot(self) -> FleetSnapshot:
        """The newest snapshot."""
        return self._snapshot

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on a service thread after each change; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def set_focus(self, ref: ClusterRef | None) -> None:
        """The cluster in front, which is read every few seconds."""

    def refresh(self, ref: ClusterRef | None = None) -> None:
        """Read the cluster, or everything, soon; returns at once."""

    def reload_connections(self) -> None:
        """The list of connections changed: open new ones, forget removed ones."""

    def set_read_only(self, connection: str, on: bool) -> None:
        """Turn read-only mode of a connection on or off for this session."""

    def is_read_only(self, connection: str) -> bool:
        """Whether changes through this connection are refused now."""
        return False

    def bootstrap_actions(self, ref: ClusterRef) -> tuple[BootstrapAction, ...]:
        """The bootstrap actions of a cluster. Blocks; HueError when it fails."""
        doors = self._access.of(ref.connection, ref.region)
        return doors.emr.list_bootstrap_actions(ref.cluster_id)
