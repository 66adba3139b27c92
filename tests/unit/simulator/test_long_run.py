"""A region that lives for weeks while people change it keeps its promises and stays small."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.simulator.region import Region, RegionOptions
from hue_desktop.simulator.service import ApiError
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER

Json = dict[str, Any]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: No instance and no resize takes longer to get anywhere than this; pools refill within a day.
_PATIENCE_S = 3 * 86400.0


class Person:
    """Somebody who does things to a region, chosen by lot."""

    def __init__(self, region: Region, seed: int) -> None:
        self.region = region
        self.lot = random.Random(seed)
        self.made = 0

    def call(self, operation: str, **params: Any) -> Json:
        return self.region.call("emr", operation, params)

    def live(self) -> list[Cluster]:
        return [item for item in self.region.world.clusters.values() if item.live]

    def act(self) -> None:
        """Do one thing; the region may refuse it."""
        deeds = [self.create, self.resize, self.step, self.storm, self.kill, self.sicken]
        deeds += [self.scale, self.unscale, self.idle, self.protect, self.grow, self.end]
        with suppress(ApiError, ValueError, IndexError):
            self.lot.choice(deeds)()

    def create(self) -> None:
        if len(self.live()) > 8:
            return
        self.made += 1
        self.call(
            "RunJobFlow",
            Name=f"made-{self.made}",
            ReleaseLabel="emr-7.5.0",
            Instances={
                "KeepJobFlowAliveWhenNoSteps": self.lot.random() < 0.7,
                **self.lot.choice([self.groups, self.fleets])(),
            },
            StepConcurrencyLevel=self.lot.randint(1, 3),
            Steps=[_step(self.lot)] * self.lot.randint(0, 4),
        )

    def groups(self) -> Json:
        roles = (("MASTER", 1, "ON_DEMAND"), ("CORE", 4, "ON_DEMAND"), ("TASK", 5, "SPOT"))
        return {
            "InstanceGroups": [
                {
                    "InstanceRole": role,
                    "InstanceCount": count,
                    "InstanceType": self.lot.choice(["m5.xlarge", "r5.2xlarge", "c5.4xlarge"]),
                    "Market": market,
                }
                for role, count, market in roles
            ]
        }

    def fleets(self) -> Json:
        specs = [
            {"InstanceType": name, "WeightedCapacity": weight}
            for name, weight in (("m5.xlarge", 4), ("m5.2xlarge", 8), ("r5.xlarge", 5))
        ]
        return {
            "InstanceFleets": [
                {
                    "InstanceFleetType": role,
                    "TargetOnDemandCapacity": on_demand,
                    "TargetSpotCapacity": spot,
                    "InstanceTypeConfigs": specs[:1] if role != "MASTER" else _MASTER,
                }
                for role, on_demand, spot in (("MASTER", 1, 0), ("CORE", 16, 4), ("TASK", 0, 30))
            ]
        }

    def resize(self) -> None:
        cluster = self.lot.choice(self.live())
        item = self.lot.choice([item for item in cluster.collections() if item.role != "MASTER"])
        count = self.lot.randint(0, 14)
        if cluster.groups:
            change = {"InstanceGroupId": item.id, "InstanceCount": count}
            self.call("ModifyInstanceGroups", ClusterId=cluster.id, InstanceGroups=[change])
        else:
            fleet = {
                "InstanceFleetId": item.id,
                "TargetOnDemandCapacity": count,
                "TargetSpotCapacity": self.lot.randint(0, 40),
            }
            self.call("ModifyInstanceFleet", ClusterId=cluster.id, InstanceFleet=fleet)

    def grow(self) -> None:
        cluster = self.lot.choice([item for item in self.live() if item.groups])
        added = {
            "InstanceRole": "TASK",
            "InstanceCount": self.lot.randint(0, 300),
            "InstanceType": "r5.4xlarge",
            "Market": "SPOT",
        }
        if len(cluster.groups) < 6:
            self.call("AddInstanceGroups", JobFlowId=cluster.id, InstanceGroups=[added])

    def step(self) -> None:
        steps = [_step(self.lot) for _ in range(self.lot.randint(1, 6))]
        self.call("AddJobFlowSteps", JobFlowId=self.lot.choice(self.live()).id, Steps=steps)

    def storm(self) -> None:
        for cluster in self.live():
            for node in list(cluster.instances.values()):
                if node.market == "SPOT" and node.alive and self.lot.random() < 0.4:
                    with suppress(ValueError):
                        self.region.world.interrupt_spot(node.ec2_id)

    def kill(self) -> None:
        node = self.lot.choice(list(self.lot.choice(self.live()).instances.values()))
        self.region.world.terminate_ec2(node.ec2_id, "Client.UserInitiatedShutdown", "")

    def sicken(self) -> None:
        node = self.lot.choice(list(self.lot.choice(self.live()).instances.values()))
        self.region.world.fail_node(node.id)

    def scale(self) -> None:
        cluster = self.lot.choice(self.live())
        low = self.lot.randint(1, 12)
        limits = {
            "UnitType": "Instances" if cluster.groups else "InstanceFleetUnits",
            "MinimumCapacityUnits": low,
            "MaximumCapacityUnits": low + self.lot.randint(0, 60),
        }
        policy = {"ComputeLimits": limits}
        self.call("PutManagedScalingPolicy", ClusterId=cluster.id, ManagedScalingPolicy=policy)

    def unscale(self) -> None:
        self.call("RemoveManagedScalingPolicy", ClusterId=self.lot.choice(self.live()).id)

    def idle(self) -> None:
        cluster = self.lot.choice(self.live())
        policy = {"IdleTimeout": self.lot.choice([60, 3600, 86400])}
        self.call("PutAutoTerminationPolicy", ClusterId=cluster.id, AutoTerminationPolicy=policy)

    def protect(self) -> None:
        self.call(
            "SetTerminationProtection",
            JobFlowIds=[self.lot.choice(self.live()).id],
            TerminationProtected=self.lot.random() < 0.3,
        )

    def end(self) -> None:
        self.call("TerminateJobFlows", JobFlowIds=[self.lot.choice(self.live()).id])


_MASTER = [{"InstanceType": "m5.xlarge", "WeightedCapacity": 1}]


def _step(lot: random.Random) -> Json:
    args = ["spark-submit", *(["--simulate-failure"] if lot.random() < 0.1 else [])]
    return {
        "Name": "work",
        "ActionOnFailure": lot.choice(["CONTINUE", "CANCEL_AND_WAIT", "TERMINATE_CLUSTER"]),
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": args},
    }


class Watch:
    """Looks for what stays where it should not."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.since: dict[tuple[str, str], float] = {}

    def look(self) -> None:
        """Check what must hold at any time, and how long passing states last."""
        world = self.region.world
        passing: set[tuple[str, str]] = set()
        for cluster in world.clusters.values():
            self._told(cluster)
            passing |= set(self._passing(cluster))
            if cluster.ended_already:
                assert world.at - cluster.ended < 62 * 86400, f"{cluster.id} is not forgotten"
                assert all(item.ended <= world.at for item in cluster.instances.values())
                assert not cluster.active_steps
        self.since = {key: self.since.get(key, world.at) for key in passing}
        for key, since in self.since.items():
            assert world.at - since < _PATIENCE_S, f"{key} for {(world.at - since) / 3600:.0f} h"

    def _passing(self, cluster: Cluster) -> Iterator[tuple[str, str]]:
        """States that must not last: of the cluster, its groups, its nodes, its steps."""
        if cluster.state in ("STARTING", "BOOTSTRAPPING", "TERMINATING"):
            yield cluster.id, cluster.state
        if not cluster.live:
            return
        for item in cluster.collections():
            if item.resizing and not any(node.fulfilled == NEVER for node in item.alive()):
                yield item.id, "RESIZING"
        for node in cluster.instances.values():
            state = node.state
            if state in ("PROVISIONING", "BOOTSTRAPPING") or (
                state == "RUNNING" and node.ended != NEVER
            ):
                yield node.id, f"{state} until {node.ended}"
        working = bool(cluster.running_steps())
        if cluster.state == "RUNNING" and not working:
            yield cluster.id, "RUNNING without a step that runs"
        if cluster.state == "WAITING" and cluster.active_steps:
            yield cluster.id, "WAITING with steps that could run"
        for step in cluster.active_steps.values():
            if step.state != "PENDING":
                yield step.id, step.state

    def _told(self, cluster: Cluster) -> None:
        """The counts that are told add up."""
        world = self.region.world
        for item in cluster.collections():
            assert [node.id for node in item.alive()] == [
                node.id for node in item.members if node.ended == NEVER
            ]
        assert sum(len(item.members) for item in cluster.collections()) == len(cluster.instances)
        load = world.load_of(cluster)
        assert 0 <= load.memory_allocated_mb <= load.memory_total_mb
        assert 0 <= load.hdfs_utilization_pct <= 100
        quiet = not any(item.resizing for item in cluster.collections())
        for group in cluster.groups.values():
            pending = any(world.due("lost", node.id) for node in group.members)
            pending = pending or world.due("refill", group.id) is not None
            if cluster.state in ("RUNNING", "WAITING") and quiet and not pending:
                assert len(group.alive()) == group.target, group.id


def live_through(state: Path, days: int, seed: int) -> None:
    wall = [0.0]
    options = RegionOptions(
        state=state, scenario="demo", start=START, seed=seed, wall=lambda: wall[0]
    )
    region = Region.open(options)
    person, watch = Person(region, seed), Watch(region)
    ends = START + timedelta(days=days)
    largest = 0
    try:
        while region.clock.now() < ends:
            with region.lock:
                for _ in range(person.lot.randint(0, 3)):
                    person.act()
                pause = person.lot.choice([5, 60, 600, 3600, 21600])
                region.clock.jump(timedelta(seconds=pause))
                region.world.advance()
                watch.look()
                region.flush()
            largest = max(largest, sum(file.stat().st_size for file in state.iterdir()))
    finally:
        bugs = region.bugs
        region.close()
    assert bugs == []
    assert largest < 64 * 1024**2
    again = Region.open(RegionOptions(state=state, start=ends))
    again.close()


@pytest.mark.slow
def test_a_week_of_changes(tmp_path: Path) -> None:
    live_through(tmp_path, 5, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [2, 3])
def test_months_of_changes(tmp_path: Path, seed: int) -> None:
    live_through(tmp_path, 75, seed)
