from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.account import Aws
from provisioner.engine.options import Options
from provisioner.errors import CallFailed, PlanError
from provisioner.resource import LEAVING, PENDING, READY, Change, as_tags
from provisioner.resources.kms.key import Key

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

ALIAS = "alias/shop-data-test"


def data(**more: Any) -> Key:
    return Key("data", **more)


def target(aws: Aws, alias: str) -> str | None:
    found = {one["AliasName"]: one.get("TargetKeyId") for one in aws.kms.list_aliases()["Aliases"]}
    return found.get(alias)


def foreign_key(aws: Aws, *aliases: str) -> str:
    key = aws.kms.create_key()["KeyMetadata"]["KeyId"]
    for alias in aliases:
        aws.kms.create_alias(AliasName=alias, TargetKeyId=key)
    return key


def test_a_key_is_called_by_the_plans_convention(aws: Aws, embedded: Running) -> None:
    key = up(aws, data())["data"]
    assert target(aws, ALIAS) == key["KeyId"]
    assert writes(embedded) == ["CreateKey", "CreateAlias"]


def test_letters_that_an_alias_does_not_take_are_replaced(aws: Aws) -> None:
    assert up(aws, data(tags={"Name": "Data key (shop)"}))["data"]["Alias"] == "alias/Data-key--shop-"


def test_an_alias_is_taken_over_from_a_dying_key_of_the_plan(aws: Aws) -> None:
    dying = up(aws, Key("other", alias=""))["other"]["KeyId"]
    aws.kms.create_alias(AliasName=ALIAS, TargetKeyId=dying)
    aws.kms.schedule_key_deletion(KeyId=dying)
    key = up(aws, data())["data"]
    assert target(aws, ALIAS) == key["KeyId"]


def test_an_alias_of_somebody_elses_dying_key_is_refused(aws: Aws) -> None:
    dying = foreign_key(aws, ALIAS)
    aws.kms.schedule_key_deletion(KeyId=dying)
    assert "take that one off it" in errors(outcome(aws, data()))["Key/data"]
    assert target(aws, ALIAS) == dying


def test_an_alias_is_taken_over_from_another_key_of_the_plan(aws: Aws) -> None:
    both = (Key("other", alias=""), data())
    keys = up(aws, *both)
    aws.kms.update_alias(AliasName=ALIAS, TargetKeyId=keys["other"]["KeyId"])
    up(aws, *both)
    assert target(aws, ALIAS) == keys["data"]["KeyId"]


def test_a_key_takes_no_alias_along_that_has_become_another_ones(aws: Aws) -> None:
    old = up(aws, Key("old", alias="alias/data"))["old"]
    new = foreign_key(aws)
    aws.kms.update_alias(AliasName="alias/data", TargetKeyId=new)
    Key.delete(aws, old)
    assert target(aws, "alias/data") == new


def test_an_alias_that_has_become_another_keys_is_not_deleted_by_a_new_name(aws: Aws) -> None:
    live = up(aws, data(alias="alias/one"))["data"]
    new = foreign_key(aws)
    aws.kms.update_alias(AliasName="alias/one", TargetKeyId=new)
    renamed = data(alias="alias/two", tags={"Name": "shop-data-test"})
    renamed.update(aws, live, {"alias": Change("alias/one", "alias/two")})
    assert (target(aws, "alias/one"), target(aws, "alias/two")) == (new, live["KeyId"])


def test_an_alias_of_somebody_elses_key_is_refused(aws: Aws) -> None:
    theirs = foreign_key(aws, ALIAS)
    said = errors(outcome(aws, data()))["Key/data"]
    assert ALIAS in said
    assert theirs in said
    assert target(aws, ALIAS) == theirs


def test_another_alias_goes_and_those_of_others_stay(aws: Aws) -> None:
    key = up(aws, data(alias="alias/one"))["data"]["KeyId"]
    aws.kms.create_alias(AliasName="alias/theirs", TargetKeyId=key)
    assert up(aws, data(alias="alias/two"))["data"]["AliasNames"] == ["alias/theirs", "alias/two"]
    assert up(aws, data(alias=""))["data"]["AliasNames"] == ["alias/theirs"]
    assert to_do(aws, data(alias="")) == {}


def test_an_alias_that_another_hand_deleted_is_made_again(aws: Aws) -> None:
    key = up(aws, data())["data"]["KeyId"]
    aws.kms.delete_alias(AliasName=ALIAS)
    change = to_do(aws, data())["Key/data"]["alias"]
    assert (change.before, change.after) == (None, ALIAS)
    up(aws, data())
    assert target(aws, ALIAS) == key


def test_a_deleted_key_lets_go_of_its_own_alias_and_waits_as_long_as_was_wished(aws: Aws, embedded: Running) -> None:
    key = up(aws, data(deletion_window_in_days=9))["data"]["KeyId"]
    aws.kms.create_alias(AliasName="alias/theirs", TargetKeyId=key)
    teardown(aws)
    [scheduled] = [call for call in embedded.calls if call.operation == "ScheduleKeyDeletion"]
    assert scheduled.parameters == {"KeyId": key, "PendingWindowInDays": 9}
    assert (target(aws, ALIAS), target(aws, "alias/theirs")) == (None, key)
    [dead] = Key.living(aws)
    assert (Key.state(dead).name, Key.state(dead).reason) == ("gone", f"KMS deletes it on {dead['DeletionDate']:%Y-%m-%d}")


@pytest.mark.parametrize("tag", ["", "6", "31", "soon", "7.5"])
def test_a_window_that_aws_would_refuse_is_the_longest_one(aws: Aws, embedded: Running, tag: str) -> None:
    live = up(aws, data())["data"]
    aws.kms.tag_resource(KeyId=live["KeyId"], Tags=[{"TagKey": "provisioner:deletion-window", "TagValue": tag}])
    assert list(to_do(aws, data())["Key/data"]) == ["deletion_window_in_days"]
    teardown(aws)
    [scheduled] = [call for call in embedded.calls if call.operation == "ScheduleKeyDeletion"]
    assert scheduled.parameters["PendingWindowInDays"] == 30


def test_a_key_that_waits_for_its_deletion_serves_again_with_all_that_is_wanted(aws: Aws, embedded: Running) -> None:
    dying = up(aws, data(description="Before"))["data"]["KeyId"]
    teardown(aws)
    before = len(embedded.calls)
    live = up(aws, data(description="After"))["data"]
    assert writes(embedded, before)[:2] == ["CancelKeyDeletion", "EnableKey"]
    assert (live["KeyId"], live["KeyState"], live["Description"]) == (dying, "Enabled", "After")
    assert target(aws, ALIAS) == dying
    assert to_do(aws, data(description="After")) == {}


def test_the_youngest_of_several_dying_keys_serves_again(aws: Aws) -> None:
    old = up(aws, data())["data"]["KeyId"]
    young = replaced(aws, data())
    teardown(aws)
    assert up(aws, data())["data"]["KeyId"] == young != old


def test_a_key_that_somebody_else_saved_meanwhile_serves_again_too(aws: Aws, embedded: Running) -> None:
    live = up(aws, data())["data"]
    step = dataclasses.replace(data(), predecessors=(live["Arn"],), tags=as_tags(live["Tags"]))
    seen = aws.kms.describe_key(KeyId=live["KeyId"])["KeyMetadata"]
    before = len(embedded.calls)
    with answering(embedded, "DescribeKey", {"KeyMetadata": {**seen, "KeyState": "PendingDeletion"}}):
        assert (step.create(aws) or {})["KeyId"] == live["KeyId"]
    assert writes(embedded, before) == ["CancelKeyDeletion", "EnableKey"]


def test_a_key_of_another_kind_is_a_new_one(aws: Aws) -> None:
    dying = up(aws, data())["data"]["KeyId"]
    teardown(aws)
    assert up(aws, data(multi_region=True))["data"]["KeyId"] != dying


def test_a_key_that_is_to_be_replaced_is_a_new_one(aws: Aws) -> None:
    old = up(aws, data())["data"]["KeyId"]
    new = replaced(aws, data())
    assert new != old
    assert target(aws, ALIAS) == new


def replaced(aws: Aws, key: Key) -> str:
    """The id of the key that follows by `--replace`."""
    going = run(aws, key)
    going.options = Options(replace=(key.key,))
    assert errors(going.up(going.preview())) == {}
    return str(up(aws, key)["data"]["KeyId"])


def test_a_disabled_key_is_enabled_before_its_rotation_changes_and_disabled_last(aws: Aws, embedded: Running) -> None:
    off = data(enabled=False)
    up(aws, off)
    before = len(embedded.calls)
    up(aws, dataclasses.replace(off, enable_key_rotation=True, description="Rotates"))
    assert writes(embedded, before) == ["EnableKey", "UpdateKeyDescription", "EnableKeyRotation", "DisableKey"]


def test_a_disabled_key_stays_so_while_its_policy_changes(aws: Aws, embedded: Running) -> None:
    off = data(enabled=False)
    up(aws, off)
    before = len(embedded.calls)
    up(aws, dataclasses.replace(off, description="Other", tags={"a": "b"}))
    assert writes(embedded, before) == ["UpdateKeyDescription", "TagResource"]


def test_rotation_has_a_period_that_can_change(aws: Aws) -> None:
    assert up(aws, data(enable_key_rotation=True))["data"]["RotationPeriodInDays"] == 365
    every = data(enable_key_rotation=True, rotation_period_in_days=90)
    assert list(to_do(aws, every)["Key/data"]) == ["rotation_period_in_days"]
    assert up(aws, every)["data"]["RotationPeriodInDays"] == 90
    assert to_do(aws, data(enable_key_rotation=True)) == {}
    assert up(aws, data())["data"]["KeyRotationEnabled"] is False


def test_a_key_that_can_not_rotate_is_not_asked_whether_it_does(aws: Aws, embedded: Running) -> None:
    up(aws, Key("signing", key_spec="RSA_2048", key_usage="SIGN_VERIFY"))
    assert "GetKeyRotationStatus" not in {call.operation for call in embedded.calls}


def test_a_policy_shows_the_dead_and_is_put_again(aws: Aws, embedded: Running) -> None:
    def policy(principal: str) -> dict[str, Any]:
        own = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"}
        other = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [own, other]}

    step = data(policy=policy("arn:aws:iam::123456789012:role/app"))
    key = up(aws, step)["data"]["KeyId"]
    aws.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy("AROAEXAMPLEEXAMPLE123")))
    assert list(to_do(aws, step)["Key/data"]) == ["policy"]
    before = len(embedded.calls)
    up(aws, step)
    assert writes(embedded, before) == ["PutKeyPolicy"]


def test_a_key_whose_policy_keeps_us_out_is_somebody_elses(aws: Aws, embedded: Running) -> None:
    theirs, ours = foreign_key(aws), up(aws, data())["data"]["KeyId"]
    message = "User is not authorized to perform: kms:ListResourceTags because no resource-based policy allows the action"
    with refusing(
        embedded, "ListResourceTags", "AccessDeniedException", message, only=lambda call: call.parameters["KeyId"] == theirs
    ):
        assert [key["KeyId"] for key in Key.living(aws)] == [ours]


def test_a_runner_that_may_not_read_tags_is_told_so(aws: Aws, embedded: Running) -> None:
    up(aws, data())
    message = "User is not authorized to perform: kms:ListResourceTags because no identity-based policy allows the action"
    with refusing(embedded, "ListResourceTags", "AccessDeniedException", message), pytest.raises(CallFailed):
        list(Key.living(aws))


def test_amazons_own_keys_are_not_asked_for_their_tags(aws: Aws, embedded: Running) -> None:
    foreign_key(aws, "alias/theirs")
    # Amazon's own keys come to be when they are first used.
    aws.kms.encrypt(KeyId="alias/aws/s3", Plaintext=b"x")
    amazons = {one["TargetKeyId"] for one in aws.kms.list_aliases()["Aliases"] if one["AliasName"].startswith("alias/aws/s3")}
    list(Key.living(aws))
    asked = {call.parameters["KeyId"] for call in embedded.calls if call.operation == "ListResourceTags"}
    assert len(amazons) == 1
    assert not asked & amazons


def test_the_tags_of_others_stay(aws: Aws) -> None:
    key = up(aws, data())["data"]["KeyId"]
    aws.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "theirs", "TagValue": "yes"}])
    assert to_do(aws, data()) == {}
    assert as_tags(up(aws, data(tags={"ours": "yes"}))["data"]["Tags"])["theirs"] == "yes"


@pytest.mark.parametrize(
    ("state", "stands"),
    [("Enabled", READY), ("Disabled", READY), ("Creating", PENDING), ("PendingReplicaDeletion", LEAVING)],
)
def test_where_a_key_stands_in_its_life(state: str, stands: Any) -> None:
    assert Key.state({"KeyState": state}) == stands


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_out_of_bounds_is_a_wrong_plan(days: int) -> None:
    with pytest.raises(PlanError, match=f"Key/data: deletion_window_in_days is 7 to 30, not {days}"):
        data(deletion_window_in_days=days)


def test_a_period_without_rotation_is_a_wrong_plan() -> None:
    with pytest.raises(PlanError, match="rotation_period_in_days needs enable_key_rotation=True"):
        data(rotation_period_in_days=90)
