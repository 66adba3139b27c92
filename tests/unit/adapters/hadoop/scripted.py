"""A little HTTP server that answers what it is told to, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

__all__ = ["Scripted", "live_nodes", "metrics", "namenode", "scripted_server"]

Answer = Any  #: JSON, text, bytes, or (status, text)


@dataclass
class Scripted:
    """Answers by a part of the path; a function is called for each request."""

    port: int
    answers: dict[str, Answer | Callable[[], Answer]]
    asked: list[str] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    def body(self, path: str) -> tuple[int, bytes]:
        """Status and body for a path; the longest part that it holds decides."""
        parts = sorted((part for part in self.answers if part in path), key=len)
        if not parts:
            return 404, b"<html>HTTP ERROR 404</html>"
        answer = self.answers[parts[-1]]
        answer = answer() if callable(answer) else answer
        status, answer = answer if isinstance(answer, tuple) else (200, answer)
        if isinstance(answer, bytes):
            return status, answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return status, text.encode()


@contextmanager
def scripted_server(answers: Mapping[str, Answer]) -> Iterator[Scripted]:
    """Run it until the block ends."""
    script = Scripted(0, dict(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one piece

        def setup(self) -> None:
            super().setup()
            script.connections.append(self.client_address[1])

        def do_GET(self) -> None:
            path = unquote(self.path)
            script.asked.append(path)
            status, body = script.body(path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that has gone is none of our business."""

    with Server(("127.0.0.1", 0), Handler) as server:
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()


def metrics(**more: Any) -> dict[str, Any]:
    """The ResourceManager's cluster metrics."""
    told = {
        "appsRunning": 2,
        "appsPending": 1,
        "appsFailed": 0,
        "reservedMB": 0,
        "allocatedMB": 2048,
        "totalMB": 8192,
        "allocatedVirtualCores": 2,
        "totalVirtualCores": 8,
        "containersAllocated": 2,
        "containersPending": 7,
        "activeNodes": 2,
        "lostNodes": 0,
        "unhealthyNodes": 0,
        "decommissioningNodes": 0,
    }
    return {"clusterMetrics": {**told, **more}}


def live_nodes(count: int, *, port: int = 9864, **more: Any) -> dict[str, Any]:
    """What stands in LiveNodes; all of them on this machine where ``count`` is 1."""
    told = {
        "infoAddr": f"127.0.0.1:{port}",
        "capacity": 1000,
        "usedSpace": 100,
        "nonDfsUsedSpace": 300,
        "remaining": 600,
        "numBlocks": 5,
    }
    name = "127.0.0.1" if count == 1 else "ip-10-0-{high}-{low}.ec2.internal"
    return {
        f"{name.format(high=n // 250, low=n % 250)}:9866": {**told, **more} for n in range(count)
    }


def namenode(nodes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The NameNode's answers by bean."""
    system = {
        "tag.HAState": "active",
        "CapacityTotal": 4000,
        "CapacityUsed": 1000,
        "CapacityRemaining": 3000,
        "BlocksTotal": 10,
        "FilesTotal": 4,
        "MissingBlocks": 0,
        "CorruptBlocks": 0,
        "UnderReplicatedBlocks": 0,
        **more,
    }
    state = {"NumLiveDataNodes": 9, "NumDeadDataNodes": 1, "FSState": "Operational"}
    info = {"Safemode": "", "LiveNodes": json.dumps(nodes if nodes is not None else {})}
    heap = {"MemHeapUsedM": 250.5, "MemHeapMaxM": 1000.0}
    prefix = "Hadoop:service=NameNode,name="
    return {
        f"name={name}": {"beans": [{"name": prefix + name, **bean}]}
        for name, bean in {
            "FSNamesystem": system,
            "FSNamesystemState": state,
            "NameNodeInfo": info,
            "JvmMetrics": heap,
        }.items()
    }
