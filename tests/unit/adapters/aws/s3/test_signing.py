"""Signatures are those that botocore makes."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from hue_desktop.adapters.aws.s3.signing import UNSIGNED, Signer, query_string, quoted

STAMP = "20261122T120000Z"
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "not-a-secret", "a/session+token==")
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


class AtNoon(Signer):
    """A signer whose clock stands."""

    def _stamp(self) -> str:
        return STAMP


@pytest.fixture(autouse=True, scope="module")
def noon() -> object:
    """botocore's clock stands as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: NOW)
        yield


@given(key=text, query=st.dictionaries(text.filter(bool), text, max_size=3), meta=st.booleans())
def test_requests_are_signed_as_botocore_signs_them(
    key: str, query: dict[str, str], meta: bool
) -> None:
    path, asked = f"/bucket/{quoted(key)}", query_string(query)
    headers = {"host": "127.0.0.1:8333", "x-amz-content-sha256": UNSIGNED}
    if meta:
        headers |= {"x-amz-meta-mtime": "1.5", "if-none-match": "*"}
    request = AWSRequest("PUT", f"http://127.0.0.1:8333{path}?{asked}", dict(headers))
    request.context["payload_signing_enabled"] = False
    theirs = botocore.auth.S3SigV4Auth(KEYS, "s3", "eu-west-1")
    request.headers["X-Amz-Date"] = STAMP
    request.headers["X-Amz-Security-Token"] = KEYS.token
    request.context["timestamp"] = STAMP
    AtNoon().authorize(KEYS, "PUT", path, asked, headers, region="eu-west-1")
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    for name in [each for each in request.headers if each.lower() not in names]:
        del request.headers[name]
    canonical = theirs.canonical_request(request)
    signature = theirs.signature(theirs.string_to_sign(request, canonical), request)
    assert headers["authorization"].endswith(f"Signature={signature}")


@given(key=text, expires_s=st.integers(1, 604_800))
def test_presigned_urls_are_those_of_botocore(key: str, expires_s: int) -> None:
    path = f"/bucket/{quoted(key)}"
    request = AWSRequest("GET", f"https://s3.example{path}")
    botocore.auth.S3SigV4QueryAuth(KEYS, "s3", "eu-west-1", expires=expires_s).add_auth(request)
    ours = AtNoon().presign(KEYS, path, "s3.example", expires_s, region="eu-west-1")
    assert parse_qs(ours) == parse_qs(urlsplit(request.url).query)
