"""The settings of a group, in Auto Scaling's spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .auto_scaling_group import AutoScalingGroup


SETTINGS = {
    "min_size": "MinSize",
    "max_size": "MaxSize",
    "fixed_capacity": "DesiredCapacity",
    "desired_capacity_type": "DesiredCapacityType",
    "vpc_zone_identifier": "VPCZoneIdentifier",
    "default_cooldown": "DefaultCooldown",
    "default_instance_warmup": "DefaultInstanceWarmup",
    "health_check_type": "HealthCheckType",
    "health_check_grace_period": "HealthCheckGracePeriod",
    "placement_group": "PlacementGroup",
    "termination_policies": "TerminationPolicies",
    "new_instances_protected_from_scale_in": "NewInstancesProtectedFromScaleIn",
    "capacity_rebalance": "CapacityRebalance",
    "max_instance_lifetime": "MaxInstanceLifetime",
    "service_linked_role_arn": "ServiceLinkedRoleARN",
    "deletion_protection": "DeletionProtection",
    "instance_maintenance_policy": "InstanceMaintenancePolicy",
    "availability_zone_distribution": "AvailabilityZoneDistribution",
    "availability_zone_impairment_policy": "AvailabilityZoneImpairmentPolicy",
    "capacity_reservation_specification": "CapacityReservationSpecification",
    "instance_lifecycle_policy": "InstanceLifecyclePolicy",
}
"""The parameters of CreateAutoScalingGroup and UpdateAutoScalingGroup, by field."""

PREFERENCES = {
    "refresh_min_healthy_percentage": "MinHealthyPercentage",
    "refresh_max_healthy_percentage": "MaxHealthyPercentage",
    "refresh_instance_warmup": "InstanceWarmup",
    "refresh_skip_matching": "SkipMatching",
    "refresh_scale_in_protected_instances": "ScaleInProtectedInstances",
    "refresh_standby_instances": "StandbyInstances",
    "refresh_checkpoint_percentages": "CheckpointPercentages",
    "refresh_checkpoint_delay": "CheckpointDelay",
    "refresh_bake_time": "BakeTime",
}
"""The preferences of StartInstanceRefresh, by field."""

LAUNCH = ("launch_template", "launch_template_version", "mixed_instances_policy")

_SIZES = ("MinSize", "MaxSize")
_NO_POLICY = {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}


def sizes(wish: int | Sequence[int]) -> tuple[int, ...]:
    """The sizes that may stand: the one to begin with, and those that scheduled actions set."""
    return tuple(wish) if isinstance(wish, Sequence) else (wish,)


def is_one_of(wanted: int | Sequence[int], have: int) -> bool:
    """Whether a size is one of those."""
    return have in sizes(wanted)


def spelt(step: AutoScalingGroup, fields: Iterable[str]) -> dict[str, Any]:
    """The wishes of these fields."""
    wanted = {SETTINGS[name]: getattr(step, name) for name in fields if name in SETTINGS}
    sent = {name: value for name, value in wanted.items() if value is not None}
    sent |= {said: sizes(sent[said])[0] for said in _SIZES if said in sent}
    if "VPCZoneIdentifier" in sent:
        sent["VPCZoneIdentifier"] = ",".join(sorted(sent["VPCZoneIdentifier"]))
    if sent.get("InstanceMaintenancePolicy") == {}:
        sent["InstanceMaintenancePolicy"] = _NO_POLICY
    if "AvailabilityZoneDistribution" in sent:
        sent["AvailabilityZoneDistribution"] = {"CapacityDistributionStrategy": sent["AvailabilityZoneDistribution"]}
    return sent


def launch(step: AutoScalingGroup) -> dict[str, Any]:
    """What is launched: a version of a template, or of a template in several types and ways to pay."""
    version = {} if step.launch_template_version is None else {"Version": str(step.launch_template_version)}
    spec = {"LaunchTemplateId": step.launch_template, **version}
    if not step.mixed_instances_policy:
        return {"LaunchTemplate": spec}
    mixed: Mapping[str, Any] = step.mixed_instances_policy
    template = {"LaunchTemplateSpecification": spec, "Overrides": mixed.get("Overrides", [])}
    distribution = {"InstancesDistribution": mixed["InstancesDistribution"]} if "InstancesDistribution" in mixed else {}
    return {"MixedInstancesPolicy": {"LaunchTemplate": template, **distribution}}


def preferences(step: AutoScalingGroup) -> Any:
    """How instances are rolled."""
    wanted = {said: getattr(step, name) for name, said in PREFERENCES.items()}
    if step.refresh_alarms:
        wanted["AlarmSpecification"] = {"Alarms": list(step.refresh_alarms)}
    return {said: value for said, value in wanted.items() if value is not None}
