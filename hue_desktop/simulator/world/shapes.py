"""What a node of an instance type offers: vCPUs, memory, disks, YARN memory, default volumes.

Sources: the instance type catalog of the region; EMR's table of default EBS volumes (5.22.0 and
later); YARN memory as in EMR's published task configurations: the node's memory less a quarter, at
most 8 GiB less (m5.xlarge 12,288 MB, r4.2xlarge 54,272 MB).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hue_desktop.simulator.world.instances import Volume

if TYPE_CHECKING:
    from hue_desktop.simulator.instance_types import TypeCatalog

__all__ = ["CONTAINER_MB", "Shape", "Shapes", "default_volumes", "normalized_units"]

#: Size of a YARN container of the simulated applications.
CONTAINER_MB = 4096

#: GiB that EMR keeps back for the system and the daemons of a node, at most.
_SYSTEM_GIB = 8.0

#: Size of a type -> (number of volumes, GiB of each).
_DEFAULT_VOLUMES = {
    "large": (1, 32),
    "xlarge": (2, 32),
    "2xlarge": (4, 32),
    "4xlarge": (4, 64),
    "8xlarge": (4, 128),
    "9xlarge": (4, 144),
    "10xlarge": (4, 160),
    "12xlarge": (4, 192),
    "16xlarge": (4, 256),
    "18xlarge": (4, 288),
    "24xlarge": (4, 384),
}

#: Size of a type -> normalized instance hours of an hour, as EMR's guide lists them.
_NORMALIZED = {"small": 1, "medium": 2, "large": 4, "xlarge": 8}


@dataclass(frozen=True, slots=True)
class Shape:
    """The capacity of one node."""

    vcpu: int
    memory_gib: float
    nvme_gb: int
    on_demand_usd_hour: float

    @property
    def yarn_mb(self) -> int:
        """Memory YARN hands out on the node, in whole GiB, a container at least."""
        kept = min(_SYSTEM_GIB, self.memory_gib / 4)
        return max(CONTAINER_MB, int(self.memory_gib - kept) * 1024)

    @property
    def containers(self) -> int:
        """How many containers fit."""
        return self.yarn_mb // CONTAINER_MB


#: What an unknown type counts as; only the compatibility mode accepts one.
_UNKNOWN = Shape(vcpu=4, memory_gib=16.0, nvme_gb=0, on_demand_usd_hour=0.2)


class Shapes:
    """Shapes by type name, remembered."""

    def __init__(self, types: TypeCatalog) -> None:
        self._types = types
        self._known: dict[str, Shape] = {}

    def get(self, name: str) -> Shape:
        """The shape of a type; a general one for a type nobody knows."""
        shape = self._known.get(name)
        if shape is None:
            found = self._types.get(name)
            shape = _UNKNOWN
            if found is not None:
                shape = Shape(
                    found.vcpu,
                    float(found.memory_gib),
                    found.nvme_gb,
                    float(found.on_demand_usd_hour or 0.0),
                )
            self._known[name] = shape
        return shape


@cache
def default_volumes(instance_type: str, nvme_gb: int) -> tuple[Volume, ...]:
    """The data volumes EMR attaches when a request names none; none beside instance stores."""
    if nvme_gb:
        return ()
    size = instance_type.rpartition(".")[2]
    count, gib = _DEFAULT_VOLUMES.get(size, (4, 384) if "xlarge" in size else (1, 32))
    return tuple(
        (f"/dev/sd{chr(ord('b') + index)}", "gp2", gib, None, None) for index in range(count)
    )


def normalized_units(instance_type: str) -> int:
    """Normalized instance hours that an hour of the type counts for."""
    size = instance_type.rpartition(".")[2]
    if size in _NORMALIZED:
        return _NORMALIZED[size]
    digits = size.removesuffix("xlarge")
    return 8 * int(digits) if digits.isdigit() else 8
