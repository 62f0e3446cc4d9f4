from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner import Plan
from provisioner.errors import PlanError
from provisioner.resource import needs
from provisioner.resources.lambda_.permission import Permission
from provisioner.resources.secretsmanager.rotation_schedule import RotationSchedule
from provisioner.resources.secretsmanager.secret import Secret
from tests.contract.examples.lambda_ import ROLE, function
from tests.contract.examples.secretsmanager import PASSWORD

from .in_aws import errors, outcome, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

SECRET = Secret("database", generate_secret_string=PASSWORD, recovery_window_in_days=0)
ROTATOR = function("rotator")
PERMISSION = Permission(
    "rotator", function=ROTATOR, principal="secretsmanager.amazonaws.com", source_arn=SECRET.arn, source_account="123456789012"
)
BEFORE = (ROLE, SECRET, ROTATOR, PERMISSION)


def every(days: int | None = 30, **more: Any) -> RotationSchedule:
    about = {"secret": SECRET, "rotation_lambda": ROTATOR, "after": (PERMISSION,)}
    return RotationSchedule("database", **{**about, "automatically_after_days": days, **more})


def rotate(aws: Aws) -> str:
    """One rotation, as a function of AWS's protocol does it; the new password."""
    arn = aws.secretsmanager.list_secrets()["SecretList"][0]["ARN"]
    token = aws.secretsmanager.rotate_secret(SecretId=arn)["VersionId"]
    current = aws.secretsmanager.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    assert aws.secretsmanager.describe_secret(SecretId=arn)["VersionIdsToStages"][token] == ["AWSPENDING"]
    new = json.dumps({**json.loads(current["SecretString"]), "password": "a new password"})
    aws.secretsmanager.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString=new, VersionStages=["AWSPENDING"])
    aws.secretsmanager.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current["VersionId"]
    )
    return "a new password"


def test_it_rotates_by_its_schedule_only(aws: Aws, embedded: Running) -> None:
    up(aws, *BEFORE, every())
    [call] = [call for call in embedded.calls if call.operation == "RotateSecret"]
    assert call.parameters["RotateImmediately"] is False
    [live] = RotationSchedule.living(aws)
    assert RotationSchedule.state(live) == ("ready", "")


def test_it_can_rotate_at_once(aws: Aws) -> None:
    up(aws, *BEFORE, every(rotate_immediately_on_update=True))
    [live] = RotationSchedule.living(aws)
    assert RotationSchedule.state(live) == ("ready", "a rotation is under way, or has failed")


def test_a_whole_rotation_leaves_nothing_to_do(aws: Aws) -> None:
    up(aws, *BEFORE, every())
    password = rotate(aws)
    live = up(aws, *BEFORE, every())
    assert live["database"]["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert next(iter(Secret.living(aws)))["Generated"].reveal() == password


def test_days_and_an_expression_take_each_others_place(aws: Aws, embedded: Running) -> None:
    up(aws, *BEFORE, every())
    cron = every(None, schedule_expression="cron(0 8 1 * ? *)", duration="2h")
    before = len(embedded.calls)
    live = up(aws, *BEFORE, cron)["database"]
    assert writes(embedded, before) == ["RotateSecret"]
    assert live["RotationRules"] == {"ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "2h"}
    up(aws, *BEFORE, every())


def test_a_rotation_that_another_hand_cancelled_is_made_again(aws: Aws) -> None:
    up(aws, *BEFORE, every())
    aws.secretsmanager.cancel_rotate_secret(SecretId="shop-database-test")
    assert "RotationSchedule/database" in to_do(aws, *BEFORE, every())
    up(aws, *BEFORE, every())


def test_it_waits_until_the_permission_is_known(aws: Aws, embedded: Running) -> None:
    message = "Secrets Manager cannot invoke the specified Lambda function."
    with refusing(embedded, "RotateSecret", "AccessDeniedException", message, times=2):
        up(aws, *BEFORE, every())


def test_without_a_permission_aws_refuses(aws: Aws, embedded: Running) -> None:
    result = errors(outcome(aws, ROLE, SECRET, ROTATOR, every(after=())))
    assert "cannot invoke the specified Lambda function" in result["RotationSchedule/database"]
    assert list(RotationSchedule.living(aws)) == []


def test_a_rotation_that_never_ended_keeps_the_schedule(aws: Aws, embedded: Running) -> None:
    up(aws, *BEFORE, every())
    aws.secretsmanager.rotate_secret(SecretId="shop-database-test")
    result = errors(outcome(aws, *BEFORE, every(60)))
    assert "A previous rotation isn't complete" in result["RotationSchedule/database"]


def test_it_goes_before_its_secret_and_its_function(aws: Aws, embedded: Running) -> None:
    live = up(aws, *BEFORE, every())["database"]
    assert {live["SecretId"].partition(":secret:")[2][:13], live["RotationLambdaARN"].rpartition(":")[2]} == {
        "shop-database",
        "shop-rotator-test",
    }
    before = len(embedded.calls)
    up(aws, ROLE, SECRET, ROTATOR, PERMISSION)
    assert writes(embedded, before) == ["CancelRotateSecret"]


def test_a_rotation_of_a_secret_that_is_gone_or_dying_is_gone(aws: Aws) -> None:
    live = up(aws, *BEFORE, every())["database"]
    aws.secretsmanager.delete_secret(SecretId=live["SecretId"])
    assert list(RotationSchedule.living(aws)) == []
    RotationSchedule.delete(aws, live)
    aws.secretsmanager.delete_secret(SecretId=live["SecretId"], ForceDeleteWithoutRecovery=True)
    RotationSchedule.delete(aws, live)


def test_a_rotation_of_somebody_elses_secret_is_not_ours(aws: Aws) -> None:
    up(aws, ROLE, SECRET, ROTATOR, PERMISSION)
    assert list(RotationSchedule.living(aws)) == []


def test_it_waits_for_the_function_to_be_ready() -> None:
    assert (ROTATOR, None) in list(needs(every()))


def test_it_is_named_as_its_secret() -> None:
    with pytest.raises(PlanError, match="name it 'database', too"):
        RotationSchedule("other", secret=SECRET, rotation_lambda=ROTATOR, automatically_after_days=1)


@pytest.mark.parametrize("rules", [{}, {"automatically_after_days": 1, "schedule_expression": "rate(1 days)"}])
def test_it_has_either_days_or_an_expression(rules: Any) -> None:
    with pytest.raises(PlanError, match="give either automatically_after_days or schedule_expression"):
        Plan("shop", RotationSchedule("database", secret="arn", rotation_lambda="arn", **rules))
