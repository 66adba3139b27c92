"""CRC32C and CRC32 as plain functions of (bytes, what was before)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

__all__ = ["Crc", "crc_function"]

Crc = Callable[[Any, int], int]


@cache
def crc_function(name: str = "crc32c") -> Crc:
    """awscrt's function below its wrapper: HDFS's chunks are so small that the wrapper shows."""
    try:
        found: Crc = getattr(importlib.import_module("_awscrt"), f"checksums_{name}")
    except (ImportError, AttributeError):
        found = getattr(importlib.import_module("awscrt.checksums"), name)
    return found
