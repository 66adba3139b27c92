"""The application: every service, put together at its first use, and closed in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.format import style_of, use_style
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.connections.service import ConnectionService
from hue_desktop.services.lanes import Lane
from hue_desktop.services.settings import SettingsService
from hue_desktop.wiring.once import once
from hue_desktop.wiring.options import Overrides, Paths
from hue_desktop.wiring.state import State

if TYPE_CHECKING:
    from hue_desktop.core.capacity_ports import SpotAdviceStore, SpotAdvisorFeed
    from hue_desktop.core.changes import Plan
    from hue_desktop.core.clusters import ClusterRef
    from hue_desktop.core.file_systems import FileSystem
    from hue_desktop.core.metrics import Reading, SeriesData, YarnApplication
    from hue_desktop.core.ports import RegionAccess
    from hue_desktop.core.storage import StoreId
    from hue_desktop.services.advice.service import AdviceService
    from hue_desktop.services.cost.prices import PriceBooks
    from hue_desktop.services.cost.service import CostService
    from hue_desktop.services.fleet.recorder import ClusterRecorder
    from hue_desktop.services.fleet.service import FleetService
    from hue_desktop.services.fleet.values import FleetSnapshot
    from hue_desktop.services.health.service import HealthService
    from hue_desktop.services.journal.service import JournalService
    from hue_desktop.services.launch.service import LaunchService
    from hue_desktop.services.planning import PlanMaker
    from hue_desktop.services.policies.service import PoliciesService
    from hue_desktop.services.rehearsal import RehearsalService
    from hue_desktop.services.scaling.service import ScalingService
    from hue_desktop.services.shrink import ShrinkService
    from hue_desktop.services.storage.file_systems import FileSystems
    from hue_desktop.services.storage.running_clusters import RunningClusters
    from hue_desktop.services.storage.service import StorageService
    from hue_desktop.services.transfers import TransferService
    from hue_desktop.services.transfers.planning import TransferPlanner
    from hue_desktop.services.what_if.service import WhatIfService
    from hue_desktop.wiring.reach import Reach

__all__ = ["Application"]

_AWS_THREADS = 8
_CLOSE_S = 2.0
_MEASURED_S = 30 * 86_400.0  #: how far back a cluster's own speed of re-replication is looked for


class Application:
    """Everything the window and the commands need; ``open`` it, ``start`` it, ``close`` it.

    Services that nobody needs before the window shows are put together at their first use.
    """

    def __init__(self, paths: Paths, overrides: Overrides) -> None:
        self.paths = paths
        self.settings = _settings(paths)
        self._use_style()
        self.settings.subscribe(lambda key, _value: self._use_style(key))
        self.state = State(paths.data_dir)
        self._transfers: TransferService | None = None
        self._transfers_lock = threading.Lock()
        self._closing = False
        self.connections = self._connections(overrides)
        self._lane = Lane("aws", _AWS_THREADS)
        self._access = AccessPool(self.connections.find, self._open_region)
        self.connections.reach = lambda: self.reach

    @classmethod
    def open(cls, paths: Paths, overrides: Overrides | None = None) -> Application:
        """Read the user's files and put the services together; nothing is contacted yet."""
        return cls(paths, overrides or Overrides())

    @once
    def fleet(self) -> FleetService:
        """Reading connections and clusters; commands that need none do without."""
        from hue_desktop.services.fleet.service import FleetService

        fleet = FleetService(
            self._access,
            self._lane,
            self.connections.connections,
            self.settings.number,
            self._books,
            recorded=lambda: self.state.recorded,
        )
        self.connections.subscribe(fleet.reload_connections)
        return fleet

    @once
    def _books(self) -> PriceBooks:
        from hue_desktop.services.cost.prices import PriceBooks

        return PriceBooks(self._access)

    @once
    def launching(self) -> LaunchService:
        """Planning a cluster's life."""
        from hue_desktop.services.launch.service import LaunchService

        return LaunchService(self._access, self.fleet, self._books, self._plans)

    @once
    def scaling(self) -> ScalingService:
        """Planning resizes."""
        from hue_desktop.services.scaling.service import ScalingService

        return ScalingService(
            self._access,
            self.fleet,
            self._books,
            self._plans,
            self.launching,
            nodes=lambda ref: self.health.snapshot(ref).nodes,
            advisor=self._spot_advisor,
        )

    def _spot_advisor(self) -> tuple[SpotAdvisorFeed, SpotAdviceStore]:
        from hue_desktop.adapters.aws.spot_advisor import HttpSpotAdvisor

        return HttpSpotAdvisor(), self.state.spot_advice

    @once
    def shrink(self) -> ShrinkService:
        """What happens to HDFS when core nodes go."""
        from hue_desktop.services.shrink import ShrinkService
        from hue_desktop.services.transfers.cluster_steps import ClusterSteps

        return ShrinkService(
            self._access,
            self._books,
            lambda ref: self.reach.blocks(ref),
            self._measured,
            plans=lambda: self._plans,
            scaling=lambda: self.scaling,
            file_systems=lambda: self.file_systems,
            transfers=lambda: self.transfers,
            steps=ClusterSteps(self._access),
        )

    def _measured(self, ref: ClusterRef, names: tuple[str, ...]) -> Mapping[str, SeriesData]:
        """Series that were recorded of the cluster in the last month; nothing without a state."""
        from hue_desktop.core.metrics import SeriesKey

        store = self.state.metrics
        clock = self._access.of(ref.connection, ref.region).emr.clock()
        if store is None or clock is None:
            return {}
        until = clock.region_time.timestamp()
        keys = [SeriesKey(name) for name in names]
        found = store.read(ref, keys, until - _MEASURED_S, until + 60.0, most=4000)
        return {key.metric: series for key, series in found.items()}

    @once
    def what_if(self) -> WhatIfService:
        """A copy of a cluster on which changes are tried."""
        from hue_desktop.services.what_if.service import WhatIfService

        return WhatIfService(
            self.fleet,
            self._plans,
            self.launching,
            self.scaling,
            self.policies,
            self.health.snapshot,
        )

    @once
    def policies(self) -> PoliciesService:
        """Planning managed scaling and auto-termination; why clusters scaled."""
        from hue_desktop.services.policies.service import PoliciesService

        return PoliciesService(
            self._access,
            self.fleet,
            self.health,
            self._plans,
            self.launching,
            lambda: self.journal.entries(),
        )

    @once
    def journal(self) -> JournalService:
        """Carrying plans out."""
        from hue_desktop.services.journal.service import JournalService

        return JournalService(
            self._access, self.fleet, self.state.journal(), self._hold_s, self._asks_name
        )

    @once
    def cost(self) -> CostService:
        """What clusters cost."""
        from hue_desktop.services.cost.service import CostService

        return CostService(
            self.fleet,
            self._access,
            self._books,
            applications=self._yarn_applications,
            running_apps=self._running_apps,
            recorded=lambda: self.state.recorded,
            seen_applications=lambda: self.state.applications,
        )

    @once
    def advice(self) -> AdviceService:
        """What to change about clusters, and why."""
        from hue_desktop.services.advice.service import AdviceService

        return AdviceService(
            self._access,
            self.fleet,
            self.health,
            self.launching,
            self._books,
            self.cost,
            lambda ref: self.reach.servers(ref),
            lambda name: self.connections.find(name).connection_class,
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

    @once
    def rehearsal(self) -> RehearsalService:
        """Trying changes out on a copy of the cluster."""
        from hue_desktop.adapters.local.rehearsal_regions import LocalRehearsalRegions
        from hue_desktop.services.rehearsal import RehearsalService

        return RehearsalService(
            self._access,
            self._books,
            LocalRehearsalRegions(),
            self._open_doors,
            servers=self._ask_servers,
            inspection=lambda ref: self.shrink.last(ref),
            lend=self.connections.lend,
            withdraw=self.connections.withdraw,
        )

    def _ask_servers(self, ref: ClusterRef) -> Reading:
        """What YARN and the NameNode say now. Blocks; HueError."""
        servers = self.reach.servers(ref)
        try:
            return servers.read(data_nodes=False)
        finally:
            servers.close()

    @once
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
            store=lambda: self.state.metrics,
            rules=AlertRulesFile(rules, self.paths.config_dir / "alerts.toml"),
        )

    @once
    def recorder(self) -> ClusterRecorder:
        """Keeps clusters for the time after EMR has forgotten them."""
        from hue_desktop.services.fleet.recorder import ClusterRecorder

        return ClusterRecorder(self.fleet, lambda: self.state.recorded, lambda: self.state.metrics)

    @once
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

    @once
    def reach(self) -> Reach:
        """Ways to the nodes of clusters; ``reach.ask_with`` says who confirms new host keys."""
        from hue_desktop.wiring.reach import Reach

        def find(name: str) -> Connection:
            return self.connections.ensure_region(self.connections.find(name))

        return Reach(
            find,
            lambda connection, region: self._access.of(connection, region).emr,
            self.paths.config_dir / "known_hosts",
        )

    @once
    def running_clusters(self) -> RunningClusters:
        """The clusters, for commands: they do without the fleet, which reads all of each."""
        from hue_desktop.services.storage.running_clusters import RunningClusters

        return RunningClusters(self._access, self._lane, self.connections.connections)

    def _known_clusters(self) -> FleetSnapshot:
        if "running_clusters" in self.__dict__:
            return self.running_clusters.snapshot()
        return self.fleet.snapshot()

    @once
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
        from hue_desktop.services.transfers import TransferService
        from hue_desktop.services.transfers.cluster_steps import ClusterSteps

        store = self.state.open_transfers()
        service = TransferService(
            self.file_systems, store, self.settings, steps=ClusterSteps(self._access)
        )
        self.settings.subscribe(service.follow_settings)
        return service

    @once
    def transfer_planner(self) -> TransferPlanner:
        """Predicting transfers; it learns from those that end."""
        from hue_desktop.adapters.store.route_speeds import SqliteRouteSpeeds
        from hue_desktop.services.transfers.planning import TransferPlanner

        planner = TransferPlanner(
            self.transfers.compare,
            self.file_systems.of,
            SqliteRouteSpeeds(self.state.database),
            self._known_clusters,
            lambda connection: self.fleet.is_read_only(connection),
        )
        self.transfers.subscribe(planner.learn)
        return planner

    @once
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

    @property
    def state_problem(self) -> HueError | None:
        """Why the state directory cannot be used."""
        return self.state.problem

    def check_state(self) -> HueError | None:
        """Look for damage that opening the state does not meet; also what opening met. Blocks."""
        return self.state.check()

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
        if "rehearsal" in self.__dict__:
            self.rehearsal.close()
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
        self.state.close()

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

    def _open_region(self, connection: Connection, region: str) -> RegionAccess:
        """Doors for the services; the simulated region is started when there is need."""
        return self._open_doors(self.connections.ensure_region(connection), region)

    def _open_doors(self, connection: Connection, region: str) -> RegionAccess:
        from hue_desktop.wiring.doors import open_region

        return open_region(connection, region, self.state)

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
        connection = self.connections.find(plan.connection)
        asks = self._plans.asks_name(connection, plan.undo)
        return asks or self._plans.asks_over_budget(connection, plan)

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
