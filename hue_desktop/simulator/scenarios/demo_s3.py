"""What the demo's buckets hold: a data lake, the code of the jobs, and the logs of the steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.simulator.s3.seeds import S3Seed
from hue_desktop.simulator.scenarios.samples import (
    bootstrap_script,
    clicks_json,
    customers_csv,
    job_script,
    orders_csv,
    packed,
    sample,
    step_log,
)

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["seeds"]

_LAKE, _CODE, _LOGS = "demo-lake", "hue-simulator-code", "hue-simulator-logs"
_JOBS = (
    "dedup",
    "features",
    "ingest_events",
    "load",
    "parser",
    "product_dim",
    "publish",
    "revenue",
    "sample",
    "sessionize",
    "train",
)
_MOST_LOGS = 24


def seeds(world: World) -> Iterator[S3Seed]:
    """All objects; a bucket appears with its first."""
    now = datetime.fromtimestamp(int(world.at), UTC)
    yield from _raw(now)
    yield from _curated(now)
    yield from _code()
    yield from _logs(world)


def _raw(now: datetime) -> Iterator[S3Seed]:
    for days_ago in range(1, 8):
        day = now.replace(hour=0, minute=0, second=0) - timedelta(days=days_ago)
        for hour in (0, 6, 12, 18):
            key = f"raw/clicks/{day:%Y/%m/%d}/clicks-{hour:02d}.json.gz"
            text = clicks_json(key, day + timedelta(hours=hour), 150).decode()
            yield S3Seed(_LAKE, key, packed(text), "application/gzip")
        key = f"raw/orders/orders_{day:%Y%m%d}.csv"
        yield S3Seed(_LAKE, key, orders_csv(key, day, 500), "text/csv")
    yield S3Seed(_LAKE, "raw/customers/customers.csv", customers_csv("lake", 3000), "text/csv")
    yield S3Seed(_LAKE, "raw/partner uploads/Q3 figures (final).csv", customers_csv("q3", 40))
    yield S3Seed(_LAKE, "raw/partner uploads/größen & maße 100%.csv", customers_csv("ü", 25))
    yield S3Seed(_LAKE, "raw/inbox/", b"")


def _curated(now: datetime) -> Iterator[S3Seed]:
    for days_ago in range(1, 15):
        day = now - timedelta(days=days_ago)
        folder = f"curated/orders/dt={day:%Y-%m-%d}"
        for part in range(2):
            name = f"part-{part:05d}-6f1d2c3e.c000.snappy.parquet"
            yield S3Seed(_LAKE, f"{folder}/{name}", sample(f"orders-{part}.snappy.parquet"))
        yield S3Seed(_LAKE, f"{folder}/_SUCCESS", b"")
    for days_ago in range(1, 4):
        day = now - timedelta(days=days_ago)
        key = f"curated/page_clicks/dt={day:%Y-%m-%d}/part-00000.c000.snappy.parquet"
        yield S3Seed(_LAKE, key, sample("clicks.snappy.parquet"))
    yield S3Seed(_LAKE, "curated/customers/customers.orc", sample("customers.orc"))


def _code() -> Iterator[S3Seed]:
    for name in _JOBS:
        yield S3Seed(_CODE, f"jobs/{name}.py", job_script(name), "text/x-python")
    for name in ("python-packages", "install-or-fail"):
        yield S3Seed(_CODE, f"bootstrap/{name}.sh", bootstrap_script(name), "text/x-shellscript")


def _logs(world: World) -> Iterator[S3Seed]:
    """The controller's log of the newest steps that have ended."""
    ended = [
        (step.ended, step, cluster)
        for cluster in world.clusters.values()
        for step in cluster.steps.values()
        if step.state in ("COMPLETED", "FAILED") and step.ended <= world.at
    ]
    ended.sort(key=lambda item: item[0], reverse=True)
    for _, step, cluster in ended[:_MOST_LOGS]:
        failed = step.state == "FAILED"
        folder = f"elasticmapreduce/{cluster.id}/steps/{step.id}"
        text = step_log(step.name, step.started, step.ended, failed=failed)
        yield S3Seed(_LOGS, f"{folder}/controller.gz", packed(text), "application/gzip")
        error = "Traceback (most recent call last):\nValueError: no such column\n" if failed else ""
        yield S3Seed(_LOGS, f"{folder}/stderr.gz", packed(error), "application/gzip")
