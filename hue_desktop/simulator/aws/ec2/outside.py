"""EC2 operations that would make, start or stop instances by hand: refused, with the reason.

The region's instances are the nodes of its clusters. moto could run others, but nothing here would
ever show them; so, except where the region stands in for the moto server, they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["OutsideOperations"]

_MAKING = ("CreateFleet", "RequestSpotFleet", "RequestSpotInstances", "RunInstances")
_HANDLING = ("RebootInstances", "StartInstances", "StopInstances")


class OutsideOperations:
    """Operations that the region refuses, each with the reason."""

    def __init__(self, world: World) -> None:
        self._compat = world.compat

    def operations(self) -> Mapping[str, Operation]:
        """By model name; none where moto is to answer."""
        if self._compat == "moto":
            return {}
        return {
            **dict.fromkeys(_MAKING, _refuse_making),
            **dict.fromkeys(_HANDLING, _refuse_handling),
        }


def _refuse_making(call: Call) -> dict[str, Any]:
    raise ApiError(
        "UnsupportedOperation",
        f"{call.operation} is not simulated: the instances of this region are the nodes of its"
        " EMR clusters. Create a cluster, or resize one.",
    )


def _refuse_handling(call: Call) -> dict[str, Any]:
    raise ApiError(
        "UnsupportedOperation",
        f"{call.operation} is not simulated: nodes of an EMR cluster can be terminated, and EMR"
        " replaces them.",
    )
