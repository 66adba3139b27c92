"""S3: downloads of large files, against s5cmd, rclone and aws-cli on one SeaweedFS.

Run alone: ``python -m tests.benchmarks.s3_download``; the last line is the least ratio (best peer's
median time over ours).
"""

from __future__ import annotations

from tests.benchmarks._s3_work import Workshop, main

SHAPES = (("1 x 1 GiB", 1, 1 << 30, 1.0), ("64 x 16 MiB", 64, 16 << 20, 1.0))

if __name__ == "__main__":
    main("Download", SHAPES, Workshop.download)
