"""EMR's default volumes: what a node gets when nobody says (EMR's storage guide, from 5.22)."""

from __future__ import annotations

import re

from hue_desktop.core.instances import EbsVolume

__all__ = ["default_volumes", "has_instance_store", "release_number", "root_volume"]

#: EBS-only types: (volumes, GiB each) by size, from the guide's table.
_DATA: dict[str, tuple[int, int]] = {
    "large": (1, 32),
    "xlarge": (2, 32),
    "2xlarge": (4, 32),
    "4xlarge": (4, 64),
    "8xlarge": (4, 128),
    "9xlarge": (4, 144),
    "10xlarge": (4, 160),
    "12xlarge": (4, 192),
    "16xlarge": (4, 256),
    "18xlarge": (4, 288),
    "24xlarge": (4, 384),
}
#: Families with NVMe or spinning instance store although their name has no ``d`` to say so.
_STORED = re.compile(
    r"^(c1|c3|cc2|cr1|d[23]|d3en|dl1|f[12]|g2|g4dn|g4ad|g5|g6e?|g6f|gr6|h1|hs1|i\d\w*|im4gn|is4gen"
    r"|m1|m2|m3|p3dn|p4de?|p5\w*|r3|trn1n?|x1e?|x2ie?dn|z1d)$"
)
_ATTRIBUTES = re.compile(r"^[a-z]+\d+([a-z-]*)$")


def release_number(release: str) -> tuple[int, ...]:
    """``emr-6.15.0`` as (6, 15, 0); an unreadable label counts as the newest."""
    numbers = re.findall(r"\d+", release)
    return tuple(int(number) for number in numbers) if numbers else (999,)


def has_instance_store(instance_type: str) -> bool:
    """Whether the type brings disks of its own, told by its family's name."""
    family = instance_type.partition(".")[0]
    if _STORED.match(family):
        return True
    attributes = _ATTRIBUTES.match(family)
    return attributes is not None and "d" in attributes.group(1)


def default_volumes(instance_type: str, release: str = "") -> tuple[EbsVolume, ...]:
    """The data volumes of a node for which no volumes were asked."""
    if has_instance_store(instance_type):
        return ()
    amount, size_gib = _DATA.get(instance_type.partition(".")[2], (4, 384))
    volume_type = "gp3" if release_number(release) >= (6, 15) else "gp2"
    return (EbsVolume(volume_type, size_gib),) * amount


def root_volume(release: str = "", size_gib: int | None = None) -> EbsVolume:
    """The root volume: gp3 15 GiB from 6.15, gp2 15 GiB from 6.10, gp2 10 GiB before."""
    number = release_number(release)
    volume_type = "gp3" if number >= (6, 15) else "gp2"
    return EbsVolume(volume_type, size_gib or (15 if number >= (6, 10) else 10))
