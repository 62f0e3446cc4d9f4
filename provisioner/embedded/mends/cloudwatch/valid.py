"""Which alarms CloudWatch takes: the combinations of parameters that the references of the two puts allow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...call import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONE_METRIC = ("Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_THRESHOLD = ("Threshold", "ComparisonOperator", "ThresholdMetricId", "EvaluationPeriods", "DatapointsToAlarm")
_BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
_EXTENDED = re.compile(
    r"(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|WM|PR|TC|TS)\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\)", re.IGNORECASE
)
_TOKENS = re.compile(
    r'(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"[^"]+"|[^\s()"]+)\s*\)|\b(?:TRUE|FALSE|AND|OR|NOT)\b|[()]|(?P<wrong>\S)'
)
_CHOICES = {
    "TreatMissingData": ("breaching", "notBreaching", "ignore", "missing"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}


def metric_alarm_is_valid(wanted: dict[str, Any], region: str) -> None:
    _exactly_one(wanted, "MetricName", "Metrics", "EvaluationCriteria")
    _actions_are_here(wanted, region)
    for name, allowed in _CHOICES.items():
        if wanted.get(name, allowed[0]) not in allowed:
            raise Refused(
                "ValidationError", f"Option {wanted[name]} is not supported. Supported options for {name} are {allowed}."
            )
    if "EvaluationCriteria" in wanted:
        _without(wanted, (*_ONE_METRIC, *_THRESHOLD, "Metrics", "EvaluationWindow"), "EvaluationCriteria")
        _with(wanted, "EvaluationInterval")
        return
    _without(wanted, ("EvaluationInterval",), "MetricName or Metrics")
    _with(wanted, "ComparisonOperator", "EvaluationPeriods")
    _threshold_is_valid(wanted)
    if "MetricName" in wanted:
        _one_metric_is_valid(wanted)
    else:
        _without(wanted, _ONE_METRIC, "Metrics")
        _metrics_are_valid(wanted)


def _threshold_is_valid(wanted: dict[str, Any]) -> None:
    _exactly_one(wanted, "Threshold", "ThresholdMetricId")
    if ("ThresholdMetricId" in wanted) != (wanted["ComparisonOperator"] in _BANDS):
        raise Refused(
            "ValidationError", "Comparison operators of bands are for alarms with a ThresholdMetricId, and only these."
        )
    if "ThresholdMetricId" in wanted and wanted["ThresholdMetricId"] not in {
        query["Id"] for query in wanted.get("Metrics", ())
    }:
        raise Refused("ValidationError", "ThresholdMetricId must be the Id of one of the Metrics.")
    if wanted.get("DatapointsToAlarm", 1) > wanted["EvaluationPeriods"]:
        raise Refused("ValidationError", "DatapointsToAlarm must not be greater than EvaluationPeriods.")


def _one_metric_is_valid(wanted: dict[str, Any]) -> None:
    _exactly_one(wanted, "Statistic", "ExtendedStatistic")
    _with(wanted, "Namespace", "Period")
    if "ExtendedStatistic" in wanted and not _EXTENDED.fullmatch(wanted["ExtendedStatistic"]):
        raise Refused(
            "InvalidParameterValue", f"The value {wanted['ExtendedStatistic']} for ExtendedStatistic is not supported."
        )
    if "EvaluateLowSampleCountPercentile" in wanted and "ExtendedStatistic" not in wanted:
        raise Refused("InvalidParameterCombination", "EvaluateLowSampleCountPercentile is for percentiles only.")
    _period_is_valid(wanted["Period"], wanted["EvaluationPeriods"])


def _period_is_valid(period: int, periods: int) -> None:
    if period not in (10, 20, 30) and period % 60:
        raise Refused("ValidationError", "Period must be 10, 20, 30 or a multiple of 60.")
    longest = 604_800 if period >= 3600 else 86_400
    if period * periods > longest:
        raise Refused(
            "ValidationError", f"Metrics cannot be checked across more than {longest} seconds (EvaluationPeriods * Period)."
        )


def _metrics_are_valid(wanted: dict[str, Any]) -> None:
    queries = wanted["Metrics"]
    if len({query["Id"] for query in queries}) != len(queries):
        raise Refused("ValidationError", "The Ids of Metrics must be unique.")
    for query in queries:
        _exactly_one(query, "MetricStat", "Expression")
        if not re.fullmatch("[a-z][a-zA-Z0-9_]*", query["Id"]):
            raise Refused("ValidationError", f"{query['Id']} must begin with a lower-case letter.")
        if stat := query.get("MetricStat"):
            _period_is_valid(stat["Period"], wanted["EvaluationPeriods"])
    returned = sum(query.get("ReturnData", True) for query in queries)
    if returned != (2 if "ThresholdMetricId" in wanted else 1):
        raise Refused(
            "ValidationError", "Exactly one of the Metrics must return its data, and the band too where there is one."
        )


def composite_alarm_is_valid(wanted: dict[str, Any], region: str) -> None:
    _actions_are_here(wanted, region)
    wrong = next((found for found in _TOKENS.finditer(wanted["AlarmRule"]) if found["wrong"]), None)
    if wrong:
        raise Refused("ValidationError", f"Error in AlarmRule [Unsupported token '{wrong['wrong']}' at char {wrong.start()}]")
    periods = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    if wanted.get("ActionsSuppressor"):
        _with(wanted, *periods)
    else:
        _without(wanted, periods, "no ActionsSuppressor")


def _actions_are_here(wanted: dict[str, Any], region: str) -> None:
    """AWS: an alarm's topics are in its own region."""
    for name in ("OKActions", "AlarmActions", "InsufficientDataActions"):
        for action in wanted.get(name, ()):
            parts = action.split(":")
            if parts[0] != "arn" or len(parts) < 6:
                raise Refused("ValidationError", f"Invalid arn syntax: {action}")
            if parts[2] == "sns" and parts[3] != region:
                raise Refused("ValidationError", f"Invalid region {parts[3]} specified. Only {region} is supported.")


def _exactly_one(given: dict[str, Any], *names: str) -> None:
    if sum(name in given for name in names) != 1:
        raise Refused("ValidationError", f"Exactly one of {', '.join(names)} must be specified.")


def _with(given: dict[str, Any], *names: str) -> None:
    for name in names:
        if name not in given:
            raise Refused("ValidationError", f"The parameter {name} is required.")


def _without(given: dict[str, Any], names: Iterable[str], what: str) -> None:
    for name in names:
        if name in given:
            raise Refused("InvalidParameterCombination", f"{name} cannot be specified together with {what}.")
