"""S3: listing a prefix of 100,000 keys to its end, against s5cmd, rclone and aws-cli.

The keys are clones of one object's metadata, loaded into SeaweedFS's filer (a million by PUT would
take a quarter of an hour). Run alone: ``python -m tests.benchmarks.s3_listing``; with ``--keys
1000000`` it takes some minutes. The last line is the ratio (best peer's median time over ours).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks._peers import ROUNDS, Tool, compare, ours, peer, show
from tests.benchmarks._s3_work import Workshop, workshop

PREFIX_KEYS = 1000
GOAL = 2.3


def _names(keys: int) -> Sequence[str]:
    return [f"pg/d{n // PREFIX_KEYS:04d}/part-{n % PREFIX_KEYS:05d}.parquet" for n in range(keys)]


def seed(shop: Workshop, keys: int) -> None:
    """A bucket ``bench`` with so many keys of one byte in folders of a thousand."""
    shop.store.bucket("bench")
    names = _names(keys)
    shop.store.client.put_object(Bucket="bench", Key=names[0], Body=b"x")
    saved = shop.folder / "one.meta"
    shop.store.shell(f"fs.meta.save -o {saved} /buckets/bench/pg/d0000")
    record = _record_of(saved.read_bytes(), names[0].rpartition("/")[2].encode())
    cloned = shop.folder / "many.meta"
    with cloned.open("wb") as out:
        # the loader ends without its last records, which are on their way then: some once more
        for name in (*names[1:], *names[1:200]):
            folder, _, last = name.rpartition("/")
            body = record.replace(b"/pg/d0000", b"/" + folder.encode())
            body = body.replace(b"part-00000.parquet", last.encode())
            out.write(len(body).to_bytes(4, "big") + body)
    shop.store.shell(f"fs.meta.load -v=false -concurrency=32 {cloned}")


def _record_of(saved: bytes, name: bytes) -> bytes:
    """The one record that is about the file: 4 bytes of length, then a protobuf message."""
    at = 0
    while at < len(saved):
        length = int.from_bytes(saved[at : at + 4], "big")
        body = saved[at + 4 : at + 4 + length]
        if name in body:
            return body
        at += 4 + length
    raise RuntimeError("the saved metadata holds no such file")


def _tools(shop: Workshop, keys: int) -> list[Tool]:
    commands = {
        "hue-desktop": ours("ls", "--endpoint-url", shop.store.endpoint_url, "--recursive",
                            "s3://bench/"),
        "s5cmd": [peer("s5cmd"), "ls", "s3://bench/*"],
        "rclone": [peer("rclone"), "lsf", "-R", "--files-only", "--format=pst", "--fast-list",
                   "--use-server-modtime", "store:bench"],
        "aws-cli": [peer("aws"), "s3", "ls", "--recursive", "s3://bench/"],
    }  # fmt: skip

    def words(of: Sequence[str]) -> Callable[[], Sequence[str]]:
        return lambda: of

    def lines(name: str) -> Callable[[], None]:
        def check() -> None:
            log: Path = shop.folder / f"{name}.log"
            found = sum(1 for line in log.open("rb") if b".parquet" in line)
            assert found == keys, (name, found)

        return check

    return [
        Tool(name, words(of), lambda: None, lines(name), shop.env) for name, of in commands.items()
    ]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keys", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--without", action="append", default=[], help="leave a peer out")
    chosen = options.parse_args()
    with workshop() as bench:
        seed(bench, chosen.keys)
        tools = [t for t in _tools(bench, chosen.keys) if t.name not in chosen.without]
        figures = compare(tools, bench.folder, chosen.rounds)
        print(f"{show(f'Listing {chosen.keys:,} keys', figures, GOAL):.2f}")
