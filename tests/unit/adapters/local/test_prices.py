"""The packaged price snapshot."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from hue_desktop.adapters.local.prices import SnapshotPrices
from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.core.errors import ConfigurationError


def test_prices_of_the_packaged_regions() -> None:
    prices = SnapshotPrices(resources_dir() / "prices", "us-east-1")
    found = prices.type_price("m5.xlarge")
    assert found is not None
    assert (found.on_demand_usd_hour, found.emr_usd_hour) == (0.192, 0.048)
    assert found.source.name == "snapshot"
    assert isinstance(found.source.as_of, date)
    usd, source = prices.ebs_usd_gib_month("gp3")
    assert usd == 0.08
    assert source.as_of is not None
    assert prices.type_price("m99.huge") is None
    assert prices.ebs_usd_gib_month("floppy")[0] is None


def test_a_region_that_was_not_packaged_knows_no_prices() -> None:
    prices = SnapshotPrices(resources_dir() / "prices", "mars-north-1")
    assert prices.type_price("m5.xlarge") is None
    assert prices.ebs_usd_gib_month("gp3")[0] is None


@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b"not json"), gzip.compress(json.dumps({"format": "x"}).encode())],
    ids=["not gzip", "not json", "another format"],  # gzip keeps the time: names must not
)
def test_a_damaged_snapshot_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "us-east-1.json.gz").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"us-east-1\.json\.gz"):
        SnapshotPrices(tmp_path, "us-east-1").type_price("m5.xlarge")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    document = {"format": "hue-desktop-prices", "version": 2}
    (tmp_path / "r.json.gz").write_bytes(gzip.compress(json.dumps(document).encode()))
    with pytest.raises(ConfigurationError):
        SnapshotPrices(tmp_path, "r").type_price("m5.xlarge")
