"""Opening all doors to one connection in one region."""

from __future__ import annotations

from hue_desktop.adapters.aws.cloudwatch import AwsMetrics
from hue_desktop.adapters.aws.emr import AwsEmr
from hue_desktop.adapters.aws.identity import AwsIdentity
from hue_desktop.adapters.aws.launching import AwsLaunching
from hue_desktop.adapters.aws.prices import AwsPrices
from hue_desktop.adapters.aws.session import AwsSession
from hue_desktop.core.connections import Connection
from hue_desktop.core.ports import PriceCache, PriceSnapshot, RegionAccess

__all__ = ["open_region"]


def open_region(
    connection: Connection, region: str, snapshot: PriceSnapshot, cache: PriceCache | None = None
) -> RegionAccess:
    """The ports over one shared session; nothing is contacted before the first call."""
    session = AwsSession(connection, region)
    return RegionAccess(
        emr=AwsEmr(session),
        launching=AwsLaunching(session),
        prices=AwsPrices(session, snapshot, cache),
        metrics=AwsMetrics(session),
        identity=AwsIdentity(session),
        close=session.close,
    )
