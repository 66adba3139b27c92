"""Steps on the cluster that an HDFS belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.storage import StoreId
from hue_desktop.core.text import _
from hue_desktop.core.transfers.ports import StepDoor, StepState
from hue_desktop.services.access import AccessPool

__all__ = ["ClusterSteps"]


class ClusterSteps:
    """The ``StepRunner`` port over the doors of all connections."""

    def __init__(self, access: AccessPool) -> None:
        self._access = access

    def submit(self, store: StoreId, name: str, args: Sequence[str]) -> str:
        """Add a command-runner step; its id."""
        return self._door(store).submit(store.cluster_id, name, args)

    def state(self, store: StoreId, step_id: str) -> StepState:
        """How it is now."""
        return self._door(store).state(store.cluster_id, step_id)

    def cancel(self, store: StoreId, step_id: str) -> None:
        """Ask EMR to cancel it."""
        self._door(store).cancel(store.cluster_id, step_id)

    def _door(self, store: StoreId) -> StepDoor:
        door = self._access.of(store.connection, store.region).steps if store.cluster_id else None
        if door is None:
            raise ConfigurationError(
                _("No cluster is known that could run the step."),
                remedy=_("Choose another route."),
            )
        return door
