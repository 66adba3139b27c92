"""Sessions: lazy, one budget and clock, and gone at once when they are closed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import Cancelled, ConfigurationError, HueError
from tests.recorded_server import RecordedServer

Connect = Callable[..., AwsSession]


def test_importing_the_adapters_imports_nothing_heavy() -> None:
    code = """
import pkgutil, sys, hue_desktop.adapters as room
for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    __import__(found.name)
heavy = {"boto3", "botocore", "paramiko", "keyring", "platformdirs", "urllib3", "ssl"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_opening_contacts_nobody() -> None:
    connection = Connection("far", profile="no-such-profile", endpoint_url="http://192.0.2.1")
    session = AwsSession(connection, "us-east-1")
    emr = AwsEmr(session)
    assert emr.clock() is None
    assert emr.usage().per_second == 0
    session.close()


def test_closing_ends_a_call_that_hangs(connect: Connect, recorded: RecordedServer) -> None:
    recorded.hang("DescribeCluster")
    session = connect(recorded.endpoint_url)
    ended: list[tuple[float, HueError]] = []

    def read() -> None:
        try:
            AwsEmr(session).describe_cluster("j-1")
        except HueError as error:
            ended.append((time.monotonic(), error))

    thread = threading.Thread(target=read)
    thread.start()
    deadline = time.monotonic() + 10
    while not recorded.requests and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    closed_at = time.monotonic()
    session.close()
    thread.join(10)
    assert len(ended) == 1
    assert isinstance(ended[0][1], Cancelled)
    assert ended[0][0] - closed_at < 2


def test_a_closed_session_calls_nobody(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("*", "list_clusters_page_2")
    session = connect(recorded.endpoint_url)
    AwsEmr(session).list_clusters()
    session.close()
    with pytest.raises(Cancelled):
        AwsEmr(session).list_clusters()
    assert len(recorded.requests) == 1
    session.close()


def test_the_profile_of_the_named_file_signs(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("*", "list_clusters_page_2")
    AwsEmr(connect(recorded.endpoint_url)).list_clusters()
    assert "Credential=AKIAHUETEST000000000/" in recorded.requests[0].authorization
    assert "/eu-central-1/elasticmapreduce/" in recorded.requests[0].authorization


def test_the_region_tells_its_time(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("*", "list_clusters_page_2")
    recorded.region_s = 2_000_000_000
    session = connect(recorded.endpoint_url)
    before = time.time()
    AwsEmr(session).list_clusters()
    known = AwsEmr(session).clock()
    assert known is not None
    assert known.region_time.timestamp() == 2_000_000_000
    assert before <= known.at_local.timestamp() <= time.time()
    assert session.region_now().timestamp() == pytest.approx(2_000_000_000, abs=5)


def test_throttling_reaches_the_meter(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("ListClusters", "error_throttled", "list_clusters_page_2")
    emr = AwsEmr(connect(recorded.endpoint_url))
    emr.list_clusters()
    assert emr.usage().throttled_until is not None


def test_one_session_from_many_threads(connect: Connect, recorded: RecordedServer) -> None:
    recorded.answer("*", "describe_cluster_groups")
    emr = AwsEmr(connect(recorded.endpoint_url))
    names: list[str] = []
    threads = [
        threading.Thread(target=lambda: names.append(emr.describe_cluster("j-1").name))
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert names == ["nightly-etl"] * 8


def test_a_proxy_is_not_asked_for_this_machine(
    connect: Connect, recorded: RecordedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    recorded.answer("*", "list_clusters_page_2")
    assert len(AwsEmr(connect(recorded.endpoint_url)).list_clusters()) == 1


def test_a_profile_that_the_environment_names_and_nobody_has(
    connect: Connect, recorded: RecordedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(ConfigurationError, match="“gone”"):
        AwsEmr(connect(recorded.endpoint_url, profile="")).list_clusters()
