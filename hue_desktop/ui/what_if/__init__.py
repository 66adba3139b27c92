"""The what-if bench, for the page of a cluster's costs: a box of parts, not a screen of its own."""

from __future__ import annotations

from hue_desktop.ui.what_if.bench import WhatIfBench

__all__ = ["WhatIfBench"]
