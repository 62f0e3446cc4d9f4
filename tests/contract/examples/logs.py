"""Amazon CloudWatch Logs."""

from __future__ import annotations

from provisioner.resources.kms.key import Key
from provisioner.resources.logs.delivery import Delivery
from provisioner.resources.logs.delivery_destination import DeliveryDestination
from provisioner.resources.logs.delivery_source import DeliverySource
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.logs.metric_filter import MetricFilter, MetricTransformation
from provisioner.resources.logs.subscription_filter import SubscriptionFilter
from provisioner.resources.s3.bucket import Bucket

from . import Example


def lets_logs(name: str) -> Key:
    owner, logs = {"AWS": "123456789012"}, {"Service": "logs.us-east-1.amazonaws.com"}
    allowed = ((owner, "kms:*"), (logs, "kms:GenerateDataKey*"))
    statements = [{"Effect": "Allow", "Principal": who, "Action": what, "Resource": "*"} for who, what in allowed]
    return Key(name, policy={"Version": "2012-10-17", "Statement": statements})


KEY, OTHER_KEY = lets_logs("key"), lets_logs("other-key")
GROUP, OTHER_GROUP = LogGroup("application"), LogGroup("other")
CENTRAL = "arn:aws:logs:us-east-1:210987654321:destination"
KNOWLEDGE_BASE = "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/EXAMPLE"
SOURCE = DeliverySource("source", resource_arn=KNOWLEDGE_BASE, log_type="APPLICATION_LOGS")
OTHER_SOURCE = DeliverySource("other-source", resource_arn=KNOWLEDGE_BASE, log_type="APPLICATION_LOGS")
PRINCIPAL = {"Service": "delivery.logs.amazonaws.com"}


def takes_logs(name: str) -> Bucket:
    arn = f"arn:aws:s3:::shop-{name}-test-123456789012/*"
    statement = {"Effect": "Allow", "Principal": PRINCIPAL, "Action": "s3:PutObject", "Resource": arn}
    return Bucket(name, policy={"Version": "2012-10-17", "Statement": [statement]})


def lets_deliver(account: str) -> dict[str, object]:
    principal, arn = {"AWS": account}, "arn:aws:logs:us-east-1:123456789012:delivery-source:*"
    statement = {"Effect": "Allow", "Principal": principal, "Action": "logs:CreateDelivery", "Resource": arn}
    return {"Version": "2012-10-17", "Statement": [statement]}


BUCKET = takes_logs("vended")
TO_BUCKET = DeliveryDestination("bucket", destination_resource_arn=BUCKET.arn, output_format="json")
TO_THE_SAME = DeliveryDestination("same", destination_resource_arn=BUCKET.arn)

EXAMPLES = [
    Example(
        LogGroup("group", log_group_name="/aws/lambda/example", retention_in_days=30, kms_key=KEY, after=(KEY, OTHER_KEY)),
        changes={"retention_in_days": 0, "kms_key": OTHER_KEY, "deletion_protection_enabled": True},
        replaces={"log_group_name": "/aws/lambda/another", "log_group_class": "INFREQUENT_ACCESS"},
    ),
    Example(
        DeliverySource(
            "source",
            resource_arn=KNOWLEDGE_BASE,
            log_type="APPLICATION_LOGS",
            delivery_source_configuration={"samplingRate": "50"},
        ),
        changes={"delivery_source_configuration": {"samplingRate": "10"}},
        replaces={"resource_arn": f"{KNOWLEDGE_BASE}2"},
        fixed={"log_type": "this source has only one: see the type's own tests"},
    ),
    Example(
        DeliveryDestination(
            "destination",
            destination_resource_arn="arn:aws:s3:::logs",
            output_format="json",
            policy=lets_deliver("210987654321"),
        ),
        changes={"destination_resource_arn": "arn:aws:s3:::logs/vended", "policy": {}},
        replaces={"output_format": "plain"},
        fixed={
            "delivery_destination_type": "it follows from the ARN: see the type's own tests",
            "role_arn": "only X-Ray has one: see the type's own tests",
        },
    ),
    Example(
        Delivery(
            "delivery",
            delivery_source=SOURCE,
            delivery_destination=TO_BUCKET,
            record_fields=("date", "time"),
            field_delimiter="",
            s3_suffix_path="{yyyy}/",
            s3_enable_hive_compatible_path=False,
            after=(OTHER_SOURCE, TO_THE_SAME),
        ),
        changes={
            "record_fields": ("date", "time", "cs-method"),
            "field_delimiter": "\t",
            "s3_suffix_path": "{yyyy}/{MM}/",
            "s3_enable_hive_compatible_path": True,
        },
        replaces={"delivery_source": OTHER_SOURCE, "delivery_destination": TO_THE_SAME},
    ),
    Example(
        MetricFilter(
            "errors",
            log_group=GROUP,
            filter_pattern="ERROR",
            metric_transformations=(MetricTransformation("Errors", "Shop", dimensions={"Code": "$.code"}),),
            field_selection_criteria="",
            emit_system_field_dimensions=(),
            after=(OTHER_GROUP,),
        ),
        changes={
            "filter_pattern": "",
            "metric_transformations": (MetricTransformation("Failures", "Store", "$.n", default_value=0.0, unit="Count"),),
            "apply_on_transformed_logs": True,
            "field_selection_criteria": '@aws.region = "us-east-1"',
            "emit_system_field_dimensions": ("@aws.region", "@aws.account"),
        },
        replaces={"log_group": OTHER_GROUP},
    ),
    Example(
        SubscriptionFilter(
            "central",
            log_group=GROUP,
            destination_arn=f"{CENTRAL}:one",
            role_arn="",
            distribution="ByLogStream",
            field_selection_criteria="",
            emit_system_fields=(),
            after=(OTHER_GROUP,),
        ),
        changes={
            "destination_arn": f"{CENTRAL}:two",
            "role_arn": "arn:aws:iam::123456789012:role/writer",
            "filter_pattern": "ERROR",
            "distribution": "Random",
            "apply_on_transformed_logs": True,
            "field_selection_criteria": '@aws.region = "us-east-1"',
            "emit_system_fields": ("@source.log", "@aws.account"),
        },
        replaces={"log_group": OTHER_GROUP},
    ),
]
