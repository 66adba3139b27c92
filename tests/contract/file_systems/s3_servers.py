"""S3 servers that the contract runs over: SeaweedFS, plain and behind TLS."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hue_desktop.adapters.aws.s3 import S3FileSystem
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.storage import Location, StoreId, StoreKind

__all__ = ["S3Server", "Seaweed", "SeaweedTls"]

STORE = StoreId(StoreKind.S3, connection="contract", region="us-east-1")
BUCKET = "contract"
MIB = 1024 * 1024


class S3Server(ABC):
    """What they share: a bucket, and a prefix in it for each test."""

    marks: ClassVar[tuple[Any, ...]] = ()
    refused_names: ClassVar[frozenset[str]] = frozenset()
    mangled_names: ClassVar[frozenset[str]] = frozenset()
    min_part_bytes: ClassVar[int] = 5 * MIB
    atomic_names: ClassVar[bool] = True
    themes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def start(self, tmp: Path) -> tuple[str, dict[str, str]]:
        """Start the server; its endpoint and what the environment must say."""

    def open(self, tmp: Path) -> S3FileSystem:
        """Start the server and open it as a connection with the keys of the environment."""
        self._left = contextlib.ExitStack()
        endpoint_url, variables = self.start(tmp)
        patch = self._left.enter_context(pytest.MonkeyPatch.context())
        for name, value in variables.items():
            patch.setenv(name, value)
        connection = Connection("contract", endpoint_url=endpoint_url)
        self._session = AwsSession(connection, "us-east-1")
        self._file_system = S3FileSystem(self._session, STORE)
        self._file_system.make_folder(Location(STORE, f"/{BUCKET}/"))
        return self._file_system

    def folder(self, unique: str) -> Location:
        """A prefix that no key has yet."""
        return Location(STORE, f"/{BUCKET}/{unique}/")

    def close(self) -> None:
        """Close the store and stop the server."""
        self._file_system.close()
        self._session.close()
        self._left.close()


class Seaweed(S3Server):
    """A real S3 server. It takes a backslash for a slash, and two slashes for one."""

    name: ClassVar[str] = "seaweedfs"
    mangled_names: ClassVar[frozenset[str]] = frozenset(
        {"back\\slash", "/leading", "double//slash"}
    )
    tls: ClassVar[bool] = False

    def start(self, tmp: Path) -> tuple[str, dict[str, str]]:
        """A process of its own."""
        from tests.benchmarks._seaweed import seaweed

        store = self._left.enter_context(seaweed(tmp, tls=self.tls))
        return store.endpoint_url, _keys(store.env)


class SeaweedTls(Seaweed):
    """The same behind TLS, where nothing goes through the kernel's shortcuts."""

    name: ClassVar[str] = "seaweedfs-tls"
    tls: ClassVar[bool] = True


def _keys(env: dict[str, str]) -> dict[str, str]:
    wanted = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CA_BUNDLE")
    return {name: env[name] for name in wanted if name in env}
