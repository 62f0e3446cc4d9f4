from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import CallFailed, PlanError
from provisioner.resource import Change
from provisioner.resources.secretsmanager.parts import GenerateSecretString
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.secretsmanager.secret_value import SecretValue
from provisioner.secret import Secret as Hidden

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

PASSWORD = GenerateSecretString(secret_string_template={"username": "writer"}, generate_string_key="password")
SECRET = Secret("database", generate_secret_string=PASSWORD)
PLACE = {"host": "db.example.com", "port": 3306}
TOKEN = "r" * 32


def place(values: dict[str, Any] = PLACE, secret: Any = SECRET, name: str = "place") -> SecretValue:
    return SecretValue(name, secret=secret, values=values)


def value(aws: Aws) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws.secretsmanager.get_secret_value(SecretId="shop-database-test")["SecretString"])
    return found


def labels(aws: Aws) -> list[str]:
    stages = aws.secretsmanager.describe_secret(SecretId="shop-database-test")["VersionIdsToStages"].values()
    return sorted(label for version in stages for label in version if not label.startswith("AWS"))


def begin_rotation(aws: Aws) -> None:
    aws.secretsmanager.put_secret_value(
        SecretId="shop-database-test",
        ClientRequestToken=TOKEN,
        SecretString=json.dumps({**value(aws), "password": "another password"}),
        VersionStages=["AWSPENDING"],
    )


def finish_rotation(aws: Aws) -> None:
    secret = aws.secretsmanager.describe_secret(SecretId="shop-database-test")
    [now] = [version for version, stages in secret["VersionIdsToStages"].items() if "AWSCURRENT" in stages]
    aws.secretsmanager.update_secret_version_stage(
        SecretId=secret["ARN"], VersionStage="AWSCURRENT", RemoveFromVersionId=now, MoveToVersionId=TOKEN
    )


def test_keys_stand_beside_those_of_others(aws: Aws, embedded: Running) -> None:
    up(aws, SECRET)
    made, before = value(aws), len(embedded.calls)
    up(aws, SECRET, place())
    assert writes(embedded, before) == ["PutSecretValue"]
    assert value(aws) == {**made, **PLACE}


def test_an_empty_secret_gets_its_first_value(aws: Aws) -> None:
    empty = Secret("database")
    up(aws, empty, place(secret=empty))
    assert value(aws) == PLACE


def test_the_label_says_whose_the_keys_are_and_which(aws: Aws) -> None:
    up(aws, SECRET, place())
    assert labels(aws) == ["host,port provisioner plan=shop environment=test step=SecretValue/place"]


def test_only_its_own_keys_are_shown(aws: Aws) -> None:
    up(aws, SECRET)
    aws.secretsmanager.put_secret_value(SecretId="shop-database-test", SecretString=json.dumps({"theirs": "not for you"}))
    live = up(aws, SECRET, place())["place"]
    assert live["Values"] == PLACE
    assert "not for you" not in repr(live)


def test_a_key_that_another_hand_changed_is_put_again(aws: Aws, embedded: Running) -> None:
    up(aws, SECRET, place())
    aws.secretsmanager.put_secret_value(SecretId="shop-database-test", SecretString=json.dumps({**value(aws), "port": 1}))
    change = to_do(aws, SECRET, place())["SecretValue/place"]["values"]
    assert (change.before, change.after) == ({"host": "db.example.com", "port": 1}, PLACE)
    before = len(embedded.calls)
    up(aws, SECRET, place())
    assert writes(embedded, before) == ["PutSecretValue"]
    assert value(aws)["port"] == 3306
    assert len(labels(aws)) == 1


def test_a_key_that_is_no_longer_wanted_goes_and_so_does_the_old_label(aws: Aws) -> None:
    up(aws, SECRET, place())
    up(aws, SECRET, place({"host": "db.example.com"}))
    assert set(value(aws)) == {"host", "username", "password"}
    assert labels(aws) == ["host provisioner plan=shop environment=test step=SecretValue/place"]


def test_a_label_that_a_killed_run_left_behind_does_no_harm(aws: Aws) -> None:
    up(aws, SECRET, place())
    step = place({"host": "db.example.com"}, secret=up(aws, SECRET, place())["database"]["ARN"])
    [live] = SecretValue.living(aws)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provisioner.resources.secretsmanager.secret_value._remove", lambda *_: None)
        step.update(aws, live, {"values": Change(PLACE, step.values)})
    assert len(labels(aws)) == 2
    assert to_do(aws, SECRET, place({"host": "db.example.com"})) == {}
    up(aws, SECRET, place({"host": "other.example.com"}))
    assert len(labels(aws)) == 1


def test_a_rotation_leaves_the_label_behind_and_is_no_drift(aws: Aws) -> None:
    up(aws, SECRET, place())
    begin_rotation(aws)
    finish_rotation(aws)
    assert to_do(aws, SECRET, place()) == {}
    up(aws, SECRET, place({"host": "other.example.com", "port": 3306}))
    assert value(aws)["password"] == "another password"


def test_a_rotation_that_is_under_way_is_not_disturbed(aws: Aws, embedded: Running) -> None:
    up(aws, SECRET, place())
    begin_rotation(aws)
    [live] = SecretValue.living(aws)
    assert SecretValue.state(live) == ("ready", "a rotation of the secret is under way, or has failed")
    other = place({"host": "other.example.com"}, secret=live["SecretId"])
    before = len(embedded.calls)
    with pytest.raises(CallFailed) as caught:
        other.update(aws, live, {"values": Change(PLACE, other.values)})
    assert (caught.value.meaning, writes(embedded, before)) == ("busy", [])
    finish_rotation(aws)
    up(aws, SECRET, place({"host": "other.example.com"}))
    assert value(aws)["password"] == "another password"


def test_a_value_that_a_rotation_has_made_old_is_not_put_again(aws: Aws, embedded: Running) -> None:
    live = up(aws, SECRET)["database"]
    old = aws.secretsmanager.get_secret_value(SecretId=live["ARN"])
    aws.secretsmanager.put_secret_value(SecretId=live["ARN"], SecretString="{}")
    stale = {name: old[name] for name in ("ARN", "VersionId", "SecretString")}
    before = len(embedded.calls)
    with answering(embedded, "GetSecretValue", stale), pytest.raises(CallFailed, match="must not be disturbed"):
        place(secret=live["ARN"]).create(aws)
    assert writes(embedded, before) == []


def test_a_value_that_we_may_not_read_shows_as_unknown(aws: Aws, embedded: Running) -> None:
    up(aws, SECRET, place())
    with refusing(embedded, "GetSecretValue", "AccessDeniedException"):
        change = to_do(aws, SECRET, place())["SecretValue/place"]["values"]
        assert (change.before, change.after) == (None, PLACE)


@pytest.mark.parametrize("held", [{"SecretString": "no object"}, {"SecretString": "[1]"}, {"SecretBinary": b"bytes"}])
def test_what_is_no_json_object_is_left_alone(aws: Aws, held: Any) -> None:
    up(aws, SECRET)
    aws.secretsmanager.put_secret_value(SecretId="shop-database-test", **held)
    assert "needs a secret that holds a JSON object" in errors(outcome(aws, SECRET, place()))["SecretValue/place"]


def test_keys_of_a_value_that_is_no_object_any_more_are_gone(aws: Aws) -> None:
    up(aws, SECRET, place())
    aws.secretsmanager.put_secret_value(SecretId="shop-database-test", SecretString="no object")
    assert to_do(aws, SECRET, place())["SecretValue/place"]["values"].before == {}


def test_two_steps_share_a_secret(aws: Aws) -> None:
    other = place({"dbname": "shop"}, name="name")
    up(aws, SECRET, place(), other)
    assert value(aws).items() >= {**PLACE, "dbname": "shop"}.items()
    assert to_do(aws, SECRET, place(), other) == {}


def test_without_the_step_the_keys_stay_and_the_label_goes(aws: Aws, embedded: Running) -> None:
    up(aws, SECRET, place())
    before, made = len(embedded.calls), value(aws)
    up(aws, SECRET)
    assert writes(embedded, before) == ["UpdateSecretVersionStage"]
    assert value(aws) == made


def test_parts_of_a_dying_secret_do_not_live(aws: Aws) -> None:
    live = up(aws, SECRET, place())["place"]
    aws.secretsmanager.delete_secret(SecretId=live["SecretId"])
    assert list(SecretValue.living(aws)) == []
    SecretValue.delete(aws, live)


def test_they_are_brought_to_a_secret_that_was_restored(aws: Aws) -> None:
    up(aws, SECRET, place())
    going = run(aws)
    assert going.teardown(going.preview_teardown()).ok
    other = place({"host": "other.example.com"})
    up(aws, SECRET, other)
    assert value(aws)["host"] == "other.example.com"
    assert to_do(aws, SECRET, other) == {}


def test_a_secret_value_is_a_wrong_plan() -> None:
    with pytest.raises(PlanError, match="SecretValue/place: password is secret"):
        place({"password": Hidden("something secret")})


@pytest.mark.parametrize("key", ["a b", "a,b", ""])
def test_a_key_that_a_label_can_not_hold_is_a_wrong_plan(key: str) -> None:
    with pytest.raises(PlanError, match="is no key"):
        place({key: "x"})


def test_too_many_keys_for_one_label_are_refused(aws: Aws) -> None:
    many = place({f"key-{number}": "x" for number in range(40)})
    assert "split them over two steps" in errors(outcome(aws, SECRET, many))["SecretValue/place"]
