"""Module 6: the instances that run the application, as many as the hour and the load ask for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner import REGION
from provisioner.resources.autoscaling.auto_scaling_group import AutoScalingGroup
from provisioner.resources.autoscaling.scaling_policy import ScalingPolicy, StepAdjustment
from provisioner.resources.autoscaling.scheduled_action import ScheduledAction
from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.launch_template_parts import BlockDevice, MetadataOptions
from provisioner.resources.lambda_.zip import zipped
from provisioner.resources.s3.bucket_object import BucketObject
from provisioner.resources.ssm.facts import AMAZON_LINUX_2023, public_parameter
from provisioner.value import Mapped

from .database import AUTHORITIES
from .security import APP_PORT, METRICS_NAMESPACE

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup
    from provisioner.resources.secretsmanager.secret import Secret

    from .alb import Entry
    from .security import Groups, Identities, Keys
    from .settings import Settings
    from .storage import Buckets
    from .vpc import Network

HOURS = "America/New_York"
"""Business hours are said in this zone, so that daylight saving is right."""
OPENING, CLOSING = "0 8 * * MON-FRI", "0 18 * * MON-FRI"
BUSY_PERCENT, IDLE_PERCENT = 70, 30
FIRST_HEALTHY_SECONDS = 900
"""An instance is healthy once it reaches the database, which is made beside it, and takes longer."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Compute:
    """The group of instances, and what it is installed from."""

    group: AutoScalingGroup
    steps: tuple[Resource, ...]


@dataclass(frozen=True)
class Application:
    """What instances are installed from."""

    bundle: BucketObject
    steps: tuple[Resource, ...]


def bundle(buckets: Buckets) -> Application:
    """The application with the authorities of the database's certificates, the same bytes for the same files."""
    made = BucketObject(
        "application",
        bucket=buckets.assets,
        body=zipped(_HERE / "app", exclude=("README.md",), under="app/", beside=(AUTHORITIES,)),
        content_type="application/zip",
    )
    return Application(made, (made,))


def compute(
    settings: Settings,
    net: Network,
    keys: Keys,
    groups: Groups,
    identities: Identities,
    entry: Entry,
    application: Application,
    secret: Secret,
    log: LogGroup,
) -> Compute:
    """Instances without addresses or shells of their own, over the private subnets, replaced when their template changes."""
    template = LaunchTemplate(
        "app",
        image_id=public_parameter(AMAZON_LINUX_2023),
        instance_type=settings.instance_type,  # type: ignore[arg-type]
        iam_instance_profile=identities.instance_profile.arn,
        security_groups=(groups.app,),
        block_device_mappings=(BlockDevice("/dev/xvda", volume_size=20, volume_type="gp3", encrypted=True, kms_key=keys.data),),
        metadata_options=MetadataOptions(http_tokens="required", http_put_response_hop_limit=1),
        monitoring=True,
        instance_initiated_shutdown_behavior="terminate",
        user_data=_user_data(settings, application.bundle, secret, log),
    )
    group = AutoScalingGroup(
        "app",
        launch_template=template,
        launch_template_version=template.latest_version,
        vpc_zone_identifier=net.private_subnets,
        # The schedule sets these in turn; until its first hour has come, there are enough for customers.
        min_size=(settings.business_hours_instances, settings.after_hours_instances),
        max_size=settings.max_instances,
        desired_capacity=settings.business_hours_instances,
        target_groups=(entry.target_group,),
        health_check_type="ELB",
        health_check_grace_period=FIRST_HEALTHY_SECONDS,
        default_instance_warmup=120,
        refresh_min_healthy_percentage=100,
        refresh_max_healthy_percentage=150,
        # A target group that no listener leads to checks nobody's health; without a way out, nothing is installed.
        after=(*(step for step in entry.steps if step.name == "cloudfront-only"), *net.private_routes),
    )
    return Compute(group, (template, group, *_scaling(group), *_hours(settings, group)))


def _user_data(settings: Settings, application: BucketObject, secret: Secret, log: LogGroup) -> Mapped:
    script = (_HERE / "user_data.sh").read_text(encoding="utf-8")
    known = {
        "ENVIRONMENT": settings.environment,
        "BUNDLE_SHA256": sha256(application.body).hexdigest(),
        "PORT": str(APP_PORT),
        "METRIC_NAMESPACE": METRICS_NAMESPACE,
    }
    later = {
        "REGION": REGION,
        "BUCKET": application.bucket_name,
        "BUNDLE_KEY": application.object_key,
        "SECRET_ARN": secret.arn,
        "LOG_GROUP": log,
    }

    def filled(*values: Any) -> str:
        text = script
        for name, value in {**known, **dict(zip(later, values, strict=True))}.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    return Mapped(tuple(later.values()), filled)


def _scaling(group: AutoScalingGroup) -> tuple[Resource, ...]:
    """One instance more while the processors are busy, one fewer while they are idle."""
    more = ScalingPolicy(
        "scale-out",
        auto_scaling_group=group,
        policy_type="StepScaling",
        adjustment_type="ChangeInCapacity",
        step_adjustments=(StepAdjustment(1, metric_interval_lower_bound=0),),
    )
    fewer = ScalingPolicy(
        "scale-in",
        auto_scaling_group=group,
        policy_type="StepScaling",
        adjustment_type="ChangeInCapacity",
        step_adjustments=(StepAdjustment(-1, metric_interval_upper_bound=0),),
    )
    busy = _processors("processors-busy", "GreaterThanThreshold", BUSY_PERCENT, 2, group, more)
    idle = _processors("processors-idle", "LessThanThreshold", IDLE_PERCENT, 10, group, fewer)
    return more, fewer, busy, idle


def _processors(name: str, comparison: Any, percent: int, minutes: int, group: AutoScalingGroup, act: ScalingPolicy) -> Alarm:
    return Alarm(
        name,
        alarm_description=f"The instances' processors: {comparison} {percent} %",
        namespace="AWS/EC2",
        metric_name="CPUUtilization",
        dimensions={"AutoScalingGroupName": group},
        statistic="Average",
        period=60,
        evaluation_periods=minutes,
        comparison_operator=comparison,
        threshold=percent,
        treat_missing_data="notBreaching",
        alarm_actions=(act.arn,),
    )


def _hours(settings: Settings, group: AutoScalingGroup) -> tuple[ScheduledAction, ...]:
    opening, closing = (
        ScheduledAction(
            name,
            auto_scaling_group=group,
            recurrence=when,
            time_zone=HOURS,
            min_size=count,
            max_size=settings.max_instances,
            desired_capacity=count,
        )
        for name, when, count in (
            ("business-hours", OPENING, settings.business_hours_instances),
            ("after-hours", CLOSING, settings.after_hours_instances),
        )
    )
    return opening, closing
