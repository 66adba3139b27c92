"""What the tests of bad input share: a user of their own, bad servers, and waiting."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.simulated import ACCESS_KEY, SECRET_KEY

__all__ = [
    "GARBAGE",
    "Environment",
    "bad_server",
    "free_port",
    "start",
    "user_environment",
    "wait_for",
    "write_connection",
]

Environment = dict[str, str]

#: What a server may answer that is not AWS. ``None``: it takes the call and says nothing.
GARBAGE: dict[str, bytes | None] = {
    "html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "login": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/in\r\nContent-Length: 0\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{",
    "other json": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "not found": b"HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnope",
    "ssh": b"SSH-2.0-OpenSSH_9.7\r\n",
    "binary": bytes(range(256)),
    "nothing": b"",
    "gateway": b"HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\n<html>",
    "silence": None,
}


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    answer: bytes | None = b""

    def __init__(self, port: int = 0) -> None:
        self.called = threading.Event()
        self.over = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what these tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.recv(65536)
        self.server.called.set()
        if self.server.answer is None:
            self.server.over.wait(60)
        else:
            self.request.sendall(self.server.answer)


@contextmanager
def bad_server(kind: str) -> Iterator[_Server]:
    """A server that answers every request with one of ``GARBAGE``."""
    server = _Server()
    server.answer = GARBAGE[kind]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join(5)
        server.server_close()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_connection(
    folder: Path, endpoint_url: str = "", *, profile: str = "hue", region: str = "us-east-1"
) -> Path:
    """``config/connections.toml`` with the connection ``lab``, and the AWS file it names."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    aws = folder / "aws-config"
    aws.write_text(
        f"[profile hue]\naws_access_key_id = {ACCESS_KEY}\n"
        f"aws_secret_access_key = {SECRET_KEY}\nregion = us-east-1\n"
    )
    lines = ["[connections.lab]", 'class = "test"', f'profile = "{profile}"']
    lines += [f'regions = ["{region}"]', f"aws_config_file = {json.dumps(str(aws))}"]
    if endpoint_url:
        lines.append(f'endpoint_url = "{endpoint_url}"')
    file = config / "connections.toml"
    file.write_text("\n".join(lines) + "\n")
    return file


def user_environment(folder: Path) -> Environment:
    """A user whose files are in ``folder``, without AWS settings, whose window needs no screen."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "HUE_")) and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    return {
        **kept,
        "QT_QPA_PLATFORM": "offscreen",
        "HUE_CONFIG_DIR": str(folder / "config"),
        "HUE_DATA_DIR": str(folder / "data"),
        "AWS_CONFIG_FILE": str(folder / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def start(environment: Environment, *words: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run ``hue-desktop WORDS`` until the block ends; killed if it is still there then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hue_desktop", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


def wait_for(condition: Callable[[], Any], timeout_s: float = 30.0) -> None:
    """Look every 20 ms until the condition holds."""
    look = threading.Event()
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        look.wait(0.02)
