from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import Broken, CallFailed, ForeignOwner, PlanError
from provisioner.resource import PENDING, READY, Change, as_tags, needs
from provisioner.resources.kms.key import Key
from provisioner.resources.secretsmanager.parts import GenerateSecretString
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.secret import Secret as Hidden
from provisioner.secret import blank
from provisioner.views.documents import plan_document

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

PASSWORD = GenerateSecretString(
    exclude_characters="'\"/\\@ `", secret_string_template={"username": "writer"}, generate_string_key="password"
)
OURS = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Secret/database"}


def database(**more: Any) -> Secret:
    return Secret("database", **{"generate_secret_string": PASSWORD, **more})


def value(aws: Aws, secret: str = "shop-database-test") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws.secretsmanager.get_secret_value(SecretId=secret)["SecretString"])
    return found


def tagged(**more: Any) -> Secret:
    """As the engine gives it to a type's methods."""
    return database(tags=OURS, **more)


def test_a_secret_is_made_in_one_call_with_its_value(aws: Aws, embedded: Running) -> None:
    up(aws, database(description="Credentials"))
    assert writes(embedded) == ["CreateSecret"]
    made = value(aws)
    assert made["username"] == "writer"
    assert len(made["password"]) == 32
    assert not set(made["password"]) & set("'\"/\\@ `")


def test_what_was_generated_is_there_for_other_steps_and_for_nobody_to_see(aws: Aws) -> None:
    live = up(aws, database())["database"]
    assert live["Generated"] == Hidden(value(aws)["password"])
    assert json.loads(live["Value"].reveal()) == value(aws)
    assert value(aws)["password"] not in repr(live)
    assert "writer" not in str(live)


def test_a_generated_value_can_be_the_whole(aws: Aws) -> None:
    step = database(generate_secret_string=GenerateSecretString(password_length=20, exclude_punctuation=True))
    live = up(aws, step)["database"]
    assert live["Value"] == live["Generated"]
    assert live["Value"].reveal().isalnum()
    assert len(live["Value"].reveal()) == 20


def test_a_secret_without_a_generator_is_empty(aws: Aws, embedded: Running) -> None:
    live = up(aws, Secret("empty"))["empty"]
    assert not live.keys() & {"Value", "Generated"}
    assert "GetRandomPassword" not in {call.operation for call in embedded.calls}


def test_a_value_that_is_short_or_no_json_hides_nothing_else(aws: Aws) -> None:
    arn = up(aws, database())["database"]["ARN"]
    aws.secretsmanager.put_secret_value(SecretId=arn, SecretString="3306")
    assert not up(aws, database())["database"].keys() & {"Value", "Generated"}
    aws.secretsmanager.put_secret_value(SecretId=arn, SecretString="not an object")
    assert "Generated" not in up(aws, database())["database"]


def test_a_value_that_we_may_not_read_hides_not_the_secret(aws: Aws, embedded: Running) -> None:
    up(aws, database())
    with refusing(embedded, "GetSecretValue", "AccessDeniedException"):
        [live] = Secret.living(aws)
        assert to_do(aws, database()) == {}
    assert not live.keys() & {"Value", "Generated"}
    with refusing(embedded, "GetSecretValue", "InternalServiceError"), pytest.raises(CallFailed):
        list(Secret.living(aws))


def test_a_value_whose_key_another_hand_disabled_is_waited_for(aws: Aws) -> None:
    key = Key("key")
    born = up(aws, key, database(kms_key=key))["key"]
    aws.kms.disable_key(KeyId=born["KeyId"])
    [live] = Secret.living(aws)
    assert (Secret.state(live).name, live.keys() & {"Value", "Generated"}) == ("pending", set())
    assert "key is enabled" in Secret.state(live).reason
    assert to_do(aws, key, database(kms_key=key)).keys() == {"Key/key"}
    live = up(aws, key, database(kms_key=key))["database"]
    assert (Secret.state(live), live["Generated"]) == (READY, Hidden(value(aws)["password"]))


def test_a_rotated_value_is_no_drift(aws: Aws, embedded: Running) -> None:
    arn = up(aws, database())["database"]["ARN"]
    aws.secretsmanager.put_secret_value(SecretId=arn, SecretString=json.dumps({"username": "writer", "password": "x" * 32}))
    assert to_do(aws, database()) == {}
    assert up(aws, database())["database"]["Generated"] == Hidden("x" * 32)


def test_a_generator_that_changes_makes_no_other_value(aws: Aws) -> None:
    up(aws, database())
    before = value(aws)
    assert to_do(aws, database(generate_secret_string=PASSWORD._replace(password_length=64))) == {}
    assert value(aws) == before


def test_the_tag_that_says_what_is_secret_is_put_again(aws: Aws, embedded: Running) -> None:
    arn = up(aws, database())["database"]["ARN"]
    aws.secretsmanager.untag_resource(SecretId=arn, TagKeys=["provisioner:generated"])
    assert list(to_do(aws, database())["Secret/database"]) == ["generate_secret_string"]
    before, made = len(embedded.calls), value(aws)
    assert "Generated" in up(aws, database())["database"]
    assert writes(embedded, before) == ["TagResource"]
    assert value(aws) == made


def test_a_password_that_aws_makes_too_short_is_not_used(aws: Aws, embedded: Running) -> None:
    with answering(embedded, "GetRandomPassword", {"RandomPassword": "short"}), pytest.raises(Broken):
        tagged().create(aws)
    with answering(embedded, "GetRandomPassword", {"RandomPassword": "@" * 32}), pytest.raises(Broken):
        tagged().create(aws)
    assert writes(embedded) == []


def test_a_value_that_aws_refuses_and_repeats_is_not_shown_either(aws: Aws, embedded: Running) -> None:
    password = "made-by-aws-and-then-refused".ljust(32, "!")
    with (
        answering(embedded, "GetRandomPassword", {"RandomPassword": password}),
        refusing(embedded, "CreateSecret", "InvalidParameterException", f"not {password}"),
    ):
        said = errors(outcome(aws, database()))["Secret/database"]
    assert password in said
    assert blank(said) == said.replace(password, "(secret)")


def test_a_secret_whose_answer_was_lost_is_found_by_its_name_though_the_list_lags(aws: Aws, embedded: Running) -> None:
    made = tagged().create(aws)
    password = value(aws)["password"]
    before = len(embedded.calls)
    again = tagged().create(aws)
    assert writes(embedded, before) == []
    assert "GetRandomPassword" not in {call.operation for call in list(embedded.calls)[before:]}
    assert again is not None
    assert made is not None
    assert again["Generated"] == made["Generated"] == Hidden(password)
    assert {name: again[name] for name in made if made[name] != ""} == {name: item for name, item in made.items() if item != ""}


def test_a_secret_of_somebody_else_is_refused(aws: Aws) -> None:
    aws.secretsmanager.create_secret(Name="shop-database-test")
    with pytest.raises(ForeignOwner, match="a secret of that name is not this step's"):
        tagged().create(aws)


def test_a_dying_secret_of_somebody_else_is_refused_with_its_date(aws: Aws) -> None:
    arn = aws.secretsmanager.create_secret(Name="shop-database-test")["ARN"]
    date = aws.secretsmanager.delete_secret(SecretId=arn)["DeletionDate"]
    with pytest.raises(ForeignOwner, match=f"waits for its deletion on {date:%Y-%m-%d}"):
        tagged().create(aws)


def test_up_straight_after_teardown_restores_what_waits_for_its_end(aws: Aws, embedded: Running) -> None:
    secret = database(recovery_window_in_days=30)
    arn, password = up(aws, secret)["database"]["ARN"], value(aws)["password"]
    teardown(aws)
    [dead] = Secret.living(aws)
    assert Secret.state(dead).name == "gone"
    assert f"deletes it on {dead['DeletedDate']:%Y-%m-%d}" in Secret.state(dead).reason
    assert run(aws, secret).preview().actions[0].kind == "create"
    before = len(embedded.calls)
    changed = database(recovery_window_in_days=30, description="Another one")
    live = up(aws, changed)["database"]
    assert writes(embedded, before) == ["RestoreSecret", "UpdateSecret"]
    assert live["ARN"] == arn
    assert live["Generated"] == Hidden(password)


def test_up_straight_after_a_teardown_for_good_waits_for_the_name(aws: Aws, embedded: Running) -> None:
    secret = database(recovery_window_in_days=0)
    arn = up(aws, secret)["database"]["ARN"]
    teardown(aws)
    assert list(Secret.living(aws)) == []
    before = len(embedded.calls)
    assert up(aws, secret)["database"]["ARN"] != arn
    assert writes(embedded, before).count("CreateSecret") > 1


@pytest.mark.parametrize("tag", ["", "6", "31", "soon"])
def test_a_window_that_aws_would_refuse_is_the_longest_one(aws: Aws, embedded: Running, tag: str) -> None:
    live = up(aws, database())["database"]
    aws.secretsmanager.tag_resource(SecretId=live["ARN"], Tags=[{"Key": "provisioner:recovery-window", "Value": tag}])
    assert list(to_do(aws, database())["Secret/database"]) == ["recovery_window_in_days"]
    teardown(aws)
    [deleted] = [call for call in embedded.calls if call.operation == "DeleteSecret"]
    assert deleted.parameters == {"SecretId": live["ARN"], "RecoveryWindowInDays": 30}


def test_a_window_is_kept_for_whoever_deletes(aws: Aws, embedded: Running) -> None:
    up(aws, database(recovery_window_in_days=9))
    teardown(aws)
    [deleted] = [call for call in embedded.calls if call.operation == "DeleteSecret"]
    assert deleted.parameters["RecoveryWindowInDays"] == 9


def test_a_policy_and_a_key_can_go_again(aws: Aws, embedded: Running) -> None:
    statement = {"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "secretsmanager:*", "Resource": "*"}
    step = database(policy={"Version": "2012-10-17", "Statement": [statement]}, kms_key="example")
    up(aws, step)
    before = len(embedded.calls)
    live = up(aws, database(policy={}, kms_key=""))["database"]
    assert writes(embedded, before) == ["UpdateSecret", "DeleteResourcePolicy"]
    assert live["Policy"] == {}
    assert "KmsKeyId" not in live


def test_policies_that_let_everybody_in_are_refused(aws: Aws) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    result = errors(outcome(aws, database(policy={"Version": "2012-10-17", "Statement": [statement]})))
    assert "PublicPolicyException" in result["Secret/database"]


def test_a_dead_role_in_a_policy_is_drift(aws: Aws) -> None:
    def policy(principal: str) -> dict[str, Any]:
        statement = {"Effect": "Deny", "NotPrincipal": {"AWS": principal}, "Action": "secretsmanager:*", "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [statement]}

    step = database(policy=policy("arn:aws:iam::210987654321:role/app"))
    arn = up(aws, step)["database"]["ARN"]
    aws.secretsmanager.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps(policy("AROAEXAMPLEEXAMPLE123")))
    assert list(to_do(aws, step)["Secret/database"]) == ["policy"]


def test_replicas_are_removed_before_the_secret_and_are_no_secrets_of_their_own(aws: Aws, embedded: Running) -> None:
    up(aws, database(replica_regions={"eu-west-1": "", "eu-central-1": ""}, recovery_window_in_days=0))
    assert len(aws.at("eu-west-1").secretsmanager.list_secrets()["SecretList"]) == 1
    assert list(Secret.living(aws.at("eu-west-1"))) == []
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["RemoveRegionsFromReplication", "DeleteSecret"]


def test_a_replicas_key_changes_by_another_replica(aws: Aws, embedded: Running) -> None:
    live = up(aws, database(replica_regions={"eu-west-1": "", "eu-central-1": ""}))["database"]
    step = tagged(replica_regions={"eu-west-1": "example"})
    before = len(embedded.calls)
    step.update(aws, live, {"replica_regions": Change({"eu-west-1": "", "eu-central-1": ""}, {"eu-west-1": "example"})})
    removed, added = [call for call in list(embedded.calls)[before:] if "Regi" in call.operation]
    assert removed.parameters["RemoveReplicaRegions"] == ["eu-central-1", "eu-west-1"]
    assert added.parameters["AddReplicaRegions"] == [{"Region": "eu-west-1", "KmsKeyId": "example"}]


def test_a_replica_that_failed_is_none_and_says_why(aws: Aws, embedded: Running) -> None:
    aws.at("eu-west-1").secretsmanager.create_secret(Name="shop-database-test")
    step = database(replica_regions={"eu-west-1": ""})
    made = tagged(replica_regions={"eu-west-1": ""}).create(aws)
    assert made is not None
    [live] = Secret.living(aws)
    assert live["Replicas"] == {}
    assert Secret.state(live).name == "ready"
    assert Secret.state(live).reason.startswith("eu-west-1: Replication failed")
    assert "replica_regions" in to_do(aws, step)["Secret/database"]
    before = len(embedded.calls)
    tagged(replica_regions={"eu-west-1": ""}).update(aws, live, {"replica_regions": Change({}, {"eu-west-1": ""})})
    assert writes(embedded, before) == ["RemoveRegionsFromReplication", "ReplicateSecretToRegions"]


def test_regions_are_taken_away_without_adding_any(aws: Aws, embedded: Running) -> None:
    live = up(aws, database(replica_regions={"eu-west-1": ""}))["database"]
    before = len(embedded.calls)
    tagged(replica_regions={}).update(aws, live, {"replica_regions": Change({"eu-west-1": ""}, {})})
    assert writes(embedded, before) == ["RemoveRegionsFromReplication"]


def test_regions_are_added_without_taking_any_away(aws: Aws, embedded: Running) -> None:
    live = up(aws, database())["database"]
    before = len(embedded.calls)
    tagged(replica_regions={"eu-west-1": ""}).update(aws, live, {"replica_regions": Change({}, {"eu-west-1": ""})})
    assert writes(embedded, before) == ["ReplicateSecretToRegions"]


@pytest.mark.parametrize(("status", "stands"), [("InSync", READY), ("InProgress", PENDING), ("Pending", PENDING)])
def test_replicas_take_their_time(status: str, stands: Any) -> None:
    assert Secret.state({"ReplicationStatus": [{"Region": "eu-west-1", "Status": status}]}) == stands


def test_a_name_that_ends_like_an_arn_is_told_apart(aws: Aws) -> None:
    live = up(aws, Secret("on-stage1"))["on-stage1"]
    assert live["Name"] == "shop-on-stage1-test"
    assert Secret("my", secret_name="shop-on/stage1").secret_name == "shop-on/stage1"
    with pytest.raises(PlanError, match="ends like an ARN"):
        Secret("my", secret_name="shop-stage1")


def test_an_environment_of_six_letters_makes_no_such_name(aws: Aws) -> None:
    aws.ownership = type(aws.ownership)(**{**vars(aws.ownership), "environment": "stage1"})
    made = Secret("database", tags=OURS).create(aws)
    assert made is not None
    assert made["Name"] == "shop-database/stage1"


def test_a_given_name_overrides_the_convention(aws: Aws) -> None:
    assert up(aws, database(secret_name="prod/database"))["database"]["Name"] == "prod/database"


def test_secrets_of_other_plans_and_of_services_are_not_read(aws: Aws, embedded: Running) -> None:
    for number, plan in enumerate(("shopping", "other")):
        tags = {**OURS, "provisioner:plan": plan}
        listed: Any = [{"Key": key, "Value": text} for key, text in tags.items()]
        aws.secretsmanager.create_secret(Name=f"theirs-{number}", SecretString="a secret of theirs", Tags=listed)
    up(aws, database())
    before = len(embedded.calls)
    [live] = Secret.living(aws)
    assert live["Name"] == "shop-database-test"
    asked = [call.parameters["SecretId"] for call in list(embedded.calls)[before:] if call.operation == "GetSecretValue"]
    assert asked == [live["ARN"]]


def test_many_secrets_stand_on_many_pages(aws: Aws) -> None:
    for number in range(101):
        tags: Any = [{"Key": key, "Value": text} for key, text in {**OURS, "provisioner:step": f"Secret/n{number}"}.items()]
        aws.secretsmanager.create_secret(Name=f"n{number}", Tags=tags)
    assert len(list(Secret.living(aws))) == 101


def test_a_secret_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, database())
    with refusing(embedded, "DescribeSecret", "ResourceNotFoundException"):
        assert list(Secret.living(aws)) == []


def test_the_tags_of_others_stay(aws: Aws) -> None:
    arn = up(aws, database())["database"]["ARN"]
    aws.secretsmanager.tag_resource(SecretId=arn, Tags=[{"Key": "theirs", "Value": "yes"}])
    assert to_do(aws, database()) == {}
    assert as_tags(up(aws, database(tags={"ours": "yes"}))["database"]["Tags"])["theirs"] == "yes"


def test_no_plan_shows_a_value(aws: Aws) -> None:
    up(aws, database())
    password = value(aws)["password"]
    preview = run(aws, database(description="Another")).preview()
    assert password not in json.dumps(plan_document("shop", "test", preview))


def test_other_steps_wait_for_the_value_only() -> None:
    user = Secret("user", description=database().generated.map(lambda found: found.reveal()))  # type: ignore[arg-type]
    [need] = needs(user)
    assert (need.step.key, need.path) == ("Secret/database", "Generated")


@pytest.mark.parametrize("days", [1, 6, 31, -1])
def test_a_window_out_of_bounds_is_a_wrong_plan(days: int) -> None:
    with pytest.raises(PlanError, match=f"Secret/database: recovery_window_in_days is 0 or 7 to 30, not {days}"):
        database(recovery_window_in_days=days)


@pytest.mark.parametrize(
    ("generator", "said"),
    [
        (GenerateSecretString(password_length=7), "password_length is 8 to 4096, not 7"),
        (GenerateSecretString(generate_string_key="password"), "go together"),
        (GenerateSecretString(secret_string_template={"a": "b"}), "go together"),
    ],
)
def test_a_generator_that_can_not_be_is_a_wrong_plan(generator: GenerateSecretString, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        database(generate_secret_string=generator)
