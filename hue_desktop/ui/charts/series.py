"""How a line of a chart is drawn, and the marks of events on its time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hue_desktop.ui.parts import StateShape

__all__ = ["LineStyle", "Mark"]


class LineStyle(Enum):
    """How a series is drawn."""

    AREA = "area"  #: a line and a light fill down to zero
    LINE = "line"
    STEP = "step"  #: holds its value until the next one: counts, prices
    LIMIT = "limit"  #: dashed steps: capacity, thresholds


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the time axis; without a state's ``shape`` it is a dot in the accent colour.

    ``label`` stands beside it where there is room; ``text`` says all, in its tooltip.
    """

    at: datetime
    text: str
    shape: StateShape | None = None
    label: str = ""
