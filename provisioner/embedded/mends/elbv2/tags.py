"""Tags: what is not there has none, and says so."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import Mends

mends = Mends("elbv2")

# AWS: DescribeTags takes 20 ARNs.
_AT_A_TIME = 20


@mends.first("DescribeTags")
def all_are_there(call: Call, elbv2: Any) -> None:
    arns = call.parameters["ResourceArns"]
    if len(arns) > _AT_A_TIME:
        raise Refused("ValidationError", f"Only {_AT_A_TIME} resources can be described at a time")
    for arn in arns:
        elbv2._get_resource_by_arn(arn)
