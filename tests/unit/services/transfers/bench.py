"""A transfer service over stores of a test, and trees to copy."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from hue_desktop.adapters.local.file_system import LocalFileSystem
from hue_desktop.adapters.store.claims import Claims
from hue_desktop.adapters.store.database import Database
from hue_desktop.adapters.store.transfers import SqliteTransfers
from hue_desktop.core.connections import Connection
from hue_desktop.core.file_systems import FileSystem, is_temporary
from hue_desktop.core.storage import LOCAL, Location, StoreId, StoreKind
from hue_desktop.core.transfers.values import (
    Conflict,
    Transfer,
    TransferOptions,
    TransferRequest,
)
from hue_desktop.services.transfers import TransferService

MIB = 1 << 20
HDFS = StoreId(StoreKind.HDFS, authority="namenode:9870", protocol="webhdfs")
S3 = StoreId(StoreKind.S3, connection="transfers", region="us-east-1")
WAIT_S = 60.0


def s3_store(endpoint_url: str) -> FileSystem:
    """An S3 store at ``endpoint_url`` with the keys of the environment."""
    from hue_desktop.adapters.aws.s3 import S3FileSystem
    from hue_desktop.adapters.aws.session import AwsSession

    session = AwsSession(Connection("transfers", endpoint_url=endpoint_url), S3.region)
    return S3FileSystem(session, S3)


def hdfs_store(url: str) -> FileSystem:
    """An HDFS whose NameNode listens at ``url``, reached directly."""
    from hue_desktop.adapters.hadoop.direct import DirectConnector
    from hue_desktop.adapters.hadoop.opening import open_webhdfs

    address = urlsplit(url)
    where = (address.hostname or "", address.port or 0)
    return open_webhdfs(HDFS, DirectConnector(), [where], "hadoop")


class Stores:
    """An opener over file systems that a test has made; the local one by default."""

    def __init__(self, *others: FileSystem, local: FileSystem | None = None) -> None:
        self.known: dict[StoreId, FileSystem] = {LOCAL: local or LocalFileSystem()}
        self.known |= {each.store: each for each in others}

    def of(self, store: StoreId, /) -> FileSystem:
        return self.known[store]


@contextmanager
def transfer_service(
    folder: Path, opener: Stores | None = None, *, start: bool = True
) -> Iterator[TransferService]:
    """A service whose journal is in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "hue.sqlite3", hasty=True)
    store = SqliteTransfers(database, Claims(folder / "transfers.lock"))
    service = TransferService(opener or Stores(), store)
    if start:
        service.start()
    try:
        yield service
    finally:
        service.stop()
        store.close()


def here(path: Path, *, folder: bool = False) -> Location:
    """A local path as a location."""
    return Location(LOCAL, str(path) + ("/" if folder else ""))


def request(
    *sources: Path | Location, target: Path | Location, conflict: Conflict = Conflict.ASK,
    **options: object,
) -> TransferRequest:  # fmt: skip
    """A request into the folder ``target`` (or to the location, as it is written)."""
    return TransferRequest(
        tuple(here(each) if isinstance(each, Path) else each for each in sources),
        here(target, folder=True) if isinstance(target, Path) else target,
        TransferOptions(conflict=conflict, **options),  # type: ignore[arg-type]
    )


def copy(service: TransferService, wanted: TransferRequest) -> Transfer:
    """Submit and wait."""
    return service.wait(service.submit(wanted).id, WAIT_S)


def make_tree(root: Path, files: int = 40, *, large: int = 0, seed: int = 7) -> Path:
    """A tree of small files, ``large`` bytes more in one file, and an empty folder."""
    chance = random.Random(seed)
    for number in range(files):
        path = root / f"part {number % 4}" / f"ün%+{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.choice((0, 1, 300, 40_000))))
    if large:
        (root / "large.bin").write_bytes(chance.randbytes(large))
    (root / "empty").mkdir(parents=True, exist_ok=True)
    return root


def contents(root: Path) -> dict[str, bytes | None]:
    """Every file below with its bytes, folders as ``None``."""
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }


def leftovers(root: Path) -> list[str]:
    """Temporary files that nobody took away."""
    return [
        os.path.join(folder, name)
        for folder, _folders, names in os.walk(root)
        for name in names
        if is_temporary(name)
    ]
