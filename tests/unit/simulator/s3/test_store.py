"""The store as a process: lazily started, ended with its region, and nothing answered is lost."""

from __future__ import annotations

import asyncio
import configparser
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ResponseStreamingError,
)

from hue_desktop.simulator.s3 import weed
from hue_desktop.simulator.s3.weed import find_weed
from tests.simulated import simulated_region
from tests.unit.simulator.processes import SimulatorProcess, simulator_process

needs_weed = pytest.mark.skipif(find_weed() is None, reason="SeaweedFS has no program here")


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and was not waited for does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith(("Z", "X"))


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def client_of(running: SimulatorProcess) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=running.facts["s3_endpoint_url"],
        region_name="us-east-1",
        aws_access_key_id="AKIAHUESIMULATOR0000",
        aws_secret_access_key="simulated",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
    )


def pid_of(running: SimulatorProcess) -> int:
    pid: int = running.control("s3", {})["pid"]
    return pid


def test_nothing_is_started_before_the_first_client() -> None:
    with simulated_region() as region:
        region.client("emr").list_clusters()
        state = region.control("s3")
        assert (state["running"], state["pid"]) == (False, None)
        assert state["endpoint_url"] == region.s3_endpoint
        assert not (region.front.servers.directory / "s3").exists()


@needs_weed
def test_a_region_without_state_leaves_nothing() -> None:
    with simulated_region() as region:
        region.client("s3").create_bucket(Bucket="gone")
        directory = region.front.servers.directory
        pid = region.control("s3")["pid"]
        assert alive(pid)
    assert not alive(pid)
    assert not directory.exists()


@needs_weed
def test_clients_that_come_at_once_start_one_store() -> None:
    with simulated_region() as region, ThreadPoolExecutor(8) as pool:
        listed = list(pool.map(lambda _: region.client("s3").list_buckets(), range(8)))
        assert all(answer["Buckets"] == [] for answer in listed)


@needs_weed
def test_a_store_that_died_is_started_again() -> None:
    with simulated_region() as region:
        s3 = region.client("s3")
        s3.create_bucket(Bucket="lake")
        os.kill(region.control("s3")["pid"], signal.SIGKILL)
        eventually(lambda: not region.control("s3")["running"])
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["lake"]


@needs_weed
def test_objects_and_endpoint_are_there_after_a_restart_on_other_inner_ports(
    tmp_path: Path,
) -> None:
    with simulated_region(state=tmp_path) as region:
        s3 = region.client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="kept", Body=b"still here")
        endpoint = region.s3_endpoint
    note = json.loads((tmp_path / "s3" / "weed.json").read_text())
    taken = ("127.0.0.1", note["ports"][2])
    with socket.create_server(taken), simulated_region(state=tmp_path) as region:
        assert region.s3_endpoint == endpoint
        s3 = region.client("s3")
        assert s3.get_object(Bucket="lake", Key="kept")["Body"].read() == b"still here"
        s3.put_object(Bucket="lake", Key="new", Body=b"x" * 100_000)
        assert len(s3.list_objects_v2(Bucket="lake")["Contents"]) == 2


@needs_weed
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
@pytest.mark.slow
def test_a_killed_region_takes_its_store_along_and_loses_nothing(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path), "--scenario", "empty")
    answered: dict[str, bytes] = {}

    def put(s3: Any, number: int) -> None:
        key, body = f"key-{number}", str(number).encode() * 500
        try:
            s3.put_object(Bucket="lake", Key=key, Body=body)
        except (BotoCoreError, ClientError):
            return
        answered[key] = body

    with simulator_process(*arguments) as running:
        s3 = client_of(running)
        s3.create_bucket(Bucket="lake")
        pid = pid_of(running)
        with ThreadPoolExecutor(8) as pool:
            for number in range(2000):
                pool.submit(put, s3, number)
            eventually(lambda: len(answered) > 60)
            running.process.kill()
            pool.shutdown(cancel_futures=True)
        eventually(lambda: not alive(pid))
    with simulator_process(*arguments) as running:
        s3 = client_of(running)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lake")
        listed = {item["Key"] for page in pages for item in page.get("Contents", ())}
        assert answered.keys() <= listed

        def reads(key: str) -> bool:
            """Whether it is whole; its volume may take a moment to report after the start."""
            try:
                found = s3.get_object(Bucket="lake", Key=key)["Body"].read()
            except ClientError:
                return False
            assert found == answered[key]
            return True

        for key in list(answered)[-40:]:
            eventually(lambda key=key: reads(key))


@needs_weed
def test_a_store_that_was_left_behind_is_ended_and_others_are_not(tmp_path: Path) -> None:
    with simulated_region(state=tmp_path) as region:
        region.client("s3").create_bucket(Bucket="lake")
    weed = find_weed()
    assert weed is not None
    note = tmp_path / "s3" / "weed.json"
    ports = json.loads(note.read_text())["ports"]
    names = ("s3", "master", "volume", "filer", "admin")
    flags = [f"-{name}.port={port}" for name, port in zip(names, ports[::2], strict=True)]
    flags += [f"-{name}.port.grpc={port}" for name, port in zip(names, ports[1::2], strict=True)]
    data = tmp_path / "s3" / "data"
    orphan = subprocess.Popen(
        [str(weed), "mini", f"-dir={data}", "-ip=127.0.0.1", "-webdav=false", *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        note.write_text(json.dumps({"pid": orphan.pid, "ports": ports}))
        with simulated_region(state=tmp_path) as region:
            found = region.client("s3").list_buckets()["Buckets"]
            assert [bucket["Name"] for bucket in found] == ["lake"]
            assert orphan.wait(20) == -signal.SIGKILL
        note.write_text(json.dumps({"pid": stranger.pid, "ports": ports}))
        with simulated_region(state=tmp_path) as region:
            assert region.client("s3").list_buckets()["Buckets"]
        assert stranger.poll() is None
    finally:
        for process in (orphan, stranger):
            process.kill()
            process.wait(20)
        assert stranger.stdin is not None
        stranger.stdin.close()


@needs_weed
def test_reset_empties_the_store() -> None:
    with simulated_region() as region:
        s3, endpoint = region.client("s3"), region.s3_endpoint
        s3.create_bucket(Bucket="lake")
        region.control("s3/faults", {"code": "SlowDown"})
        region.control("reset", {})
        assert region.s3_endpoint == endpoint
        assert region.client("s3").list_buckets()["Buckets"] == []


@needs_weed
def test_a_store_that_cannot_start_is_told_to_the_client(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()
    (tmp_path / "s3" / "data").write_text("in the way")
    with simulated_region(state=tmp_path) as region:
        with pytest.raises(ClientError) as raised:
            region.client("s3").list_buckets()
        assert raised.value.response["Error"]["Code"] == "ServiceUnavailable"
        (tmp_path / "s3" / "data").unlink()
        assert region.client("s3").list_buckets()["Buckets"] == []


def test_moto_takes_the_keys_that_seaweedfs_changes() -> None:
    with simulated_region(s3_store="moto") as region:
        s3 = region.client("s3")
        s3.create_bucket(Bucket="odd")
        keys = ["a//b", "./x", "../y", "/lead", "back\\slash", "dir/"]
        for key in keys:
            s3.put_object(Bucket="odd", Key=key, Body=key.encode())
        found = s3.list_objects_v2(Bucket="odd")["Contents"]
        assert sorted(item["Key"] for item in found) == sorted(keys)
        for key in keys:
            assert s3.get_object(Bucket="odd", Key=key)["Body"].read() == key.encode()
        region.control("reset", {})
        assert region.client("s3").list_buckets()["Buckets"] == []


def test_compat_moto_takes_any_credentials_at_its_one_port() -> None:
    with simulated_region(compat="moto") as region:
        s3 = region.client(
            "s3",
            endpoint_url=region.endpoint_url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="a//b", Body=b"x")
        assert s3.get_object(Bucket="lake", Key="a//b")["Body"].read() == b"x"
        reset = Request(f"{region.endpoint_url}/moto-api/reset", method="POST")
        with urlopen(reset, timeout=30) as answer:
            assert answer.status == 200
        assert s3.list_buckets()["Buckets"] == []


@needs_weed
def test_the_command_s_profile_leads_the_aws_cli_to_s3(tmp_path: Path) -> None:
    with simulator_process("--ephemeral", "--scenario", "empty") as running:
        config = configparser.ConfigParser()
        config.read(running.facts["aws_config_file"])
        assert config["profile hue-simulator"]["services"] == "hue-simulator"
        assert running.facts["s3_endpoint_url"] in config["services hue-simulator"]["s3"]
        (tmp_path / "file").write_bytes(b"by the CLI")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AWS_")
        }
        environment |= {
            "AWS_CONFIG_FILE": running.facts["aws_config_file"],
            "AWS_PROFILE": "hue-simulator",
        }
        for command in ("mb s3://lake", f"cp {tmp_path / 'file'} s3://lake/a/", "ls s3://lake/a/"):
            done = subprocess.run(
                [Path(sys.executable).with_name("aws"), "s3", *command.split()],
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        assert done.stdout.split()[2:] == ["10", "file"]
        assert urlsplit(running.facts["s3_endpoint_url"]).hostname == "127.0.0.1"


@needs_weed
def test_a_region_stops_at_once_while_clients_are_served() -> None:
    with ThreadPoolExecutor(4) as pool:
        with simulated_region() as region:
            s3 = region.client("s3")
            s3.create_bucket(Bucket="lake")
            s3.put_object(Bucket="lake", Key="large", Body=bytes(8_000_000))
            slow = {"kind": "bandwidth", "bytes_per_s": 1000, "method": "GET"}
            region.control("s3/faults", slow)
            bodies = [s3.get_object(Bucket="lake", Key="large")["Body"] for _ in range(3)]
            reads = [pool.submit(body.read) for body in bodies]
            began = time.monotonic()
        assert time.monotonic() - began < 10
        for read in reads:
            with pytest.raises((ResponseStreamingError, IncompleteReadError)):
                read.result(20)


@needs_weed
def test_a_port_that_was_taken_meanwhile_costs_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = find_weed()
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as other:
        drawn, calls = weed._free_ports, []

        def first_with_a_taken_one(count: int) -> list[int]:
            ports = drawn(count)
            calls.append(ports)
            return [other.getsockname()[1] if len(calls) == 1 and i == 4 else port
                    for i, port in enumerate(ports)]  # fmt: skip

        monkeypatch.setattr(weed, "_free_ports", first_with_a_taken_one)
        store = weed.Weed(tmp_path, program, "key", "secret")
        try:
            asyncio.run(store.start())
            assert (store.pid is not None, len(calls)) == (True, 2)
        finally:
            store.stop()
