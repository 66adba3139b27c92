"""Tags: the limits on them, AddTags and RemoveTags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hue_desktop.simulator.aws.emr.errors import validation

__all__ = ["check_tags"]

_MAX_TAGS = 50


def check_tags(tags: Sequence[dict[str, Any]], have: int = 0) -> None:
    """Keys of 1–128 signs that do not begin with ``aws:``, values up to 256, 50 tags in all."""
    if have + len(tags) > _MAX_TAGS:
        raise validation("The number of tags exceeds the limit of 50.")
    for tag in tags:
        key = tag.get("Key") or ""
        if not 1 <= len(key) <= 128:
            raise validation("A tag key must have between 1 and 128 characters.")
        if key.lower().startswith("aws:"):
            raise validation("Tag keys that begin with 'aws:' are reserved.")
        if len(tag.get("Value") or "") > 256:
            raise validation("A tag value must have at most 256 characters.")
