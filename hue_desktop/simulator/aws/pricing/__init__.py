"""The Price List service: GetProducts and its kin for AmazonEC2 and ElasticMapReduce.

The real service is global, so it answers for every region of the snapshot, wherever the simulated
region is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from hue_desktop.simulator.aws.paging import InvalidToken, page
from hue_desktop.simulator.aws.pricing.products import (
    EC2,
    EMR,
    Product,
    ec2_products,
    emr_products,
)
from hue_desktop.simulator.instance_types import TypeCatalog
from hue_desktop.simulator.resources import resources_dir
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["PricingService"]

Json = dict[str, Any]
T = TypeVar("T")

_FORMAT = "aws_v1"
_PAGE = 100
_SERVICES = {EC2: ec2_products, EMR: emr_products}


class PricingService:
    """The Price List operations."""

    name = "pricing"

    def __init__(self, world: World) -> None:
        self._home = world.types
        self._lists: dict[tuple[str, str], tuple[Product, ...]] = {}

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "DescribeServices": self.describe_services,
            "GetAttributeValues": self.get_attribute_values,
            "GetProducts": self.get_products,
        }

    def get_products(self, call: Call) -> Json:
        """Products that pass all filters, each a JSON document in a string."""
        filters = call.params.get("Filters") or ()
        _check_format(call)
        found = [
            product
            for product in self._products(call.params["ServiceCode"], _regions_named(filters))
            if all(_passes(product, item) for item in filters)
        ]
        shown, token = _paged(call, found, _PAGE)
        return {
            "FormatVersion": _FORMAT,
            "PriceList": [product.text() for product in shown],
            "NextToken": token,
        }

    def describe_services(self, call: Call) -> Json:
        """The services with prices, and the attributes one may filter by."""
        _check_format(call)
        wanted = call.params.get("ServiceCode")
        if wanted is not None:
            _check_service(wanted)
        found = [
            {"ServiceCode": code, "AttributeNames": sorted(self._attributes(code))}
            for code in _SERVICES
            if wanted in (None, code)
        ]
        shown, token = _paged(call, found, _PAGE)
        return {"FormatVersion": _FORMAT, "Services": list(shown), "NextToken": token}

    def get_attribute_values(self, call: Call) -> Json:
        """The values that products have under one attribute."""
        code, attribute = call.params["ServiceCode"], call.params["AttributeName"]
        _check_service(code)
        if attribute not in self._attributes(code):
            raise ApiError(
                "NotFoundException", f"Attribute name: {attribute} not found for service: {code}"
            )
        values = {_field(product, attribute) for product in self._products(code, None)}
        found = [{"Value": value} for value in sorted(value for value in values if value)]
        shown, token = _paged(call, found, _PAGE)
        return {"AttributeValues": list(shown), "NextToken": token}

    def _attributes(self, code: str) -> set[str]:
        names = {"productFamily", "termType"}
        for product in self._products(code, {self._home.region}):
            names.update(product.attributes)
        return names

    def _products(self, code: str, regions: set[str] | None) -> list[Product]:
        """All products of a service in some regions, or in all that have prices."""
        _check_service(code)
        known = sorted({*_snapshot_regions(), self._home.region})
        wanted = [name for name in known if regions is None or name in regions]
        return [product for name in wanted for product in self._of_region(code, name)]

    def _of_region(self, code: str, region: str) -> tuple[Product, ...]:
        found = self._lists.get((code, region))
        if found is None:
            home = region == self._home.region
            catalog = self._home if home else TypeCatalog.load(region)
            found = self._lists[code, region] = tuple(_SERVICES[code](catalog))
        return found


@cache
def _snapshot_regions() -> tuple[str, ...]:
    files = (resources_dir() / "prices").glob("*-*-*.json.gz")
    return tuple(sorted(path.name.removesuffix(".json.gz") for path in files))


def _regions_named(filters: Sequence[Mapping[str, str]]) -> set[str] | None:
    """The regions that an exact filter leaves, so that the others need not be loaded."""
    for item in filters:
        if item["Field"] == "regionCode" and item["Type"] in ("TERM_MATCH", "EQUALS"):
            return {item["Value"]}
    return None


def _passes(product: Product, rule: Mapping[str, str]) -> bool:
    value = _field(product, rule["Field"])
    asked, kind = rule["Value"], rule["Type"]
    if value is None:
        return kind == "NONE_OF"
    if kind == "CONTAINS":
        return asked in value
    if kind == "ANY_OF":
        return value in _alternatives(asked)
    if kind == "NONE_OF":
        return value not in _alternatives(asked)
    return value == asked


def _alternatives(value: str) -> list[str]:
    return [item.strip() for item in value.split(",")]


def _field(product: Product, name: str) -> str | None:
    if name == "productFamily":
        return product.family
    if name in ("ServiceCode", "serviceCode"):
        return product.service
    if name == "termType":
        return "OnDemand"
    if name == "sku":
        return product.sku
    return product.attributes.get(name)


def _check_service(code: str) -> None:
    if code not in _SERVICES:
        raise ApiError("NotFoundException", f"Service code: {code} not found")


def _check_format(call: Call) -> None:
    version = call.params.get("FormatVersion") or _FORMAT
    if version != _FORMAT:
        raise ApiError("InvalidParameterException", f"Invalid format version: {version}")


def _paged(call: Call, items: Sequence[T], size: int) -> tuple[Sequence[T], str | None]:
    wanted = int(call.params.get("MaxResults") or size)
    try:
        return page(items, call.params.get("NextToken"), wanted, call.operation)
    except InvalidToken:
        raise ApiError("InvalidNextTokenException", "The NextToken is not valid.") from None
