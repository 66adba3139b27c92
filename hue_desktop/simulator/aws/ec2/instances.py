"""DescribeInstances, DescribeInstanceStatus, DescribeInstanceAttribute and TerminateInstances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hue_desktop.simulator.aws.ec2.nodes import STATE_CODES, Node, Nodes, moment
from hue_desktop.simulator.aws.ec2.requests import Filters, check_dry_run, invalid, paged
from hue_desktop.simulator.service import ApiError, Call, Operation
from hue_desktop.simulator.world.world import World

__all__ = ["InstanceOperations"]

Json = dict[str, Any]

_INITIALIZING_S = 120.0
_JOB_FLOW_TAG = "tag:aws:elasticmapreduce:job-flow-id"


class InstanceOperations:
    """The operations on instances."""

    def __init__(self, world: World, nodes: Nodes) -> None:
        self._world = world
        self._nodes = nodes
        self._getters = self._make_getters()

    def operations(self) -> Mapping[str, Operation]:
        """By model name."""
        return {
            "DescribeInstanceAttribute": self.describe_instance_attribute,
            "DescribeInstanceStatus": self.describe_instance_status,
            "DescribeInstances": self.describe_instances,
            "TerminateInstances": self.terminate_instances,
        }

    def describe_instances(self, call: Call) -> Json:
        """The nodes, grouped into the reservations that launched them."""
        check_dry_run(call)
        shown, token = paged(call, self._select(call, self._getters))
        reservations: dict[str, Json] = {}
        for node in shown:
            key = self._nodes.reservation_id(node)
            if key not in reservations:
                reservations[key] = {
                    "ReservationId": key,
                    "OwnerId": self._world.account_id,
                    "RequesterId": "940372691376",  # the service that launches for EMR
                    "Groups": [],
                    "Instances": [],
                }
            launched = reservations[key]["Instances"]
            launched.append(self._instance(node, len(launched)))
        return {"Reservations": list(reservations.values()), "NextToken": token}

    def describe_instance_status(self, call: Call) -> Json:
        """Running nodes, or all of them with ``IncludeAllInstances``."""
        check_dry_run(call)
        getters = {
            "availability-zone": lambda node: [node.instance.az],
            "instance-state-code": lambda node: [str(STATE_CODES[node.state])],
            "instance-state-name": lambda node: [node.state],
            "instance-status.status": lambda node: [self._health(node)],
            "system-status.status": lambda node: [self._health(node)],
        }
        found = self._select(call, getters)
        if not call.params.get("IncludeAllInstances"):
            found = [node for node in found if node.state == "running"]
        shown, token = paged(call, found)
        return {"InstanceStatuses": [self._status(node) for node in shown], "NextToken": token}

    def describe_instance_attribute(self, call: Call) -> Json:
        """One attribute of a node; those that EMR decides are known."""
        check_dry_run(call)
        node = self._existing(call.params["InstanceId"])
        attribute = call.params["Attribute"]
        answer: Json = {"InstanceId": node.id}
        if attribute == "disableApiTermination":
            answer["DisableApiTermination"] = {"Value": self._protected(node)}
        elif attribute == "instanceType":
            answer["InstanceType"] = {"Value": node.instance.instance_type}
        elif attribute == "instanceInitiatedShutdownBehavior":
            answer["InstanceInitiatedShutdownBehavior"] = {"Value": "terminate"}
        elif attribute == "groupSet":
            answer["Groups"] = self._groups(node)
        elif attribute == "rootDeviceName":
            answer["RootDeviceName"] = {"Value": "/dev/xvda"}
        elif attribute == "blockDeviceMapping":
            answer["BlockDeviceMappings"] = self._devices(node)
        else:
            raise invalid(f"Attribute {attribute} is not simulated for cluster instances")
        return answer

    def terminate_instances(self, call: Call) -> Json:
        """End nodes as EC2 does: all ids are checked before the first one goes."""
        targets = [self._existing(key) for key in dict.fromkeys(call.params["InstanceIds"])]
        for node in targets:
            if self._protected(node) and not node.gone:
                raise ApiError(
                    "OperationNotPermitted",
                    f"The instance '{node.id}' may not be terminated. Modify its"
                    " 'disableApiTermination' instance attribute and try again.",
                )
        check_dry_run(call)
        changes = []
        for node in targets:
            if not node.gone:
                self._world.terminate_ec2(
                    node.id, "INSTANCE_FAILURE", f"Instance {node.id} was terminated by the user."
                )
            after = self._nodes.get(node.id)
            ending = after.state if after is not None and after.gone else "shutting-down"
            changes.append(
                {
                    "InstanceId": node.id,
                    "CurrentState": _state(ending),
                    "PreviousState": _state(node.state),
                }
            )
        return {"TerminatingInstances": changes}

    def _select(self, call: Call, getters: Mapping[str, Any]) -> list[Node]:
        filters = Filters(call, getters)
        wanted = call.params.get("InstanceIds")
        if wanted:
            found: Iterable[Node] = [self._existing(key) for key in dict.fromkeys(wanted)]
        elif quick := filters.plain("instance-id"):
            found = [node for key in quick if (node := self._nodes.get(key)) is not None]
        else:
            found = self._nodes.all(filters.plain(_JOB_FLOW_TAG) or None)
        return [node for node in found if filters.match(node)]

    def _existing(self, ec2_id: str) -> Node:
        node = self._nodes.get(ec2_id)
        if node is None:
            if not ec2_id.startswith("i-"):
                raise ApiError("InvalidInstanceID.Malformed", f'Invalid id: "{ec2_id}"')
            raise ApiError(
                "InvalidInstanceID.NotFound", f"The instance ID '{ec2_id}' does not exist"
            )
        return node

    def _protected(self, node: Node) -> bool:
        return node.cluster.protected and not node.cluster.ended_already

    def _instance(self, node: Node, index: int) -> Json:
        instance, world = node.instance, self._world
        found = world.types.get(instance.instance_type)
        vcpu = found.vcpu if found is not None else 4
        threads = 1 if found is None or found.arch == "arm64" or vcpu < 2 else 2
        attributes = node.cluster.ec2_attributes
        profile = attributes.get("IamInstanceProfile")
        answer: Json = {
            "AmiLaunchIndex": index,
            "Architecture": found.arch if found is not None else "x86_64",
            "BlockDeviceMappings": [] if node.gone else self._devices(node),
            "CpuOptions": {"CoreCount": vcpu // threads, "ThreadsPerCore": threads},
            "EbsOptimized": True,
            "EnaSupport": True,
            "Hypervisor": "xen",
            "ImageId": self._nodes.image_id(node),
            "InstanceId": node.id,
            "InstanceType": instance.instance_type,
            "KeyName": attributes.get("Ec2KeyName"),
            "LaunchTime": moment(instance.fulfilled),
            "Monitoring": {"State": "disabled"},
            "Placement": {
                "AvailabilityZone": instance.az,
                "GroupName": "",
                "Tenancy": "default",
            },
            "PlatformDetails": "Linux/UNIX",
            "PrivateDnsName": "" if node.gone else world.private_dns(instance),
            "ProductCodes": [],
            "PublicDnsName": "" if node.gone else world.public_dns(instance),
            "RootDeviceName": "/dev/xvda",
            "RootDeviceType": "ebs",
            "SecurityGroups": [] if node.gone else self._groups(node),
            "SourceDestCheck": True,
            "State": _state(node.state),
            "StateTransitionReason": "",
            "Tags": [{"Key": key, "Value": value} for key, value in node.tags().items()],
            "UsageOperation": "RunInstances",
            "VirtualizationType": "hvm",
        }
        if profile:
            arn = f"arn:aws:iam::{world.account_id}:instance-profile/{profile}"
            answer["IamInstanceProfile"] = {
                "Arn": profile if profile.startswith("arn:") else arn,
                "Id": self._nodes.profile_id(profile),
            }
        if node.spot:
            answer["InstanceLifecycle"] = "spot"
            answer["SpotInstanceRequestId"] = self._nodes.spot_request_id(node)
        if node.gone:
            answer.update(_ending(node))
        else:
            answer["PrivateIpAddress"] = instance.private_ip
            answer["PublicIpAddress"] = instance.public_ip or None
            answer["SubnetId"] = self._nodes.subnet_id(node)
            answer["VpcId"] = self._nodes.vpc_id()
        return answer

    def _groups(self, node: Node) -> list[Json]:
        groups = self._nodes.security_groups(node)
        return [{"GroupId": key, "GroupName": name} for key, name in groups]

    def _devices(self, node: Node) -> list[Json]:
        return [
            {
                "DeviceName": volume[0],
                "Ebs": {
                    "AttachTime": moment(node.instance.fulfilled),
                    "DeleteOnTermination": True,
                    "Status": "attached",
                    "VolumeId": key,
                },
            }
            for key, volume in self._nodes.volumes(node)
        ]

    def _health(self, node: Node) -> str:
        if node.state != "running":
            return "not-applicable"
        young = self._world.at < node.instance.fulfilled + _INITIALIZING_S
        return "initializing" if young else "ok"

    def _status(self, node: Node) -> Json:
        health = self._health(node)
        detail = {"initializing": "initializing", "ok": "passed"}.get(health)
        summary: Json = {"Status": health}
        if detail is not None:
            summary["Details"] = [{"Name": "reachability", "Status": detail}]
        return {
            "AvailabilityZone": node.instance.az,
            "InstanceId": node.id,
            "InstanceState": _state(node.state),
            "InstanceStatus": summary,
            "SystemStatus": summary,
        }

    def _make_getters(self) -> Json:
        world, nodes = self._world, self._nodes
        return {
            "availability-zone": lambda node: [node.instance.az],
            "dns-name": lambda node: [world.public_dns(node.instance)],
            "image-id": lambda node: [nodes.image_id(node)],
            "instance-id": lambda node: [node.id],
            "instance-lifecycle": lambda node: ["spot"] if node.spot else [],
            "instance-state-code": lambda node: [str(STATE_CODES[node.state])],
            "instance-state-name": lambda node: [node.state],
            "instance-type": lambda node: [node.instance.instance_type],
            "instance.group-id": lambda node: [key for key, _ in nodes.security_groups(node)],
            "ip-address": lambda node: [node.instance.public_ip],
            "key-name": lambda node: [node.cluster.ec2_attributes.get("Ec2KeyName") or ""],
            "owner-id": lambda node: [world.account_id],
            "private-dns-name": lambda node: [world.private_dns(node.instance)],
            "private-ip-address": lambda node: [node.instance.private_ip],
            "reservation-id": lambda node: [nodes.reservation_id(node)],
            "spot-instance-request-id": lambda node: (
                [nodes.spot_request_id(node)] if node.spot else []
            ),
            "subnet-id": lambda node: [nodes.subnet_id(node)],
            "tag-key": lambda node: node.tags().keys(),
            "tag-value": lambda node: node.tags().values(),
            "tag:": lambda node: [f"{key}={value}" for key, value in node.tags().items()],
            "vpc-id": lambda node: [nodes.vpc_id()],
        }


def _state(name: str) -> Json:
    return {"Code": STATE_CODES[name], "Name": name}


def _ending(node: Node) -> Json:
    """Why a node went, in EC2's words."""
    at = moment(node.instance.ended).strftime("%Y-%m-%d %H:%M:%S GMT")
    if node.spot and node.instance.notice <= node.instance.ended:
        return {
            "StateReason": {
                "Code": "Server.SpotInstanceTermination",
                "Message": "Server.SpotInstanceTermination: Spot instance termination",
            },
            "StateTransitionReason": f"Service initiated ({at})",
        }
    return {
        "StateReason": {
            "Code": "Client.UserInitiatedShutdown",
            "Message": "Client.UserInitiatedShutdown: User initiated shutdown",
        },
        "StateTransitionReason": f"User initiated ({at})",
    }
