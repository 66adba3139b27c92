"""Whether more nodes fit into the account's vCPU quotas, as far as Service Quotas tells."""

from __future__ import annotations

from collections.abc import Mapping

from hue_desktop.core.candidates.quotas import VcpuQuota, quota_of
from hue_desktop.core.candidates.values import VcpuLimit
from hue_desktop.core.capacity_ports import Quota
from hue_desktop.core.changes import Risk, RiskLevel
from hue_desktop.core.clusters import ClusterRef, ClusterSnapshot
from hue_desktop.core.errors import Cancelled, HueError
from hue_desktop.core.format import count
from hue_desktop.core.instances import InstanceType, Market
from hue_desktop.core.text import _
from hue_desktop.services.access import AccessPool
from hue_desktop.services.fleet.service import FleetService

__all__ = ["VcpuLimits"]


class VcpuLimits:
    """Reads quotas and counts what the known clusters use of them."""

    def __init__(self, access: AccessPool, fleet: FleetService) -> None:
        self._access = access
        self._fleet = fleet
        self._known: dict[tuple[str, str], Mapping[str, Quota]] = {}

    def read(
        self,
        ref: ClusterRef,
        market: Market,
        type_name: str,
        more: int,
        types: Mapping[str, InstanceType],
    ) -> VcpuLimit:
        """The limit with ``more`` nodes of a type asked for. Blocks; what fails is a sentence."""
        quotas, reason = self._quotas(ref)
        return self._judge(ref, market, type_name, more, types, quotas, reason)

    def known(
        self,
        ref: ClusterRef,
        market: Market,
        type_name: str,
        more: int,
        types: Mapping[str, InstanceType],
    ) -> VcpuLimit | None:
        """The same from what was read before; ``None`` when nothing was. Does not block."""
        quotas = self._known.get((ref.connection, ref.region))
        if quotas is None:
            return None
        return self._judge(ref, market, type_name, more, types, quotas, "")

    def risks(
        self,
        snapshot: ClusterSnapshot,
        market: Market,
        type_name: str,
        more: int,
        types: Mapping[str, InstanceType],
    ) -> tuple[Risk, ...]:
        """A warning when the nodes are over a quota that was read before. Does not block."""
        found = self.known(snapshot.ref, market, type_name, more, types) if more > 0 else None
        if found is None or not found.over:
            return ()
        return (Risk(RiskLevel.WARN, f"{found.sentence} {found.next_step}"),)

    def _quotas(self, ref: ClusterRef) -> tuple[Mapping[str, Quota], str]:
        door = self._access.of(ref.connection, ref.region).quotas
        if door is None:
            return {}, ""
        try:
            found = door.quotas("ec2")
        except Cancelled:
            raise
        except HueError as error:
            return {}, str(error)
        self._known[ref.connection, ref.region] = found
        return found, ""

    def _judge(
        self,
        ref: ClusterRef,
        market: Market,
        type_name: str,
        more: int,
        types: Mapping[str, InstanceType],
        quotas: Mapping[str, Quota],
        reason: str,
    ) -> VcpuLimit:
        kind, quota = types.get(type_name), quota_of(type_name, market)
        asked = max(0, more) * kind.vcpu if kind else 0
        told = quotas.get(quota.code) if quota else None
        if quota is None or told is None or kind is None:
            return VcpuLimit("", None, None, asked, False, _unknown_text(reason))
        used = self._used(ref, market, quota, types)
        limit = int(told.applied)
        over = asked > 0 and used + asked > limit
        figures = {
            "quota": told.name,
            "limit": count(limit),
            "used": count(used),
            "asked": count(asked),
            "then": count(used + asked),
        }
        if not over:
            text = _(
                "The clusters shown here then use {then} of the {limit} vCPU that the quota "
                "“{quota}” allows."
            )
            return VcpuLimit(
                told.name, limit, used, asked, False, text.format(**figures), code=quota.code
            )
        text = _(
            "{asked} vCPU more are over the quota “{quota}”: {limit} vCPU, of which the clusters "
            "shown here use {used}."
        )
        room = max(0, limit - used) // kind.vcpu if kind.vcpu else 0
        step = _(
            "Ask for {n} nodes at most, or have the quota raised in Service Quotas first; EC2 "
            "refuses what is over it."
        )
        return VcpuLimit(
            told.name,
            limit,
            used,
            asked,
            True,
            text.format(**figures),
            step.format(n=count(room)),
            quota.code,
        )

    def _used(
        self,
        ref: ClusterRef,
        market: Market,
        quota: VcpuQuota,
        types: Mapping[str, InstanceType],
    ) -> int:
        """vCPU of all known clusters of the connection in the region that the quota counts."""
        total = 0
        for place, snapshot in self._fleet.snapshot().clusters.items():
            if (place.connection, place.region) != (ref.connection, ref.region):
                continue
            for node in snapshot.nodes(market=market):
                kind = types.get(node.instance_type)
                if kind is not None and quota_of(node.instance_type, market) == quota:
                    total += kind.vcpu
        return total


def _unknown_text(reason: str) -> str:
    if reason:
        return _("The account’s vCPU quota could not be read: {reason}").format(reason=reason)
    return _("The account’s vCPU quota is not known here.")
