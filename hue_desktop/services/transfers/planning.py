"""Planning transfers: compares both sides, gathers what is known, and learns from what happened.

A ``TransferDraft`` holds all that had to be asked; ``core.transfers.planner.make_plan`` turns it
into a plan as often as the person changes a tick or an option.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot, ClusterState
from hue_desktop.core.errors import ConfigurationError, HueError
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.text import _
from hue_desktop.core.transfers.naming import landing_of, overlaps
from hue_desktop.core.transfers.planner import ClusterFacts, PlanFacts, TransferDraft, make_plan
from hue_desktop.core.transfers.speeds import RouteKey, RouteRun, Speed, assumed, learn, store_key
from hue_desktop.core.transfers.values import (
    Comparison,
    PlannedFile,
    Route,
    Transfer,
    TransferRequest,
    TransferState,
    TransferSummary,
)

if TYPE_CHECKING:
    from hue_desktop.core.file_systems import FileSystem
    from hue_desktop.core.transfers.plan import TransferPlan
    from hue_desktop.services.fleet.values import FleetSnapshot

__all__ = ["RouteSpeeds", "TransferPlanner"]

_SHOWN_FILES = 5000  #: a sheet lists so many; the summary counts all
_FEW = 20  #: so many files that are the same stand before the new ones; more stand behind
_INTERRUPTED = (TransferState.PAUSED, TransferState.FAILED, TransferState.CANCELLED)
_UP = (ClusterState.RUNNING, ClusterState.WAITING)
_MIB = 1024 * 1024
_LEAST_RUN_S = 0.5  #: a shorter run tells of starting, not of moving bytes

Cancel = Callable[[], None]
Compare = Callable[[TransferRequest, Cancel], tuple[TransferSummary, Iterable[PlannedFile]]]


def _never() -> None:
    """Nobody cancels."""


class RouteSpeeds(Protocol):
    """Where the outcomes of transfers are kept."""

    def record(self, key: RouteKey, run: RouteRun) -> None:
        """Keep a run."""

    def runs(self, key: RouteKey) -> Sequence[RouteRun]:
        """The newest runs of this route between these stores."""


class TransferPlanner:
    """Predicts transfers. All methods but ``learn`` block; any thread may call them."""

    def __init__(
        self,
        compare: Compare,
        open_store: Callable[[StoreId], FileSystem],
        speeds: RouteSpeeds,
        snapshot: Callable[[], FleetSnapshot],
        is_read_only: Callable[[str], bool] = lambda _connection: False,
    ) -> None:
        self._compare = compare
        self._open_store = open_store
        self._speeds = speeds
        self._snapshot = snapshot
        self._is_read_only = is_read_only
        self._lock = threading.Lock()
        self._told: set[int] = set()  #: transfers that were learnt from, or never will be
        self._began = time.time()

    def plan(self, request: TransferRequest, cancel: Cancel = _never) -> TransferPlan:
        """Compare and predict: the sheet of a request."""
        return make_plan(self.draft(request, cancel))

    def draft(self, request: TransferRequest, cancel: Cancel = _never) -> TransferDraft:
        """Everything that plans of this request are made of.

        ``cancel`` is called between pages and raises ``Cancelled`` to end it. A request that makes
        no sense is not compared: its draft says why it is blocked.
        """
        blocked = self._nonsense(request)
        if blocked:
            facts = PlanFacts(blocked=blocked)
            return TransferDraft(request, TransferSummary(), (), facts)
        summary, files = self._compare(request, cancel)
        shown, left_out = _first(files, summary)
        folder = not (len(shown) == 1 and shown[0].source == request.sources[0])
        facts = replace(self.facts(request), folder=folder)
        return TransferDraft(request, summary, shown, facts, left_out)

    def facts(self, request: TransferRequest) -> PlanFacts:
        """What is known beside the files: speeds, the cluster, prices' regions, the target."""
        source, target = request.sources[0].store, request.target.store
        cluster = self._cluster(source, target)
        containers = cluster.containers if cluster is not None else 0
        speeds = {route: self.speed(route, source, target, containers) for route in Route}
        origin, goal = self._bucket(request.sources[0]), self._bucket(request.target)
        return PlanFacts(
            speeds=speeds,
            cluster=cluster,
            source_region=origin.get("region", source.region),
            target_region=goal.get("region", target.region),
            same_identity=_same_identity(request),
            versioned=goal["versioning"] == "Enabled" if "versioning" in goal else None,
            free_bytes=self._free(request.target),
        )

    def speed(self, route: Route, source: StoreId, target: StoreId, containers: int = 0) -> Speed:
        """What a route between two stores takes: assumed, corrected by what was measured."""
        key = RouteKey(route, store_key(source), store_key(target))
        prior = assumed(key, containers=containers)
        try:
            return learn(prior, self._speeds.runs(key))
        except HueError:  # a prediction must not fail because the state cannot be read
            return prior

    def learn(self, transfer: Transfer, *, whole: bool = False) -> None:
        """Take the outcome of a transfer in; hand it to ``TransferService.subscribe``.

        Only runs that say something of the route count: not paused, not capped, done in one go.
        ``whole`` tells that it was, where it began before this planner did.
        """
        with self._lock:
            if transfer.state in _INTERRUPTED:
                self._told.add(transfer.id)
            run = _run_of(transfer)
            seen = whole or (transfer.started or 0.0) >= self._began
            if run is None or not seen or transfer.id in self._told:
                return
            self._told.add(transfer.id)
        source, target = transfer.request.sources[0].store, transfer.request.target.store
        self._speeds.record(RouteKey(transfer.route, store_key(source), store_key(target)), run)

    def _nonsense(self, request: TransferRequest) -> str:
        target = request.target
        if self._is_read_only(target.store.connection):
            return _("{connection} is read-only.").format(connection=target.store.connection)
        if target.store.kind is StoreKind.S3 and not target.bucket:
            return _("Choose a bucket: nothing can be copied to the list of buckets.")
        try:
            return _onto_itself(request)
        except ConfigurationError as error:
            return str(error)

    def _cluster(self, source: StoreId, target: StoreId) -> ClusterFacts | None:
        hdfs = next((one for one in (source, target) if one.kind is StoreKind.HDFS), None)
        if hdfs is None or not hdfs.cluster_id:
            return None
        fleet = self._snapshot()
        ref = ClusterRef(hdfs.connection, hdfs.region, hdfs.cluster_id)
        cluster = fleet.clusters.get(ref)
        if cluster is None:
            return None
        other = target if hdfs is source else source
        foreign = other.connection != hdfs.connection
        metrics = fleet.metrics.get(ref, {})
        cost = fleet.costs.get(ref)
        return ClusterFacts(
            name=cluster.summary.name,
            problem=self._step_problem(cluster, foreign),
            yarn_free_bytes=_mib(metrics, "MemoryAvailableMB"),
            yarn_total_bytes=_mib(metrics, "MemoryTotalMB"),
            usd_hour=cost.rate.total if cost is not None else None,
            keep_alive=cluster.cluster.keep_alive if cluster.cluster is not None else True,
        )

    def _step_problem(self, cluster: ClusterSnapshot, foreign: bool) -> str:
        """Why the cluster takes no S3DistCp step now; empty when it does."""
        summary = cluster.summary
        if foreign:
            return _("A step reaches S3 as {name} does, not as the bucket’s connection.").format(
                name=summary.name
            )
        if summary.state not in _UP:
            return _("{name} does not run.").format(name=summary.name)
        if self._is_read_only(cluster.ref.connection):
            return _("{name} is read-only: no step can be added.").format(name=summary.name)
        if cluster.cluster is not None and cluster.cluster.applications:
            names = {application.name.lower() for application in cluster.cluster.applications}
            if "hadoop" not in names:
                return _("{name} has no Hadoop, which S3DistCp needs.").format(name=summary.name)
        return ""

    def _bucket(self, location: Location) -> Mapping[str, str]:
        """What S3 says of the bucket: its region, and whether it keeps old versions."""
        if location.store.kind is not StoreKind.S3:
            return {}
        bucket = Location(location.store, f"/{location.bucket}/")
        try:
            return self._open_store(location.store).properties(bucket)
        except HueError:  # not everybody may ask; then nothing is claimed
            return {}

    def _free(self, target: Location) -> int | None:
        if target.store.kind is StoreKind.S3:
            return None
        place = target.as_folder()
        store = self._open_store(target.store)
        while True:
            try:
                return store.space(place).free
            except HueError:  # the folder is yet to be made: its parent is on the same disk
                if place.parent() == place:
                    return None
                place = place.parent()


def _first(
    files: Iterable[PlannedFile], summary: TransferSummary
) -> tuple[tuple[PlannedFile, ...], int]:
    """The files to list, what differs first, and how many more there are."""
    new, same = (1, 2) if summary.same > _FEW else (2, 1)
    rank = {Comparison.DIFFERS: 0, Comparison.NEW: new, Comparison.SAME: same}
    ordered = sorted(files, key=lambda one: (rank[one.comparison], one.relative))
    if len(ordered) > _SHOWN_FILES:
        chosen = [one for one in ordered if one.comparison is not Comparison.SAME]
        ordered = chosen[:_SHOWN_FILES]
    return tuple(ordered), max(0, summary.files - len(ordered))


def _onto_itself(request: TransferRequest) -> str:
    for index, source in enumerate(request.sources):
        root = landing_of(request, index, folder=source.is_folder).root
        if root.as_folder() == source.as_folder():
            return _("{source} would be copied onto itself.").format(source=source)
        if overlaps(source, root) and root.path.startswith(source.path.rstrip("/") + "/"):
            return _("{target} lies within {source}.").format(target=root, source=source)
    return ""


def _same_identity(request: TransferRequest) -> bool:
    owners = {source.store.connection for source in request.sources}
    return owners == {request.target.store.connection}


def _mib(metrics: Mapping[str, float], name: str) -> int | None:
    value = metrics.get(name)
    return None if value is None else int(value * _MIB)


def _run_of(transfer: Transfer) -> RouteRun | None:
    progress = transfer.progress
    if transfer.state is not TransferState.DONE or transfer.request.options.bandwidth_limit:
        return None
    if transfer.started is None or transfer.ended is None or not progress.files_done:
        return None
    seconds = transfer.ended - transfer.started
    if seconds < _LEAST_RUN_S:
        return None
    return RouteRun(progress.files_done, progress.bytes_done, seconds, transfer.ended)
