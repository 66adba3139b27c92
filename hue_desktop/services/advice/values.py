"""What the advice service answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hue_desktop.core.advice.values import Advice
from hue_desktop.core.clusters import ClusterRef

__all__ = ["AdviceReport"]


@dataclass(frozen=True, slots=True)
class AdviceReport:
    """The advice of a cluster at the region's time ``at``, the most important first.

    ``missing`` are sentences about what could not be known, each with what to do about it; advice
    that would need it is not given.
    """

    ref: ClusterRef
    advice: tuple[Advice, ...]
    missing: tuple[str, ...]
    at: datetime
