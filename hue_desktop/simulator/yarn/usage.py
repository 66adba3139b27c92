"""What the machines are busy with: CPU, memory and disk of a node from the containers it holds.

Figures waver a little, by noise that depends on the node and the time only, so that the same
question about the same instant has the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from hue_desktop.simulator.world.shapes import CONTAINER_MB

if TYPE_CHECKING:
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.load import Share
    from hue_desktop.simulator.world.shapes import Shape

__all__ = ["NodeUsage", "disk_bytes", "non_dfs_bytes", "usage_of", "wavering"]

_GIB = 1024**3
_NOISE_S = 20.0
_BASE_MB = 900  #: operating system and daemons, beside a share of the memory
_LOCAL_BYTES = 3 * _GIB // 2  #: what the NodeManager and logs keep always
_SPILL_BYTES = _GIB  #: what a container leaves on disk once it runs for long
_FULL = 0.94  #: share of the disks of a node whose health checker complains


@dataclass(frozen=True, slots=True)
class NodeUsage:
    """A node at an instant: vCPUs in use and MB, with the containers' part of each."""

    cpu: float
    memory_mb: int
    containers_cpu: float
    containers_mb: int


def wavering(at: float, key: str) -> float:
    """Noise in [0, 1) that moves slowly; asked for each of a thousand nodes, so it is cheap."""
    place, between = divmod(at / _NOISE_S, 1.0)
    before = crc32(b"%d" % place, crc32(key.encode()))
    after = crc32(b"%d" % (place + 1), crc32(key.encode()))
    return (before + (after - before) * between) / 2**32


@lru_cache(maxsize=1024)
def _eagerness(application_id: str) -> float:
    """How much CPU and memory an application's containers use of what they have."""
    return 0.5 + 0.5 * crc32(b"eager" + application_id.encode()) / 2**32


def usage_of(
    instance: Instance, shape: Shape, held: Iterable[tuple[Share, int]], at: float
) -> NodeUsage:
    """The usage of a node that holds so many containers of each application."""
    noise = wavering(at, instance.ec2_id)
    keen = 0.75 + 0.35 * crc32(instance.ec2_id.encode()) / 2**32  # some nodes get the harder parts
    cpu = memory = 0.0
    for share, count in held:
        application = share.application
        eager = _eagerness(application.id)
        cpu += count / shape.containers * eager * keen * (0.5 + 0.6 * noise)
        filled = min(1.0, 0.4 + (at - application.started) / 600.0)
        memory += count * CONTAINER_MB * filled * (0.58 + 0.12 * eager + 0.16 * keen + 0.06 * noise)
    total = shape.memory_gib * 1024
    containers_cpu = min(0.97, cpu) * shape.vcpu
    containers_mb = min(memory, 0.88 * total)
    idle = shape.vcpu * (0.008 + 0.02 * noise)
    base = min(0.1 * total, _BASE_MB + 0.05 * total * (1 + 0.1 * noise))
    return NodeUsage(
        cpu=round(min(shape.vcpu, containers_cpu + idle), 4),
        memory_mb=int(containers_mb + base),
        containers_cpu=round(containers_cpu, 4),
        containers_mb=int(containers_mb),
    )


def disk_bytes(instance: Instance, shape: Shape) -> int:
    """The size of a node's data disks."""
    return (shape.nvme_gb + sum(volume[2] for volume in instance.volumes)) * _GIB


def non_dfs_bytes(
    instance: Instance, shape: Shape, held: Iterable[tuple[Share, int]], dfs_bytes: int, at: float
) -> int:
    """What lies on a node's data disks beside HDFS: logs, and what its containers spill.

    A node that YARN found UNHEALTHY has its disks full.
    """
    total = disk_bytes(instance, shape)
    if instance.unhealthy <= at:
        return max(0, int(_FULL * total) - dfs_bytes)
    spilled = sum(
        count * _SPILL_BYTES * min(1.0, (at - share.application.started) / 900.0)
        for share, count in held
    )
    room = max(0, int(0.85 * total) - dfs_bytes)
    return min(room, int(min(_LOCAL_BYTES, 0.05 * total) + spilled))
