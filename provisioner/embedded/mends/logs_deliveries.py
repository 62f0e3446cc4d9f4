"""Mends of CloudWatch Logs: vended log delivery."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend
from moto.logs.models import DeliveryDestination, DeliverySource

from ..call import Call, Refused, Result
from .mending import Mends
from .service_access import bucket_lets

mends = Mends("logs")

# AWS: what is set before a distribution's path when its delivery is made, and not when it is changed.
_BEFORE = "AWSLogs/{account-id}/CloudFront/"
# Moto does not know that load balancers vend logs too.
_BALANCERS = ("ALB_ACCESS_LOGS", "ALB_CONNECTION_LOGS", "ALB_HEALTH_CHECK_LOGS")
_TYPES = {"s3": "S3", "logs": "CWL", "firehose": "FH"}


@mends.first("PutDeliverySource")
def put_source(call: Call, backend: Any) -> Result | None:
    name, arn, log_type = (call.parameters[key] for key in ("name", "resourceArn", "logType"))
    service = arn.split(":")[2]
    if service == "cloudfront" and call.region != "us-east-1":
        raise Refused("ValidationException", "Delivery sources of CloudFront stand in us-east-1.")
    if service == "cloudfront" and arn.rpartition("/")[2] not in get_backend("cloudfront")[call.account]["aws"].distributions:
        raise _missing("The distribution")
    found = backend.delivery_sources.get(name)
    if found is None:
        if service != "elasticloadbalancing":
            return None
        if log_type not in _BALANCERS:
            raise Refused("ValidationException", "This service is not allowed for this LogSource.")
        found = backend.delivery_sources[name] = DeliverySource(call.account, call.region, name, arn, log_type, None)
        backend.tag_resource(found.arn, call.parameters.get("tags", {}))
    else:
        _refuse_tags(call)
        if arn not in found.resource_arns or log_type != found.log_type:
            raise Refused("ConflictException", "Update to existing Delivery Source with new ResourceId is not allowed.")
    return keep_source(call, backend, {})


@mends.then("PutDeliverySource")
def keep_source(call: Call, backend: Any, result: Result) -> Result:
    source = backend.delivery_sources[call.parameters["name"]]
    source.configuration = call.parameters.get("deliverySourceConfiguration", {})
    return {"deliverySource": _source(source)}


@mends.then("GetDeliverySource")
def get_source(call: Call, backend: Any, result: Result) -> Result:
    return {"deliverySource": _source(backend.delivery_sources[call.parameters["name"]])}


@mends.first("DescribeDeliverySources")
def list_sources(call: Call, backend: Any) -> Result:
    wanted = call.parameters.get("resourceArns")
    found = [one for one in backend.delivery_sources.values() if not wanted or set(wanted) & set(one.resource_arns)]
    return _page(call, "deliverySources", [_source(one) for one in found])


def _source(source: Any) -> dict[str, Any]:
    """AWS: the tags are told by ListTagsForResource alone."""
    configuration = {"deliverySourceConfiguration": source.configuration} if getattr(source, "configuration", None) else {}
    return {**_without_tags(source), **configuration}


@mends.first("PutDeliveryDestination")
def put_destination(call: Call, backend: Any) -> Result:
    """Done here: moto makes it anew with every change, without its policy, and knows of no X-Ray."""
    name, configuration = call.parameters["name"], call.parameters.get("deliveryDestinationConfiguration", {})
    kind, wanted = _kind(call, configuration), call.parameters.get("outputFormat")
    found = backend.delivery_destinations.get(name)
    if found is None:
        given = configuration or {"destinationResourceArn": "arn:aws:xray:"}
        found = DeliveryDestination(call.account, call.region, name, wanted, given, None)
        backend.delivery_destinations[name] = found
        backend.tag_resource(found.arn, call.parameters.get("tags", {}))
    else:
        _refuse_tags(call)
        if kind != found.delivery_destination_type or (wanted and wanted != found.output_format):
            message = "Update to existing Delivery Destination with new Output Format or type is not allowed."
            raise Refused("ValidationException", message)
    found.delivery_destination_type, found.delivery_destination_configuration = kind, configuration
    found.role_arn = call.parameters.get("roleArn")
    return {"deliveryDestination": _destination(found)}


def _kind(call: Call, configuration: dict[str, str]) -> str:
    said = call.parameters.get("deliveryDestinationType")
    if not configuration:
        if said != "XRAY":
            raise Refused("ValidationException", "deliveryDestinationConfiguration is required.")
        return "XRAY"
    follows = _TYPES.get(configuration["destinationResourceArn"].split(":")[2])
    if follows is None or said not in (None, follows):
        raise Refused("ValidationException", "The destination resource is not of the delivery destination's type.")
    return follows


@mends.then("GetDeliveryDestination")
def get_destination(call: Call, backend: Any, result: Result) -> Result:
    return {"deliveryDestination": _destination(backend.delivery_destinations[call.parameters["name"]])}


@mends.first("DescribeDeliveryDestinations")
def list_destinations(call: Call, backend: Any) -> Result:
    wanted = call.parameters.get("names")
    found = [one for name, one in backend.delivery_destinations.items() if not wanted or name in wanted]
    return _page(call, "deliveryDestinations", [_destination(one) for one in found])


def _destination(destination: Any) -> dict[str, Any]:
    role = {"roleArn": destination.role_arn} if destination.role_arn else {}
    return {**_without_tags(destination), **role}


@mends.first("CreateDelivery")
def destination_takes_it(call: Call, backend: Any) -> None:
    """AWS: the bucket is there and lets Logs write; the log group is there."""
    found = _by_arn(backend, call.parameters["deliveryDestinationArn"])
    source = backend.delivery_sources.get(call.parameters["deliverySourceName"])
    if found is None or source is None:
        return
    target = found.delivery_destination_configuration.get("destinationResourceArn", "")
    if found.delivery_destination_type == "CWL" and target.partition(":log-group:")[2].removesuffix(":*") not in backend.groups:
        raise _missing("The log group")
    if found.delivery_destination_type == "S3" and not _may_write(call, target, source):
        message = "Access denied: the bucket policy does not let delivery.logs.amazonaws.com write to the destination."
        raise Refused("AccessDeniedException", message)
    _refuse_own_pairs(call)


def _may_write(call: Call, target: str, source: Any) -> bool:
    bucket, _, path = target.rpartition(":")[2].partition("/")
    key = "/".join(part for part in (path.strip("/"), "AWSLogs", call.account, "log") if part)
    context = {
        "aws:SourceAccount": call.account,
        "aws:SourceArn": source.arn,
        "aws:SecureTransport": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    return bucket_lets(call, bucket, "delivery.logs.amazonaws.com", "s3:PutObject", key, context)


@mends.then("CreateDelivery")
def as_aws_makes_it(call: Call, backend: Any, result: Result) -> Result:
    delivery = backend.deliveries[result["delivery"]["id"]]
    if delivery.destination_type == "S3":
        wanted = call.parameters.get("s3DeliveryConfiguration", {})
        vended = backend.delivery_sources[delivery.delivery_source_name].service == "cloudfront"
        path = (_BEFORE if vended else "") + wanted.get("suffixPath", "")
        hive = wanted.get("enableHiveCompatiblePath", False)
        delivery.s3_delivery_configuration = {"suffixPath": path, "enableHiveCompatiblePath": hive}
    return {"delivery": _without_tags(delivery)}


@mends.first("UpdateDeliveryConfiguration")
def update(call: Call, backend: Any) -> Result:
    """Missing in moto."""
    delivery = backend.deliveries.get(call.parameters["id"])
    if delivery is None:
        raise _missing("The delivery")
    _refuse_own_pairs(call)
    delivery.record_fields = call.parameters.get("recordFields", delivery.record_fields)
    delivery.field_delimiter = call.parameters.get("fieldDelimiter", delivery.field_delimiter)
    wanted = call.parameters.get("s3DeliveryConfiguration", {})
    if wanted and delivery.destination_type != "S3":
        raise Refused("ValidationException", "s3DeliveryConfiguration is for S3 destinations only.")
    delivery.s3_delivery_configuration = {**delivery.s3_delivery_configuration, **wanted}
    return {}


def _refuse_own_pairs(call: Call) -> None:
    """AWS: where the path is written for Hive, its pairs are AWS's to write."""
    wanted = call.parameters.get("s3DeliveryConfiguration", {})
    if wanted.get("enableHiveCompatiblePath") and "=" in wanted.get("suffixPath", ""):
        raise Refused("ValidationException", "Provided suffixPath is invalid")


@mends.then("GetDelivery")
def get_delivery(call: Call, backend: Any, result: Result) -> Result:
    return {"delivery": _without_tags(backend.deliveries[call.parameters["id"]])}


@mends.first("DescribeDeliveries")
def list_deliveries(call: Call, backend: Any) -> Result:
    wanted = call.parameters.get("deliverySourceNames")
    found = [one for one in backend.deliveries.values() if not wanted or one.delivery_source_name in wanted]
    return _page(call, "deliveries", [_without_tags(one) for one in found])


@mends.first("DeleteDeliverySource", "DeleteDeliveryDestination")
def not_while_used(call: Call, backend: Any) -> None:
    name = call.parameters["name"]
    for delivery in backend.deliveries.values():
        ends = {delivery.delivery_source_name} if call.operation == "DeleteDeliverySource" else set()
        if call.operation == "DeleteDeliveryDestination":
            ends = {delivery.delivery_destination_arn.rpartition(":")[2]}
        if name in ends:
            raise Refused("ConflictException", f"It is used by the delivery {delivery.id}: delete that first.")


@mends.first("ListTagsForResource", "TagResource", "UntagResource")
def of_what_is_there(call: Call, backend: Any) -> None:
    arn = call.parameters["resourceArn"]
    kinds = (("delivery-source", backend.delivery_sources), ("delivery-destination", backend.delivery_destinations))
    for kind, found in (*kinds, ("delivery", backend.deliveries)):
        if f":{kind}:" in arn and arn.rpartition(":")[2] not in found:
            raise _missing("The resource")


@mends.then("DeleteDelivery", "DeleteDeliverySource", "DeleteDeliveryDestination")
def tags_go_too(call: Call, backend: Any, result: Result) -> None:
    kind = {"DeleteDelivery": "delivery", "DeleteDeliverySource": "delivery-source"}.get(call.operation, "delivery-destination")
    name = call.parameters.get("id") or call.parameters["name"]
    backend.tagger.delete_all_tags_for_resource(f"arn:aws:logs:{call.region}:{call.account}:{kind}:{name}")


def _refuse_tags(call: Call) -> None:
    if call.parameters.get("tags"):
        message = "Tags can only be provided when a resource is being created, not updated."
        raise Refused("ConflictException", message)


def _by_arn(backend: Any, arn: str) -> Any:
    return next((one for one in backend.delivery_destinations.values() if one.arn == arn), None)


def _without_tags(found: Any) -> dict[str, Any]:
    return {name: value for name, value in found.to_dict().items() if name != "tags"}


def _page(call: Call, what: str, found: list[dict[str, Any]]) -> Result:
    start, most = int(call.parameters.get("nextToken", 0)), call.parameters.get("limit", 50)
    more = {"nextToken": str(start + most)} if len(found) > start + most else {}
    return {what: found[start : start + most], **more}


def _missing(what: str) -> Refused:
    return Refused("ResourceNotFoundException", f"{what} does not exist.")
