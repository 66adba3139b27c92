"""The shrink pre-flight: reads a cluster once, judges as often as asked, plans what is decided."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.cost import PriceBook
from hue_desktop.core.errors import HueError, Refused
from hue_desktop.core.shrink.choice import field_of
from hue_desktop.core.shrink.judge import judge, with_fixes
from hue_desktop.core.shrink.losses import paths_at_stake
from hue_desktop.core.shrink.ports import BlockReader
from hue_desktop.core.shrink.situation import situation_of
from hue_desktop.core.shrink.values import (
    DEFAULT_TIMEOUT_S,
    Fix,
    ShrinkRequest,
    Verdict,
)
from hue_desktop.core.text import _
from hue_desktop.core.transfers.ports import StepRunner
from hue_desktop.services.access import AccessPool
from hue_desktop.services.cost.prices import PriceBooks
from hue_desktop.services.planning import PlanMaker
from hue_desktop.services.shrink.fixing import hdfs_of, replicate, snapshot
from hue_desktop.services.shrink.planning import Resizing, plan_shrink
from hue_desktop.services.shrink.reading import Measured, read_cluster
from hue_desktop.services.shrink.values import CancelToken, FixOutcome, Inspection, Progress
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.transfers.service import TransferService

__all__ = ["ShrinkService"]

_KEPT = 2  #: inspections; one of a large cluster takes a hundred megabytes
_BALANCER = ("hdfs", "balancer", "-threshold", "5")


class ShrinkService:
    """``inspect``, ``plan`` and ``apply_fix`` block; judging takes at most a second or two.

    ``open_reader`` reaches a cluster's HDFS, ``measured`` gives series of its history. What is only
    needed for plans and fixes comes by functions, so that commands do without it.
    """

    def __init__(
        self,
        access: AccessPool,
        books: PriceBooks,
        open_reader: Callable[[ClusterRef], BlockReader],
        measured: Measured,
        *,
        plans: Callable[[], PlanMaker],
        scaling: Callable[[], Resizing],
        file_systems: Callable[[], FileSystems],
        transfers: Callable[[], TransferService],
        steps: StepRunner,
    ) -> None:
        self._access, self._books = access, books
        self._open_reader, self._measured = open_reader, measured
        self._plans, self._scaling = plans, scaling
        self._file_systems, self._transfers = file_systems, transfers
        self._steps = steps
        self._lock = threading.Lock()
        self._kept: OrderedDict[ClusterRef, Inspection] = OrderedDict()

    def inspect(
        self,
        ref: ClusterRef,
        *,
        progress: Progress | None = None,
        token: CancelToken | None = None,
    ) -> Inspection:
        """Read all files' blocks, the DataNodes and YARN's containers; the newest is kept.

        ``Unreachable`` when the NameNode does not answer, ``Refused`` in a state where nothing can
        be read (no core nodes, cluster not up), ``Cancelled`` by the token. Safe mode is no error:
        reads work in it, and the verdict says so.
        """
        doors = self._access.of(ref.connection, ref.region)

        def prices(types: tuple[str, ...]) -> PriceBook:
            try:
                return self._books.read(ref.connection, ref.region, types)
            except HueError:
                return self._books.now(ref.connection, ref.region)

        found = read_cluster(
            ref, doors.emr, self._open_reader, prices, self._measured, progress, token
        )
        with self._lock:
            self._kept.pop(ref, None)
            self._kept[ref] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def last(self, ref: ClusterRef) -> Inspection | None:
        """The newest inspection of the cluster in this session."""
        with self._lock:
            return self._kept.get(ref)

    def forget(self, ref: ClusterRef) -> None:
        """Drop what was read; after a change it is no longer true."""
        with self._lock:
            self._kept.pop(ref, None)

    def request(
        self,
        inspection: Inspection,
        group_id: str = "",
        *,
        count: int | None = None,
        leaving: Sequence[str] = (),
        timeout_s: int | None = None,
        kill: bool = False,
    ) -> ShrinkRequest:
        """A request with the nodes named whose leaving costs least, where none are given.

        Without ``group_id`` the core group; without ``count`` one node less than now.
        """
        group_id = group_id or next(iter(inspection.group_ids), "")
        request = ShrinkRequest(
            inspection.ref,
            group_id,
            tuple(leaving),
            timeout_s=DEFAULT_TIMEOUT_S if timeout_s is None else timeout_s,
            kill=kill,
        )
        field = field_of(inspection.blocks, inspection.nodes, request)
        if leaving:
            wanted = field.size - len(field.named(leaving)) if count is None else count
            return replace(request, count=wanted)
        wanted = max(0, field.size - 1 if count is None else count)
        steps = field.size - wanted
        if steps <= 0 or not inspection.limits.can_name:
            return replace(request, count=wanted)
        return replace(request, count=wanted, leaving=field.ids(field.cheapest(steps).order))

    def judge(self, inspection: Inspection, request: ShrinkRequest) -> Verdict:
        """The verdict; pure arithmetic on what was read.

        Of a fleet no nodes can be named: EMR chooses, and the worst choice is judged.
        """
        request = self._possible(inspection, request)
        found = judge(inspection.blocks, inspection.nodes, request, inspection.limits)
        return replace(found, missing=inspection.missing)

    def with_fixes(
        self, inspection: Inspection, request: ShrinkRequest, keys: Sequence[str]
    ) -> Verdict:
        """The verdict as it becomes once those fixes are applied."""
        request = self._possible(inspection, request)
        found = with_fixes(inspection.blocks, inspection.nodes, request, inspection.limits, keys)
        return replace(found, missing=inspection.missing)

    def whole_cluster(self, inspection: Inspection) -> Verdict:
        """What exists only on this cluster's HDFS: a verdict whose lost files are all files."""
        return self.judge(inspection, self.whole_request(inspection))

    def whole_request(self, inspection: Inspection) -> ShrinkRequest:
        """The request that :meth:`whole_cluster` judges; ``apply_fix`` takes it too."""
        return ShrinkRequest(inspection.ref, "", whole_cluster=True)

    def plan(self, request: ShrinkRequest, verdict: Verdict) -> Plan:
        """The calls: ResizeGroup with the leaving nodes and the time-out.

        KillInstances only where ``request.kill`` is set. A fleet gets new targets, and EMR chooses.
        """
        return plan_shrink(self._plans(), self._scaling(), request, verdict)

    def apply_fix(
        self,
        inspection: Inspection,
        request: ShrinkRequest,
        key: str,
        *,
        target: str = "",
        progress: Progress | None = None,
        token: CancelToken | None = None,
    ) -> FixOutcome:
        """Carry a fix out; ``target`` is the s3:// folder of a snapshot.

        ``set_replication`` changes HDFS, ``snapshot_to_s3`` starts a transfer by S3DistCp,
        ``rebalance`` adds a step that runs HDFS's balancer; ``choose_others`` and ``raise_timeout``
        change the request only and do nothing here. ``Refused`` for a fix that is not offered.
        """
        fix = self._offered(inspection, request, key)
        if key == "set_replication":
            store = hdfs_of(request.ref)
            paths = self._paths(inspection, request)
            fs = self._file_systems().of(store)
            return replicate(fs, store, paths, fix, progress, token)
        if key == "snapshot_to_s3":
            paths = self._paths(inspection, request)
            return snapshot(self._transfers().submit, request.ref, paths, target, fix)
        if key == "rebalance":
            self._steps.submit(hdfs_of(request.ref), _("Rebalance HDFS"), _BALANCER)
            text = _("A step that rebalances HDFS was added.")
            return FixOutcome(key, text, 1, wait_s=fix.seconds)
        return FixOutcome(key, fix.title)

    def _offered(self, inspection: Inspection, request: ShrinkRequest, key: str) -> Fix:
        fixes = self.judge(inspection, request).fixes
        for fix in fixes:
            if fix.key == key:
                return fix
        raise Refused(
            _("There is nothing for “{key}” to do here.").format(key=key),
            remedy=_("Check the cluster again."),
        )

    @staticmethod
    def _paths(inspection: Inspection, request: ShrinkRequest) -> list[str]:
        request = ShrinkService._possible(inspection, request)
        found = situation_of(inspection.blocks, inspection.nodes, request, inspection.limits)
        return list(paths_at_stake(found))

    @staticmethod
    def _possible(inspection: Inspection, request: ShrinkRequest) -> ShrinkRequest:
        if inspection.limits.can_name or not request.leaving:
            return request
        return replace(request, leaving=(), kill=False)
