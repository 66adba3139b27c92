"""Where buckets are, without contacting anybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.s3.endpoints import Endpoints
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection


@pytest.fixture
def at_aws(monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    return Endpoints(AwsSession(Connection("aws"), "eu-west-1"), "eu-west-1")


@pytest.mark.parametrize(
    ("bucket", "url"),
    [
        ("lake", "https://lake.s3.eu-west-1.amazonaws.com"),
        ("with.dots", "https://s3.eu-west-1.amazonaws.com/with.dots"),
        ("", "https://s3.eu-west-1.amazonaws.com"),
    ],
)
def test_buckets_of_aws(at_aws: Endpoints, bucket: str, url: str) -> None:
    place = at_aws.place(bucket)
    assert place.url(place.base) == url
    assert (place.region, place.address.tls, place.address.port) == ("eu-west-1", True, 443)
    assert not at_aws.is_own


def test_a_bucket_that_moved(at_aws: Endpoints) -> None:
    assert at_aws.moved("lake", "cn-north-1")
    assert not at_aws.moved("lake", "cn-north-1")
    assert at_aws.place("lake").host_header == "lake.s3.cn-north-1.amazonaws.com.cn"
    assert at_aws.place("other").region == "eu-west-1"


@pytest.mark.parametrize(
    ("endpoint", "style", "bucket", "host", "base"),
    [
        ("http://127.0.0.1:8333", "", "lake", "127.0.0.1:8333", "/lake"),
        ("https://s3.example", "", "lake", "s3.example", "/lake"),
        ("https://s3.example:443/store/", "", "lake", "s3.example", "/store/lake"),
        ("http://s3.example", "virtual", "lake", "lake.s3.example", ""),
        ("http://[::1]:8333", "", "lake", "[::1]:8333", "/lake"),
        ("http://127.0.0.1:8333", "", "", "127.0.0.1:8333", ""),
    ],
)
def test_endpoints_of_the_user(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
    style: str,
    bucket: str,
    host: str,
    base: str,
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\n"
        f"s3 =\n  addressing_style = {style or 'auto'}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    session = AwsSession(Connection("own", endpoint_url=endpoint), "us-east-1")
    place = Endpoints(session, "us-east-1").place(bucket)
    assert (place.host_header, place.base) == (host, base)


@pytest.mark.parametrize(
    ("url", "bypass", "proxy"),
    [
        ("http://10.1.2.3:8333", "", ("proxy.example", 3128, "Basic dTpwIQ==")),
        ("http://10.1.2.3:8333", "10.1.2.3", None),
        ("http://127.0.0.1:8333", "", None),
    ],
)
def test_proxies(
    monkeypatch: pytest.MonkeyPatch, url: str, bypass: str, proxy: tuple[str, int, str] | None
) -> None:
    from hue_desktop.adapters.aws.s3.proxies import proxy_for

    monkeypatch.setenv("http_proxy", "http://u:p%21@proxy.example:3128")
    monkeypatch.setenv("no_proxy", bypass)
    assert proxy_for(url) == proxy


def test_botocore_is_not_imported_for_a_plain_profile(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
    code = """
import sys
from hue_desktop.adapters.aws.s3.endpoints import Endpoints
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
session = AwsSession(Connection("own", endpoint_url="http://127.0.0.1:1"), "us-east-1")
endpoints = Endpoints(session, "us-east-1")
endpoints.place("lake"), endpoints.credentials()
print("botocore" in sys.modules)
"""
    environ = {"AWS_CONFIG_FILE": str(config), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environ
    )
    assert done.stdout.strip() == "False", done.stderr
