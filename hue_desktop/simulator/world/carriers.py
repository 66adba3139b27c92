"""Steps that do something real: who carries them out, and how they end.

The world decides when steps start and plans when they end. A carrier does the work meanwhile in
its own threads and real time; when the planned end comes, the world asks how it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.steps import Step

__all__ = ["Carrier", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step's real work ended."""

    took_s: float  #: simulated seconds that the step takes in all
    failure: str = ""  #: what its log says last, when it failed


class Carrier(Protocol):
    """Carries out steps; called under the region's lock, so it only starts things and looks."""

    def carries(self, step: Step) -> bool:
        """Whether it is a step for this carrier."""

    def start(self, cluster: Cluster, step: Step) -> None:
        """Begin, unless it has begun already."""

    def outcome(self, step: Step) -> Outcome | None:
        """How it ended; None while it goes on, or when nobody knows of it."""

    def cancel(self, step: Step) -> None:
        """Stop as soon as possible."""
