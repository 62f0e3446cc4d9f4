from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.resources.cloudwatch.dashboard import Dashboard
from provisioner.resources.sns.topic import Topic

from .in_aws import errors, outcome, run, teardown, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-all-test"


def board(*metrics: Any, **more: Any) -> Dashboard:
    widget = {"type": "metric", "x": 0, "properties": {"metrics": [list(one) for one in metrics], "region": "us-east-1"}}
    return Dashboard("all", body={"widgets": [widget]}, **more)


def test_a_body_is_the_same_however_it_is_spelt(aws: Aws, embedded: Running) -> None:
    up(aws, board(("Shop", "Errors")))
    same = Dashboard("all", body={"widgets": ({"x": 0.0, **board(("Shop", "Errors")).body["widgets"][0]},)})
    assert to_do(aws, same) == {}
    before = len(embedded.calls)
    shown = aws.cloudwatch.get_dashboard(DashboardName=NAME)["DashboardBody"]
    aws.cloudwatch.put_dashboard(DashboardName=NAME, DashboardBody=json.dumps(json.loads(shown), indent=4))
    assert to_do(aws, board(("Shop", "Errors"))) == {}
    assert writes(embedded, before) == ["PutDashboard"]


def test_a_body_may_name_what_is_not_there_yet(aws: Aws) -> None:
    topic = Topic("alarms")
    live = up(aws, topic, board(("AWS/SNS", "NumberOfMessagesPublished", "TopicName", topic.topic_name)))["all"]
    [widget] = json.loads(live["DashboardBody"])["widgets"]
    assert widget["properties"]["metrics"][0][-1] == "shop-alarms-test"


def test_a_change_by_another_hand_is_put_right_and_tags_stay(aws: Aws) -> None:
    up(aws, board(("Shop", "Errors")))
    aws.cloudwatch.put_dashboard(DashboardName=NAME, DashboardBody='{"widgets": []}')
    assert list(to_do(aws, board(("Shop", "Errors")))["Dashboard/all"]) == ["body"]
    up(aws, board(("Shop", "Errors")))


def test_a_foreign_dashboard_of_the_name_is_not_overwritten(aws: Aws) -> None:
    aws.cloudwatch.put_dashboard(DashboardName=NAME, DashboardBody='{"widgets": []}')
    assert "a dashboard of that name is not this step's" in errors(outcome(aws, board()))["Dashboard/all"]
    assert aws.cloudwatch.get_dashboard(DashboardName=NAME)["DashboardBody"] == '{"widgets":[]}'


def test_only_dashboards_with_the_plans_names_are_read(aws: Aws, embedded: Running) -> None:
    for name in ("theirs", "shop-all-prod", "shops-all-test"):
        aws.cloudwatch.put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')
    up(aws, board())
    before = len(embedded.calls)
    run(aws, board()).preview()
    asked = [call.parameters["DashboardName"] for call in list(embedded.calls)[before:] if call.operation == "GetDashboard"]
    assert asked == [NAME]


def test_dashboards_are_the_accounts_not_a_regions(aws: Aws) -> None:
    step = board(region="eu-central-1")
    up(aws, step)
    assert [found["DashboardName"] for found in Dashboard.living(aws)] == [NAME]
    assert to_do(aws, step) == {}
    teardown(aws)
    assert aws.at("eu-central-1").cloudwatch.list_dashboards()["DashboardEntries"] == []
