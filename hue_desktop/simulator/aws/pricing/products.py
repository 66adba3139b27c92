"""The products of the price list, built from the snapshot in the shape that AWS answers.

Attributes, units and offer codes are those of the real list; only Linux on shared tenancy without
pre-installed software is there. A product's ``publicationDate`` is the date of the figure's source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from hue_desktop.simulator.chance import Chance
from hue_desktop.simulator.instance_types import EbsPrice, InstanceType, Source, TypeCatalog

__all__ = ["EC2", "EMR", "Product", "ec2_products", "emr_products", "usage_type"]

EC2 = "AmazonEC2"
EMR = "ElasticMapReduce"

#: The offer term and the rate that the price list gives every on-demand price.
_OFFER = "JRTCKXETXF"
_RATE = "6YS6EN2CT7"
_SKU_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

#: What usage types of a region begin with; us-east-1 has none.
_USAGE_PREFIX = {"us-east-1": "", "us-west-2": "USW2-", "eu-central-1": "EUC1-"}

_FAMILIES = {
    "c": "Compute optimized",
    "d": "Storage optimized",
    "g": "GPU instance",
    "h": "Storage optimized",
    "i": "Storage optimized",
    "m": "General purpose",
    "p": "GPU instance",
    "r": "Memory optimized",
    "t": "General purpose",
    "x": "Memory optimized",
    "z": "Memory optimized",
}

#: (volumeType, storageMedia) by API name.
_VOLUMES = {
    "gp2": ("General Purpose", "SSD-backed"),
    "gp3": ("General Purpose", "SSD-backed"),
    "io1": ("Provisioned IOPS", "SSD-backed"),
    "io2": ("Provisioned IOPS", "SSD-backed"),
    "sc1": ("Cold HDD", "HDD-backed"),
    "st1": ("Throughput Optimized HDD", "HDD-backed"),
    "standard": ("Magnetic", "HDD-backed"),
}


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its single on-demand price."""

    service: str
    family: str
    attributes: dict[str, str]
    usd: float
    unit: str
    description: str
    source: Source

    @property
    def sku(self) -> str:
        """The product's key, the same in every simulated region."""
        names = ("regionCode", "usagetype", "operation")
        draw = Chance(0).of("sku", self.service, *(self.attributes.get(name) for name in names))
        return "".join(draw.choices(_SKU_SIGNS, k=16))

    def text(self) -> str:
        """The product as GetProducts answers it: a JSON document in a string."""
        sku = self.sku
        offer, rate = f"{sku}.{_OFFER}", f"{sku}.{_OFFER}.{_RATE}"
        published = _full_date(self.source.date)
        dimension = {
            "unit": self.unit,
            "endRange": "Inf",
            "description": self.description,
            "appliesTo": [],
            "rateCode": rate,
            "beginRange": "0",
            "pricePerUnit": {"USD": f"{self.usd:.10f}"},
        }
        term = {
            "priceDimensions": {rate: dimension},
            "sku": sku,
            "effectiveDate": f"{published[:8]}01T00:00:00Z",
            "offerTermCode": _OFFER,
            "termAttributes": {},
        }
        document = {
            "product": {
                "productFamily": self.family,
                "attributes": self.attributes,
                "sku": sku,
            },
            "serviceCode": self.service,
            "terms": {"OnDemand": {offer: term}},
            "version": published.replace("-", "") + "000000",
            "publicationDate": f"{published}T00:00:00Z",
        }
        return json.dumps(document, separators=(",", ":"))


def ec2_products(catalog: TypeCatalog) -> Iterator[Product]:
    """Instances, volumes, and the IOPS and throughput above a volume's free share."""
    for found in catalog.supported():
        yield _instance(catalog, found)
    for price in catalog.ebs_prices():
        yield from _volume(catalog, price)


def emr_products(catalog: TypeCatalog) -> Iterator[Product]:
    """What EMR adds for each hour of an instance."""
    for found in catalog.supported():
        attributes = _region(catalog, EMR, "Amazon Elastic MapReduce") | {
            "instanceFamily": _family(found),
            "instanceType": found.name,
            "operation": "",
            "softwareType": "EMR",
            "usagetype": usage_type(catalog, f"BoxUsage:{found.name}"),
        }
        yield Product(
            EMR,
            "Elastic Map Reduce Instance",
            attributes,
            found.emr_usd_hour,
            "Hrs",
            f"${found.emr_usd_hour:g} per hour for EMR {found.name}",
            found.emr_source,
        )


def _instance(catalog: TypeCatalog, found: InstanceType) -> Product:
    attributes = _region(catalog, EC2, "Amazon Elastic Compute Cloud") | {
        "capacitystatus": "Used",
        "currentGeneration": "Yes" if found.current_generation else "No",
        "instanceFamily": _family(found),
        "instanceType": found.name,
        "licenseModel": "No License required",
        "marketoption": "OnDemand",
        "memory": f"{found.memory_gib:,.10g} GiB",
        "networkPerformance": found.network,
        "operatingSystem": "Linux",
        "operation": "RunInstances",
        "physicalProcessor": "AWS Graviton" if found.arch == "arm64" else "Intel or AMD",
        "preInstalledSw": "NA",
        "processorArchitecture": "64-bit",
        "storage": _storage(found),
        "tenancy": "Shared",
        "usagetype": usage_type(catalog, f"BoxUsage:{found.name}"),
        "vcpu": str(found.vcpu),
    }
    price = found.on_demand_usd_hour
    return Product(
        EC2,
        "Compute Instance",
        attributes,
        price,
        "Hrs",
        f"${price:g} per On Demand Linux {found.name} Instance Hour",
        found.on_demand_source,
    )


def _volume(catalog: TypeCatalog, price: EbsPrice) -> Iterator[Product]:
    name, where = price.volume_type, catalog.location
    kind, media = _VOLUMES[name]
    base = _region(catalog, EC2, "Amazon Elastic Compute Cloud") | {
        "operation": "",
        "volumeApiName": name,
    }
    suffix = {"standard": "", "io1": ".piops"}.get(name, f".{name}")
    usage = {"usagetype": usage_type(catalog, f"EBS:VolumeUsage{suffix}")}
    yield Product(
        EC2,
        "Storage",
        base | usage | {"volumeType": kind, "storageMedia": media},
        price.usd_gib_month,
        "GB-Mo",
        f"${price.usd_gib_month:g} per GB-month of {kind} ({name}) provisioned storage - {where}",
        price.source,
    )
    if price.usd_iops_month:
        usage = {
            "usagetype": usage_type(catalog, f"EBS:VolumeP-IOPS.{name.replace('io1', 'piops')}")
        }
        yield Product(
            EC2,
            "System Operation",
            base | usage | {"group": "EBS IOPS", "provisioned": "Yes"},
            price.usd_iops_month,
            "IOPS-Mo",
            f"${price.usd_iops_month:g} per IOPS-month provisioned ({name}) - {where}",
            price.source,
        )
    if price.usd_mibps_month:
        usage = {"usagetype": usage_type(catalog, f"EBS:VolumeP-Throughput.{name}")}
        yield Product(
            EC2,
            "Provisioned Throughput",
            base | usage | {"group": "EBS Throughput", "provisioned": "Yes"},
            price.usd_mibps_month * 1024,
            "GiBps-mo",
            f"${price.usd_mibps_month:g} per provisioned MiBps-month of {name} - {where}",
            price.source,
        )


def _region(catalog: TypeCatalog, service: str, name: str) -> dict[str, str]:
    return {
        "location": catalog.location,
        "locationType": "AWS Region",
        "regionCode": catalog.region,
        "servicecode": service,
        "servicename": name,
    }


def usage_type(catalog: TypeCatalog, usage: str) -> str:
    """A usage type as bills and the price list write it in this region."""
    prefix = _USAGE_PREFIX.get(catalog.region, f"{catalog.region.replace('-', '').upper()}-")
    return prefix + usage


def _family(found: InstanceType) -> str:
    return _FAMILIES.get(found.name[0], "General purpose")


def _storage(found: InstanceType) -> str:
    if found.ebs_only:
        return "EBS only"
    disks = max(1, found.disks)
    kind = "NVMe SSD" if found.current_generation else "SSD"
    return f"{disks} x {found.nvme_gb // disks} {kind}"


def _full_date(date: str) -> str:
    """A source's date with the month and day that it leaves open."""
    return date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date
