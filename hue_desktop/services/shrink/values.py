"""What a pre-flight read of a cluster, and what applying a fix came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.shrink.blocks import BlockTable
from hue_desktop.core.shrink.values import CoreNode, ShrinkLimits

__all__ = ["CancelToken", "FixOutcome", "Inspection", "InspectionProgress", "Progress"]


class CancelToken(Protocol):
    """What the caller cancels with; the window's tokens are of this shape."""

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""

    def on_cancel(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` at the cancel, or at once when that has been."""


@dataclass(frozen=True, slots=True)
class InspectionProgress:
    """How far reading is. ``of_files`` is what the NameNode says it has; ``None``: unknown."""

    stage: str  #: in words: "Reading blocks"
    files: int = 0
    of_files: int | None = None
    files_s: float | None = None

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return min(1.0, self.files / self.of_files) if self.of_files else None


Progress = Callable[[InspectionProgress], None]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A cluster as it was when it was read; judging it again costs no request.

    ``read_at`` is epoch seconds of this machine, ``took_s`` how long reading took; ``missing`` are
    sentences about what could not be read. ``snapshot`` is what EMR said in the same moment, and
    ``group_ids`` the core group (or fleet) in it.
    """

    ref: ClusterRef
    blocks: BlockTable
    nodes: tuple[CoreNode, ...]
    limits: ShrinkLimits
    read_at: float
    took_s: float
    missing: tuple[str, ...] = ()
    snapshot: ClusterSnapshot | None = None
    group_ids: tuple[str, ...] = ()

    def age_s(self, now: float) -> float:
        """How old it is."""
        return max(0.0, now - self.read_at)


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """What applying a fix did; ``wait_s`` is how long HDFS then needs, as an estimate."""

    key: str
    text: str
    done: int = 0
    failed: int = 0
    wait_s: float | None = None
    transfer_id: int | None = None
    problems: tuple[str, ...] = ()
