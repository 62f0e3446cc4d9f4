"""Sets of addresses: moto's lock tokens of them are too short to be sent back."""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Result
from ..mending import Mends
from .finding import scoped

mends = Mends("wafv2")


@mends.then("CreateIPSet")
def make(call: Call, backend: Any, result: Result) -> Result:
    made = scoped(call).ip_sets[result["Summary"]["ARN"]]
    return {**result, "Summary": {**result["Summary"], "LockToken": _locked(made)}}


@mends.then("UpdateIPSet")
def change(call: Call, backend: Any, result: Result) -> Result:
    [changed] = [one for one in scoped(call).ip_sets.values() if one.ip_set_id == call.parameters["Id"]]
    return {**result, "NextLockToken": _locked(changed)}


def _locked(addresses: Any) -> str:
    """AWS: a token is a UUID."""
    addresses.lock_token = str(mock_random.uuid4())
    return str(addresses.lock_token)
