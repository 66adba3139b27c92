"""The dock's activity list and its actions."""

from hue_desktop.ui.journal.actions import actions
from hue_desktop.ui.journal.activity_panel import ActivityPanel

__all__ = ["ActivityPanel", "actions"]
