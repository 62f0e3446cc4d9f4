from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.call import Behaviour, HangUp
from provisioner.resources.lambda_.permission import Permission
from provisioner.resources.secretsmanager.rotation_schedule import RotationSchedule
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.secretsmanager.secret_value import SecretValue
from tests.contract.examples.lambda_ import ROLE, function
from tests.contract.examples.secretsmanager import PASSWORD

from .in_aws import teardown, up

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.call import Answer, Call
    from provisioner.embedded.server import Running

SECRET = Secret("database", generate_secret_string=PASSWORD, recovery_window_in_days=7)
ROTATOR = function("rotator", reserved_concurrent_executions=2)
PERMISSION = Permission("rotator", function=ROTATOR, principal="secretsmanager.amazonaws.com", source_arn=SECRET.arn)
VALUES = SecretValue("place", secret=SECRET, values={"host": "db.example.com"})
STEPS = (
    ROLE,
    SECRET,
    ROTATOR,
    PERMISSION,
    VALUES,
    RotationSchedule(
        "database", secret=SECRET, rotation_lambda=ROTATOR, automatically_after_days=30, after=(PERMISSION, VALUES)
    ),
)
CHANGES = ["CreateSecret", "CreateFunction", "PutSecretValue", "AddPermission", "PutFunctionConcurrency", "RotateSecret"]
REMOVALS = ["RemovePermission", "CancelRotateSecret", "UpdateSecretVersionStage", "DeleteSecret", "DeleteFunction"]


class _LosesEachOnce(Behaviour):
    """Each operation that changes something is carried out, and the first time nobody hears of it."""

    def __init__(self) -> None:
        self.lost: list[str] = []

    def after(self, call: Call, answer: Answer) -> Answer:
        reads = kind_of(call.operation) is CallKind.READ
        if reads or answer.error or call.service == "iam" or call.operation in self.lost:
            return answer
        self.lost.append(call.operation)
        raise HangUp


def test_every_answer_may_be_lost_once(aws: Aws, embedded: Running) -> None:
    losing = _LosesEachOnce()
    embedded.behaviours.insert(0, losing)
    try:
        live = up(aws, *STEPS)["database"]
        teardown(aws)
    finally:
        embedded.behaviours.remove(losing)
    assert live["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert sorted(losing.lost) == sorted([*CHANGES, *REMOVALS])
    assert [call.operation for call in embedded.calls].count("GetRandomPassword") == 1
