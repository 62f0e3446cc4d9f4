"""Reading functions: Lambda lists them without tags, and shows the rest function by function."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...aws.ownership import ENVIRONMENT, PLAN

if TYPE_CHECKING:
    from ...aws.account import Aws
    from ...resource import Live


def functions(aws: Aws) -> list[Live]:
    """The plan's functions of the region."""
    # Lambda takes 15 calls a second, all kinds together. So a function is asked for its tags only where it may be ours: where
    # its name is by the plan's convention, where AWS's index of tags says so, and where it changed too lately for the index.
    tagged, listed = aws.together(lambda read: read(aws), (_tagged, _list))
    perhaps = [
        function
        for function in listed
        if function["FunctionName"].startswith(aws.ownership.prefix)
        or function["FunctionArn"] in tagged
        or datetime.fromisoformat(function["LastModified"]) > aws.tagged_until
    ]
    found = aws.together(lambda function: aws.maybe(lambda: _read(aws, function["FunctionArn"])), perhaps)
    return [function for function in found if function and _is_ours(aws, function)]


def _tagged(aws: Aws) -> Any:
    return aws.tagged("lambda:function")


def _list(aws: Aws) -> Any:
    return [function for page in aws.lambda_.get_paginator("list_functions").paginate() for function in page["Functions"]]


def _is_ours(aws: Aws, function: Live) -> bool:
    tags, owner = function["Tags"], aws.ownership
    return bool((tags.get(PLAN), tags.get(ENVIRONMENT)) == (owner.plan, owner.environment))


def _read(aws: Aws, function: str) -> Live:
    found: Any = aws.lambda_.get_function(FunctionName=function)
    # What else it tells of the code is a link that lets anybody fetch it.
    return {
        **found["Configuration"],
        "SourceKMSKeyArn": found["Code"].get("SourceKMSKeyArn"),
        "Tags": found.get("Tags", {}),
        "ReservedConcurrentExecutions": found.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1),
    }
