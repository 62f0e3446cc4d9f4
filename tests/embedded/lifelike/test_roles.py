"""Roles and instance profiles that are new to the services that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION
from ..mends.test_lambda import VPC_ACCESS, about
from .conftest import allow, policy, refused_once, said

if TYPE_CHECKING:
    from ..conftest import Connect
    from .conftest import MakeRole

NOBODY = f"arn:aws:iam::{ACCOUNT}:role/nobody"


@pytest.fixture
def subnets(ec2: Any) -> list[str]:
    return [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]


def test_lambda_must_know_the_role_and_then_what_it_allows(
    connect: Connect, make_role: MakeRole, ec2: Any, subnets: list[str]
) -> None:
    role = make_role("lambda.amazonaws.com", "role", VPC_ACCESS)
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    asked = about(role, VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group]})
    create = connect("lambda").create_function
    assert said(create, **asked) == (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )
    refused_once("InvalidParameterValueException", "permissions to call CreateNetworkInterface on EC2", create, **asked)


def test_a_function_in_no_vpc_needs_the_role_alone(connect: Connect, make_role: MakeRole) -> None:
    asked = about(make_role("lambda.amazonaws.com", "role", VPC_ACCESS))
    refused_once("InvalidParameterValueException", "cannot be assumed", connect("lambda").create_function, **asked)


def test_another_role_of_a_function_is_new_as_well(connect: Connect, make_role: MakeRole) -> None:
    functions = connect("lambda")
    asked = about(make_role("lambda.amazonaws.com"))
    refused_once("InvalidParameterValueException", "cannot be assumed", functions.create_function, **asked)
    while functions.get_function_configuration(FunctionName="f")["State"] != "Active":
        pass
    other = make_role("lambda.amazonaws.com", "other")
    change = functions.update_function_configuration
    refused_once("InvalidParameterValueException", "cannot be assumed", change, FunctionName="f", Role=other)


def test_a_profile_takes_a_role_a_moment_later(connect: Connect, make_role: MakeRole) -> None:
    make_role("ec2.amazonaws.com")
    iam = connect("iam")
    iam.create_instance_profile(InstanceProfileName="p")
    asked = {"InstanceProfileName": "p", "RoleName": "role"}
    refused_once("NoSuchEntity", "The role with name role cannot be found.", iam.add_role_to_instance_profile, **asked)


@pytest.mark.parametrize("spelt", ["Name", "Arn"])
@pytest.mark.parametrize("mixed", [False, True])
def test_a_group_launches_with_a_profile_a_moment_later(
    connect: Connect, ec2: Any, newly: None, subnets: list[str], spelt: str, mixed: bool
) -> None:
    made = connect("iam").create_instance_profile(InstanceProfileName="p")["InstanceProfile"]
    profile = {spelt: made[f"InstanceProfile{spelt}"] if spelt == "Name" else made["Arn"]}
    data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "IamInstanceProfile": profile}
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData=data)
    spec = {"LaunchTemplateName": "app", "Version": "1"}
    what = (
        {"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": spec}}}
        if mixed
        else {"LaunchTemplate": spec}
    )
    asked = {"AutoScalingGroupName": "g", "MinSize": 0, "MaxSize": 1, "VPCZoneIdentifier": subnets[0], **what}
    create = connect("autoscaling").create_auto_scaling_group
    assert "Invalid IAM Instance Profile name" in said(create, **asked)[1]
    refused_once("ValidationError", "template ID app, does not exist", create, **asked)


def test_an_instance_is_run_with_a_profile_a_moment_later(connect: Connect, ec2: Any, newly: None) -> None:
    connect("iam").create_instance_profile(InstanceProfileName="p")
    asked = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "p"}}
    refused_once("InvalidParameterValue", "Invalid IAM Instance Profile name", ec2.run_instances, **asked)


def test_a_database_is_monitored_by_a_role_that_rds_knows_and_that_trusts_it(connect: Connect, make_role: MakeRole) -> None:
    rds = connect("rds")
    engine = {"Engine": "aurora-mysql"}
    rds.create_db_cluster(DBClusterIdentifier="c", MasterUsername="root", MasterUserPassword="long-enough", **engine)
    member = {"DBInstanceIdentifier": "i", "DBInstanceClass": "db.r6g.large", "DBClusterIdentifier": "c", **engine}
    words = "required permissions for: ENHANCED_MONITORING"
    for wrong in (NOBODY, make_role("ec2.amazonaws.com", "other")):
        for _ in range(2):
            told = said(rds.create_db_instance, MonitoringRoleArn=wrong, MonitoringInterval=60, **member)
            assert (told[0], words in told[1]) == ("InvalidParameterValue", True)
    asked = {**member, "MonitoringRoleArn": make_role("monitoring.rds.amazonaws.com"), "MonitoringInterval": 60}
    refused_once("InvalidParameterValue", words, rds.create_db_instance, **asked)
    imports = {"DBClusterIdentifier": "c", "RoleArn": make_role("rds.amazonaws.com", "imports")}
    refused_once("InvalidParameterValue", "IAM role ARN value is invalid", rds.add_role_to_db_cluster, **imports)


def test_flow_logs_are_written_by_a_role_that_ec2_knows_and_that_trusts_them(
    connect: Connect, ec2: Any, make_role: MakeRole, vpc: str
) -> None:
    connect("logs").create_log_group(logGroupName="flows")
    asked = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "flows"}
    for wrong in (NOBODY, make_role("ec2.amazonaws.com", "other")):
        for _ in range(2):
            told = said(ec2.create_flow_logs, DeliverLogsPermissionArn=wrong, **asked)
            assert told == ("InvalidParameter", "Unable to assume given IAM role")
    asked["DeliverLogsPermissionArn"] = make_role("vpc-flow-logs.amazonaws.com")
    refused_once("InvalidParameter", "Unable to assume given IAM role", ec2.create_flow_logs, **asked)


def test_firehose_and_logs_assume_a_role_a_moment_later(connect: Connect, make_role: MakeRole) -> None:
    firehose, logs = connect("firehose"), connect("logs")
    destination = {"RoleARN": make_role("firehose.amazonaws.com", "delivers"), "BucketARN": "arn:aws:s3:::logs"}
    asked = {"DeliveryStreamName": "s", "ExtendedS3DestinationConfiguration": destination}
    refused_once("InvalidArgumentException", "unable to assume role", firehose.create_delivery_stream, **asked)
    while (
        firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]["DeliveryStreamStatus"]
        != "ACTIVE"
    ):
        pass
    logs.create_log_group(logGroupName="g")
    stream = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/s"
    asked = {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": stream}
    asked["roleArn"] = make_role("logs.amazonaws.com", "ships")
    refused_once("InvalidParameterException", "permission to assume", logs.put_subscription_filter, **asked)


def test_a_trail_writes_to_logs_by_a_role_and_its_permissions_a_moment_later(connect: Connect, make_role: MakeRole) -> None:
    s3, iam = connect("s3"), connect("iam")
    s3.create_bucket(Bucket="trails", CreateBucketConfiguration={"LocationConstraint": REGION})
    service = {"Service": "cloudtrail.amazonaws.com"}
    acl, put = allow("s3:GetBucketAcl", "arn:aws:s3:::trails"), allow("s3:PutObject", "arn:aws:s3:::trails/*")
    s3.put_bucket_policy(Bucket="trails", Policy=policy({**acl, "Principal": service}, {**put, "Principal": service}))
    connect("logs").create_log_group(logGroupName="g")
    role = make_role("cloudtrail.amazonaws.com")
    iam.put_role_policy(RoleName="role", PolicyName="p", PolicyDocument=policy(allow("logs:*", "*")))
    asked = {"Name": "trail", "S3BucketName": "trails", "CloudWatchLogsRoleArn": role}
    asked["CloudWatchLogsLogGroupArn"] = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:*"
    create = connect("cloudtrail").create_trail
    denied = "Access denied. Verify in IAM that the role has adequate permissions."
    assert said(create, **asked) == ("InvalidCloudWatchLogsRoleArnException", denied)
    assert said(create, **asked) == ("InvalidCloudWatchLogsRoleArnException", denied)
    refused_once("InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy", create, **asked)
