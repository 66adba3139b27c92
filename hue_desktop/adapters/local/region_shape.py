"""A cluster as a simulated region's control API takes it: EMR's own JSON, and our shapes.

Groups, fleets, nodes and steps are written as ``aws emr describe-cluster`` and ``list-…`` print
them. Only what a snapshot knows is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hue_desktop.core.clusters import ClusterSnapshot
from hue_desktop.core.errors import Refused
from hue_desktop.core.instances import EbsVolume, Instance, InstanceFleet, InstanceGroup
from hue_desktop.core.rehearsal_ports import ClusterShape, HdfsShape, RunningWork
from hue_desktop.core.steps import Step
from hue_desktop.core.text import _

__all__ = ["load_request"]

_Json = dict[str, Any]


def load_request(shape: ClusterShape) -> _Json:
    """The body of ``load``. ``Refused`` for a snapshot of which too little was read."""
    snapshot = shape.snapshot
    if snapshot.cluster is None or (snapshot.groups is None and snapshot.fleets is None):
        raise Refused(_("The cluster has not been read yet, so no copy of it can be made."))
    documents: list[_Json] = [
        {"Cluster": _cluster(snapshot)},
        {"InstanceGroups": [_group(each) for each in snapshot.groups or ()]},
        {"InstanceFleets": [_fleet(each) for each in snapshot.fleets or ()]},
        {"Instances": [_instance(each, snapshot) for each in snapshot.nodes()]},
        {"Steps": [_step(each) for each in snapshot.steps or () if each.state.active]},
    ]
    request: _Json = {"documents": [each for each in documents if any(each.values())]}
    if shape.hdfs is not None:
        request["hdfs"] = _hdfs(shape.hdfs)
    if shape.work is not None:
        request["yarn"] = {"applications": [_application(each) for each in shape.work]}
    return request


def _cluster(snapshot: ClusterSnapshot) -> _Json:
    cluster, summary = snapshot.cluster, snapshot.summary
    assert cluster is not None
    return _known(
        Id=cluster.id,
        Name=cluster.name or cluster.id,
        Status=_status(
            cluster.state.value, created=summary.created, ready=summary.ready, ended=summary.ended
        ),
        Ec2InstanceAttributes=_known(
            Ec2KeyName=cluster.key_name,
            Ec2SubnetId=cluster.subnet_id,
            Ec2AvailabilityZone=cluster.az,
            IamInstanceProfile=cluster.instance_profile,
        ),
        InstanceCollectionType="INSTANCE_FLEET" if cluster.uses_fleets else "INSTANCE_GROUP",
        LogUri=cluster.log_uri,
        ReleaseLabel=cluster.release,
        AutoTerminate=not cluster.keep_alive,
        TerminationProtected=cluster.termination_protected,
        UnhealthyNodeReplacement=cluster.unhealthy_node_replacement,
        Applications=[
            _known(Name=each.name, Version=each.version) for each in cluster.applications
        ],
        Tags=[{"Key": key, "Value": value} for key, value in cluster.tags],
        Configurations=json.loads(cluster.configurations_json or "[]"),
        ServiceRole=cluster.service_role,
        MasterPublicDnsName=cluster.master_dns,
        StepConcurrencyLevel=cluster.step_concurrency,
        EbsRootVolumeSize=cluster.root_volume_gib,
    )


def _group(group: InstanceGroup) -> _Json:
    bid = group.bid_usd_hour
    return _known(
        Id=group.id,
        Name=group.name,
        Market=group.market.value,
        InstanceGroupType=group.role.value,
        BidPrice=None if bid is None else f"{bid:g}",
        InstanceType=group.instance_type,
        RequestedInstanceCount=group.requested,
        RunningInstanceCount=group.running,
        Status=_status(group.state.value, created=group.created, ready=group.ready),
        EbsBlockDevices=_volumes(group.ebs_volumes),
    )


def _fleet(fleet: InstanceFleet) -> _Json:
    types = [
        _known(
            InstanceType=each.instance_type,
            WeightedCapacity=each.weight,
            BidPrice=None if each.bid_usd_hour is None else f"{each.bid_usd_hour:g}",
            BidPriceAsPercentageOfOnDemandPrice=each.bid_percent_of_on_demand,
            EbsBlockDevices=_volumes(each.ebs_volumes),
        )
        for each in fleet.types
    ]
    launch: _Json = {}
    if fleet.timeout_minutes and fleet.timeout_action:
        launch["SpotSpecification"] = _known(
            TimeoutDurationMinutes=fleet.timeout_minutes,
            TimeoutAction=fleet.timeout_action,
            AllocationStrategy=fleet.spot_strategy,
        )
    return _known(
        Id=fleet.id,
        Name=fleet.name,
        InstanceFleetType=fleet.role.value,
        TargetOnDemandCapacity=fleet.target_on_demand,
        TargetSpotCapacity=fleet.target_spot,
        ProvisionedOnDemandCapacity=fleet.provisioned_on_demand,
        ProvisionedSpotCapacity=fleet.provisioned_spot,
        InstanceTypeSpecifications=types,
        LaunchSpecifications=launch,
        Status=_status(fleet.state.value, created=fleet.created, ready=fleet.ready),
    )


def _instance(node: Instance, snapshot: ClusterSnapshot) -> _Json:
    owner = "InstanceFleetId" if snapshot.fleets else "InstanceGroupId"
    told = {
        "Id": node.id,
        "Ec2InstanceId": node.ec2_id,
        "PublicDnsName": node.public_dns,
        "PrivateDnsName": node.private_dns,
        "PrivateIpAddress": node.private_ip,
        owner: node.group_id,
        "Market": node.market.value,
        "InstanceType": node.instance_type,
    }
    status = _status(node.state.value, created=node.created, ready=node.ready, ended=node.ended)
    return {**_known(**told), "Status": status}


def _step(step: Step) -> _Json:
    return _known(
        Id=step.id,
        Name=step.spec.name,
        Config=_known(Jar=step.spec.jar, Args=list(step.spec.args), MainClass=step.spec.main_class),
        ActionOnFailure=step.spec.action_on_failure.value,
        Status={
            "State": step.state.value,
            "Timeline": _known(
                CreationDateTime=_time(step.created), StartDateTime=_time(step.started)
            ),
        },
    )


def _status(
    state: str,
    *,
    created: datetime | None,
    ready: datetime | None,
    ended: datetime | None = None,
) -> _Json:
    line = _known(
        CreationDateTime=_time(created), ReadyDateTime=_time(ready), EndDateTime=_time(ended)
    )
    return {"State": state, "Timeline": line}


def _time(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _volumes(volumes: Iterable[EbsVolume]) -> list[_Json]:
    return [
        {
            "Device": volume.device,
            "VolumeSpecification": _known(
                VolumeType=volume.volume_type,
                SizeInGB=volume.size_gib,
                Iops=volume.iops,
                Throughput=volume.throughput_mib_s,
            ),
        }
        for volume in volumes
    ]


def _application(work: RunningWork) -> _Json:
    told = _known(name=work.name, user=work.user, queue=work.queue, kind=work.kind)
    told |= {"containers": work.containers, "elapsed_s": work.elapsed_s, "left_s": work.left_s}
    return {**told, "step": work.step_id} if work.step_id else told


def _hdfs(shape: HdfsShape) -> _Json:
    nodes = [
        _known(instance=ec2_id, capacity=capacity, used=used)
        for ec2_id, capacity, used in shape.nodes
    ]
    told: _Json = {"replication": max(1, shape.replication), "datanodes": nodes}
    table = shape.table
    if table is None:
        return told
    place = {ec2_id: number for number, (ec2_id, _capacity, _used) in enumerate(shape.nodes)}
    numbers = [place.get(shape.hosts.get(host, ""), -1) for host in table.hosts]
    files: list[list[Any]] = [
        [table.path(number), max(1, int(table.factors[number])), []]
        for number in range(table.files)
    ]
    starts = table.starts.tolist()
    replicas = table.replicas.tolist()
    owners, lengths = table.file.tolist(), table.length.tolist()
    for block, (file, length) in enumerate(zip(owners, lengths, strict=True)):
        on = [numbers[host] for host in replicas[starts[block] : starts[block + 1]]]
        files[file][2].append([length, [number for number in on if number >= 0]])
    told["files"] = files
    return told


def _known(**members: Any) -> _Json:
    """The members that have a value: unknown ones are left out, as AWS does."""
    return {name: value for name, value in members.items() if value not in (None, "", (), [])}
