"""The shrink pre-flight: reads a cluster once, judges as often as asked, plans what is decided."""

from __future__ import annotations

from collections.abc import Sequence

from hue_desktop.core.changes import Plan
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.shrink.values import ShrinkRequest, Verdict
from hue_desktop.services.shrink.values import CancelToken, FixOutcome, Inspection, Progress

__all__ = ["ShrinkService"]


class ShrinkService:
    """``inspect``, ``plan`` and ``apply_fix`` block; judging takes at most a second or two."""

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
        raise NotImplementedError

    def last(self, ref: ClusterRef) -> Inspection | None:
        """The newest inspection of the cluster in this session."""
        raise NotImplementedError

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
        raise NotImplementedError

    def judge(self, inspection: Inspection, request: ShrinkRequest) -> Verdict:
        """The verdict; pure arithmetic on what was read."""
        raise NotImplementedError

    def with_fixes(
        self, inspection: Inspection, request: ShrinkRequest, keys: Sequence[str]
    ) -> Verdict:
        """The verdict as it becomes once those fixes are applied."""
        raise NotImplementedError

    def whole_cluster(self, inspection: Inspection) -> Verdict:
        """What exists only on this cluster's HDFS: a verdict whose lost files are all files."""
        raise NotImplementedError

    def plan(self, request: ShrinkRequest, verdict: Verdict) -> Plan:
        """The calls: ResizeGroup with the leaving nodes and the time-out.

        KillInstances only where ``request.kill`` is set.
        """
        raise NotImplementedError

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

        ``set_replication`` changes HDFS, ``snapshot_to_s3`` starts a transfer by S3DistCp;
        ``choose_others`` and ``raise_timeout`` change the request only and do nothing here.
        """
        raise NotImplementedError
