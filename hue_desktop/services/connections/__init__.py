"""The user's connections, their check-up, and the simulated region that some of them need."""

from __future__ import annotations

from hue_desktop.services.connections.checks import Check, CheckState
from hue_desktop.services.connections.service import ConnectionService

__all__ = ["Check", "CheckState", "ConnectionService"]
