"""What people look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import ForeignOwner
from ...resource import Name, Output, Resource, Value, attr
from .alarms import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live


def _body(value: Any) -> Any:
    """A body by meaning: CloudWatch gives it back as text of its own spelling, in which there are no tuples."""
    return json.loads(norm.compact(value))


class Dashboard(Resource):
    """A dashboard; its `body` is what CloudWatch's console shows as its source (`{"widgets": [...]}`), with deferred parts.

    AWS: CloudWatch PutDashboard, which overwrites whatever has the name: a foreign dashboard is looked for first. Dashboards
    are the account's, not a region's; a region that was just opted into may not show them for a day. Tags are taken at birth
    only.
    """

    body: Value[Mapping[str, Any]] = attr("DashboardBody", norm=_body)

    id = Name("DashboardName", longest=255)
    arn = Output("DashboardArn")

    regional = False

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Bodies and tags are shown one by one only, so no more are read than have the plan's names.
        pages = aws.cloudwatch.get_paginator("list_dashboards").paginate(DashboardNamePrefix=f"{aws.ownership.prefix}-")
        names = [entry["DashboardName"] for page in pages for entry in page.get("DashboardEntries", ())]
        perhaps = [name for name in names if name.endswith(f"-{aws.ownership.environment}")]
        return [found for found in aws.together(lambda name: aws.maybe(lambda: _read(aws, name)), perhaps) if found]

    def create(self, aws: Aws) -> Live | None:
        name = aws.named(self)
        there = aws.maybe(lambda: _read(aws, name))
        if there and aws.ownership.step_of(type(self), there) != self.key:
            raise ForeignOwner(
                f"{self.key} is to be called {name}, and a dashboard of that name is not this step's: "
                "rename the step, or delete that one"
            )
        body = norm.compact(self.body)
        aws.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body, Tags=listed(self.tags))
        arn = f"arn:{aws.partition}:cloudwatch::{aws.account_id}:dashboard/{name}"
        return {"DashboardName": name, "DashboardArn": arn, "DashboardBody": body, "Tags": dict(self.tags)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "body" in changed:
            aws.cloudwatch.put_dashboard(DashboardName=live["DashboardName"], DashboardBody=norm.compact(self.body))
        if "tags" in changed:
            aws.cloudwatch.tag_resource(ResourceARN=live["DashboardArn"], Tags=listed(changed["tags"].after))

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.cloudwatch.delete_dashboards(DashboardNames=[live["DashboardName"]])


def _read(aws: Aws, name: str) -> Live:
    found = aws.cloudwatch.get_dashboard(DashboardName=name)
    tags = aws.cloudwatch.list_tags_for_resource(ResourceARN=found["DashboardArn"])["Tags"]
    return {"DashboardName": name, "DashboardArn": found["DashboardArn"], "DashboardBody": found["DashboardBody"], "Tags": tags}
