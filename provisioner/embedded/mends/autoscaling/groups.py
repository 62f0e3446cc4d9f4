"""Groups: what moto forgets of them, what AWS refuses, and that instances and deletions take their time."""

from __future__ import annotations

import itertools
from typing import Any

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, kept
from ..under_way import begin
from .launching import activities

mends = Mends("autoscaling")

# What moto does not keep, or does not change, by its name in the calls and in the answers.
_KEPT = (
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityRebalance",
    "CapacityReservationSpecification",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DeletionProtection",
    "DesiredCapacityType",
    "HealthCheckGracePeriod",
    "InstanceLifecyclePolicy",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "PlacementGroup",
    "ServiceLinkedRoleARN",
    "TerminationPolicies",
)
_NEW = {
    "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-best-effort"},
    "AvailabilityZoneImpairmentPolicy": {"ZonalShiftEnabled": False, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy"},
    "CapacityReservationSpecification": {"CapacityReservationPreference": "default"},
    "DeletionProtection": "none",
    "HealthCheckGracePeriod": 0,
}
# What says that a setting is taken back.
_NO_SETTING = ("", 0, -1, {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1})
_TAKEN_BACK = ("DefaultInstanceWarmup", "InstanceMaintenancePolicy", "MaxInstanceLifetime", "PlacementGroup")
METRICS = (
    *("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"),
    *("GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances", "GroupInServiceCapacity"),
    *("GroupPendingCapacity", "GroupStandbyCapacity", "GroupTerminatingCapacity", "GroupTotalCapacity"),
    *("GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity", "WarmPoolDesiredCapacity", "WarmPoolMinSize"),
    *("WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity", "WarmPoolTotalCapacity", "WarmPoolWarmedCapacity"),
)


def invalid(message: str) -> Refused:
    """Auto Scaling's word for nearly everything."""
    return Refused("ValidationError", message)


@mends.first()
def is_there(call: Call, backend: Any) -> None:
    """AWS: whatever is about a group that is not there is a ValidationError."""
    if call.operation == "CreateAutoScalingGroup" or call.operation.startswith("Describe"):
        return
    named = [call.parameters.get("AutoScalingGroupName"), *(tag.get("ResourceId") for tag in call.parameters.get("Tags", ()))]
    for name in filter(None, named):
        if name not in backend.autoscaling_groups:
            raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
        if _is_going(backend.autoscaling_groups[name]) and not call.operation.startswith("Delete"):
            raise invalid(f"AutoScalingGroup by this name is pending delete: {name}")


@mends.first("CreateAutoScalingGroup")
def is_new(call: Call, backend: Any) -> None:
    """AWS: a name is taken once, and while the group that had it is deleted; moto overwrites, and orphans the instances."""
    name = call.parameters["AutoScalingGroupName"]
    if name in backend.autoscaling_groups:
        going = " and is pending delete" if _is_going(backend.autoscaling_groups[name]) else ""
        raise Refused("AlreadyExists", f"AutoScalingGroup by this name already exists{going} - A group with the name {name}")


@mends.first("CreateAutoScalingGroup", "UpdateAutoScalingGroup", "SetDesiredCapacity")
def within_bounds(call: Call, backend: Any) -> None:
    group = backend.autoscaling_groups.get(call.parameters["AutoScalingGroupName"])
    least = call.parameters.get("MinSize", getattr(group, "min_size", 0))
    most = call.parameters.get("MaxSize", getattr(group, "max_size", 0))
    desired = call.parameters.get("DesiredCapacity")
    if least > most:
        raise invalid(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
    if desired is not None and not least <= desired <= most:
        message = f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}"
        raise invalid(message)
    if 0 < call.parameters.get("MaxInstanceLifetime", 0) < 86400:
        raise invalid("Maximum instance lifetime must be 0, or at least 86400 seconds.")


@mends.first("CreateAutoScalingGroup", "UpdateAutoScalingGroup", "AttachLoadBalancerTargetGroups")
def refers_to_what_is_there(call: Call, backend: Any) -> None:
    asked, ec2 = call.parameters, backend.ec2_backend
    there = {subnet for subnets in ec2.subnets.values() for subnet in subnets}
    for subnet in filter(None, asked.get("VPCZoneIdentifier", "").split(",")):
        if subnet not in there:
            raise invalid(f"The subnet ID '{subnet}' does not exist")
    mixed = asked.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    for spec in (asked.get("LaunchTemplate", {}), mixed.get("LaunchTemplateSpecification", {})):
        template = spec.get("LaunchTemplateId")
        if template and template not in ec2.launch_templates:
            why = f"The specified launch template, with template ID {template}, does not exist."
            raise invalid(f"You must use a valid fully-formed launch template. {why}")
    if set(asked.get("TargetGroupARNs", ())) - set(backend.elbv2_backend.target_groups):
        raise invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.")


@mends.then("CreateAutoScalingGroup", "UpdateAutoScalingGroup")
def keep(call: Call, backend: Any, result: Result) -> None:
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    settings = kept(group, "settings")
    if call.operation == "CreateAutoScalingGroup":
        settings.update(_NEW)
    for name in _KEPT:
        if name in call.parameters:
            settings[name] = call.parameters[name]
        if name in _TAKEN_BACK and settings.get(name) in _NO_SETTING:
            settings.pop(name, None)


@mends.first("DeleteAutoScalingGroup")
def start_to_go(call: Call, backend: Any) -> Result:
    """AWS: not while it has instances, unless forced; and then it goes when they are gone."""
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    protection, force = kept(group, "settings").get("DeletionProtection", "none"), call.parameters.get("ForceDelete")
    if protection == "prevent-all-deletion" or (protection == "prevent-force-deletion" and force):
        raise invalid(f"You cannot delete this AutoScalingGroup: its deletion protection is {protection}")
    if group.instance_states and not force:
        words = "there are instances or pending Spot instance request(s) still in the group."
        raise Refused("ResourceInUse", f"You cannot delete an AutoScalingGroup while {words}")
    if not _is_going(group):
        group.is_going = True
        begin(call, group.arn, Delay(120), lambda: _end(backend, group), seen_by=("autoscaling:DescribeAutoScalingGroups",))
    return {}


def _is_going(group: Any) -> bool:
    return hasattr(group, "is_going")


def _end(backend: Any, group: Any) -> None:
    for state in group.instance_states:
        state.protected_from_scale_in, state.instance.has_shut_down = False, True
    backend.delete_auto_scaling_group(group.name)


@mends.first("DescribeAutoScalingGroups")
def time_passes(call: Call, backend: Any) -> None:
    for group in backend.autoscaling_groups.values():
        if not _is_going(group) and _lacks(group):
            group.set_desired_capacity(group.desired_capacity)
        for state in group.instance_states:
            # What a launch configuration launched is left to moto.
            state.is_pending = hasattr(state, "launching") and state.launching.goes_on()


def _lacks(group: Any) -> bool:
    """Whether an instance could not be launched: AWS tries again."""
    done = activities(group)
    stopped = not group.mixed_instances_policy and len(group.active_instances()) < (group.desired_capacity or 0)
    return stopped or bool(done and done[-1]["StatusCode"] == "Failed")


@mends.then("DescribeAutoScalingGroups")
def show(call: Call, backend: Any, result: Result) -> Result:
    for shown in result.get("AutoScalingGroups", ()):
        group = backend.autoscaling_groups[shown["AutoScalingGroupName"]]
        shown.update(kept(group, "settings"))
        for name in _TAKEN_BACK:
            if name not in kept(group, "settings"):
                shown.pop(name, None)
        going = _is_going(group)
        if going:
            shown["Status"] = "Delete in progress"
        _name_templates(shown, backend.ec2_backend)
        states = {state.instance_id: state for state in group.instance_states}
        for instance in shown.get("Instances", ()):
            if going:
                instance["LifecycleState"] = "Terminating"
            elif states[instance["InstanceId"]].is_pending:
                instance["LifecycleState"] = "Pending"
    return result


def _name_templates(shown: dict[str, Any], ec2: Any) -> None:
    """AWS shows id and name of a template, whichever of them was given."""
    for override in shown.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("Overrides", ()):
        if spec := override.get("LaunchTemplateSpecification"):
            named = ec2.launch_template_name_to_ids.get(spec.get("LaunchTemplateName"))
            template = ec2.launch_templates[spec.get("LaunchTemplateId") or named]
            spec.update(LaunchTemplateId=template.id, LaunchTemplateName=template.name)


@mends.first("DescribeScalingActivities")
def show_activities(call: Call, backend: Any) -> Result:
    """Moto shows none."""
    name = call.parameters.get("AutoScalingGroupName")
    groups = [group for group in backend.autoscaling_groups.values() if name in (None, group.name)]
    newest = sorted(itertools.chain(*map(activities, groups)), key=lambda one: one["StartTime"], reverse=True)
    return {"Activities": newest[: call.parameters.get("MaxRecords", 100)]}


@mends.first("EnableMetricsCollection", "DisableMetricsCollection")
def collect_metrics(call: Call, backend: Any) -> Result:
    """AWS: without names, all of them. Moto replaces, and can not stop."""
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    named = set(call.parameters.get("Metrics") or METRICS)
    if unknown := named - set(METRICS):
        raise invalid(f"Metric name {min(unknown)} is not valid")
    have = set(group.metrics)
    group.metrics = sorted(have | named if call.operation == "EnableMetricsCollection" else have - named)
    return {}
