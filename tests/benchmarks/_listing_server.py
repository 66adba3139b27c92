"""Answers ListObjectsV2 for a bucket of a million keys that nobody stores.

Run as a process of its own, so that making the answers does not slow down who reads them. It
prints its port, and makes each page when it is asked for: 1,000 keys as S3 writes them.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = 1_000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name>'
)
_KEY = (
    "<Contents><Key>{prefix}part-{n:07d}-6f1d2c3e.c000.snappy.parquet</Key>"
    "<LastModified>2026-11-{day:02d}T02:14:{second:02d}.000Z</LastModified>"
    "<ETag>&quot;{etag:032x}&quot;</ETag><Size>{size}</Size>"
    "<StorageClass>STANDARD</StorageClass></Contents>"
)


def page(prefix: str, begin: int, total: int) -> bytes:
    """The keys from ``begin`` on as XML."""
    end = min(begin + PAGE, total)
    keys = "".join(
        _KEY.format(
            prefix=prefix, n=n, day=n % 28 + 1, second=n % 60, etag=n * 2_654_435_761,
            size=n * 7919 % (512 << 20),
        )
        for n in range(begin, end)
    )  # fmt: skip
    more = end < total
    token = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
    return (
        f"{_HEAD}<Prefix>{prefix}</Prefix><KeyCount>{end - begin}</KeyCount>"
        f"<MaxKeys>{PAGE}</MaxKeys><Delimiter>/</Delimiter>"
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{keys}{token}"
        "</ListBucketResult>"
    ).encode()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    total = 1_000_000

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        prefix = query.get("prefix", [""])[0]
        begin = int(query.get("continuation-token", ["0"])[0])
        body = page(prefix, begin, self.total if prefix.endswith("big/") else 3)
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it is asked a thousand times."""


def main() -> None:
    """Serve until killed; the first argument is how many keys there are."""
    _Answers.total = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
