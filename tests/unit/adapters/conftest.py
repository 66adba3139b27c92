"""Connections that real boto3 sessions are made of, away from the user's own AWS files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hue_desktop.adapters.aws.meter import Meter, Quota
from hue_desktop.adapters.aws.retrying import Retrying
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from tests.recorded_server import RecordedServer, recorded_server

PROFILE = "hue-test"

Connect = Callable[..., AwsSession]


@pytest.fixture(autouse=True)
def no_user_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file of the person who runs the tests says anything to boto."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws_config(tmp_path: Path) -> Path:
    """An AWS configuration file with one profile that has keys."""
    path = tmp_path / "aws-config"
    path.write_text(
        f"[profile {PROFILE}]\naws_access_key_id = AKIAHUETEST000000000\n"
        "aws_secret_access_key = not-a-secret\n"
    )
    return path


@pytest.fixture
def recorded() -> Iterator[RecordedServer]:
    """A server of recorded answers."""
    with recorded_server() as server:
        yield server


@pytest.fixture
def connect(aws_config: Path) -> Iterator[Connect]:
    """Makes sessions to an endpoint, with all the budget they like; closed in the end."""
    opened: list[AwsSession] = []

    def to(
        endpoint_url: str = "", *, region: str = "eu-central-1", profile: str = PROFILE
    ) -> AwsSession:
        connection = Connection(
            "test", profile=profile, endpoint_url=endpoint_url, aws_config_file=str(aws_config)
        )
        plenty = Meter({"": Quota(10_000, 10_000), "*": Quota(10_000, 10_000)})
        retrying = Retrying(base_s=0.001)
        opened.append(AwsSession(connection, region, meter=plenty, retrying=retrying))
        return opened[-1]

    yield to
    for session in opened:
        session.close()
