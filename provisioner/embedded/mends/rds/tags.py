"""Tags of what does not exist: moto shows none, and takes any."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import Mends

mends = Mends("rds")

_MISSING = {
    "db": "DBInstanceNotFound",
    "cluster": "DBClusterNotFoundFault",
    "subgrp": "DBSubnetGroupNotFoundFault",
    "pg": "DBParameterGroupNotFound",
    "cluster-pg": "DBParameterGroupNotFound",
}


@mends.first("ListTagsForResource", "AddTagsToResource", "RemoveTagsFromResource")
def of_what_exists(call: Call, rds: Any) -> None:
    arn = call.parameters["ResourceName"]
    kind = arn.split(":")[5] if arn.count(":") > 5 else ""
    if kind in _MISSING and rds._get_resource_for_tagging(arn) is None:
        raise Refused(_MISSING[kind], f"{arn} not found", 404)
