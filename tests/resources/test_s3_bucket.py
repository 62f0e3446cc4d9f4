from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import as_tags
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.rules import LifecycleRule, Notification, ReplicationRule

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-site-test-123456789012"


def site(**more: Any) -> Bucket:
    return Bucket("site", **more)


def tags(aws: Aws) -> dict[str, str]:
    return as_tags(aws.s3.get_bucket_tagging(Bucket=NAME)["TagSet"])


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_a_new_bucket_needs_one_call_only(aws: Aws, embedded: Running) -> None:
    bucket = up(aws, site())["site"]
    assert writes(embedded) == ["CreateBucket"]
    assert (bucket["Name"], bucket["Arn"]) == (NAME, f"arn:aws:s3:::{NAME}")
    assert bucket["RegionalDomainName"] == f"{NAME}.s3.us-east-1.amazonaws.com"


@pytest.mark.parametrize(("region", "place"), [("us-east-1", {}), ("eu-central-1", {"LocationConstraint": "eu-central-1"})])
def test_only_the_first_region_must_not_be_named(aws: Aws, embedded: Running, region: str, place: dict[str, str]) -> None:
    up(aws.at(region), site())
    [made] = [call for call in embedded.calls if call.operation == "CreateBucket"]
    sent = made.parameters["CreateBucketConfiguration"]
    assert {name: value for name, value in sent.items() if name != "Tags"} == place
    assert as_tags(sent["Tags"])["provisioner:step"] == "Bucket/site"


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    ours = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Bucket/site"}
    made = site(tags=ours, empty_on_delete=True).create(aws)
    [read] = Bucket.living(aws)
    assert made is not None
    assert {name: read[name] for name in made} == made


def test_a_bucket_is_listed_in_its_own_region_only(aws: Aws) -> None:
    europe = aws.at("eu-central-1")
    up(europe, site())
    assert list(Bucket.living(aws)) == []
    assert [bucket["Name"] for bucket in Bucket.living(europe)] == [NAME]


def test_buckets_that_the_convention_does_not_name_are_not_asked_for_anything(aws: Aws, embedded: Running) -> None:
    for name in ("theirs", "shop-theirs", "shop-site-other-123456789012", "shop-site-test-999999999999"):
        aws.s3.create_bucket(Bucket=name)
    before = len(embedded.calls)
    assert list(Bucket.living(aws)) == []
    assert [call.operation for call in list(embedded.calls)[before:]] == ["ListBuckets"]


def test_a_long_name_is_found_again(aws: Aws) -> None:
    long = Bucket("a-step-whose-name-is-far-too-long-for-any-bucket-in-this-world")
    [bucket] = up(aws, long).values()
    assert len(bucket["Name"]) == 63
    assert to_do(aws, long) == {}


def test_a_bucket_of_that_name_that_is_not_the_plans_is_refused(aws: Aws, embedded: Running) -> None:
    aws.s3.create_bucket(Bucket=NAME)
    before = len(embedded.calls)
    said = f"Bucket/site is to be called {NAME}, and a bucket of that name is not the plan's"
    assert errors(outcome(aws, site())) == {"Bucket/site": f"{said}: rename the step, or remove that bucket"}
    assert writes(embedded, before) == []


def test_in_other_regions_s3_itself_refuses_a_second_bucket(aws: Aws) -> None:
    europe = aws.at("eu-central-1")
    europe.s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert "not this plan's" in errors(outcome(europe, site()))["Bucket/site"]


def test_the_tags_of_others_survive(aws: Aws) -> None:
    up(aws, site())
    theirs = {**tags(aws), "cost": "42"}
    aws.s3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in theirs.items()]})
    assert to_do(aws, site()) == {}
    up(aws, site(tags={"mine": "yes"}, empty_on_delete=True))
    assert tags(aws) == {**theirs, "mine": "yes", "provisioner:empty-on-delete": "true"}
    up(aws, site(tags={"mine": "yes"}))
    assert tags(aws) == {**theirs, "mine": "yes"}


def test_parts_are_put_one_after_the_other_in_the_order_that_s3_wants(aws: Aws, embedded: Running) -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{NAME}/*"}
    up(aws, site())
    before = len(embedded.calls)
    up(
        aws,
        site(
            object_ownership="BucketOwnerPreferred",
            block_public_policy=False,
            restrict_public_buckets=False,
            bucket_key_enabled=True,
            versioning="Enabled",
            policy=policy(public),
            lifecycle_rules=(LifecycleRule("old", expiration_days=1),),
            event_bridge_enabled=True,
        ),
    )
    assert writes(embedded, before) == [
        "PutBucketOwnershipControls",
        "PutPublicAccessBlock",
        "PutBucketEncryption",
        "PutBucketVersioning",
        "PutBucketPolicy",
        "PutBucketLifecycleConfiguration",
        "PutBucketNotificationConfiguration",
    ]


def test_every_call_but_the_creating_one_names_the_owner(aws: Aws, embedded: Running) -> None:
    up(aws, site(versioning="Enabled", cors_rules=(), tags={"a": "b"}))
    up(aws, site(tags={"a": "c"}, empty_on_delete=True))
    aws.s3.put_object(Bucket=NAME, Key="a", Body=b"", ExpectedBucketOwner="123456789012")
    teardown(aws)
    without = {c.operation for c in embedded.calls if c.service == "s3" and "ExpectedBucketOwner" not in c.parameters}
    assert without == {"ListBuckets", "CreateBucket"}


def test_a_rule_that_is_not_managed_is_left_and_an_empty_list_removes(aws: Aws, embedded: Running) -> None:
    rules = (LifecycleRule("old", expiration_days=90),)
    up(aws, site(lifecycle_rules=rules))
    assert to_do(aws, site()) == {}
    before = len(embedded.calls)
    up(aws, site(lifecycle_rules=()))
    assert writes(embedded, before) == ["DeleteBucketLifecycle"]


def test_the_smallest_size_that_another_hand_set_stays(aws: Aws) -> None:
    rules = (LifecycleRule("cold", transitions={"GLACIER_IR": 30}),)
    up(aws, site(lifecycle_rules=rules))
    aws.s3.put_bucket_lifecycle_configuration(
        Bucket=NAME,
        LifecycleConfiguration={
            "Rules": [{"ID": "theirs", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 1}}]
        },
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    shown = up(aws, site(lifecycle_rules=rules))["site"]["Lifecycle"]
    assert shown["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    assert [rule["ID"] for rule in shown["Rules"]] == ["cold"]


def test_notifications_and_event_bridge_are_put_whole_and_managed_apart(aws: Aws) -> None:
    queue = Notification("created", "arn:aws:sqs:us-east-1:123456789012:q", ("s3:ObjectCreated:*",), suffix=".csv")
    topic = Notification("removed", "arn:aws:sns:us-east-1:123456789012:t", ("s3:ObjectRemoved:*",))
    function = Notification("restored", "arn:aws:lambda:us-east-1:123456789012:function:f", ("s3:ObjectRestore:*",))
    with_targets = site(notifications=(queue, topic, function))
    up(aws, with_targets)
    up(aws, site(event_bridge_enabled=True))
    assert to_do(aws, with_targets) == {}
    assert to_do(aws, site(event_bridge_enabled=True)) == {}
    up(aws, site(event_bridge_enabled=False))
    assert to_do(aws, with_targets) == {}
    up(aws, site(notifications=()))
    assert up(aws, site())["site"]["Notification"] == {"EventBridge": False, "Targets": []}


def test_a_key_stays_where_only_the_bucket_key_is_managed_with_it(aws: Aws) -> None:
    key = Key("data")
    shown = up(aws, key, site(sse_algorithm="aws:kms", kms_key=key))
    up(aws, key, site(sse_algorithm="aws:kms", bucket_key_enabled=True, blocked_encryption_types=("SSE-C",)))
    encryption = up(aws, key, site(sse_algorithm="aws:kms"))["site"]["Encryption"]
    assert encryption == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": shown["data"]["Arn"]},
        "BucketKeyEnabled": False,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }


def test_plain_encryption_takes_no_key_along(aws: Aws) -> None:
    key = Key("data")
    up(aws, key, site(sse_algorithm="aws:kms", kms_key=key))
    shown = up(aws, key, site())["site"]["Encryption"]
    assert shown["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_logging_is_turned_off_by_an_empty_target(aws: Aws) -> None:
    principal = {"Service": "logging.s3.amazonaws.com"}
    put = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::shop-logs-test-123456789012/*",
    }
    logs = Bucket("logs", policy=policy(put), empty_on_delete=True)
    up(aws, logs, site(logging_target_bucket=logs, logging_target_prefix="a/"))
    assert to_do(aws, logs, site()) == {}
    simple = up(aws, logs, site(logging_target_prefix="b/", logging_partition_date_source=""))["site"]["Logging"]
    assert (simple["TargetPrefix"], simple["TargetBucket"]) == ("b/", "shop-logs-test-123456789012")
    assert up(aws, logs, site(logging_target_bucket=""))["site"]["Logging"] is None


def test_objects_are_replicated_to_a_versioned_bucket(aws: Aws) -> None:
    trust = policy({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role, copies = Role("copier", assume_role_policy=trust), Bucket("copies", versioning="Enabled")

    def source(*rules: ReplicationRule) -> Bucket:
        return site(versioning="Enabled", replication_role=role.arn, replication_rules=rules)

    one = ReplicationRule("all", copies.arn, delete_markers=True, storage_class="STANDARD_IA")
    up(aws, role, copies, source(one))
    assert list(to_do(aws, role, copies, source(one._replace(prefix="in/")))) == ["Bucket/site"]
    up(aws, role, copies, source(one._replace(prefix="in/")))
    assert (
        up(aws, role, copies, site(versioning="Enabled", replication_role="", replication_rules=()))["site"]["Replication"]
        is None
    )


def test_a_locked_bucket_keeps_objects_for_its_default_period(aws: Aws) -> None:
    locked = site(object_lock_enabled=True, versioning="Enabled", object_lock_mode="GOVERNANCE", object_lock_days=1)
    up(aws, locked)
    longer = site(object_lock_enabled=True, versioning="Enabled", object_lock_mode="COMPLIANCE", object_lock_days=2)
    assert list(to_do(aws, longer)["Bucket/site"]) == ["object_lock_mode", "object_lock_days"]
    up(aws, longer)
    assert to_do(aws, site())["Bucket/site"]["object_lock_enabled"].replaces
    left_alone = site(object_lock_enabled=True, versioning="Enabled")
    assert to_do(aws, left_alone) == {}
    up(aws, site(object_lock_enabled=True, versioning="Enabled", object_lock_mode="", object_lock_days=0))
    lock = aws.s3.get_object_lock_configuration(Bucket=NAME)["ObjectLockConfiguration"]
    assert lock == {"ObjectLockEnabled": "Enabled"}


def test_a_bucket_that_is_to_be_emptied_lets_go_of_what_governance_keeps(aws: Aws, embedded: Running) -> None:
    lock: dict[str, Any] = {"object_lock_enabled": True, "object_lock_mode": "GOVERNANCE", "object_lock_days": 9}
    up(aws, site(**lock, versioning="Enabled", empty_on_delete=True), Bucket("plain", empty_on_delete=True))
    for name in (NAME, NAME.replace("site", "plain")):
        aws.s3.put_object(Bucket=name, Key="kept", Body=b"")
    teardown(aws)
    sent = [call.parameters for call in embedded.calls if call.operation == "DeleteObjects"]
    # The header alone takes a permission more: it is sent only where something may be locked.
    assert {one["Bucket"]: one.get("BypassGovernanceRetention") for one in sent} == {
        NAME: True,
        "shop-plain-test-123456789012": None,
    }


def test_the_dead_in_a_policy_are_drift_and_it_is_put_again(aws: Aws) -> None:
    def read(principal: str) -> dict[str, Any]:
        return policy(
            {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{NAME}/*"}
        )

    step = site(policy=read("arn:aws:iam::123456789012:role/app"))
    up(aws, step)
    aws.s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps(read("AROAEXAMPLEEXAMPLE123")))
    assert list(to_do(aws, step)["Bucket/site"]) == ["policy"]
    up(aws, step)


def test_a_bucket_that_vanishes_while_it_is_read_is_not_the_plans(aws: Aws, embedded: Running) -> None:
    up(aws, site())
    with refusing(embedded, "GetBucketTagging", "NoSuchBucket", status=404):
        assert run(aws, site()).preview().actions[0].kind == "create"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kms_key": "arn"}, "kms_key needs sse_algorithm='aws:kms'"),
        ({"replication_role": "arn"}, "replication_role and replication_rules go together"),
        ({"object_lock_days": 1}, "object_lock_mode and object_lock_days go together"),
        ({"object_lock_mode": "GOVERNANCE", "object_lock_days": 0}, "objects are locked for no days"),
        ({"object_lock_mode": "", "object_lock_days": 1}, "objects are locked for no days"),
    ],
)
def test_fields_that_need_each_other_make_a_wrong_plan_alone(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=f"Bucket/site: {said}"):
        site(**fields)
