"""Snapshots: whose they are. Moto shows those of public images to whoever asks for his own."""

from __future__ import annotations

from typing import Any

from ...call import Call, Result
from ..mending import Mends

mends = Mends("ec2")


@mends.then("DescribeSnapshots")
def of_these_owners(call: Call, backend: Any, result: Result) -> Result | None:
    if not (named := call.parameters.get("OwnerIds")):
        return None
    owners = {call.account if owner == "self" else owner for owner in named}
    return {**result, "Snapshots": [one for one in result.get("Snapshots") or () if one["OwnerId"] in owners]}
