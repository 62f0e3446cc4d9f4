"""What is logged, handed on as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...resource import Id, Name, Resource, Value, attr
from .groups import inside, marked, put, refuse_foreign
from .log_group import may_be_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_logs.literals import DistributionType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .log_group import LogGroup


class SubscriptionFilter(Resource):
    """Hands on those of a log group's events that fit `filter_pattern` (empty: all) to a stream or function, by its ARN.

    A stream needs a role that lets Logs write to it; a function needs a permission for Logs, listed in `after`. `distribution`
    is for Kinesis streams.

    AWS: Logs PutSubscriptionFilter, which replaces a filter whole and tries the destination first: that must be ready, and its
    role or permission known, which takes up to some minutes. A filter takes no tags: it is known by its name, inside a group of
    the plan. A group has two at most.
    """

    log_group: Id[LogGroup] = attr("logGroupName", replace=True)
    destination_arn: Value[str] = attr("destinationArn", ready=True)
    role_arn: Value[str | None] = attr("roleArn", default=None)
    filter_pattern: str = attr("filterPattern", default="")
    distribution: DistributionType | None = attr("distribution || 'ByLogStream'", default=None)
    apply_on_transformed_logs: bool = attr("applyOnTransformedLogs", default=False)
    field_selection_criteria: Value[str | None] = attr("fieldSelectionCriteria", default=None)
    emit_system_fields: Sequence[Literal["@aws.account", "@aws.region", "@source.log"]] | None = attr(
        "emitSystemFields", default=None, norm=norm.unordered
    )

    id = Name("filterName", longest=512)
    mark = "Mark"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Logs lists them group by group only.
        groups = [group["logGroupName"] for group in may_be_ours(aws)]
        listed = aws.together(lambda group: aws.maybe(lambda: _list(aws, group)) or {}, groups)
        return inside(aws, cls, (found for some in listed for found in some.get("subscriptionFilters", ())))

    def create(self, aws: Aws) -> Live | None:
        refuse_foreign(aws, self, self.log_group)
        new: Any = {"logGroupName": self.log_group, "filterName": aws.named(self), **put({}, self._wanted())}
        aws.logs.put_subscription_filter(**new)
        return marked(aws, type(self), new)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        whole = put(live, self._wanted())
        aws.logs.put_subscription_filter(logGroupName=live["logGroupName"], filterName=live["filterName"], **whole)

    def _wanted(self) -> dict[str, Any]:
        return {
            "filterPattern": self.filter_pattern,
            "destinationArn": self.destination_arn,
            "roleArn": self.role_arn,
            "distribution": self.distribution,
            "applyOnTransformedLogs": self.apply_on_transformed_logs,
            "fieldSelectionCriteria": self.field_selection_criteria,
            "emitSystemFields": self.emit_system_fields and list(self.emit_system_fields),
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.logs.delete_subscription_filter(logGroupName=live["logGroupName"], filterName=live["filterName"])


def _list(aws: Aws, group: str) -> Live:
    pages = aws.logs.get_paginator("describe_subscription_filters").paginate(logGroupName=group)
    return {"subscriptionFilters": [found for page in pages for found in page["subscriptionFilters"]]}
