"""What the demo puts into HDFS and S3 when somebody first looks."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.simulated import SimulatedRegion, simulated_region


@pytest.fixture(scope="module")
def demo() -> Iterator[SimulatedRegion]:
    with simulated_region("demo", paused=True) as region:
        yield region


def keys(region: SimulatedRegion, bucket: str) -> dict[str, int]:
    pages = region.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", ())}


def read(region: SimulatedRegion, bucket: str, key: str) -> bytes:
    body: bytes = region.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def webhdfs(region: SimulatedRegion, cluster: str, path: str, operation: str) -> Any:
    world = region.world
    (cluster_id,) = [found.id for found in world.clusters.values() if found.name == cluster]
    base = region.control("hdfs")[cluster_id]["webhdfs"]
    with urlopen(f"{base}/webhdfs/v1{path}?op={operation}&user.name=hadoop", timeout=20) as answer:
        return json.load(answer) if operation != "OPEN" else answer.read()


def test_the_lake_has_raw_and_curated_data(demo: SimulatedRegion) -> None:
    lake = keys(demo, "demo-lake")
    partitions = {key.split("/")[2] for key in lake if key.startswith("curated/orders/dt=")}
    assert len(partitions) == 14
    rows = [key for key in lake if key.startswith("raw/orders/")]
    table = list(csv.DictReader(io.StringIO(read(demo, "demo-lake", rows[0]).decode())))
    assert len(table) == 500
    assert float(table[0]["amount"]) > 0
    clicks = next(key for key in lake if key.startswith("raw/clicks/"))
    lines = gzip.decompress(read(demo, "demo-lake", clicks)).splitlines()
    assert all("page" in json.loads(line) for line in lines)
    assert "raw/partner uploads/größen & maße 100%.csv" in lake
    assert lake["raw/inbox/"] == 0
    assert sum(lake.values()) < 4_000_000


def test_tables_are_real_parquet_and_orc(demo: SimulatedRegion) -> None:
    orc = pytest.importorskip("pyarrow.orc")
    parquet = pytest.importorskip("pyarrow.parquet")
    lake = keys(demo, "demo-lake")
    first = next(key for key in lake if key.endswith(".parquet"))
    assert parquet.read_table(io.BytesIO(read(demo, "demo-lake", first))).num_rows > 100
    body = read(demo, "demo-lake", "curated/customers/customers.orc")
    assert orc.ORCFile(io.BytesIO(body)).nrows == 1200


def test_the_steps_have_their_scripts_and_logs(demo: SimulatedRegion) -> None:
    code = keys(demo, "hue-simulator-code")
    emr = demo.client("emr")
    cluster = emr.list_clusters(ClusterStates=["RUNNING", "WAITING"])["Clusters"][-1]
    step = emr.list_steps(ClusterId=cluster["Id"], StepStates=["COMPLETED"])["Steps"][0]
    script = next(arg for arg in step["Config"]["Args"] if arg.startswith("s3://"))
    assert script.removeprefix("s3://hue-simulator-code/") in code
    log = f"elasticmapreduce/{cluster['Id']}/steps/{step['Id']}/controller.gz"
    assert b"SUCCEEDED" in gzip.decompress(read(demo, "hue-simulator-logs", log))


def test_hdfs_has_a_warehouse_homes_trash_and_small_files(demo: SimulatedRegion) -> None:
    def names(path: str) -> list[str]:
        answer = webhdfs(demo, "analytics-prod", path, "LISTSTATUS")
        return [item["pathSuffix"] for item in answer["FileStatuses"]["FileStatus"]]

    assert len(names("/user/hive/warehouse/sales.db/orders")) == 14
    hours = "/user/hive/warehouse/web.db/clicks_stream"
    (day,) = names(hours)
    assert len(names(f"{hours}/{day}/hour=07")) == 12
    assert "Current" in names("/user/hadoop/.Trash")
    report = names("/user/hadoop/reports")[0].replace(" ", "%20")
    text = webhdfs(demo, "analytics-prod", f"/user/hadoop/reports/{report}", "OPEN")
    assert text.startswith(b"order_id,")
    empty = "/user/hive/warehouse/web.db/sessions"
    assert names(f"{empty}/{names(empty)[0]}/hour=04") == []


def test_some_blocks_have_too_few_copies(demo: SimulatedRegion) -> None:
    path = "/user/hadoop/exports/customers_full.csv"
    status = webhdfs(demo, "analytics-prod", path, "GETFILESTATUS")["FileStatus"]
    located = webhdfs(demo, "analytics-prod", path, "GETFILEBLOCKLOCATIONS")
    hosts = [block["hosts"] for block in located["BlockLocations"]["BlockLocation"]]
    assert status["replication"] == 2
    assert {len(found) for found in hosts} == {1}


def test_what_wants_more_copies_than_there_are_nodes_stays_short_of_them() -> None:
    with simulated_region("demo", paused=True) as region:
        (cluster_id,) = [
            found.id for found in region.world.clusters.values() if found.name == "analytics-prod"
        ]
        before = region.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]
        region.jump(hours=2)
        after = region.control("hdfs/state", {"cluster_id": cluster_id})[cluster_id]
        assert before["under_replicated"] > after["under_replicated"] >= 2
        assert after["missing"] == 0


def test_it_takes_little_room_and_time(demo: SimulatedRegion) -> None:
    webhdfs(demo, "analytics-prod", "/", "LISTSTATUS")
    held = sum(
        file.stat().st_blocks * 512
        for file in (demo.front.servers.directory / "hdfs").rglob("*")
        if file.is_file()
    )
    assert held < 8_000_000


@pytest.mark.slow
def test_what_a_user_deleted_does_not_come_back(tmp_path: Path) -> None:
    with simulated_region("demo", state=tmp_path, paused=True) as region:
        region.client("s3").delete_object(Bucket="demo-lake", Key="raw/inbox/")
        assert "raw/inbox/" not in keys(region, "demo-lake")
    with simulated_region("demo", state=tmp_path, paused=True) as region:
        assert "raw/inbox/" not in keys(region, "demo-lake")
        region.control("reset", {"scenario": "demo"})
        assert "raw/inbox/" in keys(region, "demo-lake")
