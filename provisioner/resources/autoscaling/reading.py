"""Reading groups: the list of them, and what only a call per group shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ...aws.retry import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Live

UNDERWAY = frozenset({"Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking"})
_SYMBOLS = {"$Latest": "LatestVersionNumber", "$Default": "DefaultVersionNumber"}


def owned(aws: Aws) -> list[Any]:
    """The plan's groups, as AWS lists them."""
    filters: Any = aws.owned
    pages = aws.autoscaling.get_paginator("describe_auto_scaling_groups").paginate(Filters=filters)
    return [group for page in pages for group in page["AutoScalingGroups"]]


def shown(aws: Aws, name: str) -> Any:
    """A group, whoever's it is. Raises `CallFailed` where AWS does not show it, which for a new one it may not yet."""
    found = aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    if not found:
        said = {"Code": "ValidationError", "Message": f"AutoScalingGroup name not found - {name}"}
        operation = "DescribeAutoScalingGroups"
        raise explain("autoscaling", operation, ClientError({"Error": said}, operation))  # type: ignore[typeddict-item]
    return found[0]


def whole(aws: Aws) -> Iterable[Live]:
    """The plan's groups with whom they notify, how their instances are rolled, and what became of their launches."""
    groups = owned(aws)
    notified = _notified(aws, [group["AutoScalingGroupName"] for group in groups])
    for found in aws.together(lambda group: aws.maybe(lambda: _with_parts(aws, group)), groups):
        if found is not None:
            subnets = found.get("VPCZoneIdentifier", "").split(",")
            yield {**found, "Subnets": subnets, "Notifications": notified.get(found["AutoScalingGroupName"], {})}


def _notified(aws: Aws, names: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    if names:
        pages = aws.autoscaling.get_paginator("describe_notification_configurations").paginate(AutoScalingGroupNames=names)
        for one in (one for page in pages for one in page["NotificationConfigurations"]):
            topics = found.setdefault(one["AutoScalingGroupName"], {})
            topics.setdefault(one["TopicARN"], []).append(one["NotificationType"])
    return found


def _with_parts(aws: Aws, group: Any) -> Live:
    refresh, stale = _refresh(aws, group), _stale(aws, group)
    if stale and refresh and refresh["Status"] not in UNDERWAY:
        # It may have ended since the group was listed.
        named = [group["AutoScalingGroupName"]]
        for group in aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=named)["AutoScalingGroups"]:
            stale = _stale(aws, group)
    rolled = not stale or (refresh or {}).get("Status") in UNDERWAY
    failures, targets = aws.together(lambda read: read(aws, group), (_failures, _targets))
    return {**group, "Refresh": refresh, "Stale": stale, "Rolled": rolled, "Failures": failures, "Targets": targets}


def _refresh(aws: Aws, group: Mapping[str, Any]) -> Any:
    """The newest instance refresh."""
    about, found = {"AutoScalingGroupName": group["AutoScalingGroupName"]}, []
    while True:
        page = aws.autoscaling.describe_instance_refreshes(**about)
        found += page["InstanceRefreshes"]
        if not page.get("NextToken"):
            break
        about["NextToken"] = page["NextToken"]
    # One that has not begun yet is the newest.
    return max(found, key=lambda one: (one["Status"] in UNDERWAY, str(one.get("StartTime", ""))), default=None)


def _stale(aws: Aws, group: Mapping[str, Any]) -> list[str]:
    """The instances that run on another template, or another version of it, than the group would launch now."""
    launched = {(spec["LaunchTemplateId"], version) for spec in _specs(group) for version in _versions(aws, spec)}
    return [
        instance["InstanceId"]
        for instance in group["Instances"]
        if instance["LifecycleState"].startswith(("Pending", "InService"))
        and _template(instance.get("LaunchTemplate", {})) not in launched
    ]


def _template(spec: Mapping[str, Any]) -> tuple[Any, Any]:
    return spec.get("LaunchTemplateId"), spec.get("Version")


def _specs(group: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "LaunchTemplate" in group:
        yield group["LaunchTemplate"]
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    for one in (mixed, *mixed.get("Overrides", ())):
        if "LaunchTemplateSpecification" in one:
            yield one["LaunchTemplateSpecification"]


def _versions(aws: Aws, spec: Mapping[str, Any]) -> tuple[str, ...]:
    # A group that names no version launches the default one; instances show the number that they run on.
    version = spec.get("Version", "$Default")
    if version not in _SYMBOLS:
        return (version,)
    found = aws.maybe(lambda: aws.ec2.describe_launch_templates(LaunchTemplateIds=[spec["LaunchTemplateId"]]))
    templates = found["LaunchTemplates"] if found else ()
    return (version, *(str(template[_SYMBOLS[version]]) for template in templates))


def lacking(group: Live) -> int:
    """How much of the capacity that is asked for is not in service yet."""
    there = [one for one in group["Instances"] if (one["LifecycleState"], one["HealthStatus"]) == ("InService", "Healthy")]
    return int(group["DesiredCapacity"]) - sum(int(instance.get("WeightedCapacity", 1)) for instance in there)


def _failures(aws: Aws, group: Mapping[str, Any]) -> list[str]:
    """Why the newest launches failed, in AWS's words; asked only where instances are missing."""
    if lacking(group) <= 0:
        return []
    found = aws.autoscaling.describe_scaling_activities(AutoScalingGroupName=group["AutoScalingGroupName"], MaxRecords=10)
    newest = found["Activities"][:1]
    return [one.get("StatusMessage", one["Description"]) for one in newest if one["StatusCode"] in ("Failed", "Cancelled")]


def _targets(aws: Aws, group: Mapping[str, Any]) -> dict[str, str]:
    """Which instances their load balancers do not send anything to yet, and why; asked only where that decides on health."""
    waiting = {}
    if "ELB" in group["HealthCheckType"]:
        for arn in group.get("TargetGroupARNs", ()):
            found = aws.maybe(lambda arn=arn: aws.elbv2.describe_target_health(TargetGroupArn=arn))  # type: ignore[misc]
            for one in (found or {"TargetHealthDescriptions": ()})["TargetHealthDescriptions"]:
                if one["TargetHealth"]["State"] in ("initial", "unhealthy"):
                    waiting[one["Target"]["Id"]] = one["TargetHealth"].get("Description", one["TargetHealth"]["State"])
    mine = {instance["InstanceId"] for instance in group["Instances"]}
    return {target: why for target, why in waiting.items() if target in mine}
