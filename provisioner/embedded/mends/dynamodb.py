"""Mends of DynamoDB: a table is made in some seconds; moto has it at once."""

from __future__ import annotations

from typing import Any

from ..call import Call, Refused, Result
from ..clock import Delay
from .mending import Mends, backend, kept
from .under_way import begin

mends = Mends("dynamodb")

_SECONDS = 8


@mends.then("CreateTable")
def begin_to_make(call: Call, dynamodb: Any, result: Result) -> Result:
    """AWS: CREATING for some ten seconds."""
    table = dynamodb.tables[call.parameters["TableName"]]
    kms = backend(call, "kms")
    if kms.alias_exists("alias/aws/dynamodb"):
        # AWS: the key that a service makes for itself is AWS's to keep.
        kms.describe_key("alias/aws/dynamodb").key_manager = "AWS"
    kept(table, "status")["creating"] = True
    made = kept(table, "status").clear
    begin(call, table.table_arn, Delay(_SECONDS, looks=0), made, seen_by=("dynamodb:DescribeTable",))
    _show(dynamodb, call, result["TableDescription"])
    return result


@mends.then("DescribeTable")
def show_status(call: Call, dynamodb: Any, result: Result) -> Result:
    _show(dynamodb, call, result["Table"])
    return result


@mends.first("DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
def items_need_a_table(call: Call, dynamodb: Any) -> None:
    """AWS: until a table is ACTIVE, it is not there for who reads or writes its items."""
    if _is_being_made(dynamodb, call):
        raise Refused("ResourceNotFoundException", "Requested resource not found")


@mends.first("DeleteTable", "UpdateTable")
def is_in_use_while_made(call: Call, dynamodb: Any) -> None:
    if _is_being_made(dynamodb, call):
        words = "Attempt to change a resource which is still in use: Table is being created"
        raise Refused("ResourceInUseException", f"{words}: {call.parameters['TableName']}")


def _is_being_made(dynamodb: Any, call: Call) -> bool:
    table = dynamodb.tables.get(call.parameters["TableName"].rpartition("/")[2])
    return table is not None and bool(kept(table, "status"))


def _show(dynamodb: Any, call: Call, shown: dict[str, Any]) -> None:
    if _is_being_made(dynamodb, call):
        shown["TableStatus"] = "CREATING"
