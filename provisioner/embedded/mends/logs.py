"""Mends of CloudWatch Logs: log groups."""

from __future__ import annotations

from typing import Any

from ..call import Call, Refused, Result
from .mending import Mends

mends = Mends("logs")

# The values that PutRetentionPolicy's documentation allows; the model knows a number only.
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@mends.then("CreateLogGroup")
def keep(call: Call, backend: Any, result: Result) -> None:
    group = backend.groups[call.parameters["logGroupName"]]
    group.log_group_class = call.parameters.get("logGroupClass", "STANDARD")
    group.deletion_protection_enabled = call.parameters.get("deletionProtectionEnabled", False)


@mends.then("DescribeLogGroups")
def show(call: Call, backend: Any, result: Result) -> Result:
    wanted_class = call.parameters.get("logGroupClass")
    for shown in result.get("logGroups", []):
        group = backend.groups[shown["logGroupName"]]
        shown["logGroupClass"] = getattr(group, "log_group_class", "STANDARD")
        shown["deletionProtectionEnabled"] = getattr(group, "deletion_protection_enabled", False)
        shown["metricFilterCount"] = sum(entry["logGroupName"] == group.name for entry in backend.filters.metric_filters)
    pattern, named = call.parameters.get("logGroupNamePattern"), call.parameters.get("logGroupIdentifiers")
    result["logGroups"] = [
        shown
        for shown in result.get("logGroups", [])
        if (not pattern or pattern in shown["logGroupName"])
        and (not named or shown["logGroupName"] in named or shown["logGroupArn"] in named)
        and (not wanted_class or shown["logGroupClass"] == wanted_class)
    ]
    return result


@mends.first("PutRetentionPolicy")
def only_valid_days(call: Call, backend: Any) -> None:
    _group(backend, call.parameters["logGroupName"])
    if call.parameters["retentionInDays"] not in RETENTION_DAYS:
        allowed = ", ".join(map(str, RETENTION_DAYS))
        raise Refused("InvalidParameterException", f"retentionInDays must be one of [{allowed}]")


@mends.first("AssociateKmsKey", "DisassociateKmsKey")
def change_key(call: Call, backend: Any) -> Result:
    named = call.parameters.get("logGroupName") or call.parameters.get("resourceIdentifier", "")
    _group(backend, named).kms_key_id = call.parameters.get("kmsKeyId")
    return {}


@mends.first("PutLogGroupDeletionProtection")
def change_protection(call: Call, backend: Any) -> Result:
    group = _group(backend, call.parameters["logGroupIdentifier"])
    group.deletion_protection_enabled = call.parameters["deletionProtectionEnabled"]
    return {}


@mends.first("DeleteLogGroup")
def not_while_protected(call: Call, backend: Any) -> None:
    group = _group(backend, call.parameters["logGroupName"])
    if getattr(group, "deletion_protection_enabled", False):
        raise Refused("ValidationException", f"Log group {group.name} has deletion protection enabled")
    backend.tagger.delete_all_tags_for_resource(group.arn)


@mends.first("ListTagsForResource")
def of_what_exists(call: Call, backend: Any) -> None:
    arn = call.parameters["resourceArn"]
    if ":log-group:" in arn:
        _group(backend, arn)


def _group(backend: Any, named: str) -> Any:
    """A group by its name or its ARN."""
    name = named.partition(":log-group:")[2].removesuffix(":*") if named.startswith("arn:") else named
    if name not in backend.groups:
        raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
    return backend.groups[name]
