"""Advice on a cluster: gathers what is known of it and asks the rules."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hue_desktop.core.advice.advising import advise, missing
from hue_desktop.core.advice.facts import ClusterFacts, parts_of
from hue_desktop.core.advice.series import DAY_S, SURER_S, SeriesSummary, summary_of
from hue_desktop.core.advice.workload import workload_of
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.connections import ConnectionClass
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.idleness import idle_since
from hue_desktop.core.metrics import SeriesData, SeriesKey
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.advice.reading import (
    Live,
    OpenServers,
    newest_metrics,
    read_live,
    with_policies,
)
from hue_desktop.services.advice.values import AdviceReport
from hue_desktop.services.health.values import Collecting

if TYPE_CHECKING:
    from hue_desktop.core.instances import InstanceType
    from hue_desktop.services.cost.prices import PriceBooks
    from hue_desktop.services.cost.service import CostService
    from hue_desktop.services.fleet.service import FleetService
    from hue_desktop.services.health.service import HealthService
    from hue_desktop.services.launch.service import LaunchService
    from hue_desktop.services.launch.values import PricedType

__all__ = ["AdviceService"]

T = TypeVar("T")
#: What is read of the last days; what nobody measured is missing.
_METRICS = (
    "yarn.memory.share", "yarn.memory.used", "yarn.memory.total", "yarn.containers",
    "yarn.containers.pending", "yarn.apps.running", "cpu.core", "cpu.task_on_demand",
    "cpu.task_spot", "hdfs.share", "hdfs.read", "hdfs.written", "namenode.heap", "rm.heap",
)  # fmt: skip
_WINDOW_S = 7 * DAY_S
_POINTS = 4000
_KEPT_S = 240.0  #: CloudWatch has a new value each five minutes, and wants money for each reading


class AdviceService:
    """``report`` blocks; safe from any thread.

    ``servers`` opens the way to a cluster's YARN and HDFS, for clusters whose health nobody
    watches; ``class_of`` gives the class of a connection by name.
    """

    def __init__(
        self,
        access: AccessPool,
        fleet: FleetService,
        health: HealthService,
        launching: LaunchService,
        books: PriceBooks,
        cost: CostService,
        servers: OpenServers,
        class_of: Callable[[str], ConnectionClass],
    ) -> None:
        self._access = access
        self._fleet = fleet
        self._health = health
        self._launching = launching
        self._books = books
        self._cost = cost
        self._servers = servers
        self._class_of = class_of
        self._lock = threading.Lock()
        self._known: dict[ClusterRef, tuple[float, Mapping[str, SeriesSummary]]] = {}

    def report(self, ref: ClusterRef) -> AdviceReport:
        """The advice of a cluster as of now. Blocks.

        What cannot be read is said in ``missing``; ``HueError`` only when the cluster itself is not
        known and cannot be read.
        """
        told: list[str] = []
        snapshot, metrics = self._cluster(ref, told)
        now = self._cost.region_now(ref)
        priced = self._types(snapshot, told)
        types = {each.name: each.type for each in priced}
        live = self._live(snapshot, types, told)
        facts = ClusterFacts(
            snapshot=snapshot,
            now=now.timestamp(),
            types=types,
            book=self._books.now(ref.connection, ref.region),
            interruptions={
                each.name: each.interruption for each in priced if each.interruption is not None
            },
            series=self._series(ref, now.timestamp(), told),
            nodes=live.nodes,
            workload=workload_of(snapshot, live.applications or ()),
            asked_class=self._class_of(ref.connection),
            idle_since=idle_since(snapshot, metrics),
            idle_known="AppsRunning" in metrics or live.applications is not None,
            parts=parts_of(snapshot),
        )
        said = dict.fromkeys((*told, *missing(facts)))
        return AdviceReport(ref, advise(facts), tuple(said), now)

    # -- gathering ----------------------------------------------------------------------------

    def _cluster(
        self, ref: ClusterRef, told: list[str]
    ) -> tuple[ClusterSnapshot, Mapping[str, float]]:
        """The cluster and CloudWatch's newest values, as the fleet has them or as they are read."""
        fleet = self._fleet.snapshot()
        known = fleet.clusters.get(ref)
        if known is not None and known.cluster is not None and known.instances is not None:
            return known, fleet.metrics.get(ref, {})
        snapshot = self._cost.snapshot(ref)
        if snapshot.recorded_at is not None or not snapshot.summary.state.active:
            return snapshot, {}
        doors = self._access.of(ref.connection, ref.region)
        words = _("The cluster's policies could not be read: {why}")
        snapshot = _or_else(lambda: with_policies(snapshot, doors), snapshot, told, words)
        words = _("CloudWatch could not be asked: {why}")
        nothing: Mapping[str, float] = {}
        return snapshot, _or_else(lambda: newest_metrics(snapshot, doors), nothing, told, words)

    def _types(self, snapshot: ClusterSnapshot, told: list[str]) -> tuple[PricedType, ...]:
        """What the release supports; prices of these and of the cluster's own types are read."""
        ref = snapshot.ref
        release = snapshot.cluster.release if snapshot.cluster is not None else ""
        mine = {part.type_name for part in parts_of(snapshot)}

        def read() -> tuple[PricedType, ...]:
            self._books.read(ref.connection, ref.region, mine)
            if not release:
                return ()
            return self._launching.instance_types(ref.connection, ref.region, release)

        words = _("Prices or instance types could not be read: {why}")
        return _or_else(read, (), told, words)

    def _live(
        self, snapshot: ClusterSnapshot, types: Mapping[str, InstanceType], told: list[str]
    ) -> Live:
        health = self._health.snapshot(snapshot.ref)
        if health.collecting is Collecting.OFF:
            live = read_live(self._servers, snapshot, types)
        else:
            wrong = health.collecting in (Collecting.BROKEN, Collecting.PARTLY)
            problem = health.problem if wrong else ""
            live = Live(health.nodes, health.applications, health.safe_mode, problem)
        if live.problem:
            told.append(live.problem)
        if live.safe_mode:
            told.append(
                _("HDFS is in safe mode and takes no changes: leave core nodes as they are now.")
            )
        return live

    def _series(self, ref: ClusterRef, now: float, told: list[str]) -> Mapping[str, SeriesSummary]:
        """The last days summed up; hours of measurements hardly change within minutes."""
        with self._lock:
            read_at, known = self._known.get(ref, (0.0, {}))
        surest = max((each.covered_s for each in known.values()), default=0.0)
        if time.monotonic() - read_at < (_KEPT_S if surest >= SURER_S else _KEPT_S / 10):
            return known
        found = self._read_series(ref, now, told)
        with self._lock:
            self._known[ref] = (time.monotonic(), found)
        return found

    def _read_series(
        self, ref: ClusterRef, now: float, told: list[str]
    ) -> Mapping[str, SeriesSummary]:
        keys = [SeriesKey(name) for name in _METRICS]
        words = _("What was measured could not be read: {why}")
        nothing: Mapping[SeriesKey, SeriesData] = {}
        found = _or_else(
            lambda: self._health.history(ref, keys, now - _WINDOW_S, now, most=_POINTS),
            nothing,
            told,
            words,
        )
        sums = {key.metric: summary_of(data) for key, data in found.items()}
        return {name: each for name, each in sums.items() if each is not None}


def _or_else(read: Callable[[], T], otherwise: T, told: list[str], words: str) -> T:
    """What ``read`` finds; when it fails, ``otherwise`` and a sentence about why."""
    try:
        return read()
    except Cancelled:
        raise
    except HueError as error:
        told.append(words.format(why=" ".join(filter(None, (error.message, error.remedy)))))
        return otherwise
