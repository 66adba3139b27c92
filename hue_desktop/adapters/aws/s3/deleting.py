"""Removing objects: many with one request, side by side for trees."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from hue_desktop.adapters.aws.s3.bodies import BytesBody
from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.describing import not_found, stat
from hue_desktop.adapters.aws.s3.failures import field
from hue_desktop.adapters.aws.s3.listing import any_key, raw_pages
from hue_desktop.core.errors import HueError, Refused
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _

__all__ = ["delete", "delete_keys"]

BATCH = 1000
WIDTH = 4
_ERROR = re.compile(r"<Error>(.*?)</Error>", re.DOTALL)
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def delete(calls: Calls, location: Location, *, recursive: bool) -> int:
    """Remove an object, or a prefix with all below it; how many objects went."""
    bucket, key = location.bucket, location.key
    if not bucket:
        raise Refused(_("All buckets at once are not removed."), code=Refusal.NOT_OFFERED)
    if not key:
        return _delete_bucket(calls, bucket, recursive=recursive)
    if not key.endswith("/"):
        if not stat(calls, location).is_folder:
            delete_one(calls, bucket, key)
            return 1
        key += "/"
    if recursive:
        gone = _delete_below(calls, bucket, key)
        if not gone:
            raise not_found(bucket, key)
        return gone
    return _delete_marker(calls, bucket, key)


def delete_one(calls: Calls, bucket: str, key: str) -> None:
    """DeleteObject; nothing happens when there is none."""
    calls.send("DeleteObject", "DELETE", bucket, key).close()


def delete_keys(calls: Calls, bucket: str, keys: Sequence[str]) -> Mapping[str, str]:
    """DeleteObjects; what was not removed, and why."""
    failed: dict[str, str] = {}
    plain = [key for key in keys if _NOT_XML.search(key) is None]
    for start in range(0, len(plain), BATCH):
        failed |= _delete_batch(calls, bucket, plain[start : start + BATCH])
    for key in keys:
        if _NOT_XML.search(key) is not None:  # XML cannot name it
            try:
                delete_one(calls, bucket, key)
            except HueError as error:
                failed[key] = str(error)
    return failed


def _delete_batch(calls: Calls, bucket: str, keys: Sequence[str]) -> dict[str, str]:
    rows = "".join([f"<Object><Key>{html.escape(key, quote=False)}</Key></Object>" for key in keys])
    head = '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>'
    body = BytesBody(f"{head}{rows}</Delete>".encode())
    headers = {"x-amz-sdk-checksum-algorithm": "CRC32C", "content-type": "application/xml"}
    document = calls.document(
        "DeleteObjects", "POST", bucket, query={"delete": ""}, headers=headers, body=body
    )
    failed: dict[str, str] = {}
    for text in _ERROR.findall(document):
        said = field(text, "Message") or field(text, "Code")
        failed[html.unescape(field(text, "Key"))] = said
    return failed


def _delete_below(calls: Calls, bucket: str, prefix: str) -> int:
    """Everything whose key begins with ``prefix``, a few batches at a time."""
    gone = 0
    waiting: set[Future[int]] = set()

    def batch(keys: list[str]) -> int:
        failed = delete_keys(calls, bucket, keys)
        if failed:
            key, why = next(iter(failed.items()))
            raise Refused(
                _("{what} could not be removed: {why}").format(what=uri(bucket, key), why=why),
                code="DeleteFailed",
            )
        return len(keys)

    with ThreadPoolExecutor(WIDTH, "s3-delete") as pool:
        for page in raw_pages(calls, bucket, prefix):
            if page.keys:
                waiting.add(pool.submit(batch, page.keys))
            if len(waiting) > WIDTH:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                gone += sum(each.result() for each in done)
    return gone + sum(each.result() for each in waiting)


def _delete_marker(calls: Calls, bucket: str, key: str) -> int:
    others, marker = False, False
    for page in raw_pages(calls, bucket, key, limit=2):
        marker = marker or key in page.keys
        others = any(each != key for each in page.keys)
        break
    if others:
        raise Refused(
            _("{what} is not empty.").format(what=uri(bucket, key)),
            code=Refusal.NOT_EMPTY,
            remedy=_("Remove it with everything in it."),
        )
    if not marker:
        raise not_found(bucket, key)
    delete_one(calls, bucket, key)
    return 1


def _delete_bucket(calls: Calls, bucket: str, *, recursive: bool) -> int:
    gone = _delete_below(calls, bucket, "") if recursive else 0
    if not recursive and any_key(calls, bucket, ""):
        raise Refused(
            _("The bucket “{bucket}” is not empty.").format(bucket=bucket), code=Refusal.NOT_EMPTY
        )
    calls.send("DeleteBucket", "DELETE", bucket).close()
    return gone
