"""When a secret gets a new value, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import PlanError
from ...resource import READY, Id, Output, Resource, State, attr, part_of
from .reading import is_rotating, secrets
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..lambda_.function import Function


class RotationSchedule(Resource):
    """Rotates one of the plan's secrets by a function, after so many days or by a `cron(…)` or `rate(…)` expression (UTC).

    `duration` (`3h`) is the window within which it happens. It rotates by its schedule only, unless
    `rotate_immediately_on_update`: then also whenever this step is made or changed. The function needs a `Permission` for
    `secretsmanager.amazonaws.com`: list that in `after`. The step is named as the secret's own: rotation has no tags.

    AWS: Secrets Manager RotateSecret, which tests the function. A rotation that fails is tried again by AWS and leaves
    `AWSPENDING` behind: until that label is gone, AWS refuses to change the schedule.
    """

    secret: Id[Secret] = attr("SecretId", replace=True)
    rotation_lambda: Id[Function] = attr("RotationLambdaARN", ready=True)
    automatically_after_days: int | None = attr("RotationRules.AutomaticallyAfterDays", default=None)
    schedule_expression: str | None = attr("RotationRules.ScheduleExpression", default=None)
    duration: str | None = attr("RotationRules.Duration", default=None)
    rotate_immediately_on_update: bool = attr(default=False)

    id = Output("Subresource")
    mark = "Mark"

    def __post_init__(self) -> None:
        part_of(self, self.secret)
        if (self.automatically_after_days is None) == (self.schedule_expression is None):
            raise PlanError(f"{self.key}: give either automatically_after_days or schedule_expression")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for secret in secrets(aws):
            if secret.get("RotationEnabled") and not secret.get("DeletedDate"):
                rotates = {"Rotates": is_rotating(secret), "Mark": aws.ownership.mark_of_part(cls, Secret, secret)}
                yield {**_document(secret["ARN"], secret), **rotates}

    def create(self, aws: Aws) -> Live | None:
        aws.ownership.must_own(self, Secret, aws.secretsmanager.describe_secret(SecretId=self.secret))
        sent = self._rotate(aws, self.secret)
        return {**_document(self.secret, sent), "Rotates": False, "Mark": aws.mark(self)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        self._rotate(aws, live["SecretId"])

    def _rotate(self, aws: Aws, secret: str) -> dict[str, Any]:
        rules = {
            "AutomaticallyAfterDays": self.automatically_after_days,
            "ScheduleExpression": self.schedule_expression,
            "Duration": self.duration,
        }
        sent: dict[str, Any] = {
            "RotationLambdaARN": self.rotation_lambda,
            "RotationRules": {name: value for name, value in rules.items() if value is not None},
        }
        aws.secretsmanager.rotate_secret(SecretId=secret, RotateImmediately=self.rotate_immediately_on_update, **sent)
        return sent

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        # What a rotation that is under way has left in AWSPENDING stays: it may be the password that the database has by now.
        aws.maybe(lambda: aws.secretsmanager.cancel_rotate_secret(SecretId=live["SecretId"]))

    @staticmethod
    def state(live: Live) -> State:
        return State(READY.name, "a rotation is under way, or has failed" if live["Rotates"] else "")


def _document(secret: str, rotation: Live) -> dict[str, Any]:
    return {
        "Subresource": f"{secret}?rotation",
        "SecretId": secret,
        "RotationLambdaARN": rotation.get("RotationLambdaARN"),
        "RotationRules": rotation.get("RotationRules", {}),
    }
