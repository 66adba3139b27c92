"""The type catalog reads the snapshot that is in the repository."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from hue_desktop.simulator.instance_types import TypeCatalog
from hue_desktop.simulator.resources import read_json, resources_dir


@pytest.mark.parametrize(
    ("region", "count"), [("us-east-1", 727), ("us-west-2", 727), ("eu-central-1", 680)]
)
def test_every_region_of_the_snapshot_is_whole(region: str, count: int) -> None:
    catalog = TypeCatalog.load(region)
    types = catalog.supported()
    assert catalog.snapshot_region == region
    assert len(types) == count
    for found in types:
        assert found.vcpu > 0
        assert found.memory_gib > 0
        assert found.on_demand_usd_hour > 0
        assert found.emr_usd_hour > 0
        assert set(found.azs) <= set(catalog.azs())
        assert found.az_count >= 1
        assert (found.spot_usd_hour_avg is None) == (found.spot_source is None)
        assert found.spot_usd_hour_avg is None or found.spot_usd_hour_avg > 0


def test_a_type_carries_its_figures_and_their_age() -> None:
    found = TypeCatalog.load("us-east-1").get("m5.xlarge")
    assert found is not None
    assert (found.vcpu, found.memory_gib, found.arch, found.ebs_only) == (4, 16.0, "x86_64", True)
    assert found.on_demand_usd_hour == 0.192
    assert found.on_demand_source.date == "2026-07-20"
    assert (found.emr_usd_hour, found.emr_source.id) == (0.048, "public-repo")
    assert found.interruption_class == 4


def test_a_region_outside_the_snapshot_borrows_its_figures() -> None:
    catalog = TypeCatalog.load("eu-west-1")
    assert (catalog.region, catalog.snapshot_region) == ("eu-west-1", "us-east-1")
    assert catalog.azs() == ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    assert all(set(found.azs) <= set(catalog.azs()) for found in catalog.supported())


def test_every_region_has_the_zones_that_moto_describes() -> None:
    for region, zones in RegionsAndZonesBackend.zones.items():
        assert TypeCatalog.load(region).azs() == tuple(zone.name for zone in zones)


def test_releases_accept_what_existed_at_their_time() -> None:
    catalog = TypeCatalog.load("us-east-1")
    old = {found.name for found in catalog.supported("emr-5.36.0")}
    new = {found.name for found in catalog.supported("emr-7.10.0")}
    assert "m5.xlarge" in old & new
    assert "m7g.xlarge" in new - old
    assert len(catalog.supported("emr-99.0.0")) == len(catalog.supported())


def test_ebs_prices_are_known_for_the_usual_volumes() -> None:
    catalog = TypeCatalog.load("eu-central-1")
    for volume in ("gp2", "gp3", "io1", "st1"):
        price = catalog.ebs(volume)
        assert price is not None
        assert 0 < price.usd_gib_month < 0.2
        assert price.source.date == "2025"
    assert catalog.ebs("tape") is None


def test_a_file_of_another_kind_or_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "region.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"format": "other", "version": 1}).encode()))
    with pytest.raises(ValueError, match="not a hue-desktop-prices file"):
        read_json(path, "hue-desktop-prices", 1)
    newer = {"format": "hue-desktop-prices", "version": 2}
    path.write_bytes(gzip.compress(json.dumps(newer).encode()))
    with pytest.raises(ValueError, match="version 2; this program reads up to 1"):
        read_json(path, "hue-desktop-prices", 1)


def test_the_snapshot_stays_small() -> None:
    files = list((resources_dir() / "prices").glob("*.json.gz"))
    assert len(files) >= 4
    assert all(path.stat().st_size < 150_000 for path in files)
