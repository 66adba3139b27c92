"""From the members of EMR's answers to entities of the world, ids, states and times kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from hue_desktop.simulator.world.clusters import (
    ENDED_STATES,
    LIVE_STATES,
    Cluster,
    dfs_replication,
)
from hue_desktop.simulator.world.collections import InstanceFleet, InstanceGroup
from hue_desktop.simulator.world.described import (
    Described,
    DescriptionError,
    action_of,
    instant,
    volumes_of,
)
from hue_desktop.simulator.world.documents import NEVER
from hue_desktop.simulator.world.instances import Instance
from hue_desktop.simulator.world.load import hdfs_capacity
from hue_desktop.simulator.world.provisioning import MAX_GROUP_INSTANCES, max_fleet_instances
from hue_desktop.simulator.world.steps import ACTIVE_STATES, Step

if TYPE_CHECKING:
    from hue_desktop.simulator.world.world import World

__all__ = ["Loader"]

Json = dict[str, Any]
_STATES = (*LIVE_STATES, "TERMINATING", *ENDED_STATES)
_STEP_STATES = (*ACTIVE_STATES, "COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")
#: Members of Cluster that become fields of their own and are not kept as they are.
_FIELDS = frozenset(
    {
        "Applications",
        "AutoTerminate",
        "BootstrapActions",
        "ClusterArn",
        "Configurations",
        "Ec2InstanceAttributes",
        "ExtendedSupport",
        "Id",
        "InstanceCollectionType",
        "InstanceFleets",
        "InstanceGroups",
        "MasterPublicDnsName",
        "Name",
        "NormalizedInstanceHours",
        "ReleaseLabel",
        "Status",
        "StepConcurrencyLevel",
        "Tags",
        "TerminationProtected",
        "UnhealthyNodeReplacement",
        "VisibleToAllUsers",
    }
)


class Loader:
    """Reads one described cluster; :meth:`read` first, then :meth:`settle`."""

    def __init__(self, world: World, described: Described) -> None:
        self._world = world
        self._described = described
        self._groups: list[InstanceGroup | InstanceFleet] = []
        self._instances: list[Instance] = []
        self._steps: list[Step] = []
        self._cluster: Cluster | None = None

    def read(self) -> Loader:
        """Make the entities; DescriptionError for what is missing."""
        described = self._described
        if not described.of("InstanceGroups") and not described.of("InstanceFleets"):
            self._refuse(
                f"nothing tells the instance groups or fleets of {described.id}; "
                "add what 'aws emr list-instance-groups' or 'list-instance-fleets' prints."
            )
        self._cluster = self._read_cluster()
        for ordinal, item in enumerate(described.of("InstanceGroups"), start=1):
            self._groups.append(self._read_group(item, ordinal))
        for ordinal, item in enumerate(described.of("InstanceFleets"), start=1):
            self._groups.append(self._read_fleet(item, ordinal))
        by_id = {item.id: item for item in self._groups}
        for item in described.of("Instances"):
            self._instances.append(self._read_instance(item, by_id))
        for ordinal, item in enumerate(self._in_order(described.of("Steps")), start=1):
            self._steps.append(self._read_step(item, ordinal))
        return self

    def _refuse(self, problem: str) -> NoReturn:
        raise DescriptionError(f"{self._described.file}: {problem}")

    # Reading

    def _read_cluster(self) -> Cluster:
        told = self._described.cluster
        status = told["Status"]
        state = status.get("State")
        if state not in _STATES:
            self._refuse(f"{state!r} is not the state of a cluster.")
        line, reason = status.get("Timeline") or {}, status.get("StateChangeReason") or {}
        attributes = told.get("Ec2InstanceAttributes") or {}
        fleets = bool(self._described.of("InstanceFleets"))
        return Cluster(
            id=told["Id"],
            number=0,
            name=told["Name"],
            created=instant(line.get("CreationDateTime"), self._world.at),
            az=attributes.get("Ec2AvailabilityZone") or self._world.types.azs()[0],
            collection_type="INSTANCE_FLEET" if fleets else "INSTANCE_GROUP",
            state=state,
            reason_code=reason.get("Code") or "",
            reason_message=reason.get("Message") or "",
            error_details=status.get("ErrorDetails") or [],
            ready=instant(line.get("ReadyDateTime"), NEVER),
            ended=instant(line.get("EndDateTime"), NEVER),
            release_label=told.get("ReleaseLabel") or "",
            keep_alive=not told.get("AutoTerminate", False),
            protected=bool(told.get("TerminationProtected", False)),
            replace_unhealthy=bool(told.get("UnhealthyNodeReplacement", True)),
            visible_to_all=bool(told.get("VisibleToAllUsers", True)),
            step_concurrency=int(told.get("StepConcurrencyLevel") or 1),
            extended_support=told.get("ExtendedSupport"),
            tags={tag["Key"]: tag.get("Value") or "" for tag in told.get("Tags") or ()},
            applications=told.get("Applications") or [],
            configurations=told.get("Configurations") or [],
            bootstrap_actions=[action_of(item) for item in self._described.of("BootstrapActions")],
            ec2_attributes=attributes,
            request={name: value for name, value in told.items() if name not in _FIELDS},
            hdfs_fill=0.2,
            loaded={
                "file": self._described.file,
                "since": self._world.at,
                "NormalizedInstanceHours": told.get("NormalizedInstanceHours") or 0,
                "MasterPublicDnsName": told.get("MasterPublicDnsName") or "",
            },
        )

    def _is_over(self) -> bool:
        return self._described.cluster["Status"].get("State") in ENDED_STATES

    def _common(self, item: Json, ordinal: int, role: str | None) -> Json:
        if role not in ("MASTER", "CORE", "TASK"):
            self._refuse(f"{item['Id']} has the unknown role {role!r}.")
        line = item["Status"].get("Timeline") or {}
        reason = item["Status"].get("StateChangeReason") or {}
        return {
            "id": item["Id"],
            "cluster_id": self._described.id,
            "role": role,
            "name": item.get("Name") or "",
            "created": instant(line.get("CreationDateTime"), self._world.at),
            "ordinal": ordinal,
            "ready": instant(line.get("ReadyDateTime"), NEVER),
            "ended": instant(line.get("EndDateTime"), NEVER) if self._is_over() else NEVER,
            "reason_code": reason.get("Code") or "",
            "reason_message": reason.get("Message") or "",
            "suspended": item["Status"].get("State") in ("SUSPENDED", "ARRESTED"),
            "arrested": item["Status"].get("State") == "ARRESTED",
        }

    def _read_group(self, item: Json, ordinal: int) -> InstanceGroup:
        if not item.get("InstanceType"):
            self._refuse(f"group {item['Id']} has no InstanceType.")
        running = int(item.get("RunningInstanceCount") or 0)
        target = int(item.get("RequestedInstanceCount", running))
        if not 0 <= target <= MAX_GROUP_INSTANCES:
            self._refuse(f"group {item['Id']} cannot have {target} instances.")
        policy = item.get("AutoScalingPolicy") or {}
        return InstanceGroup(
            **self._common(item, ordinal, item.get("InstanceGroupType")),
            instance_type=item["InstanceType"],
            market=item.get("Market") or "ON_DEMAND",
            target=target,
            bid_price=item.get("BidPrice") or "",
            configurations=item.get("Configurations") or [],
            configurations_version=int(item.get("ConfigurationsVersion") or 0),
            applied_configurations=item.get("LastSuccessfullyAppliedConfigurations") or [],
            applied_version=int(item.get("LastSuccessfullyAppliedConfigurationsVersion") or 0),
            volumes=volumes_of(item.get("EbsBlockDevices") or ()),
            ebs_optimized=item.get("EbsOptimized"),
            shrink_policy=item.get("ShrinkPolicy") or {},
            auto_scaling={"Constraints": policy["Constraints"], "Rules": policy["Rules"]}
            if policy
            else None,
            auto_scaling_since=0.0 if policy else NEVER,
            custom_ami_id=item.get("CustomAmiId") or "",
        )

    def _read_fleet(self, item: Json, ordinal: int) -> InstanceFleet:
        specs = [
            {
                "instance_type": spec["InstanceType"],
                "weight": spec.get("WeightedCapacity") or 1,
                "bid_price": spec.get("BidPrice") or "",
                "bid_percent": spec.get("BidPriceAsPercentageOfOnDemandPrice"),
                "volumes": [list(item) for item in volumes_of(spec.get("EbsBlockDevices") or ())],
                "ebs_optimized": spec.get("EbsOptimized"),
                "configurations": spec.get("Configurations"),
                "custom_ami_id": spec.get("CustomAmiId") or "",
                "priority": spec.get("Priority"),
            }
            for spec in item.get("InstanceTypeSpecifications") or ()
        ]
        if not specs:
            self._refuse(f"fleet {item['Id']} has no InstanceTypeSpecifications.")
        if min(spec["weight"] for spec in specs) < 1:
            self._refuse(f"fleet {item['Id']} has a WeightedCapacity below 1.")
        on_demand = int(item.get("TargetOnDemandCapacity") or 0)
        spot = int(item.get("TargetSpotCapacity") or 0)
        most = max_fleet_instances("emr-7.7.0") * max(spec["weight"] for spec in specs)
        if min(on_demand, spot) < 0 or on_demand + spot > most:
            self._refuse(f"fleet {item['Id']} cannot have {on_demand} and {spot} units.")
        return InstanceFleet(
            **self._common(item, ordinal, item.get("InstanceFleetType")),
            on_demand_target=on_demand,
            spot_target=spot,
            specs=specs,
            launch_specifications=item.get("LaunchSpecifications") or {},
            resize_specifications=item.get("ResizeSpecifications") or {},
            context=item.get("Context") or "",
        )

    def _read_instance(
        self, item: Json, by_id: dict[str, InstanceGroup | InstanceFleet]
    ) -> Instance:
        owner = self._owner(item, by_id)
        fleet = isinstance(owner, InstanceFleet)
        line = item["Status"].get("Timeline") or {}
        reason = item["Status"].get("StateChangeReason") or {}
        instance = Instance(
            id=item["Id"],
            ec2_id=item.get("Ec2InstanceId") or "",
            cluster_id=self._described.id,
            role=owner.role,
            instance_type=str(item.get("InstanceType") or getattr(owner, "instance_type", "")),
            market=str(item.get("Market") or getattr(owner, "market", "ON_DEMAND")),
            az=self._cluster.az if self._cluster else "",
            number=0,
            created=instant(line.get("CreationDateTime"), self._world.at),
            group_id="" if fleet else owner.id,
            fleet_id=owner.id if fleet else "",
            end_code=reason.get("Code") or "",
            end_message=reason.get("Message") or "",
            address=item.get("PrivateIpAddress") or "",
            public_address=item.get("PublicIpAddress") or "",
            private_name=item.get("PrivateDnsName") or "",
            public_name=item.get("PublicDnsName") or "",
            loaded_volumes=[
                [volume.get("Device") or "", volume.get("VolumeId") or ""]
                for volume in item.get("EbsVolumes") or ()
            ],
        )
        if isinstance(owner, InstanceFleet):
            for spec in owner.types():
                if spec.instance_type == instance.instance_type:
                    instance.weight = spec.weight
        self._set_course(instance, item["Status"].get("State"), line)
        return instance

    def _owner(
        self, item: Json, by_id: dict[str, InstanceGroup | InstanceFleet]
    ) -> InstanceGroup | InstanceFleet:
        """The group or fleet of an instance; old answers do not tell it, so names have to."""
        told = item.get("InstanceGroupId") or item.get("InstanceFleetId")
        if told in by_id:
            return by_id[told]
        if not told:
            master = item.get("PublicDnsName") or item.get("PrivateDnsName")
            is_master = master == self._described.cluster.get("MasterPublicDnsName")
            fitting = [owner for owner in self._groups if (owner.role == "MASTER") == is_master]
            if len(fitting) == 1:
                return fitting[0]
        self._refuse(
            f"instance {item['Id']} belongs to no instance group or fleet that the files describe."
        )

    def _set_course(self, instance: Instance, state: str | None, line: Json) -> None:
        """The instants that put an instance into its state now, and on from there."""
        at = self._world.at
        ready = instant(line.get("ReadyDateTime"), instance.created)
        if state == "AWAITING_FULFILLMENT":
            return
        instance.fulfilled = min(instance.created, at)
        instance.booted = instance.fulfilled
        instance.ready = min(ready, at)
        if state == "PROVISIONING":
            instance.booted, instance.ready = at + 60.0, at + 150.0
        elif state == "BOOTSTRAPPING":
            instance.ready = at + 90.0
        elif state == "TERMINATED":
            instance.ended = min(at, instant(line.get("EndDateTime"), ready))
        elif state != "RUNNING":
            self._refuse(f"{state!r} of {instance.id} is not the state of an instance.")

    def _in_order(self, steps: list[Json]) -> list[Json]:
        """Steps oldest first; ListSteps tells the newest first."""
        newest_first = list(reversed(steps))
        return sorted(
            newest_first,
            key=lambda item: instant(
                (item["Status"].get("Timeline") or {}).get("CreationDateTime"), 0.0
            ),
        )

    def _read_step(self, item: Json, ordinal: int) -> Step:
        status = item["Status"]
        line, config = status.get("Timeline") or {}, item.get("Config") or {}
        failure = status.get("FailureDetails") or {}
        applications = (item.get("AdditionalInfo") or {}).get("ResourceManagerApplicationIds")
        state = status.get("State") or "COMPLETED"
        if state not in _STEP_STATES:
            self._refuse(f"{state!r} of {item['Id']} is not the state of a step.")
        return Step(
            id=item["Id"],
            cluster_id=self._described.id,
            ordinal=ordinal,
            name=item.get("Name") or "",
            jar=config.get("Jar") or "",
            created=instant(line.get("CreationDateTime"), self._world.at),
            args=config.get("Args") or [],
            properties=config.get("Properties") or {},
            main_class=config.get("MainClass") or "",
            action_on_failure=item.get("ActionOnFailure") or "CONTINUE",
            state=state,
            started=instant(line.get("StartDateTime"), NEVER),
            ended=instant(line.get("EndDateTime"), NEVER),
            message=(status.get("StateChangeReason") or {}).get("Message") or "",
            failure_reason=failure.get("Reason") or "",
            failure_message=failure.get("Message") or "",
            failure_log=failure.get("LogFile") or "",
            containers=8,
            application_id=(applications or [""])[0],
        )

    # Living on

    def settle(self) -> None:
        """Put the entities into the world and let them live on from now."""
        world, cluster = self._world, self._cluster
        assert cluster is not None
        world.settings.clusters_made += 1
        cluster.number = world.settings.clusters_made
        world.clusters[cluster.id] = cluster
        for item in self._groups:
            where = cluster.groups if isinstance(item, InstanceGroup) else cluster.fleets
            where[item.id] = item  # type: ignore[assignment]
        for instance in self._instances:
            self._adopt(cluster, instance)
        for step in self._steps:
            cluster.steps[step.id] = step
            if step.state in ACTIVE_STATES:
                cluster.active_steps[step.id] = step
        cluster.steps_added = len(self._steps)
        core = sum(item.role == "CORE" and item.alive for item in self._instances)
        cluster.dfs_replication = dfs_replication(cluster.configurations, core)
        world.touch(cluster, *self._groups, *self._instances, *self._steps)
        self._go_on(cluster)

    def _adopt(self, cluster: Cluster, instance: Instance) -> None:
        self._world.settings.instances_made += 1
        instance.number = self._world.settings.instances_made
        if not instance.ec2_id:
            instance.ec2_id = self._world.chance.hex_id("i-", cluster.id, instance.id)
        owner = self._world.collection(cluster, instance.collection_id)
        self._world.provisioning.adopt(cluster, owner, instance)

    def _go_on(self, cluster: Cluster) -> None:
        world = self._world
        if cluster.ended_already:
            cluster.ended = min(cluster.ended, world.at)
            world.schedule(world.at + 61 * 86400.0, "cluster-forgotten", cluster.id)
            return
        if cluster.state == "TERMINATING":
            cluster.terminating = world.at
            world.schedule(world.at + 60.0, "cluster-ended", cluster.id)
            return
        world.schedule(world.at + 86400.0, "cluster-swept", cluster.id)
        starting = cluster.state in ("STARTING", "BOOTSTRAPPING")
        for item in self._groups:
            if not starting and item.ready == NEVER:
                item.ready = world.at
            if not item.members and not item.suspended:
                self._populate(cluster, item)
            world.provisioning.start_waiting(cluster, item)
        if starting:
            world.lifecycle.reconsider(cluster)
            return
        if cluster.ready == NEVER:
            cluster.ready = min(cluster.created, world.at)
        cluster.hdfs_base = cluster.hdfs_fill * hdfs_capacity(world, cluster, world.at)
        for item in self._groups:
            world.resizing.expect(cluster, item)
        world.work.go_on_from_files(cluster)

    def _populate(self, cluster: Cluster, item: InstanceGroup | InstanceFleet) -> None:
        """No file told its instances: make as many as the group or fleet asks for, running."""
        world = self._world
        if isinstance(item, InstanceGroup):
            made = world.provisioning.launch_group(cluster, item, item.target)
        else:
            launch = world.provisioning.launch_fleet
            made = launch(cluster, item, "ON_DEMAND", item.on_demand_target)
            made += launch(cluster, item, "SPOT", item.spot_target)
        if cluster.state in ("RUNNING", "WAITING"):
            for instance in made:
                instance.created = instance.fulfilled = instance.booted = item.created
                instance.ready = min(world.at, max(item.created, cluster.ready))
                world.touch(instance)
