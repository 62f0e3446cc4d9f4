"""Roles and instance profiles: what was just made or allowed is not known yet to the services that assume them.

AWS: IAM user guide, "Changes that I make are not always immediately visible"; the words are each service's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..call import Call, Refused
from ..mends.mending import Mends
from ..mends.service_access import can_assume
from .finding import at, instance_profile, launch_template, made, named, role
from .fresh import Birth, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fresh import Used

_PERMISSIONS = "permissions"
_LAMBDA = ("CreateFunction", "UpdateFunctionConfiguration")
_MONITORED = ("CreateDBInstance", "ModifyDBInstance", "CreateDBCluster", "ModifyDBCluster")
_MONITORING = "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING"
_CANNOT_ASSUME = "Unable to assume given IAM role"
_DENIED = "Access denied. Verify in IAM that the role has adequate permissions."

BIRTHS = (
    Birth("iam", ("PutRolePolicy", "AttachRolePolicy"), made(role, "RoleName"), _PERMISSIONS),
    Birth("iam", ("CreateInstanceProfile",), made(instance_profile, "InstanceProfile.InstanceProfileName")),
    Birth("iam", ("AddRoleToInstanceProfile",), made(instance_profile, "InstanceProfileName")),
)


def _in_a_vpc(call: Call) -> Iterator[Used]:
    if call.parameters.get("VpcConfig", {}).get("SubnetIds"):
        yield from named(role, "Role")(call)


def _launched_profile(call: Call) -> Iterator[Used]:
    """The instance profile of the launch template's version that a group is to launch."""
    for path in ("LaunchTemplate", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"):
        for key in ("LaunchTemplateId", "LaunchTemplateName"):
            for name in at(call.parameters, *path.split("."), key):
                template = launch_template(call, name)
                profiles = [version.data.get("IamInstanceProfile", {}) for version in template.versions] if template else []
                for profile in at(profiles, "Arn"):
                    yield from _profile(call, profile)
                for profile in at(profiles, "Name"):
                    yield from _profile(call, profile)


def _profile(call: Call, name: str) -> Iterator[Used]:
    if (found := instance_profile(call, name)) is not None:
        yield name, found


USES = (
    Use(
        "lambda",
        _LAMBDA,
        named(role, "Role"),
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    Use(
        "lambda",
        _LAMBDA,
        _in_a_vpc,
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        what=_PERMISSIONS,
    ),
    Use(
        "iam",
        ("AddRoleToInstanceProfile",),
        named(role, "RoleName"),
        "NoSuchEntity",
        "The role with name {} cannot be found.",
        404,
    ),
    Use(
        "autoscaling",
        ("CreateAutoScalingGroup", "UpdateAutoScalingGroup"),
        _launched_profile,
        "ValidationError",
        "You must use a valid fully-formed launch template. Value ({}) for parameter iamInstanceProfile.name is invalid. "
        "Invalid IAM Instance Profile name",
    ),
    Use(
        "ec2",
        ("RunInstances",),
        named(instance_profile, "IamInstanceProfile.Name", "IamInstanceProfile.Arn"),
        "InvalidParameterValue",
        "Value ({}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    ),
    Use("rds", _MONITORED, named(role, "MonitoringRoleArn"), "InvalidParameterValue", _MONITORING),
    Use(
        "rds",
        ("AddRoleToDBCluster",),
        named(role, "RoleArn"),
        "InvalidParameterValue",
        "IAM role ARN value is invalid or does not include the required permissions for: S3_INTEGRATION",
    ),
    Use("ec2", ("CreateFlowLogs",), named(role, "DeliverLogsPermissionArn"), "InvalidParameter", _CANNOT_ASSUME),
    *(
        Use(
            "cloudtrail",
            ("CreateTrail", "UpdateTrail"),
            named(role, "CloudWatchLogsRoleArn"),
            "InvalidCloudWatchLogsRoleArnException",
            _DENIED,
            what=what,
        )
        for what in ("", _PERMISSIONS)
    ),
    Use(
        "firehose",
        ("CreateDeliveryStream", "UpdateDestination"),
        named(
            role,
            *(
                f"ExtendedS3Destination{end}"
                for end in (
                    "Configuration.RoleARN",
                    "Update.RoleARN",
                    "Configuration.S3BackupConfiguration.RoleARN",
                    "Update.S3BackupUpdate.RoleARN",
                )
            ),
        ),
        "InvalidArgumentException",
        "Firehose is unable to assume role {}. Please check the role provided.",
    ),
    Use(
        "logs",
        ("PutSubscriptionFilter",),
        named(role, "roleArn"),
        "InvalidParameterException",
        "Could not deliver test message to specified stream. "
        "Make sure you have given CloudWatch Logs permission to assume the provided role.",
    ),
)

ec2, rds = Mends("ec2"), Mends("rds")


@ec2.first("CreateFlowLogs")
def flow_logs_can_assume_it(call: Call, backend: Any) -> None:
    """AWS: a role that is not there, or trusts somebody else, is none."""
    wanted = call.parameters.get("DeliverLogsPermissionArn")
    if wanted and not can_assume(call, wanted, "vpc-flow-logs.amazonaws.com"):
        raise Refused("InvalidParameter", _CANNOT_ASSUME)


@rds.first(*_MONITORED)
def monitoring_can_assume_it(call: Call, backend: Any) -> None:
    """AWS: enhanced monitoring writes by a role that trusts it."""
    wanted = call.parameters.get("MonitoringRoleArn")
    if wanted and not can_assume(call, wanted, "monitoring.rds.amazonaws.com"):
        raise Refused("InvalidParameterValue", _MONITORING)
