"""Planning resizes and task groups."""

from __future__ import annotations

from hue_desktop.services.scaling.likeness import (
    model_group,
    of_similar_size,
    per_100_gib,
    suggested,
)
from hue_desktop.services.scaling.service import ScalingService
from hue_desktop.services.scaling.values import SizeLimits

__all__ = [
    "ScalingService",
    "SizeLimits",
    "model_group",
    "of_similar_size",
    "per_100_gib",
    "suggested",
]
