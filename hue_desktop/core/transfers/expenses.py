"""What a route costs: requests, bytes that leave, and the minutes of a cluster that would end.

A part that nobody can price makes the whole unknown; it is never taken as nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.storage import StoreKind
from hue_desktop.core.transfers.selection import Selection
from hue_desktop.core.transfers.tariff import Tariff, tariff_of
from hue_desktop.core.transfers.values import Route, TransferRequest

if TYPE_CHECKING:
    from hue_desktop.core.transfers.planner import PlanFacts

__all__ = ["expenses"]

_PART_BYTES = 16 * 1024 * 1024  #: of our uploads, and of S3DistCp's unless told otherwise
_COPY_PART_BYTES = 5 * 1024**3  #: S3 copies up to here in one request

Parts = tuple[tuple[str, float], ...]


def expenses(
    route: Route, request: TransferRequest, chosen: Selection, facts: PlanFacts, seconds: float
) -> Parts | None:
    """USD by part (``requests``, ``egress``, ``cluster minutes``); ``None``: not known."""
    source = request.sources[0].store.kind
    target = request.target.store.kind
    from_tariff, to_tariff = tariff_of(facts.source_region), tariff_of(facts.target_region)
    if (source is not StoreKind.LOCAL and from_tariff is None) or (
        target is not StoreKind.LOCAL and to_tariff is None
    ):
        return None
    parts = {"requests": _requests(route, source, target, chosen, from_tariff, to_tariff)}
    parts["egress"] = _egress(route, chosen, facts, from_tariff)
    if route is Route.S3DISTCP and facts.cluster is not None and not facts.cluster.keep_alive:
        if facts.cluster.usd_hour is None:
            return None
        parts["cluster minutes"] = facts.cluster.usd_hour * seconds / 3600
    return tuple((name, usd) for name, usd in parts.items() if usd)


def _requests(
    route: Route,
    source: StoreKind,
    target: StoreKind,
    chosen: Selection,
    from_tariff: Tariff | None,
    to_tariff: Tariff | None,
) -> float:
    usd = 0.0
    if target is StoreKind.S3 and to_tariff is not None:
        part = _COPY_PART_BYTES if route is Route.SERVER_SIDE else _PART_BYTES
        usd += to_tariff.puts(_writes(chosen, part))
    if source is StoreKind.S3 and route is not Route.SERVER_SIDE and from_tariff is not None:
        usd += from_tariff.gets(chosen.files + chosen.large_bytes // _PART_BYTES)
    return usd


def _writes(chosen: Selection, part_bytes: int) -> int:
    """PUT or COPY requests: one a small file; begin, parts and end of each large one."""
    if part_bytes >= _COPY_PART_BYTES:
        return chosen.files + chosen.bytes // part_bytes
    small = chosen.files - chosen.large
    return small + 2 * chosen.large + -(-chosen.large_bytes // part_bytes)


def _egress(route: Route, chosen: Selection, facts: PlanFacts, tariff: Tariff | None) -> float:
    if tariff is None:  # this machine sends for nothing, as far as AWS is concerned
        return 0.0
    if route is Route.STREAM:
        return tariff.to_internet(chosen.bytes)
    if facts.source_region != facts.target_region:
        return tariff.to_other_region(chosen.bytes)
    return 0.0
