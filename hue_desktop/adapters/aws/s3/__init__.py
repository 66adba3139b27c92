"""S3: a thin path of our own for bytes and listings, with checksums on every object.

botocore says where a bucket is served and as whom; signatures, connections, retries, listings and
transfers are here. ``S3FileSystem`` is the file-system port.
"""

from __future__ import annotations

from hue_desktop.adapters.aws.s3.file_system import S3FileSystem

__all__ = ["S3FileSystem"]
