"""S3: server-side copies of a thousand objects, against s5cmd, rclone and aws-cli on one SeaweedFS.

Run alone: ``python -m tests.benchmarks.s3_copy``; the last line is the least ratio (best peer's
median time over ours).
"""

from __future__ import annotations

from tests.benchmarks._s3_work import Workshop, main

SHAPES = (("1,000 x 4 KiB", 1000, 4 << 10, 1.1),)

if __name__ == "__main__":
    main("Server-side copy", SHAPES, Workshop.copy_inside)
