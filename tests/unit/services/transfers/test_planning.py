"""Planning over real stores and a real journal; what was copied teaches the next plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.route_speeds import SqliteRouteSpeeds
from hue_desktop.core.clusters import (
    Application,
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
)
from hue_desktop.core.errors import Cancelled, NotFound
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.speeds import RouteKey, RouteRun
from hue_desktop.core.transfers.values import (
    Comparison,
    Conflict,
    Route,
    Transfer,
    TransferOptions,
    TransferProgress,
    TransferRequest,
    TransferState,
)
from hue_desktop.services.fleet.values import FleetSnapshot
from hue_desktop.services.transfers import TransferService
from hue_desktop.services.transfers.planning import TransferPlanner
from tests.unit.services.transfers.bench import Stores, here, transfer_service

HDFS = StoreId(StoreKind.HDFS, "prod", "us-east-1", "j-1")
S3 = StoreId(StoreKind.S3, "prod", "us-east-1")
REF = ClusterRef("prod", "us-east-1", "j-1")
GIB = 1 << 30


def fleet(state: ClusterState = ClusterState.WAITING, *applications: str) -> FleetSnapshot:
    """One cluster with room in YARN."""
    summary = ClusterSummary("j-1", "analytics", state, created=datetime.now(UTC))
    installed = tuple(Application(name) for name in applications or ("Hadoop", "Spark"))
    cluster = ClusterSnapshot(REF, summary, Cluster(summary, applications=installed))
    metrics = {REF: {"MemoryAvailableMB": 36864.0, "MemoryTotalMB": 92160.0}}
    return FleetSnapshot(clusters={REF: cluster}, metrics=metrics)


@contextmanager
def planner_over(
    folder: Path, snapshot: FleetSnapshot | None = None, *, read_only: str = ""
) -> Iterator[tuple[TransferPlanner, TransferService, SqliteRouteSpeeds]]:
    """A planner that compares with a real service over local disks."""
    database = Database(folder / "speeds.sqlite3")
    speeds = SqliteRouteSpeeds(database)
    stores = Stores()
    with transfer_service(folder / "queue", stores) as service:
        planner = TransferPlanner(
            service.compare,
            stores.of,
            speeds,
            lambda: snapshot or FleetSnapshot(),
            lambda connection: bool(read_only) and connection == read_only,
        )
        yield planner, service, speeds
    database.close()


def tree(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    root.mkdir()
    for name in ("a", "b", "c"):
        (root / name).write_bytes(name.encode() * 100)
    return root


def test_both_sides_are_compared_and_what_differs_stands_first(tmp_path: Path) -> None:
    source, target = tree(tmp_path), tmp_path / "target"
    target.mkdir()
    (target / "c").write_text("other")
    request = TransferRequest((here(source, folder=True),), here(target, folder=True))
    with planner_over(tmp_path) as (planner, _service, _speeds):
        plan = planner.plan(request)
    assert [(one.relative, one.comparison) for one in plan.files] == [
        ("c", Comparison.DIFFERS),
        ("a", Comparison.NEW),
        ("b", Comparison.NEW),
    ]
    assert (plan.summary.files, plan.summary.new, plan.summary.differing) == (3, 2, 1)
    assert plan.suggested is Route.STREAM
    assert plan.files_left_out == 0


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    request = TransferRequest((here(tmp_path / "gone"),), here(tmp_path / "out", folder=True))
    with planner_over(tmp_path) as (planner, _service, _speeds), pytest.raises(NotFound):
        planner.plan(request)


def test_comparing_can_be_stopped(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled("enough")

    request = TransferRequest((here(tree(tmp_path)),), here(tmp_path / "out", folder=True))
    with planner_over(tmp_path) as (planner, _service, _speeds), pytest.raises(Cancelled):
        planner.plan(request, stop)


@pytest.mark.parametrize(
    ("target", "word"),
    [("source/", "onto itself"), ("source/inner/", "lies within")],
)
def test_a_folder_is_not_copied_into_itself(tmp_path: Path, target: str, word: str) -> None:
    source = tree(tmp_path)
    request = TransferRequest((here(source, folder=True),), Location(LOCAL, f"{tmp_path}/{target}"))
    with planner_over(tmp_path) as (planner, _service, _speeds):
        assert word in planner.plan(request).blocked


def test_the_list_of_buckets_and_a_read_only_store_take_nothing(tmp_path: Path) -> None:
    source = (here(tree(tmp_path)),)
    with planner_over(tmp_path, read_only="prod") as (planner, _service, _speeds):
        assert "read-only" in planner.plan(TransferRequest(source, Location(S3, "/b/x/"))).blocked
    with planner_over(tmp_path) as (planner, _service, _speeds):
        assert "bucket" in planner.plan(TransferRequest(source, Location(S3, "/"))).blocked


def test_what_a_copy_took_teaches_the_next_plan(tmp_path: Path) -> None:
    source = tree(tmp_path)
    (source / "large").write_bytes(bytes(4 << 20))
    target = here(tmp_path / "out", folder=True)
    options = TransferOptions(conflict=Conflict.OVERWRITE)
    request = TransferRequest((here(source),), target, options)
    with planner_over(tmp_path) as (planner, service, speeds):
        done = service.wait(service.submit(request).id, 30.0)
        assert done.state is TransferState.DONE
        assert done.started is not None
        slow = replace(done, ended=done.started + 8.0)
        planner.learn(slow, whole=True)
        [run] = speeds.runs(RouteKey(Route.STREAM, "local", "local"))
        assert (run.files, run.bytes) == (4, (4 << 20) + 300)
        stream = planner.speed(Route.STREAM, LOCAL, LOCAL)
        assert stream.measured == 1
        assert stream.seconds(4, 4 << 20) == pytest.approx(8.0, rel=0.3)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": TransferState.FAILED},
        {"ended": 100.01},
        {"request": TransferRequest((), Location(LOCAL, "/"), TransferOptions(bandwidth_limit=5))},
        {"progress": TransferProgress()},
    ],
)
def test_runs_that_say_nothing_of_the_route_are_not_learnt(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    request = TransferRequest((here(tmp_path),), here(tmp_path / "out", folder=True))
    good = Transfer(
        1, request, Route.STREAM, TransferState.DONE, 100.0, started=100.0, ended=110.0,
        progress=TransferProgress(files_done=1, bytes_done=GIB),
    )  # fmt: skip
    with planner_over(tmp_path) as (planner, _service, speeds):
        planner.learn(replace(good, id=9, **changes), whole=True)  # type: ignore[arg-type]
        planner.learn(good)  # it began before this planner could watch it
        assert speeds.runs(RouteKey(Route.STREAM, "local", "local")) == ()
        planner.learn(good, whole=True)
        assert speeds.runs(RouteKey(Route.STREAM, "local", "local")) == (
            RouteRun(1, GIB, 10.0, 110.0),
        )


def test_a_paused_transfer_teaches_nothing(tmp_path: Path) -> None:
    request = TransferRequest((here(tmp_path),), here(tmp_path / "out", folder=True))
    transfer = Transfer(
        1, request, Route.STREAM, TransferState.PAUSED, 100.0, started=4e9, ended=4e9 + 10,
        progress=TransferProgress(files_done=1, bytes_done=GIB),
    )  # fmt: skip
    with planner_over(tmp_path) as (planner, _service, speeds):
        planner.learn(transfer)
        planner.learn(replace(transfer, state=TransferState.DONE))
        assert speeds.runs(RouteKey(Route.STREAM, "local", "local")) == ()


def test_the_cluster_says_how_much_room_a_step_has(tmp_path: Path) -> None:
    request = TransferRequest((Location(HDFS, "/a/"),), Location(S3, "/lake/a/"))
    with planner_over(tmp_path, fleet()) as (planner, _service, _speeds):
        cluster = planner._cluster(HDFS, S3)
    assert cluster is not None
    assert (cluster.name, cluster.problem, cluster.containers) == ("analytics", "", 24)
    assert request.target.store == S3


@pytest.mark.parametrize(
    ("snapshot", "s3", "word"),
    [
        (fleet(ClusterState.TERMINATED), S3, "does not run"),
        (fleet(ClusterState.WAITING, "Presto"), S3, "Hadoop"),
        (fleet(), replace(S3, connection="other"), "connection"),
    ],
)
def test_a_cluster_that_takes_no_step_says_why(
    tmp_path: Path, snapshot: FleetSnapshot, s3: StoreId, word: str
) -> None:
    with planner_over(tmp_path, snapshot) as (planner, _service, _speeds):
        cluster = planner._cluster(s3, HDFS)
    assert cluster is not None
    assert word in cluster.problem
