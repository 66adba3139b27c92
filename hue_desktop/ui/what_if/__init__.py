"""The what-if bench, for the page of a cluster's costs: a box of parts, not a page of its own."""

from __future__ import annotations

from hue_desktop.ui.what_if.actions import actions

__all__ = ["actions"]
