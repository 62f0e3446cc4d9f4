"""The calls that answer 200 though a part of what they were asked for was not done. Imports nothing of moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Result = dict[str, Any]
Parameters = dict[str, Any]

_WORDS = "An internal error has occurred."


def _unsuccessful(ids: str, **rest: Any) -> Callable[[Parameters], Result]:
    """EC2's form."""
    error = {"Code": "InternalError", "Message": _WORDS}
    return lambda asked: {**rest, "Unsuccessful": [{"ResourceId": one, "Error": error} for one in asked[ids]]}


def _objects(asked: Parameters) -> Result:
    errors = [
        {**one, "Code": "InternalError", "Message": "We encountered an internal error. Please try again."}
        for one in asked["Delete"]["Objects"]
    ]
    return {"Errors": [{name: one[name] for name in ("Key", "VersionId", "Code", "Message") if name in one} for one in errors]}


def _versions(asked: Parameters) -> Result:
    error = {"Code": "unexpectedError", "Message": _WORDS}
    about = {name: asked[name] for name in ("LaunchTemplateId", "LaunchTemplateName") if name in asked}
    failed = [{**about, "VersionNumber": int(number), "ResponseError": error} for number in asked["Versions"]]
    return {"SuccessfullyDeletedLaunchTemplateVersions": [], "UnsuccessfullyDeletedLaunchTemplateVersions": failed}


def _records(asked: Parameters) -> Result:
    failed = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
    return {"FailedPutCount": len(asked["Records"]), "RequestResponses": [failed] * len(asked["Records"])}


def _messages(asked: Parameters) -> Result:
    error = {"Code": "InternalError", "Message": _WORDS, "SenderFault": False}
    return {"Successful": [], "Failed": [{"Id": one["Id"], **error} for one in asked["PublishBatchRequestEntries"]]}


def _tags(asked: Parameters) -> Result:
    error = {"StatusCode": 500, "ErrorCode": "InternalServiceException", "ErrorMessage": _WORDS}
    return {"FailedResourcesMap": dict.fromkeys(asked["ResourceARNList"], error)}


def _actions(names: Callable[[Parameters], list[str]], member: str) -> Callable[[Parameters], Result]:
    error = {"ErrorCode": "InternalFailure", "ErrorMessage": _WORDS}
    return lambda asked: {member: [{"ScheduledActionName": name, **error} for name in names(asked)]}


def _put(asked: Parameters) -> list[str]:
    return [one["ScheduledActionName"] for one in asked["ScheduledUpdateGroupActions"]]


def _deleted(asked: Parameters) -> list[str]:
    return list(asked["ScheduledActionNames"])


BATCHES: dict[str, Callable[[Parameters], Result]] = {
    "autoscaling:BatchDeleteScheduledAction": _actions(_deleted, "FailedScheduledActions"),
    "autoscaling:BatchPutScheduledUpdateGroupAction": _actions(_put, "FailedScheduledUpdateGroupActions"),
    "dynamodb:BatchWriteItem": lambda asked: {"UnprocessedItems": asked["RequestItems"]},
    "ec2:CreateFlowLogs": _unsuccessful("ResourceIds", FlowLogIds=[]),
    "ec2:DeleteFlowLogs": _unsuccessful("FlowLogIds"),
    "ec2:DeleteLaunchTemplateVersions": _versions,
    "ec2:DeleteVpcEndpoints": _unsuccessful("VpcEndpointIds"),
    "firehose:PutRecordBatch": _records,
    "resourcegroupstaggingapi:TagResources": _tags,
    "resourcegroupstaggingapi:UntagResources": _tags,
    "s3:DeleteObjects": _objects,
    "sns:PublishBatch": _messages,
}
"""By call, the answer that says that nothing of it was done."""
