"""Listing: pages as they come; the next page is asked for before the one at hand is read."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator

from hue_desktop.adapters.aws.s3.calls import Calls, uri
from hue_desktop.adapters.aws.s3.failures import field
from hue_desktop.adapters.aws.s3.pages import ListPage, epoch, next_token, read_page, to_columns
from hue_desktop.core.errors import ProtocolError
from hue_desktop.core.storage import EntryPage
from hue_desktop.core.text import _

__all__ = ["PAGE", "any_key", "list_buckets", "list_prefix", "raw_pages"]

PAGE = 1000


def raw_pages(
    calls: Calls,
    bucket: str,
    prefix: str,
    *,
    delimiter: str = "",
    start_after: str = "",
    limit: int = PAGE,
    ahead: Callable[[], bool] = lambda: True,
) -> Iterator[ListPage]:
    """ListObjectsV2 page by page. Closing the iterator stops the page under way.

    ``ahead`` says whether the page that follows is asked for before this one is read.
    """
    query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": str(limit)}
    if delimiter:
        query["delimiter"] = delimiter
    if start_after:
        query["start-after"] = start_after
    document = calls.document("ListObjectsV2", "GET", bucket, query=query)
    while token := next_token(document):
        if token == query.get("continuation-token"):
            raise _endless(bucket, prefix)
        query = {**query, "continuation-token": token}
        query.pop("start-after", None)
        following = calls.begin("ListObjectsV2", "GET", bucket, query) if ahead() else None
        try:
            yield read_page(document)
        except BaseException:
            if following is not None:
                following.close()
            raise
        document = (
            calls.document("ListObjectsV2", "GET", bucket, query=query)
            if following is None
            else calls.finish(following)
        )
    yield read_page(document)


def list_prefix(
    calls: Calls, bucket: str, prefix: str, *, deep: bool = False
) -> Iterator[EntryPage]:
    """The entries below a prefix: those of the folder, or with ``deep`` all keys."""
    for page in raw_pages(calls, bucket, prefix, delimiter="" if deep else "/"):
        if not deep and page.keys and page.keys[0] == prefix and page.sizes[0] == "0":
            page.drop_first()  # the folder's own marker is no entry of it
        if page.keys or page.prefixes:
            yield to_columns(page, prefix, deep=deep)


def any_key(calls: Calls, bucket: str, prefix: str) -> bool:
    """Whether a key begins with ``prefix``."""
    query = {"list-type": "2", "prefix": prefix, "max-keys": "1", "encoding-type": "url"}
    document = calls.document("ListObjectsV2", "GET", bucket, query=query)
    return "<Contents>" in document


_BUCKET = re.compile(r"<Bucket>(.*?)</Bucket>", re.DOTALL)


def list_buckets(calls: Calls) -> Iterator[EntryPage]:
    """The account's buckets as folders; ``modified`` is when each was made."""
    query: dict[str, str] = {}
    while True:
        document = calls.document("ListBuckets", "GET", "", query=query)
        found = _BUCKET.findall(document)
        if found:
            names = [field(text, "Name") for text in found]
            times = array("d", [epoch(field(text, "CreationDate")) for text in found])
            regions = [field(text, "BucketRegion") for text in found]
            for name, region in zip(names, regions, strict=True):
                calls.endpoints.moved(name, region)
            yield EntryPage(
                names,
                b"\1" * len(names),
                array("q", [-1]) * len(names),
                times,
                {"region": regions},
            )
        token = field(document, "ContinuationToken")
        if not token or token == query.get("continuation-token"):
            return
        query = {"continuation-token": token}


def _endless(bucket: str, prefix: str) -> ProtocolError:
    return ProtocolError(
        _("The listing of {what} does not end: the server repeats itself.").format(
            what=uri(bucket, prefix)
        )
    )
