"""What EC2 and Auto Scaling have of instances."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader

_INSTANCE = ("ImageId", "InstanceType", "SecurityGroups", "MetadataOptions", "Tags", "KeyName", "Monitoring")


def compute(reader: Reader) -> Iterator[Thing]:
    """Launch templates with their versions, living instances and volumes."""
    for template in reader.all("ec2", "describe_launch_templates", "LaunchTemplates"):
        known = template["LaunchTemplateId"]
        versions = reader.all("ec2", "describe_launch_template_versions", "LaunchTemplateVersions", LaunchTemplateId=known)
        for version in versions:
            data = version["LaunchTemplateData"]
            data["UserData"] = base64.b64decode(data.get("UserData", "")).decode()
        yield Thing("launch-template", {**template, "versions": versions}, (known,))
    living = "Reservations[].Instances[] | [?!contains(['terminated', 'shutting-down'], State.Name)]"
    for instance in reader.all("ec2", "describe_instances", living):
        shown = {name: instance.get(name) for name in _INSTANCE}
        shown["profile"] = instance.get("IamInstanceProfile", {}).get("Arn")
        # Where each one stands is Auto Scaling's choice.
        yield Thing("instance", {**shown, "State": instance["State"]["Name"]}, (instance["InstanceId"],))
    for volume in reader.all("ec2", "describe_volumes", "Volumes"):
        shown = {name: volume.get(name) for name in ("Encrypted", "KmsKeyId", "Size", "State", "VolumeType", "Tags")}
        yield Thing("volume", shown, (volume["VolumeId"],))


def scaling(reader: Reader) -> Iterator[Thing]:
    """Auto Scaling groups with what belongs to them."""
    for group in reader.all("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"):
        instances = [{**one, "AvailabilityZone": None, "InstanceId": None} for one in group.pop("Instances", ())]
        subnets = group.pop("VPCZoneIdentifier").split(",")
        yield Thing(
            "auto-scaling-group", {**group, "Instances": instances, "subnets": subnets}, (group["AutoScalingGroupARN"],)
        )
    for policy in reader.all("autoscaling", "describe_policies", "ScalingPolicies"):
        yield Thing("scaling-policy", policy, (policy["PolicyARN"],), policy["PolicyName"])
    for action in reader.all("autoscaling", "describe_scheduled_actions", "ScheduledUpdateGroupActions"):
        yield Thing("scheduled-action", action, (action["ScheduledActionARN"],), action["ScheduledActionName"])
