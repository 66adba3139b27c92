"""What the suite of the ``Emr`` port runs over: a simulated region, and a moto server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.meter import Meter, Quota
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from tests.simulated import SimulatedRegion, simulated_region

__all__ = ["BACKENDS", "Backend", "backend"]

PLENTY = {"": Quota(10_000, 10_000), "*": Quota(10_000, 10_000)}


@dataclass
class Backend:
    """A running server, the port over it, and what it can do."""

    name: str
    emr: AwsEmr
    region: SimulatedRegion | None = None

    @property
    def complete(self) -> bool:
        """Whether all of EMR is there; moto answers less than half of its operations."""
        return self.region is not None

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


BACKENDS = ("simulated", "simulated as moto", "moto")


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
