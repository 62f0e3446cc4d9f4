"""What CloudWatch watches, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...errors import PlanError
from ...resource import Ids, Name, Output, Resource, Value, attr
from .alarms import actions, alarms, born, delete, listed, overwritten, refuse_foreign
from .queries import by_name, spelt
from .queries import listed as dimensions_listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_cloudwatch.literals import ComparisonOperatorType, StandardUnitType, StatisticType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .queries import Expression, MetricStat

_ONE_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_THRESHOLD = ("Threshold", "ThresholdMetricId", "ComparisonOperator", "EvaluationPeriods", "DatapointsToAlarm")
_PROMQL = ("EvaluationCriteria", "EvaluationInterval")
_INSTEAD = {
    "MetricName": ("Metrics", *_PROMQL),
    "Metrics": (*_ONE_METRIC, *_PROMQL),
    "EvaluationCriteria": (*_ONE_METRIC, *_THRESHOLD, "Metrics", "EvaluationWindow", "TreatMissingData"),
    "Statistic": ("ExtendedStatistic",),
    "ExtendedStatistic": ("Statistic",),
    "Threshold": ("ThresholdMetricId",),
    "ThresholdMetricId": ("Threshold",),
}


def _window(window: Mapping[str, Any]) -> dict[str, Any]:
    """A window that slides is what CloudWatch has where it shows none."""
    return {kind: about for kind, about in window.items() if kind != "SlidingWindow"}


class Alarm(Resource):
    """An alarm on a metric (`metric_name`), on metric math (`metrics`, by query id), or on PromQL (`evaluation_criteria`).

    One metric has a `statistic` or an `extended_statistic` (`p99`) and a `period`; the watched query of `metrics` returns its
    data. It is compared to a `threshold`, or to the anomaly band that `threshold_metric_id` names. The lists of actions are
    owned whole: topics, functions, scaling policies, in the alarm's own region. Metrics of CloudFront exist in us-east-1 only.
    What is a mapping is in AWS's own spelling. `datapoints_to_alarm=0` is a wish for all of the periods.

    AWS: CloudWatch PutMetricAlarm, which overwrites whatever has the name: a foreign alarm is looked for first, and what the
    plan does not manage is said again. Tags are taken at birth only. Not deleted while a composite alarm names it.
    """

    alarm_description: str | None = attr("AlarmDescription", default=None)
    metric_name: Value[str | None] = attr("MetricName", default=None)
    namespace: Value[str | None] = attr("Namespace", default=None)
    dimensions: Value[Mapping[str, Any] | None] = attr("Dimensions", default=None, norm=by_name)
    statistic: StatisticType | None = attr("Statistic", default=None)
    extended_statistic: str | None = attr("ExtendedStatistic", default=None)
    period: int | None = attr("Period", default=None)
    unit: StandardUnitType | None = attr("Unit", default=None)
    metrics: Mapping[str, MetricStat | Expression] | None = attr("Metrics", default=None, norm=spelt, same=norm.within)
    evaluation_criteria: Value[Mapping[str, Any] | None] = attr("EvaluationCriteria", default=None, same=norm.within)
    evaluation_interval: int | None = attr("EvaluationInterval", default=None)
    comparison_operator: ComparisonOperatorType | None = attr("ComparisonOperator", default=None)
    threshold: Value[float | None] = attr("Threshold", default=None)
    threshold_metric_id: str | None = attr("ThresholdMetricId", default=None)
    evaluation_periods: int | None = attr("EvaluationPeriods", default=None)
    datapoints_to_alarm: int | None = attr("DatapointsToAlarm", default=None)
    evaluation_window: Mapping[str, Any] | None = attr("EvaluationWindow", default=None, norm=_window, same=norm.wished)
    warm_up_configuration: Mapping[str, Any] | None = attr("WarmUpConfiguration", default=None, same=norm.wished)
    treat_missing_data: Literal["breaching", "notBreaching", "ignore", "missing"] | None = attr(
        "TreatMissingData || 'missing'", default=None
    )
    evaluate_low_sample_count_percentile: Literal["evaluate", "ignore"] | None = attr(
        "EvaluateLowSampleCountPercentile || 'evaluate'", default=None
    )
    actions_enabled: bool = attr("ActionsEnabled", default=True)
    alarm_actions: Ids[Any] = attr("AlarmActions", default=(), norm=norm.unordered)
    ok_actions: Ids[Any] = attr("OKActions", default=(), norm=norm.unordered)
    insufficient_data_actions: Ids[Any] = attr("InsufficientDataActions", default=(), norm=norm.unordered)
    action_configuration: Mapping[str, Any] | None = attr("ActionConfiguration", default=None, same=norm.wished)

    id = Name("AlarmName", longest=255)
    arn = Output("AlarmArn")

    def __post_init__(self) -> None:
        wrong = (
            []
            if self._exactly_one("metric_name", "metrics", "evaluation_criteria")
            else ["metric_name, metrics, evaluation_criteria"]
        )
        if self.metric_name is not None and not self._exactly_one("statistic", "extended_statistic"):
            wrong.append("statistic, extended_statistic")
        if self.evaluation_criteria is None and not self._exactly_one("threshold", "threshold_metric_id"):
            wrong.append("threshold, threshold_metric_id")
        if wrong:
            raise PlanError("\n".join(f"{self.key}: give exactly one of {names}" for names in wrong))

    def _exactly_one(self, *names: str) -> bool:
        return sum(getattr(self, name) is not None for name in names) == 1

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return alarms(aws, "MetricAlarm")

    def create(self, aws: Aws) -> Live | None:
        name, sent = aws.named(self), overwritten({}, self._wanted(), {})
        refuse_foreign(aws, self, name)
        aws.cloudwatch.put_metric_alarm(AlarmName=name, Tags=listed(self.tags), **sent)
        return born(aws, name, sent, self.tags)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if changed.keys() - {"tags"}:
            whole = overwritten(live, self._wanted(), _INSTEAD)
            aws.cloudwatch.put_metric_alarm(AlarmName=live["AlarmName"], **whole)
        if "tags" in changed:
            aws.cloudwatch.tag_resource(ResourceARN=live["AlarmArn"], Tags=listed(changed["tags"].after))

    def _wanted(self) -> dict[str, Any]:
        return {
            "AlarmDescription": self.alarm_description,
            "MetricName": self.metric_name,
            "Namespace": self.namespace,
            "Dimensions": None if self.dimensions is None else dimensions_listed(self.dimensions),
            "Statistic": self.statistic,
            "ExtendedStatistic": self.extended_statistic,
            "Period": self.period,
            "Unit": self.unit,
            "Metrics": None if self.metrics is None else spelt(self.metrics),
            **self._judged(),
            "EvaluationWindow": self.evaluation_window,
            "WarmUpConfiguration": self.warm_up_configuration,
            "TreatMissingData": self.treat_missing_data,
            "EvaluateLowSampleCountPercentile": self.evaluate_low_sample_count_percentile,
            "ActionsEnabled": self.actions_enabled,
            "AlarmActions": actions(self.alarm_actions),
            "OKActions": actions(self.ok_actions),
            "InsufficientDataActions": actions(self.insufficient_data_actions),
            "ActionConfiguration": self.action_configuration,
        }

    def _judged(self) -> dict[str, Any]:
        return {
            "EvaluationCriteria": self.evaluation_criteria,
            "EvaluationInterval": self.evaluation_interval,
            "ComparisonOperator": self.comparison_operator,
            "Threshold": self.threshold,
            "ThresholdMetricId": self.threshold_metric_id,
            "EvaluationPeriods": self.evaluation_periods,
            "DatapointsToAlarm": "" if self.datapoints_to_alarm == 0 else self.datapoints_to_alarm,
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        delete(aws, live["AlarmName"])
