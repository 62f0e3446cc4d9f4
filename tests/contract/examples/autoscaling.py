"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from datetime import UTC, datetime

from provisioner.resources.autoscaling.auto_scaling_group import AutoScalingGroup
from provisioner.resources.autoscaling.scaling_policy import ScalingPolicy, StepAdjustment
from provisioner.resources.autoscaling.scheduled_action import ScheduledAction
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.elbv2.target_group import TargetGroup

from . import Example

VPC = Vpc("instances", cidr_block="10.0.0.0/16")
SUBNET, OTHER_SUBNET = (
    Subnet(f"instances-{zone}", vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("ab")
)
TEMPLATE, OTHER_TEMPLATE = (
    LaunchTemplate(name, image_id="ami-12c6146b", instance_type="t3.small") for name in ("instances", "others")
)
TARGETS = TargetGroup("instances", vpc=VPC, port=8080, protocol="HTTP")
EMPTY, OTHER = (
    AutoScalingGroup(name, min_size=(0, 1), max_size=(1, 2), launch_template=TEMPLATE, vpc_zone_identifier=(SUBNET,))
    for name in ("empty", "other")
)
TOPICS = [f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("one", "another")]
LAUNCH, TERMINATE = "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"
OF_ANOTHER_TYPE = "for policies of another type: see the type's own tests"


def at(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


EXAMPLES = [
    Example(
        AutoScalingGroup(
            "group",
            min_size=1,
            max_size=3,
            launch_template=TEMPLATE,
            mixed_instances_policy={},
            vpc_zone_identifier=(SUBNET,),
            target_groups=(),
            health_check_grace_period=60,
            default_cooldown=300,
            default_instance_warmup=0,
            termination_policies=("OldestInstance", "Default"),
            max_instance_lifetime=0,
            placement_group="",
            service_linked_role_arn="arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/one",
            desired_capacity_type="units",
            deletion_protection="none",
            instance_maintenance_policy={},
            availability_zone_distribution="balanced-best-effort",
            availability_zone_impairment_policy={"ZonalShiftEnabled": False},
            capacity_reservation_specification={"CapacityReservationPreference": "default"},
            instance_lifecycle_policy={"RetentionTriggers": {"TerminateHookAbandon": "terminate"}},
            enabled_metrics=("GroupInServiceInstances", "GroupTotalInstances"),
            suspended_processes=("AZRebalance", "AlarmNotification"),
            notifications={TOPICS[0]: (LAUNCH, TERMINATE)},
            fixed_capacity=1,
        ),
        changes={
            "min_size": 0,
            "max_size": 4,
            "fixed_capacity": 2,
            "launch_template_version": "$Latest",
            "mixed_instances_policy": {
                "Overrides": [{"InstanceType": "t3.large"}, {"InstanceType": "t3.medium"}],
                "InstancesDistribution": {"OnDemandBaseCapacity": 1, "SpotAllocationStrategy": "price-capacity-optimized"},
            },
            "vpc_zone_identifier": (OTHER_SUBNET, SUBNET),
            "target_groups": (TARGETS,),
            "health_check_type": "ELB",
            "health_check_grace_period": 0,
            "default_cooldown": 60,
            "default_instance_warmup": 30,
            "termination_policies": ("Default", "OldestInstance"),
            "new_instances_protected_from_scale_in": True,
            "capacity_rebalance": True,
            "max_instance_lifetime": 86400,
            "placement_group": "a-group",
            "service_linked_role_arn": "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/two",
            "desired_capacity_type": "vcpu",
            "deletion_protection": "prevent-force-deletion",
            "instance_maintenance_policy": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200},
            "availability_zone_distribution": "balanced-only",
            "availability_zone_impairment_policy": {
                "ZonalShiftEnabled": True,
                "ImpairedZoneHealthCheckBehavior": "ReplaceUnhealthy",
            },
            "capacity_reservation_specification": {"CapacityReservationPreference": "none"},
            "instance_lifecycle_policy": {"RetentionTriggers": {"TerminateHookAbandon": "retain"}},
            "enabled_metrics": ("GroupInServiceInstances", "GroupDesiredCapacity"),
            "suspended_processes": ("AZRebalance", "ReplaceUnhealthy"),
            "notifications": {TOPICS[0]: (LAUNCH,), TOPICS[1]: (TERMINATE,)},
            "propagate_tags_at_launch": False,
        },
        fixed={
            "desired_capacity": "for the start alone: see the type's own tests",
            "launch_template": "another one brings another version, and rolls the instances: see the type's own tests",
            "instance_refresh": "where it is off, nothing happens: see the type's own tests",
            **{
                f"refresh_{name}": "how instances are rolled: see the type's own tests"
                for name in (
                    "min_healthy_percentage",
                    "max_healthy_percentage",
                    "instance_warmup",
                    "skip_matching",
                    "scale_in_protected_instances",
                    "standby_instances",
                    "checkpoint_percentages",
                    "checkpoint_delay",
                    "bake_time",
                    "alarms",
                )
            },
        },
    ),
    Example(
        ScalingPolicy(
            "grow",
            auto_scaling_group=EMPTY,
            adjustment_type="PercentChangeInCapacity",
            step_adjustments=(StepAdjustment(10, 0, 20), StepAdjustment(30, 20)),
            min_adjustment_magnitude=1,
            metric_aggregation_type="Average",
            estimated_instance_warmup=60,
        ),
        changes={
            "adjustment_type": "ChangeInCapacity",
            "step_adjustments": (StepAdjustment(-1, None, 0),),
            "min_adjustment_magnitude": 2,
            "metric_aggregation_type": "Maximum",
            "estimated_instance_warmup": 90,
            "enabled": False,
        },
        replaces={"auto_scaling_group": OTHER},
        fixed={
            "policy_type": "another type has other parameters: see the type's own tests",
            "scaling_adjustment": OF_ANOTHER_TYPE,
            "cooldown": OF_ANOTHER_TYPE,
            "target_tracking_configuration": OF_ANOTHER_TYPE,
            "predictive_scaling_configuration": OF_ANOTHER_TYPE,
        },
    ),
    Example(
        ScheduledAction(
            "opening",
            auto_scaling_group=EMPTY,
            recurrence="0 8 * * MON-FRI",
            time_zone="America/New_York",
            start_time=at(2090),
            end_time=at(2095),
            min_size=0,
            max_size=1,
            desired_capacity=0,
        ),
        changes={
            "recurrence": "30 7 * * *",
            "time_zone": "Europe/Berlin",
            "start_time": at(2091),
            "end_time": at(2096),
            "min_size": 1,
            "max_size": 2,
            "desired_capacity": 1,
        },
        replaces={"auto_scaling_group": OTHER},
    ),
]
