"""Reading the prices of a region: one book, kept and renewed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hue_desktop.core.cost import PriceBook, price_book
from hue_desktop.services.access import AccessPool

if TYPE_CHECKING:
    from hue_desktop.core.ports import Prices, SpotPrice
    from hue_desktop.core.pricing import PriceSource, TypePrice

__all__ = ["PriceBooks"]

_LIST_S = 6 * 3600.0  #: list prices move rarely
_SPOT_S = 300.0
_VOLUME_TYPES = frozenset(("gp2", "gp3"))  #: what EMR gives by itself


class _Shelf:
    """What was read for one connection and region, and when."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.types: dict[str, TypePrice] = {}
        self.types_read: dict[str, float] = {}
        self.spot: dict[str, tuple[SpotPrice, ...]] = {}
        self.spot_read: dict[str, float] = {}
        self.ebs: dict[str, tuple[float | None, PriceSource]] = {}
        self.ebs_read: dict[str, float] = {}
        self.book = PriceBook()


class PriceBooks:
    """The books of all connections and regions."""

    def __init__(self, access: AccessPool) -> None:
        self._access = access
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        self._lock = threading.Lock()

    def now(self, connection: str, region: str) -> PriceBook:
        """What is known already; never blocks."""
        return self._shelf(connection, region).book

    def read(
        self,
        connection: str,
        region: str,
        types: Iterable[str],
        *,
        volume_types: Iterable[str] = (),
        spot: bool = True,
    ) -> PriceBook:
        """The book with these types in it, read where missing or old. Blocks; HueError."""
        shelf = self._shelf(connection, region)
        prices = self._access.of(connection, region).prices
        wanted = sorted(set(types))
        with shelf.lock:
            changed = _read_lists(shelf, prices, wanted)
            changed |= _read_ebs(shelf, prices, _VOLUME_TYPES.union(volume_types))
            if spot:
                changed |= _read_spot(shelf, prices, wanted)
            if changed:
                everything = (price for found in shelf.spot.values() for price in found)
                shelf.book = price_book(shelf.types, everything, shelf.ebs)
            return shelf.book

    def _shelf(self, connection: str, region: str) -> _Shelf:
        with self._lock:
            return self._shelves.setdefault((connection, region), _Shelf())


def _read_lists(shelf: _Shelf, prices: Prices, wanted: list[str]) -> bool:
    now = time.monotonic()
    missing = [name for name in wanted if now - shelf.types_read.get(name, -_LIST_S) >= _LIST_S]
    changed = False
    if missing:
        found = prices.type_prices(missing)
        changed = any(shelf.types.get(name) != price for name, price in found.items())
        shelf.types.update(found)
        shelf.types_read.update(dict.fromkeys(missing, now))
    return changed


def _read_ebs(shelf: _Shelf, prices: Prices, volume_types: Iterable[str]) -> bool:
    now = time.monotonic()
    missing = [name for name in volume_types if now - shelf.ebs_read.get(name, -_LIST_S) >= _LIST_S]
    changed = False
    for name in missing:
        price = prices.ebs_usd_gib_month(name)
        changed |= shelf.ebs.get(name) != price
        shelf.ebs[name], shelf.ebs_read[name] = price, now
    return changed


def _read_spot(shelf: _Shelf, prices: Prices, wanted: list[str]) -> bool:
    now = time.monotonic()
    missing = [name for name in wanted if now - shelf.spot_read.get(name, -_SPOT_S) >= _SPOT_S]
    if not missing:
        return False
    found: dict[str, list[SpotPrice]] = {name: [] for name in missing}
    for price in prices.spot_now(missing):
        found.setdefault(price.instance_type, []).append(price)
    fresh = {name: tuple(values) for name, values in found.items()}
    changed = any(shelf.spot.get(name) != values for name, values in fresh.items())
    shelf.spot.update(fresh)
    shelf.spot_read.update(dict.fromkeys(missing, now))
    return changed
