"""Rehearsing changes on a copy of a cluster, in a simulated region of its own."""

from __future__ import annotations

from hue_desktop.services.rehearsal.service import RehearsalService

__all__ = ["RehearsalService"]
