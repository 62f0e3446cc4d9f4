"""What other hands do to what holds data: only what does not lose any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hand import Hand


def bucket_opened(hand: Hand) -> None:
    hand.client("s3").delete_public_access_block(Bucket=hand.take("s3", "list_buckets", "Buckets[].Name"))


def bucket_policy_deleted(hand: Hand) -> None:
    hand.client("s3").delete_bucket_policy(Bucket=hand.take("s3", "list_buckets", "Buckets[].Name"))


def versioning_suspended(hand: Hand) -> None:
    bucket = hand.take("s3", "list_buckets", "Buckets[].Name")
    hand.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def lifecycle_deleted(hand: Hand) -> None:
    hand.client("s3").delete_bucket_lifecycle(Bucket=hand.take("s3", "list_buckets", "Buckets[].Name"))


def key_disabled(hand: Hand) -> None:
    key = hand.take("kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].TargetKeyId")
    hand.client("kms").disable_key(KeyId=key)


def key_rotation_stopped(hand: Hand) -> None:
    key = hand.take("kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].TargetKeyId")
    hand.client("kms").disable_key_rotation(KeyId=key)


def alias_deleted(hand: Hand) -> None:
    alias = hand.take("kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName")
    hand.client("kms").delete_alias(AliasName=alias)


def secret_policy_deleted(hand: Hand) -> None:
    hand.client("secretsmanager").delete_resource_policy(
        SecretId=hand.take("secretsmanager", "list_secrets", "SecretList[].ARN")
    )


def password_rotation_cancelled(hand: Hand) -> None:
    secret = hand.take("secretsmanager", "list_secrets", "SecretList[?RotationEnabled].ARN")
    hand.client("secretsmanager").cancel_rotate_secret(SecretId=secret)


def backups_shortened(hand: Hand) -> None:
    cluster = hand.take("rds", "describe_db_clusters", "DBClusters[].DBClusterIdentifier")
    hand.client("rds").modify_db_cluster(DBClusterIdentifier=cluster, BackupRetentionPeriod=2, ApplyImmediately=True)


def cluster_parameter_reset(hand: Hand) -> None:
    own = "DBClusterParameterGroups[?!starts_with(DBClusterParameterGroupName, 'default.')].DBClusterParameterGroupName"
    group = hand.take("rds", "describe_db_cluster_parameter_groups", own)
    reset = [{"ParameterName": "require_secure_transport", "ParameterValue": "OFF", "ApplyMethod": "immediate"}]
    hand.client("rds").modify_db_cluster_parameter_group(DBClusterParameterGroupName=group, Parameters=reset)


DRIFTS = (
    *(bucket_opened, bucket_policy_deleted, versioning_suspended, lifecycle_deleted, key_disabled, key_rotation_stopped),
    *(alias_deleted, secret_policy_deleted, password_rotation_cancelled, backups_shortened, cluster_parameter_reset),
)
