"""Delivery streams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

BUCKET = "arn:aws:s3:::logs"


@pytest.fixture
def firehose(connect: Connect) -> Any:
    return connect("firehose")


@pytest.fixture
def role(connect: Connect) -> str:
    return made_role(connect, "firehose.amazonaws.com")


def made_role(connect: Connect, service: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    name = service.partition(".")[0]
    return str(connect("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])


def create(firehose: Any, role: str, **more: Any) -> None:
    destination = {"RoleARN": role, "BucketARN": BUCKET, **more.pop("destination", {})}
    firehose.create_delivery_stream(DeliveryStreamName="s", ExtendedS3DestinationConfiguration=destination, **more)


def shown(firehose: Any) -> dict[str, Any]:
    return dict(firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"])


def statuses(firehose: Any, looks: int) -> list[str]:
    return [shown(firehose)["DeliveryStreamStatus"] for _ in range(looks)]


def active(firehose: Any, role: str, **more: Any) -> dict[str, Any]:
    create(firehose, role, **more)
    statuses(firehose, 3)
    return shown(firehose)


def destination(stream: dict[str, Any]) -> dict[str, Any]:
    return dict(stream["Destinations"][0]["ExtendedS3DestinationDescription"])


def change(stream: dict[str, Any], **update: Any) -> dict[str, Any]:
    return {
        "DeliveryStreamName": "s",
        "CurrentDeliveryStreamVersionId": stream["VersionId"],
        "DestinationId": stream["Destinations"][0]["DestinationId"],
        "ExtendedS3DestinationUpdate": update,
    }


def test_a_stream_takes_its_time_and_can_not_be_changed_meanwhile(firehose: Any, role: str) -> None:
    create(firehose, role)
    stream = shown(firehose)
    assert stream["DeliveryStreamStatus"] == "CREATING"
    assert refusal(firehose.update_destination, **change(stream, Prefix="a/")) == "ResourceInUseException"
    assert refusal(firehose.delete_delivery_stream, DeliveryStreamName="s") == "ResourceInUseException"
    assert refusal(firehose.start_delivery_stream_encryption, **_by_own_key()) == "ResourceInUseException"
    assert statuses(firehose, 2) == ["CREATING", "ACTIVE"]
    firehose.delete_delivery_stream(DeliveryStreamName="s")
    firehose.delete_delivery_stream(DeliveryStreamName="s")
    assert statuses(firehose, 2) == ["DELETING", "DELETING"]
    assert refusal(firehose.create_delivery_stream, **_named(role)) == "ResourceInUseException"
    assert refusal(firehose.describe_delivery_stream, DeliveryStreamName="s") == "ResourceNotFoundException"
    create(firehose, role)


def _named(role: str) -> dict[str, Any]:
    return {"DeliveryStreamName": "s", "ExtendedS3DestinationConfiguration": {"RoleARN": role, "BucketARN": BUCKET}}


def _by_own_key() -> dict[str, Any]:
    return {"DeliveryStreamName": "s", "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"}}


def test_defaults_are_shown(firehose: Any, role: str) -> None:
    stream = active(firehose, role, DirectPutSourceConfiguration={"ThroughputHintInMBs": 2})
    assert destination(stream) == {
        "RoleARN": role,
        "BucketARN": BUCKET,
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
        "S3BackupMode": "Disabled",
    }
    assert stream["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    assert stream["Source"] == {"DirectPutSourceDescription": {"ThroughputHintInMBs": 2}}


def test_an_update_leaves_what_it_does_not_say(firehose: Any, role: str) -> None:
    stream = active(firehose, role, destination={"Prefix": "a/"})
    firehose.update_destination(**change(stream, CompressionFormat="GZIP"))
    after = shown(firehose)
    assert (destination(after)["Prefix"], destination(after)["CompressionFormat"], after["VersionId"]) == ("a/", "GZIP", "2")
    assert "LastUpdateTimestamp" in after
    assert refusal(firehose.update_destination, **change(stream, Prefix="b/")) == "ConcurrentModificationException"


def test_backup_stays_and_partitioning_goes_with_birth(firehose: Any, role: str) -> None:
    assert refusal(firehose.create_delivery_stream, **_backed_up(role)) == "InvalidArgumentException"
    stream = active(firehose, role)
    backup = {"RoleARN": role, "BucketARN": "arn:aws:s3:::raw"}
    firehose.update_destination(**change(stream, S3BackupMode="Enabled", S3BackupUpdate=backup))
    stream = shown(firehose)
    assert destination(stream)["S3BackupDescription"]["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}
    assert refusal(firehose.update_destination, **change(stream, S3BackupMode="Disabled")) == "InvalidArgumentException"
    partitioned = change(stream, DynamicPartitioningConfiguration={"Enabled": True})
    assert refusal(firehose.update_destination, **partitioned) == "InvalidArgumentException"


def _backed_up(role: str) -> dict[str, Any]:
    named = _named(role)
    named["ExtendedS3DestinationConfiguration"]["S3BackupMode"] = "Enabled"
    return named


def test_a_role_must_be_there_and_trust_firehose(connect: Connect, firehose: Any, role: str) -> None:
    for wrong in (role + "x", made_role(connect, "ec2.amazonaws.com")):
        assert refusal(firehose.create_delivery_stream, **_named(wrong)) == "InvalidArgumentException"
    stream = active(firehose, role)
    assert refusal(firehose.update_destination, **change(stream, RoleARN=role + "x")) == "InvalidArgumentException"


def test_encryption_starts_and_stops_with_a_key_that_is_there(connect: Connect, firehose: Any, role: str) -> None:
    active(firehose, role)
    key = connect("kms").create_key()["KeyMetadata"]["Arn"]
    by_key = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
    start = {"DeliveryStreamName": "s", "DeliveryStreamEncryptionConfigurationInput": by_key}
    firehose.start_delivery_stream_encryption(**start)
    found = [shown(firehose)["DeliveryStreamEncryptionConfiguration"]["Status"] for _ in range(3)]
    assert found == ["ENABLING", "ENABLING", "ENABLED"]
    assert shown(firehose)["DeliveryStreamEncryptionConfiguration"]["KeyARN"] == key
    firehose.stop_delivery_stream_encryption(DeliveryStreamName="s")
    found = [shown(firehose)["DeliveryStreamEncryptionConfiguration"]["Status"] for _ in range(3)]
    assert found == ["DISABLING", "DISABLING", "DISABLED"]
    connect("kms").disable_key(KeyId=key.rpartition("/")[2])
    assert refusal(firehose.start_delivery_stream_encryption, **start) == "InvalidKMSResourceException"
    by_key["KeyARN"] = key + "x"
    assert refusal(firehose.start_delivery_stream_encryption, **start) == "InvalidKMSResourceException"


def test_streams_to_other_places_are_motos(connect: Connect, firehose: Any, role: str) -> None:
    place = {"EndpointConfiguration": {"Url": "https://example.com"}, "S3Configuration": {"RoleARN": role, "BucketARN": BUCKET}}
    firehose.create_delivery_stream(DeliveryStreamName="s", HttpEndpointDestinationConfiguration=place)
    assert statuses(firehose, 1) == ["ACTIVE"]
    firehose.start_delivery_stream_encryption(**_by_own_key())
    firehose.delete_delivery_stream(DeliveryStreamName="s")
    assert refusal(firehose.delete_delivery_stream, DeliveryStreamName="s") == "ResourceNotFoundException"


def test_records_go_where_the_newest_configuration_says(connect: Connect, firehose: Any, role: str) -> None:
    connect("s3", "us-east-1").create_bucket(Bucket="logs")
    stream = active(firehose, role)
    firehose.update_destination(**change(stream, Prefix="newest/"))
    firehose.put_record(DeliveryStreamName="s", Record={"Data": b"x"})
    [found] = connect("s3", "us-east-1").list_objects_v2(Bucket="logs")["Contents"]
    assert found["Key"].startswith("newest/")
