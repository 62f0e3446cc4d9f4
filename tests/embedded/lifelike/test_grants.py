"""Policies of buckets, topics and functions that are new to those whom they let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION
from ..mends.test_lambda import about
from .conftest import allow, policy, refused_once, said

if TYPE_CHECKING:
    from ..conftest import Connect
    from .conftest import MakeRole


@pytest.fixture
def bucket(connect: Connect, newly: None) -> str:
    """One whose policy lets everybody whom AWS delivers as write."""
    s3 = connect("s3")
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    writers = ("cloudtrail", "logdelivery.elasticloadbalancing", "logging.s3")
    who = {"Service": [f"{one}.amazonaws.com" for one in writers]}
    statement = allow("s3:*", "arn:aws:s3:::files", Principal=who)
    s3.put_bucket_policy(
        Bucket="files", Policy=policy({**statement, "Resource": ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]})
    )
    return "files"


@pytest.fixture
def function(connect: Connect, make_role: MakeRole) -> str:
    functions, asked = connect("lambda"), about(make_role("lambda.amazonaws.com"))
    said(functions.create_function, **asked)
    return str(functions.create_function(**asked)["FunctionArn"])


def test_a_trail_is_made_once_its_bucket_and_its_topic_are_known(connect: Connect, bucket: str) -> None:
    topic = connect("sns").create_topic(Name="t")["TopicArn"]
    publishes = allow("sns:Publish", topic, Principal={"Service": "cloudtrail.amazonaws.com"})
    connect("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(publishes))
    asked = {"Name": "trail", "S3BucketName": bucket, "SnsTopicName": topic}
    create = connect("cloudtrail").create_trail
    assert said(create, **asked)[0] == "InsufficientS3BucketPolicyException"
    refused_once("InsufficientSnsTopicPolicyException", "topic policy is incorrect", create, **asked)


def test_a_load_balancer_logs_to_a_bucket_a_moment_later(connect: Connect, ec2: Any, bucket: str) -> None:
    elbv2 = connect("elbv2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    made = elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    wanted = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket}
    asked = {"LoadBalancerArn": made, "Attributes": [{"Key": key, "Value": value} for key, value in wanted.items()]}
    words = "Access Denied for bucket: files. Please check S3bucket permission"
    refused_once("InvalidConfigurationRequest", words, elbv2.modify_load_balancer_attributes, **asked)


def test_a_bucket_logs_to_another_and_tells_a_topic_a_moment_later(connect: Connect, bucket: str) -> None:
    s3 = connect("s3")
    topic = connect("sns").create_topic(Name="t")["TopicArn"]
    logging = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": ""}}
    refused_once(
        "InvalidTargetBucketForLogging", "log-delivery", s3.put_bucket_logging, Bucket=bucket, BucketLoggingStatus=logging
    )
    told = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
    put = s3.put_bucket_notification_configuration
    refused_once("InvalidArgument", "Unable to validate", put, Bucket=bucket, NotificationConfiguration=told)


def test_a_group_tells_a_topic_a_moment_later(connect: Connect, newly: None) -> None:
    scaling, topic = connect("autoscaling"), connect("sns").create_topic(Name="t")["TopicArn"]
    scaling.create_launch_configuration(LaunchConfigurationName="c", ImageId="ami-12c6146b", InstanceType="t3.micro")
    zones = [f"{REGION}a"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g", LaunchConfigurationName="c", MinSize=0, MaxSize=1, AvailabilityZones=zones
    )
    asked = {"AutoScalingGroupName": "g", "TopicARN": topic, "NotificationTypes": ["autoscaling:EC2_INSTANCE_LAUNCH"]}
    refused_once("ValidationError", "Unable to publish test message", scaling.put_notification_configuration, **asked)


def test_a_function_is_known_and_may_be_called_a_moment_later(connect: Connect, function: str) -> None:
    functions, secrets, logs = connect("lambda"), connect("secretsmanager"), connect("logs")
    secret = secrets.create_secret(Name="s", SecretString="x")["ARN"]

    def let(service: str) -> dict[str, str]:
        name = service.partition(".")[0]
        return {"FunctionName": "f", "StatementId": name, "Principal": service, "Action": "lambda:InvokeFunction"}

    rotates = let("secretsmanager.amazonaws.com")
    refused_once("ResourceNotFoundException", "Function not found: f", functions.add_permission, **rotates)
    asked = {"SecretId": secret, "RotationLambdaARN": function, "RotationRules": {"AutomaticallyAfterDays": 1}}
    refused_once("AccessDeniedException", "cannot invoke the specified Lambda function", secrets.rotate_secret, **asked)
    functions.add_permission(**let("logs.amazonaws.com"))
    logs.create_log_group(logGroupName="g")
    asked = {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": function}
    refused_once("InvalidParameterException", "Could not execute the lambda function", logs.put_subscription_filter, **asked)


def test_a_role_of_this_minute_may_not_be_let_in_yet(connect: Connect, make_role: MakeRole, function: str) -> None:
    add = connect("lambda").add_permission
    role = make_role("ec2.amazonaws.com", "caller")
    asked = {"FunctionName": "f", "StatementId": "s", "Principal": role, "Action": "lambda:InvokeFunction"}
    said(add, **{**asked, "Principal": ACCOUNT})
    refused_once("InvalidParameterValueException", "The provided principal was invalid", add, **asked)
    statement = connect("lambda").get_policy(FunctionName="f")["Policy"]
    assert role in statement
    connect("iam").delete_role(RoleName="caller")
    assert "AROA" in connect("lambda").get_policy(FunctionName="f")["Policy"]
