"""What S3 tells of objects and buckets without sending their bytes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.failures import field
from hue_desktop.adapters.aws.s3.heads import entry_of
from hue_desktop.adapters.aws.s3.listing import any_key
from hue_desktop.adapters.aws.s3.pages import epoch
from hue_desktop.core.errors import AccessDenied, NotFound, ServiceError
from hue_desktop.core.storage import Checksum, Entry, EntryKind, Location
from hue_desktop.core.text import _

__all__ = ["bucket_facts", "checksum_of", "not_found", "properties_of", "stat", "versions_of"]

_MD5 = re.compile(r"[0-9a-f]{32}\Z")
_VERSION = re.compile(r"<(Version|DeleteMarker)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<Tag>(.*?)</Tag>", re.DOTALL)
_PLAIN = ("content-type", "content-encoding", "cache-control", "content-disposition",
          "last-modified", "etag", "content-length", "expires")  # fmt: skip


def stat(calls: Calls, location: Location) -> Entry:
    """An object of that key, else a prefix that holds any key."""
    bucket, key = location.bucket, location.key
    if not bucket:
        return Entry("", EntryKind.FOLDER)
    if not key:
        answer = calls.send("HeadBucket", "HEAD", bucket)
        answer.close()
        region = answer.headers.get("x-amz-bucket-region", "")
        return Entry(bucket, EntryKind.FOLDER, details={"region": region} if region else {})
    if not key.endswith("/"):
        try:
            return head(calls, bucket, key)
        except NotFound as error:
            if error.code == "NoSuchBucket":
                raise
    if any_key(calls, bucket, key if key.endswith("/") else key + "/"):
        return Entry(location.name, EntryKind.FOLDER)
    raise not_found(bucket, key)


def head(calls: Calls, bucket: str, key: str) -> Entry:
    """HeadObject."""
    return entry_of(calls.send("HeadObject", "HEAD", bucket, key).headers, key)


def not_found(bucket: str, key: str) -> NotFound:
    """Nothing stands there."""
    return NotFound(_("{what} does not exist.").format(what=uri(bucket, key)), code="NoSuchKey")


def checksum_of(calls: Calls, bucket: str, key: str) -> Checksum | None:
    """What the server keeps: a CRC32C of all bytes, one of parts, else the MD5 of a single PUT."""
    headers = {"x-amz-checksum-mode": "ENABLED"}
    answer = calls.send("HeadObject", "HEAD", bucket, key, headers=headers).headers
    text = answer.get("x-amz-checksum-crc32c", "")
    if text:
        value, dash, parts = text.partition("-")
        crc = base64.b64decode(value).hex()
        composite = dash or answer.get("x-amz-checksum-type") == "COMPOSITE"
        return Checksum(f"CRC32C-{parts or '?'}" if composite else "CRC32C", crc)
    etag = answer.get("etag", "").strip('"').lower()
    sealed = answer.get("x-amz-server-side-encryption", "AES256") != "AES256"
    if _MD5.match(etag) and not sealed:
        return Checksum("MD5", etag)
    return None


def properties_of(calls: Calls, bucket: str, key: str) -> Mapping[str, str]:
    """Headers and tags of an object, under S3's words; of a bucket its ``bucket_facts``."""
    if not key:
        return bucket_facts(calls, bucket) if bucket else {}
    headers = {"x-amz-checksum-mode": "ENABLED"}
    answer = calls.send("HeadObject", "HEAD", bucket, key, headers=headers).headers
    found = {
        name.removeprefix("x-amz-"): value
        for name, value in answer.items()
        if name in _PLAIN or (name.startswith("x-amz-") and not name.startswith("x-amz-id"))
        if name != "x-amz-request-id"
    }
    found.setdefault("storage-class", "STANDARD")
    for name, value in _tags(calls, bucket, key).items():
        found[f"tag-{name}"] = value
    return found


def _tags(calls: Calls, bucket: str, key: str) -> dict[str, str]:
    document = _optional(calls, "GetObjectTagging", bucket, key, "tagging")
    return {field(tag, "Key"): field(tag, "Value") for tag in _TAG.findall(document)}


def bucket_facts(calls: Calls, bucket: str) -> dict[str, str]:
    """``region``, ``versioning``, ``encryption``, ``object-lock``; absent what may not be read."""
    answer = calls.send("HeadBucket", "HEAD", bucket)
    answer.close()
    facts: dict[str, str] = {}
    region = answer.headers.get("x-amz-bucket-region") or calls.endpoints.region_of(bucket)
    if region:
        facts["region"] = region
    versioning = _optional(calls, "GetBucketVersioning", bucket, "", "versioning")
    if versioning:
        facts["versioning"] = field(versioning, "Status") or "Disabled"
    sealed = _optional(calls, "GetBucketEncryption", bucket, "", "encryption")
    if sealed:
        facts["encryption"] = field(sealed, "SSEAlgorithm")
    locked = _optional(calls, "GetObjectLockConfiguration", bucket, "", "object-lock")
    if field(locked, "ObjectLockEnabled"):
        facts["object-lock"] = field(locked, "Mode") or field(locked, "ObjectLockEnabled")
    return {name: value for name, value in facts.items() if value}


def _optional(calls: Calls, operation: str, bucket: str, key: str, what: str) -> str:
    """A document that may not exist, or that the identity may not read; then empty."""
    try:
        return calls.document(operation, "GET", bucket, key, query={what: ""})
    except (AccessDenied, ServiceError) as error:
        if error.retryable:
            raise
        return ""


def versions_of(calls: Calls, bucket: str, key: str) -> tuple[Entry, ...]:
    """Versions and delete markers of exactly this key, newest first."""
    found: list[Entry] = []
    query = {"versions": "", "prefix": key}
    while True:
        document = calls.document("ListObjectVersions", "GET", bucket, query=query)
        for kind, text in _VERSION.findall(document):
            if field(text, "Key") == key:
                found.append(_version(kind, text, key))
        marker = field(document, "NextKeyMarker")
        if field(document, "IsTruncated") != "true" or marker != key:
            return tuple(found)
        query |= {
            "key-marker": marker,
            "version-id-marker": field(document, "NextVersionIdMarker"),
        }


def _version(kind: str, text: str, key: str) -> Entry:
    size = field(text, "Size")
    details = {
        "version_id": field(text, "VersionId"),
        "is_latest": field(text, "IsLatest") == "true",
        "delete_marker": kind == "DeleteMarker",
        "etag": field(text, "ETag").strip('"'),
        "storage_class": field(text, "StorageClass"),
    }
    return Entry(
        key.rstrip("/").rpartition("/")[2],
        EntryKind.FILE,
        int(size) if size else None,
        epoch(field(text, "LastModified")),
        details,
    )
