"""Clusters as they were seen last: parts, nodes of long ago, secrets, and forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.recorded import SqliteRecorded
from hue_desktop.core.clusters import (
    Application,
    BootstrapAction,
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
)
from hue_desktop.core.errors import Unreachable
from hue_desktop.core.instances import (
    EbsVolume,
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.steps import Step, StepSpec, StepState

REF = ClusterRef("prod", "us-east-1", "j-1")
BEGAN = datetime(2026, 9, 1, 8, tzinfo=UTC)
SEEN = BEGAN + timedelta(hours=3)


def node(number: int, **changes: object) -> Instance:
    made = Instance(
        f"ci-{number}", f"i-{number}", Role.CORE, "ig-1", "m5.xlarge", Market.SPOT,
        InstanceState.RUNNING, private_dns=f"ip-10-0-0-{number}.ec2.internal", az="us-east-1a",
        created=BEGAN, ready=BEGAN, ebs_volumes=(EbsVolume("gp3", 64, device="/dev/sdb"),),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def snapshot(*nodes: Instance, **changes: object) -> ClusterSnapshot:
    summary = ClusterSummary("j-1", "nightly", ClusterState.RUNNING, created=BEGAN)
    cluster = Cluster(
        summary,
        release="emr-7.5.0",
        applications=(Application("Spark", "3.5.2"),),
        tags=(("team", "data"),),
        configurations_json='[{"Classification":"x","Properties":{"db.password":"hunter2"}}]',
        bootstrap_actions=(BootstrapAction("b", "s3://b/x.sh", ("--token", "s3cr3t")),),
    )
    group = InstanceGroup(
        "ig-1", "Core", Role.CORE, Market.SPOT, "m5.xlarge", 2, 2, GroupState.RUNNING
    )
    step = Step("s-1", StepSpec("load", "x.jar", ("--password=hunter2",)), StepState.COMPLETED)
    made = ClusterSnapshot(
        REF, summary, cluster, groups=(group,), instances=nodes, steps=(step,),
        read_at={"cluster": SEEN, "instances": SEEN}, region_time=SEEN,
        errors={"steps": Unreachable("gone")},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state.sqlite3", hasty=True)
    yield opened
    opened.close()


def test_a_cluster_comes_back_as_it_was_without_its_secrets(database: Database) -> None:
    kept = snapshot(node(1), node(2))
    SqliteRecorded(database).save(kept, 1000.0)
    found = SqliteRecorded(database).load(REF)
    assert found is not None
    assert found.instances == kept.instances
    assert (found.summary, found.groups, found.read_at) == (kept.summary, kept.groups, kept.read_at)
    assert found.cluster is not None
    assert found.cluster.tags == (("team", "data"),)
    assert found.errors == {}
    assert "hunter2" not in repr(found)
    assert "s3cr3t" not in repr(found)
    stored = b"".join(each.read_bytes() for each in database_files(database))
    assert b"hunter2" not in stored
    ((brief, at),) = SqliteRecorded(database).all()
    assert (brief.ref, brief.summary, brief.instances, at) == (REF, kept.summary, None, 1000.0)


def database_files(database: Database) -> list[Path]:
    ((_number, _name, path),) = database.rows("PRAGMA database_list")
    return [each for each in Path(path).parent.iterdir() if each.name.startswith("state")]


@pytest.mark.parametrize("anew", [False, True])
def test_nodes_that_are_not_listed_any_more_stay(database: Database, anew: bool) -> None:
    store = SqliteRecorded(database)
    over = node(1, state=InstanceState.TERMINATED, ended=BEGAN + timedelta(hours=1))
    store.save(snapshot(over, node(2), node(3)), 1.0)
    if anew:
        store = SqliteRecorded(database)
    later = SEEN + timedelta(days=31)
    store.save(snapshot(node(3), node(4), region_time=later), 2.0)
    found = store.load(REF)
    assert found is not None
    ended = {each.id: each.ended for each in found.instances or ()}
    # nobody saw how node 2 ended: it lived until it was seen last
    assert ended == {"ci-1": BEGAN + timedelta(hours=1), "ci-2": SEEN, "ci-3": None, "ci-4": None}
    assert [each.state.value for each in found.instances or ()][:2] == ["TERMINATED"] * 2


def test_parts_that_were_not_read_again_stay(database: Database) -> None:
    store = SqliteRecorded(database)
    whole = snapshot(node(1))
    store.save(whole, 1.0)
    ended = replace(whole.summary, state=ClusterState.TERMINATED, ended=SEEN)
    store.save(ClusterSnapshot(REF, ended, region_time=SEEN), 2.0)
    found = SqliteRecorded(database).load(REF)
    assert found is not None
    assert found.summary == ended
    assert found.steps is not None
    assert found.cluster is not None
    assert found.groups == whole.groups
    assert found.instances == whole.instances


def test_being_seen_again_writes_a_line_only(database: Database) -> None:
    store = SqliteRecorded(database)
    whole = snapshot(*(node(number) for number in range(200)))
    store.save(whole, 1.0)
    before = database.rows("SELECT total_changes()")[0][0]
    store.save(replace(whole, region_time=SEEN + timedelta(hours=1)), 2.0)
    assert database.rows("SELECT total_changes()")[0][0] == before + 1
    found = SqliteRecorded(database).load(REF)
    assert found is not None
    assert found.region_time == SEEN + timedelta(hours=1)


def test_a_forgotten_cluster_is_gone(database: Database) -> None:
    store = SqliteRecorded(database)
    store.save(snapshot(node(1)), 1.0)
    store.forget(REF)
    assert store.load(REF) is None
    assert store.all() == ()
    store.save(snapshot(node(2)), 2.0)
    found = store.load(REF)
    assert found is not None
    assert [each.id for each in found.instances or ()] == ["ci-2"]


def test_a_row_of_a_later_version_hides_no_others(database: Database) -> None:
    store = SqliteRecorded(database)
    store.save(snapshot(node(1)), 1.0)
    other = replace(snapshot(node(1)), ref=ClusterRef("prod", "us-east-1", "j-2"))
    store.save(other, 2.0)
    with database.writing() as connection:
        connection.execute(
            "UPDATE recorded_cluster SET summary = '{\"ref\": 7}', details = ''"
            " WHERE cluster_id = 'j-1'"
        )
    again = SqliteRecorded(database)
    assert [brief.ref for brief, _at in again.all()] == [other.ref]
    assert again.load(REF) is None
