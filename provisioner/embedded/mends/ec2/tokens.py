"""Client tokens, which moto ignores: the same token and parameters give the same resource, not a second one."""

from __future__ import annotations

import copy
from typing import Any

from ...call import Answer, Behaviour, Call, Refused
from ..mending import backend, kept


class ClientTokens(Behaviour):
    """EC2's idempotent creates.

    AWS: "Ensuring idempotency in Amazon EC2 API requests": a repeat with the same token succeeds and does nothing more;
    with other parameters it is IdempotentParameterMismatch. A failed create does not use up its token.
    """

    def before(self, call: Call) -> Answer | None:
        earlier = self._seen(call).get(call.parameters["ClientToken"]) if _has_token(call) else None
        if earlier is None:
            return None
        parameters, result = earlier
        if parameters != _without_token(call):
            raise Refused(
                "IdempotentParameterMismatch",
                "The client token that is provided is being used with different request parameters.",
            )
        return Answer.of(copy.deepcopy(result))

    def after(self, call: Call, answer: Answer) -> Answer:
        if _has_token(call) and not answer.error:
            self._seen(call)[call.parameters["ClientToken"]] = (_without_token(call), copy.deepcopy(answer.content))
        return answer

    def _seen(self, call: Call) -> dict[str, Any]:
        return kept(backend(call), f"tokens_{call.operation}")


def _has_token(call: Call) -> bool:
    return call.service == "ec2" and call.operation.startswith("Create") and bool(call.parameters.get("ClientToken"))


def _without_token(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.parameters.items() if name != "ClientToken"}
