"""Planning a cluster's life: create, clone, protect, tag, end."""

from __future__ import annotations

from hue_desktop.services.launch.service import LaunchService
from hue_desktop.services.launch.values import OPTION_LISTS, LaunchOptions, PricedType, SpecProblem

__all__ = ["OPTION_LISTS", "LaunchOptions", "LaunchService", "PricedType", "SpecProblem"]
