"""The one place that knows every room: builds, connects, opens and closes.

Adapters are imported when they are needed: nothing here may cost the window its start.
"""

from __future__ import annotations

from hue_desktop.wiring.application import Application
from hue_desktop.wiring.options import Overrides, Paths

__all__ = ["Application", "Overrides", "Paths"]
