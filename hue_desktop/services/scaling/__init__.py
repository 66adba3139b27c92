"""Planning resizes and task groups."""

from __future__ import annotations

from hue_desktop.services.scaling.service import ScalingService
from hue_desktop.services.scaling.values import SizeLimits

__all__ = ["ScalingService", "SizeLimits"]
