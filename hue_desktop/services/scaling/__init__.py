"""What a cluster can grow by, and planning resizes, task groups and fleets."""

from __future__ import annotations

from hue_desktop.services.scaling.likeness import model_group
from hue_desktop.services.scaling.service import ScalingService
from hue_desktop.services.scaling.values import SizeLimits

__all__ = [
    "ScalingService",
    "SizeLimits",
    "model_group",
]
