"""Which vCPU quota of EC2 counts nodes of a type (EC2's guide on quotas). Pure."""

from __future__ import annotations

from typing import NamedTuple

from hue_desktop.core.instances import Market

__all__ = ["VcpuQuota", "quota_of"]


class VcpuQuota(NamedTuple):
    """A quota as Service Quotas knows it: its code, and the families that it counts."""

    code: str
    families: str


#: (first letters of the families, on-demand quota, Spot quota, families as AWS writes them).
#: Codes are the same in every account and region.
_SPECIAL = (
    (("gr", "g", "vt"), "L-DB2E81BA", "L-3819A6DF", "G and VT"),
    (("dl",), "L-6E869C2A", "L-85EED4F7", "DL"),
    (("hpc",), "L-F7808C92", "", "HPC"),
    (("inf",), "L-1945791B", "L-B5D1601B", "Inf"),
    (("trn",), "L-2C3B7624", "L-6B0D517C", "Trn"),
    (("f",), "L-74FC7D96", "L-88CF9481", "F"),
    (("u",), "L-43DA4232", "", "High Memory"),
    (("x",), "L-7295265B", "L-E3A00192", "X"),
)
_P_ON_DEMAND, _P5_SPOT, _P_SPOT = "L-417A185B", "L-C4BD4855", "L-7212CCBC"
_STANDARD = VcpuQuota("L-1216C47A", "A, C, D, H, I, M, R, T, Z")
_STANDARD_SPOT = VcpuQuota("L-34B43A08", "A, C, D, H, I, M, R, T, Z")


def quota_of(instance_type: str, market: Market) -> VcpuQuota | None:
    """The quota that a node of the type counts against; ``None`` where EC2 has none for it."""
    family = instance_type.partition(".")[0]
    end = next((place for place, sign in enumerate(family) if sign.isdigit()), len(family))
    letters, spot = family[:end].partition("-")[0], market is Market.SPOT
    if letters == "p":
        newest = family.startswith(("p5", "p6"))
        if spot:
            return VcpuQuota(_P5_SPOT, "P5") if newest else VcpuQuota(_P_SPOT, "P2, P3 and P4")
        return VcpuQuota(_P_ON_DEMAND, "P")
    for names, on_demand_code, spot_code, families in _SPECIAL:
        if letters in names:
            code = spot_code if spot else on_demand_code
            return VcpuQuota(code, families) if code else None
    return _STANDARD_SPOT if spot else _STANDARD
