"""S3 requests that come to the AWS front's port, passed on to the port for S3 and back.

Clients with one endpoint for all services send them there. Bodies are streamed, and nothing that a
signature covers is changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, hdrs, web
from multidict import CIMultiDict
from yarl import URL

__all__ = ["S3Passage"]

_BLOCK = 256 * 1024
_NOT_PASSED = frozenset({"connection", "keep-alive", "transfer-encoding", "expect", "upgrade"})
_ADDED_BY_CLIENT = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_SCOPE = "/s3/aws4_request"


class S3Passage:
    """Lives in the front's loop; connects when it is first needed."""

    def __init__(self, endpoint_url: Callable[[], str]) -> None:
        self._endpoint_url = endpoint_url
        self._session: ClientSession | None = None

    def takes(self, request: web.BaseRequest) -> bool:
        """Whether a request is signed for S3."""
        if _SCOPE in request.headers.get(hdrs.AUTHORIZATION, ""):
            return True
        query = request.rel_url.raw_query_string
        if "X-Amz-Credential=" in query:
            return "%2Fs3%2Faws4_request" in query
        # Signature version 2, with which boto3 still presigns in us-east-1.
        return request.path != "/" and "AWSAccessKeyId=" in query and "Signature=" in query

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The store's answer; it has been sent when this returns."""
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=0),
                timeout=ClientTimeout(total=None),
                auto_decompress=False,
                skip_auto_headers=_ADDED_BY_CLIENT,
            )
        url = URL(self._endpoint_url() + request.raw_path, encoded=True)
        body = _blocks(request) if request.can_read_body else None
        try:
            async with self._session.request(
                request.method,
                url,
                headers=_passed(request.headers),
                data=body,
                allow_redirects=False,
            ) as answer:
                passed = web.StreamResponse(
                    status=answer.status, reason=answer.reason, headers=_passed(answer.headers)
                )
                await passed.prepare(request)
                if request.method != hdrs.METH_HEAD:
                    async for block in answer.content.iter_chunked(_BLOCK):
                        await passed.write(block)
                await passed.write_eof()
                return passed
        except (ClientError, ConnectionError, TimeoutError):
            if request.transport is not None:  # cut there, so cut here
                request.transport.abort()
            return web.Response(status=502)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)


async def _blocks(request: web.BaseRequest) -> AsyncIterator[bytes]:
    async for block in request.content.iter_chunked(_BLOCK):
        yield block


def _passed(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in _NOT_PASSED
    )
