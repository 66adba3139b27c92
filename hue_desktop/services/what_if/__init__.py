"""The what-if bench: what a copy of a cluster comes to, and the plans that make it real."""

from __future__ import annotations

from hue_desktop.services.what_if.service import WhatIfService
from hue_desktop.services.what_if.values import Bench, Commit

__all__ = ["Bench", "Commit", "WhatIfService"]
