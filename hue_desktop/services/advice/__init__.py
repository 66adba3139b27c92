"""Advice on a cluster's instances, from what was measured."""

from __future__ import annotations

from hue_desktop.services.advice.service import AdviceService
from hue_desktop.services.advice.values import AdviceReport

__all__ = ["AdviceReport", "AdviceService"]
