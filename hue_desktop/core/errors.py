"""Everything that can go wrong and that a person can be told.

::

    HueError
    ├── ConfigurationError     a file or setting is wrong; nothing was contacted
    │   ├── StateError         the state directory or database cannot be used
    │   └── UsageError         the command line asks for what is not there
    ├── CredentialsError       no identity, or one that has expired
    ├── AccessDenied           the identity may not do this
    ├── ServiceError           the service answered, and the answer is an error
    │   ├── Throttled          too many requests; later succeeds
    │   ├── NotFound           the named thing does not exist (any more)
    │   └── Refused            the request was understood and refused
    ├── Unreachable            no answer: name, network, endpoint down, time-out
    ├── ProtocolError          an answer that is not what the protocol says
    ├── ReadOnly               read-only mode is on; nothing was sent
    └── Cancelled              the person cancelled it
        └── NotConfirmed       the person was asked whether a host is the right one, and said no

Adapters translate what boto, sockets and files raise and chain the cause. A bug has no place in it.
"""

from __future__ import annotations

__all__ = [
    "AccessDenied",
    "Cancelled",
    "ConfigurationError",
    "CredentialsError",
    "HueError",
    "NotConfirmed",
    "NotFound",
    "ProtocolError",
    "ReadOnly",
    "Refused",
    "ServiceError",
    "StateError",
    "Throttled",
    "Unreachable",
    "UsageError",
]


class HueError(Exception):
    """What happened (``message``) and what the person can do about it (``remedy``).

    ``retryable`` says whether the same request may succeed later without anybody changing anything.
    Texts carry no secrets: adapters put names and codes in, never credentials. ``retry_after_s`` is
    how long the other side asks to wait, 0 when it does not say.
    """

    retryable = False
    exhausted = False  #: it was tried several times already, just now, where it came from
    retry_after_s: float = 0.0

    def __init__(self, message: str, *, remedy: str = "", retryable: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigurationError(HueError):
    """A connection, a setting or an argument cannot be used as it is written."""


class StateError(ConfigurationError):
    """The state directory or its database cannot be used: read-only, newer version, damaged."""


class UsageError(ConfigurationError):
    """An argument of the command line names nothing that exists; the exit code is 2."""


class CredentialsError(HueError):
    """There is no identity to act as, or it has expired (``expired``)."""

    def __init__(self, message: str, *, remedy: str = "", expired: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.expired = expired


class AccessDenied(HueError):
    """The identity is known and may not do this."""


class ServiceError(HueError):
    """The service answered with an error; ``code`` is the service's own word for it."""

    def __init__(
        self, message: str, *, code: str = "", remedy: str = "", retryable: bool | None = None
    ) -> None:
        super().__init__(message, remedy=remedy, retryable=retryable)
        self.code = code


class Throttled(ServiceError):
    """The service asks for fewer requests."""

    retryable = True


class NotFound(ServiceError):
    """The cluster, group, step or resource does not exist, or no longer."""


class Refused(ServiceError):
    """The service understood the request and will not do it as it stands."""


class Unreachable(HueError):
    """Nobody answered."""

    retryable = True


class ProtocolError(HueError):
    """The answer cannot be understood; somebody else listens there, or a proxy is in the way."""


class ReadOnly(HueError):
    """A change was asked for while read-only mode is on."""


class Cancelled(HueError):
    """The person cancelled the work before it was done."""


class NotConfirmed(Cancelled):
    """The person did not confirm a host's key; asking again by ourselves would be a nuisance."""
