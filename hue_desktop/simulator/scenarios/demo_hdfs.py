"""What the HDFS of the demo's clusters hold: a warehouse, home directories, logs, some trouble.

A few megabytes are real; files of which only the size is told are holes that read as zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hue_desktop.simulator.hadoop.seeds import Seed
from hue_desktop.simulator.scenarios.bulk import bulk
from hue_desktop.simulator.scenarios.samples import (
    clicks_json,
    customers_csv,
    job_script,
    orders_csv,
    sample,
    yarn_log,
)

if TYPE_CHECKING:
    from hue_desktop.simulator.world.clusters import Cluster
    from hue_desktop.simulator.world.world import World

__all__ = ["seeds"]

_MIB = 1024**2
_GIB = 1024**3
_WAREHOUSE = "/user/hive/warehouse"
_ORDERS = ("orders-0.snappy.parquet", "orders-1.snappy.parquet")
_PART = "c000.snappy.parquet"


def seeds(world: World, cluster: Cluster) -> Iterator[Seed]:
    """The files of one cluster: those one looks at, and as much as its charts have shown so far."""
    told = list(_told(world, cluster))
    yield from told
    yield from bulk(world, cluster, told)


def _told(world: World, cluster: Cluster) -> Iterator[Seed]:
    now = datetime.fromtimestamp(int(world.at), UTC)
    if cluster.name == "analytics-prod":
        yield from _warehouse(now)
        yield from _small_files(now)
        yield from _analysts(now)
        yield from _logs(cluster, now, applications=12)
        yield from _trouble(now)
    elif cluster.name == "etl-streaming":
        yield from _stream(now)
        yield from _logs(cluster, now, applications=6)
    elif cluster.name == "dev-sandbox":
        yield from _sandbox(now)
        yield from _logs(cluster, now, applications=2)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _midnight(now: datetime, days_ago: int) -> datetime:
    return now.replace(hour=0, minute=0, second=0) - timedelta(days=days_ago)


def _warehouse(now: datetime) -> Iterator[Seed]:
    orders = f"{_WAREHOUSE}/sales.db/orders"
    for days_ago in range(1, 15):
        day = _midnight(now, days_ago)
        written = _ms(day + timedelta(days=1, hours=2, minutes=14))
        folder = f"{orders}/dt={day:%Y-%m-%d}"
        for part, name in enumerate(_ORDERS):
            path = f"{folder}/part-{part:05d}-6f1d2c3e-{_PART}"
            yield Seed(path, sample(name), owner="hive", mtime=written)
        yield Seed(f"{folder}/_SUCCESS", b"", owner="hive", mtime=written)
    for part in range(4):
        path = f"{_WAREHOUSE}/sales.db/order_items/part-{part:05d}-91b7ad40-{_PART}"
        at = _ms(now - timedelta(days=2, minutes=part))
        yield Seed(path, size=(310 + 37 * part) * _MIB, owner="hive", mtime=at)
    month_ago = _ms(now - timedelta(days=31))
    yield Seed(
        f"{_WAREHOUSE}/sales.db/customers/000000_0",
        sample("customers.orc"),
        owner="hive",
        mtime=month_ago,
    )
    # One partition far larger than its siblings, and one that is empty.
    for hour, size in enumerate((140 * _MIB, 155 * _MIB, 6 * _GIB, 148 * _MIB, None)):
        folder = f"{_WAREHOUSE}/web.db/sessions/dt={_midnight(now, 1):%Y-%m-%d}/hour={hour:02d}"
        at = _ms(_midnight(now, 1) + timedelta(hours=hour + 1))
        if size is None:
            yield Seed(folder, owner="hive", mtime=at)
        else:
            yield Seed(f"{folder}/part-00000-{_PART}", size=size, owner="hive", mtime=at)


def _small_files(now: datetime) -> Iterator[Seed]:
    """What a streaming job without compaction leaves: hundreds of files of a few kilobytes."""
    day = _midnight(now, 1)
    for hour in range(24):
        folder = f"{_WAREHOUSE}/web.db/clicks_stream/dt={day:%Y-%m-%d}/hour={hour:02d}"
        for part in range(12):
            at = day + timedelta(hours=hour, minutes=5 * part)
            data = clicks_json(f"{hour}-{part}", at, 12 + (hour * part) % 30)
            yield Seed(f"{folder}/part-{part:05d}.json", data, owner="hive", mtime=_ms(at))


def _analysts(now: datetime) -> Iterator[Seed]:
    home = "/user/hadoop"
    notes = b"# Revenue model\n\nRun `revenue.py` after the nightly load.\n"
    yield Seed(f"{home}/README.md", notes, mtime=_ms(now - timedelta(days=40)))
    for days_ago in (1, 2, 3):
        day = _midnight(now, days_ago)
        path = f"{home}/reports/revenue {day:%Y-%m-%d}.csv"
        yield Seed(path, orders_csv(path, day, 400), mtime=_ms(day + timedelta(hours=30)))
    yield Seed(
        f"{home}/lib/analytics-udf-1.4.2.jar", size=18 * _MIB, mtime=_ms(now - timedelta(days=12))
    )
    yield Seed(f"{home}/jobs/sessionize.py", job_script("sessionize"))
    trash = f"{home}/.Trash"
    yield Seed(
        f"{trash}/Current/user/hadoop/reports/draft.csv",
        orders_csv("draft", _midnight(now, 4), 60),
        mtime=_ms(now - timedelta(hours=5)),
    )
    checkpoint = now - timedelta(days=1, hours=3)
    yield Seed(
        f"{trash}/{checkpoint:%y%m%d%H%M%S}/user/hadoop/exports/old_customers.csv",
        customers_csv("old", 300),
        mtime=_ms(checkpoint),
    )
    yield Seed("/user/mira", owner="mira", group="analytics", mode=0o750, space_quota=200 * _GIB)
    yield Seed(
        "/user/mira/features/churn.csv",
        customers_csv("churn", 2000),
        owner="mira",
        group="analytics",
        mode=0o640,
    )
    yield Seed(
        "/projects/ml", owner="aiko", group="ml", mode=0o770, name_quota=5000, snapshottable=True
    )
    yield Seed("/projects/ml/models/churn/2026-10/model.bin", size=92 * _MIB, owner="aiko")
    yield Seed(
        "/data/finance",
        owner="finance",
        group="finance",
        mode=0o750,
        acl=("user:mira:r-x", "mask::r-x"),
    )
    yield Seed(
        "/data/finance/ledger.csv",
        orders_csv("ledger", _midnight(now, 9), 800),
        owner="finance",
        group="finance",
        mode=0o640,
    )


def _trouble(now: datetime) -> Iterator[Seed]:
    """Files whose copies are too few: written in a hurry, or before a node was lost."""
    at = _ms(now - timedelta(hours=7))
    yield Seed(
        "/user/hadoop/exports/customers_full.csv", size=260 * _MIB, mtime=at, stored_replicas=1
    )
    # Hadoop wants ten copies of what each node of a job reads; six nodes cannot hold them.
    staging = "/tmp/hadoop-yarn/staging/hadoop/.staging/job_1795130000000_0017"
    yield Seed(f"{staging}/job.jar", size=31 * _MIB, mtime=at, replication=10)
    yield Seed(f"{staging}/job.xml", b"<configuration/>\n", mtime=at, replication=10)
    yield Seed("/tmp/scratch/join_input.parquet", size=400 * _MIB, mtime=at, replication=1)
    yield Seed("/tmp/hive/hadoop/_tmp_space.db/0b5c/000000_0", size=48 * _MIB, mtime=at)


def _stream(now: datetime) -> Iterator[Seed]:
    for number in range(3):
        at = _ms(now - timedelta(minutes=10 * (3 - number)))
        folder = f"/checkpoints/ingest/1f0b6c/chk-{4180 + number}"
        yield Seed(f"{folder}/_metadata", bytes(range(256)) * 40, mtime=at)
        yield Seed(f"{folder}/state-0", size=24 * _MIB, mtime=at)
    for hours_ago in range(6):
        begin = now.replace(minute=0, second=0) - timedelta(hours=hours_ago)
        for part in range(4):
            path = f"/data/ingest/events/{begin:%Y/%m/%d/%H}/events-{part}.json"
            data = clicks_json(path, begin, 120)
            yield Seed(path, data, mtime=_ms(begin + timedelta(minutes=14 * part)))
    yield Seed("/data/ingest/events/_rejected/bad.json", b'{"at": "yesterday", \n')


def _sandbox(now: datetime) -> Iterator[Seed]:
    yield Seed("/user/hadoop/samples/clicks.snappy.parquet", sample("clicks.snappy.parquet"))
    yield Seed("/user/hadoop/samples/customers.orc", sample("customers.orc"))
    for number in range(5):
        day = _midnight(now, number + 1)
        path = f"/user/hadoop/samples/orders/{day:%Y-%m-%d}.csv"
        yield Seed(path, orders_csv(path, day, 200))
    yield Seed("/user/hadoop/parser.py", job_script("parser"))
    yield Seed("/tmp/parser/ok, so far.txt", b"Names with blanks, and \xc3\xbcml\xc3\xa4uts.\n")
    yield Seed("/tmp/parser/50%+done/größe.txt", b"42\n")


def _logs(cluster: Cluster, now: datetime, applications: int) -> Iterator[Seed]:
    begun = int(cluster.ready * 1000)
    for number in range(1, applications + 1):
        application = f"application_{begun}_{number:04d}"
        at = now - timedelta(hours=2 * (applications - number) + 1)
        yield Seed(
            f"/var/log/spark/apps/{application}",
            size=(3 + number % 5) * _MIB // 4,
            group="spark",
            mode=0o660,
            mtime=_ms(at),
        )
        yield Seed(
            f"/var/log/hadoop-yarn/apps/hadoop/bucket-logs-tfile/{number:04d}/{application}"
            "/container.log",
            yarn_log(application, at, 60),
            mode=0o640,
            mtime=_ms(at),
        )
