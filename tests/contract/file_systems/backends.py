"""The stores that the contract runs over. A backend is opened once, and gives each test a folder.

To add one: a class like :class:`Local` at the end of ``BACKENDS``. ``marks`` are pytest's (``real``
for servers that only stand in CI). ``refused_names`` are names that this store cannot hold; for
them the contract asks that they are refused, and not turned into others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

import pytest

from hue_desktop.core.file_systems import RUN, Connector, FileSystem
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from tests.contract.file_systems.s3_servers import Seaweed, SeaweedTls
from tests.contract.file_systems.simulated_stores import (
    SimulatedHttpFs,
    SimulatedS3,
    SimulatedS3Verbatim,
    SimulatedWebHdfs,
)

__all__ = ["BACKENDS", "Backend"]


class Backend(Protocol):
    """A store to run the contract over."""

    name: ClassVar[str]
    marks: ClassVar[tuple[Any, ...]]
    refused_names: ClassVar[frozenset[str]]
    mangled_names: ClassVar[frozenset[str]]  #: that the server itself turns into others: left out
    min_part_bytes: ClassVar[int]  #: the least that a part may have, but for the last
    atomic_names: ClassVar[bool]  #: a file is replaced, or not replaced, in one step
    themes: ClassVar[tuple[str, ...]]  #: the only modules of the contract to run, or all

    def open(self, tmp: Path) -> FileSystem:
        """Start what is needed and open the store; once for all tests of a process."""

    def folder(self, unique: str) -> Location:
        """An empty folder (prefix) for one test."""

    def close(self) -> None:
        """Close the store and stop what was started."""


class Local:
    """The disk of this machine."""

    name: ClassVar[str] = "local"
    marks: ClassVar[tuple[Any, ...]] = ()
    refused_names: ClassVar[frozenset[str]] = frozenset()
    mangled_names: ClassVar[frozenset[str]] = frozenset()
    min_part_bytes: ClassVar[int] = 1
    atomic_names: ClassVar[bool] = True
    themes: ClassVar[tuple[str, ...]] = ()

    def open(self, tmp: Path) -> FileSystem:
        """Nothing is started."""
        from hue_desktop.adapters.local.file_system import LocalFileSystem

        self._tmp = tmp
        self._file_system: FileSystem = LocalFileSystem()
        return self._file_system

    def folder(self, unique: str) -> Location:
        """A directory below pytest's own."""
        path = self._tmp / unique
        path.mkdir()
        return Location(LOCAL, f"{path}/")

    def close(self) -> None:
        """Nothing was opened."""
        self._file_system.close()


class RealWebHdfs:
    """A real HDFS over its NameNode's and DataNodes' HTTP."""

    name: ClassVar[str] = "real-webhdfs"
    variable: ClassVar[str] = "HUE_REAL_WEBHDFS"
    protocol: ClassVar[str] = "webhdfs"
    marks: ClassVar[tuple[Any, ...]] = (pytest.mark.real,)
    refused_names: ClassVar[frozenset[str]] = frozenset({"colon:semicolon;"})
    mangled_names: ClassVar[frozenset[str]] = frozenset()
    min_part_bytes: ClassVar[int] = 1
    atomic_names: ClassVar[bool] = True
    themes: ClassVar[tuple[str, ...]] = ()

    def open(self, tmp: Path) -> FileSystem:
        """The HDFS that the variable names."""
        from hue_desktop.adapters.hadoop.opening import open_rpc, open_webhdfs

        url = urlsplit(real(self.variable))
        self._store = StoreId(StoreKind.HDFS, authority=url.netloc, protocol=self.protocol)
        address = (url.hostname or "", url.port or 0)
        opener = open_webhdfs if self.protocol == "webhdfs" else open_rpc
        user = real("HUE_REAL_SSH_USER")
        connector = self.connector(tmp)
        self._file_system: FileSystem = opener(self._store, connector, [address], user)
        return self._file_system

    def connector(self, tmp: Path) -> Connector:
        """The servers are on this machine."""
        from hue_desktop.adapters.hadoop.direct import DirectConnector

        return DirectConnector()

    def folder(self, unique: str) -> Location:
        """A directory of its own, so that runs do not meet."""
        location = Location(self._store, f"/tmp/{RUN}-{self.name}/{unique}/")
        self._file_system.make_folder(location)
        return location

    def close(self) -> None:
        """End all connections."""
        self._file_system.close()


class RealRpc(RealWebHdfs):
    """A real HDFS over its own protocols."""

    name: ClassVar[str] = "real-rpc"
    variable: ClassVar[str] = "HUE_REAL_HDFS"
    protocol: ClassVar[str] = "hdfs"


class RealThroughSsh(RealWebHdfs):
    """A real HDFS over HTTP through a real SSH server."""

    name: ClassVar[str] = "real-webhdfs-ssh"

    def connector(self, tmp: Path) -> Connector:
        """Through OpenSSH, whose key is pinned."""
        from hue_desktop.adapters.ssh.host_keys import HostKeyFile
        from hue_desktop.adapters.ssh.pool import SshPool
        from hue_desktop.core.connections import SshSettings

        settings = SshSettings(
            user=real("HUE_REAL_SSH_USER"),
            key_file=real("HUE_REAL_SSH_KEY"),
            bastion=real("HUE_REAL_SSH"),
            host_keys=(real("HUE_REAL_SSH_HOSTKEY"),),
        )
        self._pool = SshPool(HostKeyFile(tmp / "known_hosts"))
        return self._pool.connector(settings)

    def close(self) -> None:
        """End the tunnel, too."""
        super().close()
        self._pool.close()


def real(variable: str) -> str:
    """What a variable of the real servers says; the test is skipped when it says nothing."""
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"{variable} is not set: no real server")
    return value


BACKENDS: tuple[type[Backend], ...] = (
    Local,
    Seaweed,
    SeaweedTls,
    SimulatedS3,
    SimulatedS3Verbatim,
    SimulatedWebHdfs,
    SimulatedHttpFs,
    RealWebHdfs,
    RealRpc,
    RealThroughSsh,
)
