"""What a simulated AWS service is to the front: operations by name, and errors as modelled.

The front decodes a request with botocore's model of the service, checks it, counts it against the
throttle, and calls the operation under the region's lock; the answer is checked against the output
shape and encoded in the protocol the client spoke. An operation therefore takes and returns plain
dictionaries in the model's member names (``{"JobFlowId": "j-…"}``), with ``datetime`` for
timestamps, and raises :class:`ApiError` for everything that AWS answers with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

__all__ = ["ApiError", "Call", "Operation", "Service"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request as an operation sees it."""

    service: str  #: botocore's service name: ``emr``, ``ec2``, ``pricing`` …
    operation: str  #: the operation's name in the model: ``RunJobFlow``
    params: Mapping[str, Any]  #: checked by the input shape; timestamps are ``datetime``
    now: datetime  #: the region's time at which the call counts
    region: str = "us-east-1"
    access_key: str = ""
    user_agent: str = ""
    source_ip: str = "127.0.0.1"
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An error as AWS would answer it: ``code`` and ``message`` reach the client unchanged.

    ``code`` is the shape's name or, where the model gives one, its error code (for EMR
    ``ValidationException``, ``InvalidRequestException``, ``InternalServerException``,
    ``ThrottlingException``). ``members`` are further members of the modelled error shape
    (EMR's ``InvalidRequestException`` carries ``ErrorCode``).
    """

    def __init__(self, code: str, message: str, *, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


Operation = Callable[[Call], "dict[str, Any] | None"]


class Service(Protocol):
    """One AWS service of the region."""

    @property
    def name(self) -> str:
        """botocore's name of the service."""

    def operations(self) -> Mapping[str, Operation]:
        """The operations this service answers itself, by model name."""
