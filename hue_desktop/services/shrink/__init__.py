"""Reading a cluster before core nodes go, and judging what that would cost."""

from __future__ import annotations

from hue_desktop.services.shrink.service import ShrinkService
from hue_desktop.services.shrink.values import (
    CancelToken,
    FixOutcome,
    Inspection,
    InspectionProgress,
)

__all__ = ["CancelToken", "FixOutcome", "Inspection", "InspectionProgress", "ShrinkService"]
