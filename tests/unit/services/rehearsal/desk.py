"""A rehearsal service over a simulated region that stands for the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hue_desktop.adapters.local.rehearsal_regions import (
    LocalRehearsalRegion,
    LocalRehearsalRegions,
)
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection, SshSettings
from hue_desktop.core.metrics import Reading
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost import PriceBooks
from hue_desktop.services.rehearsal import RehearsalService
from hue_desktop.services.shrink.values import Inspection
from hue_desktop.wiring.reach import Reach
from tests.simulated import SimulatedRegion
from tests.unit.services.house import connection_to, open_doors

__all__ = ["Desk", "desk_over"]


class _Regions(LocalRehearsalRegions):
    """Remembers what it opened."""

    def __init__(self) -> None:
        self.opened: list[LocalRehearsalRegion] = []

    def open(self, *args: object, **options: object) -> LocalRehearsalRegion:
        region = super().open(*args, **options)  # type: ignore[arg-type]
        self.opened.append(region)
        return region


@dataclass
class Desk:
    """The service, and what it did to the world."""

    region: SimulatedRegion
    access: AccessPool
    connection: Connection
    books: PriceBooks
    regions: _Regions
    reach: Reach
    inspection: Inspection | None = None
    lent: dict[str, Connection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.service = RehearsalService(
            self.access,
            self.books,
            self.regions,
            open_doors,
            servers=self.read_servers,
            inspection=lambda _ref: self.inspection,
            lend=lambda connection: self.lent.update({connection.name: connection}),
            withdraw=self.lent.__delitem__,
        )

    def ref(self, cluster_id: str) -> ClusterRef:
        """The cluster through the desk's connection."""
        return ClusterRef(self.connection.name, self.region.name, cluster_id)

    def read_servers(self, ref: ClusterRef) -> Reading:
        """YARN and HDFS through the bastion."""
        servers = self.reach.servers(ref)
        try:
            return servers.read(data_nodes=False)
        finally:
            servers.close()

    @property
    def child(self) -> LocalRehearsalRegion:
        """The newest of the regions that were started."""
        return self.regions.opened[-1]


@contextmanager
def desk_over(region: SimulatedRegion, folder: Path) -> Iterator[Desk]:
    """The service until the block ends; the region's bastion leads to its nodes."""
    ssh = region.ssh
    connection = replace(
        connection_to(region, folder),
        ssh=SshSettings(
            user=ssh.user,
            key_file=ssh.key_file,
            bastion=f"{ssh.host}:{ssh.port}",
            host_keys=(ssh.host_key,),
        ),
    )
    access = AccessPool(lambda _name: connection, open_doors)
    reach = Reach(
        lambda _name: connection, lambda name, where: access.of(name, where).emr, folder / "known"
    )
    desk = Desk(region, access, connection, PriceBooks(access), _Regions(), reach)
    try:
        yield desk
    finally:
        desk.service.close()
        reach.close()
        access.close()
