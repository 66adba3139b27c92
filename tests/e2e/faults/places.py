"""Stores as a test sees them from outside, past Hue Desktop: filled, read, searched for litter.

Each has ``uri(folder)`` for the command line, ``fill``, ``files`` (what shows, with its bytes) and
``litter`` (temporary files and unfinished uploads).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from hue_desktop.core.file_systems import is_temporary
from tests.unit.simulator.hadoop.webhdfs import WebHdfs

__all__ = ["S3", "Files", "Hdfs", "Local", "Place"]

Files = Mapping[str, bytes]


class Place(Protocol):
    """A folder of one test in a store."""

    def uri(self, name: str) -> str:
        """The folder ``name`` as the command line has it, with a slash at its end."""

    def fill(self, name: str, files: Files) -> None:
        """Put files below the folder."""

    def files(self, name: str) -> dict[str, bytes]:
        """All files below that are not hidden."""

    def litter(self) -> list[str]:
        """What a copier should have taken away, anywhere below the place."""


class Local:
    """The disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def uri(self, name: str) -> str:
        return f"{self.root / name}/"

    def fill(self, name: str, files: Files) -> None:
        for relative, data in files.items():
            path = self.root / name / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def files(self, name: str) -> dict[str, bytes]:
        top = self.root / name
        found = (path for path in top.rglob("*") if not _hidden(path.relative_to(top).parts))
        return {str(path.relative_to(top)): path.read_bytes() for path in found if path.is_file()}

    def litter(self) -> list[str]:
        return [str(path) for path in self.root.rglob("*") if is_temporary(path.name)]


class S3:
    """A prefix of a bucket; what was read once is not read again while it stays the same."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix
        self._read: dict[tuple[str, str, object], bytes] = {}

    def uri(self, name: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}/{name}/"

    def fill(self, name: str, files: Files) -> None:
        for relative, data in files.items():
            key = f"{self.prefix}/{name}/{relative}"
            self.client.put_object(
                Bucket=self.bucket, Key=key, Body=data, ChecksumAlgorithm="CRC32C"
            )

    def files(self, name: str) -> dict[str, bytes]:
        start = f"{self.prefix}/{name}/"
        pages = self.client.get_paginator("list_objects_v2")
        return {
            each["Key"].removeprefix(start): self._body(each)
            for page in pages.paginate(Bucket=self.bucket, Prefix=start)
            for each in page.get("Contents", ())
            if not each["Key"].endswith("/")
        }

    def litter(self) -> list[str]:
        found = self.client.list_multipart_uploads(Bucket=self.bucket, Prefix=self.prefix + "/")
        return [each["Key"] for each in found.get("Uploads", ())]

    def _body(self, each: Mapping[str, Any]) -> bytes:
        version = (each["Key"], each["ETag"], each["LastModified"])
        if version not in self._read:
            answer = self.client.get_object(Bucket=self.bucket, Key=each["Key"])
            self._read[version] = answer["Body"].read()
        return self._read[version]


class Hdfs:
    """A directory of an HDFS, simulated or real, asked with the standard library alone."""

    def __init__(self, url: str, user: str, root: str) -> None:
        self.url = url
        self.root = root
        self.web = WebHdfs(url, user)
        self._read: dict[tuple[str, int, int], bytes] = {}

    def uri(self, name: str) -> str:
        return f"webhdfs://{urlsplit(self.url).netloc}{self.root}/{name}/"

    def fill(self, name: str, files: Files) -> None:
        with ThreadPoolExecutor(4) as threads:
            for _each in threads.map(
                lambda item: self.web.put(
                    f"{self.root}/{name}/{item[0]}", item[1], overwrite="true"
                ),
                files.items(),
            ):
                pass

    def files(self, name: str) -> dict[str, bytes]:
        top = f"{self.root}/{name}"
        return {
            path.removeprefix(f"{top}/"): self._body(path, status)
            for path, status in self._below(top)
            if status["type"] == "FILE" and not _hidden(path.removeprefix(top).split("/"))
        }

    def litter(self) -> list[str]:
        below = self._below(self.root)
        return [path for path, status in below if is_temporary(status["pathSuffix"])]

    def _below(self, folder: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        answer = self.web.ask("GET", folder, "LISTSTATUS")
        if answer.status == 404:
            return
        for status in answer.json["FileStatuses"]["FileStatus"]:
            path = f"{folder}/{status['pathSuffix']}"
            yield path, status
            if status["type"] == "DIRECTORY":
                yield from self._below(path)

    def _body(self, path: str, status: Mapping[str, Any]) -> bytes:
        version = (path, int(status["fileId"]), int(status["length"]))
        if version not in self._read:
            self._read[version] = self.web.get(path)
        return self._read[version]


def _hidden(parts: Any) -> bool:
    return any(is_temporary(part) for part in parts)
