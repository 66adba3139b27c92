"""Creating clusters and managing their life; screens are imported when they open."""

from hue_desktop.ui.launch.actions import actions

__all__ = ["actions"]
