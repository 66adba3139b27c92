"""The service over the S3 and the HDFS of simulated regions: what a local disk does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.core.changes import Undoability
from hue_desktop.core.errors import HueError
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.services.storage.file_systems import FileSystems
from hue_desktop.services.storage.service import StorageService
from hue_desktop.services.storage.values import ListingState
from hue_desktop.wiring import Application, Paths
from tests.contract.file_systems.backends import Backend
from tests.contract.file_systems.place import BytesSource
from tests.contract.file_systems.simulated_stores import SimulatedS3, SimulatedWebHdfs

WAIT_S = 20.0


@pytest.fixture(scope="module")
def stores(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[StorageService, Location, Location]]:
    """The service, a prefix in S3, and a folder in HDFS."""
    backends: list[Backend] = [SimulatedS3(), SimulatedWebHdfs()]
    opened = [each.open(tmp_path_factory.mktemp(each.name)) for each in backends]
    by_kind = {each.store.kind: each for each in opened}
    home = tmp_path_factory.mktemp("home")
    application = Application.open(Paths(home / "config", home / "data"))
    file_systems = FileSystems(lambda store: by_kind[store.kind])
    service = StorageService(
        file_systems,
        application.fleet,
        application.connections,
        asks_name=lambda store: store.kind is StoreKind.S3,
    )
    yield service, backends[0].folder("service"), backends[1].folder("service")
    service.close()
    application.close()
    for each in backends:
        each.close()


@pytest.fixture
def storage(stores: tuple[StorageService, Location, Location]) -> StorageService:
    return stores[0]


@pytest.fixture
def s3(stores: tuple[StorageService, Location, Location]) -> Location:
    return stores[1]


@pytest.fixture
def hdfs(stores: tuple[StorageService, Location, Location]) -> Location:
    return stores[2]


def put(storage: StorageService, location: Location, data: bytes) -> Location:
    fs = storage.file_systems.of(location.store)
    fs.put(location, BytesSource(data), overwrite=True)
    return location


def names(storage: StorageService, location: Location) -> list[str]:
    listing = storage.listing(location)
    assert listing.wait(WAIT_S)
    assert listing.state is ListingState.SHOWN, listing.error
    return list(listing.rows(0, listing.count).names)


def keys(storage: StorageService, location: Location) -> set[str]:
    """What is below. SeaweedFS lists an emptied prefix for a while, but no key in it."""
    fs = storage.file_systems.of(location.store)
    return {name for page in fs.walk(location) for name in page.names}


def test_hdfs_deletes_into_the_trash_and_back(storage: StorageService, hdfs: Location) -> None:
    put(storage, hdfs.child("trash-me/deep/file"), b"12345")
    folder = hdfs.child("trash-me", folder=True)
    plan = storage.plan_delete([folder])
    assert plan.undo is Undoability.UNDOABLE
    assert plan.loss is not None
    assert (plan.loss.files, plan.loss.bytes, plan.loss.folders) == (1, 5, 2)
    assert plan.title.startswith("Move")
    assert not plan.typed_name
    outcome = storage.carry_out(plan)
    assert (outcome.done, outcome.failed) == (1, ())
    assert "trash-me" not in names(storage, hdfs)
    undo = storage.plan_undo(outcome)
    back = storage.carry_out(undo)
    assert back.failed == ()
    assert "trash-me" in names(storage, hdfs)
    again = storage.carry_out(storage.plan_delete([folder]))
    (there,) = [change.location for change in again.inverse]
    assert there is not None
    restore = storage.plan_restore([there])
    assert not restore.blocked
    in_trash = storage.plan_delete([there])
    assert in_trash.undo is Undoability.FINAL
    storage.carry_out(in_trash)
    with pytest.raises(HueError):
        storage.stat(there)


def test_hdfs_deletes_for_good_when_asked(storage: StorageService, hdfs: Location) -> None:
    location = put(storage, hdfs.child("for good"), b"x")
    plan = storage.plan_delete([location], for_good=True)
    assert plan.undo is Undoability.FINAL
    outcome = storage.carry_out(plan)
    assert outcome.inverse == ()
    assert "for good" not in names(storage, hdfs)


def test_replication_says_what_it_takes(storage: StorageService, hdfs: Location) -> None:
    location = put(storage, hdfs.child("copies"), bytes(1 << 20))
    plan = storage.plan_change([location], "replication", 3)
    assert any(line.startswith("Takes 1") for line in plan.lines), plan.lines
    outcome = storage.carry_out(plan)
    assert storage.stat(location).details["replication"] == 3
    storage.carry_out(storage.plan_undo(outcome))
    assert storage.stat(location).details["replication"] == 2
    assert any(
        "One copy" in line for line in storage.plan_change([location], "replication", 1).lines
    )


def test_permissions_below_an_hdfs_folder(storage: StorageService, hdfs: Location) -> None:
    put(storage, hdfs.child("perms/a/b"), b"x")
    put(storage, hdfs.child("perms/c"), b"x")
    folder = hdfs.child("perms", folder=True)
    outcome = storage.carry_out(storage.plan_change([folder], "permission", 0o750, recursive=True))
    assert outcome.failed == ()
    for name in ("perms/", "perms/a/", "perms/a/b", "perms/c"):
        assert storage.stat(hdfs.child(name)).details["permission"] == 0o750


def test_hdfs_tells_blocks_room_and_properties(storage: StorageService, hdfs: Location) -> None:
    location = put(storage, hdfs.child("facts"), b"x" * 1000)
    (block,) = storage.blocks(location)
    assert (block.offset, block.length) == (0, 1000)
    assert block.hosts
    assert " free of " in storage.status(hdfs)
    assert storage.properties(hdfs)["files"]
    assert storage.trash_root(hdfs.store) is not None


def test_s3_says_that_nothing_is_kept(storage: StorageService, s3: Location) -> None:
    put(storage, s3.child("gone/a"), b"1")
    put(storage, s3.child("gone/b"), b"22")
    plan = storage.plan_delete([s3.child("gone", folder=True)])
    assert plan.loss is not None
    assert (plan.loss.files, plan.loss.bytes) == (2, 3)
    assert any("Versioning is off" in line for line in plan.lines)
    assert plan.typed_name == "gone"
    assert plan.undo is Undoability.FINAL
    outcome = storage.carry_out(plan)
    assert outcome.done == 2
    assert not keys(storage, s3.child("gone", folder=True))


def test_a_prefix_without_its_slash_is_still_a_prefix(
    storage: StorageService, s3: Location
) -> None:
    put(storage, s3.child("slashless/a"), b"1")
    put(storage, s3.child("single"), b"1")
    plan = storage.plan_delete([s3.child("slashless"), s3.child("single")])
    outcome = storage.carry_out(plan)
    assert outcome.failed == ()
    assert not {"slashless/a", "single"} & keys(storage, s3)


def test_s3_renames_by_copying(storage: StorageService, s3: Location) -> None:
    put(storage, s3.child("old name/a"), b"1")
    put(storage, s3.child("old name/b/c"), b"22")
    plan = storage.plan_rename(s3.child("old name", folder=True), "new name")
    assert any("2 objects" in line for line in plan.lines)
    outcome = storage.carry_out(plan)
    assert outcome.failed == ()
    assert names(storage, s3.child("new name", folder=True)) == ["b", "a"]
    assert not keys(storage, s3.child("old name", folder=True))


def test_s3_makes_folders_of_markers(storage: StorageService, s3: Location) -> None:
    plan = storage.plan_make_folder(s3, "a folder")
    assert any("no folders" in line for line in plan.lines)
    storage.carry_out(plan)
    assert "a folder" in names(storage, s3)


def test_s3_status_presigned_and_preview(storage: StorageService, s3: Location) -> None:
    import urllib.request

    location = put(storage, s3.child("table.csv"), b"id,name\n1,one\n")
    assert "versioning" in storage.status(s3)
    assert storage.preview(location).rows == (("1", "one"),)
    url = storage.presigned(location, 60)
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read() == b"id,name\n1,one\n"
    plan = storage.plan_change([location], "permission", 0o600)
    assert plan.blocked


def test_s3_usage(storage: StorageService, s3: Location) -> None:
    put(storage, s3.child("usage/a/one"), bytes(100))
    put(storage, s3.child("usage/two"), bytes(10))
    usage = storage.usage(s3.child("usage", folder=True))
    assert usage.wait(WAIT_S)
    tree = usage.tree()
    assert tree is not None
    assert [(child.name, child.bytes) for child in tree.children] == [("a", 100), ("two", 10)]


def test_hdfs_usage_knows_how_much_it_will_be(storage: StorageService, hdfs: Location) -> None:
    put(storage, hdfs.child("usage/a/one"), bytes(100))
    put(storage, hdfs.child("usage/two"), bytes(10))
    usage = storage.usage(hdfs.child("usage", folder=True))
    assert usage.wait(WAIT_S)
    assert usage.expected == (2, 110) == (usage.files, usage.bytes)


def test_completion_of_keys(storage: StorageService, s3: Location) -> None:
    put(storage, s3.child("complete/alpha"), b"x")
    put(storage, s3.child("complete/alps/x"), b"x")
    text = f"{s3}complete/al"
    assert storage.complete(text, s3) == (f"{s3}complete/alps/", f"{s3}complete/alpha")


def test_stores_are_opened_once_and_dropped(tmp_path: Path) -> None:
    from hue_desktop.adapters.local.file_system import LocalFileSystem

    opened: list[StoreId] = []

    def opener(store: StoreId) -> LocalFileSystem:
        opened.append(store)
        return LocalFileSystem()

    stores = FileSystems(opener)
    one, two = StoreId(StoreKind.S3, "one"), StoreId(StoreKind.S3, "two")
    assert stores.of(one) is stores.of(one)
    stores.of(two)
    stores.drop("one")
    assert stores.opened(one) is None
    assert stores.opened(two) is not None
    stores.of(one)
    assert opened == [one, two, one]
    stores.close()
    with pytest.raises(HueError):
        stores.of(one)
