"""The account's quotas, as Service Quotas tells them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.adapters.aws.values import Wire, items, text
from hue_desktop.core.capacity_ports import Quota

__all__ = ["AwsQuotas"]

FRESH_S = 6 * 3600.0  #: a quota changes when somebody has it raised
PAGE = 100


class AwsQuotas:
    """The ``QuotaDoor`` port."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Mapping[str, Quota]]] = {}

    def quotas(self, service: str) -> Mapping[str, Quota]:
        """See the port."""
        with self._lock:
            at, found = self._known.get(service, (0.0, {}))
            if found and time.monotonic() - at < FRESH_S:
                return found
            asked = {"ServiceCode": service, "MaxResults": PAGE}
            pages = self._session.pages(
                "service-quotas", "ListServiceQuotas", asked, marker="NextToken"
            )
            found = {
                text(part, "QuotaCode"): _quota(service, part)
                for page in pages
                for part in items(page, "Quotas")
            }
            self._known[service] = (time.monotonic(), found)
            return found


def _quota(service: str, part: Wire) -> Quota:
    value = part.get("Value")
    return Quota(
        service,
        text(part, "QuotaCode"),
        text(part, "QuotaName"),
        float(value) if isinstance(value, int | float) else 0.0,
        bool(part.get("Adjustable", True)),
    )
