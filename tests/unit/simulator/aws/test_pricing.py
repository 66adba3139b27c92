"""The price list through boto3: what an application asks for a cost estimate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hue_desktop.simulator.instance_types import TypeCatalog
from tests.simulated import simulated_region


@pytest.fixture(scope="module")
def pricing() -> Iterator[Any]:
    with simulated_region() as region:
        yield region.client("pricing")


def filters(**fields: str) -> list[dict[str, str]]:
    return [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()
    ]


def products(pricing: Any, service: str, rules: list[dict[str, str]]) -> list[dict[str, Any]]:
    pages = pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=rules)
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def usd(product: dict[str, Any]) -> float:
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    return float(dimension["pricePerUnit"]["USD"])


def test_an_instance_costs_what_the_snapshot_says(pricing: Any) -> None:
    rules = filters(
        instanceType="m5.xlarge",
        regionCode="us-east-1",
        operatingSystem="Linux",
        tenancy="Shared",
        preInstalledSw="NA",
        capacitystatus="Used",
    )
    (found,) = products(pricing, "AmazonEC2", rules)
    assert usd(found) == 0.192
    assert found["product"]["productFamily"] == "Compute Instance"
    attributes = found["product"]["attributes"]
    assert (attributes["vcpu"], attributes["memory"], attributes["storage"]) == (
        "4",
        "16 GiB",
        "EBS only",
    )
    assert found["publicationDate"] == "2026-07-20T00:00:00Z"
    sku = found["product"]["sku"]
    assert list(found["terms"]["OnDemand"]) == [f"{sku}.JRTCKXETXF"]


def test_a_location_names_a_region_as_well(pricing: Any) -> None:
    by_code = products(
        pricing, "AmazonEC2", filters(instanceType="r5.2xlarge", regionCode="eu-central-1")
    )
    by_name = products(
        pricing, "AmazonEC2", filters(instanceType="r5.2xlarge", location="EU (Frankfurt)")
    )
    assert by_code == by_name
    assert len(by_code) == 1


def test_emr_adds_its_own_price(pricing: Any) -> None:
    rules = filters(instanceType="m5.xlarge", regionCode="us-east-1")
    (found,) = products(pricing, "ElasticMapReduce", rules)
    assert usd(found) == 0.048
    assert found["product"]["attributes"]["softwareType"] == "EMR"


@pytest.mark.parametrize(("volume", "price"), [("gp2", 0.10), ("gp3", 0.08), ("st1", 0.045)])
def test_volumes_are_priced_by_the_month(pricing: Any, volume: str, price: float) -> None:
    rules = filters(productFamily="Storage", volumeApiName=volume, regionCode="us-east-1")
    (found,) = products(pricing, "AmazonEC2", rules)
    (term,) = found["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert dimension["unit"] == "GB-Mo"
    assert usd(found) == pytest.approx(price)


def test_the_pages_together_hold_every_type_once(pricing: Any) -> None:
    rules = filters(productFamily="Compute Instance", regionCode="us-west-2")
    first = pricing.get_products(ServiceCode="AmazonEC2", Filters=rules)
    assert len(first["PriceList"]) == 100
    names = [
        item["product"]["attributes"]["instanceType"]
        for item in products(pricing, "AmazonEC2", rules)
    ]
    assert sorted(names) == [found.name for found in TypeCatalog.load("us-west-2").supported()]


def test_other_kinds_of_filters(pricing: Any) -> None:
    rules = [
        *filters(regionCode="us-east-1", productFamily="Compute Instance"),
        {"Type": "ANY_OF", "Field": "instanceType", "Value": "m5.xlarge, c5.xlarge,r5.xlarge"},
        {"Type": "NONE_OF", "Field": "instanceType", "Value": "c5.xlarge"},
        {"Type": "CONTAINS", "Field": "instanceType", "Value": "5.x"},
    ]
    found = products(pricing, "AmazonEC2", rules)
    names = {item["product"]["attributes"]["instanceType"] for item in found}
    assert names == {"m5.xlarge", "r5.xlarge"}


def test_services_and_attribute_values_can_be_listed(pricing: Any) -> None:
    services = pricing.describe_services()["Services"]
    assert {item["ServiceCode"] for item in services} == {"AmazonEC2", "ElasticMapReduce"}
    assert "instanceType" in services[0]["AttributeNames"]
    pages = pricing.get_paginator("get_attribute_values").paginate(
        ServiceCode="AmazonEC2", AttributeName="volumeApiName"
    )
    values = [item["Value"] for page in pages for item in page["AttributeValues"]]
    assert values == ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda api: api.get_products(ServiceCode="AmazonTea"), "NotFoundException"),
        (
            lambda api: api.get_products(ServiceCode="AmazonEC2", NextToken="garbage"),
            "InvalidNextTokenException",
        ),
        (
            lambda api: api.get_products(ServiceCode="AmazonEC2", FormatVersion="aws_v2"),
            "InvalidParameterException",
        ),
        (
            lambda api: api.get_attribute_values(ServiceCode="AmazonEC2", AttributeName="colour"),
            "NotFoundException",
        ),
    ],
)
def test_wrong_requests_get_the_modelled_error(pricing: Any, call: Any, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        call(pricing)
    assert caught.value.response["Error"]["Code"] == code
