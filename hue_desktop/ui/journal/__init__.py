"""The dock's activity list (imported when the dock is made) and the journal's actions."""

from hue_desktop.ui.journal.actions import actions

__all__ = ["actions"]
