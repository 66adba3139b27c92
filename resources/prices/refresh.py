"""Refresh the price snapshot: ``python resources/prices/refresh.py --help``.

Without ``--from-csv`` it asks the live AWS APIs with the credentials of ``--profile``; it only
reads there, and replaces a file of the snapshot once the whole of its content is known.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from from_csv import EBS, INTERRUPTION_SOURCE, RELEASES_SOURCE, SOURCES, read_tables
from live import ADVISOR_URL, Live, ask_advisor, merged
from snapshot import (
    Region,
    Source,
    read_interruption,
    read_region,
    write_interruption,
    write_region,
    write_releases,
)

__all__ = ["main"]

_RESOURCES = Path(__file__).resolve().parents[1]
_DEFAULT_REGIONS = ("us-east-1", "us-west-2", "eu-central-1")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; 0 ok, 1 failed, 2 wrong usage."""
    # botocore is imported here, so that building from tables works without it.
    args = _parser().parse_args(argv)
    today = datetime.now(UTC).date().isoformat()
    build = _from_csv if args.from_csv else _from_aws
    errors: tuple[type[Exception], ...] = (OSError, ValueError)
    if not args.from_csv:
        from botocore.exceptions import BotoCoreError, ClientError

        errors = (*errors, BotoCoreError, ClientError)
    try:
        for path in build(args, today):
            sys.stdout.write(f"{path}  {path.stat().st_size} bytes\n")
    except errors as error:
        sys.stderr.write(f"refresh: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="refresh.py",
        description="Refresh the price snapshot from the live AWS APIs, or from tables.",
    )
    parser.add_argument("--profile", help="AWS profile whose credentials to use")
    parser.add_argument(
        "--region", action="append", help="a region to refresh; repeat it for several"
    )
    parser.add_argument("--endpoint-url", help="ask this endpoint, such as a simulated region")
    parser.add_argument(
        "--spot-days", type=float, default=7.0, help="how many days of Spot prices to average (7)"
    )
    parser.add_argument(
        "--advisor-url", default=ADVISOR_URL, help="the Spot Instance Advisor's data set"
    )
    parser.add_argument(
        "--no-advisor", action="store_true", help="keep the interruption classes as they are"
    )
    parser.add_argument(
        "--from-csv", type=Path, metavar="DIR", help="build from the CSV files of a folder instead"
    )
    parser.add_argument(
        "--out", type=Path, default=_RESOURCES, help="the resources folder to write to"
    )
    return parser


def _from_csv(args: argparse.Namespace, today: str) -> Iterator[Path]:
    tables = read_tables(args.from_csv)
    prices = args.out / "prices"
    for name, rows in tables.rows.items():
        if not args.region or name in args.region:
            region = Region(name, tables.azs(name), rows, EBS.get(name, ()), SOURCES)
            yield write_region(prices, region, today)
    if tables.releases:
        yield write_releases(prices, tables.releases, RELEASES_SOURCE)
    target = args.out / "spot" / "interruption.json"
    yield write_interruption(target, tables.interruption, INTERRUPTION_SOURCE)


def _from_aws(args: argparse.Namespace, today: str) -> Iterator[Path]:
    import boto3

    session = boto3.Session(profile_name=args.profile)
    prices = args.out / "prices"
    releases: dict[str, list[str]] = {}
    for name in args.region or _DEFAULT_REGIONS:
        live = Live.ask(session, name, args.endpoint_url, args.spot_days, _say)
        path = prices / f"{name}.json.gz"
        region = merged(live, read_region(path) if path.exists() else None)
        if not region.rows:
            raise ValueError(f"{name}: the APIs gave no type with a price; nothing was changed")
        yield write_region(prices, region, today)
        for label, names in live.releases.items():
            releases[label] = sorted({*releases.get(label, ()), *names})
    if releases:
        source = Source(f"aws-{today}", today, "live", "EMR ListSupportedInstanceTypes")
        yield write_releases(prices, releases, source)
    if not args.no_advisor:
        yield _refresh_advisor(args, today)


def _refresh_advisor(args: argparse.Namespace, today: str) -> Path:
    """Take the advisor's classes for the regions that the snapshot has."""
    _say("the Spot Instance Advisor")
    target: Path = args.out / "spot" / "interruption.json"
    wanted = {path.name.removesuffix(".json.gz") for path in (args.out / "prices").glob("*-*-*.gz")}
    known = read_interruption(target) if target.exists() else {}
    fresh = ask_advisor(args.advisor_url)
    regions = {name: fresh.get(name) or known.get(name, {}) for name in sorted(wanted)}
    source = Source(
        f"spot-advisor-{today}", today, "live", f"AWS Spot Instance Advisor: {args.advisor_url}"
    )
    return write_interruption(target, regions, source)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
