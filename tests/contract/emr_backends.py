"""What the suite of the ``Emr`` port runs over: a simulated region, and a moto server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.meter import Meter, Quota
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.changes import (
    ClusterSpec,
    CreateCluster,
    GroupSpec,
    SetProtection,
    Terminate,
)
from hue_desktop.core.clusters import BootstrapAction
from hue_desktop.core.connections import Connection
from hue_desktop.core.instances import Market, Role
from tests.simulated import SimulatedRegion, simulated_region

__all__ = ["BACKENDS", "GROUPS", "SPEC", "WHOLE", "Backend", "backend", "running_cluster"]

BACKENDS = ("simulated", "simulated as moto", "moto")
WHOLE = BACKENDS[:2]  #: those that answer all of EMR; moto answers less than half of it

GROUPS = (
    GroupSpec(Role.MASTER, "m5.xlarge", 1, name="primary"),
    GroupSpec(Role.CORE, "m5.xlarge", 3, name="core"),
    GroupSpec(Role.TASK, "r5.xlarge", 2, Market.SPOT, "task", 0.2),
)
SPEC = ClusterSpec(
    "contract",
    "emr-6.15.0",
    ("Spark", "Hive"),
    groups=GROUPS,
    tags=(("team", "tests"), ("cost", "none")),
    bootstrap_actions=(BootstrapAction("setup", "s3://example/setup.sh", ("a", "b")),),
    log_uri="s3://example/logs/",
    configurations_json='[{"Classification": "spark", "Properties": {"k": "v"}}]',
)

PLENTY = {"": Quota(10_000, 10_000), "*": Quota(10_000, 10_000)}


@dataclass
class Backend:
    """A running server, the port over it, and what it can do."""

    name: str
    emr: AwsEmr
    region: SimulatedRegion | None = None

    def pass_time(self, **by: float) -> None:
        """Let simulated time pass; in moto everything has happened already."""
        if self.region is not None:
            self.region.jump(**by)


@contextmanager
def backend(name: str, folder: Path) -> Iterator[Backend]:
    """Run a server until the block ends."""
    if name == "moto":
        with _moto() as url, _emr(url, folder) as emr:
            yield Backend(name, emr)
    else:
        compat = "moto" if name == "simulated as moto" else None
        with (
            simulated_region("empty", compat=compat) as region,
            _emr(region.endpoint_url, folder) as emr,
        ):
            yield Backend(name, emr, region)


@contextmanager
def running_cluster(server: Backend) -> Iterator[str]:
    """A cluster of groups that is up, and is gone after the block."""
    made = server.emr.perform(CreateCluster(SPEC))["cluster_id"]
    server.pass_time(minutes=15)
    yield made
    server.emr.perform(SetProtection(made, False))
    server.emr.perform(Terminate(made))


@contextmanager
def _emr(endpoint_url: str, folder: Path) -> Iterator[AwsEmr]:
    config = folder / "aws-config"
    config.write_text(
        "[profile contract]\naws_access_key_id = AKIACONTRACT00000000\n"
        "aws_secret_access_key = none\n"
    )
    connection = Connection(
        "contract",
        profile="contract",
        endpoint_url=endpoint_url,
        aws_config_file=str(config),
    )
    session = AwsSession(connection, "us-east-1", meter=Meter(PLENTY))
    try:
        yield AwsEmr(session)
    finally:
        session.close()


@contextmanager
def _moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _host, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
