"""A process that copies, to be killed: ``python -m tests.unit.services.transfers.copier``.

It takes up the newest transfer of its state directory, or begins one, and says ``begun`` and then
how it ended. Parts are small, so that a large file has many of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from hue_desktop.core.storage import Location
from hue_desktop.core.transfers.values import Conflict
from hue_desktop.services.transfers import widths
from tests.unit.services.transfers.bench import (
    HDFS,
    S3,
    Stores,
    hdfs_store,
    request,
    s3_store,
    transfer_service,
)


def place(text: str) -> Path | Location:
    """A local path, or a location of the S3 or HDFS store."""
    if text.startswith("webhdfs://"):
        return Location(HDFS, "/" + text.removeprefix("webhdfs://").partition("/")[2])
    return Location(S3, text.removeprefix("s3:/")) if text.startswith("s3://") else Path(text)


def main() -> None:
    """Copy SOURCE into TARGET."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--part", type=int, default=256 * 1024)
    parser.add_argument("--bandwidth", type=int, default=0)
    parser.add_argument("--conflict", type=Conflict, default=Conflict.ASK)
    parser.add_argument("--s3", default="", help="endpoint of what is called s3://…")
    parser.add_argument("--hdfs", default="", help="URL of what is called webhdfs://…")
    options = parser.parse_args()
    widths.PART_BYTES = options.part
    others = [s3_store(options.s3)] if options.s3 else []
    others += [hdfs_store(options.hdfs)] if options.hdfs else []
    stores = Stores(*others)
    with transfer_service(options.state, stores, start=False) as service:
        service.set_limits(bandwidth=options.bandwidth)
        known = service.transfers()
        service.start()
        if known:
            number = known[0].id
        else:
            wanted = request(
                place(options.source), target=place(options.target), conflict=options.conflict
            )
            number = service.submit(wanted).id
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        done = service.wait(number, 100)
        moved = service._moved_before
    said = {"state": done.state.value, "error": done.error, "verified": done.verified}
    files = {"done": done.progress.files_done, "skipped": done.progress.files_skipped}
    sys.stdout.write(json.dumps(said | files | {"moved": moved}) + "\n")


if __name__ == "__main__":
    main()
