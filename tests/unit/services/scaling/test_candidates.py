"""Candidates of a cluster, read from a simulated region through real boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.core.candidates import (
    ClusterRoom,
    DiversifySpec,
    WeighBy,
    enough_nodes,
    of_similar_size,
)
from hue_desktop.core.capacity_ports import AzScore, Quota
from hue_desktop.core.changes import FleetSpec, GroupSpec, RiskLevel
from hue_desktop.core.clusters import ClusterRef
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import AccessDenied, NotFound
from hue_desktop.core.instances import FleetType, Market, Role
from hue_desktop.core.metrics import NodeReading
from hue_desktop.core.ports import RegionAccess, Subnet
from hue_desktop.services.access import AccessPool
from hue_desktop.services.scaling import ScalingService
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import House, connection_to, open_doors, open_house, run_cluster

GIB = 1024.0**3


class Refusing:
    """A door to which nothing is permitted."""

    def offered(self, az: str) -> frozenset[str]:
        raise AccessDenied(f"ec2:DescribeInstanceTypeOfferings is not permitted in {az}.")

    def scores(self, types: object, capacity: int, *, by_az: bool = True) -> tuple[AzScore, ...]:
        raise AccessDenied("ec2:GetSpotPlacementScores is not permitted.")

    def quotas(self, service: str) -> Mapping[str, Quota]:
        raise AccessDenied(f"servicequotas:ListServiceQuotas of {service} is not permitted.")

    def subnets(self) -> tuple[Subnet, ...]:
        raise AccessDenied("ec2:DescribeSubnets is not permitted.")


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[SimulatedRegion, str]]:
    """A region with a cluster that runs; its clock stands still, so prices stay."""
    with simulated_region("empty", paused=True) as region:
        yield region, run_cluster(region)


@pytest.fixture(scope="module")
def house(
    shared: tuple[SimulatedRegion, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    region, _cluster_id = shared
    folder = tmp_path_factory.mktemp("house")
    with open_house(connection_to(region, folder), folder) as opened:
        yield opened


@pytest.fixture
def ref(shared: tuple[SimulatedRegion, str], house: House) -> ClusterRef:
    cluster_id = shared[1]
    found = house.ref(cluster_id)
    house.fleet.set_focus(found)
    house.cluster(cluster_id, lambda c: c.instances and c.cluster)
    return found


def group_id(house: House, ref: ClusterRef, role: Role) -> str:
    groups = house.fleet.snapshot().clusters[ref].groups or ()
    return next(group.id for group in groups if group.role is role)


def test_every_type_of_the_release_with_price_risk_and_room(house: House, ref: ClusterRef) -> None:
    found = house.scaling.candidate_list(ref, Market.SPOT, group_id(house, ref, Role.TASK))

    assert len(found.candidates) > 600
    assert found.own is not None
    assert found.own.name == "m5.2xlarge"
    assert found.need.archs == {"x86_64"}
    assert {source.name for source in found.as_of} >= {"Spot history", "AWS Spot Advisor"}
    assert found.suggested is not None
    assert not found.suggested.arch_differs
    assert found.suggested.usd_100gib is not None
    assert found.own.usd_100gib is not None
    assert found.suggested.usd_100gib < found.own.usd_100gib
    for each in of_similar_size(found.candidates, "m5.2xlarge"):
        assert each.spot_now
        assert each.usd_hour is not None
        assert each.usd_hour > each.spot_now
        assert each.pools
        assert each.spot_line == ()
    assert any("EMR’s rule" in sentence for sentence in found.missing)


def test_the_price_is_that_of_the_clusters_own_az(house: House, ref: ClusterRef) -> None:
    cluster = house.fleet.snapshot().clusters[ref].cluster
    assert cluster is not None
    found = house.scaling.candidate_list(ref, Market.SPOT)
    book = house.books.now(ref.connection, ref.region)
    r5 = found.named("r5.xlarge")
    assert r5 is not None
    assert r5.spot_now == book.spot_by_az["r5.xlarge", cluster.az]
    assert r5.here is True


def test_on_demand_costs_the_list_price(house: House, ref: ClusterRef) -> None:
    found = house.scaling.candidate_list(ref, Market.ON_DEMAND, group_id(house, ref, Role.TASK))
    own = found.own
    assert own is not None
    assert own.ebs_usd_hour is not None
    assert own.usd_hour == pytest.approx(0.384 + 0.096 + own.ebs_usd_hour)
    assert "Spot history" not in {source.name for source in found.as_of}


def test_nodes_that_were_asked_make_yarn_memory_sure(house: House, ref: ClusterRef) -> None:
    snapshot = house.fleet.snapshot().clusters[ref]
    readings = {
        node.private_dns: NodeReading(
            node.private_dns, "RUNNING", values={"yarn.memory.total": 20 * GIB}
        )
        for node in snapshot.nodes(Role.TASK)
    }
    scaling = ScalingService(
        house.access,
        house.fleet,
        house.books,
        house.scaling._plans,
        house.launching,
        nodes=lambda _ref: readings,
    )
    own = scaling.candidate_list(ref, Market.SPOT, group_id(house, ref, Role.TASK)).own
    assert own is not None
    assert (own.yarn_gib, own.yarn_sure) == (20.0, True)
    assert scaling.measured(ref).yarn_gib == {"m5.2xlarge": 20.0}
    room = scaling.room(ref)
    assert room.yarn_gib == pytest.approx(4 * 24 + 3 * 20)
    assert not room.yarn_sure  # the core nodes said nothing


def test_room_counts_nodes_cpu_memory_and_disks(house: House, ref: ClusterRef) -> None:
    room = house.scaling.room(ref)
    assert room == ClusterRoom(
        8, 4 + 4 * 4 + 3 * 8, 16 + 4 * 32 + 3 * 32, 4 * 24 + 3 * 24, False, room.hdfs_gib, False
    )
    assert room.hdfs_gib == pytest.approx(4 * 2 * 32 * 0.95)


def test_ninety_days_of_the_rows_that_show(house: House, ref: ClusterRef) -> None:
    lines = house.scaling.spot_lines(ref, ["m5.2xlarge", "r5.xlarge", "no.such"])
    now = house.fleet.snapshot().region_now(ref).timestamp()
    assert set(lines) == {"m5.2xlarge", "r5.xlarge"}
    for line in lines.values():
        assert 10 < len(line) <= 120
        assert line[0][0] == pytest.approx(now - 90 * 86400, abs=86400)
        assert line[-1][0] == pytest.approx(now, abs=60)
        assert all(usd > 0 for _at, usd in line)


def test_placement_scores_of_a_few_types_and_of_all_together(house: House, ref: ClusterRef) -> None:
    names = ["m5.2xlarge", "r5.2xlarge", "m6i.2xlarge"]
    found = house.scaling.placement_scores(ref, names, 12)
    assert set(found.by_type) == set(names)
    assert all(1 <= score <= 10 for score in found.by_type.values())
    assert found.together is not None
    assert found.together >= max(found.by_type.values())
    cluster = house.fleet.snapshot().clusters[ref].cluster
    assert cluster is not None
    assert found.by_az[cluster.az] == found.together
    assert house.scaling.placement_scores(ref, [], 12).together is None


def test_a_fleet_of_many_types(house: House, ref: ClusterRef) -> None:
    found = house.scaling.diversify(ref, DiversifySpec("m5.2xlarge", WeighBy.MEMORY))
    assert len(found.types) == 15
    weights = {pick.candidate.type.memory_gib: pick.weight for pick in found.picks}
    assert weights == {16.0: 1, 32.0: 2, 64.0: 4}
    assert {pick.candidate.type.arch for pick in found.picks} == {"x86_64"}


def test_fewer_of_the_suggested_type_may_do(house: House, ref: ClusterRef) -> None:
    found = house.scaling.candidate_list(ref, Market.SPOT, group_id(house, ref, Role.TASK))
    r5 = found.named("r5.2xlarge")
    assert r5 is not None
    enough = enough_nodes(r5, found.own, 12, before=3)
    assert enough is not None
    assert (enough.nodes, enough.target) == (6, 9)  # 6 × 56 GiB for 12 × 24


def test_a_quota_that_is_too_small_has_its_sentence_and_next_step(
    house: House, ref: ClusterRef
) -> None:
    fits = house.scaling.vcpu_limit(ref, Market.ON_DEMAND, "m5.2xlarge", 12)
    assert (fits.limit, fits.used, fits.asked, fits.over) == (20_000, 44, 96, False)
    over = house.scaling.vcpu_limit(ref, Market.SPOT, "m5.2xlarge", 2501)
    assert over.over
    assert "20" in over.sentence
    assert "Service Quotas" in over.next_step

    # plans know it from then on
    spec = GroupSpec(Role.TASK, "m5.2xlarge", 1999, Market.SPOT)
    assert not _warns(house, ref, spec)
    spec = GroupSpec(Role.TASK, "m5.4xlarge", 1999, Market.SPOT)
    assert _warns(house, ref, spec)


def _warns(house: House, ref: ClusterRef, spec: GroupSpec) -> bool:
    plan = house.scaling.plan_add_task_group(ref, spec)
    return any("quota" in r.text for r in plan.risks if r.level is RiskLevel.WARN)


def test_a_fleet_over_the_quota_is_warned_of(region: SimulatedRegion, tmp_path: Path) -> None:
    def fleet(role: str, name: str) -> dict[str, object]:
        configs = [{"InstanceType": name, "WeightedCapacity": 4 if role != "MASTER" else 1}]
        return {
            "InstanceFleetType": role,
            "TargetOnDemandCapacity": 1,
            "InstanceTypeConfigs": configs,
        }

    fleets = [fleet("MASTER", "m5.xlarge"), fleet("CORE", "r5.xlarge")]
    cluster_id = run_cluster(
        region, groups=(), Instances={"InstanceGroups": [], "InstanceFleets": fleets}
    )
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        ref = house.ref(cluster_id)
        house.fleet.set_focus(ref)
        house.cluster(cluster_id, lambda c: c.instances and c.fleets)
        house.scaling.vcpu_limit(ref, Market.SPOT, "r5.xlarge", 1)  # quotas become known
        types = (FleetType("m5.xlarge", 4), FleetType("m5.2xlarge", 8))

        def warns(units: int) -> bool:
            spec = FleetSpec(Role.TASK, types, target_spot=units)
            plan = house.scaling.plan_add_task_fleet(ref, spec)
            return any("quota" in risk.text for risk in plan.risks)

        assert not warns(20_000)
        assert warns(20_001)


def test_what_may_not_be_read_is_said_and_costs_only_itself(house: House, ref: ClusterRef) -> None:
    refusing: Any = Refusing()

    def locked(connection: Connection, region: str) -> RegionAccess:
        doors = open_doors(connection, region)
        return replace(doors, launching=refusing, placement=refusing, quotas=refusing)

    access = AccessPool(lambda _name: house.connection, locked)
    scaling = ScalingService(
        access, house.fleet, house.books, house.scaling._plans, house.launching
    )
    found = scaling.candidate_list(ref, Market.SPOT)
    text = " ".join(found.missing)
    assert "DescribeSubnets is not permitted" in text
    assert "DescribeInstanceTypeOfferings is not permitted" in text
    assert found.candidates[0].here is True  # told from prices
    scores = scaling.placement_scores(ref, ["m5.xlarge"], 3)
    assert "GetSpotPlacementScores is not permitted" in scores.missing
    limit = scaling.vcpu_limit(ref, Market.SPOT, "m5.xlarge", 3)
    assert (limit.limit, limit.over) == (None, False)
    assert "ListServiceQuotas" in limit.sentence
    access.close()


def test_a_configured_yarn_memory_counts_for_all_types(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    settings = [
        {
            "Classification": "yarn-site",
            "Properties": {"yarn.nodemanager.resource.memory-mb": "20480"},
        }
    ]
    cluster_id = run_cluster(region, Configurations=settings)
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        ref = house.ref(cluster_id)
        house.fleet.set_focus(ref)
        snapshot = house.cluster(cluster_id, lambda c: c.instances and c.cluster)
        assert snapshot.cluster is not None
        assert json.loads(snapshot.cluster.configurations_json)
        found = house.scaling.candidate_list(ref, Market.SPOT)
        room = house.scaling.room(ref)
    for each in found.candidates:
        assert each.yarn_sure == (each.type.memory_gib >= 20)
        assert (each.yarn_gib == 20.0) == each.yarn_sure
    assert (room.yarn_gib, room.yarn_sure) == (7 * 20.0, True)


def test_a_fleet_grows_by_the_type_that_it_has_most_of(
    region: SimulatedRegion, tmp_path: Path
) -> None:
    def fleet(role: str, *types: tuple[str, int], target: int = 1) -> dict[str, object]:
        return {
            "InstanceFleetType": role,
            "TargetOnDemandCapacity": target,
            "InstanceTypeConfigs": [
                {"InstanceType": name, "WeightedCapacity": weight} for name, weight in types
            ],
        }

    answer = region.client("emr").run_job_flow(
        Name="fleet",
        ReleaseLabel="emr-7.5.0",
        Applications=[{"Name": "Spark"}],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        Instances={
            "InstanceFleets": [
                fleet("MASTER", ("m5.xlarge", 1)),
                fleet("CORE", ("r5.xlarge", 4), target=8),
                fleet("TASK", ("m5.2xlarge", 8), ("m6i.2xlarge", 8), target=24),
            ],
            "KeepJobFlowAliveWhenNoSteps": True,
        },
    )
    region.jump(minutes=15)
    cluster_id = str(answer["JobFlowId"])
    with open_house(connection_to(region, tmp_path), tmp_path) as house:
        ref = house.ref(cluster_id)
        house.fleet.set_focus(ref)
        snapshot = house.cluster(cluster_id, lambda c: c.instances and c.fleets)
        fleets = {each.role: each.id for each in snapshot.fleets or ()}
        found = house.scaling.candidate_list(ref, Market.SPOT, fleets[Role.TASK])
        assert found.need.model in ("m5.2xlarge", "m6i.2xlarge")
        made = house.scaling.diversify(
            ref, DiversifySpec("m5.2xlarge", most=4), fleet_id=fleets[Role.TASK]
        )
        names = [pick.candidate.name for pick in made.picks]
        assert len(names) == 4
        assert set(names) > {"m5.2xlarge", "m6i.2xlarge"}
        core = house.scaling.candidate_list(ref, Market.SPOT, fleets[Role.CORE])
        assert core.need.model == "r5.xlarge"


def test_a_cluster_that_is_not_known(house: House) -> None:
    with pytest.raises(NotFound):
        house.scaling.candidate_list(house.ref("j-GONE"), Market.SPOT)
