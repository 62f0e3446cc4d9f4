"""Amazon Simple Notification Service."""

from __future__ import annotations

from typing import Any

from provisioner.resources.kms.key import Key
from provisioner.resources.sns.attributes import DeliveryStatusLogging
from provisioner.resources.sns.subscription import Subscription
from provisioner.resources.sns.topic import Topic

from . import Example

KEY, OTHER_KEY = Key("key"), Key("other-key")
ROLE, OTHER_ROLE = (f"arn:aws:iam::123456789012:role/{name}" for name in ("logging", "other"))
ARN = "arn:aws:sns:us-east-1:123456789012:shop-orders-test.fifo"
TOPIC = Topic("alarms")


def policy(sid: str) -> dict[str, Any]:
    principal, action = {"Service": "cloudwatch.amazonaws.com"}, "sns:Publish"
    return {"Statement": [{"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": ARN}]}


def protection(name: str) -> dict[str, Any]:
    return {"Name": name, "Version": "2021-06-01", "Statement": [{"Sid": "Deny", "DataDirection": "Inbound"}]}


def queue(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


EXAMPLES = [
    Example(
        Topic(
            "orders",
            display_name="Orders",
            kms_master_key=KEY,
            policy=policy("Alarms"),
            fifo_topic=True,
            archive_policy={"MessageRetentionPeriod": "30"},
            delivery_policy={},
            data_protection_policy={},
            signature_version="1",
            maximum_message_size=262_144,
            fifo_throughput_scope="Topic",
            delivery_status_logging={"SQS": DeliveryStatusLogging(ROLE, ROLE)},
            after=(KEY, OTHER_KEY),
        ),
        changes={
            "display_name": "",
            "kms_master_key": OTHER_KEY,
            "policy": policy("Others"),
            "delivery_policy": {"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}}},
            "data_protection_policy": protection("one"),
            "signature_version": "2",
            "maximum_message_size": 1024,
            "content_based_deduplication": True,
            "fifo_throughput_scope": "MessageGroup",
            "archive_policy": {},
            "delivery_status_logging": {"HTTP": DeliveryStatusLogging(failure_feedback_role_arn=OTHER_ROLE)},
        },
        fixed={
            "fifo_topic": "only a FIFO topic has an archive: see the type's own tests",
            "tracing_config": "of standard topics only: see the type's own tests",
        },
    ),
    Example(
        Subscription(
            "alarms/sqs/orders",
            topic=TOPIC,
            protocol="sqs",
            endpoint=queue("shop-orders-test"),
            filter_policy={},
            filter_policy_scope="MessageAttributes",
            redrive_policy={},
            delivery_policy={},
            replay_policy={},
            subscription_role_arn=OTHER_ROLE,
        ),
        changes={
            "raw_message_delivery": True,
            "filter_policy": {"kind": ["alarm"]},
            "filter_policy_scope": "MessageBody",
            "redrive_policy": {"deadLetterTargetArn": queue("dead")},
            "delivery_policy": {"healthyRetryPolicy": {"numRetries": 5}},
            "replay_policy": {"PointType": "Timestamp", "StartingPoint": "2030-01-01T00:00:00Z"},
            "subscription_role_arn": ROLE,
        },
        fixed={
            "topic": "it is in the step's own name: see the type's own tests",
            "protocol": "it is in the step's own name: see the type's own tests",
            "endpoint": "it is in the step's own name: see the type's own tests",
        },
    ),
]
