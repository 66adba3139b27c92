"""Profiles that are read without botocore say what botocore says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hue_desktop.adapters.aws.s3.profiles import FullProfile, default_bundle, read_plain
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection

KEYS = "aws_access_key_id = AKIA{0}\naws_secret_access_key = secret-{0}\n"
ENDPOINT = "endpoint_url = http://127.0.0.1:1\n"
SERVICES = (
    "services = here\n[services here]\nemr =\n  endpoint_url = http://127.0.0.1:2\n"
    "s3 =\n  endpoint_url = http://127.0.0.1:3\n"
)

#: config file, credentials file, environment, profile, endpoint of the connection
PLAIN = {
    "default": (f"[default]\n{KEYS.format(1)}{ENDPOINT}", "", {}, "", ""),
    "named": (f"[profile x]\n{KEYS.format(1)}{ENDPOINT}", "", {}, "x", ""),
    "services": (f"[profile x]\n{KEYS.format(1)}{ENDPOINT}{SERVICES}", "", {}, "x", ""),
    "keys apart": (f"[profile x]\n{ENDPOINT}", f"[x]\n{KEYS.format(2)}", {}, "x", ""),
    "keys in both": (
        f"[profile x]\n{KEYS.format(1)}{ENDPOINT}", f"[x]\n{KEYS.format(2)}", {}, "x", "",
    ),
    "token": (
        f"[default]\n{ENDPOINT}", f"[default]\n{KEYS.format(2)}aws_session_token = t\n", {}, "", "",
    ),
    "environment": (
        f"[default]\n{KEYS.format(1)}{ENDPOINT}", "",
        {"AWS_ACCESS_KEY_ID": "AKIAE", "AWS_SECRET_ACCESS_KEY": "e"}, "", "",
    ),
    "a named profile comes before the environment": (
        f"[profile x]\n{KEYS.format(1)}{ENDPOINT}", "",
        {"AWS_ACCESS_KEY_ID": "AKIAE", "AWS_SECRET_ACCESS_KEY": "e"}, "x", "",
    ),
    "profile of the environment": (
        f"[profile x]\n{KEYS.format(1)}{ENDPOINT}", "", {"AWS_PROFILE": "x"}, "", "",
    ),
    "endpoint of the environment": (
        f"[default]\n{KEYS.format(1)}{ENDPOINT}", "",
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4"}, "", "",
    ),
    "endpoint for S3 of the environment": (
        f"[profile x]\n{KEYS.format(1)}{ENDPOINT}{SERVICES}", "",
        {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:5", "AWS_ENDPOINT_URL": "http://h"}, "x", "",
    ),
    "endpoint of the connection": (
        f"[default]\n{KEYS.format(1)}{ENDPOINT}", "", {}, "", "http://127.0.0.1:6",
    ),
    "endpoints are ignored": (
        f"[default]\n{KEYS.format(1)}{ENDPOINT}", "",
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", "http://127.0.0.1:6",
    ),
    "addressing": (
        f"[default]\n{KEYS.format(1)}{ENDPOINT}s3 =\n  addressing_style = virtual\n", "", {}, "",
        "",
    ),
    "bundle": (f"[default]\n{KEYS.format(1)}{ENDPOINT}ca_bundle = /x.pem\n", "", {}, "", ""),
}  # fmt: skip

#: What only botocore can read.
NOT_PLAIN = {
    "no endpoint": (f"[default]\n{KEYS.format(1)}", {}),
    "no keys": (f"[default]\n{ENDPOINT}", {}),
    "half a pair": (f"[default]\n{ENDPOINT}aws_access_key_id = A\n", {}),
    "role": (f"[default]\n{KEYS.format(1)}{ENDPOINT}role_arn = arn\nsource_profile = y\n", {}),
    "sso": (f"[default]\n{ENDPOINT}sso_session = s\n", {}),
    "process": (f"[default]\n{ENDPOINT}credential_process = /bin/false\n", {}),
    "web identity": (f"[default]\n{KEYS.format(1)}{ENDPOINT}", {"AWS_ROLE_ARN": "arn"}),
    "services that are not there": (f"[default]\n{KEYS.format(1)}{ENDPOINT}services = z\n", {}),
    "broken": (f"[default\n{KEYS.format(1)}{ENDPOINT}", {}),
    "quoted": (f'[profile "a b"]\n{KEYS.format(1)}{ENDPOINT}', {"AWS_PROFILE": "a b"}),
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


@pytest.mark.parametrize("name", PLAIN)
def test_as_botocore(name: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, keys, environ, profile, endpoint_url = PLAIN[name]
    (files / "config").write_text(config)
    (files / "credentials").write_text(keys)
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    connection = Connection("c", profile=profile, endpoint_url=endpoint_url)
    plain = read_plain(connection)
    assert plain is not None
    full = FullProfile(AwsSession(connection, "us-east-1"))
    frozen = full.credentials()
    assert (plain.access_key, plain.secret_key) == (frozen.access_key, frozen.secret_key)
    assert plain.token == frozen.token
    assert plain.endpoint_url == full.endpoint_url
    assert (plain.style, plain.ca_bundle) == (full.style, full.ca_bundle)
    if not endpoint_url:
        from botocore.configprovider import ConfiguredEndpointProvider

        provider = ConfiguredEndpointProvider(
            full.core.full_config, full.core.get_scoped_config(), "s3"
        )
        assert plain.endpoint_url == provider.provide()


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_left_to_botocore(name: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, environ = NOT_PLAIN[name]
    (files / "config").write_text(config)
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    assert read_plain(Connection("c")) is None


def test_the_connection_s_own_file_is_read(files: Path) -> None:
    own = files / "own"
    own.write_text(f"[profile x]\n{KEYS.format(7)}{SERVICES}")
    connection = Connection(
        "c", profile="x", aws_config_file=str(own), endpoint_url="http://127.0.0.1:9"
    )
    plain = read_plain(connection)
    assert plain is not None
    assert plain.endpoint_url == "http://127.0.0.1:3"


def test_the_certificates_are_botocore_s() -> None:
    from botocore.httpsession import where

    assert default_bundle() == where()
