"""The adapter over a simulated region's S3, whose gate makes trouble on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hue_desktop.adapters.aws.retrying import Retrying
from hue_desktop.adapters.aws.s3 import S3FileSystem
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.storage import Location, StoreId, StoreKind
from tests.contract.file_systems.place import BytesSource
from tests.simulated import ACCESS_KEY, SECRET_KEY, SimulatedRegion, simulated_region

STORE = StoreId(StoreKind.S3, connection="tests", region="us-east-1")

Open = Callable[[str], S3FileSystem]


@dataclass(frozen=True)
class Lake:
    """A bucket of its own for a test, the store it is in, and the trouble that can be made."""

    fs: S3FileSystem
    bucket: str
    client: Any  #: boto3's, to look at what is there with other eyes
    control: Callable[..., Any]

    def at(self, key: str) -> Location:
        """A location in the bucket."""
        return Location(STORE, f"/{self.bucket}/{key}")

    def put(self, key: str, data: bytes = b"x", *, overwrite: bool = True) -> Location:
        """Store an object."""
        self.fs.put(self.at(key), BytesSource(data), overwrite=overwrite)
        return self.at(key)

    def read(self, key: str) -> bytes:
        """An object's bytes."""
        source = self.fs.open(self.at(key))
        found = bytearray()
        space = memoryview(bytearray(65_536))
        try:
            while count := source.readinto(space):
                found += space[:count]
        finally:
            source.close()
        return bytes(found)

    def fault(self, **what: Any) -> None:
        """Make trouble for the requests that follow."""
        self.control("s3/faults", {"bucket": self.bucket, **what})

    def uploads(self) -> int:
        """Multipart uploads that are neither completed nor aborted."""
        return len(self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", ()))


@pytest.fixture
def open_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens an endpoint with keys from the environment and hardly any waiting between tries."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    opened: list[S3FileSystem] = []

    def open_s3(endpoint_url: str) -> S3FileSystem:
        session = AwsSession(Connection("tests", endpoint_url=endpoint_url), "us-east-1")
        retrying = Retrying(attempts=5, base_s=0.01, most_s=0.05, give_up_s=10)
        opened.append(S3FileSystem(session, STORE, retrying=retrying))
        return opened[-1]

    yield open_s3
    for each in opened:
        each.close()


@pytest.fixture(scope="package")
def weed() -> Iterator[SimulatedRegion]:
    """A region whose objects are in SeaweedFS."""
    with simulated_region() as region:
        yield region


@pytest.fixture(scope="package")
def moto() -> Iterator[SimulatedRegion]:
    """A region whose objects are in moto: it takes every key, and compares no checksum."""
    with simulated_region(s3_store="moto") as region:
        yield region


def lake_in(region: SimulatedRegion, open_s3: Open, name: str) -> Lake:
    """A new bucket."""
    client = region.client("s3")
    client.create_bucket(Bucket=name)
    return Lake(open_s3(region.s3_endpoint), name, client, region.control)


@pytest.fixture
def bucket_name(request: pytest.FixtureRequest) -> str:
    """A name that no other test has."""
    count = getattr(request.config, "_s3_buckets", 0) + 1
    request.config._s3_buckets = count  # type: ignore[attr-defined]
    return f"lake-{count}"


@pytest.fixture
def lake(weed: SimulatedRegion, open_s3: Open, bucket_name: str) -> Iterator[Lake]:
    """A bucket in SeaweedFS."""
    yield lake_in(weed, open_s3, bucket_name)
    weed.control("s3/faults", {"clear": True})


@pytest.fixture
def any_keys(moto: SimulatedRegion, open_s3: Open, bucket_name: str) -> Iterator[Lake]:
    """A bucket in moto."""
    yield lake_in(moto, open_s3, bucket_name)
    moto.control("s3/faults", {"clear": True})
