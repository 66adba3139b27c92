"""Whose HDFS is meant, asked of a simulated EMR."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hue_desktop.cli.places import locate
from hue_desktop.core.errors import UsageError
from hue_desktop.core.storage import StoreKind
from hue_desktop.wiring import Application, Overrides, Paths
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region
from tests.unit.cli.conftest import Run
from tests.unit.services.house import run_cluster


@pytest.fixture(scope="module")
def region() -> Iterator[SimulatedRegion]:
    """A region with three clusters, of which two share a name."""
    with simulated_region(paused=True) as running:
        for name in ("analytics", "etl", "etl"):
            run_cluster(running, name=name, up=False)
        running.jump(minutes=15)
        yield running


@pytest.fixture
def application(
    run: Run, region: SimulatedRegion, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """As a command opens it for ``--endpoint-url``; ``run`` takes the user's files away."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    opened = Application.open(
        Paths.of_user(), Overrides(endpoint_url=region.endpoint_url, region=region.name)
    )
    yield opened
    opened.close()


def test_a_cluster_is_found_without_the_fleet(application: Application) -> None:
    [found] = locate(application, ["hdfs://analytics/tmp/"])
    assert found.store.kind is StoreKind.HDFS
    assert found.path == "/tmp/"
    assert locate(application, ["hdfs:///tmp/"], "analytics") == [found]
    assert locate(application, ["hdfs:///tmp/"], found.store.cluster_id) == [found]
    assert "fleet" not in vars(application), "reading all of the fleet takes a long time"


def test_local_and_s3_ask_nobody(application: Application, tmp_path: Path) -> None:
    locate(application, [str(tmp_path), "s3://lake/x"])
    assert "running_clusters" not in vars(application)


@pytest.mark.parametrize(
    ("text", "cluster", "said"),
    [
        ("hdfs:///x", "", "does not say which"),
        ("hdfs:///x", "nobody", "Running clusters: analytics, etl"),
        ("hdfs://nobody/x", "", "Running clusters: analytics, etl"),
        ("hdfs://etl/x", "", "Name one by its id: j-"),
        ("hdfs:///x", "etl", "Name one by its id: j-"),
        ("hdfs://nn.example/x", "", "names no host and port"),
    ],
)
def test_what_is_not_clear_is_asked_back(
    application: Application, text: str, cluster: str, said: str
) -> None:
    with pytest.raises(UsageError) as wrong:
        locate(application, [text], cluster)
    assert said in str(wrong.value)
