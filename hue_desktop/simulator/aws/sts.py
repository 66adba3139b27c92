"""STS: who am I. Answered here because it is a client's first question; the rest goes to moto."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.service import Call, Operation

__all__ = ["StsService"]


class StsService:
    """``GetCallerIdentity`` for the one user of the simulated account."""

    name = "sts"

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id

    def operations(self) -> Mapping[str, Operation]:
        """The operations that this service answers."""
        return {"GetCallerIdentity": self._get_caller_identity}

    def _get_caller_identity(self, call: Call) -> dict[str, Any]:
        return {
            "UserId": "AIDASIMULATEDUSER0000",
            "Account": self._account_id,
            "Arn": f"arn:aws:iam::{self._account_id}:user/hue",
        }
