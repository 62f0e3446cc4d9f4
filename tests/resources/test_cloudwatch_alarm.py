from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from provisioner.errors import PlanError
from provisioner.resource import as_tags
from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.resources.cloudwatch.queries import Expression, MetricStat
from provisioner.resources.sns.topic import Topic
from provisioner.value import text

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-errors-test"
METRIC = {"metric_name": "Errors", "namespace": "Shop", "statistic": "Sum", "period": 60, "threshold": 10}


def errors_alarm(**more: Any) -> Alarm:
    judged = {"comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1}
    return Alarm("errors", **{**METRIC, **judged, **more})


def of_math(**more: Any) -> Alarm:
    none = dict.fromkeys(("metric_name", "namespace", "statistic", "period"))
    return errors_alarm(**none, metrics=rate(), **more)


def rate(**more: Any) -> dict[str, Any]:
    return {
        "errors": MetricStat("Shop", "Errors", "Sum", 60, {"Zone": "b", "Host": "a"}),
        "requests": MetricStat("Shop", "Requests", "Sum", 60),
        "rate": Expression("errors / requests", label="Rate", return_data=True),
        **more,
    }


def of_a_band() -> Alarm:
    none = dict.fromkeys(("metric_name", "namespace", "statistic", "period", "threshold"))
    watched = {
        "requests": MetricStat("Shop", "Requests", "Sum", 60, return_data=True),
        "band": Expression("ANOMALY_DETECTION_BAND(requests)", return_data=True),
    }
    return errors_alarm(**none, metrics=watched, threshold_metric_id="band", comparison_operator="GreaterThanUpperThreshold")


def of_promql() -> Alarm:
    criteria = {"PromQLCriteria": {"Query": "rate(errors[5m]) > 1", "PendingPeriod": 60, "RecoveryPeriod": 60}}
    return Alarm("errors", evaluation_criteria=criteria, evaluation_interval=60)


def alarms(aws: Aws) -> list[Any]:
    found: Any = aws.cloudwatch.describe_alarms()["MetricAlarms"]
    return list(found)


def put(aws: Aws, name: str, **more: Any) -> None:
    about = {"MetricName": "Errors", "Namespace": "Shop", "Statistic": "Sum", "Period": 60, "Threshold": 1}
    aws.cloudwatch.put_metric_alarm(
        AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, **{**about, **more}
    )


def test_an_alarm_tells_a_topic_of_the_plan(aws: Aws) -> None:
    topic = Topic("alarms")
    live = up(aws, topic, errors_alarm(alarm_actions=(topic,), ok_actions=(topic.arn,)))["errors"]
    arn = "arn:aws:sns:us-east-1:123456789012:shop-alarms-test"
    assert (live["AlarmActions"], live["OKActions"], live["AlarmName"]) == ([arn], [arn], NAME)


@pytest.mark.parametrize(
    "step",
    [errors_alarm(), of_math(), of_a_band(), of_promql(), errors_alarm(statistic=None, extended_statistic="TM(10%:90%)")],
    ids=["one metric", "metric math", "an anomaly band", "PromQL", "a trimmed mean"],
)
def test_what_create_answers_is_what_a_read_shows(aws: Aws, step: Alarm) -> None:
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Alarm/errors"}
    made = dataclasses.replace(step, tags=tags).create(aws)
    [read] = Alarm.living(aws)
    assert made is not None
    assert as_tags(read["Tags"]) == tags
    assert {name: read[name] for name in made if name != "Tags"} == {name: made[name] for name in made if name != "Tags"}


@pytest.mark.parametrize("after", [of_math(), of_a_band(), of_promql()], ids=["metric math", "an anomaly band", "PromQL"])
def test_an_alarm_can_come_to_watch_something_of_another_kind_and_back(aws: Aws, after: Alarm) -> None:
    before = errors_alarm()
    up(aws, before)
    up(aws, after)
    up(aws, before)
    [shown] = alarms(aws)
    assert {
        name for name in ("Metrics", "ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval") if shown.get(name)
    } == set()


def test_a_percentile_and_a_statistic_exclude_each_other(aws: Aws) -> None:
    up(aws, errors_alarm())
    p99 = errors_alarm(statistic=None, extended_statistic="p99")
    assert list(to_do(aws, p99)["Alarm/errors"]) == ["extended_statistic"]
    assert "Statistic" not in up(aws, p99)["errors"]
    assert "ExtendedStatistic" not in up(aws, errors_alarm())["errors"]


def test_what_the_plan_does_not_manage_survives_an_update(aws: Aws) -> None:
    up(aws, errors_alarm())
    put(aws, NAME, AlarmDescription="Theirs", TreatMissingData="ignore", Unit="Count", Threshold=10)
    assert to_do(aws, errors_alarm()) == {}
    live = up(aws, errors_alarm(threshold=0))["errors"]
    shown = {name: live[name] for name in ("AlarmDescription", "TreatMissingData", "Unit", "Threshold")}
    assert shown == {"AlarmDescription": "Theirs", "TreatMissingData": "ignore", "Unit": "Count", "Threshold": 0}


def test_actions_that_another_hand_switched_off_or_added_are_put_right(aws: Aws, embedded: Running) -> None:
    up(aws, errors_alarm())
    aws.cloudwatch.disable_alarm_actions(AlarmNames=[NAME])
    assert list(to_do(aws, errors_alarm())["Alarm/errors"]) == ["actions_enabled"]
    put(aws, NAME, Threshold=10, OKActions=["arn:aws:sns:us-east-1:123456789012:theirs"])
    before = len(embedded.calls)
    live = up(aws, errors_alarm())["errors"]
    assert (live["OKActions"], live["ActionsEnabled"]) == ([], True)
    assert writes(embedded, before) == ["PutMetricAlarm"]


def test_the_state_and_the_tags_of_an_alarm_survive_an_update(aws: Aws) -> None:
    up(aws, errors_alarm())
    aws.cloudwatch.set_alarm_state(AlarmName=NAME, StateValue="ALARM", StateReason="for a test")
    live = up(aws, errors_alarm(threshold=5, tags={"more": "yes"}))["errors"]
    assert (live["StateValue"], as_tags(live["Tags"])["more"]) == ("ALARM", "yes")


@pytest.mark.parametrize(
    "other",
    [
        rate(errors=MetricStat("Shop", "Errors", "Sum", 60, {"Host": "a", "Zone": "c"})),
        rate(extra=MetricStat("Shop", "More", "Sum", 60)),
        rate(rate=Expression("errors / requests * 100", label="Rate", return_data=True)),
    ],
    ids=["a dimension", "a query more", "an expression"],
)
def test_each_part_of_metric_math_counts(aws: Aws, other: dict[str, Any]) -> None:
    up(aws, of_math())
    changed = dataclasses.replace(of_math(), metrics=other)
    assert list(to_do(aws, changed)["Alarm/errors"]) == ["metrics"]
    up(aws, changed)


def test_a_label_that_the_plan_does_not_say_is_cloudwatchs(aws: Aws) -> None:
    up(aws, of_math())
    unlabelled = dataclasses.replace(of_math(), metrics=rate(rate=Expression("errors / requests", return_data=True)))
    assert to_do(aws, unlabelled) == {}


def test_a_query_that_says_nothing_of_its_data_returns_them(aws: Aws, embedded: Running) -> None:
    none = dict.fromkeys(("metric_name", "namespace", "statistic", "period"))
    step = errors_alarm(**none, metrics={"m": MetricStat("Shop", "Errors", "Sum", 60, return_data=True)})
    live = up(aws, step)["errors"]
    [query] = live["Metrics"]
    unsaid = {**live, "Metrics": [{name: value for name, value in query.items() if name != "ReturnData"}]}
    with answering(embedded, "DescribeAlarms", {"MetricAlarms": [unsaid]}):
        assert to_do(aws, step) == {}


def test_dimensions_may_name_what_is_not_there_yet(aws: Aws) -> None:
    topic = Topic("alarms")
    step = errors_alarm(dimensions={"TopicName": topic.topic_name})
    assert list(to_do(aws, topic, step)) == ["Topic/alarms", "Alarm/errors"]
    assert up(aws, topic, step)["errors"]["Dimensions"] == [{"Name": "TopicName", "Value": "shop-alarms-test"}]


def test_a_foreign_alarm_of_the_name_is_not_overwritten(aws: Aws, embedded: Running) -> None:
    put(aws, NAME, AlarmDescription="Theirs")
    before = len(embedded.calls)
    result = errors(outcome(aws, errors_alarm()))
    assert "an alarm of that name is not this step's" in result["Alarm/errors"]
    assert writes(embedded, before) == []


def test_two_kinds_of_alarms_do_not_share_a_name(aws: Aws) -> None:
    up(aws, errors_alarm())
    both = (errors_alarm(), CompositeAlarm("errors", alarm_rule="FALSE"))
    assert "an alarm of that name is not this step's" in errors(outcome(aws, *both))["CompositeAlarm/errors"]


def test_an_alarm_that_vanishes_while_it_is_looked_at_is_nobodys(aws: Aws, embedded: Running) -> None:
    put(aws, NAME)
    with refusing(embedded, "ListTagsForResource", "ResourceNotFoundException", times=2):
        made = errors_alarm(tags={"a": "b"}).create(aws)
        assert list(Alarm.living(aws)) == []
    assert made is not None


def test_tags_are_read_only_where_an_alarm_may_be_ours(aws: Aws, embedded: Running) -> None:
    for number in range(120):
        put(aws, f"theirs-{number:03}")
    for name in ("shop-errors-prod", "shops-errors-test", "renamed"):
        put(aws, name)
    up(aws, errors_alarm())
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Alarm/renamed"}
    arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:renamed"
    aws.cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    before = len(embedded.calls)
    preview = run(aws, errors_alarm()).preview()
    asked = [
        call.parameters["ResourceARN"] for call in list(embedded.calls)[before:] if call.operation == "ListTagsForResource"
    ]
    assert sorted(one.rpartition(":")[2] for one in asked) == ["renamed", NAME]
    assert [action.step for action in preview.actions if action.kind == "delete"] == ["Alarm/renamed"]
    assert len(get_backend("cloudwatch")["123456789012"]["us-east-1"].alarms) == 124


def test_an_alarm_goes_after_the_composite_one_that_names_it(aws: Aws, embedded: Running) -> None:
    step = errors_alarm()
    up(aws, step, CompositeAlarm("any", alarm_rule=text("NOT OK( {} )", step.arn)))
    before = len(embedded.calls)
    teardown(aws)
    gone = [call.parameters["AlarmNames"] for call in list(embedded.calls)[before:] if call.operation == "DeleteAlarms"]
    assert gone == [["shop-any-test"], [NAME]]


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"metrics": rate()}, "metric_name, metrics, evaluation_criteria"),
        ({"metric_name": None}, "metric_name, metrics, evaluation_criteria"),
        ({"extended_statistic": "p99"}, "statistic, extended_statistic"),
        ({"threshold_metric_id": "band"}, "threshold, threshold_metric_id"),
        ({"threshold": None}, "threshold, threshold_metric_id"),
    ],
)
def test_what_excludes_each_other_is_a_wrong_plan(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(PlanError, match=f"Alarm/errors: give exactly one of {names}"):
        errors_alarm(**wrong)
