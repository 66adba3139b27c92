"""Refresh the price snapshot: ``python resources/prices/refresh.py --help``.

Without ``--from-csv`` it asks the live AWS APIs with the credentials of ``--profile``; it only reads.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from from_csv import EBS, INTERRUPTION_SOURCE, RELEASES_SOURCE, SOURCES, read_tables
from snapshot import write_interruption, write_region, write_releases

__all__ = ["main"]

_HERE = Path(__file__).resolve().parent


def main(argv: list[str] | None = None) -> int:
    """Run the command line; 0 ok, 1 failed, 2 wrong usage."""
    args = _parser().parse_args(argv)
    today = datetime.now(UTC).date().isoformat()
    try:
        for path in _build_from_csv(args, today):
            sys.stdout.write(f"{path}  {path.stat().st_size} bytes\n")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"refresh: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="refresh.py", description=__doc__)
    parser.add_argument("--from-csv", type=Path, metavar="DIR", help="build from CSV files instead")
    parser.add_argument("--region", action="append", help="only this region (may be repeated)")
    parser.add_argument("--out", type=Path, default=_HERE.parent, help="the resources folder")
    return parser


def _build_from_csv(args: argparse.Namespace, today: str) -> list[Path]:
    tables = read_tables(args.from_csv)
    prices = args.out / "prices"
    written = [
        write_region(prices, region, today, tables.azs(region), rows, EBS.get(region, ()), SOURCES)
        for region, rows in tables.rows.items()
        if not args.region or region in args.region
    ]
    if tables.releases:
        written.append(write_releases(prices, tables.releases, RELEASES_SOURCE))
    target = args.out / "spot" / "interruption.json"
    written.append(write_interruption(target, tables.interruption, INTERRUPTION_SOURCE))
    return written


if __name__ == "__main__":
    sys.exit(main())
