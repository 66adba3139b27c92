"""A tiny HTTP server that gives recorded answers to real clients.

    with recorded_server() as server:
        server.answer("DescribeCluster", "describe_cluster_groups")
        ...
        assert server.requests[0].body == {"ClusterId": "j-1"}

An operation answers its recordings in order and keeps giving the last one. ``hang`` makes it
take the request and never answer; ``drop`` closes the connection instead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["DROP", "RECORDED", "RecordedServer", "Request", "recorded_server"]

RECORDED = Path(__file__).parent / "recorded"
HANG = "(hang)"
DROP = "(drop)"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    operation: str
    body: Any
    authorization: str


@dataclass
class RecordedServer:
    """A running server, what it will say and what it was asked."""

    endpoint_url: str
    requests: list[Request] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    region_s: float | None = None  #: what the Date header says, in seconds since 1970; None: now

    def answer(self, operation: str, *recordings: str) -> None:
        """Give these recordings to an operation; ``*`` stands for every other one."""
        self.answers[operation] = list(recordings)

    def hang(self, operation: str) -> None:
        """Take requests of an operation and never answer."""
        self.answers[operation] = [HANG]

    def drop(self, operation: str) -> None:
        """Close the connection of a request of an operation."""
        self.answers[operation] = [DROP]

    def count(self, operation: str) -> int:
        """How often an operation was asked for."""
        return sum(request.operation == operation for request in self.requests)

    def next_recording(self, operation: str) -> str:
        """The recording to answer with."""
        queue = self.answers.get(operation) or self.answers.get("*") or ["garbage_not_found"]
        return queue.pop(0) if len(queue) > 1 else queue[0]


@contextmanager
def recorded_server() -> Iterator[RecordedServer]:
    """Serve until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = RecordedServer(f"http://127.0.0.1:{http.server_port}")
    http.recorded = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        http.shutdown()
        thread.join()
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: RecordedServer = self.server.recorded  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if not operation:  # the query protocol of EC2, IAM and STS
            operation = _query_action(body.decode())
        authorization = self.headers.get("Authorization", "")
        server.requests.append(Request(operation, _parsed(body), authorization))
        recording = server.next_recording(operation)
        if recording == HANG:
            server.released.wait(60)
        if recording in (HANG, DROP):
            self.close_connection = True
            return
        self._give(json.loads((RECORDED / f"{recording}.json").read_text()), server)

    def _give(self, recording: dict[str, Any], server: RecordedServer) -> None:
        content = recording["body"]
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-RequestId": "0f0e0d0c-0b0a-0908-0706-050403020100",
            "Content-Length": str(len(data)),
            "Date": formatdate(server.region_s, usegmt=True),
            **recording.get("headers", {}),
        }
        self.send_response_only(recording["status"])
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _query_action(body: str) -> str:
    for pair in body.split("&"):
        key, _equals, value = pair.partition("=")
        if key == "Action":
            return value
    return ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
