"""A region with a bastion and a cluster behind it, and SSH pools that end with the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hue_desktop.adapters.ssh.host_keys import HostKeyFile
from hue_desktop.adapters.ssh.pool import SshPool
from hue_desktop.core.connections import SshSettings
from tests.simulated import SimulatedRegion, simulated_region
from tests.unit.services.house import run_cluster


@dataclass
class Way:
    """How the tests log in: what was asked, and the answer that is given."""

    settings: SshSettings
    known_hosts: HostKeyFile
    primary: str
    answer: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def confirm(self, host: str, fingerprint: str) -> bool:
        """Stands for the person."""
        self.asked.append((host, fingerprint))
        return self.answer


@pytest.fixture(scope="package")
def region() -> Iterator[SimulatedRegion]:
    """A region whose clock stands still, with one cluster that waits."""
    with simulated_region(paused=True) as running:
        run_cluster(running)
        yield running


@pytest.fixture
def way(region: SimulatedRegion, tmp_path: Path) -> Way:
    """To the region's bastion, which nobody knows yet."""
    access = region.ssh
    cluster = region.client("emr").list_clusters()["Clusters"][0]["Id"]
    nodes = region.client("emr").list_instances(ClusterId=cluster, InstanceGroupTypes=["MASTER"])
    settings = SshSettings(
        user=access.user, key_file=str(access.key_file), bastion=f"{access.host}:{access.port}"
    )
    known_hosts = HostKeyFile(tmp_path / "config" / "known_hosts")
    return Way(settings, known_hosts, nodes["Instances"][0]["PrivateDnsName"])


@pytest.fixture
def pool(way: Way) -> Iterator[SshPool]:
    """A pool that asks the test."""
    opened = SshPool(way.known_hosts, confirm=way.confirm, base_s=0.01)
    yield opened
    opened.close()
