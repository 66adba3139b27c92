"""Puts a scenario's objects into the store, before the first client is led to it."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

__all__ = ["S3Seed", "load"]

_WORKERS = 8
_PATIENCE_S = 30.0
_THERE = (200, 409)  # a bucket may be there from a start that was killed


@dataclass(frozen=True, slots=True)
class S3Seed:
    """One object."""

    bucket: str
    key: str
    data: bytes
    content_type: str = "application/octet-stream"


def load(
    address: tuple[str, int], keys: tuple[str, str], region: str, seeds: Iterable[S3Seed]
) -> int:
    """Put all seeds, some at a time; how many there were. Raises ``OSError`` if one fails."""
    wanted = list(seeds)
    buckets = sorted({seed.bucket for seed in wanted})
    _put_all((address, keys, region), ((f"/{bucket}", b"", "") for bucket in buckets))
    lanes = [wanted[lane::_WORKERS] for lane in range(_WORKERS)]
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="s3-seeds") as pool:
        for done in [pool.submit(_put_all, (address, keys, region), _puts(lane)) for lane in lanes]:
            done.result()
    return len(wanted)


def _puts(seeds: Iterable[S3Seed]) -> Iterator[tuple[str, bytes, str]]:
    for seed in seeds:
        yield f"/{seed.bucket}/{quote(seed.key)}", seed.data, seed.content_type


def _put_all(
    access: tuple[tuple[str, int], tuple[str, str], str], puts: Iterable[tuple[str, bytes, str]]
) -> None:
    address, keys, region = access
    signer = S3SigV4Auth(Credentials(*keys), "s3", region)
    connection = http.client.HTTPConnection(*address, timeout=_PATIENCE_S)
    try:
        for path, data, content_type in puts:
            url = f"http://{address[0]}:{address[1]}{path}"
            request = AWSRequest("PUT", url, data=data, headers={"Content-Type": content_type})
            request.headers["x-amz-content-sha256"] = hashlib.sha256(data).hexdigest()
            signer.add_auth(request)
            connection.request("PUT", path, data, dict(request.headers))
            answer = connection.getresponse()
            text = answer.read(500)
            if answer.status not in _THERE:
                raise OSError(f"{path} was refused: {answer.status} {text!r}")
    finally:
        connection.close()
