"""Prices of one connection in one region: the Pricing API first, the packaged snapshot behind it.

List prices are asked for once a day; Spot prices whenever the service asks. A failing Pricing API
(no permission, no network) costs only the freshness: the snapshot answers, with its own date.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hue_desktop.adapters.aws.price_list import (
    ListPrice,
    ebs_prices,
    ec2_prices,
    emr_prices,
    home_of_prices,
)
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import items, money, text, when
from hue_desktop.core.errors import Cancelled, HueError, StateError
from hue_desktop.core.ports import PriceCache, PriceSnapshot, SpotPrice
from hue_desktop.core.pricing import PriceSource, TypePrice

__all__ = ["AwsPrices"]

LIVE = "Pricing API"
MIXED = "Pricing API and snapshot"
NOBODY = "unknown"
FRESH_S = 24 * 3600.0
AFTER_FAILURE_S = 600.0  #: how long a failing Pricing API is left alone
TYPES_PER_SPOT_CALL = 100
LINUX = ("Linux/UNIX", "Linux/UNIX (Amazon VPC)")


class AwsPrices:
    """The ``Prices`` port. ``cache`` outlives the process; without one nothing is kept."""

    def __init__(
        self, session: AwsSession, snapshot: PriceSnapshot, cache: PriceCache | None = None
    ) -> None:
        self._session = session
        self._snapshot = snapshot
        self._cache = cache
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, TypePrice]] = {}
        self._cache_read = False
        self._failed_at: float | None = None

    def type_prices(self, instance_types: Iterable[str]) -> Mapping[str, TypePrice]:
        """On-demand price and EMR fee of each; ``None`` in it where nobody knows one."""
        wanted = list(dict.fromkeys(instance_types))
        with self._lock:
            self._read_cache()
            now = time.monotonic()
            missing = [name for name in wanted if not self._is_fresh(name, now)]
            if missing:
                self._ask(missing, now)
            return {
                name: self._known[name][1] if name in self._known else self._from_snapshot(name)
                for name in wanted
            }

    def spot_now(self, instance_types: Iterable[str]) -> Sequence[SpotPrice]:
        """The newest Spot price of each type and AZ (Linux/UNIX)."""
        names = list(dict.fromkeys(instance_types))
        newest: dict[tuple[str, str], SpotPrice] = {}
        for place in range(0, len(names), TYPES_PER_SPOT_CALL):
            for price in self._spot(names[place : place + TYPES_PER_SPOT_CALL]):
                key = (price.instance_type, price.az)
                if key not in newest or newest[key].at < price.at:
                    newest[key] = price
        return tuple(newest[key] for key in sorted(newest))

    def ebs_usd_gib_month(self, volume_type: str) -> tuple[float | None, PriceSource]:
        """The list price of a GiB-month of EBS."""
        if not self._api_rests(time.monotonic()):
            try:
                price = ebs_prices(self._session, volume_type)
            except Cancelled:
                raise
            except HueError:
                self._failed_at = time.monotonic()
            else:
                if price is not None:
                    return price.usd, PriceSource(LIVE, price.published)
        return self._snapshot.ebs_usd_gib_month(volume_type)

    def _spot(self, names: list[str]) -> Iterable[SpotPrice]:
        asked = {
            "InstanceTypes": names,
            "ProductDescriptions": list(LINUX),
            # from now on: AWS then answers the price that holds now
            "StartTime": self._session.region_now(),
        }
        pages = self._session.pages("ec2", "DescribeSpotPriceHistory", asked, marker="NextToken")
        for page in pages:
            for part in items(page, "SpotPriceHistory"):
                at, usd = when(part, "Timestamp"), money(part, "SpotPrice")
                if at is not None and usd is not None:
                    yield SpotPrice(
                        text(part, "InstanceType"), text(part, "AvailabilityZone"), at, usd
                    )

    def _is_fresh(self, name: str, now: float) -> bool:
        return name in self._known and now - self._known[name][0] < FRESH_S

    def _api_rests(self, now: float) -> bool:
        return self._failed_at is not None and now - self._failed_at < AFTER_FAILURE_S

    def _ask(self, names: list[str], now: float) -> None:
        """Ask the Pricing API; a failure leaves what was known, however old."""
        if self._api_rests(now):
            return
        try:
            on_demand = ec2_prices(self._session, names)
            fees = emr_prices(self._session, names)
        except Cancelled:
            raise
        except HueError:
            self._failed_at = now
            return
        self._failed_at = None
        found = [self._merged(name, on_demand.get(name), fees.get(name)) for name in names]
        self._known.update({price.instance_type: (now, price) for price in found})
        self._keep([price for price in found if price.source.name == LIVE])

    def _merged(self, name: str, on_demand: ListPrice | None, fee: ListPrice | None) -> TypePrice:
        """Both figures of the Pricing API, or what it lacks from the snapshot."""
        if on_demand and fee:
            days = [price.published for price in (on_demand, fee) if price.published]
            source = PriceSource(LIVE, min(days, default=None))
            return TypePrice(name, on_demand.usd, fee.usd, source)
        packed = self._from_snapshot(name)
        if not on_demand and not fee:
            return packed
        return TypePrice(
            name,
            on_demand.usd if on_demand else packed.on_demand_usd_hour,
            fee.usd if fee else packed.emr_usd_hour,
            PriceSource(MIXED, packed.source.as_of),
        )

    def _from_snapshot(self, name: str) -> TypePrice:
        found = self._snapshot.type_price(name)
        return found or TypePrice(name, None, None, PriceSource(NOBODY))

    def _is_aws(self) -> bool:
        """What another endpoint says may be something else tomorrow: it is not kept."""
        home = home_of_prices(self._session.region)
        return self._session.speaks_to_aws("pricing", home)

    def _keep(self, prices: list[TypePrice]) -> None:
        """Hand prices to the next run; a cache that cannot be written costs only that."""
        if self._cache is not None and self._is_aws():
            with contextlib.suppress(StateError):
                self._cache.save(self._session.region, prices)

    def _read_cache(self) -> None:
        """Take in, once, what an earlier run was told within the last day."""
        if self._cache_read or self._cache is None:
            return
        self._cache_read = True
        if not self._is_aws():
            return
        limit = datetime.now(UTC) - timedelta(seconds=FRESH_S)
        now = time.monotonic()
        try:
            kept = self._cache.load(self._session.region, since=limit)
        except StateError:
            return
        for kept_at, price in kept:
            age_s = (datetime.now(UTC) - kept_at).total_seconds()
            self._known.setdefault(price.instance_type, (now - max(0.0, age_s), price))
