"""Spot prices over time: what EC2 tells of the last 90 days, and what was read before that.

DescribeSpotPriceHistory answers the changes between two instants and the price in force at the
first of them. Each pool (type and AZ) is asked only for what came since it was read last.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, money, text, when
from hue_desktop.core.billing import PriceStep, SpotHistory
from hue_desktop.core.cost_ports import KeptSpot, SpotStore
from hue_desktop.core.errors import Cancelled, HueError, StateError
from hue_desktop.core.pricing import PriceSource

__all__ = ["AwsSpotHistories"]

TOLD_S = 90 * 86400.0  #: EC2 tells no more
FRESH_S = 300.0  #: of the region's time: prices change every few hours
TYPES_PER_CALL = 100
SOURCE = "Spot history"
LINUX = ("Linux/UNIX", "Linux/UNIX (Amazon VPC)")
Pool = tuple[str, str]


@dataclass
class _Known:
    """What is known of a pool: from ``since`` to ``until``."""

    steps: list[PriceStep]
    since: float
    until: float


class AwsSpotHistories:
    """The ``SpotHistories`` port. ``store`` outlives the process; without one nothing is kept."""

    def __init__(self, session: AwsSession, store: SpotStore | None = None) -> None:
        self._session = session
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[Pool, _Known] = {}

    def read(self, pools: Iterable[Pool], start: float, end: float) -> SpotHistory:
        """See the port."""
        wanted = sorted({pool for pool in pools if all(pool)})
        if not wanted:
            return SpotHistory()
        with self._lock:
            self._recall(wanted)
            failure = self._ask(wanted, start, end)
            steps = {pool: tuple(self._known[pool].steps) for pool in wanted if pool in self._known}
        if failure is not None and not any(steps.values()):
            raise failure
        newest = max((self._known[pool].until for pool in steps), default=None)
        at = None if newest is None else datetime.fromtimestamp(newest, UTC)
        return SpotHistory(steps, PriceSource(SOURCE, at))

    def _recall(self, pools: Sequence[Pool]) -> None:
        """Take in what earlier runs kept; a state that cannot be read costs only that."""
        missing = [pool for pool in pools if pool not in self._known]
        if self._store is None or not missing or not self._keeps():
            return
        connection, region = self._session.connection.name, self._session.region
        try:
            kept = self._store.load(connection, region, missing)
        except StateError:
            return
        for pool, found in kept.items():
            if found.steps:
                self._known[pool] = _known_of(found)

    def _ask(self, pools: Sequence[Pool], start: float, end: float) -> HueError | None:
        """Read what is missing; the error if EC2 refuses, with what was known still there."""
        now = self._session.region_now().timestamp()
        oldest = max(start, now - TOLD_S)
        groups: dict[tuple[float, str], list[str]] = defaultdict(list)
        for kind, az in pools:
            since = self._since((kind, az), oldest, min(end, now), now)
            if since is not None:
                groups[since, az].append(kind)
        for (since, az), kinds in groups.items():
            for place in range(0, len(kinds), TYPES_PER_CALL):
                part = kinds[place : place + TYPES_PER_CALL]
                try:
                    found = self._pages(part, az, since, now)
                except Cancelled:
                    raise
                except HueError as error:
                    return error
                for kind in part:
                    self._take((kind, az), found.get((kind, az), []), since, now)
        return None

    def _since(self, pool: Pool, oldest: float, end: float, now: float) -> float | None:
        """From when on to ask; ``None`` when everything up to ``end`` is known."""
        known = self._known.get(pool)
        if known is None or oldest < known.since:
            return oldest
        if end <= known.until or now - known.until < FRESH_S:
            return None
        return max(known.until, oldest)

    def _pages(
        self, kinds: Sequence[str], az: str, since: float, now: float
    ) -> dict[Pool, list[PriceStep]]:
        asked = {
            "InstanceTypes": list(kinds),
            "ProductDescriptions": list(LINUX),
            "AvailabilityZone": az,
            "StartTime": datetime.fromtimestamp(since, UTC),
            "EndTime": datetime.fromtimestamp(now, UTC) + timedelta(seconds=1),
        }
        found: dict[Pool, list[PriceStep]] = defaultdict(list)
        pages = self._session.pages("ec2", "DescribeSpotPriceHistory", asked, marker="NextToken")
        for page in pages:
            for part in items(page, "SpotPriceHistory"):
                at, usd = when(part, "Timestamp"), money(part, "SpotPrice")
                if at is not None and usd is not None:
                    pool = text(part, "InstanceType"), text(part, "AvailabilityZone")
                    found[pool].append(PriceStep(at.timestamp(), usd))
        return found

    def _take(self, pool: Pool, read: list[PriceStep], since: float, now: float) -> None:
        """Join what was read with what is known; a hole between them is marked."""
        known = self._known.get(pool)
        fresh = {step.at: step for step in read}
        if known is not None:
            if known.until < since and min(fresh, default=math.inf) > known.until:
                fresh[known.until] = PriceStep(known.until, math.nan)
            have = {step.at: step for step in known.steps}
            fresh = {at: step for at, step in fresh.items() if at not in have}
            steps = sorted([*known.steps, *fresh.values()])
            since = min(since, known.since)
        else:
            steps = sorted(fresh.values())
        self._known[pool] = _Known(steps, since, now)
        self._keep(pool, sorted(fresh.values()), now)

    def _keep(self, pool: Pool, steps: Sequence[PriceStep], now: float) -> None:
        if self._store is None or not self._keeps():
            return
        connection, region = self._session.connection.name, self._session.region
        try:
            self._store.add(connection, region, pool, steps, now)
        except StateError:
            return  # the prices are known all the same, only not for long

    def _keeps(self) -> bool:
        """What another endpoint than AWS says may be something else tomorrow."""
        return self._session.speaks_to_aws("ec2")


def _known_of(kept: KeptSpot) -> _Known:
    return _Known(list(kept.steps), kept.steps[0].at, kept.until)
