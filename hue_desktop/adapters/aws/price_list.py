"""The Price List API: on-demand prices, EMR's fee and EBS, as it publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hue_desktop.adapters.aws.session import AwsSession

__all__ = ["ListPrice", "ebs_prices", "ec2_prices", "emr_prices", "home_of_prices"]

VALUE_LENGTH = 1000  #: of a filter; the API takes 1,024 characters


@dataclass(frozen=True, slots=True)
class ListPrice:
    """One figure of the price list in USD (an hour, or a GiB-month), and when it was published."""

    usd: float
    published: date | None


def home_of_prices(region: str) -> str:
    """The nearest of the few regions that answer for prices of all."""
    if region.startswith("cn-"):
        return "cn-northwest-1"
    if region.startswith(("eu-", "me-", "af-", "il-")):
        return "eu-central-1"
    if region.startswith("ap-"):
        return "ap-south-1"
    return "us-east-1"


def ec2_prices(session: AwsSession, instance_types: Sequence[str]) -> dict[str, ListPrice]:
    """On-demand prices (Linux, shared tenancy, nothing pre-installed) by type."""
    plain = {
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }
    return _by_type(session, "AmazonEC2", plain, instance_types)


def emr_prices(session: AwsSession, instance_types: Sequence[str]) -> dict[str, ListPrice]:
    """What EMR adds for an instance hour, by type."""
    return _by_type(session, "ElasticMapReduce", {"softwareType": "EMR"}, instance_types)


def ebs_prices(session: AwsSession, volume_type: str) -> ListPrice | None:
    """The price of a GiB-month of a volume type."""
    filters = {"productFamily": "Storage", "volumeApiName": volume_type}
    for product in _products(session, "AmazonEC2", filters):
        price = _price(product)
        if price is not None:
            return price
    return None


def _by_type(
    session: AwsSession, service: str, filters: Mapping[str, str], instance_types: Sequence[str]
) -> dict[str, ListPrice]:
    found: dict[str, ListPrice] = {}
    for names in _joined(instance_types):
        for product in _products(session, service, filters, instance_types=names):
            name = _attributes(product).get("instanceType")
            price = _price(product)
            if isinstance(name, str) and price is not None and price.usd > 0:
                found.setdefault(name, price)
    return found


def _joined(names: Iterable[str]) -> Iterator[str]:
    """The names joined by commas, in texts that the API takes."""
    text = ""
    for name in names:
        if len(text) + len(name) + 1 > VALUE_LENGTH:
            yield text
            text = ""
        text = f"{text},{name}" if text else name
    if text:
        yield text


def _products(
    session: AwsSession, service: str, filters: Mapping[str, str], *, instance_types: str = ""
) -> Iterator[Mapping[str, Any]]:
    wanted = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {"regionCode": session.region, **filters}.items()
    ]
    if instance_types:
        wanted.append({"Type": "ANY_OF", "Field": "instanceType", "Value": instance_types})
    asked = {"ServiceCode": service, "Filters": wanted, "FormatVersion": "aws_v1"}
    home = home_of_prices(session.region)
    for page in session.pages("pricing", "GetProducts", asked, marker="NextToken", region=home):
        for document in page.get("PriceList") or ():
            try:
                product = json.loads(document)
            except (TypeError, ValueError):
                continue
            if isinstance(product, dict):
                yield product


def _attributes(product: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = (product.get("product") or {}).get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _price(product: Mapping[str, Any]) -> ListPrice | None:
    """The on-demand price of the first unit; ``None`` where it is not in USD."""
    for term in ((product.get("terms") or {}).get("OnDemand") or {}).values():
        for dimension in (term.get("priceDimensions") or {}).values():
            usd = (dimension.get("pricePerUnit") or {}).get("USD")
            if usd is not None and dimension.get("beginRange", "0") == "0":
                return ListPrice(float(usd), _published(product))
    return None


def _published(product: Mapping[str, Any]) -> date | None:
    try:
        return datetime.fromisoformat(str(product.get("publicationDate"))).date()
    except ValueError:
        return None
