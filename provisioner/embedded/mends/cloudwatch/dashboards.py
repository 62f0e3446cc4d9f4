"""Dashboards: the account's, whatever the region; their tags; and what is no body."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.backends import get_backend

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("cloudwatch")


@mends.first("PutDashboard", "GetDashboard", "ListDashboards", "DeleteDashboards")
def are_global(call: Call, backend: Any) -> None:
    """AWS: "All dashboards in your account are global, not region-specific"."""
    backend.dashboards = _home(call).dashboards


def _home(call: Call) -> Any:
    regions: Any = get_backend("cloudwatch")[call.account]
    return regions["us-east-1"]


@mends.first("PutDashboard")
def put(call: Call, backend: Any) -> Result:
    name = call.parameters["DashboardName"]
    if not re.fullmatch("[A-Za-z0-9_-]{1,255}", name):
        raise Refused("InvalidParameterValue", f"The value {name} for parameter DashboardName is not valid.")
    _must_be_a_body(call.parameters["DashboardBody"])
    is_new = name not in backend.dashboards
    made = backend.put_dashboard(name, call.parameters["DashboardBody"])
    if is_new:
        # AWS: tags are taken at birth only.
        _home(call).tagger.tag_resource(made.arn, call.parameters.get("Tags") or [])
    return {"DashboardValidationMessages": []}


def _must_be_a_body(text: str) -> None:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        raise Refused("InvalidParameterInput", "The field DashboardBody must be a valid JSON object with a list of widgets")
    for widget in body["widgets"]:
        if not isinstance(widget, dict) or "type" not in widget:
            raise Refused("InvalidParameterInput", "The dashboard body is invalid: each widget should have a type")


@mends.first("GetDashboard")
def spelt_anew(call: Call, backend: Any) -> Result | None:
    """AWS: a body comes back in AWS's own spelling."""
    dashboard = backend.dashboards.get(call.parameters["DashboardName"])
    if dashboard is None:
        return None
    body = json.dumps(json.loads(dashboard.body), sort_keys=True, separators=(",", ":"))
    return {"DashboardName": dashboard.name, "DashboardArn": dashboard.arn, "DashboardBody": body}


@mends.then("DeleteDashboards")
def with_its_tags(call: Call, backend: Any, result: Result) -> None:
    for name in call.parameters["DashboardNames"]:
        _home(call).tagger.delete_all_tags_for_resource(f"arn:{backend.partition}:cloudwatch::{call.account}:dashboard/{name}")


@mends.first("TagResource", "UntagResource", "ListTagsForResource")
def tags(call: Call, backend: Any) -> Result | None:
    arn, home = call.parameters["ResourceARN"], _home(call)
    if ":dashboard/" not in arn:
        return None
    if arn.rpartition("/")[2] not in home.dashboards:
        raise Refused("ResourceNotFoundException", f"{arn} does not exist.", 404)
    if call.operation == "TagResource":
        home.tagger.tag_resource(arn, call.parameters["Tags"])
    elif call.operation == "UntagResource":
        home.tagger.untag_resource_using_names(arn, call.parameters["TagKeys"])
    else:
        return {"Tags": home.tagger.list_tags_for_resource(arn)["Tags"]}
    return {}
