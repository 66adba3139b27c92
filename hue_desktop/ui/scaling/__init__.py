"""Resizing clusters; sheets are imported when they open."""

from hue_desktop.ui.scaling.actions import actions

__all__ = ["actions"]
