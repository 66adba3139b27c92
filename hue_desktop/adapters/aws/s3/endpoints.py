"""Where a bucket is served, and with which identity: what botocore reads from the user's files.

An endpoint of the user's own (``endpoint_url`` of the connection, of the profile or its
``services`` section, of the environment) is addressed path-style unless the profile asks for
``virtual``. For AWS botocore's rules say the host of each bucket.
"""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hue_desktop.adapters.aws.errors import translate, unknown_region
from hue_desktop.adapters.aws.profile import new_core_session
from hue_desktop.adapters.aws.s3.connections import Address
from hue_desktop.adapters.aws.s3.proxies import proxy_for
from hue_desktop.adapters.aws.s3.signing import Credentials, quoted
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.errors import CredentialsError
from hue_desktop.core.text import _

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
        self._core: Any = None
        self._credentials: Any = None
        self._client: Any = None
        self._places: dict[str, Place] = {}
        self._regions: dict[str, str] = {}
        self._context: ssl.SSLContext | None = None
        self._own: str | None = None

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
        return bool(self._own_url())

    def _resolve(self, bucket: str) -> Place:
        region = self.region_of(bucket)
        own = self._own_url()
        if own:
            return _place_of(own, bucket, region, virtual=self._style() == "virtual")
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
            try:
                self._client = self._session_core().create_client("s3", region_name=region)
            except Exception as error:
                raise translate(error, self._session.where("S3", region=region)) from error
        return self._client

    def _own_url(self) -> str:
        if self._own is None:
            with self._lock:
                self._own = self._read_own_url()
        return self._own

    def _read_own_url(self) -> str:
        """The endpoint for S3 that the profile names, before that of the whole connection.

        A connection's ``endpoint_url`` is where its EMR answers; a region that serves S3 somewhere
        else says so in the ``services`` section of the profile it hands out.
        """
        core = self._session_core()
        from botocore.configprovider import ConfiguredEndpointProvider

        try:
            scoped = core.get_scoped_config()
            provider = ConfiguredEndpointProvider(
                full_config=core.full_config, scoped_config=scoped, client_name="s3"
            )
            ignored = core.get_config_variable("ignore_configured_endpoint_urls")
            named = "" if ignored else provider.provide() or ""
        except Exception as error:
            raise translate(error, self._session.where("S3")) from error
        return str(named) or self._session.connection.endpoint_url

    def _style(self) -> str:
        scoped = self._session_core().get_scoped_config().get("s3")
        style = scoped.get("addressing_style", "") if isinstance(scoped, dict) else ""
        return str(style)

    # -- identity ---------------------------------------------------------------------------
    def credentials(self) -> Credentials:
        """The credentials of now; those that expire are renewed by botocore in time."""
        found = self._credentials
        if found is None:
            with self._lock:
                found = self._credentials = self._read_credentials()
        try:
            frozen: Credentials = found.get_frozen_credentials()
        except Exception as error:  # every provider has its own
            raise translate(error, self._session.where("S3")) from error
        return frozen

    def forget_credentials(self) -> None:
        """Read the user's files anew at the next request: they may have been renewed."""
        with self._lock:
            self._credentials = None
            self._core = None
            self._client = None

    def _read_credentials(self) -> Any:
        try:
            found = self._session_core().get_credentials()
        except Exception as error:
            raise translate(error, self._session.where("S3")) from error
        if found is None:
            raise CredentialsError(
                _("“{connection}” has no AWS credentials.").format(
                    connection=self._session.connection.name
                ),
                remedy=_("Name a profile that has some, or run “aws configure”."),
            )
        return found

    def _session_core(self) -> Any:
        with self._lock:
            if self._core is None:
                self._core = new_core_session(self._session.connection, self._session.where("S3"))
            return self._core

    def tls_context(self) -> ssl.SSLContext:
        """Certificates as botocore trusts them: ``ca_bundle``, else its own bundle."""
        with self._lock:
            if self._context is None:
                bundle = self._session_core().get_config_variable("ca_bundle")
                self._context = ssl.create_default_context(cafile=bundle or _default_bundle())
            return self._context


def _default_bundle() -> str | None:
    from botocore.httpsession import where

    return str(where()) or None


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
