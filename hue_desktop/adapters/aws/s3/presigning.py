"""URLs that read an object without credentials."""

from __future__ import annotations

from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.signing import quoted
from hue_desktop.core.errors import Refused
from hue_desktop.core.text import _

__all__ = ["LONGEST_S", "presigned_url"]

LONGEST_S = 7 * 24 * 3600  #: what Signature Version 4 allows


def presigned_url(calls: Calls, bucket: str, key: str, expires_s: int) -> str:
    """The URL; ``Refused`` for a time that S3 does not allow."""
    if not 1 <= expires_s <= LONGEST_S:
        raise Refused(
            _("A presigned URL lasts between one second and seven days."),
            code="InvalidArgument",
        )
    place = calls.endpoints.place(bucket)
    path = f"{place.base}/{quoted(key)}"
    query = calls.signer.presign(
        calls.endpoints.credentials(),
        path,
        place.host_header,
        expires_s,
        region=place.region,
        service=place.service,
    )
    return f"{place.url(path)}?{query}"
