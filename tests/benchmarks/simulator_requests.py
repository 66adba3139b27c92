"""DescribeCluster requests per second: the simulated region against the moto server.

Both run as processes of their own and get the same requests over the same number of keep-alive
connections, in alternating rounds. Run alone: ``python -m tests.benchmarks.simulator_requests``;
the last line is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.simulator.processes import simulator_process
from tests.unit.simulator.test_region import CLUSTER

__all__ = ["main"]

_HEADERS = (
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAHUESIMULATOR0000/20260101/us-east-1/"
    "elasticmapreduce/aws4_request, SignedHeaders=host;x-amz-date, Signature=0\r\n"
    "Content-Type: application/x-amz-json-1.1\r\n"
    "User-Agent: Boto3/1.44\r\n"
)


def request_bytes(port: int, operation: str, body: str) -> bytes:
    """One signed-looking HTTP request."""
    return (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{_HEADERS}"
        f"X-Amz-Target: ElasticMapReduce.{operation}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Connection:
    """A keep-alive connection that is renewed when the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; raises ``RuntimeError`` unless its status is 200."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        lower = head.lower()
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
            raise RuntimeError(received[:500].decode("latin-1"))
        if head.startswith(b"HTTP/1.0") or b"connection: close" in lower:
            self.close()
        return body

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _more(self) -> bytes:
        assert self._socket is not None
        received = self._socket.recv(65536)
        if not received:
            raise RuntimeError("the server hung up")
        return received


def rate(port: int, cluster_id: str, connections: int, seconds: float) -> float:
    """DescribeCluster requests per second over so many connections."""
    request = request_bytes(port, "DescribeCluster", json.dumps({"ClusterId": cluster_id}))
    end = time.perf_counter() + seconds
    counts: list[int] = []

    def work() -> None:
        connection = Connection(port)
        count = 0
        while time.perf_counter() < end:
            connection.ask(request)
            count += 1
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) != connections:
        raise RuntimeError("a connection failed")
    return sum(counts) / (time.perf_counter() - started)


@contextmanager
def moto_server() -> Iterator[int]:
    """A running moto server; its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/data.json", timeout=5)
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def make_cluster(port: int) -> str:
    """The id of a new cluster."""
    connection = Connection(port)
    made = json.loads(connection.ask(request_bytes(port, "RunJobFlow", json.dumps(CLUSTER))))
    connection.close()
    cluster_id: str = made["JobFlowId"]
    return cluster_id


def main() -> None:
    """Measure and print; the ratio last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--connections", type=int, default=4)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as state,
        simulator_process("--state", str(Path(state)), "--scenario", "empty") as simulator,
        moto_server() as moto_port,
    ):
        simulator.control("throttle", {"enabled": False})
        port = int(simulator.endpoint_url.rpartition(":")[2])
        ours, theirs = make_cluster(port), make_cluster(moto_port)
        measured: dict[str, list[float]] = {"simulator": [], "moto": []}
        for number in range(chosen.rounds + 1):
            pair = (
                rate(port, ours, chosen.connections, chosen.seconds),
                rate(moto_port, theirs, chosen.connections, chosen.seconds),
            )
            if number:  # the first round warms both up
                measured["simulator"].append(pair[0])
                measured["moto"].append(pair[1])
    medians = {name: statistics.median(values) for name, values in measured.items()}
    for name, values in measured.items():
        shown = " ".join(f"{value:.0f}" for value in values)
        print(f"{name}: median {medians[name]:.0f} requests/s ({shown})")
    print(f"ratio {medians['simulator'] / medians['moto']:.2f}")


if __name__ == "__main__":
    main()
