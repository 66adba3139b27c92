"""S3: 3,000 files of 64 KiB up and down, against s5cmd, rclone and aws-cli on one SeaweedFS.

Run alone: ``python -m tests.benchmarks.s3_small_files``; the last line is the least ratio (best
peer's median time over ours).
"""

from __future__ import annotations

from tests.benchmarks._peers import Tool
from tests.benchmarks._s3_work import Shape, Workshop, main

SHAPES = (("up 3,000 x 64 KiB", 3000, 64 << 10, 1.2), ("down 3,000 x 64 KiB", 3000, 64 << 10, 1.2))


def _either(shop: Workshop, shape: Shape) -> list[Tool]:
    return shop.upload(shape) if shape.name.startswith("up") else shop.download(shape)


if __name__ == "__main__":
    main("Small files", SHAPES, _either)
