"""Applications that are no steps, and what is counted of them."""

from __future__ import annotations

import pytest

from tests.unit.simulator.world.worlds import TestedWorld, groups


def test_counters_never_go_back() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(core=3))
    applications = tested.world.applications
    seen = []
    for number in range(230):  # more than are remembered
        applications.submit(
            cluster, f"query {number}", "ana", for_s=30.0, will_fail=number % 3 == 0
        )
        tested.jump(minutes=1)
        load = tested.world.load_of(cluster)
        seen.append((load.apps_submitted, load.apps_completed, load.apps_failed))
    assert len(cluster.yarn_applications) < 210
    assert seen == sorted(seen)
    assert seen[-1] == (230, 153, 77)


def test_the_end_of_a_cluster_kills_what_runs() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(core=3))
    application = tested.world.applications.submit(cluster, "session", "ana", for_s=9e4)
    tested.call("TerminateJobFlows", JobFlowIds=[cluster.id])
    tested.jump(hours=30)
    assert application.state == "KILLED"
    assert application.ended == cluster.terminating
    with pytest.raises(ValueError, match="does not run"):
        tested.world.applications.submit(cluster, "late", "ana")


def test_work_that_comes_again_as_a_user() -> None:
    tested = TestedWorld()
    cluster = tested.ready(*groups(core=3))
    workload = {
        "name": "livy-session",
        "jar": "",
        "args": [],
        "user": "mira",
        "kind": "SPARK",
        "every_s": 600.0,
        "took_s": [60.0, 120.0],
        "share": [0.2, 0.4],
    }
    tested.world.work.recur(cluster, workload)
    tested.jump(hours=2)
    found = list(cluster.yarn_applications.values())
    assert len(found) > 8
    assert {item.user for item in found} == {"mira"}
    assert not cluster.steps
    assert cluster.state == "WAITING"
