"""The script that refreshes the price snapshot, run as a person runs it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hue_desktop.simulator import instance_types
from tests.simulated import ACCESS_KEY, SECRET_KEY, simulated_region

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
ADVICE = {"spot_advisor": {"us-east-1": {"Linux": {"m5.xlarge": {"r": 2, "s": 61}}}}}
INSTANCES = (
    "region,instance_type,vcpu,memory_gib,arch,on_demand_usd_hour,spot_usd_hour_avg,emr_usd_hour,"
    "on_demand_source,spot_source,emr_source,az_count,nvme_gb,network,current_generation\n"
)
ROW = (
    "us-east-1,m5.xlarge,4,16.0,x86_64,0.192,0.071,0.048,"
    "karpenter-2026-07-20,ec2instances-2024-04,public-repo,2,0,Up to 10 Gigabit,Y\n"
)


def refresh(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(RESOURCES / "prices" / "refresh.py"), *args],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@contextmanager
def advisor(body: bytes) -> Iterator[str]:
    """Serve the advisor's data set; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/data.json"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def read(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    found: dict[str, Any] = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return found


@pytest.fixture
def few_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The resources with every sixteenth type of us-east-1; the region is made from them too."""
    folder = copied(tmp_path / "few")
    path = folder / "prices" / "us-east-1.json.gz"
    document = read(path)
    document["types"] = {name: column[::16] for name, column in document["types"].items()}
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    monkeypatch.setattr(instance_types, "resources_dir", lambda: folder)
    instance_types._load.cache_clear()
    yield folder
    instance_types._load.cache_clear()


def copied(folder: Path) -> Path:
    for part in ("prices", "spot"):
        shutil.copytree(RESOURCES / part, folder / part)
    return folder


def test_a_region_refreshed_from_itself_keeps_its_prices(few_types: Path) -> None:
    refreshed_from_itself(few_types)


@pytest.mark.slow
def test_the_whole_snapshot_refreshed_from_itself_keeps_its_prices(tmp_path: Path) -> None:
    refreshed_from_itself(copied(tmp_path / "all"))


def refreshed_from_itself(folder: Path) -> None:
    path = folder / "prices" / "us-east-1.json.gz"
    before = read(path)
    with simulated_region() as region, advisor(json.dumps(ADVICE).encode()) as url:
        done = refresh(
            *("--endpoint-url", region.endpoint_url, "--region", "us-east-1"),
            *("--spot-days", "0", "--advisor-url", url, "--out", str(folder)),
            AWS_ACCESS_KEY_ID=ACCESS_KEY,
            AWS_SECRET_ACCESS_KEY=SECRET_KEY,
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        )
    assert done.returncode == 0, done.stderr
    after = read(path)
    same = ("name", "vcpu", "memory_gib", "arch", "nvme_gb", "network", "azs", "emr_family")
    for column in (*same, "on_demand_usd_hour", "emr_usd_hour"):
        assert after["types"][column] == before["types"][column], column
    assert None not in after["types"]["spot_usd_hour_avg"]
    assert {source["quality"] for source in after["sources"]} == {"live"}
    for old, new in zip(before["ebs"], after["ebs"], strict=True):
        assert new["volume_type"] == old["volume_type"]
        for figure in old.keys() - {"volume_type", "source"}:
            assert new[figure] == pytest.approx(old[figure]), (old["volume_type"], figure)
    classes = read(folder / "spot" / "interruption.json")["regions"]
    assert classes["us-east-1"] == {"m5.xlarge": [2, 61]}
    assert len(classes["eu-central-1"]) > 500


def test_tables_build_a_snapshot(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "instances.csv").write_text(INSTANCES + ROW)
    (tables / "spot_interruption.csv").write_text(
        "region,instance_type,interruption_class,saving_percent_30d\nus-east-1,m5.xlarge,4,62\n"
    )
    done = refresh("--from-csv", str(tables), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    found = read(tmp_path / "out" / "prices" / "us-east-1.json.gz")
    assert found["types"]["name"] == ["m5.xlarge"]
    assert found["azs"] == ["us-east-1a", "us-east-1b"]
    sources = [found["sources"][place]["id"] for place in found["types"]["on_demand_source"]]
    assert sources == ["karpenter-2026-07-20"]


def test_a_wrong_row_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "instances.csv").write_text(INSTANCES + ROW + ROW.replace("0.192", "cheap"))
    (tmp_path / "spot_interruption.csv").write_text("region\n")
    done = refresh("--from-csv", str(tmp_path), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "instances.csv:3" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_endpoint_that_is_down_is_one_line(tmp_path: Path) -> None:
    done = refresh(
        *("--endpoint-url", "http://127.0.0.1:9", "--region", "us-east-1", "--out", str(tmp_path)),
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
        AWS_CONFIG_FILE=os.devnull,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("refresh: ")
    assert "Traceback" not in done.stderr
