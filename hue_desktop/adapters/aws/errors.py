"""Turning what boto raises into the tree of ``core.errors``, with a remedy for each.

The codes are those of the EMR, EC2, IAM, STS and CloudWatch error lists; an unknown code of a
client error is ``Refused``, of a server error a retryable ``ServiceError``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hue_desktop.core.errors import (
    AccessDenied,
    ConfigurationError,
    CredentialsError,
    HueError,
    NotFound,
    ProtocolError,
    Refused,
    ServiceError,
    Throttled,
    Unreachable,
)
from hue_desktop.core.text import _

__all__ = [
    "Where",
    "may_have_happened",
    "not_aws",
    "translate",
    "unknown_profile",
    "unknown_region",
]

THROTTLING = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "SlowDown",
        "EC2ThrottledException",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
BAD_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotSignedUp",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
WRONG_CLOCK = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "NotAuthorized",
        "UnauthorizedOperation",
        "UnauthorizedException",
    }
)
MISSING = frozenset({"NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException"})
#: How EMR words that a thing does not exist; its code for it is InvalidRequestException.
MISSING_WORDS = ("is not valid", "does not exist", "not found", "no longer exists", "unknown id")


@dataclass(frozen=True, slots=True)
class Where:
    """What was being asked of whom, for the texts of errors."""

    connection: str
    profile: str
    region: str
    endpoint: str
    operation: str = ""
    known_regions: tuple[str, ...] = ()  #: empty when any region name may be right


def translate(error: BaseException, where: Where) -> HueError:
    """The ``HueError`` for whatever a boto call raised; the caller chains the cause."""
    if isinstance(error, HueError):
        return error
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        return _from_answer(error.response, where)
    if isinstance(error, boto.ProfileNotFound):  # the environment may name another than we do
        return unknown_profile(replace(where, profile=str(error.kwargs.get("profile", ""))), ())
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return _no_credentials(error, where)
    if isinstance(error, boto.NoRegionError | boto.InvalidRegionError):
        return unknown_region(where)
    if isinstance(error, boto.UnknownEndpointError | boto.EndpointProviderError):
        return unknown_region(where)
    if isinstance(error, boto.ConfigParseError | boto.ConfigNotFound):
        return ConfigurationError(
            _("The AWS configuration file cannot be read: {error}").format(error=error),
            remedy=_("Correct the file that the message names."),
        )
    if isinstance(error, boto.ParamValidationError):
        return Refused(
            _("{operation} was not sent: {error}").format(operation=where.operation, error=error),
            code="ParamValidationError",
        )
    return _other(error, where)


def _other(error: BaseException, where: Where) -> HueError:
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError

    expired_logins = (
        boto.SSOError,
        boto.TokenRetrievalError,
        boto.LoginError,
        boto.NoAuthTokenError,
    )
    if isinstance(error, expired_logins):
        return _expired(where)
    if isinstance(error, boto.CredentialRetrievalError):
        return CredentialsError(
            _("The credentials of “{connection}” could not be obtained: {error}").format(
                connection=where.connection, error=error
            ),
            remedy=_("Check the profile “{profile}” in the AWS configuration.").format(
                profile=where.profile or "default"
            ),
        )
    network = (boto.HTTPClientError, boto.ConnectionError, OSError)
    if isinstance(error, network) and not isinstance(error, ResponseParserError):
        return _unreachable(error, where)
    return not_aws(where)


def may_have_happened(error: HueError) -> bool:
    """Whether a request that failed like this may have been carried out nevertheless."""
    from botocore import exceptions as boto

    if isinstance(error, ServiceError):
        return error.retryable and not isinstance(error, Throttled)
    if isinstance(error, Unreachable):  # unless it did not even reach anybody
        return not isinstance(error.__cause__, boto.ConnectionError)
    return isinstance(error, ProtocolError)


def unknown_profile(where: Where, known: Iterable[str]) -> ConfigurationError:
    """The profile is in no AWS configuration file; names the nearest that is."""
    names = sorted(known)
    near = difflib.get_close_matches(where.profile, names, 1)
    if near:
        remedy = _("Did you mean “{near}”?").format(near=near[0])
    elif names:
        remedy = _("Known profiles: {names}.").format(names=", ".join(names[:8]))
    else:
        remedy = _("Add it with “aws configure --profile {profile}”.").format(profile=where.profile)
    return ConfigurationError(
        _("The AWS profile “{profile}” of connection “{connection}” does not exist.").format(
            profile=where.profile, connection=where.connection
        ),
        remedy=remedy,
    )


def not_aws(where: Where) -> ProtocolError:
    """Something answers at the endpoint, but not as AWS does."""
    return ProtocolError(
        _("Something that is not AWS answers at {endpoint}.").format(endpoint=where.endpoint),
        remedy=_("Check the endpoint of connection “{connection}”, and any proxy.").format(
            connection=where.connection
        ),
    )


def _from_answer(response: dict[str, Any], where: Where) -> HueError:
    error = response.get("Error") or {}
    status = (response.get("ResponseMetadata") or {}).get("HTTPStatusCode") or 0
    code = str(error.get("Code") or "").rpartition("#")[2].partition(":")[0]
    said = str(error.get("Message") or "").strip()
    if not code or code.isdigit() or code == "Unknown" or "<html" in said.lower():
        return _without_code(int(status), where)
    if code in THROTTLING or status == 429:
        return Throttled(
            _("AWS asks for fewer requests ({operation}: {code}).").format(
                operation=where.operation, code=code
            ),
            code=code,
            remedy=_("Nothing to do: requests are slowed down and sent again."),
        )
    if str(response.get("ErrorCode") or "").startswith("NoSuch"):  # EMR's own finer word
        return NotFound(said or code, code=code)
    return _identity_problem(code, said, where) or _refusal(code, said, int(status))


def _identity_problem(code: str, said: str, where: Where) -> HueError | None:
    # "Signature expired: 2026… is now earlier than …", "Signature not yet current: …"
    if code in WRONG_CLOCK or said.startswith(("Signature expired", "Signature not yet")):
        return _wrong_clock(said, where)
    if code in EXPIRED or (code in BAD_CREDENTIALS and "expired" in said.lower()):
        return _expired(where)
    if code in BAD_CREDENTIALS:
        return CredentialsError(
            _("AWS does not accept the credentials of “{connection}” ({code}).").format(
                connection=where.connection, code=code
            ),
            remedy=_("Renew them, or check the access key of profile “{profile}”.").format(
                profile=where.profile or "default"
            ),
        )
    if code in DENIED:
        return AccessDenied(
            _("“{connection}” may not do {operation}: {said}").format(
                connection=where.connection, operation=where.operation, said=said or code
            ),
            remedy=_("Ask for a policy that allows {operation}.").format(operation=where.operation),
        )
    return None


def _refusal(code: str, said: str, status: int) -> ServiceError:
    text = said or code
    gone = code in MISSING or code.endswith(".NotFound")
    if code in ("InvalidRequestException", "ValidationException"):
        gone = gone or any(words in text.lower() for words in MISSING_WORDS)
    if gone:
        return NotFound(text, code=code)
    if status >= 500 or code in ("InternalServerError", "InternalServerException"):
        return ServiceError(
            _("AWS had an internal error ({code}): {said}").format(code=code, said=text),
            code=code,
            remedy=_("Try again in a moment."),
            retryable=True,
        )
    return Refused(text, code=code)


def _without_code(status: int, where: Where) -> HueError:
    """An error answer without an AWS error code: a gateway or somebody else."""
    if status in (502, 503, 504):
        return Unreachable(
            _("{endpoint} is not available now (HTTP {status}).").format(
                endpoint=where.endpoint, status=status
            ),
            remedy=_("Try again in a moment."),
        )
    return not_aws(where)


def _expired(where: Where) -> CredentialsError:
    if where.profile:
        remedy = _("Renew them, for example with “aws sso login --profile {profile}”.").format(
            profile=where.profile
        )
    else:
        remedy = _("Renew them, for example with “aws sso login”.")
    return CredentialsError(
        _("The credentials of “{connection}” have expired.").format(connection=where.connection),
        remedy=remedy,
        expired=True,
    )


def _wrong_clock(said: str, where: Where) -> CredentialsError:
    """AWS takes no signature that is more than five minutes old or young."""
    return CredentialsError(
        _("{endpoint} says that the clock of this machine is wrong: {said}").format(
            endpoint=where.endpoint, said=said
        ),
        remedy=_("Set this machine’s clock."),
    )


def _no_credentials(error: BaseException, where: Where) -> CredentialsError:
    return CredentialsError(
        _("“{connection}” has no AWS credentials: {error}").format(
            connection=where.connection, error=error
        ),
        remedy=_("Name a profile that has some, or run “aws configure”."),
    )


def unknown_region(where: Where) -> ConfigurationError:
    """The region's name is none of AWS's; names the nearest that is."""
    near = difflib.get_close_matches(where.region, where.known_regions, 1)
    return ConfigurationError(
        _("“{region}” of connection “{connection}” is not an AWS region.").format(
            region=where.region, connection=where.connection
        ),
        remedy=(
            _("Did you mean “{near}”?").format(near=near[0])
            if near
            else _("Correct the regions of the connection.")
        ),
    )


def _spoke_otherwise(error: BaseException) -> bool:
    """Whether somebody answered, but not in HTTP: an SSH server, a database, another protocol."""
    from http.client import BadStatusLine, RemoteDisconnected

    inner: object = error
    while isinstance(inner, BaseException):
        if isinstance(inner, BadStatusLine):
            return not isinstance(inner, RemoteDisconnected)
        kwargs = getattr(inner, "kwargs", {})  # boto keeps the cause here, urllib3 in the arguments
        inner = kwargs.get("error") or next(
            (each for each in inner.args if isinstance(each, BaseException)), None
        )
    return False


def _unreachable(error: BaseException, where: Where) -> HueError:
    from botocore import exceptions as boto

    if where.known_regions and where.region not in where.known_regions:
        return unknown_region(where)
    if _spoke_otherwise(error):
        return not_aws(where)
    if isinstance(error, boto.SSLError):
        return Unreachable(
            _("The TLS certificate of {endpoint} is not trusted.").format(endpoint=where.endpoint),
            remedy=_("Check the endpoint, the proxy, and “ca_bundle” in the AWS configuration."),
            retryable=False,
        )
    if isinstance(error, boto.ReadTimeoutError | boto.ConnectTimeoutError | TimeoutError):
        message = _("{endpoint} did not answer in time.")
    elif isinstance(error, boto.ProxyConnectionError):
        message = _("The proxy on the way to {endpoint} did not answer.")
    elif isinstance(error, boto.ConnectionClosedError):
        message = _("{endpoint} closed the connection without an answer.")
    else:
        message = _("Nobody answers at {endpoint}.")
    return Unreachable(
        message.format(endpoint=where.endpoint),
        remedy=_("Check the network and the endpoint of connection “{connection}”.").format(
            connection=where.connection
        ),
    )
