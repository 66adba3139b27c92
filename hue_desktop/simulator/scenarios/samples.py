"""Contents of sample files: invented rows, scripts and logs, the same for the same seed."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from functools import cache

from hue_desktop.simulator.resources import resources_dir

__all__ = [
    "bootstrap_script",
    "clicks_json",
    "customers_csv",
    "job_script",
    "orders_csv",
    "packed",
    "sample",
    "step_log",
    "yarn_log",
]

_COUNTRIES = ("DE", "FR", "US", "JP", "BR", "IN", "GB", "PL")
_PAGES = ("/", "/search", "/product", "/cart", "/checkout")
_NAMES = ("Ana", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Gül", "Hiro")


@cache
def sample(name: str) -> bytes:
    """A sample file that comes with the program."""
    return (resources_dir() / "scenarios" / name).read_bytes()


def packed(text: str) -> bytes:
    """A text, gzipped; without the time, so that it is the same each time."""
    return gzip.compress(text.encode(), mtime=0)


def orders_csv(seed: str, day: datetime, rows: int) -> bytes:
    """Orders of one day, with a header."""
    chance = random.Random(seed)
    lines = ["order_id,placed_at,country,items,amount"]
    for number in range(rows):
        placed = day + timedelta(seconds=86_400 * number // rows)
        lines.append(
            f"{chance.randrange(10**7, 10**8)},{placed:%Y-%m-%dT%H:%M:%SZ},"
            f"{chance.choice(_COUNTRIES)},{chance.randrange(1, 9)},"
            f"{chance.lognormvariate(3.4, 0.8):.2f}"
        )
    return ("\n".join(lines) + "\n").encode()


def customers_csv(seed: str, rows: int) -> bytes:
    """Customers, with names that are not all ASCII."""
    chance = random.Random(seed)
    lines = ["customer_id,name,country,since"]
    for number in range(1, rows + 1):
        lines.append(
            f"{number},{chance.choice(_NAMES)},{chance.choice(_COUNTRIES)},"
            f"{2012 + chance.randrange(14)}"
        )
    return ("\n".join(lines) + "\n").encode()


def clicks_json(seed: str, begin: datetime, rows: int) -> bytes:
    """Clicks, one JSON object a line."""
    chance = random.Random(seed)
    lines = [
        json.dumps(
            {
                "at": (begin + timedelta(seconds=3600 * number // rows)).isoformat(),
                "session": f"{chance.getrandbits(32):08x}",
                "page": chance.choice(_PAGES),
                "took_ms": chance.randrange(8, 900),
            }
        )
        for number in range(rows)
    ]
    return ("\n".join(lines) + "\n").encode()


def job_script(name: str) -> bytes:
    """A Spark job, as a data engineer would write it."""
    return f'''"""{name}: reads raw events and writes a curated table."""

import sys

from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("{name}").enableHiveSupport().getOrCreate()
source = sys.argv[1] if len(sys.argv) > 1 else "s3://demo-lake/raw/clicks/"
events = spark.read.json(source)
(
    events.withColumn("dt", F.to_date("at"))
    .groupBy("dt", "page")
    .agg(F.count("*").alias("clicks"), F.avg("took_ms").alias("took_ms"))
    .write.mode("overwrite")
    .partitionBy("dt")
    .parquet("s3://demo-lake/curated/page_clicks/")
)
spark.stop()
'''.encode()


def bootstrap_script(title: str) -> bytes:
    """A bootstrap action."""
    return f"""#!/bin/bash
# {title}
set -euo pipefail
sudo python3 -m pip install --quiet "$@"
""".encode()


def step_log(name: str, started: float, ended: float, *, failed: bool) -> str:
    """What EMR's step controller writes."""
    begin, end = (datetime.fromtimestamp(int(at), UTC) for at in (started, ended))
    status = 1 if failed else 0
    outcome = "FAILED" if failed else "SUCCEEDED"
    return (
        f"{begin:%Y-%m-%dT%H:%M:%S.000Z} INFO Ensure step 1 jar file command-runner.jar\n"
        f"{begin:%Y-%m-%dT%H:%M:%S.120Z} INFO StepRunner: Created Runner for step 1 ({name})\n"
        f"{end:%Y-%m-%dT%H:%M:%S.000Z} INFO Process still running\n"
        f"{end:%Y-%m-%dT%H:%M:%S.400Z} INFO waitProcessCompletion ended with exit code {status}\n"
        f"{end:%Y-%m-%dT%H:%M:%S.410Z} INFO Step {outcome} after "
        f"{max(0.0, ended - started):.0f} seconds\n"
    )


def yarn_log(application: str, begin: datetime, lines: int) -> bytes:
    """An aggregated container log."""
    chance = random.Random(application)
    out = [f"LogType:stderr\nLog Upload Time:{begin:%a %b %d %H:%M:%S +0000 %Y}\nLog Contents:"]
    for number in range(lines):
        at = begin + timedelta(seconds=number * 2)
        out.append(
            f"{at:%y/%m/%d %H:%M:%S} INFO TaskSetManager: Finished task {number}.0 in stage 3.0 "
            f"(TID {number + 40}) in {chance.randrange(200, 9000)} ms"
        )
    return ("\n".join(out) + "\nEnd of LogType:stderr\n").encode()
