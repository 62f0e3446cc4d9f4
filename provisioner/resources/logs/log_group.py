"""Where a service's or an application's log streams stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...aws.retry import Meaning
from ...errors import CallFailed
from ...resource import Id, Name, Output, Resource, attr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_logs.literals import LogGroupClassType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key

# What a group that a service makes for itself does not have.
_GIVEN = ("retentionInDays", "kmsKeyId", "deletionProtectionEnabled", "dataProtectionStatus", "metricFilterCount")


class LogGroup(Resource):
    """A log group. `log_group_name` is for names that a service gives (`/aws/lambda/…`); else the plan's convention names it.

    `retention_in_days` takes the values that AWS lists (1, 3, 5, 7, 14, 30, … 3653); 0 is a wish to keep everything. The key's
    policy must let `logs.<region>.amazonaws.com` use it. While deletion protection is on, AWS refuses to delete the group.

    AWS: Logs CreateLogGroup. The class can not change. A writer that lives on (a flow log, a function, a database) makes a
    deleted group again, bare: without tags, retention and key. Such a one is taken over, anything else under its name is not.
    """

    log_group_name: str | None = attr("logGroupName", default=None, replace=True)
    retention_in_days: int | None = attr("retentionInDays", default=None)
    kms_key: Id[Key | None] = attr("kmsKeyId", default=None, norm=norm.kms_key)
    log_group_class: LogGroupClassType = attr("logGroupClass", default="STANDARD", replace=True)
    deletion_protection_enabled: bool = attr("deletionProtectionEnabled", default=False)

    id = Name("logGroupName", longest=512, given="log_group_name")
    arn = Output("Arn")

    protection = "deletionProtectionEnabled"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        found = aws.together(lambda group: aws.maybe(lambda: _with_tags(aws, group)), may_be_ours(aws))
        return [group for group in found if group]

    def create(self, aws: Aws) -> Live | None:
        name = aws.named(self)
        try:
            return self._made(aws, name)
        except CallFailed as error:
            left = _left_by_a_writer(aws, name) if error.meaning is Meaning.EXISTS else None
            if left is None:
                raise
        aws.logs.tag_resource(resourceArn=_arn(left), tags=self.tags)
        return {**left, "Arn": _arn(left), "Tags": dict(self.tags)}

    def _made(self, aws: Aws, name: str) -> Live:
        key = {"kmsKeyId": self.kms_key} if self.kms_key else {}
        aws.logs.create_log_group(
            logGroupName=name,
            logGroupClass=self.log_group_class,
            deletionProtectionEnabled=self.deletion_protection_enabled,
            tags=self.tags,
            **key,
        )
        return {
            "logGroupName": name,
            "logGroupClass": self.log_group_class,
            "deletionProtectionEnabled": self.deletion_protection_enabled,
            "Arn": f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{name}",
            "Tags": dict(self.tags),
            **key,
        }

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        name = live["logGroupName"]
        if "kms_key" in changed:
            if self.kms_key:
                aws.logs.associate_kms_key(logGroupName=name, kmsKeyId=self.kms_key)
            else:
                aws.logs.disassociate_kms_key(logGroupName=name)
        if "retention_in_days" in changed:
            if self.retention_in_days:
                aws.logs.put_retention_policy(logGroupName=name, retentionInDays=self.retention_in_days)
            else:
                aws.logs.delete_retention_policy(logGroupName=name)
        if "deletion_protection_enabled" in changed:
            aws.logs.put_log_group_deletion_protection(
                logGroupIdentifier=name, deletionProtectionEnabled=self.deletion_protection_enabled
            )
        if "tags" in changed:
            aws.logs.tag_resource(resourceArn=live["Arn"], tags=changed["tags"].after)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live.get("deletionProtectionEnabled"):
            aws.logs.put_log_group_deletion_protection(logGroupIdentifier=live["logGroupName"], deletionProtectionEnabled=False)
        aws.logs.delete_log_group(logGroupName=live["logGroupName"])

    @classmethod
    def came_back(cls, aws: Aws, live: Live) -> Live | None:
        # AWS: flow logs, functions and databases that still had something to write make their group again.
        left: Live | None = _left_by_a_writer(aws, live["logGroupName"])
        return left if left and left["creationTime"] > live.get("creationTime", 0) else None


def may_be_ours(aws: Aws) -> list[Any]:
    """The groups that may be the plan's, without their tags.

    AWS shows tags only group by group, at a few calls a second. So they are read only where they may be ours: where the name is
    by the plan's convention, where AWS's index of tags says so, and where a group is too young for the index.
    """
    young = aws.tagged_until.timestamp() * 1000
    tagged, groups = aws.together(lambda read: read(aws), (_tagged, _list))
    return [
        group
        for group in groups
        if group["logGroupName"].startswith(aws.ownership.prefix) or _arn(group) in tagged or group["creationTime"] > young
    ]


def _tagged(aws: Aws) -> Any:
    return aws.tagged("logs")


def _list(aws: Aws) -> Any:
    return [group for page in aws.logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]


def _left_by_a_writer(aws: Aws, name: str) -> Any:
    """The group of that name, if nobody has given it anything."""
    listed = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next((group for group in listed if group["logGroupName"] == name), None)
    if found is None or any(found.get(given) for given in _GIVEN):
        return None
    return None if aws.logs.list_tags_for_resource(resourceArn=_arn(found))["tags"] else found


def _with_tags(aws: Aws, group: Any) -> Live:
    return {**group, "Arn": _arn(group), "Tags": aws.logs.list_tags_for_resource(resourceArn=_arn(group))["tags"]}


def _arn(group: Any) -> str:
    # Two spellings stand in AWS's answers; tags and most consumers want the one without a star.
    return str(group["arn"].removesuffix(":*"))
