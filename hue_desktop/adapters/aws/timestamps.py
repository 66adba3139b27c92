"""Reading the timestamps of EC2's answers: there are thousands in 90 days of Spot prices.

botocore reads each with dateutil, which tries every form that a date may have: four fifths of the
time that such an answer costs. What is plainly ISO 8601 with a zone is read directly; the rest is
left to botocore.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

__all__ = ["read_timestamp"]

_LEAST = len("2026-11-22T09:30:00Z")


def read_timestamp(value: Any) -> datetime:
    """The moment, aware of its zone wherever the answer says one; raises as botocore does."""
    from botocore.utils import parse_timestamp

    if isinstance(value, str) and len(value) >= _LEAST and value[10] == "T":
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if found.tzinfo is not None:
                return found
    moment: datetime = parse_timestamp(value)
    return moment
