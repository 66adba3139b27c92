"""Plans and what becomes of them, over the local disk."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from hue_desktop.core.changes import Plan, Undoability
from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.storage import Location, StoreId, StoreKind
from hue_desktop.core.storage_plans import StorageAct, StorageChange
from hue_desktop.services.storage.recording import record_outcome
from hue_desktop.services.storage.service import StorageService


@pytest.fixture
def tree(home: Location) -> Path:
    """Two folders and three files."""
    root = Path(home.path)
    (root / "data" / "deep").mkdir(parents=True)
    (root / "data" / "one.txt").write_bytes(b"1" * 100)
    (root / "data" / "deep" / "two.txt").write_bytes(b"2" * 200)
    (root / "three.txt").write_bytes(b"3" * 300)
    return root


def test_delete_says_what_is_lost(storage: StorageService, home: Location, tree: Path) -> None:
    plan = storage.plan_delete([home.child("data"), home.child("three.txt")])
    assert plan.loss is not None
    assert (plan.loss.files, plan.loss.bytes, plan.loss.folders) == (3, 600, 2)
    assert plan.loss.complete
    assert plan.undo is Undoability.FINAL
    assert any("trash" in line for line in plan.lines)
    assert tree.joinpath("three.txt").exists(), "a plan changes nothing"
    outcome = storage.carry_out(plan)
    assert (outcome.done, outcome.failed) == (3, ())
    assert outcome.changed == (home,)
    assert not list(tree.iterdir())
    with pytest.raises(Refused):
        storage.plan_undo(outcome)


def test_what_is_gone_cannot_be_planned_for(storage: StorageService, home: Location) -> None:
    with pytest.raises(NotFound):
        storage.plan_delete([home.child("missing")])


def test_many_files_are_looked_up_and_deleted_together(
    storage: StorageService, home: Location
) -> None:
    root = Path(home.path)
    names = [f"file {number}" for number in range(50)]
    for name in names:
        (root / name).write_bytes(b"xy")
    plan = storage.plan_delete([home.child(name) for name in names[:40]])
    assert plan.loss is not None
    assert (plan.loss.files, plan.loss.bytes) == (40, 80)
    seen: list[int] = []
    outcome = storage.carry_out(plan, progress=seen.append)
    assert outcome.done == seen[-1] == 40
    assert {path.name for path in root.iterdir()} == set(names[40:])


def test_what_fails_is_told_and_the_rest_is_done(
    storage: StorageService, home: Location, tree: Path
) -> None:
    plan = storage.plan_delete([home.child("data"), home.child("three.txt")])
    tree.joinpath("three.txt").unlink()
    outcome = storage.carry_out(plan)
    assert outcome.done == 2
    assert [location.name for location, _why in outcome.failed] == ["three.txt"]


def test_a_cancelled_plan_stops(storage: StorageService, home: Location, tree: Path) -> None:
    plan = storage.plan_delete([home.child("data"), home.child("three.txt")])
    outcome = storage.carry_out(plan, cancelled=lambda: True)
    assert outcome.done == 0
    assert outcome.failed
    assert tree.joinpath("three.txt").exists()


def test_rename_and_back(storage: StorageService, home: Location, tree: Path) -> None:
    plan = storage.plan_rename(home.child("data"), "renamed")
    assert not plan.blocked
    outcome = storage.carry_out(plan)
    assert (tree / "renamed" / "one.txt").exists()
    storage.carry_out(storage.plan_undo(outcome))
    assert (tree / "data" / "one.txt").exists()


@pytest.mark.parametrize("name", ["", "  ", "..", "a/b", "three.txt", "data", "x" * 300])
def test_names_that_cannot_be(
    storage: StorageService, home: Location, tree: Path, name: str
) -> None:
    plan = storage.plan_rename(home.child("data"), name)
    assert plan.blocked
    with pytest.raises(Refused):
        storage.carry_out(plan)


def test_a_folder_is_made_and_removed_again(
    storage: StorageService, home: Location, tree: Path
) -> None:
    outcome = storage.carry_out(storage.plan_make_folder(home, "new folder"))
    assert (tree / "new folder").is_dir()
    assert storage.plan_make_folder(home, "new folder").blocked
    storage.carry_out(storage.plan_undo(outcome))
    assert not (tree / "new folder").exists()


def test_permissions_are_set_and_set_back(
    storage: StorageService, home: Location, tree: Path
) -> None:
    (tree / "three.txt").chmod(0o644)
    plan = storage.plan_change([home.child("three.txt")], "permission", 0o600)
    assert "600" in plan.title
    assert any("644" in line for line in plan.lines)
    outcome = storage.carry_out(plan)
    assert stat.S_IMODE((tree / "three.txt").stat().st_mode) == 0o600
    storage.carry_out(storage.plan_undo(outcome))
    assert stat.S_IMODE((tree / "three.txt").stat().st_mode) == 0o644


def test_permissions_of_a_whole_tree(storage: StorageService, home: Location, tree: Path) -> None:
    plan = storage.plan_change([home.child("data")], "permission", 0o750, recursive=True)
    assert plan.undo is Undoability.FINAL
    outcome = storage.carry_out(plan)
    assert outcome.done == 4
    for path in (tree / "data", *(tree / "data").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o750


def test_what_a_store_has_not_is_blocked(
    storage: StorageService, home: Location, tree: Path
) -> None:
    assert storage.plan_change([home.child("three.txt")], "replication", 3).blocked
    assert storage.plan_change([home.child("three.txt")], "storage_class", "GLACIER").blocked
    assert storage.plan_restore([home.child("three.txt")]).blocked


def test_changes_of_connections_are_written_down(
    storage: StorageService, home: Location, tree: Path
) -> None:
    rows: list[tuple[Plan, str]] = []
    outcome = storage.carry_out(storage.plan_delete([home.child("three.txt")]))
    record_outcome(outcome, lambda plan, error: rows.append((plan, error)))
    assert not rows, "this machine has no connection"
    bucket = Location(StoreId(StoreKind.S3, "dev", "eu-central-1"), "/lake/x")
    there = replace(outcome.plan, changes=(StorageChange(StorageAct.DELETE, bucket),))
    failed = replace(outcome, plan=there, done=4, failed=((bucket, "denied"),))
    record_outcome(failed, lambda plan, error: rows.append((plan, error)))
    ((plan, error),) = rows
    assert (plan.connection, plan.region, plan.target_name) == (
        "dev", "eu-central-1", "s3://lake/x",
    )  # fmt: skip
    assert "denied" in error
    assert "4" in error
