"""What the policies service answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hue_desktop.core.metrics import SeriesData
from hue_desktop.core.scaling_standing import Standing
from hue_desktop.core.scaling_story import Story

__all__ = ["ScalingStory"]


@dataclass(frozen=True)
class ScalingStory:
    """Why a cluster scaled, newest first, and why it does not now.

    ``missing`` are sentences about what could not be read. ``start`` and ``end`` are the region
    times that were looked at; ``series`` holds the metrics of that time by name.
    """

    stories: tuple[Story, ...] = ()
    standing: tuple[Standing, ...] = ()
    missing: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    series: Mapping[str, SeriesData] = field(default_factory=dict)
