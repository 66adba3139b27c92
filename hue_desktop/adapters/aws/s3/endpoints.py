"""Where a bucket is served, and with which identity.

An endpoint of the user's own is addressed path-style unless the profile asks for ``virtual``. For
AWS botocore's rules say the host of each bucket.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hue_desktop.adapters.aws.errors import translate, unknown_region
from hue_desktop.adapters.aws.s3.connections import Address
from hue_desktop.adapters.aws.s3.profiles import (
    FullProfile,
    PlainProfile,
    default_bundle,
    read_plain,
)
from hue_desktop.adapters.aws.s3.proxies import proxy_for
from hue_desktop.adapters.aws.s3.signing import Credentials, quoted
from hue_desktop.adapters.aws.session import AwsSession

if TYPE_CHECKING:
    import ssl

__all__ = ["Endpoints", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests for a bucket go. ``base`` is the quoted path before the key."""

    address: Address
    host_header: str
    base: str
    region: str
    service: str = "s3"

    def url(self, path: str) -> str:
        """The URL of a quoted path."""
        return f"{'https' if self.address.tls else 'http'}://{self.host_header}{path}"


class Endpoints:
    """Resolves buckets and credentials for one connection; nothing is read before the first use."""

    def __init__(self, session: AwsSession, region: str) -> None:
        self._session = session
        self.region = region or session.region
        self._lock = threading.RLock()
        self._profile: PlainProfile | FullProfile | None = None
        self._client: Any = None
        self._places: dict[str, Place] = {}
        self._regions: dict[str, str] = {}
        self._context: ssl.SSLContext | None = None

    # -- places -----------------------------------------------------------------------------
    def place(self, bucket: str) -> Place:
        """Where ``bucket`` is served; the list of buckets for an empty name."""
        found = self._places.get(bucket)
        if found is None:
            with self._lock:
                found = self._places[bucket] = self._resolve(bucket)
        return found

    def moved(self, bucket: str, region: str) -> bool:
        """Remember that a bucket lives in another region; whether that is news."""
        with self._lock:
            if not region or self._regions.get(bucket, self.region) == region:
                return False
            self._regions[bucket] = region
            self._places.pop(bucket, None)
            return True

    def redirected(self, bucket: str, host: str) -> None:
        """Send a bucket's requests to another host for now (a 307 for a young bucket)."""
        with self._lock:
            place = self.place(bucket)
            port = place.address.port
            address = Address(host, port, place.address.tls, place.address.proxy)
            self._places[bucket] = Place(address, host, "", place.region, place.service)

    def region_of(self, bucket: str) -> str:
        """The region that requests for a bucket are signed for."""
        return self._regions.get(bucket, self.region)

    @property
    def is_own(self) -> bool:
        """Whether the endpoint is one that the user named, and not AWS's."""
        return bool(self.profile().endpoint_url)

    def _resolve(self, bucket: str) -> Place:
        region = self.region_of(bucket)
        profile = self.profile()
        if profile.endpoint_url:
            return _place_of(
                profile.endpoint_url, bucket, region, virtual=profile.style == "virtual"
            )
        if not region:
            raise unknown_region(self._session.where())
        return self._resolve_aws(bucket, region)

    def _resolve_aws(self, bucket: str, region: str) -> Place:
        client = self._aws_client(region)
        operation = "HeadBucket" if bucket else "ListBuckets"
        model = client.meta.service_model.operation_model(operation)
        try:
            found = client._ruleset_resolver.construct_endpoint(
                operation_model=model,
                call_args={"Bucket": bucket} if bucket else {},
                request_context={"client_config": client.meta.config, "client_region": region},
            )
        except Exception as error:  # botocore's rules raise a family of their own
            raise translate(error, self._session.where("S3", region=region)) from error
        schemes = found.properties.get("authSchemes") or [{}]
        return _place_of(
            found.url,
            "",
            str(schemes[0].get("signingRegion") or region),
            service=str(schemes[0].get("signingName") or "s3"),
        )

    def _aws_client(self, region: str) -> Any:
        """A botocore client that is asked for endpoints only."""
        if self._client is None or self._client.meta.region_name != region:
            profile = self.profile()
            assert isinstance(profile, FullProfile), "a plain profile names an endpoint"
            try:
                self._client = profile.core.create_client("s3", region_name=region)
            except Exception as error:
                raise translate(error, self._session.where("S3", region=region)) from error
        return self._client

    # -- identity ---------------------------------------------------------------------------
    def profile(self) -> PlainProfile | FullProfile:
        """What the user's files say."""
        found = self._profile
        if found is None:
            with self._lock:
                found = self._profile
                if found is None:
                    plain = read_plain(self._session.connection)
                    found = self._profile = plain or FullProfile(self._session)
        return found

    def credentials(self) -> Credentials:
        """The credentials of now."""
        return self.profile().credentials()

    def forget_credentials(self) -> None:
        """Read the user's files anew at the next request: they may have been renewed."""
        with self._lock:
            self._profile = None
            self._client = None

    def tls_context(self) -> ssl.SSLContext:
        """Certificates as botocore trusts them: ``ca_bundle``, else its own bundle."""
        import ssl

        with self._lock:
            if self._context is None:
                bundle = self.profile().ca_bundle or default_bundle()
                self._context = ssl.create_default_context(cafile=bundle)
            return self._context


def _place_of(
    url: str, bucket: str, region: str, *, virtual: bool = False, service: str = "s3"
) -> Place:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    host = parts.hostname or ""
    port = parts.port or (443 if tls else 80)
    base = parts.path.rstrip("/")
    if bucket and virtual:
        host = f"{bucket}.{host}"
    elif bucket:
        base = f"{base}/{quoted(bucket)}"
    shown = f"[{host}]" if ":" in host else host
    if parts.port and parts.port != (443 if tls else 80):
        shown = f"{shown}:{parts.port}"
    address = Address(host, port, tls, proxy_for(url))
    return Place(address, shown, base, region or "us-east-1", service)
