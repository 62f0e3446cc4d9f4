"""Alarms, composite alarms, and dashboards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

ALARM: dict[str, Any] = {
    "MetricName": "Errors",
    "Namespace": "Shop",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 2,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
_STAT = {"Metric": {"Namespace": "Shop", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
MATH: list[dict[str, Any]] = [
    {"Id": "m", "MetricStat": _STAT, "ReturnData": False},
    {"Id": "e", "Expression": "m * 2", "ReturnData": True},
]
BAND = [{"Id": "m", "MetricStat": _STAT}, {"Id": "b", "Expression": "ANOMALY_DETECTION_BAND(m)"}]
CRITERIA = {"PromQLCriteria": {"Query": "up == 0"}}
BODY = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "hi"}}]})


@pytest.fixture
def cloudwatch(connect: Connect) -> Any:
    return connect("cloudwatch")


def without(*names: str, **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in ALARM.items() if name not in names}, **more}


def named(cloudwatch: Any, **asked: Any) -> list[str]:
    found = cloudwatch.describe_alarms(**asked)
    return [alarm["AlarmName"] for alarm in (*found["MetricAlarms"], *found["CompositeAlarms"])]


def test_a_new_alarm_has_no_data_and_an_update_leaves_its_state_and_tags(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", Tags=[{"Key": "k", "Value": "1"}], AlarmDescription="first", **ALARM)
    [shown] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert (shown["StateValue"], shown["ActionsEnabled"]) == ("INSUFFICIENT_DATA", True)
    assert {name: shown[name] for name in ALARM} == ALARM
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="test")
    cloudwatch.put_metric_alarm(AlarmName="a", Tags=[{"Key": "k", "Value": "2"}], **ALARM)
    [shown] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert shown["StateValue"] == "OK"
    assert "AlarmDescription" not in shown
    assert cloudwatch.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"] == [{"Key": "k", "Value": "1"}]


def test_a_promql_alarm_starts_well(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", EvaluationCriteria=CRITERIA, EvaluationInterval=60)
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "OK"


def test_an_alarms_tags_end_with_it(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", Tags=[{"Key": "k", "Value": "1"}], **ALARM)
    arn = cloudwatch.describe_alarms()["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.delete_alarms(AlarmNames=["a", "none"])
    for call, more in ((cloudwatch.list_tags_for_resource, {}), (cloudwatch.untag_resource, {"TagKeys": ["k"]})):
        assert refusal(call, ResourceARN=arn, **more) == "ResourceNotFoundException"
    cloudwatch.put_metric_alarm(AlarmName="a", **ALARM)
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
    assert refusal(cloudwatch.delete_alarms, AlarmNames=["none"]) == "ResourceNotFound"


def test_alarms_come_in_pages_and_by_what_is_asked_for(cloudwatch: Any) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:t"
    for number in range(60):
        cloudwatch.put_metric_alarm(AlarmName=f"a{number:02}", **ALARM)
    cloudwatch.put_metric_alarm(AlarmName="b", OKActions=[topic], **ALARM)
    cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule="ALARM(b)")
    first = cloudwatch.describe_alarms()
    assert (len(first["MetricAlarms"]), first["CompositeAlarms"]) == (50, [])
    assert len(cloudwatch.describe_alarms(NextToken=first["NextToken"])["MetricAlarms"]) == 11
    assert named(cloudwatch, MaxRecords=2) == ["a00", "a01"]
    assert named(cloudwatch, ActionPrefix=topic[:-1]) == ["b"]
    assert named(cloudwatch, AlarmNamePrefix="b") == ["b"]
    assert named(cloudwatch, AlarmNames=["c"], AlarmTypes=["CompositeAlarm", "MetricAlarm"]) == ["c"]
    assert named(cloudwatch, ChildrenOfAlarmName="c") == ["b"]
    assert named(cloudwatch, ChildrenOfAlarmName="none") == []
    assert named(cloudwatch, ParentsOfAlarmName="b", AlarmTypes=["CompositeAlarm"]) == ["c"]
    assert named(cloudwatch, StateValue="ALARM") == []
    assert len(cloudwatch.describe_alarms_for_metric(MetricName="Errors", Namespace="Shop")["MetricAlarms"]) == 61


@pytest.mark.parametrize(
    "wanted",
    [
        ALARM,
        without("Statistic", ExtendedStatistic="p99", EvaluateLowSampleCountPercentile="ignore"),
        without("Statistic", ExtendedStatistic="IQM"),
        without("Statistic", ExtendedStatistic="TM(10%:90%)"),
        without("MetricName", "Namespace", "Statistic", "Period", Metrics=MATH),
        without(
            *("MetricName", "Namespace", "Statistic", "Period", "Threshold"),
            Metrics=BAND,
            ThresholdMetricId="b",
            ComparisonOperator="LessThanLowerThreshold",
        ),
        {"EvaluationCriteria": CRITERIA, "EvaluationInterval": 60},
    ],
)
def test_alarms_that_are_taken(cloudwatch: Any, wanted: dict[str, Any]) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", **wanted)
    [shown] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {name: shown[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (without("MetricName"), "ValidationError"),
        (without("Namespace"), "ValidationError"),
        (without("Period"), "ValidationError"),
        (without("Threshold"), "ValidationError"),
        (without("Statistic"), "ValidationError"),
        (without("ComparisonOperator"), "ValidationError"),
        (without("EvaluationPeriods"), "ValidationError"),
        (without(ExtendedStatistic="p99"), "ValidationError"),
        (without("Statistic", ExtendedStatistic="p101"), "InvalidParameterValue"),
        (without(EvaluateLowSampleCountPercentile="ignore"), "InvalidParameterCombination"),
        (without(EvaluateLowSampleCountPercentile="often"), "ValidationError"),
        (without(TreatMissingData="alarm"), "ValidationError"),
        (without(DatapointsToAlarm=3), "ValidationError"),
        (without(Period=45), "ValidationError"),
        (without(EvaluationPeriods=1441), "ValidationError"),
        (without(ComparisonOperator="LessThanLowerThreshold"), "ValidationError"),
        (without("Threshold", ThresholdMetricId="b"), "ValidationError"),
        (without("Threshold", ThresholdMetricId="b", ComparisonOperator="LessThanLowerThreshold"), "ValidationError"),
        (without(EvaluationInterval=60), "InvalidParameterCombination"),
        (without(Metrics=MATH), "ValidationError"),
        (without("MetricName", Metrics=MATH), "InvalidParameterCombination"),
        ({"EvaluationCriteria": CRITERIA}, "ValidationError"),
        ({"EvaluationCriteria": CRITERIA, "EvaluationInterval": 60, "Threshold": 1.0}, "InvalidParameterCombination"),
        (without(AlarmActions=["arn:aws:sns:us-east-1:123456789012:t"]), "ValidationError"),
        (without(AlarmActions=["topic"]), "ValidationError"),
    ],
)
def test_alarms_that_are_refused(cloudwatch: Any, wanted: dict[str, Any], code: str) -> None:
    assert refusal(cloudwatch.put_metric_alarm, AlarmName="a", **wanted) == code
    assert named(cloudwatch) == []


@pytest.mark.parametrize(
    "metrics",
    [
        [MATH[0]],
        [*MATH, MATH[1]],
        [{**MATH[0], "Expression": "1"}, MATH[1]],
        [MATH[0], {**MATH[1], "Id": "E"}],
        [{**MATH[0], "MetricStat": {**_STAT, "Period": 45}}, MATH[1]],
        [{**MATH[0], "ReturnData": True}, MATH[1]],
    ],
)
def test_metric_math_that_is_refused(cloudwatch: Any, metrics: list[dict[str, Any]]) -> None:
    wanted = without("MetricName", "Namespace", "Statistic", "Period", Metrics=metrics)
    assert refusal(cloudwatch.put_metric_alarm, AlarmName="a", **wanted) == "ValidationError"


def test_what_a_composite_alarm_names_is_kept(cloudwatch: Any) -> None:
    for name in ("a", "b", "s"):
        cloudwatch.put_metric_alarm(AlarmName=name, **ALARM)
    suppressor = {
        "ActionsSuppressor": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:s",
        "ActionsSuppressorWaitPeriod": 0,
        "ActionsSuppressorExtensionPeriod": 60,
    }
    cloudwatch.put_composite_alarm(AlarmName="c", AlarmRule='ALARM("a") AND NOT OK(b)', **suppressor)
    cloudwatch.put_composite_alarm(AlarmName="d", AlarmRule="INSUFFICIENT_DATA(c)")
    for name in ("a", "b", "s", "c"):
        assert refusal(cloudwatch.delete_alarms, AlarmNames=[name]) == "ValidationError"
    assert refusal(cloudwatch.delete_alarms, AlarmNames=["c", "d"]) == "ValidationError"
    cloudwatch.delete_alarms(AlarmNames=["d"])
    cloudwatch.delete_alarms(AlarmNames=["c", "a", "b", "s"])
    assert named(cloudwatch, AlarmTypes=["CompositeAlarm", "MetricAlarm"]) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"AlarmRule": "ALARM(none)"},
        {"AlarmRule": "ALARM(a) & ALARM(a)"},
        {"AlarmRule": "ALARM(a)", "ActionsSuppressor": "a"},
        {
            "AlarmRule": "ALARM(a)",
            "ActionsSuppressor": "none",
            "ActionsSuppressorWaitPeriod": 0,
            "ActionsSuppressorExtensionPeriod": 0,
        },
        {"AlarmRule": "ALARM(a)", "OKActions": ["arn:aws:sns:us-east-1:123456789012:t"]},
    ],
)
def test_composite_alarms_that_are_refused(cloudwatch: Any, wanted: dict[str, Any]) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", **ALARM)
    assert refusal(cloudwatch.put_composite_alarm, AlarmName="c", **wanted) == "ValidationError"


def test_periods_need_a_suppressor(cloudwatch: Any) -> None:
    wanted = {"AlarmName": "c", "AlarmRule": "TRUE", "ActionsSuppressorWaitPeriod": 1}
    assert refusal(cloudwatch.put_composite_alarm, **wanted) == "InvalidParameterCombination"


def test_a_name_is_of_one_kind(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName="a", **ALARM)
    assert refusal(cloudwatch.put_composite_alarm, AlarmName="a", AlarmRule="TRUE") == "ValidationError"


def test_a_dashboards_tags_are_taken_at_birth_and_end_with_it(cloudwatch: Any) -> None:
    for value in ("1", "2"):
        cloudwatch.put_dashboard(DashboardName="d", DashboardBody=BODY, Tags=[{"Key": "k", "Value": value}])
    arn = cloudwatch.get_dashboard(DashboardName="d")["DashboardArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "l", "Value": "3"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["none"])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "k", "Value": "1"}, {"Key": "l", "Value": "3"}]
    cloudwatch.delete_dashboards(DashboardNames=["d"])
    assert refusal(cloudwatch.list_tags_for_resource, ResourceARN=arn) == "ResourceNotFoundException"
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody=BODY)
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


def test_dashboards_are_in_every_region_and_spelt_anew(cloudwatch: Any, connect: Connect) -> None:
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody=json.dumps(json.loads(BODY), indent=2))
    elsewhere = connect("cloudwatch", "us-west-2")
    assert [entry["DashboardName"] for entry in elsewhere.list_dashboards()["DashboardEntries"]] == ["d"]
    shown = elsewhere.get_dashboard(DashboardName="d")["DashboardBody"]
    assert shown == json.dumps(json.loads(BODY), sort_keys=True, separators=(",", ":"))
    assert refusal(elsewhere.get_dashboard, DashboardName="none") == "ResourceNotFound"


@pytest.mark.parametrize("body", ["text", "[]", "{}", '{"widgets": 1}', '{"widgets": [1]}', '{"widgets": [{}]}'])
def test_a_dashboard_has_widgets(cloudwatch: Any, body: str) -> None:
    assert refusal(cloudwatch.put_dashboard, DashboardName="d", DashboardBody=body) == "InvalidParameterInput"


def test_a_dashboards_name_is_plain(cloudwatch: Any) -> None:
    assert refusal(cloudwatch.put_dashboard, DashboardName="d.e", DashboardBody=BODY) == "InvalidParameterValue"
