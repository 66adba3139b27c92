"""The stores of a simulated region: its HDFS at both doors, its S3 with both keepers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from hue_desktop.adapters.hadoop.direct import DirectConnector
from hue_desktop.adapters.hadoop.opening import open_webhdfs
from hue_desktop.core.file_systems import FileSystem
from hue_desktop.core.storage import Location, StoreId, StoreKind
from tests.contract.file_systems.s3_servers import S3Server
from tests.simulated import ACCESS_KEY, SECRET_KEY, simulated_region
from tests.unit.simulator.hadoop.webhdfs import hdfs_region

__all__ = ["SimulatedHttpFs", "SimulatedS3", "SimulatedS3Verbatim", "SimulatedWebHdfs"]


class SimulatedWebHdfs:
    """The HDFS of a simulated cluster: NameNode and DataNodes."""

    name: ClassVar[str] = "simulated-webhdfs"
    marks: ClassVar[tuple[Any, ...]] = ()
    refused_names: ClassVar[frozenset[str]] = frozenset({"colon:semicolon;"})
    mangled_names: ClassVar[frozenset[str]] = frozenset()
    min_part_bytes: ClassVar[int] = 1
    atomic_names: ClassVar[bool] = True
    themes: ClassVar[tuple[str, ...]] = ()
    door: ClassVar[str] = "webhdfs"

    def open(self, tmp: Path) -> FileSystem:
        """A region with one cluster, reached at its loopback port."""
        self._left = contextlib.ExitStack()
        house = self._left.enter_context(hdfs_region())
        url = urlsplit(house.urls[self.door])
        self._store = StoreId(StoreKind.HDFS, authority=url.netloc, protocol="webhdfs")
        address = (url.hostname or "", url.port or 0)
        self._file_system: FileSystem = open_webhdfs(
            self._store,
            DirectConnector(),
            [address],
            "hadoop",
            is_httpfs=self.door == "httpfs",
        )
        return self._file_system

    def folder(self, unique: str) -> Location:
        """A directory in the user's own."""
        location = Location(self._store, f"/user/hadoop/{self.name}/{unique}/")
        self._file_system.make_folder(location)
        return location

    def close(self) -> None:
        """End all connections and the region."""
        self._file_system.close()
        self._left.close()


class SimulatedHttpFs(SimulatedWebHdfs):
    """The same through the gateway, which sends nobody to a DataNode.

    Its RENAME has no options, so whether something stands at the target is asked before.
    """

    name: ClassVar[str] = "simulated-httpfs"
    atomic_names: ClassVar[bool] = False
    door: ClassVar[str] = "httpfs"


class SimulatedS3(S3Server):
    """The S3 of a simulated region: SeaweedFS behind the region's gate."""

    name: ClassVar[str] = "simulated-s3"
    mangled_names: ClassVar[frozenset[str]] = frozenset(
        {"back\\slash", "/leading", "double//slash"}
    )
    keeper: ClassVar[str] = ""

    def start(self, tmp: Path) -> tuple[str, dict[str, str]]:
        """A region of its own."""
        region = self._left.enter_context(simulated_region(s3_store=self.keeper))
        return region.s3_endpoint, {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }


class SimulatedS3Verbatim(SimulatedS3):
    """The same with moto as keeper, which takes every key as it is but for line ends."""

    name: ClassVar[str] = "simulated-s3-moto"
    mangled_names: ClassVar[frozenset[str]] = frozenset({"new\nline"})
    keeper: ClassVar[str] = "moto"
    themes: ClassVar[tuple[str, ...]] = ("test_names",)
