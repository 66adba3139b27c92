"""The rehearsal service: stands a copy of a cluster up elsewhere and does it there first."""

from __future__ import annotations

from typing import Protocol

from hue_desktop.core.rehearsal import RehearsalOutcome, RehearsalProgress, RehearsalRequest

__all__ = ["CancelLike", "RehearsalService"]


class CancelLike(Protocol):
    """What the service needs of a cancel token."""

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when the work should stop."""


class RehearsalService:
    """Runs rehearsals, each in a region of its own that ends with it unless it is kept."""

    def run(
        self,
        request: RehearsalRequest,
        *,
        progress: RehearsalProgress | None = None,
        token: CancelLike | None = None,
    ) -> RehearsalOutcome:
        """Rehearse. Blocks; ``HueError`` when the cluster or the region cannot be had,
        ``Cancelled`` after a cancel, ``Refused`` for a request that makes no sense.

        The region stands still afterwards, for :meth:`keep`, until :meth:`discard`, the next
        rehearsal or :meth:`close`.
        """
        raise NotImplementedError

    def keep(self, outcome: RehearsalOutcome) -> str:
        """Make a connection of the rehearsal's region, to look around in; its name. Blocks.

        It lasts until the application is closed. ``NotFound`` when the region is gone already.
        """
        raise NotImplementedError

    def discard(self, outcome: RehearsalOutcome) -> None:
        """End the rehearsal's region and remove its files, unless it was kept; never fails."""
        raise NotImplementedError

    def close(self) -> None:
        """End all regions, kept ones too, and remove their files."""
        raise NotImplementedError
