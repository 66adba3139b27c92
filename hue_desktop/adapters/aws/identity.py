"""Who a connection acts as."""

from __future__ import annotations

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import required_text

__all__ = ["AwsIdentity"]


class AwsIdentity:
    """The ``Identity`` port over STS."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def caller_arn(self) -> str:
        """GetCallerIdentity; needs no permission, so it fails only for want of an identity."""
        return required_text(self._session.call("sts", "GetCallerIdentity"), "Arn")
