"""Amazon Data Firehose."""

from __future__ import annotations

from typing import Any

from provisioner.resources.firehose.delivery_stream import DeliveryStream
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key

from . import Example


def trusts_firehose(name: str) -> Role:
    principal = {"Service": "firehose.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return Role(name, assume_role_policy={"Version": "2012-10-17", "Statement": [statement]})


def transformed_by(function: str) -> dict[str, Any]:
    arn = {"ParameterName": "LambdaArn", "ParameterValue": f"arn:aws:lambda:us-east-1:123456789012:function:{function}"}
    return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": [arn]}]}


def backed_up(prefix: str) -> dict[str, Any]:
    return {"RoleARN": ROLE.arn, "BucketARN": "arn:aws:s3:::backup", "Prefix": prefix}


def table(name: str) -> dict[str, Any]:
    return {"Enabled": True, "SchemaConfiguration": {"DatabaseName": "logs", "TableName": name}}


ROLE, OTHER_ROLE = trusts_firehose("role"), trusts_firehose("other-role")
KEY = Key("key")
DATA = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-11111111111"

EXAMPLES = [
    Example(
        DeliveryStream(
            "stream",
            delivery_stream_name="aws-waf-logs-example",
            throughput_hint_in_mbs=1,
            role_arn=ROLE.arn,
            bucket="logs",
            prefix="app/",
            error_output_prefix="errors/",
            kms_key=f"{DATA}1",
            log_group="/firehose/example",
            log_stream_name="delivery",
            processing_configuration=transformed_by("one"),
            s3_backup_mode="Enabled",
            s3_backup_configuration=backed_up("raw/"),
            data_format_conversion_configuration=table("one"),
            dynamic_partitioning_enabled=True,
            dynamic_partitioning_retry_seconds=300,
            file_extension=".gz",
            custom_time_zone="UTC",
            server_side_encryption_key="",
            after=(OTHER_ROLE, KEY),
        ),
        changes={
            "role_arn": OTHER_ROLE.arn,
            "bucket": "other-logs",
            "prefix": "",
            "error_output_prefix": "failed/",
            "buffering_size_in_mbs": 64,
            "buffering_interval_in_seconds": 60,
            "compression_format": "GZIP",
            "kms_key": f"{DATA}2",
            "log_group": "/firehose/another",
            "log_stream_name": "another",
            "processing_configuration": transformed_by("another"),
            "s3_backup_configuration": backed_up("unchanged/"),
            "data_format_conversion_configuration": table("another"),
            "dynamic_partitioning_retry_seconds": 0,
            "file_extension": "",
            "custom_time_zone": "Europe/Berlin",
            "server_side_encryption_key": KEY,
        },
        replaces={"delivery_stream_name": "aws-waf-logs-another", "throughput_hint_in_mbs": 2},
        fixed={
            "s3_backup_mode": "once enabled it stays: see the type's own tests",
            "dynamic_partitioning_enabled": "off, it has no retries to wait for: see the type's own tests",
            "server_side_encryption": "off, it has no key: see the type's own tests",
        },
    ),
]
