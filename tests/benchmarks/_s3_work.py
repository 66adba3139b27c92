"""The S3 workloads, each as every tool would be asked to do it with the settings that suit it best.

Nobody skips checks: s5cmd, rclone and aws-cli send their default checksums, and we verify as
``--verify checksum`` does (CRC32C of every byte, compared with the store's).
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks._peers import ROUNDS, Tool, compare, ours, peer, rclone_flags, show
from tests.benchmarks._seaweed import Seaweed, seaweed

__all__ = ["Shape", "Workshop", "main", "workshop"]

MIB = 1 << 20
MEMORY_BYTES = 12 << 30  #: what a workload takes at most: trees, objects, and what is not vacuumed
BUCKET = "bench"


class Shape:
    """A tree of equal files below ``folder``, made once."""

    def __init__(self, folder: Path, name: str, files: int, size: int) -> None:
        self.name, self.files, self.size = name, files, size
        self.path = folder / f"{files}x{size}"

    def make(self) -> Path:
        """Random bytes, so that nothing can be compressed or shared."""
        if not self.path.is_dir():
            self.path.mkdir()
            for number in range(self.files):
                with (self.path / f"part-{number:05d}.bin").open("wb") as out:
                    for begin in range(0, self.size, MIB):
                        out.write(os.urandom(min(MIB, self.size - begin)))
        return self.path

    @property
    def many(self) -> bool:
        """Whether it is about files more than about bytes."""
        return self.size < MIB


class Workshop:
    """A store, a folder, and the tools' words for a workload."""

    def __init__(self, store: Seaweed, folder: Path, *, tls: bool) -> None:
        self.store, self.folder, self.tls = store, folder, tls
        self.env = {
            **store.env,
            "RCLONE_CONFIG": str(folder / "rclone.conf"),
            "RCLONE_CONFIG_STORE_TYPE": "s3",
            "RCLONE_CONFIG_STORE_PROVIDER": "SeaweedFS",
            "RCLONE_CONFIG_STORE_ENV_AUTH": "true",
            "RCLONE_CONFIG_STORE_ENDPOINT": store.endpoint_url,
            "AWS_CONFIG_FILE": str(folder / "aws-config"),
        }
        (folder / "rclone.conf").touch()
        (folder / "aws-config").write_text(
            "[default]\nregion = us-east-1\ns3 =\n  max_concurrent_requests = 32\n"
            "  multipart_chunksize = 16MB\n"
        )

    def upload(self, shape: Shape) -> list[Tool]:
        """A local tree into an empty bucket."""
        source = shape.make()

        def empty() -> None:
            self.store.bucket(BUCKET)

        def whole() -> None:
            expected = (shape.files, shape.files * shape.size)
            assert self.store.count(BUCKET) == expected, (self.store.count(BUCKET), expected)

        return self._tools(f"{source}/", "s3://bench/", shape, empty, whole)

    def download(self, shape: Shape) -> list[Tool]:
        """The same tree back into an empty folder."""
        source = shape.make()
        self.store.bucket(BUCKET)
        for path in sorted(source.iterdir()):
            self.store.client.upload_file(str(path), BUCKET, path.name)
        target = self.folder / "down"

        def empty() -> None:
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()

        def whole() -> None:
            sizes = [each.stat().st_size for each in target.iterdir()]
            assert sizes == [shape.size] * shape.files, len(sizes)

        return self._tools("s3://bench/", f"{target}/", shape, empty, whole)

    def copy_inside(self, shape: Shape) -> list[Tool]:
        """Server-side copy of a tree from one bucket to another."""
        source = shape.make()
        self.store.bucket(BUCKET)
        for path in source.iterdir():
            self.store.client.put_object(Bucket=BUCKET, Key=path.name, Body=path.read_bytes())

        def empty() -> None:
            self.store.bucket("bench-copy")

        def whole() -> None:
            assert self.store.count("bench-copy") == (shape.files, shape.files * shape.size)

        return self._tools("s3://bench/", "s3://bench-copy/", shape, empty, whole)

    def _tools(
        self,
        source: str,
        target: str,
        shape: Shape,
        empty: Callable[[], None],
        whole: Callable[[], None],
    ) -> list[Tool]:
        def words(words: Sequence[str]) -> Callable[[], Sequence[str]]:
            return lambda: words

        own = ours("copy", "--endpoint-url", self.store.endpoint_url, source, target)
        unverified = ["--no-verify-ssl"] if self.tls else []
        cp = ["cp"] if shape.many else ["cp", "--concurrency", "16", "--part-size", "16"]
        s5cmd = [peer("s5cmd"), *unverified, *cp, _all(source), target]
        at = [_remote(source), _remote(target)]
        no_check = ["--no-check-certificate"] if self.tls else []
        rclone = [peer("rclone"), "copy", *at, *rclone_flags(), *no_check]
        aws = [peer("aws"), *unverified, "s3", "cp", "--recursive", "--only-show-errors"]
        aws += [source, target]
        named = {"hue-desktop": own, "s5cmd": s5cmd, "rclone": rclone, "aws-cli": aws}
        return [Tool(name, words(of), empty, whole, self.env) for name, of in named.items()]


def _all(source: str) -> str:
    return source + "*" if source.startswith("s3:") else source


def _remote(uri: str) -> str:
    return "store:" + uri.removeprefix("s3://") if uri.startswith("s3://") else uri


@contextmanager
def workshop(*, tls: bool = False, disk: bool = False) -> Iterator[Workshop]:
    """A store of its own in a temporary folder: in memory, so that no disk is measured."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_BYTES
    base = memory if roomy and not disk else None
    with tempfile.TemporaryDirectory(prefix="hue-bench-", dir=base) as name:
        folder = Path(name)
        with seaweed(folder, tls=tls) as store:
            yield Workshop(store, folder, tls=tls)


def main(
    title: str,
    shapes: Sequence[tuple[str, int, int, float]],
    work: Callable[[Workshop, Shape], list[Tool]],
) -> None:
    """Run a workload over its shapes ``(name, files, size, goal)``, plain and behind TLS.

    The last line printed is the least ratio over its goal's rows on plain HTTP.
    """
    options = argparse.ArgumentParser(description=title)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--plain-only", action="store_true")
    options.add_argument("--tls-only", action="store_true")
    options.add_argument("--disk", action="store_true", help="not in memory")
    options.add_argument("--shape", help="only the shape of this name")
    options.add_argument("--without", action="append", default=[], help="leave a peer out")
    chosen = options.parse_args()
    ratios = []
    ways = (True,) if chosen.tls_only else (False,) if chosen.plain_only else (False, True)
    for tls in ways:
        with workshop(tls=tls, disk=chosen.disk) as shop:
            for name, files, size, goal in shapes:
                if chosen.shape and chosen.shape != name:
                    continue
                tools = work(shop, Shape(shop.folder, name, files, size))
                tools = [tool for tool in tools if tool.name not in chosen.without]
                figures = compare(tools, shop.folder, chosen.rounds)
                how = "TLS" if tls else "plain HTTP"
                ratios.append(show(f"{title}, {name}, {how}", figures, goal))
    print(f"{min(ratios):.2f}")
