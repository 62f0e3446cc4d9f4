"""Flow logs: made here, since moto refuses or forgets much of what AWS accepts."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.utils import random_flow_log_id

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")

_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status}"
)
_OPTIONS = {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": False}


@mends.first("CreateFlowLogs")
def create(call: Call, backend: Any) -> Result:
    """AWS: each resource gets its own flow log; what fails for one of them is in `Unsuccessful`, not an error."""
    parameters = call.parameters
    kind = parameters.get("LogDestinationType", "cloud-watch-logs")
    interval = parameters.get("MaxAggregationInterval", 600)
    destination, group, role = (parameters.get(n) for n in ("LogDestination", "LogGroupName", "DeliverLogsPermissionArn"))
    backend._validate_request(group, destination, kind, interval, role)
    made, unsuccessful = [], []
    for resource_id in parameters["ResourceIds"]:
        error = _error(call, backend, resource_id, kind)
        if error:
            unsuccessful.append({"ResourceId": resource_id, "Error": {"Code": error.code, "Message": error.message}})
            continue
        made.append(_make(call, backend, resource_id, kind))
    return {"FlowLogIds": made, "Unsuccessful": unsuccessful, "ClientToken": parameters.get("ClientToken")}


@mends.first("DescribeFlowLogs")
def known(call: Call, backend: Any) -> None:
    for flow_log_id in call.parameters.get("FlowLogIds", ()):
        if flow_log_id not in backend.flow_logs:
            raise Refused("InvalidFlowLogId.NotFound", f"The flow log ID '{flow_log_id}' does not exist")


@mends.first("DeleteFlowLogs")
def delete(call: Call, backend: Any) -> Result:
    unsuccessful = []
    for flow_log_id in call.parameters["FlowLogIds"]:
        if backend.flow_logs.pop(flow_log_id, None) is None:
            message = f"The flow log ID '{flow_log_id}' does not exist"
            error = {"Code": "InvalidFlowLogId.NotFound", "Message": message}
            unsuccessful.append({"ResourceId": flow_log_id, "Error": error})
        backend.tags.pop(flow_log_id, None)
    return {"Unsuccessful": unsuccessful}


def _error(call: Call, backend: Any, resource_id: str, kind: str) -> Refused | None:
    parameters = call.parameters
    find = {"VPC": backend.get_vpc, "Subnet": backend.get_subnet, "NetworkInterface": backend.get_network_interface}
    if finder := find.get(parameters["ResourceType"]):
        finder(resource_id)
    destination = parameters.get("LogDestination")
    if kind == "s3":
        bucket = str(destination).split(":", 5)[-1].split("/", 1)[0]
        if bucket not in get_backend("s3")[call.account]["aws"].buckets:
            return Refused("400", f"LogDestination: {bucket} does not exist.")
    wanted = (resource_id, parameters.get("LogGroupName"), destination)
    if any((there.resource_id, there.log_group_name, there.log_destination) == wanted for there in backend.flow_logs.values()):
        message = "Error. There is an existing Flow Log with the same configuration and log destination."
        return Refused("FlowLogAlreadyExists", message)
    return None


def _make(call: Call, backend: Any, resource_id: str, kind: str) -> str:
    parameters = call.parameters
    group = parameters.get("LogGroupName") or _group_of(parameters.get("LogDestination"), kind)
    delivers = kind != "cloud-watch-logs" or group in get_backend("logs")[call.account][call.region].groups
    model: Any = FlowLogs
    made = model(
        backend,
        random_flow_log_id(),
        resource_id,
        parameters.get("TrafficType"),
        parameters.get("LogDestination"),
        parameters.get("LogGroupName"),
        parameters.get("DeliverLogsPermissionArn"),
        parameters.get("MaxAggregationInterval", 600),
        kind,
        parameters.get("LogFormat", _FORMAT),
        "SUCCESS" if delivers else "FAILED",
        None if delivers else "Access error",
    )
    made.deliver_cross_account_role = parameters.get("DeliverCrossAccountRole")
    if kind == "s3":
        made.destination_options = {**_OPTIONS, **parameters.get("DestinationOptions", {})}
    backend.flow_logs[made.id] = made
    for specification in parameters.get("TagSpecifications", ()):
        made.add_tags({tag["Key"]: tag.get("Value", "") for tag in specification.get("Tags", ())})
    return str(made.id)


def _group_of(destination: str | None, kind: str) -> str | None:
    """The log group in an ARN such as arn:aws:logs:eu-central-1:123456789012:log-group:NAME:*"""
    if kind != "cloud-watch-logs" or not destination:
        return None
    return destination.partition(":log-group:")[2].removesuffix(":*")
