"""``uptime``, ``df`` and ``yarn application -list`` of a simulated machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hue_desktop.simulator.yarn.forms import (
    kind_of,
    progress_of,
    queue_of,
    state_of,
    user_of,
    yarn_id,
)
from hue_desktop.simulator.yarn.state import Yarn, YarnMoment

if TYPE_CHECKING:
    from hue_desktop.simulator.region import Region
    from hue_desktop.simulator.world.instances import Instance
    from hue_desktop.simulator.world.load import Share

__all__ = ["df", "uptime", "yarn_applications"]

_GIB = 1024**3
_ROOT_GIB = 15
_ROOT_SHARE = 0.41
_TITLES = (
    *("Application-Id", "Application-Name", "Application-Type", "User", "Queue"),
    *("State", "Final-State", "Progress", "Tracking-URL"),
)


def uptime(region: Region, machine: Instance | None) -> str:
    """One line, as procps prints it."""
    now = region.clock.now().timestamp()
    up_s = now - machine.booted if machine is not None else 0.0
    hours, minutes = divmod(int(up_s) // 60, 60)
    days, hours = divmod(hours, 24)
    lasted = f"{hours:2d}:{minutes:02d}"
    if days:
        lasted = f"{days} day{'s' if days > 1 else ''}, {lasted}"
    clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S")
    busy = _busy(region, machine)
    load = ", ".join(f"{busy * factor:.2f}" for factor in (1.0, 0.94, 0.88))
    return f" {clock} up {lasted},  1 user,  load average: {load}\n"


def _busy(region: Region, machine: Instance | None) -> float:
    """The processors in use."""
    cluster = region.world.clusters.get(machine.cluster_id) if machine is not None else None
    if cluster is None or machine is None:
        return 0.05
    with region.lock:
        region.world.advance()
        moment = Yarn(region.world, cluster).now()
        node = moment.node_at(machine.ec2_id)
        return 0.1 + (moment.usage(node).cpu if node is not None else 0.1 * len(moment.shares))


def df(region: Region, machine: Instance | None, args: Sequence[str]) -> str:
    """The root volume and the data volumes; HDFS fills the latter to its own share."""
    human = any("h" in arg for arg in args if arg.startswith("-"))
    volumes = [("/dev/nvme0n1p1", _ROOT_GIB * _GIB, _ROOT_SHARE, "/")]
    if machine is not None:
        share = _hdfs_share(region, machine)
        for number, volume in enumerate(machine.volumes, start=1):
            mounted = "/mnt" if number == 1 else f"/mnt{number - 1}"
            volumes.append((f"/dev/nvme{number}n1p2", volume[2] * _GIB, share, mounted))
    size = "Size" if human else "1K-blocks"
    used, free = ("Used", "Avail") if human else ("Used", "Available")
    lines = [f"{'Filesystem':<16} {size:>10} {used:>10} {free:>10} Use% Mounted on"]
    for device, total, full, mounted in volumes:
        taken = int(total * full)
        shown = [_human(n) if human else str(n // 1024) for n in (total, taken, total - taken)]
        figures = " ".join(f"{figure:>10}" for figure in shown)
        lines.append(f"{device:<16} {figures} {round(100 * full):>3}% {mounted}")
    return "\n".join(lines) + "\n"


def _hdfs_share(region: Region, machine: Instance) -> float:
    cluster = region.world.clusters.get(machine.cluster_id)
    if cluster is None or machine.role != "CORE":
        return 0.02
    with region.lock:
        return min(0.99, 0.02 + region.world.load_of(cluster).hdfs_utilization_pct / 100)


def _human(count: float) -> str:
    units = iter(("", "K", "M", "G", "T"))
    unit = next(units)
    while count >= 1024 and unit != "T":
        count, unit = count / 1024, next(units)
    return f"{count:.1f}{unit}" if count < 10 and unit else f"{count:.0f}{unit}"


def yarn_applications(region: Region, machine: Instance) -> str:
    """The applications that wait or run now, as YARN's command lists them."""
    with region.lock:
        region.world.advance()
        cluster = region.world.clusters.get(machine.cluster_id)
        rows: list[tuple[str, ...]] = []
        if cluster is not None:
            moment = Yarn(region.world, cluster).now()
            rows = [_application(moment, share) for share in moment.shares]
    head = (
        "Total number of applications (application-types: [], states: [SUBMITTED, ACCEPTED, "
        f"RUNNING] and tags: []):{len(rows)}\n"
    )
    widths = (30, 20, 20, 10, 10, 18, 18, 15, 35)
    table = [_TITLES, *rows]
    return head + "".join(
        "\t".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) + "\n"
        for row in table
    )


def _application(moment: YarnMoment, share: Share) -> tuple[str, ...]:
    application = share.application
    state = state_of(share, application)
    return (
        yarn_id(moment, application),
        application.name,
        kind_of(application),
        user_of(application),
        queue_of(application),
        state,
        "UNDEFINED",
        f"{progress_of(moment, application, state):.0f}%",
        "N/A",
    )
