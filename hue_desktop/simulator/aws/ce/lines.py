"""What the clusters of a region are charged for: the lines that Cost Explorer adds up.

EC2 and EMR charge each second from the moment EC2 has launched an instance until it is gone, at
least 60 of them; a Spot instance pays what the market asked at each instant, and nothing to EC2
when EC2 took it back within its first hour. EBS charges GiB-months by the length of the calendar
month. Data transfer and S3 requests are the small things that nobody computes beforehand.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hue_desktop.simulator.aws.ec2.nodes import node_volumes, root_volume
from hue_desktop.simulator.aws.pricing.products import usage_type
from hue_desktop.simulator.instance_types import EbsPrice
from hue_desktop.simulator.world.clusters import Cluster
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance, Volume
from hue_desktop.simulator.world.outlived import Outlived
from hue_desktop.simulator.world.world import World

__all__ = ["COMPUTE", "EC2_OTHER", "EMR", "S3", "Line", "Lines"]

COMPUTE = "Amazon Elastic Compute Cloud - Compute"
EC2_OTHER = "EC2 - Other"
EMR = "Amazon Elastic MapReduce"
S3 = "Amazon Simple Storage Service"

_MINIMUM_S = 60.0
_FREE_S = 3600.0  #: EC2 asks nothing for a Spot instance that it takes back this early
_HOUR_S = 3600.0

_TRANSFER_USD_GB = 0.01
_TRANSFER_GB_HOUR = (0.02, 0.18)  #: what a node sends to others in the region
_REQUESTS_HOUR = {"Requests-Tier1": (60.0, 5e-6), "Requests-Tier2": (240.0, 4e-7)}


@dataclass(frozen=True, slots=True)
class Line:
    """Usage of one kind in one period, and what it costs in USD; untagged without ``tags``."""

    service: str
    usage_type: str
    operation: str
    usd: float
    quantity: float
    unit: str
    tags: Mapping[str, str] = field(default_factory=dict)
    purchase: str = ""
    instance_type: str = ""
    az: str = ""


class Lines:
    """The lines of a world up to ``until``, epoch seconds: what is younger is not known yet."""

    def __init__(self, world: World, until: float) -> None:
        self._world = world
        self._until = until
        self._spot: dict[tuple[str, str], _SpotBill] = {}

    def between(self, start: float, end: float) -> Iterator[Line]:
        """All lines of a period; ``start`` and ``end`` lie in one calendar month."""
        end = min(end, self._until)
        if start >= end:
            return
        for cluster in self._world.clusters.values():
            tags = {**cluster.tags, "aws:elasticmapreduce:job-flow-id": cluster.id}
            for instance in cluster.instances.values():
                span = _life(instance, start, end)
                if span is not None:
                    volumes = [volume for _key, volume in node_volumes(cluster, instance)]
                    yield from self._instance(instance, volumes, span, tags)
            yield from self._requests(cluster, start, end)
        for item in self._world.telemetry.outlived.values():
            span = _life(item, start, end)
            if span is not None:
                volumes = [root_volume(*item.root), *item.volumes]
                tags = {**item.tags, "aws:elasticmapreduce:job-flow-id": item.cluster_id}
                yield from self._instance(item, volumes, span, tags)

    def _instance(
        self,
        item: Instance | Outlived,
        volumes: Iterable[Volume],
        span: tuple[float, float],
        cluster_tags: Mapping[str, str],
    ) -> Iterator[Line]:
        tags = {**cluster_tags, "aws:elasticmapreduce:instance-group-role": item.role}
        world = self._world
        found = world.types.get(item.instance_type)
        hours = (span[1] - span[0]) / _HOUR_S
        if found is not None:
            spot = item.market == "SPOT"
            kind = "SpotUsage" if spot else "BoxUsage"
            yield Line(
                COMPUTE,
                usage_type(world.types, f"{kind}:{found.name}"),
                "RunInstances:SV001" if spot else "RunInstances",
                self._spot_usd(item, span) if spot else found.on_demand_usd_hour * hours,
                hours,
                "Hrs",
                tags,
                "Spot Instances" if spot else "On Demand Instances",
                found.name,
                item.az,
            )
            yield Line(
                EMR,
                usage_type(world.types, f"BoxUsage:{found.name}"),
                "RunInstances",
                found.emr_usd_hour * hours,
                hours,
                "Hrs",
                tags,
                "On Demand Instances",
                found.name,
                item.az,
            )
        for volume in volumes:
            yield from self._volume(volume, span, tags, item.az)
        low, high = _TRANSFER_GB_HOUR
        gb = hours * (low + (high - low) * world.chance.unit("transfer", item.id))
        usage = usage_type(world.types, "DataTransfer-Regional-Bytes")
        yield Line(
            EC2_OTHER, usage, "PublicIP-Out", gb * _TRANSFER_USD_GB, gb, "GB", tags, az=item.az
        )

    def _volume(
        self, volume: Volume, span: tuple[float, float], tags: Mapping[str, str], az: str
    ) -> Iterator[Line]:
        _device, kind, gib, iops, mibps = volume
        price = self._world.types.ebs(kind)
        if price is None:
            return
        months = (span[1] - span[0]) / _month_s(span[0])
        for usage, amount, usd, unit in _charges(price, gib, iops, mibps):
            if amount > 0 and usd > 0:
                yield Line(
                    EC2_OTHER,
                    usage_type(self._world.types, usage),
                    "CreateVolume" + ("" if kind == "standard" else f"-{kind.title()}"),
                    amount * months * usd,
                    amount * months,
                    unit,
                    tags,
                    az=az,
                )

    def _requests(self, cluster: Cluster, start: float, end: float) -> Iterator[Line]:
        """What the log pusher asks of S3; buckets do not carry the cluster's tags."""
        began, ended = cluster.ready, min(cluster.ended, end)
        hours = (ended - max(began, start)) / _HOUR_S
        if hours <= 0 or not cluster.request.get("LogUri"):
            return
        for usage, (an_hour, usd) in _REQUESTS_HOUR.items():
            asked = float(round(hours * an_hour))
            operation = "PutObject" if usage.endswith("1") else "GetObject"
            name = usage_type(self._world.types, usage)
            yield Line(S3, name, operation, asked * usd, asked, "Requests")

    def _spot_usd(self, item: Instance | Outlived, span: tuple[float, float]) -> float:
        if item.notice <= item.ended < item.fulfilled + _FREE_S:
            return 0.0
        pool = (item.instance_type, item.az)
        bill = self._spot.get(pool)
        if bill is None:
            bill = self._spot[pool] = _SpotBill(self._world, *pool)
        return bill.usd(*span)


class _SpotBill:
    """What an instance of one pool costs between two instants, USD."""

    def __init__(self, world: World, instance_type: str, az: str) -> None:
        self._world = world
        self._pool = (instance_type, az)
        self._times: list[float] = []
        self._prices: list[float] = []
        self._spent: list[float] = []  #: from the first change to each of them

    def usd(self, start: float, end: float) -> float:
        """The integral of the price over time."""
        if not self._times or start < self._times[0] or end > self._read_until:
            self._read(start, end)
        return (self._spent_by(end) - self._spent_by(start)) / _HOUR_S

    def _spent_by(self, at: float) -> float:
        place = bisect_right(self._times, at) - 1
        return self._spent[place] + (at - self._times[place]) * self._prices[place]

    def _read(self, start: float, end: float) -> None:
        first = min([start, *self._times[:1]])
        self._read_until = max(end, first + 31 * 86400.0)
        changes = self._world.market.history(
            *self._pool,
            datetime.fromtimestamp(first, UTC),
            datetime.fromtimestamp(self._read_until, UTC),
        )
        self._times = [at.timestamp() for at, _price in changes]
        self._prices = [price for _at, price in changes]
        self._spent = [0.0]
        for place in range(1, len(changes)):
            lasted = self._times[place] - self._times[place - 1]
            self._spent.append(self._spent[-1] + lasted * self._prices[place - 1])


def _life(instance: Instance | Outlived, start: float, end: float) -> tuple[float, float] | None:
    """The part of a period for which an instance is charged."""
    begun = instance.fulfilled
    if begun == NEVER or instance.ended <= begun:
        return None
    gone = max(instance.ended, begun + _MINIMUM_S)
    span = max(start, begun), min(end, gone)
    return span if span[0] < span[1] else None


def _charges(
    price: EbsPrice, gib: int, iops: int | None, mibps: int | None
) -> Sequence[tuple[str, float, float, str]]:
    """(usage type, amount, USD a month for one, unit) of a volume."""
    kind = price.volume_type
    suffix = {"standard": "", "io1": ".piops"}.get(kind, f".{kind}")
    return (
        (f"EBS:VolumeUsage{suffix}", float(gib), price.usd_gib_month, "GB-Mo"),
        (
            f"EBS:VolumeP-IOPS.{kind.replace('io1', 'piops')}",
            float(max(0, (iops or 0) - price.free_iops)),
            price.usd_iops_month,
            "IOPS-Mo",
        ),
        (
            f"EBS:VolumeP-Throughput.{kind}",
            max(0, (mibps or 0) - price.free_mibps) / 1024,
            price.usd_mibps_month * 1024,
            "GiBps-mo",
        ),
    )


def _month_s(at: float) -> float:
    day = datetime.fromtimestamp(at, UTC)
    return calendar.monthrange(day.year, day.month)[1] * 86400.0
