"""Wire answers about clusters as values of core."""

from __future__ import annotations

import json

from hue_desktop.adapters.aws.values import (
    Wire,
    flag,
    items,
    number,
    optional_number,
    required_text,
    section,
    text,
    texts,
    when,
    word,
)
from hue_desktop.core.clusters import (
    Application,
    BootstrapAction,
    Cluster,
    ClusterState,
    ClusterSummary,
    ManagedScaling,
)

__all__ = [
    "parse_application",
    "parse_bootstrap_action",
    "parse_cluster",
    "parse_idle_timeout",
    "parse_managed_scaling",
    "parse_summary",
]


def parse_summary(data: Wire) -> ClusterSummary:
    """A ClusterSummary, or the part of a Cluster that is one."""
    status = section(data, "Status")
    reason = section(status, "StateChangeReason")
    timeline = section(status, "Timeline")
    return ClusterSummary(
        id=required_text(data, "Id"),
        name=text(data, "Name"),
        state=word(status, "State", ClusterState, ClusterState.UNKNOWN),
        reason_code=text(reason, "Code"),
        reason=_reason(status, text(reason, "Message")),
        created=when(timeline, "CreationDateTime"),
        ready=when(timeline, "ReadyDateTime"),
        ended=when(timeline, "EndDateTime"),
        normalized_instance_hours=number(data, "NormalizedInstanceHours"),
        arn=text(data, "ClusterArn"),
    )


def _reason(status: Wire, message: str) -> str:
    """The reason; the first error detail where EMR gives no message."""
    if message:
        return message
    for detail in items(status, "ErrorDetails"):
        return text(detail, "ErrorMessage")
    return ""


def parse_cluster(data: Wire) -> Cluster:
    """A Cluster of DescribeCluster; what it does not tell (policies, bootstrap) stays empty."""
    ec2 = section(data, "Ec2InstanceAttributes")
    return Cluster(
        summary=parse_summary(data),
        release=text(data, "ReleaseLabel") or text(data, "RunningAmiVersion"),
        applications=tuple(parse_application(part) for part in items(data, "Applications")),
        tags=tuple((text(tag, "Key"), text(tag, "Value")) for tag in items(data, "Tags")),
        uses_fleets=text(data, "InstanceCollectionType") == "INSTANCE_FLEET",
        keep_alive=not flag(data, "AutoTerminate"),
        termination_protected=flag(data, "TerminationProtected"),
        unhealthy_node_replacement=(
            flag(data, "UnhealthyNodeReplacement")
            if data.get("UnhealthyNodeReplacement") is not None
            else None
        ),
        step_concurrency=number(data, "StepConcurrencyLevel", 1),
        master_dns=text(data, "MasterPublicDnsName"),
        subnet_id=text(ec2, "Ec2SubnetId"),
        az=text(ec2, "Ec2AvailabilityZone"),
        key_name=text(ec2, "Ec2KeyName"),
        service_role=text(data, "ServiceRole"),
        instance_profile=text(ec2, "IamInstanceProfile"),
        auto_scaling_role=text(data, "AutoScalingRole"),
        security_configuration=text(data, "SecurityConfiguration"),
        log_uri=text(data, "LogUri"),
        root_volume_gib=optional_number(data, "EbsRootVolumeSize"),
        os_release=text(data, "OSReleaseLabel"),
        custom_ami=text(data, "CustomAmiId"),
        configurations_json=json.dumps(
            list(items(data, "Configurations")), sort_keys=True, default=str
        ),
        visible_to_all=flag(data, "VisibleToAllUsers", True),
    )


def parse_application(data: Wire) -> Application:
    """An Application of a cluster, or a SimplifiedApplication of a release."""
    return Application(text(data, "Name"), text(data, "Version"))


def parse_bootstrap_action(data: Wire) -> BootstrapAction:
    """A Command of ListBootstrapActions."""
    return BootstrapAction(text(data, "Name"), text(data, "ScriptPath"), texts(data, "Args"))


def parse_idle_timeout(data: Wire) -> int | None:
    """The answer of GetAutoTerminationPolicy: seconds, or ``None`` without a policy."""
    return optional_number(section(data, "AutoTerminationPolicy"), "IdleTimeout")


def parse_managed_scaling(data: Wire) -> ManagedScaling | None:
    """The answer of GetManagedScalingPolicy, or ``None`` without a policy."""
    limits = section(section(data, "ManagedScalingPolicy"), "ComputeLimits")
    if not limits:
        return None
    return ManagedScaling(
        unit_type=text(limits, "UnitType"),
        minimum=number(limits, "MinimumCapacityUnits"),
        maximum=number(limits, "MaximumCapacityUnits"),
        maximum_on_demand=optional_number(limits, "MaximumOnDemandCapacityUnits"),
        maximum_core=optional_number(limits, "MaximumCoreCapacityUnits"),
    )
