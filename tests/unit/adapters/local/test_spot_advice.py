"""The packaged interruption classes: read as published, and what is wrong with a damaged file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from hue_desktop.adapters.local.resources import resources_dir
from hue_desktop.adapters.local.spot_advice import RegionSpotAdvice
from hue_desktop.core.errors import ConfigurationError


def test_the_packaged_classes() -> None:
    folder = resources_dir() / "spot"
    document = json.loads((folder / "interruption.json").read_text())
    advice = RegionSpotAdvice(folder, "us-east-1")
    rows = document["regions"]["us-east-1"]
    for name, (number, _savings) in rows.items():
        found = advice.interruption(name)
        assert found is not None
        assert found.low == document["classes"][number]["monthly_min"]
        assert (found.high is None) == (document["classes"][number]["label"] == ">20%")
    assert found is not None
    assert found.source.name == "AWS Spot Advisor"
    assert found.source.as_of == date(2025, 6, 1)
    assert advice.interruption("x9.huge") is None


def test_unknown_regions_and_missing_files_know_nothing(tmp_path: Path) -> None:
    assert RegionSpotAdvice(resources_dir() / "spot", "mars-1").interruption("m5.xlarge") is None
    assert RegionSpotAdvice(tmp_path, "us-east-1").interruption("m5.xlarge") is None


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other", "version": 1}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "interruption.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"interruption\.json"):
        RegionSpotAdvice(tmp_path, "us-east-1").interruption("m5.xlarge")
