"""Opening the doors to AWS and to stores: which adapters stand behind which ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hue_desktop.core.connections import Connection

if TYPE_CHECKING:
    from hue_desktop.adapters.aws.session import AwsSession
    from hue_desktop.core.ports import RegionAccess
    from hue_desktop.wiring.state import State

__all__ = ["open_region"]


def open_region(
    connection: Connection, region: str, state: State, session: AwsSession | None = None
) -> RegionAccess:
    """The doors to a connection in one of its regions; nothing is contacted yet.

    They use ``session`` if one is given, else one of their own.
    """
    from hue_desktop.adapters.aws.alarms import AwsAlarms
    from hue_desktop.adapters.aws.cloudwatch import AwsMetrics
    from hue_desktop.adapters.aws.cost_explorer import AwsCostExplorer
    from hue_desktop.adapters.aws.emr import AwsEmr
    from hue_desktop.adapters.aws.identity import AwsIdentity
    from hue_desktop.adapters.aws.launch_times import AwsLaunchTimes
    from hue_desktop.adapters.aws.launching import AwsLaunching
    from hue_desktop.adapters.aws.placement import AwsSpotPlacement
    from hue_desktop.adapters.aws.prices import AwsPrices
    from hue_desktop.adapters.aws.quotas import AwsQuotas
    from hue_desktop.adapters.aws.session import AwsSession as Session
    from hue_desktop.adapters.aws.spot_history import AwsSpotHistories
    from hue_desktop.adapters.aws.step_door import AwsSteps
    from hue_desktop.adapters.aws.trail import AwsTrail
    from hue_desktop.adapters.local.prices import SnapshotPrices
    from hue_desktop.adapters.local.resources import resources_dir
    from hue_desktop.adapters.local.spot_advice import RegionSpotAdvice
    from hue_desktop.core.ports import RegionAccess

    session = session or Session(connection, region)
    snapshot = SnapshotPrices(resources_dir() / "prices", region)
    return RegionAccess(
        emr=AwsEmr(session),
        launching=AwsLaunching(session),
        prices=AwsPrices(session, snapshot, state.prices),
        metrics=AwsMetrics(session),
        identity=AwsIdentity(session),
        close=session.close,
        spot_advice=RegionSpotAdvice(state.spot_advice, region),
        steps=AwsSteps(session),
        spot_histories=AwsSpotHistories(session, state.spot_prices),
        cost_explorer=AwsCostExplorer(session, state.explorer_costs),
        launch_times=AwsLaunchTimes(session, state.launches),
        alarms=AwsAlarms(session),
        placement=AwsSpotPlacement(session),
        quotas=AwsQuotas(session),
        trail=AwsTrail(session),
    )
