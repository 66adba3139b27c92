"""The application's services over a simulated region, without a window and with short intervals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hue_desktop.adapters.aws.cloudwatch import AwsMetrics
from hue_desktop.adapters.aws.cost_explorer import AwsCostExplorer
from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.identity import AwsIdentity
from hue_desktop.adapters.aws.launch_times import AwsLaunchTimes
from hue_desktop.adapters.aws.launching import AwsLaunching
from hue_desktop.adapters.aws.meter import Meter
from hue_desktop.adapters.aws.placement import AwsSpotPlacement
from hue_desktop.adapters.aws.prices import AwsPrices
from hue_desktop.adapters.aws.quotas import AwsQuotas
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.spot_history import AwsSpotHistories
from hue_desktop.adapters.aws.trail import AwsTrail
from hue_desktop.adapters.local.prices import SnapshotPrices
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.adapters.local.spot_advice import RegionSpotAdvice
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.journal import SqliteJournal
from hue_desktop.core.changes import ChangeState, JournalEntry, Plan
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.health_ports import RecordedStore
from hue_desktop.core.ports import JournalStore, RegionAccess
from hue_desktop.core.settings import setting
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost import PriceBooks
from hue_desktop.services.fleet import FleetChange, FleetService, FleetSnapshot
from hue_desktop.services.journal import JournalService
from hue_desktop.services.lanes import Lane
from hue_desktop.services.launch import LaunchService
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.scaling import ScalingService
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion

__all__ = ["GROUPS", "House", "connection_to", "open_doors", "open_house", "run_cluster"]

WAIT_S = 20.0
_POLLING = {
    "polling.focused_s": 0.1,
    "polling.fleet_s": 0.3,
    "polling.background_s": 0.3,
    "polling.ended_days": 7.0,
}
#: One master, ``core`` core nodes and a task group, as RunJobFlow takes them.
GROUPS = (("MASTER", "m5.xlarge", 1), ("CORE", "r5.xlarge", 4), ("TASK", "m5.2xlarge", 3))


@dataclass
class House:
    """All services, and what the fleet and the journal announced."""

    fleet: FleetService
    launching: LaunchService
    scaling: ScalingService
    journal: JournalService
    access: AccessPool
    books: PriceBooks
    connection: Connection
    changes: list[FleetChange] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, change: FleetChange) -> None:
        """The fleet's listener."""
        with self._heard:
            self.changes.append(change)
            self._heard.notify_all()

    def read(self, entry: JournalEntry) -> None:
        """The journal's listener."""
        with self._heard:
            self.entries.append(entry)
            self._heard.notify_all()

    def ref(self, cluster_id: str) -> ClusterRef:
        """The cluster through the house's connection."""
        return ClusterRef(self.connection.name, self.connection.regions[0], cluster_id)

    def until(
        self, done: Callable[[FleetSnapshot], bool], *, timeout_s: float = WAIT_S
    ) -> FleetSnapshot:
        """Wait until the snapshot is as wanted."""
        deadline = time.monotonic() + timeout_s
        with self._heard:
            while not (snapshot := self.fleet.snapshot()).connections or not done(snapshot):
                left = deadline - time.monotonic()
                assert left > 0, f"never came about; connections: {snapshot.connections}"
                self._heard.wait(min(left, 0.2))  # what announces nothing is looked at, too
        return snapshot

    def cluster(
        self, cluster_id: str, done: Callable[[ClusterSnapshot], Any], *, timeout_s: float = WAIT_S
    ) -> ClusterSnapshot:
        """Wait until the cluster is as wanted."""
        ref = self.ref(cluster_id)
        snapshot = self.until(
            lambda all_: ref in all_.clusters and bool(done(all_.clusters[ref])),
            timeout_s=timeout_s,
        )
        return snapshot.clusters[ref]

    def carry_out(self, plan: Plan, expected: ChangeState = ChangeState.DONE) -> JournalEntry:
        """Submit and wait for the outcome."""
        assert not plan.blocked, plan.blocked
        entry = self.journal.submit(plan)
        assert self.journal.wait_idle(WAIT_S)
        found = next(each for each in self.journal.entries() if each.id == entry.id)
        assert found.state is expected, found.error
        return found


def connection_to(region: SimulatedRegion, folder: Path, name: str = "here") -> Connection:
    """A connection with an AWS profile of its own that reaches the region."""
    config = folder / "aws-config"
    config.write_text(
        "[profile here]\n"
        f"region = {region.name}\n"
        f"aws_access_key_id = {ACCESS_KEY}\n"
        f"aws_secret_access_key = {SECRET_KEY}\n"
    )
    return Connection(
        name=name,
        connection_class=ConnectionClass.TEST,
        profile="here",
        regions=(region.name,),
        endpoint_url=region.endpoint_url,
        aws_config_file=str(config),
    )


@contextmanager
def open_house(
    connection: Connection,
    folder: Path,
    *,
    polling: dict[str, float] | None = None,
    settings: dict[str, str] | None = None,
    hold_s: float = 0.0,
    store: JournalStore | None = None,
    recorded: RecordedStore | None = None,
    start: bool = True,
) -> Iterator[House]:
    """The services until the block ends. The request meter runs fast: half quotas are for AWS."""
    lane = Lane("aws", 8)
    access = AccessPool(lambda name: _only(connection, name), open_doors)
    books = PriceBooks(access)
    intervals = {**_POLLING, **(polling or {})}
    fleet = FleetService(
        access, lane, lambda: (connection,), intervals.__getitem__, books, lambda: recorded
    )
    texts = settings or {}
    plans = PlanMaker(
        access,
        fleet,
        books,
        lambda name: _only(connection, name),
        lambda key: texts.get(key, str(setting(key).default)),
    )
    launching = LaunchService(access, fleet, books, plans)
    database = Database(folder / "hue.sqlite3")
    journal = JournalService(access, fleet, store or SqliteJournal(database), lambda _plan: hold_s)
    scaling = ScalingService(access, fleet, books, plans, launching)
    house = House(fleet, launching, scaling, journal, access, books, connection)
    fleet.subscribe(house.hear)
    journal.subscribe(house.read)
    if start:
        journal.start()
        fleet.start()
    try:
        yield house
    finally:
        journal.stop()
        fleet.stop()
        access.close()
        lane.shutdown(timeout_s=2.0)
        database.close()


def run_cluster(
    region: SimulatedRegion,
    *,
    groups: tuple[tuple[str, str, int], ...] = GROUPS,
    name: str = "analytics",
    up: bool = True,
    **options: Any,
) -> str:
    """A cluster that runs, or one that has only been asked for; its id."""
    instances = {
        "InstanceGroups": [
            {"InstanceRole": role, "InstanceType": kind, "InstanceCount": count, "Name": role}
            for role, kind, count in groups
        ],
        "KeepJobFlowAliveWhenNoSteps": True,
        **options.pop("Instances", {}),
    }
    answer = region.client("emr").run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.5.0",
        Applications=[{"Name": "Spark"}],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Instances=instances,
        **options,
    )
    if up:
        region.jump(minutes=15)
    return str(answer["JobFlowId"])


def _only(connection: Connection, name: str) -> Connection:
    if name != connection.name:
        raise ConfigurationError(f"no connection {name}")
    return connection


def open_doors(connection: Connection, region: str) -> RegionAccess:
    """Real clients with a request meter that runs a hundred times as fast."""
    session = AwsSession(connection, region)
    session.meter = Meter(clock=lambda: time.monotonic() * 100)
    return RegionAccess(
        emr=AwsEmr(session),
        launching=AwsLaunching(session),
        prices=AwsPrices(session, SnapshotPrices(resources_dir() / "prices", region)),
        metrics=AwsMetrics(session),
        identity=AwsIdentity(session),
        close=session.close,
        spot_histories=AwsSpotHistories(session),
        cost_explorer=AwsCostExplorer(session),
        launch_times=AwsLaunchTimes(session),
        spot_advice=RegionSpotAdvice(resources_dir() / "spot", region),
        placement=AwsSpotPlacement(session),
        quotas=AwsQuotas(session),
        trail=AwsTrail(session),
    )
