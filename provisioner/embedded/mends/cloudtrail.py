"""Mends of CloudTrail: what AWS checks before it takes a trail, regions, and selectors that read back as they were put."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.cloudtrail.models import Trail

from ..call import Call, Refused, Result
from .mending import Mends
from .service_access import bucket_lets, can_assume, lets, role_lets

mends = Mends("cloudtrail")

_SERVICE = "cloudtrail.amazonaws.com"
_BY_DEFAULT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
_MOST = 5


@cache
def mend() -> None:
    """Puts right what is wrong in moto's own model, once in a process: a topic may be named by its ARN."""
    owner: Any = Trail
    original = owner.topic_arn.fget
    owner.topic_arn = property(
        lambda trail: name if (name := trail.sns_topic_name or "").startswith("arn:") else original(trail)
    )


@mends.first("CreateTrail")
def name_is_free_and_valid(call: Call, backend: Any) -> None:
    name = call.parameters["Name"]
    if re.search(r"[._-]{2}", name) or re.fullmatch(r"\d+(\.\d+){3}", name):
        raise Refused("InvalidTrailNameException", "Trail name must not have adjacent periods, hyphens or underscores.")
    here = list(backend.describe_trails(include_shadow_trails=True))
    if any(trail.trail_name == name for trail in here):
        raise Refused("TrailAlreadyExistsException", f"Trail {name} already exists for customer: {call.account}")
    if len(here) >= _MOST:
        raise Refused("MaximumNumberOfTrailsExceededException", f"User: {call.account} already has {_MOST} trails.")


@mends.first("CreateTrail", "UpdateTrail")
def everybody_lets_it(call: Call, backend: Any) -> None:
    """AWS: the bucket, the key, the topic, the log group and its role are asked before a trail is taken."""
    given = call.parameters
    earlier: Any = _trail(call, backend) if call.operation == "UpdateTrail" else None
    name = earlier.trail_name if earlier else given["Name"]
    arn = f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}"
    context = {"aws:SourceArn": arn, "aws:SourceAccount": call.account, "aws:SecureTransport": "true"}
    _bucket_lets_it(call, earlier, context)
    if key := given.get("KmsKeyId"):
        _key_lets_it(call, key, given.get("S3BucketName") or earlier.bucket_name, context)
    if topic := given.get("SnsTopicName"):
        _topic_lets_it(call, topic, context)
    _logs_take_it(call)


def _bucket_lets_it(call: Call, earlier: Any, context: dict[str, str]) -> None:
    bucket = call.parameters.get("S3BucketName") or earlier.bucket_name
    prefix = call.parameters.get("S3KeyPrefix", earlier.s3_key_prefix if earlier else None)
    if bucket not in get_backend("s3")[call.account]["aws"].buckets:
        raise Refused("S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!")
    written = "/".join(part for part in (prefix, "AWSLogs", call.account, "CloudTrail/log.json.gz") if part)
    writing = {**context, "s3:x-amz-acl": "bucket-owner-full-control"}
    if not (
        bucket_lets(call, bucket, _SERVICE, "s3:GetBucketAcl", "", context)
        and bucket_lets(call, bucket, _SERVICE, "s3:PutObject", written, writing)
    ):
        message = f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
        raise Refused("InsufficientS3BucketPolicyException", message)


def _key_lets_it(call: Call, named: str, bucket: str, context: dict[str, str]) -> None:
    key = get_backend("kms")[call.account][call.region].keys.get(named.rpartition("/")[2])
    if key is None:
        raise Refused("KmsKeyNotFoundException", f"KMS key {named} does not exist.")
    encrypting = {**context, "kms:EncryptionContext:aws:cloudtrail:arn": context["aws:SourceArn"]}
    may = lets(key.policy, _SERVICE, "kms:GenerateDataKey", key.arn, encrypting)
    if _has_bucket_key(call, bucket):
        # AWS: with a bucket key "kms:Decrypt permissions are required". That key is made for the bucket, not for the trail.
        own = {**context, "kms:EncryptionContext:aws:cloudtrail:arn": ""}
        may = may and all(lets(key.policy, _SERVICE, f"kms:{what}", key.arn, own) for what in ("GenerateDataKey", "Decrypt"))
    if not may:
        raise Refused("InsufficientEncryptionPolicyException", "Insufficient permissions to access S3 bucket or KMS key.")


def _has_bucket_key(call: Call, bucket: str) -> bool:
    encryption = get_backend("s3")[call.account]["aws"].buckets[bucket].encryption
    return encryption is not None and encryption["Rule"].get("BucketKeyEnabled") == "true"


def _topic_lets_it(call: Call, named: str, context: dict[str, str]) -> None:
    arn = named if named.startswith("arn:") else f"arn:aws:sns:{call.region}:{call.account}:{named}"
    topic = get_backend("sns")[call.account][call.region].topics.get(arn)
    # A topic's own policy is for its owner; a service is none.
    if topic is None or not lets(topic.policy, _SERVICE, "SNS:Publish", arn, {**context, "AWS:SourceOwner": ""}):
        raise Refused("InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!")


def _logs_take_it(call: Call) -> None:
    group, role = (call.parameters.get(f"CloudWatchLogs{what}Arn", "") for what in ("LogGroup", "Role"))
    if bool(group) != bool(role):
        raise Refused("InvalidCloudWatchLogsLogGroupArnException", "Log group and role ARN must be given together.")
    if not group:
        return
    name = group.partition(":log-group:")[2].removesuffix(":*")
    if name not in get_backend("logs")[call.account][call.region].groups:
        raise Refused("InvalidCloudWatchLogsLogGroupArnException", "Access denied. The log group does not exist.")
    stream = f"{group.removesuffix(':*')}:log-stream:{call.account}_CloudTrail_{call.region}"
    may = (role_lets(call, role, f"logs:{what}", stream) for what in ("CreateLogStream", "PutLogEvents"))
    if not can_assume(call, role, _SERVICE) or not all(may):
        message = "Access denied. Verify in IAM that the role has adequate permissions."
        raise Refused("InvalidCloudWatchLogsRoleArnException", message)


@mends.then("CreateTrail", "UpdateTrail")
def keep(call: Call, backend: Any, result: Result) -> Result:
    trail = _trail(call, backend)
    trail.recursive_logging = call.parameters.get("RecursiveLogging", getattr(trail, "recursive_logging", True))
    return _plain({name: value for name, value in _shown(trail).items() if name != "HomeRegion"})


@mends.first("UpdateTrail", "StartLogging", "StopLogging", "PutEventSelectors", "PutInsightSelectors", "DeleteTrail")
def only_at_home(call: Call, backend: Any) -> None:
    _trail(call, backend)


@mends.first("DeleteTrail")
def delete(call: Call, backend: Any) -> Result:
    """Done here: moto deletes by name only, and what is not there, too."""
    trail = _trail(call, backend)
    del backend.trails[trail.trail_name]
    backend.tagging_service.delete_all_tags_for_resource(trail.arn)
    return {}


@mends.then("GetTrail")
def show(call: Call, backend: Any, result: Result) -> Result:
    return {"Trail": _plain(_shown(_trail(call, backend)))}


@mends.first("DescribeTrails")
def show_all(call: Call, backend: Any) -> Result:
    """AWS: names are of this region's trails, ARNs of any."""
    wanted, shadows = call.parameters.get("trailNameList"), call.parameters.get("includeShadowTrails", True)
    found = backend.describe_trails(include_shadow_trails=shadows or bool(wanted))
    chosen = [trail for trail in found if not wanted or trail.arn in wanted or trail.trail_name in wanted]
    return {"trailList": [_plain(_shown(trail)) for trail in chosen]}


def _shown(trail: Any) -> dict[str, Any]:
    return {
        **trail.description(include_region=True),
        "HasCustomEventSelectors": bool(trail.advanced_event_selectors) or _basic(trail) != [_BY_DEFAULT],
        "HasInsightSelectors": bool(trail.insight_selectors),
        "RecursiveLogging": trail.recursive_logging,
    }


def _plain(shown: dict[str, Any]) -> dict[str, Any]:
    """AWS leaves out what was taken away."""
    return {name: value for name, value in shown.items() if value not in (None, "")}


@mends.then("GetTrailStatus")
def deliveries(call: Call, backend: Any, result: Result) -> Result:
    """AWS: a trail that logs delivers to its log group, too, and digests where it has them."""
    trail = _trail(call, backend)
    shown, latest = _plain(result), result.get("LatestDeliveryTime")
    if latest and trail.cw_log_group_arn:
        shown["LatestCloudWatchLogsDeliveryTime"] = latest
    if latest and trail.log_validation:
        shown["LatestDigestDeliveryTime"] = latest
    return shown


@mends.first("PutEventSelectors")
def put_selectors(call: Call, backend: Any) -> Result:
    trail = _trail(call, backend)
    basic, advanced = (call.parameters.get(name) or [] for name in ("EventSelectors", "AdvancedEventSelectors"))
    if bool(basic) == bool(advanced) or len(basic) > _MOST:
        raise Refused("InvalidEventSelectorsException", "Give up to five event selectors, or advanced event selectors.")
    trail.event_selectors = [{**_BY_DEFAULT, **selector} for selector in basic]
    trail.advanced_event_selectors = advanced
    return {"TrailARN": trail.arn, **_selectors(trail)}


@mends.first("GetEventSelectors")
def show_selectors(call: Call, backend: Any) -> Result:
    trail = _trail(call, backend)
    return {"TrailARN": trail.arn, **_selectors(trail)}


def _selectors(trail: Any) -> dict[str, Any]:
    if trail.advanced_event_selectors:
        return {"AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"EventSelectors": _basic(trail)}


def _basic(trail: Any) -> list[Any]:
    return trail.event_selectors or [dict(_BY_DEFAULT)]


@mends.first("PutInsightSelectors")
def put_insights(call: Call, backend: Any) -> Result | None:
    """AWS: they take the place of those before, and watch only what the trail records. Moto adds them up."""
    if "TrailName" not in call.parameters:
        return None
    trail, wanted = _trail(call, backend), call.parameters["InsightSelectors"]
    for selector in wanted:
        for category in selector.setdefault("EventCategories", ["Management"]):
            if not _records(trail, category):
                message = f"The trail must log {category.lower()} events for {selector['InsightType']}."
                raise Refused("InvalidInsightSelectorsException", message)
    trail.insight_selectors = wanted
    return {"TrailARN": trail.arn, "InsightSelectors": wanted}


def _records(trail: Any, category: str) -> bool:
    for selector in trail.advanced_event_selectors:
        if any(
            field["Field"] == "eventCategory" and category in field.get("Equals", ()) for field in selector["FieldSelectors"]
        ):
            return True
    if trail.advanced_event_selectors:
        return False
    what = "IncludeManagementEvents" if category == "Management" else "DataResources"
    return any(selector[what] for selector in _basic(trail))


@mends.then("GetInsightSelectors")
def insights_or_not_enabled(call: Call, backend: Any, result: Result) -> None:
    if not result.get("InsightSelectors"):
        message = f"Trail {call.parameters.get('TrailName')} does not have Insights enabled."
        raise Refused("InsightNotEnabledException", message)


@mends.first("ListTags", "AddTags", "RemoveTags")
def of_what_is_there(call: Call, backend: Any) -> None:
    for arn in call.parameters.get("ResourceIdList") or [call.parameters["ResourceId"]]:
        if not any(trail.arn == arn for trail in backend.describe_trails(include_shadow_trails=True)):
            raise Refused("ResourceNotFoundException", f"Resource {arn} does not exist.")


def _trail(call: Call, backend: Any) -> Any:
    """The trail that a call names by name or ARN. AWS: one of another region may be read from here, and changed only there."""
    named = call.parameters.get("Name") or call.parameters.get("TrailName")
    for trail in backend.describe_trails(include_shadow_trails=True):
        if named in (trail.trail_name, trail.arn):
            if trail.region_name != call.region and not call.operation.startswith("Get"):
                message = f"Trail {named} must be updated from its home region: {trail.region_name}"
                raise Refused("InvalidHomeRegionException", message)
            return trail
    raise Refused("TrailNotFoundException", f"Unknown trail: {named} for the user: {call.account}")
