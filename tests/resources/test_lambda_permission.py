from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.awslambda.utils import get_backend

from provisioner.errors import CallFailed
from provisioner.resources.iam.role import Role
from provisioner.resources.lambda_.permission import Permission
from tests.contract.examples.iam import trust
from tests.contract.examples.lambda_ import CALLED, ROLE, function

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

SERVICE = "secretsmanager.amazonaws.com"
NAME = "shop-called-test"


def let_in(name: str = "rotation", **more: Any) -> Permission:
    return Permission(name, **{"function": CALLED, "principal": SERVICE, **more})


def statements(aws: Aws) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(aws.lambda_.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    return found


def backend() -> Any:
    return get_backend("123456789012", "us-east-1")


def test_a_statement_is_known_by_its_id(aws: Aws) -> None:
    live = up(aws, ROLE, CALLED, let_in(source_account="123456789012"))["rotation"]
    assert live["StatementId"] == "shop-rotation-test"
    [statement] = statements(aws)
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": "123456789012"}}


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    arn = up(aws, ROLE, CALLED)["called"]["FunctionArn"]
    step = let_in(function=arn, principal="123456789012", event_source_token="t", invoked_via_function_url=True)
    made = step.create(aws)
    [read] = Permission.living(aws)
    assert made is not None
    assert read == {**made, "Principal": "arn:aws:iam::123456789012:root"}


def test_the_statements_of_others_are_left_alone(aws: Aws) -> None:
    up(aws, ROLE, CALLED)
    aws.lambda_.add_permission(FunctionName=NAME, StatementId="theirs", Action="lambda:InvokeFunction", Principal="*")
    up(aws, ROLE, CALLED, let_in())
    up(aws, ROLE, CALLED)
    assert [statement["Sid"] for statement in statements(aws)] == ["theirs"]


def test_a_change_is_a_removal_and_an_addition(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, CALLED, let_in())
    before = len(embedded.calls)
    up(aws, ROLE, CALLED, let_in(source_account="123456789012"))
    assert writes(embedded, before) == ["RemovePermission", "AddPermission"]


def test_a_dead_role_is_drift(aws: Aws, embedded: Running) -> None:
    caller = Role("caller", assume_role_policy=trust("ec2"))
    step = let_in(principal=caller.arn)
    up(aws, ROLE, CALLED, caller, step)
    [statement] = backend().get_function(NAME).policy.statements
    statement["Principal"] = {"AWS": "AROAEXAMPLEEXAMPLE123"}
    change = to_do(aws, ROLE, CALLED, caller, step)["Permission/rotation"]["principal"]
    assert change.before == "AROAEXAMPLEEXAMPLE123"
    up(aws, ROLE, CALLED, caller, step)


def test_a_statement_that_another_hand_removed_is_added_again(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, CALLED, let_in(), let_in("other"))
    aws.lambda_.remove_permission(FunctionName=NAME, StatementId="shop-rotation-test")
    before = len(embedded.calls)
    up(aws, ROLE, CALLED, let_in(), let_in("other"))
    assert writes(embedded, before) == ["AddPermission"]


def test_many_permissions_of_one_function_stand_side_by_side(aws: Aws) -> None:
    steps = [let_in(f"n{number}") for number in range(12)]
    up(aws, ROLE, CALLED, *steps)
    assert len(statements(aws)) == 12


def test_an_addition_whose_answer_was_lost_is_found(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, CALLED)
    message = "The statement id (shop-rotation-test) provided already exists."
    arn = next(iter(backend().list_functions())).function_arn
    let_in(function=arn).create(aws)
    with refusing(embedded, "AddPermission", "ResourceConflictException", message, status=409, times=1):
        up(aws, ROLE, CALLED, let_in())


def test_a_function_that_is_made_anew_gets_its_permission_again(aws: Aws) -> None:
    up(aws, ROLE, CALLED, let_in())
    other = function("called", function_name="another-name")
    kinds = {action.step: action.kind for action in run(aws, ROLE, other, let_in(function=other)).preview().actions}
    assert kinds["Permission/rotation"] == "replace"
    live = up(aws, ROLE, other, let_in(function=other))["rotation"]
    assert live["FunctionArn"].endswith(":another-name")


def test_a_name_that_the_id_can_not_hold_is_refused(aws: Aws) -> None:
    step = let_in("n" * 100)
    assert "choose a shorter one" in errors(outcome(aws, ROLE, CALLED, step))["Permission/nnnn".replace("nnnn", "n" * 100)]


def test_a_policy_that_vanishes_while_it_is_read_is_empty(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, CALLED, let_in())
    with refusing(embedded, "GetPolicy", "ResourceNotFoundException", status=404):
        assert list(Permission.living(aws)) == []


def test_everybody_is_a_principal_too(aws: Aws) -> None:
    step = let_in(principal="*", action="lambda:InvokeFunctionUrl", function_url_auth_type="NONE")
    assert up(aws, ROLE, CALLED, step)["rotation"]["Principal"] == "*"


def test_a_statement_that_is_not_shown_at_once_is_put_once_more_and_is_there_already(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, CALLED)
    with refusing(embedded, "GetPolicy", "ResourceNotFoundException", "The resource you requested does not exist.", times=2):
        up(aws, ROLE, CALLED, let_in())
    assert [statement["Sid"] for statement in statements(aws)] == ["shop-rotation-test"]


def test_a_statement_that_is_lost_and_can_not_be_put_again_says_why(aws: Aws, embedded: Running) -> None:
    step = let_in(function=up(aws, ROLE, CALLED)["called"]["FunctionArn"])
    step.create(aws)
    missing = refusing(embedded, "GetPolicy", "ResourceNotFoundException", times=1)
    again = refusing(
        embedded, "AddPermission", "PolicyLengthExceededException", only=lambda call: len(writes(embedded)) > before
    )
    aws.lambda_.remove_permission(FunctionName=NAME, StatementId="shop-rotation-test")
    before = len(writes(embedded))
    with missing, again, pytest.raises(CallFailed, match="PolicyLengthExceeded"):
        step.create(aws)


def test_a_statement_that_is_always_lost_is_left_to_the_next_look(aws: Aws, embedded: Running) -> None:
    step = let_in(function=up(aws, ROLE, CALLED)["called"]["FunctionArn"])
    with answering(embedded, "AddPermission", {"Statement": "{}"}):
        step.create(aws)
    assert writes(embedded).count("AddPermission") == 4
    assert list(Permission.living(aws)) == []
