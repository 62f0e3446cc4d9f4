"""Instances that come and go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import LEAVING, PENDING, READY, Id, Ids, Name, Output, Resource, State, Value, attr
from ..ec2.launch_template import LaunchTemplate
from .reading import UNDERWAY, lacking, whole
from .settings import LAUNCH, SETTINGS, is_one_of, launch, preferences, sizes, spelt
from .writing import attach, collect, notify, suspend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_autoscaling.literals import (
        CapacityDistributionStrategyType,
        DeletionProtectionType,
        ScaleInProtectedInstancesType,
        StandbyInstancesType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.subnet import Subnet
    from ..elbv2.target_group import TargetGroup

_MIXED = "MixedInstancesPolicy.LaunchTemplate"
_SPEC = f"{_MIXED}.LaunchTemplateSpecification"
_PARTS = f"Overrides: {_MIXED}.Overrides, InstancesDistribution: MixedInstancesPolicy.InstancesDistribution"
_MIX = f"MixedInstancesPolicy && {{{_PARTS}}}"
_OURS = "Tags[?starts_with(Key, 'provisioner:')].PropagateAtLaunch"


def _listed(value: Any) -> list[Any]:
    return norm.unordered(value.split(",") if isinstance(value, str) else value)


def _by_topic(value: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
    return {topic: norm.unordered(kinds) for topic, kinds in value.items()}


def _all(value: Any) -> bool:
    return all(value) if isinstance(value, list) else bool(value)


class AutoScalingGroup(Resource):
    """A number of instances, kept healthy, spread over subnets, and rolled when their launch template has changed.

    `launch_template_version` is by default the step's `latest_version` (with `$Latest`, a change of the template is seen by
    the next `up` only). How many instances there are is left to policies and schedules, between `min_size` and `max_size`:
    `desired_capacity` is for the start alone, and `fixed_capacity` a wish that is held against them. Where schedules set
    `min_size` or `max_size`, too, it is several: the one to begin with, and those that the actions set, which are no drift.
    Instances that run on another version than the group launches are replaced by an instance refresh (`instance_refresh`): by
    default a new one is in service before an old one goes. A refresh that AWS gives up fails the step, and the next `up`
    begins another. All tags are the instances' too. `mixed_instances_policy` has Overrides and InstancesDistribution, in AWS's
    spelling, as have the other mappings.

    AWS: Auto Scaling CreateAutoScalingGroup. What it launches is checked only when it launches: why that failed is told. It is
    deleted with its instances, which hold their network for some minutes more.
    """

    min_size: int | Sequence[int] = attr("MinSize", same=is_one_of)
    max_size: int | Sequence[int] = attr("MaxSize", same=is_one_of)
    desired_capacity: int | None = attr(default=None)
    fixed_capacity: int | None = attr("DesiredCapacity", default=None)
    launch_template: Id[LaunchTemplate] = attr(f"LaunchTemplate.LaunchTemplateId || {_SPEC}.LaunchTemplateId")
    launch_template_version: Value[Any] = attr(f"LaunchTemplate.Version || {_SPEC}.Version", default=None, norm=str)
    mixed_instances_policy: Mapping[str, Any] | None = attr(_MIX, default=None, same=norm.wished)
    vpc_zone_identifier: Ids[Subnet] = attr("VPCZoneIdentifier", norm=_listed)
    target_groups: Ids[TargetGroup] = attr("TargetGroupARNs", default=None, norm=norm.unordered)
    health_check_type: str = attr("HealthCheckType", default="EC2", norm=_listed)
    health_check_grace_period: int | None = attr("HealthCheckGracePeriod", default=None)
    default_cooldown: int | None = attr("DefaultCooldown", default=None)
    default_instance_warmup: int | None = attr("DefaultInstanceWarmup", default=None)
    termination_policies: Sequence[str] | None = attr("TerminationPolicies", default=None, norm=list)
    new_instances_protected_from_scale_in: bool = attr("NewInstancesProtectedFromScaleIn", default=False)
    capacity_rebalance: bool = attr("CapacityRebalance", default=False)
    max_instance_lifetime: int | None = attr("MaxInstanceLifetime", default=None)
    placement_group: Value[str | None] = attr("PlacementGroup", default=None)
    service_linked_role_arn: Value[str | None] = attr("ServiceLinkedRoleARN", default=None)
    desired_capacity_type: str | None = attr("DesiredCapacityType", default=None)
    deletion_protection: DeletionProtectionType | None = attr("DeletionProtection", default=None)
    instance_maintenance_policy: Mapping[str, int] | None = attr("InstanceMaintenancePolicy", default=None)
    availability_zone_distribution: CapacityDistributionStrategyType | None = attr(
        "AvailabilityZoneDistribution.CapacityDistributionStrategy", default=None
    )
    availability_zone_impairment_policy: Mapping[str, Any] | None = attr(
        "AvailabilityZoneImpairmentPolicy", default=None, same=norm.within
    )
    capacity_reservation_specification: Mapping[str, Any] | None = attr(
        "CapacityReservationSpecification", default=None, same=norm.within
    )
    instance_lifecycle_policy: Mapping[str, Any] | None = attr("InstanceLifecyclePolicy", default=None, same=norm.within)
    enabled_metrics: Sequence[str] | None = attr("EnabledMetrics[].Metric", default=None, norm=norm.unordered)
    suspended_processes: Sequence[str] | None = attr("SuspendedProcesses[].ProcessName", default=None, norm=norm.unordered)
    notifications: Mapping[Any, Sequence[str]] | None = attr("Notifications", default=None, norm=_by_topic)
    propagate_tags_at_launch: bool = attr(_OURS, default=True, norm=_all)
    instance_refresh: bool = attr("Rolled", default=True, same=lambda wanted, have: have or not wanted)
    refresh_min_healthy_percentage: int = attr(default=100)
    refresh_max_healthy_percentage: int | None = attr(default=110)
    refresh_instance_warmup: int | None = attr(default=None)
    refresh_skip_matching: bool = attr(default=True)
    refresh_scale_in_protected_instances: ScaleInProtectedInstancesType = attr(default="Refresh")
    refresh_standby_instances: StandbyInstancesType = attr(default="Terminate")
    refresh_checkpoint_percentages: Sequence[int] | None = attr(default=None)
    refresh_checkpoint_delay: int | None = attr(default=None)
    refresh_bake_time: int | None = attr(default=None)
    refresh_alarms: Value[Sequence[str] | None] = attr(default=None)

    id = Name("AutoScalingGroupName", longest=255)
    arn = Output("AutoScalingGroupARN")

    usual_seconds = 90.0
    patience_seconds = 3600.0
    since = "CreatedTime"
    protection = "DeletionProtection && DeletionProtection != 'none'"
    changes_while_pending = True

    def __post_init__(self) -> None:
        template: Any = self.launch_template
        if self.launch_template_version is None and isinstance(template, LaunchTemplate):
            object.__setattr__(self, "launch_template_version", template.latest_version)
        (least, *_), (most, *_) = sizes(self.min_size), sizes(self.max_size)
        for name in ("desired_capacity", "fixed_capacity"):
            count = getattr(self, name)
            if count is not None and not least <= count <= most:
                raise PlanError(f"{self.key}: {name} is between {least} and {most}, not {count}")
        if least > most:
            raise PlanError(f"{self.key}: min_size ({least}) is more than max_size ({most})")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return whole(aws)

    def create(self, aws: Aws) -> Live | None:
        sent = {name: value for name, value in spelt(self, SETTINGS).items() if value not in ("", {}, [], ())}
        if self.desired_capacity is not None:
            sent.setdefault("DesiredCapacity", self.desired_capacity)
        if self.target_groups:
            sent["TargetGroupARNs"] = list(self.target_groups)
        name = aws.named(self)
        about = {**sent, **launch(self), "AutoScalingGroupName": name, "Tags": self._tags(name)}
        aws.autoscaling.create_auto_scaling_group(**about)
        born = {"Instances": [], "DesiredCapacity": about["MinSize"], "EnabledMetrics": [], "SuspendedProcesses": []}
        return {**born, **about, "Rolled": True, "Notifications": {}}

    def _tags(self, name: str) -> Any:
        about = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": self.propagate_tags_at_launch}
        return [{"Key": key, "Value": value, **about} for key, value in self.tags.items()]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        name = live["AutoScalingGroupName"]
        if settings := {**spelt(self, changed), **(launch(self) if set(changed) & set(LAUNCH) else {})}:
            aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, **settings)
        for field, bring in (("target_groups", attach), ("enabled_metrics", collect), ("suspended_processes", suspend)):
            if field in changed:
                bring(aws, name, changed[field].before or (), changed[field].after)
        if "notifications" in changed:
            notify(aws, name, changed["notifications"].before or {}, changed["notifications"].after)
        if "tags" in changed or "propagate_tags_at_launch" in changed:
            aws.autoscaling.create_or_update_tags(Tags=self._tags(name))
        if "instance_refresh" in changed:
            aws.autoscaling.start_instance_refresh(AutoScalingGroupName=name, Preferences=preferences(self))

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        name = live["AutoScalingGroupName"]
        if live.get("DeletionProtection", "none") != "none":
            aws.maybe(lambda: aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, DeletionProtection="none"))
        aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    @staticmethod
    def state(live: Live) -> State:
        if live.get("Status"):
            return State(LEAVING.name, live["Status"])
        refresh = live.get("Refresh") or {}
        if refresh.get("Status") in UNDERWAY:
            return State(PENDING.name, f"its instances are rolled, {refresh.get('PercentageComplete', 0)} % done")
        if lacking(live) > 0:
            return State(PENDING.name, "; ".join([f"{lacking(live)} more to be in service", *live.get("Failures", ())]))
        if live.get("Targets"):
            return State(PENDING.name, "; ".join(f"{one}: {why}" for one, why in sorted(live["Targets"].items())))
        if live.get("Stale") and refresh:
            why = refresh.get("StatusReason", refresh["Status"])
            return State(READY.name, f"the last instance refresh did not roll {', '.join(live['Stale'])}: {why}")
        return READY
