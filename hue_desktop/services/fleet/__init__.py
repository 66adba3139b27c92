"""Seeing: keeps the newest snapshot of every cluster and says what changed in it."""

from __future__ import annotations

from hue_desktop.services.fleet.service import FleetService
from hue_desktop.services.fleet.values import (
    PARTS,
    ConnectionState,
    ConnectionStatus,
    FleetChange,
    FleetSnapshot,
    extrapolate,
)

__all__ = [
    "PARTS",
    "ConnectionState",
    "ConnectionStatus",
    "FleetChange",
    "FleetService",
    "FleetSnapshot",
    "extrapolate",
]
