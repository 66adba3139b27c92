"""What the user's AWS files say for S3: endpoint, addressing, certificates, keys.

botocore reads them (``FullProfile``), but importing it costs a fifth of a second, more than many a
copy takes. A profile that names an endpoint and has nothing but static keys is read here instead,
by the same rules (``read_plain``); whatever is not that simple is left to botocore.
"""

from __future__ import annotations

import configparser
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hue_desktop.adapters.aws.errors import translate
from hue_desktop.adapters.aws.s3.signing import Credentials
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.errors import CredentialsError
from hue_desktop.core.text import _

__all__ = ["FullProfile", "PlainProfile", "default_bundle", "read_plain"]

#: A profile with one of these gets its keys elsewhere.
_NOT_STATIC = frozenset(
    {
        "credential_process",
        "credential_source",
        "login_session",
        "role_arn",
        "source_profile",
        "sso_account_id",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    }
)
_NOT_PLAIN_ENV = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CREDENTIAL_EXPIRATION")


@dataclass(frozen=True, slots=True)
class PlainProfile:
    """Static keys and a named endpoint. It is its own frozen credentials."""

    endpoint_url: str
    style: str
    ca_bundle: str
    access_key: str
    secret_key: str
    token: str | None

    def credentials(self) -> Credentials:
        """The keys."""
        return self


class FullProfile:
    """What botocore makes of the files; credentials that expire are renewed by it."""

    def __init__(self, session: AwsSession) -> None:
        from hue_desktop.adapters.aws.profile import new_core_session

        self._session = session
        self.core: Any = new_core_session(session.connection, session.where("S3"))
        self._found: Any = None
        try:
            scoped = self.core.get_scoped_config()
            services = self.core.full_config.get("services", {})
            ignored = bool(self.core.get_config_variable("ignore_configured_endpoint_urls"))
            self.ca_bundle = str(self.core.get_config_variable("ca_bundle") or "")
        except Exception as error:  # botocore's configuration errors are a family of their own
            raise translate(error, session.where("S3")) from error
        self.endpoint_url = _endpoint_url(session.connection, os.environ, scoped, services, ignored)
        self.style = _style(scoped)

    def credentials(self) -> Credentials:
        """The credentials of now."""
        try:
            if self._found is None:
                self._found = self.core.get_credentials()
            if self._found is not None:
                frozen: Credentials = self._found.get_frozen_credentials()
                return frozen
        except Exception as error:  # every provider has its own
            raise translate(error, self._session.where("S3")) from error
        raise CredentialsError(
            _("“{connection}” has no AWS credentials.").format(
                connection=self._session.connection.name
            ),
            remedy=_("Name a profile that has some, or run “aws configure”."),
        )


def read_plain(
    connection: Connection, environ: Mapping[str, str] = os.environ
) -> PlainProfile | None:
    """The profile, if it has static keys and an endpoint for S3; ``None`` for botocore to read."""
    if any(environ.get(name) for name in _NOT_PLAIN_ENV):
        return None
    name = connection.profile or _profile_name(environ)
    try:
        config = _read(
            connection.aws_config_file or environ.get("AWS_CONFIG_FILE", "~/.aws/config")
        )
        keys = _read(environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))
    except (OSError, ValueError, configparser.Error):
        return None
    section = "default" if name == "default" and "default" in config else f"profile {name}"
    scoped = {**config.get(section, {}), **keys.get(name, {})}
    services = {
        title.partition(" ")[2].strip(): values
        for title, values in config.items()
        if title.startswith("services ")
    }
    if _NOT_STATIC & scoped.keys() or (connection.profile and not scoped):
        return None
    if "services" in scoped and scoped["services"] not in services:
        return None
    ignored = _word(environ, scoped, "ignore_configured_endpoint_urls").lower() == "true"
    endpoint_url = _endpoint_url(connection, environ, scoped, services, ignored)
    found = _static_keys(environ, keys.get(name, {}), config.get(section, {}), connection.profile)
    if not endpoint_url or found is None:
        return None
    bundle = str(environ.get("AWS_CA_BUNDLE") or scoped.get("ca_bundle", ""))
    return PlainProfile(endpoint_url, _style(scoped), bundle, *found)


def _profile_name(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or "default"


def _word(environ: Mapping[str, str], scoped: Mapping[str, Any], name: str) -> str:
    return str(environ.get(f"AWS_{name.upper()}") or scoped.get(name, ""))


def _static_keys(
    environ: Mapping[str, str],
    shared: Mapping[str, Any],
    config: Mapping[str, Any],
    profile: str,
) -> tuple[str, str, str | None] | None:
    """Environment first unless a profile was named, then the credentials file, then the config."""
    if not profile and environ.get("AWS_ACCESS_KEY_ID"):
        secret = environ.get("AWS_SECRET_ACCESS_KEY", "")
        token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN")
        return (environ["AWS_ACCESS_KEY_ID"], secret, token) if secret else None
    for source in (shared, config):
        if "aws_access_key_id" in source:
            secret = str(source.get("aws_secret_access_key", ""))
            token = source.get("aws_session_token") or source.get("aws_security_token")
            return (str(source["aws_access_key_id"]), secret, token) if secret else None
    return None


def _endpoint_url(
    connection: Connection,
    environ: Mapping[str, str],
    scoped: Mapping[str, Any],
    services: Mapping[str, Any],
    ignored: bool,
) -> str:
    """The endpoint of S3 alone, then the connection's, then one that is for all services.

    A connection's ``endpoint_url`` is where its EMR answers; a region that serves S3 somewhere else
    says so in the ``services`` section of the profile that it hands out.
    """
    if ignored:
        return connection.endpoint_url
    own = services.get(scoped.get("services", ""), {}).get("s3", {})
    candidates = (
        environ.get("AWS_ENDPOINT_URL_S3", ""),
        own.get("endpoint_url", "") if isinstance(own, Mapping) else "",
        connection.endpoint_url,
        environ.get("AWS_ENDPOINT_URL", ""),
        str(scoped.get("endpoint_url", "")),
    )
    return next((each for each in candidates if each), "")


def _style(scoped: Mapping[str, Any]) -> str:
    options = scoped.get("s3")
    return str(options.get("addressing_style", "")) if isinstance(options, Mapping) else ""


def _read(name: str) -> dict[str, dict[str, Any]]:
    """An INI file; indented lines below a name are a table of their own."""
    path = Path(os.path.expandvars(name)).expanduser()
    if not path.is_file():
        return {}
    parser = configparser.RawConfigParser()
    parser.read_string(path.read_text(encoding="utf-8"))
    sections: dict[str, dict[str, Any]] = {}
    for title in parser.sections():
        if '"' in title or "'" in title:
            raise ValueError(title)  # quoted as in a shell: botocore knows how
        values: dict[str, Any] = dict(parser.items(title))
        for option, text in values.items():
            if text.startswith("\n"):
                values[option] = _nested(text)
        sections[" ".join(title.split())] = values
    return sections


def _nested(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def default_bundle() -> str | None:
    """The certificates that botocore trusts by default, found without importing it."""
    for package, file in (("certifi", "cacert.pem"), ("botocore", "cacert.pem")):
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            path = Path(folder) / file
            if path.is_file():
                return str(path)
    return None
