"""Somebody else who writes at the same moment: a lock moves just before a change, or a grant is lost beside theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from ..call import Answer, Behaviour, Call
from ..mends.cloudfront.etags import renew
from ..mends.mending import backend, kept
from ..mends.wafv2.finding import both
from .races import LOCKS, LOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .dice import Dice
    from .injected import Injected


class ConcurrentWriters(Behaviour):
    """Just before a change of what has an optimistic lock, somebody else changes it: the lock is stale, and the service says so
    (CloudFront's ETags, WAF's lock tokens, Firehose's versions). And where a function's policy gets a statement, the same
    moment's other writer wins: AWS answers well, and keeps theirs only (Lambda's AddPermission).
    """

    def __init__(self, dice: Dice, injected: Injected) -> None:
        self._dice, self._injected = dice, injected

    def before(self, call: Call) -> Answer | None:
        moves = list(_moves(call)) if call.parameters.get(LOCKS.get(str(call), "")) else []
        if moves and self._befalls(call):
            for move in moves:
                move()
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) in LOST and not answer.error and self._befalls(call):
            policy = backend(call).get_function(call.parameters["FunctionName"]).policy
            policy.statements = [one for one in policy.statements if one["Sid"] != call.parameters["StatementId"]]
        return answer

    def _befalls(self, call: Call) -> bool:
        if self._dice.falls_on("race", call) is None:
            return False
        self._injected.add("race", call)
        return True


def _moves(call: Call) -> Iterator[Callable[[], object]]:
    """How the lock of what a change is about is moved on, if that is there."""
    given = call.parameters
    if call.service == "cloudfront":
        for holder in _with_etags(backend(call), given["Id"]):
            yield lambda holder=holder: renew(holder)  # type: ignore[misc]
    elif call.service == "wafv2":
        for locked in _with_lock_tokens(call):
            yield lambda locked=locked: setattr(locked, "lock_token", str(mock_random.uuid4()))  # type: ignore[misc]
    elif (stream := kept(backend(call), "streams").get(given["DeliveryStreamName"])) is not None:
        yield lambda: stream.update(VersionId=str(int(stream["VersionId"]) + 1))


def _with_etags(cloudfront: Any, named: str) -> list[Any]:
    there = (cloudfront.distributions, cloudfront.origin_access_controls, kept(cloudfront, "response_headers_policies"))
    return [holders[named] for holders in there if named in holders]


def _with_lock_tokens(call: Call) -> list[Any]:
    kinds = ("wacls", "ip_sets", "regex_pattern_sets", "rule_groups")
    found = [one for there in both(call) for kind in kinds for one in getattr(there, kind).values()]
    return [one for one in found if getattr(one, "id", getattr(one, "ip_set_id", None)) == call.parameters["Id"]]
