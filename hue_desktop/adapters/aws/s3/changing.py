"""Making folders, renaming, and changing what is kept with an object."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from hue_desktop.adapters.aws.s3.bodies import BytesBody
from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.conditions import already_there
from hue_desktop.adapters.aws.s3.copying import copy_object
from hue_desktop.adapters.aws.s3.deleting import delete_keys, delete_one
from hue_desktop.adapters.aws.s3.describing import not_found, stat
from hue_desktop.adapters.aws.s3.heads import MTIME, carried, mtime_text
from hue_desktop.adapters.aws.s3.listing import any_key, raw_pages
from hue_desktop.core.errors import NotFound, Refused
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.storage import Location
from hue_desktop.core.text import _

__all__ = ["change", "make_folder", "rename"]

WIDTH = 16


def make_folder(calls: Calls, location: Location) -> None:
    """A marker: an empty object whose key ends in ``/``; a bucket at the top."""
    bucket, key = location.bucket, location.key
    if not bucket:
        return
    if not key:
        _make_bucket(calls, bucket)
        return
    folder = key if key.endswith("/") else key + "/"
    if not any_key(calls, bucket, folder):
        calls.send("PutObject", "PUT", bucket, folder, body=BytesBody(b"")).close()


def _make_bucket(calls: Calls, bucket: str) -> None:
    try:
        calls.send("HeadBucket", "HEAD", bucket).close()
        return
    except NotFound:
        pass
    region = calls.endpoints.region_of(bucket)
    body = b""
    if region and region != "us-east-1":
        body = (
            '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        ).encode()
    calls.send("CreateBucket", "PUT", bucket, body=BytesBody(body, checked=False)).close()


def rename(calls: Calls, source: Location, target: Location, *, overwrite: bool) -> None:
    """Copy, then remove: not atomic, but nothing is removed before all of it is copied."""
    if not source.key or not target.key:
        raise Refused(_("Buckets cannot be renamed."), code=Refusal.NOT_OFFERED)
    if not source.is_folder and not stat(calls, source).is_folder:
        copy_object(
            calls, (source.bucket, source.key), (target.bucket, target.key), overwrite=overwrite
        )
        delete_one(calls, source.bucket, source.key)
        return
    _rename_prefix(calls, source.as_folder(), target.as_folder(), overwrite=overwrite)


def _rename_prefix(calls: Calls, source: Location, target: Location, *, overwrite: bool) -> None:
    if target.bucket == source.bucket and target.key.startswith(source.key):
        raise Refused(
            _("{what} cannot be moved into itself.").format(what=uri(source.bucket, source.key)),
            code="IntoItself",
        )
    if not overwrite and any_key(calls, target.bucket, target.key):
        raise already_there(target.bucket, target.key)

    def one(key: str) -> None:
        copied = target.key + key[len(source.key) :]
        copy_object(calls, (source.bucket, key), (target.bucket, copied), overwrite=overwrite)

    keys: list[str] = []
    waiting: set[Future[None]] = set()
    with ThreadPoolExecutor(WIDTH, "s3-rename") as pool:
        for page in raw_pages(calls, source.bucket, source.key):
            keys += page.keys
            waiting |= {pool.submit(one, key) for key in page.keys}
            while len(waiting) > 2 * WIDTH:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
        for each in waiting:
            each.result()
    if not keys:
        raise not_found(source.bucket, source.key)
    failed = delete_keys(calls, source.bucket, keys)
    if failed:
        key, why = next(iter(failed.items()))
        raise Refused(
            _("It was copied, but {what} could not be removed: {why}").format(
                what=uri(source.bucket, key), why=why
            ),
            code="DeleteFailed",
        )


def change(calls: Calls, location: Location, what: str, value: Any) -> None:
    """Storage class or kept time: S3 has the object copied onto itself."""
    bucket, key = location.bucket, location.key
    if what not in ("storage_class", "modified") or not key:
        raise Refused(
            _("S3 has no “{what}” for {where}.").format(what=what, where=uri(bucket, key)),
            code=Refusal.NOT_OFFERED,
        )
    answer = calls.send("HeadObject", "HEAD", bucket, key).headers
    kept = carried(answer)
    if what == "modified":
        kept[MTIME] = mtime_text(float(value))
    else:
        kept["x-amz-storage-class"] = str(value)
    kept["x-amz-metadata-directive"] = "REPLACE"
    copy_object(calls, (bucket, key), (bucket, key), overwrite=True, extra=kept)
