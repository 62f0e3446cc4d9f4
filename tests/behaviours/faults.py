"""What goes wrong between a caller and AWS: answers that are lost, and calls that are throttled."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.call import Behaviour, HangUp, Refused

if TYPE_CHECKING:
    from provisioner.embedded.call import Answer, Call


def changes(call: Call) -> bool:
    """Whether a call changes anything."""
    return kind_of(call.operation) is not CallKind.READ


class Lossy(Behaviour):
    """The `nth` changing call, and each `every`-th after it, is carried out, and then the connection ends without an answer.

    Put it first, so that its `after` comes last.
    """

    def __init__(self, nth: int, every: int | None = None) -> None:
        self.carried_out: list[str] = []
        self.lost: list[str] = []
        self._next, self._every = nth, every

    def after(self, call: Call, answer: Answer) -> Answer:
        if not changes(call):
            return answer
        self.carried_out.append(str(call))
        if len(self.carried_out) != self._next:
            return answer
        self._next += self._every or 0
        self.lost.append(str(call))
        raise HangUp


class Throttling(Behaviour):
    """Answers a share of all calls (`rate`, 0 to 1) with the service's own word for "too many"; the same ones for the same `seed`."""

    def __init__(self, rate: float, seed: int) -> None:
        self.throttled = 0
        self._rate, self._random = rate, random.Random(seed)

    def before(self, call: Call) -> Answer | None:
        if self._random.random() >= self._rate:
            return None
        self.throttled += 1
        raise Refused(*_TOO_MANY[call.service])


_TOO_MANY = {
    "cloudfront": ("Throttling", "Rate exceeded", 400),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "iam": ("Throttling", "Rate exceeded", 400),
    "kms": ("ThrottlingException", "Rate exceeded", 400),
    "logs": ("ThrottlingException", "Rate exceeded", 400),
    "resourcegroupstaggingapi": ("ThrottledException", "Rate exceeded", 400),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "sts": ("Throttling", "Rate exceeded", 400),
}
