"""The route by a step: S3DistCp on the simulated cluster really copies; we follow and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.step_door import AwsSteps
from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.transfers import SqliteTransfers
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import ConfigurationError
from hue_desktop.core.storage import Location, StoreId
from hue_desktop.core.transfers.ports import StepState
from hue_desktop.core.transfers.values import Conflict, Route, Transfer, TransferState
from hue_desktop.services.transfers import TransferService
from tests.simulated import ACCESS_KEY, SECRET_KEY
from tests.unit.services.transfers.bench import (
    HDFS,
    S3,
    WAIT_S,
    Stores,
    copy,
    hdfs_store,
    make_tree,
    request,
    s3_store,
    transfer_service,
)
from tests.unit.simulator.hadoop.webhdfs import HdfsRegion, hdfs_region


class Steps:
    """Steps of the region's cluster; its clock jumps whenever somebody asks how one is."""

    def __init__(self, house: HdfsRegion) -> None:
        self.house = house
        self.submitted: list[tuple[str, ...]] = []
        self.session = AwsSession(
            Connection("transfers", endpoint_url=house.region.endpoint_url), house.region.name
        )
        self._door = AwsSteps(self.session)

    def submit(self, store: StoreId, name: str, args: Sequence[str]) -> str:
        self.submitted.append(tuple(args))
        return self._door.submit(store.cluster_id, name, args)

    def state(self, store: StoreId, step_id: str) -> StepState:
        self.house.region.jump(minutes=2)
        return self._door.state(store.cluster_id, step_id)

    def cancel(self, store: StoreId, step_id: str) -> None:
        self._door.cancel(store.cluster_id, step_id)


@pytest.fixture(scope="module")
def house() -> Iterator[HdfsRegion]:
    with hdfs_region() as running:
        running.region.client("s3").create_bucket(Bucket="steps")
        yield running


@pytest.fixture
def steps(house: HdfsRegion, monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    found = Steps(house)
    yield found
    found.session.close()


@pytest.fixture
def place(house: HdfsRegion, tmp_path: Path) -> Iterator[tuple[Stores, Location]]:
    """Stores, and a folder in the cluster's HDFS with a tree in it."""
    store = replace(HDFS, cluster_id=house.cluster_id, connection="transfers")
    hdfs = hdfs_store(house.urls["webhdfs"])
    hdfs.store = store
    s3 = s3_store(house.region.s3_endpoint)
    stores = Stores(hdfs, s3)
    folder = Location(store, f"/user/hadoop/{tmp_path.name}/")
    with transfer_service(tmp_path / "first", stores) as service:
        put = copy(service, request(make_tree(tmp_path / "lake", 12), target=folder))
        assert put.state is TransferState.DONE, put.error
    yield stores, folder
    hdfs.close()
    s3.close()


def by_step(
    tmp_path: Path, stores: Stores, steps: Steps, source: Location, target: Location
) -> Transfer:
    database = Database(tmp_path / "steps.sqlite3", hasty=True)
    store = SqliteTransfers(database, Claims(tmp_path / "steps.lock"))
    service = TransferService(stores, store, steps=steps)
    service.start()
    try:
        wanted = request(source, target=target, conflict=Conflict.OVERWRITE)
        number = service.submit(wanted, route=Route.S3DISTCP).id
        return service.wait(number, WAIT_S)
    finally:
        service.stop()
        store.close()


def test_a_step_copies_and_its_result_is_compared(
    place: tuple[Stores, Location], steps: Steps, tmp_path: Path
) -> None:
    stores, folder = place
    target = Location(S3, f"/steps/{tmp_path.name}/")
    done = by_step(tmp_path, stores, steps, folder.child("lake"), target)
    assert done.state is TransferState.DONE, done.error
    assert done.step_id.startswith("s-")
    assert done.route is Route.S3DISTCP
    assert (done.progress.files_done, done.progress.files_failed) == (13, 0)
    assert done.verified == "size alone, 12 files"
    assert steps.submitted[0][0] == "s3-dist-cp"
    client = steps.house.region.client("s3")
    found = client.list_objects_v2(Bucket="steps", Prefix=target.key)["Contents"]
    assert len([each for each in found if not each["Key"].endswith("/")]) == 12


def test_a_step_that_fails_says_why(
    place: tuple[Stores, Location], steps: Steps, tmp_path: Path
) -> None:
    stores, folder = place
    missing = Location(S3, "/no-such-bucket/x/")
    done = by_step(tmp_path, stores, steps, folder.child("lake"), missing)
    assert done.state is TransferState.FAILED
    assert done.error


def test_without_steps_there_is_no_such_route(tmp_path: Path) -> None:
    with (
        transfer_service(tmp_path) as service,
        pytest.raises(ConfigurationError, match="Steps cannot be run"),
    ):
        service.submit(request(tmp_path, target=tmp_path / "t"), route=Route.S3DISTCP)
