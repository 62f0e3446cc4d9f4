"""Grants: for seconds after a policy of a bucket, a topic or a function is put, those whom it lets in are still shut out.

AWS: who delivers somewhere tries that when it is told to, and so meets the policy of a moment ago.
"""

from __future__ import annotations

from .finding import bucket, function, made, named, topic
from .fresh import Birth, Use

_POLICY = "policy"
_TRAILS = ("CreateTrail", "UpdateTrail")
_UNTRIED = "Unable to validate the following destination configurations"

BIRTHS = (
    Birth("s3", ("PutBucketPolicy",), made(bucket, "Bucket"), _POLICY),
    Birth("sns", ("CreateTopic", "SetTopicAttributes"), made(topic, "TopicArn"), _POLICY),
    Birth("lambda", ("AddPermission",), made(function, "FunctionName"), _POLICY),
    Birth("lambda", ("CreateFunction",), made(function, "FunctionName")),
)

USES = (
    Use(
        "cloudtrail",
        _TRAILS,
        named(bucket, "S3BucketName"),
        "InsufficientS3BucketPolicyException",
        "Incorrect S3 bucket policy is detected for bucket: {}",
        what=_POLICY,
    ),
    Use(
        "cloudtrail",
        _TRAILS,
        named(topic, "SnsTopicName"),
        "InsufficientSnsTopicPolicyException",
        "SNS Topic does not exist or the topic policy is incorrect!",
        what=_POLICY,
    ),
    Use(
        "elbv2",
        ("ModifyLoadBalancerAttributes",),
        # A bucket's name is the value of one attribute; no other attribute's value is the name of a bucket.
        named(bucket, "Attributes.Value"),
        "InvalidConfigurationRequest",
        "Access Denied for bucket: {}. Please check S3bucket permission",
        what=_POLICY,
    ),
    Use(
        "s3",
        ("PutBucketLogging",),
        named(bucket, "BucketLoggingStatus.LoggingEnabled.TargetBucket"),
        "InvalidTargetBucketForLogging",
        "You must give the log-delivery group WRITE and READ_ACP permissions to the target bucket",
        what=_POLICY,
    ),
    *(
        Use(
            "s3",
            ("PutBucketNotificationConfiguration",),
            named(find, f"NotificationConfiguration.{path}"),
            "InvalidArgument",
            _UNTRIED,
            what=_POLICY,
        )
        for find, path in (
            (function, "LambdaFunctionConfigurations.LambdaFunctionArn"),
            (topic, "TopicConfigurations.TopicArn"),
        )
    ),
    Use(
        "autoscaling",
        ("PutNotificationConfiguration",),
        named(topic, "TopicARN"),
        "ValidationError",
        "Unable to publish test message to notification target {}. Please check your target configuration and try again.",
        what=_POLICY,
    ),
    Use(
        "secretsmanager",
        ("RotateSecret",),
        named(function, "RotationLambdaARN"),
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access "
        "to the principal secretsmanager.amazonaws.com.",
        what=_POLICY,
    ),
    Use(
        "logs",
        ("PutSubscriptionFilter",),
        named(function, "destinationArn"),
        "InvalidParameterException",
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
        what=_POLICY,
    ),
    Use(
        "lambda",
        ("AddPermission",),
        named(function, "FunctionName"),
        "ResourceNotFoundException",
        "Function not found: {}",
        404,
    ),
)
