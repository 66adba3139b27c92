"""A fleet of three connections, made of the application's own values, for tests and pictures."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hue_desktop.core.clusters import (
    Application,
    BootstrapAction,
    Cluster,
    ClusterRef,
    ClusterSnapshot,
    ClusterState,
    ClusterSummary,
    ManagedScaling,
)
from hue_desktop.core.connections import Connection, ConnectionClass
from hue_desktop.core.instances import (
    EbsVolume,
    GroupState,
    Instance,
    InstanceGroup,
    InstanceState,
    Market,
    Role,
)
from hue_desktop.core.ports import RegionClock
from hue_desktop.core.pricing import CostRate, PriceSource
from hue_desktop.core.steps import Step, StepSpec, StepState
from hue_desktop.services.cost import ClusterCost
from hue_desktop.services.fleet import ConnectionState, ConnectionStatus, FleetChange, FleetSnapshot

NOW = datetime(2026, 11, 20, 13, 32, tzinfo=UTC)
LIST = PriceSource("Pricing API", NOW.date())


@dataclass(frozen=True)
class Shape:
    """A group of a sample cluster."""

    role: Role
    count: int
    instance_type: str
    market: Market
    usd: float


ANALYTICS = (
    Shape(Role.MASTER, 1, "m5.2xlarge", Market.ON_DEMAND, 0.496),
    Shape(Role.CORE, 8, "r5.2xlarge", Market.ON_DEMAND, 0.741),
    Shape(Role.TASK, 6, "m5.2xlarge", Market.ON_DEMAND, 0.496),
    Shape(Role.TASK, 18, "m5.2xlarge", Market.SPOT, 0.261),
)
SMALL = (
    Shape(Role.MASTER, 1, "m5.xlarge", Market.ON_DEMAND, 0.248),
    Shape(Role.CORE, 2, "m5.xlarge", Market.ON_DEMAND, 0.248),
)


def _instances(shape: Shape, group: str, start: int, born: datetime) -> tuple[Instance, ...]:
    return tuple(
        Instance(
            id=f"ci-{group}-{number:05d}",
            ec2_id=f"i-0{zlib.crc32(f'{group}/{number}'.encode()):08x}{number:08x}",
            role=shape.role,
            group_id=group,
            instance_type=shape.instance_type,
            market=shape.market,
            state=InstanceState.RUNNING,
            private_dns=f"ip-10-20-{number // 250}-{number % 250 + 4}.ec2.internal",
            private_ip=f"10.20.{number // 250}.{number % 250 + 4}",
            az="us-east-1b" if number % 7 else "us-east-1a",
            created=born,
            ready=born + timedelta(minutes=6),
        )
        for number in range(start, start + shape.count)
    )


def cluster(
    connection: str,
    name: str,
    shapes: Sequence[Shape] = SMALL,
    *,
    state: ClusterState = ClusterState.RUNNING,
    age: timedelta = timedelta(days=3, hours=6),
    steps: tuple[Step, ...] = (),
    protected: bool = False,
) -> ClusterSnapshot:
    """A cluster that is ``age`` old."""
    cluster_id = "j-" + f"{name.upper().replace('-', '')}00000000"[:13]
    born = NOW - age
    groups: list[InstanceGroup] = []
    nodes: list[Instance] = []
    for index, shape in enumerate(shapes):
        group = f"ig-{name}-{index}"
        nodes += _instances(shape, group, len(nodes), born)
        groups.append(
            InstanceGroup(
                group, f"{shape.role.value.title()} {index}", shape.role, shape.market,
                shape.instance_type, shape.count, shape.count, GroupState.RUNNING,
                ebs_volumes=(EbsVolume("gp3", 128),), created=born, ready=born,
            )
        )  # fmt: skip
    ready = None if state is ClusterState.BOOTSTRAPPING else born + timedelta(minutes=8)
    ended = None if state.active else NOW - timedelta(hours=1)
    summary = ClusterSummary(cluster_id, name, state, created=born, ready=ready, ended=ended)
    return ClusterSnapshot(
        ref=ClusterRef(connection, "us-east-1", cluster_id),
        summary=summary,
        cluster=_details(summary, protected),
        groups=tuple(groups),
        instances=tuple(nodes) if state.active else (),
        steps=steps,
        read_at={"instances": NOW, "steps": NOW, "cluster": NOW},
        region_time=NOW,
    )


def _details(summary: ClusterSummary, protected: bool) -> Cluster:
    return Cluster(
        summary,
        release="emr-7.5.0",
        applications=(Application("Hadoop", "3.4.0"), Application("Spark", "3.5.2")),
        tags=(("team", "data-platform"), ("owner", "marta")),
        termination_protected=protected,
        unhealthy_node_replacement=True,
        idle_timeout_s=7200,
        managed_scaling=ManagedScaling("Instances", 3, 30, 10, 8),
        master_dns="ec2-3-80-1-2.compute-1.amazonaws.com",
        subnet_id="subnet-0a1b2c3d",
        az="us-east-1b",
        key_name="ops",
        service_role="EMR_DefaultRole",
        instance_profile="EMR_EC2_DefaultRole",
        log_uri="s3://lake-logs/emr/",
        root_volume_gib=15,
        configurations_json='[{"Classification":"spark-defaults","Properties":'
        '{"spark.dynamicAllocation.enabled":"true"}}]',
        bootstrap_actions=(
            BootstrapAction("install-agent", "s3://lake-tools/agent.sh", ("--quiet",)),
        ),
    )


def cost_of(snapshot: ClusterSnapshot, shapes: Sequence[Shape]) -> ClusterCost:
    """What the sample's nodes cost, by their shapes."""
    usd = {(shape.role, shape.market): shape.usd for shape in shapes}
    by_role: dict[tuple[Role, Market], CostRate] = {}
    for shape in shapes:
        saved = 0.5 * shape.usd * shape.count if shape.market is Market.SPOT else 0.0
        key = shape.role, shape.market
        by_role[key] = CostRate(ec2=shape.usd * shape.count, saved_by_spot=saved)
    by_node = {
        node.id: usd[node.role, node.market] for node in snapshot.instances or () if node.role
    }
    total = CostRate()
    for rate in by_role.values():
        total = total + rate
    return ClusterCost(total, by_role, by_node, (LIST,))


def step(name: str, state: StepState, started_min: float, took_min: float | None = None) -> Step:
    """A step that started so many minutes ago."""
    started = NOW - timedelta(minutes=started_min)
    ended = started + timedelta(minutes=took_min) if took_min is not None else None
    spec = StepSpec(name, "command-runner.jar", ("spark-submit", "s3://lake/jobs/" + name))
    return Step(f"s-{name.upper()}", spec, state, created=started, started=started, ended=ended)


def status(
    name: str,
    kind: ConnectionClass,
    *,
    state: ConnectionState = ConnectionState.ONLINE,
    budget: float | None = None,
) -> ConnectionStatus:
    """A connection that answered four seconds ago."""
    connection = Connection(name, kind, hourly_budget_usd=budget)
    arn = "arn:aws:iam::481029375566:role/emr-ops"
    clock = RegionClock(datetime.now(UTC), NOW, 1.0)
    return ConnectionStatus(
        connection, "us-east-1", state, caller_arn=arn, clock=clock, last_read=datetime.now(UTC)
    )


def fleet() -> FleetSnapshot:
    """Production, development and a simulated connection, as on the drawn pages."""
    failed = step("sessionize", StepState.FAILED, 120, 41)
    running = step("load-orders", StepState.RUNNING, 35)
    joined = step("join", StepState.COMPLETED, 19 * 60 + 20, 20)
    lost = cluster("prod", "analytics", ANALYTICS, steps=(running,), protected=True)
    hurt = replace(lost.instances[4], state_reason="1 of 2 disks over 90 %")  # type: ignore[index]
    nodes = tuple(hurt if node.id == hurt.id else node for node in lost.instances or ())
    made: list[tuple[ClusterSnapshot, Sequence[Shape], Mapping[str, float]]] = [
        (replace(lost, instances=nodes), ANALYTICS, {"YARNMemoryAvailablePercentage": 29.0,
            "HDFSUtilization": 65.0, "MemoryTotalMB": 1024.0 * 1024, "MemoryAllocatedMB": 744448.0,
            "AppsRunning": 3.0, "ContainerPending": 0.0}),
        (cluster("prod", "etl-nightly", ANALYTICS[:1] + ANALYTICS[2:], steps=(failed,),
            age=timedelta(hours=13)), ANALYTICS[:1] + ANALYTICS[2:],
            {"YARNMemoryAvailablePercentage": 7.0, "HDFSUtilization": 48.0, "AppsRunning": 1.0}),
        (cluster("prod", "ml-features", ANALYTICS[:3], state=ClusterState.WAITING,
            age=timedelta(days=9, hours=4), steps=(step("train", StepState.COMPLETED, 3300, 60),)),
            ANALYTICS[:3], {"YARNMemoryAvailablePercentage": 100.0, "HDFSUtilization": 12.0}),
        (cluster("dev", "joins-test", state=ClusterState.WAITING, steps=(joined,),
            age=timedelta(days=1, hours=2)), SMALL, {"YARNMemoryAvailablePercentage": 100.0}),
        (cluster("dev", "spark-upgrade", state=ClusterState.BOOTSTRAPPING,
            age=timedelta(minutes=6)), SMALL, {}),
        (cluster("dev", "old-one", state=ClusterState.TERMINATED), (), {}),
        (cluster("simulator", "demo", ANALYTICS, age=timedelta(hours=22)), ANALYTICS,
            {"YARNMemoryAvailablePercentage": 43.0, "HDFSUtilization": 19.0, "AppsRunning": 1.0}),
    ]  # fmt: skip
    return FleetSnapshot(
        generation=1,
        connections=(
            status("prod", ConnectionClass.PRODUCTION, budget=54.0),
            status("dev", ConnectionClass.DEVELOPMENT),
            status("simulator", ConnectionClass.SIMULATED),
        ),
        clusters={snapshot.ref: snapshot for snapshot, _shapes, _metrics in made},
        costs={
            snapshot.ref: cost_of(snapshot, shapes) for snapshot, shapes, _metrics in made if shapes
        },
        metrics={snapshot.ref: metrics for snapshot, _shapes, metrics in made if metrics},
    )


def thousand_nodes() -> FleetSnapshot:
    """One cluster of 1,000 nodes."""
    shapes = (
        Shape(Role.MASTER, 1, "m5.2xlarge", Market.ON_DEMAND, 0.496),
        Shape(Role.CORE, 299, "r5.2xlarge", Market.ON_DEMAND, 0.741),
        Shape(Role.TASK, 200, "m5.2xlarge", Market.ON_DEMAND, 0.496),
        Shape(Role.TASK, 500, "m5.2xlarge", Market.SPOT, 0.261),
    )
    snapshot = cluster("prod", "big", shapes)
    return FleetSnapshot(
        generation=1,
        connections=(status("prod", ConnectionClass.PRODUCTION),),
        clusters={snapshot.ref: snapshot},
        costs={snapshot.ref: cost_of(snapshot, shapes)},
    )


def everything(snapshot: FleetSnapshot) -> FleetChange:
    """The change that announces all of a snapshot."""
    parts = frozenset(
        ("summary", "cluster", "groups", "fleets", "instances", "steps", "cost", "metrics")
    )
    return FleetChange(
        snapshot,
        frozenset(status.connection.name for status in snapshot.connections),
        frozenset(snapshot.clusters),
        frozenset(),
        dict.fromkeys(snapshot.clusters, parts),
    )
