"""What the pages of one cluster have in common: the newest snapshot, and when to show it again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.text import _
from hue_desktop.ui.page import Page
from hue_desktop.ui.parts import FourStates

if TYPE_CHECKING:
    from hue_desktop.services.fleet import FleetChange, FleetSnapshot
    from hue_desktop.ui.context import UiContext

__all__ = ["ClusterPage"]


class ClusterPage(Page):
    """Whoever builds on it makes ``states`` and fills ``_show``."""

    states: FourStates

    def __init__(self, ctx: UiContext, ref: ClusterRef | None = None) -> None:
        super().__init__(ctx, ref)
        self._snapshot: FleetSnapshot | None = None

    @property
    def cluster(self) -> ClusterSnapshot | None:
        """The newest snapshot of this page's cluster."""
        if self._snapshot is None or self.ref is None:
            return None
        return self._snapshot.clusters.get(self.ref)

    def apply(self, change: FleetChange) -> None:
        """Show what is new of the cluster, or of its connection."""
        first = self._newer(change)
        if self.ref is None:
            return
        touched = self.ref in change.clusters or self.ref in change.removed
        if first or touched or self.ref.connection in change.connections:
            self._show()

    def _newer(self, change: FleetChange) -> bool:
        """Keep the newest snapshot; whether it is the first."""
        first, self._snapshot = self._snapshot is None, change.snapshot
        return first

    def _now(self) -> datetime:
        """The region's time."""
        assert self._snapshot is not None
        assert self.ref is not None
        return self._snapshot.region_now(self.ref)

    def _show(self) -> None:
        """Show the newest snapshot."""

    def _show_unknown(self) -> None:
        """Say that nobody knows the cluster."""
        self.states.show_empty(
            _("This cluster is not known"),
            _("EMR forgets clusters two months after their end."),
        )
