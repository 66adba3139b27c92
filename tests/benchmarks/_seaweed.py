"""A SeaweedFS for benchmarks, reached directly over plain HTTP or TLS, with keys for every tool."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

__all__ = ["ACCESS_KEY", "SECRET_KEY", "Seaweed", "seaweed"]

ACCESS_KEY, SECRET_KEY = "benchmark", "benchmark-secret"
_READY_S = 60.0
_TRIES = 5
_SERVICES = ("s3", "master", "volume", "filer", "admin")


class Seaweed:
    """A running store. ``env`` is what the tools need to reach it."""

    def __init__(self, endpoint_url: str, env: dict[str, str], ports: dict[str, int]) -> None:
        self.endpoint_url = endpoint_url
        self.env = env
        self._ports = ports
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            verify=env.get("AWS_CA_BUNDLE", True),
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=32),
        )

    def bucket(self, name: str) -> str:
        """A new, empty bucket; one of that name goes first, at once and with all its bytes."""
        if any(each["Name"] == name for each in self.client.list_buckets()["Buckets"]):
            self.shell(f"s3.bucket.delete -name {name}")
        self.client.create_bucket(Bucket=name)
        return name

    def shell(self, words: str) -> str:
        """A line of ``weed shell``."""
        done = subprocess.run(
            [_program(), "shell", f"-master={self._grpc('master')}",
             f"-filer={self._grpc('filer')}"],
            input=words + "\n", capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def _grpc(self, service: str) -> str:
        """As weed writes an address whose gRPC port is not 10,000 above the other."""
        return f"127.0.0.1:{self._ports[service]}.{self._ports[service + '.grpc']}"

    def count(self, bucket: str, prefix: str = "") -> tuple[int, int]:
        """Objects and bytes below a prefix."""
        number = size = 0
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", ()):
                number += 1
                size += each["Size"]
        return number, size


def _program() -> str:
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.is_file() else shutil.which("weed") or "weed"


class _PortTaken(RuntimeError):
    """Somebody took one of its ports between our look and its start."""


@contextlib.contextmanager
def seaweed(folder: Path, *, tls: bool = False) -> Iterator[Seaweed]:
    """Start one in ``folder``; it is killed and its data removed at the end."""
    with contextlib.ExitStack() as stack:
        for left in reversed(range(_TRIES)):
            try:
                store = stack.enter_context(_started(folder, tls))
                break
            except _PortTaken:
                if not left:
                    raise
        yield store


@contextlib.contextmanager
def _started(folder: Path, tls: bool) -> Iterator[Seaweed]:
    data = folder / ("weed-tls" if tls else "weed")
    data.mkdir(parents=True)
    ports = _ports()
    command = [
        _program(), "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-admin.ui=false", "-webdav=false", "-master.telemetry=false", "-s3.iam=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=200",
        "-master.volumeSizeLimitMB=1024",
    ]  # fmt: skip
    for service in _SERVICES:
        command += [f"-{service}.port={ports[service]}"]
        command += [f"-{service}.port.grpc={ports[service + '.grpc']}"]
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    env = {**_clean_env(), **keys, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    env |= {"AWS_EC2_METADATA_DISABLED": "true", "S3_ENDPOINT_URL": ""}
    scheme = "http"
    if tls:
        certificate, key = _certificate(folder)
        command += [f"-s3.cert.file={certificate}", f"-s3.key.file={key}"]
        env["AWS_CA_BUNDLE"] = str(certificate)
        scheme = "https"
    endpoint = f"{scheme}://127.0.0.1:{ports['s3']}"
    env["S3_ENDPOINT_URL"] = env["AWS_ENDPOINT_URL"] = endpoint
    home = folder / "home"
    home.mkdir(exist_ok=True)
    env |= {"HUE_CONFIG_DIR": str(home / "config"), "HUE_DATA_DIR": str(home / "data")}
    with (folder / "weed.log").open("wb") as log:
        child = subprocess.Popen(
            command, stdout=log, stderr=log, env={**_clean_env(), **keys}, cwd=data,
            start_new_session=True, preexec_fn=_end_with_parent,
        )  # fmt: skip
        try:
            _wait_until_ready(endpoint, child, folder / "weed.log")
            yield Seaweed(endpoint, env, ports)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait(30)
            shutil.rmtree(data, ignore_errors=True)


def _end_with_parent() -> None:
    """Also when we are killed: Linux sends SIGKILL to the child then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _clean_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def _ports() -> dict[str, int]:
    names = [name for service in _SERVICES for name in (service, service + ".grpc")]
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {n: each.getsockname()[1] for n, each in zip(names, sockets, strict=True)}


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def _wait_until_ready(endpoint: str, child: subprocess.Popen[bytes], log: Path) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            said = log.read_text(errors="replace")[-2000:]
            taken = "Port allocation failed" in said or "address already in use" in said
            raise (_PortTaken if taken else RuntimeError)(f"weed ended: {said}")
        try:
            urllib.request.urlopen(endpoint + "/status", timeout=1, context=trusting).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("weed does not answer")
