"""The ResourceManager's web services as clients of Hadoop meet them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import simulated_region
from tests.unit.simulator.yarn.yarns import YarnRegion, run_cluster, yarn_region


def submit(house: YarnRegion, **body: object) -> str:
    """An application that is no step; its id."""
    answer = house.region.control("yarn/application", {"cluster_id": house.cluster_id, **body})
    found: str = answer["application_id"]
    return found


def test_an_idle_cluster(house: YarnRegion) -> None:
    metrics = house.metrics()
    assert metrics["activeNodes"] == metrics["totalNodes"] == 5
    assert metrics["totalMB"] == metrics["availableMB"] == 5 * 12288
    assert metrics["totalVirtualCores"] == 5 * 4
    assert metrics["containersAllocated"] == metrics["appsRunning"] == 0
    assert house.rm("/apps").json == {"apps": {}}
    info = house.rm("/info").json["clusterInfo"]
    assert (info["state"], info["haState"]) == ("STARTED", "ACTIVE")
    assert house.rm("").json == house.rm("/").json == house.rm("/info").json


def test_hadoop_2_says_null_where_there_is_nothing() -> None:
    with simulated_region(paused=True) as region:
        house = YarnRegion(region, run_cluster(region, ReleaseLabel="emr-5.36.0"))
        assert house.rm("/info").json["clusterInfo"]["hadoopVersion"].startswith("2.")
        assert house.rm("/apps").json == {"apps": None}
        assert house.rm("/nodes?states=LOST").json == {"nodes": None}


def test_a_step_is_an_application_of_hadoop(house: YarnRegion) -> None:
    step_id = house.step("Sessionize", "spark-submit", "job.py", "--simulate-duration", "600")
    house.region.jump(minutes=2)
    (app,) = house.apps()
    assert (app["user"], app["queue"], app["name"]) == ("hadoop", "default", "Sessionize")
    assert (app["state"], app["finalStatus"]) == ("RUNNING", "UNDEFINED")
    assert app["applicationType"] == "SPARK"
    assert app["applicationTags"] == step_id.lower()
    assert app["finishedTime"] == 0
    assert app["elapsedTime"] == 120_000
    assert 19.9 < app["progress"] < 20.1
    assert app["runningContainers"] * 4096 == app["allocatedMB"] > 0
    assert app["amHostHttpAddress"] in {node["nodeHTTPAddress"] for node in house.nodes()}
    assert house.rm(f"/apps/{app['id']}").json == {"app": app}
    house.region.jump(minutes=10)
    (ended,) = house.apps()
    assert (ended["state"], ended["finalStatus"]) == ("FINISHED", "SUCCEEDED")
    assert ended["elapsedTime"] == 600_000
    assert ended["allocatedMB"] == ended["runningContainers"] == -1
    assert "amHostHttpAddress" not in ended


def test_what_failed_and_what_was_cancelled(house: YarnRegion) -> None:
    house.step("fails", "spark-submit", "--simulate-duration", "60", "--simulate-failure")
    cancelled = house.step("cancelled", "hive-script", "--simulate-duration", "6000")
    house.region.jump(minutes=2)
    emr = house.region.client("emr")
    emr.cancel_steps(
        ClusterId=house.cluster_id,
        StepIds=[cancelled],
        StepCancellationOption="SEND_INTERRUPT",
    )
    house.region.jump(minutes=2)
    apps = {app["name"]: app for app in house.apps()}
    assert (apps["fails"]["state"], apps["fails"]["finalStatus"]) == ("FAILED", "FAILED")
    assert "status 1" in apps["fails"]["diagnostics"]
    assert (apps["cancelled"]["state"], apps["cancelled"]["applicationType"]) == ("KILLED", "TEZ")
    metrics = house.metrics()
    assert (metrics["appsFailed"], metrics["appsKilled"]) == (1, 1)
    assert metrics["appsSubmitted"] == 2
    assert [app["name"] for app in house.apps("?states=failed,killed&limit=1")] == ["cancelled"]


def test_steps_that_wait_are_no_applications(house: YarnRegion) -> None:
    for name in "abcdefg":  # two more than run at a time
        house.step(name, "spark-submit", "--simulate-duration", "6000")
    house.region.jump(seconds=1)
    assert house.metrics()["appsSubmitted"] == len(house.apps()) == 5


def test_applications_that_find_no_room_are_accepted(house: YarnRegion) -> None:
    first = submit(house, user="ana", containers=400, for_s=3600)
    house.region.jump(minutes=5)
    second = submit(house, user="bob", containers=3, for_s=3600)
    apps = {app["id"]: app for app in house.apps()}
    assert apps[first]["runningContainers"] == 15
    assert (apps[second]["state"], apps[second]["runningContainers"]) == ("ACCEPTED", 0)
    assert "trackingUrl" not in apps[second]
    assert apps[second]["trackingUI"] == "UNASSIGNED"
    metrics = house.metrics()
    assert (metrics["appsRunning"], metrics["appsPending"]) == (1, 1)
    assert metrics["availableMB"] == 0
    # the first wants three quarters of its 400 at least, the second has just begun with one
    assert 300 + 1 - 15 <= metrics["containersPending"] <= 400 + 3 - 15


def test_filters(house: YarnRegion) -> None:
    house.step("a step", "spark-submit", "--simulate-duration", "6000")
    house.region.jump(minutes=5)
    between = int(house.region.world.at * 1000) - 60_000
    submit(house, user="ana", name="notebook", for_s=6000)
    submit(house, user="bob", name="query", kind="tez", queue="bi", for_s=6000)

    def names(query: str) -> list[str]:
        return [app["name"] for app in house.apps(query)]

    assert names("") == ["query", "notebook", "a step"]
    assert names("?user=ana") == ["notebook"]
    assert names("?queue=bi") == names("?queue=root.bi") == ["query"]
    assert names("?applicationTypes=SPARK,MAPREDUCE") == ["notebook", "a step"]
    assert names(f"?startedTimeBegin={between}&limit=1") == ["query"]
    assert names(f"?startedTimeEnd={between}") == ["a step"]
    assert names("?states=FINISHED") == []
    assert names("?finalStatus=UNDEFINED&user=hadoop") == ["a step"]
    assert names("?name=query") == ["query"]
    queues = house.rm("/scheduler").json["scheduler"]["schedulerInfo"]["queues"]["queue"]
    assert {queue["queueName"]: queue["numApplications"] for queue in queues} == {
        "default": 2,
        "bi": 1,
    }


@pytest.mark.parametrize(
    ("path", "status", "exception"),
    [
        ("/apps?states=BOGUS", 400, "BadRequestException"),
        ("/apps?limit=0", 400, "BadRequestException"),
        ("/apps?limit=many", 400, "NumberFormatException"),
        ("/apps?startedTimeBegin=-1", 400, "BadRequestException"),
        ("/apps?startedTimeBegin=9&startedTimeEnd=8", 400, "BadRequestException"),
        ("/apps/application_1_0001", 404, "NotFoundException"),
        ("/apps/nonsense", 400, "BadRequestException"),
        ("/nodes?states=BOGUS", 400, "IllegalArgumentException"),
        ("/nodes/nobody:8041", 404, "NotFoundException"),
    ],
)
def test_refusals(house: YarnRegion, path: str, status: int, exception: str) -> None:
    answer = house.rm(path)
    assert answer.status == status
    assert answer.json["RemoteException"]["exception"] == exception


def test_a_killed_application_fails_its_step(house: YarnRegion) -> None:
    step_id = house.step("victim", "spark-submit", "--simulate-duration", "6000")
    house.region.jump(minutes=1)
    (app,) = house.apps()
    path = f"/apps/{app['id']}/state"
    assert house.rm(path).json == {"state": "RUNNING"}
    assert house.rm(path, "PUT", {"state": "FINISHED"}).status == 400
    assert house.rm(path, "PUT", {}).status == 400
    answer = house.rm(path, "PUT", {"state": "KILLED"})
    assert (answer.status, answer.json) == (202, {"state": "RUNNING"})
    assert house.rm(path).json == {"state": "KILLED"}
    again = house.rm(path, "PUT", {"state": "KILLED"})
    assert (again.status, again.json) == (200, {"state": "KILLED"})
    emr = house.region.client("emr")
    status = emr.describe_step(ClusterId=house.cluster_id, StepId=step_id)["Step"]["Status"]
    assert status["State"] == "FAILED"
    assert "was killed" in status["FailureDetails"]["Message"]
    metrics = house.metrics()
    assert (metrics["appsFailed"], metrics["appsKilled"], metrics["appsRunning"]) == (0, 1, 0)


def test_applications_survive_a_restart(tmp_path: Path) -> None:
    with yarn_region(state=tmp_path) as house:
        cluster_id = house.cluster_id
        runs = submit(house, user="ana", name="long", for_s=36000, containers=4)
        killed = submit(house, user="ana", name="short", for_s=36000)
        house.rm(f"/apps/{killed}/state", "PUT", {"state": "KILLED"})
        house.region.jump(minutes=20)
        before = house.apps()
    with simulated_region(state=tmp_path, paused=True) as region:
        after = YarnRegion(region, cluster_id)
        assert {app["id"]: app["state"] for app in after.apps()} == {
            runs: "RUNNING",
            killed: "KILLED",
        }
        (kept,) = after.apps("?states=RUNNING")
        assert kept["memorySeconds"] == pytest.approx(before[1]["memorySeconds"], rel=0.02)
        region.jump(hours=11)
        assert after.rm(f"/apps/{runs}/state").json == {"state": "FINISHED"}


def test_container_seconds_grow_with_what_is_held(house: YarnRegion) -> None:
    first = submit(house, user="ana", containers=10, for_s=1800)
    second = submit(house, user="bob", containers=10, for_s=900)
    summed = dict.fromkeys((first, second), 0.0)
    last = dict.fromkeys((first, second), 0)
    for _ in range(200):
        house.region.jump(seconds=10)
        for app in house.apps():
            summed[app["id"]] += 10 * max(0, app["runningContainers"])
            assert app["vcoreSeconds"] >= last[app["id"]]
            last[app["id"]] = app["vcoreSeconds"]
    for app in house.apps():
        assert app["state"] == "FINISHED"
        assert app["vcoreSeconds"] == pytest.approx(summed[app["id"]], rel=0.05)
        assert app["memorySeconds"] == pytest.approx(4096 * app["vcoreSeconds"], abs=4096)


def test_statistics_and_jmx(house: YarnRegion) -> None:
    submit(house, user="ana", for_s=600)
    counted = house.rm("/appstatistics").json["appStatInfo"]["statItem"]
    assert sum(item["count"] for item in counted) == 1
    beans = {bean["modelerType"]: bean for bean in house.rm("/jmx").json["beans"]}
    assert 0 < beans["JvmMetrics"]["MemHeapUsedM"] < beans["JvmMetrics"]["MemHeapMaxM"]
    assert beans["ClusterMetrics"]["NumActiveNMs"] == 5
    assert beans["QueueMetrics,q0=root"]["AppsRunning"] == 1
    named = house.rm("/jmx?qry=Hadoop:name=JvmMetrics,service=ResourceManager").json["beans"]
    assert [bean["modelerType"] for bean in named] == ["JvmMetrics"]
    got = house.rm("/jmx?get=Hadoop:service=ResourceManager,name=JvmMetrics::MemHeapMaxM").json
    assert got["beans"][0]["MemHeapMaxM"] == beans["JvmMetrics"]["MemHeapMaxM"]
    assert house.rm("/jmx?qry=java.lang:type=Memory").json == {"beans": []}
    assert house.rm("/jmx?qry=nonsense").json == {}
    assert house.rm("/jmx?get=Hadoop:service=ResourceManager").json["result"] == "ERROR"


def test_an_application_keeps_a_cluster_from_being_idle() -> None:
    with simulated_region(paused=True) as region:
        policy = {"IdleTimeout": 3600}
        house = YarnRegion(region, run_cluster(region, AutoTerminationPolicy=policy))
        submit(house, user="ana", for_s=7200)
        region.jump(minutes=110)
        assert house.cluster.state == "WAITING"
        region.jump(minutes=15)  # it has ended five minutes ago
        assert house.cluster.state == "WAITING"
        region.jump(minutes=60)
        assert house.cluster.state != "WAITING"
