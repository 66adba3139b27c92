"""Plans are written down, held, carried out on a real wire and undone."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.journal import SqliteJournal
from hue_desktop.core.changes import (
    ChangeState,
    GroupSpec,
    JournalEntry,
    Plan,
    ResizeGroup,
    SetProtection,
    Terminate,
    Undoability,
)
from hue_desktop.core.clusters import ClusterState
from hue_desktop.core.errors import ReadOnly, Refused, StateError
from hue_desktop.core.instances import Market, Role
from tests.simulated import SimulatedRegion
from tests.unit.services.house import House, connection_to, open_house, run_cluster


def _task(house: House, cluster_id: str) -> str:
    found = house.cluster(cluster_id, lambda c: c.groups)
    return next(group.id for group in found.groups or () if group.role is Role.TASK)


def _requested(region: SimulatedRegion, cluster_id: str, group_id: str) -> int:
    answer = region.client("emr").list_instance_groups(ClusterId=cluster_id)
    return next(
        group["RequestedInstanceCount"]
        for group in answer["InstanceGroups"]
        if group["Id"] == group_id
    )


def test_resize_and_undo(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    group_id = _task(house, cluster_id)

    entry = house.carry_out(house.scaling.plan_resize_group(house.ref(cluster_id), group_id, 6))
    assert _requested(region, cluster_id, group_id) == 6
    assert entry.can_undo

    undone = house.carry_out(house.journal.undo_plan(entry.id))
    assert _requested(region, cluster_id, group_id) == 3
    assert undone.undoes == entry.id
    first = next(each for each in house.journal.entries() if each.id == entry.id)
    assert first.state is ChangeState.UNDONE
    assert first.undone_by == undone.id
    with pytest.raises(Refused, match="already"):
        house.journal.undo_plan(entry.id)


def test_protect_and_undo(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    ref = house.ref(cluster_id)
    house.cluster(cluster_id, lambda c: c.cluster)

    entry = house.carry_out(house.launching.plan_protection(ref, True))
    house.cluster(cluster_id, lambda c: c.cluster.termination_protected)
    assert "protection is on" in house.launching.plan_terminate(ref).blocked

    house.carry_out(house.journal.undo_plan(entry.id))
    house.cluster(cluster_id, lambda c: not c.cluster.termination_protected)
    assert house.launching.plan_terminate(ref).blocked == ""


def test_tags_and_undo_restore_values_and_remove_new_keys(
    region: SimulatedRegion, house: House
) -> None:
    tags = [{"Key": "team", "Value": "old"}, {"Key": "env", "Value": "test"}]
    cluster_id = run_cluster(region, Tags=tags)
    ref = house.ref(cluster_id)
    before = house.cluster(cluster_id, lambda c: c.cluster and c.cluster.tags)
    assert before.cluster is not None

    plan = house.launching.plan_tags(ref, {"team": "new", "owner": "mira"}, {"env"})
    entry = house.carry_out(plan)
    wanted = {("team", "new"), ("owner", "mira")}
    house.cluster(cluster_id, lambda c: set(c.cluster.tags) == wanted)

    house.carry_out(house.journal.undo_plan(entry.id))
    house.cluster(cluster_id, lambda c: set(c.cluster.tags) == set(before.cluster.tags))


def test_added_task_group_is_undone_to_zero(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    house.cluster(cluster_id, lambda c: c.groups)
    group = GroupSpec(Role.TASK, "m5.xlarge", 4, Market.SPOT, name="burst")

    entry = house.carry_out(house.scaling.plan_add_task_group(house.ref(cluster_id), group))
    added = entry.outcome["group_id"]
    assert _requested(region, cluster_id, added) == 4

    plan = house.journal.undo_plan(entry.id)
    assert plan.changes == (ResizeGroup(cluster_id, added, 0),)
    assert plan.undo is Undoability.FINAL, "doing it again would make another group"
    house.carry_out(plan)
    assert _requested(region, cluster_id, added) == 0


def test_created_cluster_is_undone_by_its_end(region: SimulatedRegion, house: House) -> None:
    template = run_cluster(region)
    spec = house.launching.read_clone_spec(house.ref(template))

    entry = house.carry_out(
        house.launching.plan_create("here", "us-east-1", replace(spec, name="second"))
    )
    created = entry.outcome["cluster_id"]
    house.cluster(created, lambda c: c.summary.name == "second")

    plan = house.journal.undo_plan(entry.id)
    assert plan.changes == (Terminate(created),)
    assert plan.target == house.ref(created)
    house.carry_out(plan)
    ending = (ClusterState.TERMINATING, ClusterState.TERMINATED)
    house.cluster(created, lambda c: c.summary.state in ending)


def test_a_held_plan_can_be_cancelled(region: SimulatedRegion, tmp_path: Path) -> None:
    cluster_id = run_cluster(region)
    with open_house(connection_to(region, tmp_path), tmp_path, hold_s=60.0) as house:
        group_id = _task(house, cluster_id)
        plan = house.scaling.plan_resize_group(house.ref(cluster_id), group_id, 6)
        entry = house.journal.submit(plan)
        assert entry.state is ChangeState.WAITING
        left_s = house.journal.sends_in_s(entry.id)
        assert left_s is not None
        assert 50 < left_s <= 60

        assert house.journal.cancel(entry.id)
        assert house.journal.wait_idle(5)
        assert not house.journal.cancel(entry.id), "once is enough"

        [found] = house.journal.entries()
        assert found.state is ChangeState.CANCELLED
        assert _requested(region, cluster_id, group_id) == 3


def test_a_refused_change_says_why(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    group_id = _task(house, cluster_id)
    plan = house.scaling.plan_resize_group(house.ref(cluster_id), group_id, 6)
    region.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    region.jump(minutes=15)

    entry = house.carry_out(plan, ChangeState.FAILED)

    assert entry.error
    assert not entry.can_undo


def test_changes_of_one_cluster_keep_their_order(region: SimulatedRegion, house: House) -> None:
    cluster_id = run_cluster(region)
    group_id = _task(house, cluster_id)
    ref = house.ref(cluster_id)
    for count in (4, 5, 6, 7):
        house.journal.submit(house.scaling.plan_resize_group(ref, group_id, count))
    assert house.journal.wait_idle(20)

    assert _requested(region, cluster_id, group_id) == 7
    sent = [entry.id for entry in house.entries if entry.state is ChangeState.SENDING]
    assert sent == sorted(sent)


def test_read_only_refuses_before_anything_is_written(
    region: SimulatedRegion, house: House
) -> None:
    cluster_id = run_cluster(region)
    house.cluster(cluster_id, lambda c: c.cluster)
    plan = house.launching.plan_protection(house.ref(cluster_id), True)
    house.fleet.set_read_only("here", True)

    with pytest.raises(ReadOnly):
        house.journal.submit(plan)
    assert house.journal.entries() == ()
    assert "Read-only" in house.launching.plan_protection(house.ref(cluster_id), True).blocked


def test_a_blocked_plan_is_refused(region: SimulatedRegion, house: House) -> None:
    with pytest.raises(Refused, match="because"):
        house.journal.submit(replace(_plan(), blocked="because"))


class _Unwritable(SqliteJournal):
    """A journal on a full disk."""

    def add(self, entry: JournalEntry) -> JournalEntry:
        raise StateError("The disk is full.")


def test_nothing_is_sent_that_cannot_be_written_down(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    cluster_id = run_cluster(region)
    store = _Unwritable(Database(tmp_path / "full.sqlite3"))
    with open_house(connection_to(region, tmp_path), tmp_path, store=store) as house:
        group_id = _task(house, cluster_id)
        plan = house.scaling.plan_resize_group(house.ref(cluster_id), group_id, 6)
        with pytest.raises(StateError):
            house.journal.submit(plan)
        assert house.journal.wait_idle(5)
    assert _requested(region, cluster_id, group_id) == 3


def test_the_row_says_sending_before_the_call_goes_out(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    cluster_id = run_cluster(region)
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        group_id = _task(house, cluster_id)
        plan = house.scaling.plan_resize_group(house.ref(cluster_id), group_id, 6)
        seen: list[tuple[ChangeState, int]] = []
        rows = SqliteJournal(Database(tmp_path / "hue.sqlite3"))
        house.journal.subscribe(
            lambda entry: (
                seen.append((rows.entries()[0].state, _requested(region, cluster_id, group_id)))
                if entry.state is ChangeState.SENDING
                else None
            )
        )
        house.carry_out(plan)
    assert seen == [(ChangeState.SENDING, 3)]


def test_what_an_earlier_run_left_open_is_settled(region: SimulatedRegion, tmp_path: Path) -> None:
    database = Database(tmp_path / "hue.sqlite3")
    rows = SqliteJournal(database)
    sending = rows.add(_entry(ChangeState.SENDING))
    waiting = rows.add(_entry(ChangeState.WAITING))
    done = rows.add(_entry(ChangeState.DONE))
    heard = threading.Event()
    with open_house(connection_to(region, tmp_path), tmp_path, start=False) as house:
        house.journal.subscribe(lambda entry: heard.set() if entry.id == sending.id else None)
        house.journal.start()
        assert heard.wait(10)
        states = {entry.id: entry for entry in SqliteJournal(database).entries()}
    assert states[sending.id].state is ChangeState.UNKNOWN
    assert "not known" in states[sending.id].error
    assert states[waiting.id].state is ChangeState.CANCELLED
    assert states[done.id].state is ChangeState.DONE
    database.close()


def test_closing_cancels_what_waits(region: SimulatedRegion, tmp_path: Path) -> None:
    with open_house(connection_to(region, tmp_path), tmp_path, hold_s=60.0) as house:
        entry = house.journal.submit(_plan())
        house.journal.stop()
        [found] = house.journal.entries()
    assert found.id == entry.id
    assert found.state is ChangeState.CANCELLED


def test_an_answer_that_never_came_is_unknown(region: SimulatedRegion, tmp_path: Path) -> None:
    nobody = replace(connection_to(region, tmp_path), endpoint_url="http://127.0.0.1:9")
    with open_house(nobody, tmp_path, start=False) as house:
        entry = house.carry_out(_plan(), ChangeState.UNKNOWN)
    assert "not known" in entry.error


def _plan() -> Plan:
    change = SetProtection("j-0000000000000", True)
    return Plan("Protect", "here", "us-east-1", (change,), target_name="analytics")


def _entry(state: ChangeState) -> JournalEntry:
    return JournalEntry(0, datetime.now(UTC), _plan(), state)
