"""What changed since the last announcement."""

from __future__ import annotations

from hue_desktop.core.clusters import ClusterRef
from hue_desktop.services.fleet.values import FleetChange, FleetSnapshot

__all__ = ["ChangeLog"]


class ChangeLog:
    """Collects changes; :meth:`announcement` hands them over and begins anew."""

    def __init__(self) -> None:
        self._connections: set[str] = set()
        self._parts: dict[ClusterRef, frozenset[str]] = {}
        self._removed: set[ClusterRef] = set()

    def __bool__(self) -> bool:
        return bool(self._connections or self._parts or self._removed)

    def connection(self, name: str) -> None:
        """The status of a connection changed."""
        self._connections.add(name)

    def cluster(self, ref: ClusterRef, parts: frozenset[str]) -> None:
        """Parts of a cluster changed."""
        if parts:
            self._parts[ref] = self._parts.get(ref, frozenset()) | parts
            self._removed.discard(ref)

    def gone(self, ref: ClusterRef) -> None:
        """A cluster is not known any more."""
        self._parts.pop(ref, None)
        self._removed.add(ref)

    def announcement(self, snapshot: FleetSnapshot) -> FleetChange:
        """The collected changes with the snapshot that holds them."""
        change = FleetChange(
            snapshot=snapshot,
            connections=frozenset(self._connections),
            clusters=frozenset(self._parts),
            removed=frozenset(self._removed),
            parts=dict(self._parts),
        )
        self._connections, self._parts, self._removed = set(), {}, set()
        return change
