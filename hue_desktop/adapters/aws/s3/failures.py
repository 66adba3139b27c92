"""What S3's error answers and broken connections mean, in the tree of ``core.errors``.

Codes as in "Error responses" of the Amazon S3 API reference.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from hue_desktop.adapters.aws.errors import Where, not_aws, translate
from hue_desktop.core.errors import (
    AccessDenied,
    HueError,
    NotFound,
    Refused,
    ServiceError,
    Throttled,
    Unreachable,
)
from hue_desktop.core.file_systems import Refusal
from hue_desktop.core.text import _

__all__ = ["answer_failure", "broken", "error_code", "field", "mismatch"]

MISSING = frozenset(
    {"NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NoSuchVersion", "NotFound", "404"}
)
THROTTLED = frozenset({"SlowDown", "RequestLimitExceeded", "TooManyRequests", "Throttling"})
TRANSIENT = frozenset(
    {
        "ConditionalRequestConflict",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
    }
)
DAMAGED = frozenset(
    {"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}
)
EXISTS = frozenset({"PreconditionFailed"})
DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "InvalidObjectState"})
#: Where the port has a word of its own.
OWN_CODES = {
    "BucketAlreadyExists": Refusal.ALREADY_EXISTS,
    "BucketNotEmpty": Refusal.NOT_EMPTY,
    "EntityTooSmall": Refusal.INCOMPLETE,
    "InvalidPart": Refusal.INCOMPLETE,
    "InvalidPartOrder": Refusal.INCOMPLETE,
    "InvalidBucketName": Refusal.INVALID_NAME,
    "InvalidURI": Refusal.INVALID_NAME,
    "KeyTooLongError": Refusal.INVALID_NAME,
    "QuotaExceeded": Refusal.NO_SPACE,
}
#: Codes for answers without a body (HEAD, or a server that sends none).
BY_STATUS = {
    403: "AccessDenied",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "OperationAborted",
    412: "PreconditionFailed",
    416: "InvalidRange",
    429: "TooManyRequests",
    500: "InternalError",
    501: "NotImplemented",
    503: "SlowDown",
}


def field(document: str, name: str) -> str:
    """The text of the first element of this name; empty when there is none."""
    found = re.search(rf"<{name}(?: [^>]*)?>([^<]*)</{name}>", document)
    return html.unescape(found[1]) if found else ""


def error_code(status: int, document: str) -> str:
    """S3's word for what went wrong; empty when a page came that S3 did not write."""
    return field(document, "Code") if document.strip() else BY_STATUS.get(status, "")


def answer_failure(
    status: int, headers: Mapping[str, str], document: str, where: Where, what: str
) -> HueError:
    """The error that an answer stands for. ``what`` is the object or bucket as a URI."""
    code = error_code(status, document)
    said = field(document, "Message")
    failure = _failure(status, code, said, where, what)
    failure.retry_after_s = _seconds(headers.get("retry-after", ""))
    return failure


def _failure(status: int, code: str, said: str, where: Where, what: str) -> HueError:
    if code in MISSING:
        return _missing(code, what)
    if code in THROTTLED or status == 429 or (status == 503 and code != "ServiceUnavailable"):
        return Throttled(
            _("S3 asks for fewer requests ({operation}: {code}).").format(
                operation=where.operation, code=code or "SlowDown"
            ),
            code=code or "SlowDown",
            remedy=_("Nothing to do: requests are slowed down and sent again."),
        )
    if code in TRANSIENT or status >= 500:
        return ServiceError(
            _("S3 could not do {operation} for {what} ({code}): {said}").format(
                operation=where.operation, what=what, code=code or status, said=said or code
            ),
            code=code,
            remedy=_("Try again in a moment."),
            retryable=status != 501,
        )
    return _refused(status, code, said, where, what)


def _refused(status: int, code: str, said: str, where: Where, what: str) -> HueError:
    if code in EXISTS:
        return Refused(
            _("{what} does not meet the condition of {operation}.").format(
                what=what, operation=where.operation
            ),
            code=code,
        )
    if code in DAMAGED:
        return mismatch(what)
    if code in DENIED:
        return AccessDenied(
            _("“{connection}” may not do {operation} on {what}: {said}").format(
                connection=where.connection, operation=where.operation, what=what, said=said or code
            ),
            remedy=_("Ask for a policy that allows s3:{operation}.").format(
                operation=where.operation
            ),
        )
    if code in OWN_CODES:
        return Refused(f"{what}: {said or code}", code=OWN_CODES[code])
    if not code:
        return not_aws(where)
    from botocore.exceptions import ClientError

    answer = {
        "Error": {"Code": code, "Message": f"{what}: {said or code}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return translate(ClientError(answer, where.operation), where)


def _missing(code: str, what: str) -> NotFound:
    if code == "NoSuchBucket":
        bucket = what.removeprefix("s3://").partition("/")[0]
        return NotFound(_("The bucket “{bucket}” does not exist.").format(bucket=bucket), code=code)
    if code == "NoSuchUpload":
        return NotFound(
            _("The upload to {what} does not exist any more.").format(what=what), code=code
        )
    return NotFound(_("{what} does not exist.").format(what=what), code=code)


def mismatch(what: str) -> Refused:
    """Bytes that came are not the bytes that were sent."""
    return Refused(
        _("The checksum of {what} does not agree: what came is not what was sent.").format(
            what=what
        ),
        code=Refusal.BAD_CHECKSUM,
        remedy=_("Copy it again; if it happens again, check the network and the disk."),
        retryable=True,
    )


def broken(error: BaseException, where: Where, what: str) -> HueError:
    """The error for a connection that could not be made or broke."""
    if isinstance(error, HueError):
        return error
    if any(kind.__name__ == "SSLError" for kind in type(error).__mro__):  # without importing ssl
        return _not_trusted(error, where)
    if isinstance(error, ValueError):
        return not_aws(where)
    if isinstance(error, TimeoutError):
        message = _("{endpoint} did not answer in time ({operation} of {what}).")
    elif isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError):
        message = _("{endpoint} closed the connection during {operation} of {what}.")
    else:
        return translate(error, where)
    return Unreachable(
        message.format(endpoint=where.endpoint, operation=where.operation, what=what),
        remedy=_("Check the network and the endpoint of connection “{connection}”.").format(
            connection=where.connection
        ),
    )


def _not_trusted(error: BaseException, where: Where) -> Unreachable:
    if type(error).__name__ == "SSLCertVerificationError":
        text = _("The TLS certificate of {endpoint} is not trusted: {error}")
    else:
        text = _("{endpoint} does not speak TLS as it should: {error}")
    said = getattr(error, "verify_message", "") or getattr(error, "reason", "") or error
    return Unreachable(
        text.format(endpoint=where.endpoint, error=said),
        remedy=_("Check the endpoint, the proxy, and “ca_bundle” in the AWS configuration."),
        retryable=False,
    )


def _seconds(text: str) -> float:
    try:
        return min(60.0, max(0.0, float(text)))
    except ValueError:  # a date, or nothing
        return 0.0
