"""Which of AWS's own services write where: into which log groups, and into which buckets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..call import Call
from ..mends.mending import backend, kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Find = Callable[[Call], Iterable[str]]


def _in(call: Call, service: str, region: str, collection: str) -> list[Any]:
    """What there is of something in a region. Where nothing was ever made, nothing is imported: that takes seconds."""
    module = "awslambda" if service == "lambda" else service
    if f"moto.{module}.models" not in sys.modules:
        return []
    found = getattr(backend(Call(service, "", {}, region, call.account)), collection)
    return list(found() if callable(found) else found.values())


def groups_written_to(call: Call) -> set[str]:
    """The log groups of the call's region that something writes to."""
    writers = (("ec2", "flow_logs", _of_flow_log), ("lambda", "list_functions", _of_function), ("rds", "clusters", _of_cluster))
    return {group for service, name, of in writers for one in _in(call, service, call.region, name) for group in of(one)}


def _of_flow_log(flow_log: Any) -> Iterator[str]:
    """The group, if it is not a bucket or a stream."""
    destination = flow_log.log_destination or ""
    yield flow_log.log_group_name or destination.partition(":log-group:")[2].removesuffix(":*")


def _of_function(function: Any) -> Iterator[str]:
    yield function.kept.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function.function_name}"


def _of_cluster(cluster: Any) -> Iterator[str]:
    exports = cluster.shown["EnabledCloudwatchLogsExports"]
    yield from (f"/aws/rds/cluster/{cluster.db_cluster_identifier}/{log}" for log in exports)


def _deleted_flow_logs(call: Call) -> Iterable[str]:
    found = [one for one in backend(call).flow_logs.values() if one.id in call.parameters["FlowLogIds"]]
    return [group for one in found for group in _of_flow_log(one)]


def _deleted_function(call: Call) -> Iterable[str]:
    named = call.parameters["FunctionName"]
    found = [one for one in backend(call).list_functions() if named in (one.function_name, one.function_arn)]
    return [group for one in found for group in _of_function(one)]


def _deleted_cluster(call: Call) -> Iterable[str]:
    cluster = backend(call).clusters.get(call.parameters["DBClusterIdentifier"])
    return _of_cluster(cluster) if cluster is not None else ()


def buckets_written_to(call: Call, region: str) -> set[str]:
    """The buckets that something in a region writes to."""
    balancers, trails = _in(call, "elbv2", region, "load_balancers"), _in(call, "cloudtrail", region, "trails")
    found = {name for balancer in balancers for name in _of_balancer(balancer)}
    found |= {trail.bucket_name for trail in trails if trail.status.is_logging}
    found |= {name for stream in _in(call, "firehose", region, "delivery_streams") for name in _of_stream(stream)}
    documents = [kept(bucket, "documents").get("logging", {}) for bucket in _in(call, "s3", region, "buckets")]
    return found | {document["LoggingEnabled"]["TargetBucket"] for document in documents if document}


def _of_balancer(balancer: Any) -> Iterator[str]:
    for kind in ("access_logs", "connection_logs"):
        if str(balancer.attrs.get(f"{kind}.s3.enabled")).lower() == "true":
            yield balancer.attrs[f"{kind}.s3.bucket"]


def _of_stream(stream: Any) -> Iterator[str]:
    """The bucket of a stream's first and only destination, if it is one."""
    yield from (one["S3"]["BucketARN"].rpartition(":")[2] for one in stream.destinations if "S3" in one)


def _deleted_balancer(call: Call) -> Iterable[str]:
    balancer = backend(call).load_balancers.get(call.parameters["LoadBalancerArn"])
    return _of_balancer(balancer) if balancer is not None else ()


def _stopped_trail(call: Call) -> Iterable[str]:
    named = call.parameters["Name"]
    return [one.bucket_name for one in backend(call).trails.values() if named in (one.trail_name, one.arn)]


def _deleted_stream(call: Call) -> Iterable[str]:
    stream = backend(call).delivery_streams.get(call.parameters["DeliveryStreamName"])
    return _of_stream(stream) if stream is not None else ()


LEAVING_GROUPS: dict[str, Find] = {
    "ec2:DeleteFlowLogs": _deleted_flow_logs,
    "lambda:DeleteFunction": _deleted_function,
    "rds:DeleteDBCluster": _deleted_cluster,
}
LEAVING_BUCKETS: dict[str, Find] = {
    "cloudtrail:DeleteTrail": _stopped_trail,
    "cloudtrail:StopLogging": _stopped_trail,
    "elbv2:DeleteLoadBalancer": _deleted_balancer,
    "elbv2:ModifyLoadBalancerAttributes": _deleted_balancer,
    "firehose:DeleteDeliveryStream": _deleted_stream,
}
