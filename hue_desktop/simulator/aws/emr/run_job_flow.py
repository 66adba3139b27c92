"""RunJobFlow: checks a request as EMR does and begins the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hue_desktop.simulator.aws.emr.capacity import CapacityRules, make_fleet, make_group
from hue_desktop.simulator.aws.emr.describe import present
from hue_desktop.simulator.aws.emr.errors import validation
from hue_desktop.simulator.aws.emr.policies import check_idle_timeout, check_managed_scaling
from hue_desktop.simulator.aws.emr.releases import application_versions, is_known, version_of
from hue_desktop.simulator.aws.emr.steps import check_steps
from hue_desktop.simulator.aws.emr.tags import check_tags
from hue_desktop.simulator.service import Call, Operation
from hue_desktop.simulator.world.clusters import Cluster, dfs_replication
from hue_desktop.simulator.world.world import World

__all__ = ["RunJobFlow"]

Json = dict[str, Any]
_MAX_BOOTSTRAP_ACTIONS = 16
_MAX_ACTIVE_CLUSTERS = 500


class RunJobFlow:
    """Creates clusters."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = CapacityRules(world)

    def operations(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"RunJobFlow": self.run_job_flow}

    def run_job_flow(self, call: Call) -> Json:
        """Create a cluster; ValidationException for what EMR would refuse."""
        request = call.params
        instances = request["Instances"]
        groups, fleets = self._capacity(instances)
        self._check(request, groups, fleets)
        cluster = self._cluster(request, instances, bool(fleets))
        for ordinal, config in enumerate(groups, start=1):
            group = make_group(self._world, cluster, config, ordinal)
            cluster.groups[group.id] = group
        for ordinal, config in enumerate(fleets, start=1):
            fleet = make_fleet(self._world, cluster, config, ordinal)
            cluster.fleets[fleet.id] = fleet
        self._world.clusters[cluster.id] = cluster
        for config in request.get("Steps") or ():
            self._world.work.add(cluster, config, request.get("StepExecutionRoleArn") or "")
        self._world.lifecycle.begin(cluster)
        core = sum(instance.role == "CORE" for instance in cluster.instances.values())
        cluster.dfs_replication = dfs_replication(cluster.configurations, core)
        self._attach_policies(cluster, groups)
        return {"JobFlowId": cluster.id, "ClusterArn": self._world.arn(cluster)}

    # The request

    def _capacity(self, instances: Json) -> tuple[list[Json], list[Json]]:
        """The groups or fleets asked for, in any of the three styles."""
        groups = list(instances.get("InstanceGroups") or ())
        fleets = list(instances.get("InstanceFleets") or ())
        simple = "MasterInstanceType" in instances or "SlaveInstanceType" in instances
        if groups and fleets:
            raise validation("Instance groups and instance fleets are mutually exclusive.")
        if simple and (groups or fleets):
            raise validation(
                "Only one of InstanceGroups, InstanceFleets or InstanceCount with "
                "MasterInstanceType and SlaveInstanceType may be specified."
            )
        if simple or (not groups and not fleets):
            return _simple_groups(instances), []
        return groups, fleets

    def _check(self, request: Mapping[str, Any], groups: list[Json], fleets: list[Json]) -> None:
        label = "" if self._world.compat == "moto" else request.get("ReleaseLabel") or ""
        _check_counts(request)
        check_tags(request.get("Tags") or ())
        check_steps(request.get("Steps") or (), int(request.get("StepConcurrencyLevel") or 1))
        if request.get("AutoTerminationPolicy"):
            check_idle_timeout(request["AutoTerminationPolicy"], label)
        if request.get("ManagedScalingPolicy"):
            check_managed_scaling(request["ManagedScalingPolicy"], label)
        _check_images(request)
        if self._world.compat == "moto":
            if _masters(request["Instances"]) not in (0, 1, 3):
                raise validation(
                    "Master instance group must have exactly 3 instances for HA clusters."
                )
            return
        self._check_release(request)
        live = sum(cluster.live for cluster in self._world.clusters.values())
        if live >= _MAX_ACTIVE_CLUSTERS:
            raise validation("The number of active clusters exceeds the limit of 500.")
        name = request.get("SecurityConfiguration")
        if name and name not in self._world.settings.security_configurations:
            raise validation(f"Security configuration with name '{name}' does not exist.")
        self._rules.check_groups(groups)
        self._rules.check_fleets(fleets, label)

    def _check_release(self, request: Mapping[str, Any]) -> None:
        label = request.get("ReleaseLabel")
        if label is None:
            if not request.get("AmiVersion"):
                raise validation("A release label or an AMI version must be specified.")
            return
        if not is_known(label):
            raise validation(f"The supplied release label is invalid: {label}.")
        known = application_versions(label)
        names = {name.lower() for name in known}
        for application in request.get("Applications") or ():
            name = application.get("Name") or ""
            if name.lower() not in names:
                raise validation(
                    f"Specified application: {name} is invalid or not supported for release "
                    f"label {label}."
                )

    # The cluster

    def _cluster(self, request: Mapping[str, Any], instances: Json, has_fleets: bool) -> Cluster:
        world = self._world
        world.settings.clusters_made += 1
        number = world.settings.clusters_made
        cluster = Cluster(
            id=world.chance.emr_id("j-", "cluster", number),
            number=number,
            name=request["Name"],
            created=world.at,
            az=self._az(instances, _subnets(instances), number),
            collection_type="INSTANCE_FLEET" if has_fleets else "INSTANCE_GROUP",
            release_label=request.get("ReleaseLabel") or "",
            keep_alive=bool(instances.get("KeepJobFlowAliveWhenNoSteps", False)),
            protected=bool(instances.get("TerminationProtected", False)),
            replace_unhealthy=_replaces_unhealthy(request, instances),
            visible_to_all=bool(request.get("VisibleToAllUsers", world.compat != "moto")),
            step_concurrency=int(request.get("StepConcurrencyLevel") or 1),
            extended_support=request.get("ExtendedSupport"),
            tags={tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or ()},
            applications=self._applications(request),
            configurations=list(request.get("Configurations") or ()),
            bootstrap_actions=list(request.get("BootstrapActions") or ()),
            request=_echoed(request),
            hdfs_fill=world.between((0.0005, 0.002), "hdfs-fill", number),
        )
        cluster.ec2_attributes = self._ec2_attributes(request, instances, cluster.az)
        if _masters(instances) > 1:
            cluster.protected = True
            cluster.keep_alive = True
        return cluster

    def _az(self, instances: Json, subnets: Sequence[str], number: int) -> str:
        """The zone asked for, or that of a default subnet asked for, or one that fits."""
        placement = instances.get("Placement") or {}
        asked = placement.get("AvailabilityZone") or next(
            iter(placement.get("AvailabilityZones") or ()), ""
        )
        if asked:
            return str(asked)
        if self._world.compat == "moto":
            return f"{self._world.region}a"
        for az in self._world.types.azs():
            if self._default_subnet(az) in subnets:
                return az
        azs = self._offering(instances)
        return azs[int(self._world.chance.unit("az", number) * len(azs))]

    def _default_subnet(self, az: str) -> str:
        """The zone's subnet of the default VPC."""
        return self._world.chance.hex_id("subnet-", az)

    def _offering(self, instances: Json) -> Sequence[str]:
        """The zones that offer every type asked for; all of them where none does."""
        types = self._world.types
        names = {group["InstanceType"] for group in instances.get("InstanceGroups") or ()}
        for fleet in instances.get("InstanceFleets") or ():
            names |= {spec["InstanceType"] for spec in fleet.get("InstanceTypeConfigs") or ()}
        found = [item for item in map(types.get, names) if item is not None]
        fitting = [az for az in types.azs() if all(az in item.azs for item in found)]
        return fitting or types.azs()

    def _applications(self, request: Mapping[str, Any]) -> list[Json]:
        asked = list(request.get("Applications") or ())
        asked += [
            present(Name=product.get("Name"), Args=product.get("Args"))
            for product in request.get("NewSupportedProducts") or ()
        ]
        if self._world.compat == "moto":
            return asked or [{"Name": "Hadoop", "Version": "0.18"}]
        known = application_versions(request.get("ReleaseLabel") or "")
        by_name = {name.lower(): (name, version) for name, version in known.items()}
        answered = []
        for application in asked or [{"Name": "Hadoop"}]:
            name, version = by_name.get(
                str(application.get("Name", "")).lower(), (application.get("Name"), None)
            )
            answered.append({**application, **present(Name=name, Version=version)})
        return answered

    def _ec2_attributes(self, request: Mapping[str, Any], instances: Json, az: str) -> Json:
        world = self._world
        subnets = _subnets(instances)
        default = self._default_subnet(az) if world.compat != "moto" else None
        chosen = default if default in subnets else next(iter(subnets), default)
        zones = (instances.get("Placement") or {}).get("AvailabilityZones") or []
        group = world.chance.hex_id
        return {
            "Ec2AvailabilityZone": az,
            "RequestedEc2SubnetIds": subnets,
            "RequestedEc2AvailabilityZones": zones,
            "AdditionalMasterSecurityGroups": instances.get("AdditionalMasterSecurityGroups") or [],
            "AdditionalSlaveSecurityGroups": instances.get("AdditionalSlaveSecurityGroups") or [],
            "EmrManagedMasterSecurityGroup": instances.get("EmrManagedMasterSecurityGroup")
            or group("sg-", "master"),
            "EmrManagedSlaveSecurityGroup": instances.get("EmrManagedSlaveSecurityGroup")
            or group("sg-", "slave"),
            **present(
                Ec2KeyName=instances.get("Ec2KeyName"),
                Ec2SubnetId=chosen,
                IamInstanceProfile=request.get("JobFlowRole")
                or ("EMRJobflowDefault" if world.compat == "moto" else None),
                ServiceAccessSecurityGroup=instances.get("ServiceAccessSecurityGroup"),
            ),
        }

    def _attach_policies(self, cluster: Cluster, groups: list[Json]) -> None:
        request = cluster.request
        if "ManagedScalingPolicy" in request:
            cluster.managed_scaling = request.pop("ManagedScalingPolicy")
        if "AutoTerminationPolicy" in request:
            policy = request.pop("AutoTerminationPolicy")
            cluster.idle_timeout = int(policy.get("IdleTimeout") or 3600)
            cluster.idle_policy_since = self._world.at
        for group, config in zip(cluster.groups.values(), groups, strict=bool(groups)):
            if config.get("AutoScalingPolicy"):
                self._world.scaling.attach(cluster, group, config["AutoScalingPolicy"])
        self._world.touch(cluster)


def _subnets(instances: Json) -> list[str]:
    """The subnets asked for."""
    return [*filter(None, [instances.get("Ec2SubnetId")]), *(instances.get("Ec2SubnetIds") or [])]


def _simple_groups(instances: Json) -> list[Json]:
    """The groups that MasterInstanceType, SlaveInstanceType and InstanceCount stand for."""
    count = int(instances.get("InstanceCount") or 1)
    master = instances.get("MasterInstanceType") or instances.get("SlaveInstanceType")
    if not master:
        raise validation("At least one of MasterInstanceType or InstanceGroups must be specified.")
    groups = [_simple_group("MASTER", master, 1)]
    if count > 1:
        groups.append(
            _simple_group("CORE", instances.get("SlaveInstanceType") or master, count - 1)
        )
    return groups


def _simple_group(role: str, instance_type: str, count: int) -> Json:
    return {
        "InstanceRole": role,
        "InstanceType": instance_type,
        "InstanceCount": count,
        "Market": "ON_DEMAND",
    }


def _check_counts(request: Mapping[str, Any]) -> None:
    actions = request.get("BootstrapActions") or ()
    if len(actions) > _MAX_BOOTSTRAP_ACTIONS:
        raise validation("Number of bootstrap actions exceeds the limit of 16.")
    level = request.get("StepConcurrencyLevel")
    if level is not None and not 1 <= level <= 256:
        raise validation("Step concurrency level must be between 1 and 256.")


def _check_images(request: Mapping[str, Any]) -> None:
    label, ami = request.get("ReleaseLabel"), request.get("AmiVersion")
    if label and ami:
        raise validation(
            "Only one AMI version and release label may be specified. "
            f"Provided AMI: {ami}, release label: {label}."
        )
    if request.get("CustomAmiId"):
        if ami:
            raise validation("Custom AMI is not supported in this version of EMR")
        if label and version_of(label) < (5, 7, 0):
            raise validation("Custom AMI is not allowed")


def _replaces_unhealthy(request: Mapping[str, Any], instances: Json) -> bool:
    """As asked; else on, but for lone and for HA clusters up to 7.0 only without protection."""
    if instances.get("UnhealthyNodeReplacement") is not None:
        return bool(instances["UnhealthyNodeReplacement"])
    if version_of(request.get("ReleaseLabel")) > (7, 0, 99):
        return True
    groups = instances.get("InstanceGroups") or ()
    alone = sum(int(group.get("InstanceCount", 0)) for group in groups) == 1
    if _masters(instances) > 1:
        return False  # such clusters are protected
    return not (alone and instances.get("TerminationProtected"))


def _masters(instances: Json) -> int:
    return sum(
        int(group.get("InstanceCount", 0))
        for group in instances.get("InstanceGroups") or ()
        if group["InstanceRole"] == "MASTER"
    )


def _echoed(request: Mapping[str, Any]) -> Json:
    """What DescribeCluster repeats, and the policies until they are attached."""
    label = request.get("ReleaseLabel") or ""
    kept = {
        name: request[name]
        for name in (
            "AutoScalingRole",
            "AutoTerminationPolicy",
            "CustomAmiId",
            "EbsRootVolumeIops",
            "EbsRootVolumeSize",
            "EbsRootVolumeThroughput",
            "LogEncryptionKmsKeyId",
            "LogUri",
            "ManagedScalingPolicy",
            "MonitoringConfiguration",
            "OSReleaseLabel",
            "RepoUpgradeOnBoot",
            "SecurityConfiguration",
            "ServiceRole",
            "SessionEnabled",
        )
        if request.get(name) is not None
    }
    if request.get("KerberosAttributes"):
        hidden = {"KdcAdminPassword", "CrossRealmTrustPrincipalPassword", "ADDomainJoinPassword"}
        kept["KerberosAttributes"] = {
            name: "********" if name in hidden else value
            for name, value in request["KerberosAttributes"].items()
        }
    if request.get("PlacementGroupConfigs"):
        kept["PlacementGroups"] = list(request["PlacementGroupConfigs"])
    if request.get("AmiVersion"):
        kept["RequestedAmiVersion"] = kept["RunningAmiVersion"] = request["AmiVersion"]
    elif not label:
        kept["RunningAmiVersion"] = "1.0.0"
    kept["ScaleDownBehavior"] = request.get("ScaleDownBehavior") or "TERMINATE_AT_TASK_COMPLETION"
    if label:
        kept.setdefault("EbsRootVolumeSize", 15 if version_of(label) >= (6, 10, 0) else 10)
        if version_of(label) >= (6, 15, 0):
            kept.setdefault("EbsRootVolumeIops", 3000)
            kept.setdefault("EbsRootVolumeThroughput", 125)
    return kept
