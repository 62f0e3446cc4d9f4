"""The record of what is done in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import READY, Id, Name, Output, Resource, State, Value, attr, tag_list
from .selectors import insights, spelt, unordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key
    from ..logs.log_group import LogGroup
    from ..s3.bucket import Bucket
    from ..sns.topic import Topic
    from .selectors import AdvancedEventSelector, EventSelector, Insights

# AWS takes these two only together.
_TO_LOGS = {"cloud_watch_logs_log_group", "cloud_watch_logs_role_arn"}


def _group_name(named: str) -> str:
    return named.rpartition(":log-group:")[2].removesuffix(":*")


def _topic_name(named: str) -> str:
    return named.rpartition(":")[2]


class Trail(Resource):
    """A trail to a bucket, and to a log group by a role if wished. It records as soon as it is up, unless `logging=False`.

    It covers all regions and global services, and signs its files, unless the plan says otherwise. Without selectors it
    records all management events; the two kinds of selectors exclude each other, and each is owned whole. `insight_selectors`
    says which insights watch which events (`{"ApiCallRateInsight": ["Management"]}`). An empty topic, group and role, key,
    prefix or insights is a wish for none.

    AWS: CloudTrail CreateTrail: a trail is made stopped. The bucket's policy must let `cloudtrail.amazonaws.com` in, and the
    key's use it, which AWS checks, and sees for up to two minutes as it was before. Changed and deleted in its own region only;
    at most five live in a region. Files arrive for minutes after it is stopped.
    """

    s3_bucket: Id[Bucket] = attr("S3BucketName", ready=True)
    s3_key_prefix: str | None = attr("S3KeyPrefix", default=None)
    sns_topic: Id[Topic | None] = attr("SnsTopicARN", default=None, ready=True, norm=_topic_name)
    include_global_service_events: bool = attr("IncludeGlobalServiceEvents", default=True)
    is_multi_region_trail: bool = attr("IsMultiRegionTrail", default=True)
    is_organization_trail: bool = attr("IsOrganizationTrail", default=False)
    enable_log_file_validation: bool = attr("LogFileValidationEnabled", default=True)
    recursive_logging: bool | None = attr("RecursiveLogging", default=None)
    cloud_watch_logs_log_group: Id[LogGroup | None] = attr("CloudWatchLogsLogGroupArn", default=None, norm=_group_name)
    cloud_watch_logs_role_arn: Value[str | None] = attr("CloudWatchLogsRoleArn", default=None, ready=True)
    kms_key: Id[Key | None] = attr("KmsKeyId", default=None, ready=True, norm=norm.kms_key)
    event_selectors: Sequence[EventSelector | Mapping[str, Any]] | None = attr("EventSelectors", default=None, norm=unordered)
    advanced_event_selectors: Sequence[AdvancedEventSelector | Mapping[str, Any]] | None = attr(
        "AdvancedEventSelectors", default=None, norm=unordered
    )
    insight_selectors: Insights | None = attr("InsightSelectors", default=None, norm=insights)
    logging: bool = attr("IsLogging", default=True)

    id = Name("Name", longest=128)
    arn = Output("TrailARN")

    usual_seconds = 3.0

    def __post_init__(self) -> None:
        if self.is_multi_region_trail and not self.include_global_service_events:
            raise PlanError(
                f"{self.key}: a trail of all regions includes global services: is_multi_region_trail=False, or both"
            )
        if (self.cloud_watch_logs_log_group is None) != (self.cloud_watch_logs_role_arn is None):
            raise PlanError(f"{self.key}: cloud_watch_logs_log_group and cloud_watch_logs_role_arn go together")
        selectors = [given for given in (self.event_selectors, self.advanced_event_selectors) if given is not None]
        if len(selectors) > 1:
            raise PlanError(f"{self.key}: event_selectors and advanced_event_selectors exclude each other")
        if not all(selectors):
            raise PlanError(f"{self.key}: AWS takes no empty list of selectors: leave it out, or set logging=False")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Other regions show the shadows of a trail that covers them.
        listed = aws.cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]
        here = [trail for trail in listed if trail["HomeRegion"] == aws.region]
        found = aws.together(lambda trail: aws.maybe(lambda: _read(aws, trail)), here)
        return [trail for trail in found if trail]

    def create(self, aws: Aws) -> Live | None:
        tags: Any = tag_list(self.tags)
        sent = {name: value for name, value in self._settings(aws, type(self).attributes.keys()).items() if value != ""}
        made: Any = aws.cloudtrail.create_trail(Name=aws.named(self), TagsList=tags, **sent)
        rest = {name: value for name, value in made.items() if name != "ResponseMetadata"}
        by_default = {"ReadWriteType": "All", "IncludeManagementEvents": True}
        new = {"EventSelectors": [by_default], "AdvancedEventSelectors": [], "InsightSelectors": [], "IsLogging": False}
        return {**new, **rest, "Tags": tags}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        trail = live["TrailARN"]
        if settings := self._settings(aws, changed.keys()):
            aws.cloudtrail.update_trail(Name=trail, **settings)
        if "event_selectors" in changed:
            aws.cloudtrail.put_event_selectors(TrailName=trail, EventSelectors=spelt(self.event_selectors or ()))
        if "advanced_event_selectors" in changed:
            advanced = spelt(self.advanced_event_selectors or ())
            aws.cloudtrail.put_event_selectors(TrailName=trail, AdvancedEventSelectors=advanced)
        if "insight_selectors" in changed:
            watched: Any = [
                {"InsightType": kind, "EventCategories": list(of)} for kind, of in (self.insight_selectors or {}).items()
            ]
            aws.cloudtrail.put_insight_selectors(TrailName=trail, InsightSelectors=watched)
        if "logging" in changed and self.logging:
            aws.cloudtrail.start_logging(Name=trail)
        elif "logging" in changed:
            aws.cloudtrail.stop_logging(Name=trail)
        if "tags" in changed:
            tags: Any = tag_list(changed["tags"].after)
            aws.cloudtrail.add_tags(ResourceId=trail, TagsList=tags)

    def _settings(self, aws: Aws, fields: Set[str]) -> dict[str, Any]:
        """These fields as AWS's parameters, without what the plan does not manage."""
        wanted = {
            "s3_bucket": ("S3BucketName", self.s3_bucket),
            "s3_key_prefix": ("S3KeyPrefix", self.s3_key_prefix),
            "sns_topic": ("SnsTopicName", self.sns_topic),
            "include_global_service_events": ("IncludeGlobalServiceEvents", self.include_global_service_events),
            "is_multi_region_trail": ("IsMultiRegionTrail", self.is_multi_region_trail),
            "is_organization_trail": ("IsOrganizationTrail", self.is_organization_trail),
            "enable_log_file_validation": ("EnableLogFileValidation", self.enable_log_file_validation),
            "recursive_logging": ("RecursiveLogging", self.recursive_logging),
            "cloud_watch_logs_log_group": ("CloudWatchLogsLogGroupArn", _group_arn(aws, self.cloud_watch_logs_log_group)),
            "cloud_watch_logs_role_arn": ("CloudWatchLogsRoleArn", self.cloud_watch_logs_role_arn),
            "kms_key": ("KmsKeyId", self.kms_key),
        }
        chosen = {*fields, *_TO_LOGS} if fields & _TO_LOGS else fields
        return {name: value for field, (name, value) in wanted.items() if field in chosen and value is not None}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.cloudtrail.delete_trail(Name=live["TrailARN"])

    @staticmethod
    def state(live: Live) -> State:
        wrong = live.get("LatestDeliveryError") or live.get("LatestCloudWatchLogsDeliveryError")
        return State(READY.name, f"it can not deliver: {wrong}") if wrong else READY


def _group_arn(aws: Aws, group: str | None) -> str | None:
    if not group:
        return group
    return f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{_group_name(group)}:*"


def _read(aws: Aws, trail: Any) -> Live:
    arn = trail["TrailARN"]
    [tagged] = aws.cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    if aws.ownership.step_of(Trail, {"Tags": tagged["TagsList"]}) is None:
        return {}
    parts = aws.together(lambda read: read(aws, arn), (_status, _selectors, _insights))
    return {**trail, "Tags": tagged["TagsList"], **{name: value for part in parts for name, value in part.items()}}


def _status(aws: Aws, arn: str) -> Live:
    shown = ("IsLogging", "LatestDeliveryError", "LatestCloudWatchLogsDeliveryError")
    found: Any = aws.cloudtrail.get_trail_status(Name=arn)
    return {name: found[name] for name in shown if name in found}


def _selectors(aws: Aws, arn: str) -> Live:
    found = aws.cloudtrail.get_event_selectors(TrailName=arn)
    return {name: found.get(name, []) for name in ("EventSelectors", "AdvancedEventSelectors")}


def _insights(aws: Aws, arn: str) -> Live:
    # Without any, AWS refuses to say that there are none.
    found = aws.maybe(lambda: aws.cloudtrail.get_insight_selectors(TrailName=arn)) or {}
    return {"InsightSelectors": found.get("InsightSelectors", [])}
