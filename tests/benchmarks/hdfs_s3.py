"""HDFS to S3 and back through this machine, against ``rclone copy`` with its hdfs backend.

A real NameNode with three DataNodes and a SeaweedFS on loopback. Run it with the variables of
CONTRIBUTING.md set: ``real-hadoop run hdfs -- python -m tests.benchmarks.hdfs_s3``. The last line
is the least ratio (rclone's median time over ours).
"""

from __future__ import annotations

import argparse
import getpass
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from tests.benchmarks._peers import ROUNDS, Tool, compare, ours, peer, rclone_flags, show
from tests.benchmarks._s3_work import BUCKET, Shape, Workshop, workshop

GOAL = 1.2
SHAPES = (("1 x 1 GiB", 1, 1 << 30), ("1,000 x 256 KiB", 1000, 256 << 10))


class Hdfs:
    """The real HDFS, reached as each tool reaches it."""

    def __init__(self, url: str, shell: str) -> None:
        self.url = url
        self._shell = shell
        self.rclone = f":hdfs,namenode='{urlsplit(url).netloc}',username={getpass.getuser()}:"

    def run(self, *words: str) -> str:
        """Hadoop's own FsShell."""
        done = subprocess.run([self._shell, *words], check=True, capture_output=True, text=True)
        return done.stdout

    def size_of(self, path: str) -> tuple[int, int]:
        """Files and bytes below a path."""
        _folders, files, size, *_name = self.run("-count", self.url + path).split()
        return int(files), int(size)


def _words(words: Sequence[str]) -> Callable[[], Sequence[str]]:
    return lambda: words


def _to_s3(shop: Workshop, hdfs: Hdfs, shape: Shape) -> list[Tool]:
    hdfs.run("-rm", "-r", "-f", "-skipTrash", hdfs.url + "/bench")
    hdfs.run("-put", str(shape.make()), hdfs.url + "/bench")

    def empty() -> None:
        shop.store.bucket(BUCKET)

    def whole() -> None:
        assert shop.store.count(BUCKET) == (shape.files, shape.files * shape.size)

    own = ours(
        "copy", "--endpoint-url", shop.store.endpoint_url, hdfs.url + "/bench/", f"s3://{BUCKET}/"
    )
    other = [peer("rclone"), "copy", hdfs.rclone + "/bench", f"store:{BUCKET}", *rclone_flags()]
    return [
        Tool("hue-desktop", _words(own), empty, whole, shop.env),
        Tool("rclone", _words(other), empty, whole, shop.env),
    ]


def _to_hdfs(shop: Workshop, hdfs: Hdfs, shape: Shape) -> list[Tool]:
    shop.store.bucket(BUCKET)
    for path in shape.make().iterdir():
        shop.store.client.upload_file(str(path), BUCKET, path.name)

    def empty() -> None:
        hdfs.run("-rm", "-r", "-f", "-skipTrash", hdfs.url + "/bench")
        hdfs.run("-mkdir", "-p", hdfs.url + "/bench")

    def whole() -> None:
        assert hdfs.size_of("/bench") == (shape.files, shape.files * shape.size)

    own = ours(
        "copy", "--endpoint-url", shop.store.endpoint_url, f"s3://{BUCKET}/", hdfs.url + "/bench/"
    )
    other = [peer("rclone"), "copy", f"store:{BUCKET}", hdfs.rclone + "/bench", *rclone_flags()]
    return [
        Tool("hue-desktop", _words(own), empty, whole, shop.env),
        Tool("rclone", _words(other), empty, whole, shop.env),
    ]


def main() -> None:
    """Both ways, both shapes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--shape", help="only the shape of this name")
    chosen = options.parse_args()
    if "HUE_REAL_HDFS" not in os.environ:
        print("skipped: no real HDFS (see CONTRIBUTING.md)")
        sys.exit(0)
    hdfs = Hdfs(os.environ["HUE_REAL_HDFS"], os.environ["HUE_REAL_FS_SHELL"])
    ratios = []
    with workshop() as shop:
        for name, files, size in SHAPES:
            if chosen.shape and chosen.shape != name:
                continue
            shape = Shape(shop.folder, name, files, size)
            for title, work in (("HDFS to S3", _to_s3), ("S3 to HDFS", _to_hdfs)):
                figures = compare(work(shop, hdfs, shape), shop.folder, chosen.rounds)
                ratios.append(show(f"{title}, {name}", figures, GOAL))
    print(f"{min(ratios):.2f}")


if __name__ == "__main__":
    main()
