"""DescribeInstances over a thousand nodes: the simulated region against the moto server.

Both run in threads of this process and get the same requests over plain HTTP, in turns.
Run alone: ``python -m tests.benchmarks.simulator_ec2``; the last line is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import urllib.request

from moto.server import ThreadedMotoServer

from tests.simulated import SimulatedRegion, simulated_region

__all__ = ["main"]

_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIAHUESIMULATOR0000/20260101/us-east-1/ec2/aws4_request,"
    " SignedHeaders=host;x-amz-date, Signature=0"
)
_DESCRIBE = "Action=DescribeInstances&Version=2016-11-15"


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=999)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(argv)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        peer = f"http://{host}:{port}"
        count = f"MinCount={args.nodes}&MaxCount={args.nodes}"
        ask(peer, f"Action=RunInstances&Version=2016-11-15&ImageId=ami-12c6146b&{count}")
        with simulated_region(paused=True) as region:
            launch(region, args.nodes)
            ours, theirs = measure(region.endpoint_url, peer, args.nodes, args.rounds)
    finally:
        server.stop()
    sys.stdout.write(
        f"DescribeInstances of {args.nodes} nodes: simulator {ours * 1e3:.0f} ms,"
        f" moto {theirs * 1e3:.0f} ms\nratio {theirs / ours:.2f}\n"
    )
    return 0


def launch(region: SimulatedRegion, nodes: int) -> None:
    """Bring up a cluster of ``nodes`` nodes."""
    groups = [
        {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": nodes - 1},
    ]
    region.client("emr").run_job_flow(
        Name="benchmark",
        ReleaseLabel="emr-7.10.0",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True},
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
    )
    region.jump(minutes=30)


def measure(ours: str, theirs: str, nodes: int, rounds: int) -> tuple[float, float]:
    """Median seconds of one listing by each, after one round that does not count."""
    taken: dict[str, list[float]] = {ours: [], theirs: []}
    for number in range(rounds + 1):
        for endpoint, seconds in taken.items():
            began = time.perf_counter()
            body = ask(endpoint, _DESCRIBE)
            elapsed = time.perf_counter() - began
            if body.count(b"<privateDnsName>") < nodes:
                raise RuntimeError(f"{endpoint} did not list all {nodes} nodes")
            if number:
                seconds.append(elapsed)
    return statistics.median(taken[ours]), statistics.median(taken[theirs])


def ask(endpoint: str, form: str) -> bytes:
    """The body of the answer to an EC2 request; raises ``HTTPError`` if it is refused."""
    request = urllib.request.Request(
        f"{endpoint}/",
        data=form.encode(),
        headers={
            "Authorization": _AUTHORIZATION,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        body: bytes = answer.read()
        return body


if __name__ == "__main__":
    sys.exit(main())
