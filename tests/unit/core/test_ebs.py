"""EMR's default volumes."""

from __future__ import annotations

import pytest

from hue_desktop.core.ebs import default_volumes, has_instance_store, release_number, root_volume
from hue_desktop.core.instances import EbsVolume


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("m5.xlarge", False),
        ("m5d.xlarge", True),
        ("m6gd.large", True),
        ("m5dn.large", True),
        ("r5.24xlarge", False),
        ("i3.xlarge", True),
        ("i4i.large", True),
        ("c5n.xlarge", False),
        ("d3en.xlarge", True),
        ("g5.xlarge", True),
        ("m7i-flex.xlarge", False),
        ("x2idn.16xlarge", True),
        ("z1d.large", True),
    ],
)
def test_instance_store_by_name(name: str, stored: bool) -> None:
    assert has_instance_store(name) is stored


@pytest.mark.parametrize(
    ("name", "volumes"),
    [
        ("m5.large", (EbsVolume("gp3", 32),)),
        ("m5.xlarge", (EbsVolume("gp3", 32),) * 2),
        ("m5.4xlarge", (EbsVolume("gp3", 64),) * 4),
        ("m5d.4xlarge", ()),
    ],
)
def test_data_volumes(name: str, volumes: tuple[EbsVolume, ...]) -> None:
    assert default_volumes(name, "emr-7.5.0") == volumes


@pytest.mark.parametrize(
    ("release", "volume"),
    [
        ("emr-6.15.0", EbsVolume("gp3", 15)),
        ("emr-6.12.0", EbsVolume("gp2", 15)),
        ("emr-5.36.1", EbsVolume("gp2", 10)),
        ("", EbsVolume("gp3", 15)),
    ],
)
def test_root_volume(release: str, volume: EbsVolume) -> None:
    assert root_volume(release) == volume


def test_root_volume_as_asked() -> None:
    assert root_volume("emr-7.0.0", 80).size_gib == 80
    assert release_number("emr-6.9.0") < release_number("emr-6.15.0")
