"""The window: rail, catalog, tabs, dock, status bar, palette."""

from hue_desktop.ui.shell.feed import FleetFeed
from hue_desktop.ui.shell.navigator import WindowNavigator
from hue_desktop.ui.shell.session import Session
from hue_desktop.ui.shell.shell_actions import shell_actions
from hue_desktop.ui.shell.window import MainWindow

__all__ = ["FleetFeed", "MainWindow", "Session", "WindowNavigator", "shell_actions"]
