"""The one place that knows every room: builds, connects, opens and closes.

Adapters are imported when they are needed: nothing here may cost the window its start.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.format import style_of, use_style
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.connections.service import ConnectionService
from hue_desktop.services.lanes import Lane
from hue_desktop.services.settings import SettingsService

if TYPE_CHECKING:
    from hue_desktop.adapters.store.database import Database
    from hue_desktop.adapters.store.transfers import SqliteTransfers
    from hue_desktop.core.changes import JournalEntry, Plan
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.core.cost_ports import (
        ApplicationStore,
        ExplorerStore,
        LaunchStore,
        SpotStore,
    )
    from hue_desktop.core.file_systems import FileSystem
    from hue_desktop.core.health_ports import MetricStore, RecordedStore
    from hue_desktop.core.metrics import SeriesData, YarnApplication
    from hue_desktop.core.ports import JournalStore, PriceCache, RegionAccess
    from hue_desktop.core.storage import StoreId
    from hue_desktop.reach import Reach
    from hue_desktop.services.cost.prices import PriceBooks
    from hue_desktop.services.cost.service import CostService
    from hue_desktop.services.fleet.recorder import ClusterRecorder
    from hue_desktop.services.fleet.service import FleetService
    from hue_desktop.services.fleet.values import FleetSnapshot
    from hue_desktop.services.health.service import HealthService
    from hue_desktop.services.journal.service import JournalService
    from hue_desktop.services.launch.service import LaunchService
    from hue_desktop.services.planning import PlanMaker
    from hue_desktop.services.scaling.service import ScalingService
    from hue_desktop.services.storage.file_systems import FileSystems
    from hue_desktop.services.storage.running_clusters import RunningClusters
    from hue_desktop.services.storage.service import StorageService
    from hue_desktop.services.transfers import TransferService
    from hue_desktop.services.transfers.planning import TransferPlanner

__all__ = ["Application", "Overrides", "Paths"]

_AWS_THREADS = 8
_CLOSE_S = 2.0
_COMMAND_LINE = "command line"  #: the name of a connection made of options alone


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the user's files are: connections and settings, and the application's state."""

    config_dir: Path
    data_dir: Path

    @classmethod
    def of_user(cls) -> Paths:
        """The system's custom, or HUE_CONFIG_DIR and HUE_DATA_DIR."""
        from hue_desktop.adapters.local import paths

        return cls(paths.config_dir(), paths.data_dir())


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line changes: the connection to use, and its endpoint, profile, region."""

    connection: str = ""
    endpoint_url: str = ""
    profile: str = ""
    region: str = ""

    def adapt(self, connections: tuple[Connection, ...]) -> tuple[Connection, ...]:
        """The connections to use: the one that was picked, or one made of the other options."""
        if not any((self.connection, self.endpoint_url, self.profile, self.region)):
            return connections
        if self.connection:
            return tuple(self._with(each) for each in connections if each.name == self.connection)
        region = self.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        regions = (region,) if region else Connection("").regions
        return (self._with(Connection(name=_COMMAND_LINE, regions=regions)),)

    def _with(self, connection: Connection) -> Connection:
        return replace(
            connection,
            endpoint_url=self.endpoint_url or connection.endpoint_url,
            profile=self.profile or connection.profile,
            regions=(self.region,) if self.region else connection.regions,
        )


class Application:
    """Everything the window and the commands need; ``open`` it, ``start`` it, ``close`` it.

    Services that nobody needs before the window shows are put together at their first use.
    """

    def __init__(self, paths: Paths, overrides: Overrides) -> None:
        self.paths = paths
        self.settings = _settings(paths)
        self._use_style()
        self.settings.subscribe(lambda key, _value: self._use_style(key))
        self._database: Database | None = None
        self._transfers: TransferService | None = None
        self._transfers_lock = threading.Lock()
        self._history: Database | None = None
        self._history_lock = threading.Lock()
        self._closing = False
        self._transfer_store: SqliteTransfers | None = None
        self.state_problem: HueError | None = None  #: why the state directory cannot be used
        self._open_state()
        self.connections = self._connections(overrides)
        self._lane = Lane("aws", _AWS_THREADS)
        self._access = AccessPool(self.connections.find, self._open_region)
        self.connections.reach = lambda: self.reach

    @classmethod
    def open(cls, paths: Paths, overrides: Overrides | None = None) -> Application:
        """Read the user's files and put the services together; nothing is contacted yet."""
        return cls(paths, overrides or Overrides())

    @cached_property
    def fleet(self) -> FleetService:
        """Reading connections and clusters; commands that need none do without."""
        from hue_desktop.services.fleet.service import FleetService

        fleet = FleetService(
            self._access,
            self._lane,
            self.connections.connections,
            self.settings.number,
            self._books,
            recorded=lambda: self.recorded_store,
        )
        self.connections.subscribe(fleet.reload_connections)
        return fleet

    @cached_property
    def _books(self) -> PriceBooks:
        from hue_desktop.services.cost.prices import PriceBooks

        return PriceBooks(self._access)

    @cached_property
    def launching(self) -> LaunchService:
        """Planning a cluster's life."""
        from hue_desktop.services.launch.service import LaunchService

        return LaunchService(self._access, self.fleet, self._books, self._plans)

    @cached_property
    def scaling(self) -> ScalingService:
        """Planning resizes."""
        from hue_desktop.services.scaling.service import ScalingService

        return ScalingService(self._access, self.fleet, self._books, self._plans, self.launching)

    @cached_property
    def journal(self) -> JournalService:
        """Carrying plans out."""
        from hue_desktop.services.journal.service import JournalService

        store = self._journal_store()
        return JournalService(self._access, self.fleet, store, self._hold_s, self._asks_name)

    @cached_property
    def cost(self) -> CostService:
        """What clusters cost."""
        from hue_desktop.services.cost.service import CostService

        return CostService(
            self.fleet,
            self._access,
            self._books,
            applications=self._yarn_applications,
            running_apps=self._running_apps,
            recorded=lambda: self.recorded_store,
            seen_applications=lambda: self._application_store,
        )

    def doors(self, connection: str, region: str) -> RegionAccess:
        """The doors to a connection in one of its regions, for commands. Blocks; ``HueError``."""
        return self._access.of(connection, region)

    def _yarn_applications(self, ref: ClusterRef) -> tuple[YarnApplication, ...] | None:
        """As the newest live reading has them, else by asking YARN. Blocks."""
        known = self.health.snapshot(ref).applications
        if known is not None:
            return known
        servers = self.reach.servers(ref)
        try:
            return servers.read(data_nodes=False).applications
        finally:
            servers.close()

    def _running_apps(self, ref: ClusterRef, start: float, end: float) -> SeriesData | None:
        """How many applications ran, recorded or from CloudWatch. Blocks."""
        from hue_desktop.core.metrics import SeriesKey

        key = SeriesKey("yarn.apps.running")
        return self.health.history(ref, [key], start, end, most=20_000).get(key)

    @cached_property
    def health(self) -> HealthService:
        """Live readings, their history, alerts and events."""
        from hue_desktop.adapters.local.alert_rules import AlertRulesFile
        from hue_desktop.adapters.local.resources import resources_dir
        from hue_desktop.services.health.service import HealthService

        rules = resources_dir() / "alerts" / "rules.toml"
        return HealthService(
            self._access,
            self.fleet,
            lambda ref: self.reach.servers(ref),
            number=self.settings.number,
            store=lambda: self.metric_store,
            rules=AlertRulesFile(rules, self.paths.config_dir / "alerts.toml"),
        )

    @cached_property
    def metric_store(self) -> MetricStore | None:
        """What was measured in earlier sessions; ``None`` without a state directory."""
        from hue_desktop.adapters.store.metrics import SqliteMetrics

        history = self._open_history()
        return SqliteMetrics(history) if history is not None else None

    @cached_property
    def recorded_store(self) -> RecordedStore | None:
        """Clusters as they were seen last; ``None`` without a state directory."""
        from hue_desktop.adapters.store.recorded import SqliteRecorded

        history = self._open_history()
        return SqliteRecorded(history) if history is not None else None

    @cached_property
    def recorder(self) -> ClusterRecorder:
        """Keeps clusters for the time after EMR has forgotten them."""
        from hue_desktop.services.fleet.recorder import ClusterRecorder

        return ClusterRecorder(self.fleet, lambda: self.recorded_store, lambda: self.metric_store)

    def _open_history(self) -> Database | None:
        """A connection of its own: the journal waits neither for long reads nor for the disk."""
        from hue_desktop.adapters.local.paths import journal_database
        from hue_desktop.adapters.store.database import Database

        with self._history_lock:
            if self._history is None and self._database is not None and not self._closing:
                path = journal_database(self.paths.data_dir)
                self._history = Database(path, hasty=True)
            return self._history

    @cached_property
    def file_systems(self) -> FileSystems:
        """The stores, opened when they are first looked into."""
        from hue_desktop.services.storage.file_systems import FileSystems

        stores = FileSystems(self._open_store)
        known = {each.name: each for each in self.connections.connections()}

        def drop_changed() -> None:
            now = {each.name: each for each in self.connections.connections()}
            for name in [each for each in known if now.get(each) != known[each]]:
                stores.drop(name)
            known.clear()
            known.update(now)

        self.connections.subscribe(drop_changed)
        return stores

    @cached_property
    def reach(self) -> Reach:
        """Ways to the nodes of clusters; ``reach.ask_with`` says who confirms new host keys."""
        from hue_desktop.reach import Reach

        def find(name: str) -> Connection:
            return self.connections.ensure_region(self.connections.find(name))

        return Reach(
            find,
            lambda connection, region: self._access.of(connection, region).emr,
            self.paths.config_dir / "known_hosts",
        )

    @cached_property
    def running_clusters(self) -> RunningClusters:
        """The clusters, for commands: they do without the fleet, which reads all of each."""
        from hue_desktop.services.storage.running_clusters import RunningClusters

        return RunningClusters(self._access, self._lane, self.connections.connections)

    def _known_clusters(self) -> FleetSnapshot:
        if "running_clusters" in self.__dict__:
            return self.running_clusters.snapshot()
        return self.fleet.snapshot()

    @cached_property
    def storage(self) -> StorageService:
        """Browsing stores and changing what is there."""
        from hue_desktop.services.storage.service import StorageService

        def asks_name(store: StoreId) -> bool:
            if not store.connection:
                return False
            connection = self.connections.find(store.connection)
            from hue_desktop.core.changes import Undoability

            return self._plans.asks_name(connection, Undoability.FINAL)

        return StorageService(
            self.file_systems,
            self.fleet,
            self.connections,
            asks_name=asks_name,
            record=lambda plan, error: self.journal.record(plan, error=error),
        )

    @property
    def transfers(self) -> TransferService:
        """Copying between stores; needs the state directory to remember how far it is."""
        with self._transfers_lock:
            if self._transfers is None:
                if self._closing:
                    raise Cancelled(_("The application is closing."))
                self._transfers = self._open_transfers()
            return self._transfers

    def _open_transfers(self) -> TransferService:
        from hue_desktop.adapters.local.paths import journal_database
        from hue_desktop.adapters.store.claims import Claims
        from hue_desktop.adapters.store.database import Database
        from hue_desktop.adapters.store.transfers import SqliteTransfers
        from hue_desktop.services.transfers import TransferService
        from hue_desktop.services.transfers.cluster_steps import ClusterSteps

        self._state()  # or its problem
        # a connection of its own: thousands of rows are written without the journal waiting
        database = Database(journal_database(self.paths.data_dir), hasty=True)
        claims = Claims(self.paths.data_dir / "transfers.lock")
        self._transfer_store = SqliteTransfers(database, claims)
        service = TransferService(
            self.file_systems, self._transfer_store, self.settings, steps=ClusterSteps(self._access)
        )
        self.settings.subscribe(service.follow_settings)
        return service

    @cached_property
    def transfer_planner(self) -> TransferPlanner:
        """Predicting transfers; it learns from those that end."""
        from hue_desktop.adapters.store.route_speeds import SqliteRouteSpeeds
        from hue_desktop.services.transfers.planning import TransferPlanner

        planner = TransferPlanner(
            self.transfers.compare,
            self.file_systems.of,
            SqliteRouteSpeeds(self._state()),
            self._known_clusters,
            lambda connection: self.fleet.is_read_only(connection),
        )
        self.transfers.subscribe(planner.learn)
        return planner

    @cached_property
    def _plans(self) -> PlanMaker:
        from hue_desktop.services.planning import PlanMaker

        return PlanMaker(
            self._access, self.fleet, self._books, self.connections.find, self.settings.text
        )

    def start(self) -> None:
        """Begin to read connections and to carry changes out; returns at once."""
        self.fleet.start()
        self.recorder.start()
        self.health.start()
        self.journal.start()
        if self.state_problem is None:
            # transfers that an earlier process left go on; the window does not wait for it
            Lane("transfers-start").submit(lambda: self.transfers.start())

    def problems(self) -> tuple[HueError, ...]:
        """What is wrong with the user's files, to be shown once."""
        found = (self.state_problem,) if self.state_problem else ()
        rules = self.health.problems if "health" in self.__dict__ else ()
        return (*found, *self.settings.problems, *self.connections.problems(), *rules)

    def check_state(self) -> HueError | None:
        """Look for damage that opening the state does not meet; also what opening met. Blocks."""
        if self._database is not None and self.state_problem is None:
            try:
                self._database.check()
            except HueError as error:
                self.state_problem = error
        return self.state_problem

    def close(self) -> None:
        """Stop everything within two seconds, even while calls run."""
        deadline = time.monotonic() + _CLOSE_S

        def left_s() -> float:
            return max(0.05, deadline - time.monotonic())

        if "journal" in self.__dict__:
            self.journal.stop(left_s() / 2)
        with self._transfers_lock:
            self._closing = True
            if self._transfers is not None:
                self._transfers.stop(left_s() / 2)
        if "health" in self.__dict__:
            self.health.stop(left_s() / 4)
        if "fleet" in self.__dict__:
            self.fleet.stop(left_s() / 2)
        if "recorder" in self.__dict__:
            self.recorder.stop(left_s() / 4)
        if "reach" in self.__dict__:
            self.reach.close()
        if "file_systems" in self.__dict__:
            self.file_systems.close()
        if "storage" in self.__dict__:
            self.storage.close(left_s() / 4)
        self._access.close()
        self._lane.shutdown(timeout_s=left_s())
        if not self.settings.flag("simulator.keep_running"):
            self.connections.close()
        if self._transfer_store is not None:
            self._transfer_store.close()
        with self._history_lock:
            if self._history is not None:
                self._history.close()
        if self._database is not None:
            self._database.close()

    def _use_style(self, changed: str = "appearance.") -> None:
        """Write figures and dates as the settings say."""
        if changed.startswith("appearance."):
            digits = self.settings.text("appearance.digits")
            use_style(style_of(digits, self.settings.text("appearance.dates")))

    def _connections(self, overrides: Overrides) -> ConnectionService:
        from hue_desktop.adapters.local.connections_toml import ConnectionsFile
        from hue_desktop.adapters.local.region_process import LocalRegions

        return ConnectionService(
            ConnectionsFile(self.paths.config_dir / "connections.toml"),
            LocalRegions(),
            self.paths.data_dir,
            self._open_doors,
            adapt=overrides.adapt,
            ssh_probe=_probe_ssh,
        )

    def _open_state(self) -> None:
        """Open the database of the state directory, or remember why it cannot be used."""
        from hue_desktop.adapters.local.paths import journal_database, make_dir
        from hue_desktop.adapters.store.database import Database

        try:
            self._database = Database(journal_database(make_dir(self.paths.data_dir)))
        except HueError as error:
            self.state_problem = error

    def _journal_store(self) -> JournalStore:
        """The journal's table, or one that refuses when the state directory cannot be used."""
        from hue_desktop.adapters.store.journal import SqliteJournal

        if self._database is None:
            assert self.state_problem is not None
            return _NoJournal(self.state_problem)
        return SqliteJournal(self._database)

    @cached_property
    def _price_cache(self) -> PriceCache | None:
        from hue_desktop.adapters.store.prices import SqlitePriceCache

        return SqlitePriceCache(self._database) if self._database is not None else None

    @cached_property
    def _spot_store(self) -> SpotStore | None:
        from hue_desktop.adapters.store.spot_prices import SqliteSpotPrices

        return SqliteSpotPrices(self._database) if self._database is not None else None

    @cached_property
    def _application_store(self) -> ApplicationStore | None:
        from hue_desktop.adapters.store.applications import SqliteApplications

        return SqliteApplications(self._database) if self._database is not None else None

    @cached_property
    def _launch_store(self) -> LaunchStore | None:
        from hue_desktop.adapters.store.launches import SqliteLaunches

        return SqliteLaunches(self._database) if self._database is not None else None

    @cached_property
    def _explorer_store(self) -> ExplorerStore | None:
        from hue_desktop.adapters.store.explorer import SqliteExplorerCosts

        return SqliteExplorerCosts(self._database) if self._database is not None else None

    def _state(self) -> Database:
        """The database of the state directory; ``StateError`` when it cannot be used."""
        if self._database is None:
            assert self.state_problem is not None
            raise self.state_problem
        return self._database

    def _open_region(self, connection: Connection, region: str) -> RegionAccess:
        """Doors for the services; the simulated region is started when there is need."""
        return self._open_doors(self.connections.ensure_region(connection), region)

    def _open_doors(self, connection: Connection, region: str) -> RegionAccess:
        from hue_desktop.adapters.aws.alarms import AwsAlarms
        from hue_desktop.adapters.aws.cloudwatch import AwsMetrics
        from hue_desktop.adapters.aws.cost_explorer import AwsCostExplorer
        from hue_desktop.adapters.aws.emr import AwsEmr
        from hue_desktop.adapters.aws.identity import AwsIdentity
        from hue_desktop.adapters.aws.launch_times import AwsLaunchTimes
        from hue_desktop.adapters.aws.launching import AwsLaunching
        from hue_desktop.adapters.aws.prices import AwsPrices
        from hue_desktop.adapters.aws.session import AwsSession
        from hue_desktop.adapters.aws.spot_history import AwsSpotHistories
        from hue_desktop.adapters.aws.step_door import AwsSteps
        from hue_desktop.adapters.local.prices import SnapshotPrices
        from hue_desktop.adapters.local.resources import resources_dir
        from hue_desktop.adapters.local.spot_advice import PackagedSpotAdvice
        from hue_desktop.core.ports import RegionAccess

        session = AwsSession(connection, region)
        snapshot = SnapshotPrices(resources_dir() / "prices", region)
        return RegionAccess(
            emr=AwsEmr(session),
            launching=AwsLaunching(session),
            prices=AwsPrices(session, snapshot, self._price_cache),
            metrics=AwsMetrics(session),
            identity=AwsIdentity(session),
            close=session.close,
            spot_advice=PackagedSpotAdvice(resources_dir() / "spot", region),
            steps=AwsSteps(session),
            spot_histories=AwsSpotHistories(session, self._spot_store),
            cost_explorer=AwsCostExplorer(session, self._explorer_store),
            launch_times=AwsLaunchTimes(session, self._launch_store),
            alarms=AwsAlarms(session),
        )

    def _open_store(self, store: StoreId) -> FileSystem:
        """The door to a store; connections are looked up and regions started when there is need."""
        from hue_desktop.core.storage import StoreKind

        if store.kind is StoreKind.LOCAL:
            from hue_desktop.adapters.local.file_system import LocalFileSystem

            return LocalFileSystem()
        if store.kind is StoreKind.S3:
            from hue_desktop.adapters.aws.s3.file_system import S3FileSystem
            from hue_desktop.adapters.aws.session import AwsSession

            connection = self.connections.ensure_region(self.connections.find(store.connection))
            return S3FileSystem(AwsSession(connection, store.region), store)
        return self.reach.hdfs(store)

    def _asks_name(self, plan: Plan) -> bool:
        return self._plans.asks_name(self.connections.find(plan.connection), plan.undo)

    def _hold_s(self, plan: Plan) -> float:
        """How long the plan waits after it was confirmed."""
        careful = any(
            each.name == plan.connection and each.connection_class is ConnectionClass.PRODUCTION
            for each in self.connections.connections()
        )
        return self.settings.number("changes.hold_production_s" if careful else "changes.hold_s")


def _settings(paths: Paths) -> SettingsService:
    from hue_desktop.adapters.local.settings_toml import SettingsFile

    return SettingsService(SettingsFile(paths.config_dir / "settings.toml"))


def _probe_ssh(connection: Connection) -> str:
    from hue_desktop.adapters.ssh.probe import probe_ssh

    return probe_ssh(connection)


class _NoJournal:
    """Stands for the journal while its database cannot be used: no change without a record."""

    def __init__(self, error: HueError) -> None:
        self._error = error

    def add(self, entry: JournalEntry) -> JournalEntry:
        """Refuse."""
        raise self._error

    def update(self, entry: JournalEntry) -> None:
        """Refuse."""
        raise self._error

    def entries(self, *, limit: int = 500) -> tuple[JournalEntry, ...]:
        """There are none."""
        return ()

    def plan_of(self, entry_id: int) -> Plan | None:
        """There is none."""
        return None
