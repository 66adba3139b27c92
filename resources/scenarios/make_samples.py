"""Makes the sample files of the ``demo`` scenario; run it to make them anew (needs pyarrow).

The figures are invented. A seed makes them the same each time.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

_HERE = Path(__file__).parent
_COUNTRIES = ("DE", "FR", "US", "JP", "BR", "IN", "GB", "PL", "SE", "KE")
_PAGES = ("/", "/search", "/product", "/cart", "/checkout", "/account", "/help")
_BEGIN = datetime(2026, 11, 20, tzinfo=UTC)


def main() -> None:
    """Write all samples beside this file."""
    chance = random.Random(7)
    for number in range(2):
        _parquet(f"orders-{number}.snappy.parquet", _orders(chance, 900))
    _parquet("clicks.snappy.parquet", _clicks(chance, 2500))
    orc.write_table(_customers(chance, 1200), _HERE / "customers.orc", compression="zlib")


def _parquet(name: str, table: Any) -> None:
    pq.write_table(table, _HERE / name, compression="snappy", row_group_size=500)


def _orders(chance: random.Random, rows: int) -> Any:
    placed = sorted(_BEGIN + timedelta(seconds=chance.randrange(86_400)) for _ in range(rows))
    return pa.table(
        {
            "order_id": pa.array([10_000_000 + n * 7 for n in range(rows)], pa.int64()),
            "customer_id": pa.array([chance.randrange(1, 40_000) for _ in range(rows)], pa.int32()),
            "placed_at": pa.array(placed, pa.timestamp("ms", tz="UTC")),
            "country": pa.array([chance.choice(_COUNTRIES) for _ in range(rows)]),
            "items": pa.array([chance.randrange(1, 9) for _ in range(rows)], pa.int16()),
            "amount": pa.array(
                [round(chance.lognormvariate(3.4, 0.8), 2) for _ in range(rows)], pa.float64()
            ),
            "coupon": pa.array(
                [chance.choice((None, None, None, "AUTUMN10", "WELCOME")) for _ in range(rows)]
            ),
        }
    )


def _clicks(chance: random.Random, rows: int) -> Any:
    return pa.table(
        {
            "at": pa.array(
                [_BEGIN + timedelta(milliseconds=n * 34_560 // 1000 * 100) for n in range(rows)],
                pa.timestamp("ms", tz="UTC"),
            ),
            "session": pa.array([f"{chance.getrandbits(32):08x}" for _ in range(rows)]),
            "page": pa.array([chance.choice(_PAGES) for _ in range(rows)]),
            "took_ms": pa.array([chance.randrange(8, 900) for _ in range(rows)], pa.int32()),
        }
    )


def _customers(chance: random.Random, rows: int) -> Any:
    return pa.table(
        {
            "customer_id": pa.array(range(1, rows + 1), pa.int32()),
            "country": pa.array([chance.choice(_COUNTRIES) for _ in range(rows)]),
            "since": pa.array([2012 + chance.randrange(14) for _ in range(rows)], pa.int16()),
            "active": pa.array([chance.random() < 0.7 for _ in range(rows)]),
        }
    )


if __name__ == "__main__":
    main()
