"""Asks the live AWS APIs for what a snapshot holds. It only reads.

Every answer becomes figures with a source of today; what the APIs do not give keeps the figure and
the source of the snapshot before.
"""

from __future__ import annotations

import json
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from snapshot import EbsPrice, Region, Source, TypeRow

__all__ = ["ADVISOR_URL", "Live", "ask_advisor", "merged"]

#: The Spot Instance Advisor's public data set.
ADVISOR_URL = "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json"

_ON_DEMAND = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "productFamily": "Compute Instance",
}
_FILTER_VALUES = 200  #: how many values EC2 takes in one filter
#: What AWS includes in a gp3 volume: IOPS, MiB/s.
_GP3_FREE = (3000, 125)

Say = Callable[[str], None]


@dataclass
class Live:
    """What the APIs said about one region."""

    region: str
    asked: datetime
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    emr: dict[str, dict[str, Any]] = field(default_factory=dict)
    azs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    on_demand: dict[str, float] = field(default_factory=dict)
    uplift: dict[str, float] = field(default_factory=dict)
    spot: dict[str, float] = field(default_factory=dict)
    ebs: dict[tuple[str, str], float] = field(default_factory=dict)
    releases: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def ask(
        cls, session: Any, region: str, endpoint_url: str | None, spot_days: float, say: Say
    ) -> Live:
        """Ask all of it; raises botocore's errors."""

        from botocore.config import Config

        # One call a release makes many; EMR's request rate is low, so let botocore wait its turn.
        config = Config(retries={"mode": "adaptive", "total_max_attempts": 6})

        def client(service: str, name: str = region) -> Any:
            return session.client(
                service, region_name=name, endpoint_url=endpoint_url, config=config
            )

        # The price list has few endpoints; the one in us-east-1 answers for all regions.
        pricing = client("pricing", region if endpoint_url else "us-east-1")
        ec2, emr = client("ec2"), client("emr")
        live = cls(region, datetime.now(UTC))
        say(f"{region}: EMR's releases and types")
        live._ask_emr(emr)
        say(f"{region}: EC2's types and zones")
        live._ask_ec2(ec2)
        say(f"{region}: prices")
        live._ask_prices(pricing)
        say(f"{region}: Spot prices of {spot_days:g} days")
        live._ask_spot(ec2, spot_days)
        return live

    def _ask_emr(self, emr: Any) -> None:
        labels: list[str] = []
        for answer in _pages(emr.list_release_labels, "NextToken"):
            labels += answer["ReleaseLabels"]
        for label in labels:
            names = []
            for answer in _pages(emr.list_supported_instance_types, "Marker", ReleaseLabel=label):
                for item in answer["SupportedInstanceTypes"]:
                    names.append(item["Type"])
                    self.emr.setdefault(item["Type"], item)
            self.releases[label] = names

    def _ask_ec2(self, ec2: Any) -> None:
        """Ask for the types that EMR supports only: EC2 has many more, and tells much of each.

        A filter passes over a type that EC2 does not have; a list of names would be refused.
        """
        names = sorted(self.emr)
        for start in range(0, len(names), _FILTER_VALUES):
            rules = [{"Name": "instance-type", "Values": names[start : start + _FILTER_VALUES]}]
            for answer in ec2.get_paginator("describe_instance_types").paginate(Filters=rules):
                for item in answer["InstanceTypes"]:
                    self.specs[item["InstanceType"]] = item
            pages = ec2.get_paginator("describe_instance_type_offerings").paginate(
                LocationType="availability-zone", Filters=rules
            )
            for answer in pages:
                for item in answer["InstanceTypeOfferings"]:
                    self.azs[item["InstanceType"]].add(item["Location"])

    def _ask_prices(self, pricing: Any) -> None:
        rules = {**_ON_DEMAND, "regionCode": self.region}
        for attributes, _, usd in _products(pricing, "AmazonEC2", rules):
            self.on_demand[attributes["instanceType"]] = usd
        rules = {"regionCode": self.region}
        for attributes, _, usd in _products(pricing, "ElasticMapReduce", rules):
            # The service also lists EMR Serverless and EMR on EKS, which have no such type.
            if attributes.get("softwareType", "EMR") == "EMR" and "instanceType" in attributes:
                self.uplift[attributes["instanceType"]] = usd
        for family in ("Storage", "System Operation", "Provisioned Throughput"):
            rules = {"regionCode": self.region, "productFamily": family}
            for attributes, unit, usd in _products(pricing, "AmazonEC2", rules):
                if "volumeApiName" in attributes:
                    self.ebs[attributes["volumeApiName"], unit.lower()] = usd

    def _ask_spot(self, ec2: Any, days: float) -> None:
        """The average over time in each zone, then over the zones."""
        start = self.asked - timedelta(days=days)
        pages = ec2.get_paginator("describe_spot_price_history").paginate(
            StartTime=start, ProductDescriptions=["Linux/UNIX"]
        )
        changes: dict[tuple[str, str], list[tuple[datetime, float]]] = defaultdict(list)
        for answer in pages:
            for item in answer["SpotPriceHistory"]:
                pool = item["InstanceType"], item["AvailabilityZone"]
                changes[pool].append((item["Timestamp"], float(item["SpotPrice"])))
        zones: dict[str, list[float]] = defaultdict(list)
        for (name, _), found in changes.items():
            # The answer carries the server's clock, which a simulated region may run ahead with.
            end = max(self.asked, max(at for at, _ in found))
            zones[name].append(_average(found, min(start, end), end))
        self.spot = {name: sum(found) / len(found) for name, found in zones.items()}

    def source(self) -> Source:
        """Where its figures come from."""
        day = self.asked.date().isoformat()
        return Source(f"aws-{day}", day, "live", f"the AWS APIs, asked for {self.region}")


def merged(live: Live, before: Region | None) -> Region:
    """The new snapshot: live figures, and those of ``before`` where there is none.

    A type that EMR supports but whose on-demand or EMR price nobody knows is left out.
    """
    source = live.source()
    old = {row.name: row for row in before.rows} if before is not None else {}
    rows = [
        row
        for name in sorted(live.emr)
        if name in live.specs and live.azs.get(name)
        if (row := _row(live, name, old.get(name), source)) is not None
    ]
    sources = {**(before.sources if before is not None else {}), source.id: source}
    zones = sorted({zone for row in rows for zone in row.azs})
    ebs = _ebs(live, source) or (before.ebs if before is not None else ())
    return Region(live.region, zones, rows, ebs, sources)


def ask_advisor(url: str, timeout_s: float = 60) -> dict[str, dict[str, tuple[int, int]]]:
    """Interruption class and saving by region and type.

    Raises ``OSError`` when the data set cannot be read and ``ValueError`` when it makes no sense.
    """
    with urllib.request.urlopen(url, timeout=timeout_s) as answer:
        document = json.load(answer)
    try:
        return {
            region: {name: (int(item["r"]), int(item["s"])) for name, item in types.items()}
            for region, by_system in document["spot_advisor"].items()
            if (types := by_system.get("Linux"))
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{url} is not the advisor's data set: {error!r}") from error


def _row(live: Live, name: str, old: TypeRow | None, source: Source) -> TypeRow | None:
    on_demand = live.on_demand.get(name)
    uplift = live.uplift.get(name)
    spot = live.spot.get(name)
    if (on_demand is None or uplift is None) and old is None:
        return None
    spec, emr = live.specs[name], live.emr[name]
    store = spec.get("InstanceStorageInfo") or {}
    architectures = spec["ProcessorInfo"]["SupportedArchitectures"]
    row = TypeRow(
        name=name,
        vcpu=spec["VCpuInfo"]["DefaultVCpus"],
        memory_gib=spec["MemoryInfo"]["SizeInMiB"] / 1024,
        arch="arm64" if "arm64" in architectures else "x86_64",
        nvme_gb=store.get("TotalSizeInGB", 0),
        disks=sum(disk["Count"] for disk in store.get("Disks", ())),
        network=spec["NetworkInfo"]["NetworkPerformance"],
        current_generation=spec["CurrentGeneration"],
        emr_family=emr.get("InstanceFamilyId") or (old.emr_family if old is not None else ""),
        azs=tuple(sorted(live.azs[name])),
        on_demand_usd_hour=on_demand or 0.0,
        on_demand_source=source.id,
        emr_usd_hour=uplift or 0.0,
        emr_source=source.id,
        spot_usd_hour_avg=None if spot is None else round(spot, 6),
        spot_source=None if spot is None else source.id,
    )
    if old is not None:
        row = _keeping(row, old, on_demand is None, uplift is None, spot is None)
    return row


def _keeping(row: TypeRow, old: TypeRow, on_demand: bool, uplift: bool, spot: bool) -> TypeRow:
    """``row`` with the old figures that the flags name."""
    if on_demand:
        row = replace(
            row,
            on_demand_usd_hour=old.on_demand_usd_hour,
            on_demand_source=old.on_demand_source,
        )
    if uplift:
        row = replace(row, emr_usd_hour=old.emr_usd_hour, emr_source=old.emr_source)
    if spot:
        row = replace(row, spot_usd_hour_avg=old.spot_usd_hour_avg, spot_source=old.spot_source)
    return row


def _ebs(live: Live, source: Source) -> tuple[EbsPrice, ...]:
    found = []
    for (volume, unit), usd in sorted(live.ebs.items()):
        if unit == "gb-mo":
            iops, mibps = _GP3_FREE if volume == "gp3" else (0, 0)
            throughput = live.ebs.get((volume, "gibps-mo"), 0.0) / 1024
            price = EbsPrice(
                volume_type=volume,
                usd_gib_month=usd,
                source=source.id,
                usd_iops_month=live.ebs.get((volume, "iops-mo"), 0.0),
                free_iops=iops,
                usd_mibps_month=round(throughput, 6),
                free_mibps=mibps,
            )
            found.append(price)
    return tuple(found)


def _products(
    pricing: Any, service: str, rules: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], str, float]]:
    """(attributes, unit, USD) of each on-demand price that is not zero."""
    filters = [
        {"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in rules.items()
    ]
    for answer in pricing.get_paginator("get_products").paginate(
        ServiceCode=service, Filters=filters
    ):
        for text in answer["PriceList"]:
            product = json.loads(text)
            for term in product["terms"].get("OnDemand", {}).values():
                for dimension in term["priceDimensions"].values():
                    usd = float(dimension["pricePerUnit"].get("USD", 0))
                    if usd > 0:
                        yield product["product"]["attributes"], dimension["unit"], usd


def _pages(call: Callable[..., dict[str, Any]], token: str, **params: Any) -> Iterator[Any]:
    """Answers of an operation for which botocore has no paginator."""
    answer = call(**params)
    yield answer
    while answer.get(token):
        answer = call(**params, **{token: answer[token]})
        yield answer


def _average(changes: list[tuple[datetime, float]], start: datetime, end: datetime) -> float:
    """The price over a window, each change weighted by how long it was in force."""
    ordered = sorted(changes)
    total = weight = 0.0
    for place, (at, price) in enumerate(ordered):
        until = ordered[place + 1][0] if place + 1 < len(ordered) else end
        seconds = max(0.0, (until - max(at, start)).total_seconds())
        total += seconds * price
        weight += seconds
    return total / weight if weight else ordered[-1][1]
