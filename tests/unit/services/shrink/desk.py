"""The shrink service over a simulated region, through its bastion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.step_door import AwsSteps
from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.transfers import SqliteTransfers
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection, ConnectionClass, SshSettings
from hue_desktop.core.metrics import SeriesData
from hue_desktop.core.ports import RegionAccess
from hue_desktop.core.settings import setting
from hue_desktop.core.storage import Location
from hue_desktop.services.access import AccessPool
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.shrink import ShrinkService
from hue_desktop.services.shrink.fixing import hdfs_of
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.transfers import TransferService
from hue_desktop.services.transfers.cluster_steps import ClusterSteps
from hue_desktop.wiring.reach import Reach
from tests.contract.file_systems.place import BytesSource
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, connection_to, open_doors, open_house

__all__ = ["Desk", "open_desk"]


class _Numbers:
    """Settings as they are delivered."""

    def number(self, key: str, /) -> float:
        """A setting's default."""
        return float(setting(key).default)  # type: ignore[arg-type]


@dataclass
class Desk:
    """The services; ``measured`` is what the history of clusters says."""

    region: SimulatedRegion
    house: House
    shrink: ShrinkService
    reach: Reach
    file_systems: FileSystems
    transfers: TransferService
    measured: dict[str, SeriesData]

    def knows(self, ref: ClusterRef) -> None:
        """Wait until the fleet knows the cluster with its nodes: plans are made on that."""
        self.house.fleet.set_focus(ref)
        self.house.cluster(ref.cluster_id, lambda one: one.instances and (one.groups or one.fleets))

    def put(self, ref: ClusterRef, path: str, size: int, replication: int | None = None) -> None:
        """A file on its HDFS."""
        store = hdfs_of(ref)
        at = Location(store, path)
        self.file_systems.of(store).put(at, BytesSource(b"x" * size), overwrite=True)
        if replication is not None:
            self.file_systems.of(store).change(at, "replication", replication)

    def replication(self, ref: ClusterRef, path: str) -> object:
        """That of a file now."""
        store = hdfs_of(ref)
        return self.file_systems.of(store).stat(Location(store, path)).details["replication"]


def _with_steps(connection: Connection, region: str) -> RegionAccess:
    session = AwsSession(connection, region)
    return replace(open_doors(connection, region), steps=AwsSteps(session))


@contextmanager
def open_desk(
    region: SimulatedRegion,
    folder: Path,
    kind: ConnectionClass = ConnectionClass.TEST,
    **ssh: str,
) -> Iterator[Desk]:
    """Everything until the block ends; ``ssh`` are other settings than the region's bastion."""
    access = region.ssh
    settings = SshSettings(
        user=access.user,
        key_file=str(access.key_file),
        bastion=ssh.get("bastion", f"{access.host}:{access.port}"),
        host_keys=(access.host_key,),
    )
    connection = replace(connection_to(region, folder), ssh=settings, connection_class=kind)
    measured: dict[str, SeriesData] = {}

    def history(_ref: ClusterRef, names: tuple[str, ...]) -> Mapping[str, SeriesData]:
        return {name: measured[name] for name in names if name in measured}

    with open_house(connection, folder) as house:
        reach = Reach(
            lambda _name: connection,
            lambda name, where: house.access.of(name, where).emr,
            folder / "known_hosts",
        )
        files = FileSystems(reach.hdfs)
        database = Database(folder / "transfers.sqlite3")
        steps = ClusterSteps(AccessPool(lambda _name: connection, _with_steps))
        plans = PlanMaker(
            house.access,
            house.fleet,
            house.books,
            lambda _name: connection,
            lambda key: str(setting(key).default),
        )
        store = SqliteTransfers(database, Claims(folder / "transfers.lock"))
        transfers = TransferService(files, store, _Numbers(), steps=steps)
        service = ShrinkService(
            house.access,
            house.books,
            reach.blocks,
            history,
            plans=lambda: plans,
            scaling=lambda: house.scaling,
            file_systems=lambda: files,
            transfers=lambda: transfers,
            steps=steps,
        )
        try:
            yield Desk(region, house, service, reach, files, transfers, measured)
        finally:
            transfers.stop()
            files.close()
            reach.close()
            database.close()
