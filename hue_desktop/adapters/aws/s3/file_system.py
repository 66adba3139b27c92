"""S3 as a file system: the port over our own thin path to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hue_desktop.adapters.aws.retrying import Retrying
from hue_desktop.adapters.aws.s3 import changing, deleting, describing, listing
from hue_desktop.adapters.aws.s3.calls import Calls
from hue_desktop.adapters.aws.s3.copying import copy_object
from hue_desktop.adapters.aws.s3.presigning import presigned_url
from hue_desktop.adapters.aws.s3.reading import S3Source, open_object
from hue_desktop.adapters.aws.s3.uploads import (
    S3Upload,
    begin_upload,
    discard_upload,
    resume_upload,
    unfinished_uploads,
)
from hue_desktop.adapters.aws.s3.walking import walk_prefix
from hue_desktop.adapters.aws.s3.writing import put_object
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.errors import HueError, Refused
from hue_desktop.core.file_systems import BlockPlace, Capabilities, Refusal, Source
from hue_desktop.core.storage import Checksum, Entry, EntryPage, Location, Space, StoreId
from hue_desktop.core.text import _

__all__ = ["S3FileSystem"]

CAPABILITIES = Capabilities(
    folders=False,
    rename=False,
    keeps_modified=True,
    versions=True,
    presigned=True,
    server_side_copy=True,
    parallel_parts=True,
    max_name_bytes=1024,
)


class S3FileSystem:
    """One identity at one endpoint. See ``core.file_systems.FileSystem`` for what each does."""

    capabilities = CAPABILITIES

    def __init__(
        self, session: AwsSession, store: StoreId, *, retrying: Retrying | None = None
    ) -> None:
        self.store = store
        self._calls = Calls(session, store.region, retrying=retrying)

    @property
    def throttled(self) -> int:
        """How often S3 has asked for fewer requests so far."""
        return self._calls.throttled

    # -- reading ----------------------------------------------------------------------------
    def stat(self, location: Location) -> Entry:
        """An object, else a prefix that holds any key."""
        return describing.stat(self._calls, location)

    def list(self, location: Location) -> Iterator[EntryPage]:
        """The entries of a prefix; the buckets at the root."""
        if not location.bucket:
            return listing.list_buckets(self._calls)
        return listing.list_prefix(self._calls, location.bucket, _prefix(location))

    def walk(self, location: Location) -> Iterator[EntryPage]:
        """All keys below a prefix, prefixes side by side, so in no order."""
        if not location.bucket:
            raise _unsupported(_("All buckets at once cannot be walked."))
        return walk_prefix(self._calls, location.bucket, _prefix(location))

    def open(
        self,
        location: Location,
        offset: int = 0,
        length: int | None = None,
        *,
        expected: Entry | None = None,
    ) -> S3Source:
        """GET."""
        return open_object(self._calls, location.bucket, _key(location), offset, length, expected)

    def checksum(self, location: Location, *, cheap: bool = True) -> Checksum | None:
        """What S3 keeps; read and summed here if it keeps no CRC32C and ``cheap`` is false."""
        found = describing.checksum_of(self._calls, location.bucket, _key(location))
        if cheap or (found is not None and found.algorithm == "CRC32C"):
            return found
        return self.open(location).sum_up()

    def space(self, location: Location) -> Space:
        """S3 has no end."""
        return Space()

    # -- writing ----------------------------------------------------------------------------
    def put(
        self,
        location: Location,
        source: Source,
        *,
        overwrite: bool,
        modified: float | None = None,
        content_type: str = "",
    ) -> tuple[Entry, int]:
        """PUT."""
        return put_object(
            self._calls,
            location.bucket,
            _key(location),
            source,
            overwrite=overwrite,
            modified=modified,
            content_type=content_type,
        )

    def upload(
        self,
        location: Location,
        size: int,
        *,
        modified: float | None = None,
        part_size: int | None = None,
        content_type: str = "",
    ) -> S3Upload:
        """A multipart upload."""
        return begin_upload(
            self._calls,
            location.bucket,
            _key(location),
            size,
            modified=modified,
            part_size=part_size,
            content_type=content_type,
        )

    def resume(self, token: str) -> S3Upload:
        """Go on with a multipart upload."""
        return resume_upload(self._calls, token)

    def discard(self, token: str) -> None:
        """Abort a multipart upload."""
        discard_upload(self._calls, token)

    def unfinished(self, location: Location, run: str) -> Sequence[str]:
        """Uploads to exactly this key that were neither completed nor aborted."""
        return unfinished_uploads(self._calls, location.bucket, _key(location))

    def copy_within(
        self,
        source: Location,
        target: Location,
        *,
        overwrite: bool,
        expected: Entry | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Entry:
        """CopyObject, or UploadPartCopy side by side."""
        return copy_object(
            self._calls,
            (source.bucket, _key(source)),
            (target.bucket, _key(target)),
            overwrite=overwrite,
            expected=expected,
            progress=progress,
        )

    def make_folder(self, location: Location) -> None:
        """An empty object whose key ends in ``/``, or a bucket."""
        changing.make_folder(self._calls, location)

    def rename(self, source: Location, target: Location, *, overwrite: bool = False) -> None:
        """Copy, then remove."""
        changing.rename(self._calls, source, target, overwrite=overwrite)

    def delete(self, location: Location, *, recursive: bool = False) -> int:
        """Remove an object or a prefix."""
        return deleting.delete(self._calls, location, recursive=recursive)

    def delete_many(self, locations: Sequence[Location]) -> Mapping[Location, str]:
        """DeleteObjects, bucket by bucket."""
        by_bucket: dict[str, list[Location]] = defaultdict(list)
        for location in locations:
            by_bucket[location.bucket].append(location)
        failed: dict[Location, str] = {}
        for bucket, group in by_bucket.items():
            try:
                why = deleting.delete_keys(self._calls, bucket, [each.key for each in group])
            except HueError as error:
                failed |= {each: str(error) for each in group}
            else:
                failed |= {each: why[each.key] for each in group if each.key in why}
        return failed

    def change(self, location: Location, what: str, value: Any) -> None:
        """``storage_class`` or ``modified``."""
        changing.change(self._calls, location, what, value)

    # -- what only some have ----------------------------------------------------------------
    def blocks(self, location: Location) -> tuple[BlockPlace, ...]:
        """S3 does not show where bytes are."""
        raise _unsupported(_("S3 does not show where its bytes are."))

    def properties(self, location: Location) -> Mapping[str, str]:
        """Headers and tags of an object; facts of a bucket."""
        return describing.properties_of(self._calls, location.bucket, location.key)

    def bucket_facts(self, location: Location) -> Mapping[str, str]:
        """``region``, ``versioning``, ``encryption``, ``object-lock`` of a location's bucket."""
        return describing.bucket_facts(self._calls, location.bucket)

    def versions(self, location: Location) -> tuple[Entry, ...]:
        """Versions and delete markers, newest first."""
        return describing.versions_of(self._calls, location.bucket, _key(location))

    def presigned_url(self, location: Location, expires_s: int) -> str:
        """A URL that reads the object until it expires; made here, nothing is sent."""
        return presigned_url(self._calls, location.bucket, _key(location), expires_s)

    def trash(self, locations: Sequence[Location]) -> Mapping[Location, Location]:
        """S3 has no trash."""
        raise _unsupported(_("S3 has no trash."))

    def restore(self, location: Location) -> Location:
        """S3 has no trash."""
        raise _unsupported(_("S3 has no trash."))

    def trash_root(self) -> Location | None:
        """None."""
        return None

    def close(self) -> None:
        """Close all connections; calls under way end with ``Cancelled``."""
        self._calls.close()


def _prefix(location: Location) -> str:
    key = location.key
    return key if not key or key.endswith("/") else key + "/"


def _key(location: Location) -> str:
    if not location.key:
        raise Refused(_("{what} is no object.").format(what=location), code=Refusal.IS_FOLDER)
    return location.key


def _unsupported(message: str) -> Refused:
    return Refused(message, code=Refusal.NOT_OFFERED)
