from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.logs.metric_filter import MetricFilter, MetricTransformation
from provisioner.resources.logs.subscription_filter import SubscriptionFilter

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

GROUP = LogGroup("app")
NAME = "shop-app-test"
CENTRAL = "arn:aws:logs:us-east-1:210987654321:destination:central"


def counted(metric: MetricTransformation | None = None, name: str = "errors", **more: Any) -> MetricFilter:
    metric = metric or MetricTransformation("Errors", "Shop", default_value=0, unit="Count")
    return MetricFilter(name, **{"log_group": GROUP, "filter_pattern": "ERROR", "metric_transformations": (metric,), **more})


def handed_on(name: str = "central", **more: Any) -> SubscriptionFilter:
    return SubscriptionFilter(name, **{"log_group": GROUP, "destination_arn": CENTRAL, **more})


def put_metric(aws: Aws, metric: dict[str, Any], **more: Any) -> None:
    whole: Any = {"metricName": "Errors", "metricNamespace": "Shop", "metricValue": "1", **metric}
    about: Any = {"logGroupName": NAME, "filterName": "shop-errors-test", "filterPattern": "ERROR", **more}
    aws.logs.put_metric_filter(**about, metricTransformations=[whole])


def put_subscription(aws: Aws, **more: Any) -> None:
    about = {"logGroupName": NAME, "filterName": "shop-central-test", "filterPattern": "", "destinationArn": CENTRAL}
    aws.logs.put_subscription_filter(**{**about, **more})


@pytest.mark.parametrize("step", [counted(), handed_on()], ids=["metric", "subscription"])
def test_what_create_answers_is_what_a_read_shows(aws: Aws, step: Any) -> None:
    up(aws, GROUP)
    kind = type(step)
    about = {"metric_transformations": step.metric_transformations, "filter_pattern": ""} if kind is MetricFilter else {}
    made = kind(step.name, log_group=NAME, **about, **({} if about else {"destination_arn": CENTRAL})).create(aws)
    [read] = kind.living(aws)
    assert {name: read[name] for name in made} == made


@pytest.mark.parametrize("step", [counted(), handed_on()], ids=["metric", "subscription"])
def test_a_filter_goes_before_its_group(aws: Aws, embedded: Running, step: Any) -> None:
    up(aws, GROUP, step)
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before)[-1] == "DeleteLogGroup"
    assert len(writes(embedded, before)) == 2


@pytest.mark.parametrize("step", [counted(), handed_on()], ids=["metric", "subscription"])
def test_a_filter_stands_in_a_group_of_the_plan_only(aws: Aws, step: Any) -> None:
    aws.logs.create_log_group(logGroupName=NAME)
    key, metric = step.key, isinstance(step, MetricFilter)
    about: Any = {"filter_pattern": "", "metric_transformations": (MetricTransformation("M", "N"),)} if metric else {}
    theirs = type(step)(step.name, log_group=NAME, **about, **({} if metric else {"destination_arn": CENTRAL}))
    assert f"log group {NAME} is not this plan's" in errors(outcome(aws, theirs))[key]
    put_metric(aws, {})
    put_subscription(aws)
    assert list(type(step).living(aws)) == []


@pytest.mark.parametrize("kind", [MetricFilter, SubscriptionFilter])
def test_filters_of_others_in_a_group_of_the_plan_are_left_alone(aws: Aws, kind: Any) -> None:
    up(aws, GROUP)
    put_metric(aws, {}, filterName="theirs")
    put_subscription(aws, filterName="theirs")
    assert list(kind.living(aws)) == []
    assert [action.kind for action in run(aws, GROUP).preview().actions] == ["none"]


@pytest.mark.parametrize("operation", ["ListTagsForResource", "DescribeSubscriptionFilters"])
def test_what_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running, operation: str) -> None:
    up(aws, GROUP, counted(), handed_on())
    with refusing(embedded, operation, "ResourceNotFoundException"):
        assert list(SubscriptionFilter.living(aws)) == []
        assert len(list(MetricFilter.living(aws))) == (0 if operation.startswith("List") else 1)


def test_many_metrics_are_counted_in_one_group_and_one_read_shows_them(aws: Aws, embedded: Running) -> None:
    steps = [counted(name=f"errors-{number}") for number in range(60)]
    up(aws, GROUP, *steps)
    before = len(embedded.calls)
    assert len(list(MetricFilter.living(aws))) == 60
    read = [call.operation for call in list(embedded.calls)[before:]]
    assert sorted(read) == ["DescribeMetricFilters", "DescribeMetricFilters", "ListTagsForResource"]


def test_a_default_of_nothing_is_a_wish(aws: Aws) -> None:
    up(aws, GROUP, counted())
    put_metric(aws, {"unit": "Count"})
    assert list(to_do(aws, GROUP, counted())["MetricFilter/errors"]) == ["metric_transformations"]
    assert up(aws, GROUP, counted())["errors"]["metricTransformations"][0]["defaultValue"] == 0


def test_what_the_plan_does_not_manage_survives_an_update(aws: Aws) -> None:
    up(aws, GROUP, counted(MetricTransformation("Errors", "Shop")))
    put_metric(aws, {"unit": "Count", "defaultValue": 0}, fieldSelectionCriteria="a = b")
    live = up(aws, GROUP, counted(MetricTransformation("Errors", "Shop"), filter_pattern="FATAL"))["errors"]
    assert live["fieldSelectionCriteria"] == "a = b"
    assert live["metricTransformations"][0] == {
        "metricName": "Errors",
        "metricNamespace": "Shop",
        "metricValue": "1",
        "unit": "Count",
        "defaultValue": 0,
    }


def test_dimensions_and_a_default_come_in_each_others_place(aws: Aws) -> None:
    by_code = counted(MetricTransformation("Errors", "Shop", dimensions={"Code": "$.code"}))
    for step in (counted(), by_code, counted()):
        up(aws, GROUP, step)


def test_no_unit_is_the_unit_none(aws: Aws) -> None:
    up(aws, GROUP, counted(MetricTransformation("Errors", "Shop")))
    assert to_do(aws, GROUP, counted(MetricTransformation("Errors", "Shop", unit="None"))) == {}


def test_logs_takes_the_filters_of_a_group_one_after_the_other(aws: Aws, embedded: Running) -> None:
    words = "A conflicting operation is currently in progress against this resource. Please try again."
    with refusing(embedded, "PutMetricFilter", "OperationAbortedException", words, times=3):
        up(aws, GROUP, counted(), counted(name="more"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidParameterException", "Could not deliver test message to specified Firehose stream. Check if it is ACTIVE"),
        ("InvalidParameterException", "Could not execute the lambda function. Make sure you have given permission"),
        ("ValidationException", "Make sure you have given CloudWatch Logs permission to assume the provided role"),
    ],
)
def test_a_destination_of_this_minute_is_tried_again(aws: Aws, embedded: Running, code: str, words: str) -> None:
    with refusing(embedded, "PutSubscriptionFilter", code, words, times=2):
        up(aws, GROUP, handed_on())
    assert writes(embedded).count("PutSubscriptionFilter") == 3


def test_a_destination_is_moved_in_place_though_there_are_two(aws: Aws, embedded: Running) -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = Role("writer", assume_role_policy={"Version": "2012-10-17", **trust})
    up(aws, GROUP, role, handed_on(), handed_on("other"))
    put_subscription(aws, distribution="Random")
    before = len(embedded.calls)
    live = up(aws, GROUP, role, handed_on(destination_arn=f"{CENTRAL}-2", role_arn=role.arn), handed_on("other"))["central"]
    assert (live["destinationArn"], live["distribution"]) == (f"{CENTRAL}-2", "Random")
    assert live["roleArn"].endswith("/shop-writer-test")
    assert writes(embedded, before) == ["PutSubscriptionFilter"]


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ((), "takes exactly one"),
        ((MetricTransformation("A", "N"), MetricTransformation("B", "N")), "takes exactly one"),
        ((MetricTransformation("A", "N", default_value=0, dimensions={"a": "$.a"}),), "with dimensions has no default_value"),
    ],
)
def test_what_no_filter_can_count_is_a_wrong_plan(metrics: Any, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        counted(metric_transformations=metrics)
