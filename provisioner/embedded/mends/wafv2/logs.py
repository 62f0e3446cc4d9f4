"""Where web ACLs log to."""

from __future__ import annotations

import copy
from typing import Any

from moto.backends import get_backend

from ...call import Call, Result
from ..mending import Mends, kept
from .finding import by_arn, invalid, missing

mends = Mends("wafv2")

_BEGINNING = "aws-waf-logs-"


@mends.first("PutLoggingConfiguration")
def put_logging(call: Call, backend: Any) -> Result:
    """Done here: moto loses what is logged for CloudFront."""
    configuration = copy.deepcopy(call.parameters["LoggingConfiguration"])
    by_arn(call, configuration["ResourceArn"])
    if len(configuration["LogDestinationConfigs"]) != 1:
        raise invalid("A web ACL has one log destination", "LOG_DESTINATION")
    [destination] = configuration["LogDestinationConfigs"]
    if not _is_there(call, destination):
        raise invalid("The ARN isn't valid. A valid ARN begins with arn: and includes other information", "LOG_DESTINATION")
    defaults = {"ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}
    logs(call)[configuration["ResourceArn"]] = {**defaults, **configuration}
    return {"LoggingConfiguration": logs(call)[configuration["ResourceArn"]]}


def _is_there(call: Call, destination: str) -> bool:
    """AWS: a group, bucket or stream whose name begins with `aws-waf-logs-`; a group's ARN without its star."""
    service, name = destination.split(":")[2], destination.rpartition(":")[2].removeprefix("deliverystream/")
    there: Any = {
        "logs": lambda: get_backend("logs")[call.account][call.region].groups,
        "s3": lambda: get_backend("s3")[call.account]["aws"].buckets,
        "firehose": lambda: get_backend("firehose")[call.account][call.region].delivery_streams,
    }.get(service, dict)
    return name.startswith(_BEGINNING) and name in there()


@mends.first("GetLoggingConfiguration")
def show_logging(call: Call, backend: Any) -> Result:
    found = logs(call).get(call.parameters["ResourceArn"])
    if found is None:
        raise missing()
    return {"LoggingConfiguration": found}


@mends.first("ListLoggingConfigurations")
def list_logging(call: Call, backend: Any) -> Result:
    place = "global/" if call.parameters["Scope"] == "CLOUDFRONT" else "regional/"
    return {"LoggingConfigurations": [one for arn, one in logs(call).items() if arn.split(":")[5].startswith(place)]}


@mends.first("DeleteLoggingConfiguration")
def delete_logging(call: Call, backend: Any) -> Result:
    if logs(call).pop(call.parameters["ResourceArn"], None) is None:
        raise missing()
    return {}


def logs(call: Call) -> dict[str, Any]:
    return kept(get_backend("wafv2")[call.account][call.region], "logs")
