"""Carrying plans out, writing them down, and undoing them."""

from __future__ import annotations

from hue_desktop.services.journal.service import JournalService

__all__ = ["JournalService"]
