"""Attributes: only those that there are, shown whole, and access logs only where the bucket's policy lets them in."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from ...call import Call, Refused, Result
from ..mending import Mends
from ..service_access import bucket_lets
from . import defaults
from .models import listeners_of

mends = Mends("elbv2")

# AWS: in older regions, access logs of application load balancers are written by an account of Elastic Load Balancing's own.
_WRITERS = {
    "af-south-1": "098369216593",
    "ap-east-1": "754344448648",
    "ap-northeast-1": "582318560864",
    "ap-northeast-2": "600734575887",
    "ap-northeast-3": "383597477331",
    "ap-south-1": "718504428378",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-southeast-3": "589379963580",
    "ca-central-1": "985666609251",
    "eu-central-1": "054676820928",
    "eu-north-1": "897822967062",
    "eu-south-1": "635631232127",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-west-3": "009996457667",
    "me-south-1": "076674570225",
    "sa-east-1": "507241528517",
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-west-1": "027434742980",
    "us-west-2": "797873946194",
}
_PRINCIPALS = {"application": "logdelivery.elasticloadbalancing.amazonaws.com", "network": "delivery.logs.amazonaws.com"}


@mends.first("ModifyLoadBalancerAttributes")
def change_balancer(call: Call, backend: Any) -> Result:
    """Done here: moto does not know all attributes, and takes those of the other kind."""
    balancer = backend.load_balancers.get(call.parameters["LoadBalancerArn"])
    if balancer is None:
        raise Refused("LoadBalancerNotFound", "One or more load balancers not found")
    wanted = {**balancer.attrs, **_given(call, "Load balancer", balancer.attrs)}
    for logs in ("access_logs", "connection_logs", "health_check_logs"):
        if wanted.get(f"{logs}.s3.enabled") == "true":
            _may_write(call, balancer, wanted[f"{logs}.s3.bucket"], wanted[f"{logs}.s3.prefix"])
    balancer.attrs = wanted
    return {"Attributes": _pairs(wanted)}


@mends.first("ModifyTargetGroupAttributes")
def of_the_group(call: Call, backend: Any) -> None:
    group = backend.target_groups.get(call.parameters["TargetGroupArn"])
    if group is not None:
        _given(call, "Target group", group.attributes)


@mends.then("ModifyTargetGroupAttributes")
def show_all(call: Call, backend: Any, result: Result) -> Result:
    return {"Attributes": _pairs(backend.target_groups[call.parameters["TargetGroupArn"]].attributes)}


@mends.first("ModifyListenerAttributes")
def change_listener(call: Call, backend: Any) -> None:
    found = next((one for one in listeners_of(backend) if one.arn == call.parameters["ListenerArn"]), None)
    if found is not None:
        _given(call, "Listener", defaults.of_listener(found.protocol))


def _given(call: Call, noun: str, known: dict[str, str]) -> dict[str, str]:
    given = {one["Key"]: one.get("Value", "") for one in call.parameters["Attributes"]}
    for key in given.keys() - known.keys():
        raise Refused("ValidationError", f"{noun} attribute key '{key}' is not recognized")
    return given


def _pairs(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": str(value)} for key, value in attributes.items()]


def _may_write(call: Call, balancer: Any, bucket: str, prefix: str) -> None:
    """AWS writes a file to the bucket, to see whether it may: the bucket's policy must let it, and its own key encrypt."""
    if "AWSLogs" in prefix:
        raise Refused("InvalidConfigurationRequest", "The prefix cannot contain 'AWSLogs'")
    key = f"{prefix}/" if prefix else ""
    key += f"AWSLogs/{call.account}/ELBAccessLogTestFile"
    context = {"aws:SecureTransport": "true", "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": call.account}
    writers = [_PRINCIPALS[balancer.type]]
    if balancer.type == "application" and call.region in _WRITERS:
        writers.append(_WRITERS[call.region])
    lets = any(bucket_lets(call, bucket, writer, "s3:PutObject", key, context) for writer in writers)
    if not lets or not _takes(call, balancer, bucket):
        raise Refused("InvalidConfigurationRequest", f"Access Denied for bucket: {bucket}. Please check S3bucket permission")


def _takes(call: Call, balancer: Any, bucket: str) -> bool:
    """AWS: the bucket must stand in the load balancer's region; for application load balancers S3's own key must encrypt."""
    found = get_backend("s3")[call.account]["aws"].buckets[bucket]
    by_default = ((found.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault", {})
    own_key = balancer.type == "network" or by_default.get("SSEAlgorithm", "AES256") == "AES256"
    return bool(found.region_name == call.region) and own_key
